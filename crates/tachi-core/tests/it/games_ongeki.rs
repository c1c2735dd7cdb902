//! O.N.G.E.K.I. against `spec/games/ongeki.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::ongeki;
use tachi_core::match_type::MatchType;

use crate::play;

const LAMPS: [&str; 5] = ["LOSS", "CLEAR", "FULL COMBO", "ALL BREAK", "ALL BREAK+"];

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "supercell 「化物語」", "id": 1, "searchTerms": ["Kimi no shiranai monogatari"],
        "data": {"duration": 111.296, "genre": "POPS＆ANIME"}, "title": "君の知らない物語",
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "78f3afa7abee20d3fc50d488f5b9d94a28dd40ba", "difficulty": "MASTER", "isPrimary": true,
        "data": {"displayVersion": "オンゲキ", "inGameID": 30, "maxPlatScore": 1158}, "level": "11", "levelNum": 11,
        "playtype": "Single", "songID": 1, "versions": ["brightMemory2Omni", "brightMemory3Omni", "refreshOmni"],
    })
}

fn chart() -> Chart {
    play::chart(Game::Ongeki, &chart_document())
}

fn chart_with(changes: &Value) -> Chart {
    play::chart(Game::Ongeki, &play::with(&chart_document(), changes))
}

fn metrics(score: i64, note_lamp: &str, bell_lamp: &str, platinum_score: i64) -> Value {
    json!({"score": score, "noteLamp": note_lamp, "bellLamp": bell_lamp, "platinumScore": platinum_score})
}

fn value(chart: &Chart, name: &str, metrics: &Value) -> &'static str {
    play::play(chart, metrics).value(chart.config().metric(name).unwrap().0)
}

#[test]
fn the_score_id_is_the_published_one() {
    let score = play::with(&metrics(1_001_500, "CLEAR", "FULL BELL", 1100), &json!({"bellCount": 100}));
    let (text, id) = play::form_t(&chart(), &score);
    assert_eq!(
        text,
        r#"{"bellLamp":"FULL BELL","chartID":"78f3afa7abee20d3fc50d488f5b9d94a28dd40ba","noteLamp":"CLEAR","optional.bellCount":100,"optional.damage":null,"platinumScore":1100,"score":1001500,"userID":1}"#
    );
    assert_eq!(id, "Te680ac3243e0c55f084c229c805333bc95b656cb5ec5cf51f83919d82aa43155");
}

#[test]
fn grades_start_at_their_bounds() {
    let chart = chart();
    let bounds = [
        ("D", 0),
        ("C", 500_000),
        ("B", 700_000),
        ("BB", 750_000),
        ("BBB", 800_000),
        ("A", 850_000),
        ("AA", 900_000),
        ("AAA", 940_000),
        ("S", 970_000),
        ("SS", 990_000),
        ("SSS", 1_000_000),
        ("SSS+", 1_007_500),
    ];
    let grade = |score| value(&chart, "grade", &metrics(score, "CLEAR", "NONE", 0));
    for (index, (name, from)) in bounds.into_iter().enumerate() {
        assert_eq!(grade(from), name);
        if index > 0 {
            assert_eq!(grade(from - 1), bounds[index - 1].0);
        }
    }
}

#[test]
fn there_is_a_star_per_percent_from_94_on() {
    let chart = chart_with(&json!({"data": {"maxPlatScore": 1000}}));
    let table = [
        (939, "0-star"),
        (940, "1-star"),
        (950, "2-star"),
        (960, "3-star"),
        (970, "4-star"),
        (980, "5-star"),
        (990, "R-star"),
        (1000, "R-star"),
        (0, "0-star"),
    ];
    for (platinum_score, stars) in table {
        assert_eq!(value(&chart, "platinumStars", &metrics(900_000, "CLEAR", "NONE", platinum_score)), stars);
    }
    assert_eq!(ongeki::platinum_stars(0.0, 0.0), 0);
}

#[test]
fn numbers_stay_inside_their_bounds() {
    let cases = [
        (json!({"score": 1_010_001}), "score, Expected a number between 0 and 1010000."),
        (json!({"score": -1}), "score, Expected a number between 0 and 1010000."),
        (json!({"platinumScore": -1}), "platinumScore, Platinum Score cannot be negative."),
        (json!({"bellCount": -1}), "bellCount, Expected a positive number."),
        (json!({"totalBellCount": -1}), "totalBellCount, Expected a positive number."),
        (json!({"damage": -1}), "damage, Expected a positive number."),
        (json!({"platinumGraph": [null, 0, 1]}), "platinumGraph, Expected a number between -100000 and 0.,"),
    ];
    for (change, problem) in cases {
        play::check_problems(&chart(), &play::with(&metrics(900_000, "CLEAR", "NONE", 0), &change), &[problem]);
    }
    // The bell counts are not compared with each other.
    let bells = json!({"bellCount": 100, "totalBellCount": 50, "bellGraph": [0, null, -10_000]});
    play::check_problems(&chart(), &play::with(&metrics(900_000, "CLEAR", "NONE", 1158), &bells), &[]);
}

#[test]
fn the_lamps_fit_score_and_judgements() {
    let cases: [(i64, &str, &str, Value, &[&str]); 13] = [
        (1_010_000, "ALL BREAK+", "FULL BELL", json!({"cbreak": 100}), &[]),
        (1_010_000, "ALL BREAK+", "FULL BELL", json!({"break": 1}), &["worse than cbreak"]),
        (1_010_000, "ALL BREAK+", "FULL BELL", json!({"hit": 1}), &["worse than cbreak"]),
        (1_010_000, "ALL BREAK+", "FULL BELL", json!({"miss": 1}), &["worse than cbreak"]),
        (1_009_999, "ALL BREAK+", "FULL BELL", json!({}), &["must have a score of 1,010,000"]),
        (1_010_000, "ALL BREAK+", "NONE", json!({}), &["ALL BREAK+ and FULL BELL"]),
        (1_010_000, "ALL BREAK", "FULL BELL", json!({}), &["ALL BREAK+ and FULL BELL"]),
        (1_009_000, "ALL BREAK", "NONE", json!({"break": 1}), &[]),
        (1_009_000, "ALL BREAK", "NONE", json!({"hit": 1}), &["worse than break"]),
        (1_009_000, "ALL BREAK", "NONE", json!({"miss": 1}), &["worse than break"]),
        (1_009_000, "FULL COMBO", "NONE", json!({"hit": 1}), &[]),
        (1_009_000, "FULL COMBO", "NONE", json!({"miss": 1}), &["worse than hit, but got 1."]),
        (1_009_000, "CLEAR", "NONE", json!({"miss": 1}), &[]),
    ];
    for (score, note_lamp, bell_lamp, judgements, expected) in cases {
        let score = play::with(&metrics(score, note_lamp, bell_lamp, 1000), &json!({"judgements": judgements}));
        play::check_problems(&chart(), &score, expected);
    }
}

#[test]
fn too_much_platinum_score_is_the_last_thing_that_the_group_finds() {
    let bound = "Platinum Score cannot be greater than 1158 for this chart.";
    let too_much = "A Platinum Score of 1,159 is more than the 1,158";
    play::check_problems(&chart(), &metrics(900_000, "CLEAR", "NONE", 1159), &[bound, too_much]);
    play::check_problems(&chart(), &metrics(900_000, "ALL BREAK+", "NONE", 1159), &[bound, "a score of 1,010,000"]);
}

#[test]
fn a_full_bell_on_a_loss_is_accepted_and_rated_without_the_bell() {
    let chart = chart_with(&json!({"levelNum": 12.5}));
    let score = metrics(952_490, "LOSS", "FULL BELL", 0);
    play::check_problems(&chart, &score, &[]);
    assert_eq!(play::rating(&chart, "scoreRating", &score), Some(11.499));
}

#[test]
fn classic_ratings_are_those_of_the_page() {
    let table = [
        (1_001_500.0, 10.5, 12.1),
        (1_007_880.0, 14.4, 16.4),
        (1_003_000.0, 12.5, 14.2),
        (987_000.0, 12.5, 13.35),
        (950_000.0, 12.5, 11.35),
        (850_000.0, 12.5, 7.5),
        (600_000.0, 12.5, 0.0),
        (1_010_000.0, 0.0, 0.0),
    ];
    for (score, level, expected) in table {
        assert_eq!(ongeki::rating(score, level), Ok(expected), "{score} on {level}");
    }
}

#[test]
fn score_ratings_are_those_of_the_page() {
    let table = [
        (10.5, 1_001_500.0, "CLEAR", true, 12.1),
        (12.5, 1_010_000.0, "ALL BREAK+", true, 15.2),
        (12.5, 970_000.0, "FULL COMBO", true, 12.65),
        (12.5, 952_490.0, "LOSS", false, 11.499),
        (12.5, 800_000.0, "CLEAR", true, 6.55),
        (9.7, 1_004_423.0, "FULL COMBO", true, 11.594),
        (14.9, 1_008_123.0, "ALL BREAK", true, 17.362),
    ];
    for (level, score, lamp, full_bell, expected) in table {
        let lamp = LAMPS.iter().position(|known| *known == lamp).unwrap();
        assert_eq!(ongeki::score_rating(score, level, lamp, full_bell), Ok(expected), "{score} on {level}");
    }
}

#[test]
fn star_ratings_are_those_of_the_page() {
    for (level, stars, expected) in
        [(10.5, 4.0, 0.441), (14.3, 5.0, 1.022), (14.3, 6.0, 1.022), (13.9, 3.0, 0.579), (15.7, 1.0, 0.246)]
    {
        assert_eq!(ongeki::star_rating(stars, level), Ok(expected), "{stars} on {level}");
    }
}

#[test]
fn bonus_tracks_and_charts_without_a_level_are_unranked() {
    let ratings = |changes: &Value| {
        let chart = chart_with(changes);
        let score = metrics(1_001_500, "CLEAR", "FULL BELL", 1158);
        ["rating", "scoreRating", "starRating"].map(|name| play::rating(&chart, name, &score).unwrap())
    };
    for unranked in [json!({"data": {"inGameID": 7000}}), json!({"data": {"inGameID": 7999}}), json!({"levelNum": 0})] {
        assert_eq!(ratings(&unranked), [0.0; 3], "{unranked}");
    }
    for in_game_id in [json!(6999), json!(8000), json!(null)] {
        let ranked = json!({"levelNum": 10.5, "data": {"inGameID": in_game_id}});
        assert_eq!(ratings(&ranked)[..2], [12.1, 12.1], "{ranked}");
    }
}

#[test]
fn profile_ratings_are_those_of_the_page() {
    let chart = chart();
    let profile = |name, ratings: &[(&str, &[f64])]| play::profile_rating(&chart, name, ratings);
    assert_eq!(profile("naiveRating", &[("rating", &[16.27; 45])]), Some(16.27));
    assert_eq!(profile("naiveRatingRefresh", &[("scoreRating", &[16.271; 60])]), Some(19.525));
    let stars: &[f64] = &[1.0, 1.0, 0.0, 0.0];
    assert_eq!(profile("starRating", &[("starRating", stars)]), Some(0.04));
    let both: &[(&str, &[f64])] = &[("scoreRating", &[16.271; 60]), ("starRating", stars)];
    assert_eq!(profile("naiveRatingRefresh", both), Some(19.565));
    let four: &[f64] = &[16.0; 4];
    assert_eq!(profile("naiveRating", &[("rating", four)]), Some(1.42));
    assert_eq!(profile("scoreRating", &[("scoreRating", four)]), Some(1.066));
    assert_eq!(profile("naiveRatingRefresh", &[("scoreRating", four)]), Some(1.279));
}

#[test]
fn without_pbs_only_the_refresh_rating_is_not_null() {
    let chart = chart();
    let profile = |name| play::profile_rating(&chart, name, &[]);
    assert_eq!(["naiveRating", "scoreRating", "starRating"].map(profile), [None; 3]);
    assert_eq!(profile("naiveRatingRefresh"), Some(0.0));
}

#[test]
fn sessions_take_the_mean_of_the_best_10() {
    for name in ["naiveRating", "naiveScoreRating", "starRating"] {
        assert_eq!(play::session_rating(&ongeki::SINGLE, name, &[1.0; 9]), None);
        assert_eq!(play::session_rating(&ongeki::SINGLE, name, &[1.0; 11]), Some(1.0));
    }
}

#[test]
fn colours_start_at_their_ratings() {
    let colours = [
        (0.0, "BLUE"),
        (4.0, "GREEN"),
        (7.0, "ORANGE"),
        (9.0, "RED"),
        (11.0, "PURPLE"),
        (13.0, "COPPER"),
        (15.0, "SILVER"),
        (17.0, "GOLD"),
        (18.0, "PLATINUM"),
        (19.0, "RAINBOW"),
        (20.0, "RAINBOW_SHINY"),
        (21.0, "RAINBOW_EX"),
        (22.0, "RAINBOW_EX_TRUE"),
    ];
    play::check_classes(Gpt::OngekiSingle, "colour", &colours);
    let last = ongeki::SINGLE.classes[0].values.last().unwrap();
    assert_eq!((last.display, last.hover), ("虹(極)・真", "Rainbow Extreme (True): 22.000~ RatingRefresh"));
}

#[test]
fn a_pb_takes_the_best_platinum_score_with_its_stars() {
    let chart = chart_with(&json!({"data": {"maxPlatScore": 1000}}));
    let scores = [metrics(1_001_500, "CLEAR", "FULL BELL", 970), metrics(0, "CLEAR", "FULL BELL", 990)];
    let (pb, from) = play::pb(&chart, &scores);
    let shown = |name| pb.data.value_json(chart.config().metric(name).unwrap().0).unwrap();
    assert_eq!(shown("score"), 1_001_500);
    assert_eq!(shown("platinumScore"), 990);
    assert_eq!(shown("platinumStars"), "R-star");
    assert_eq!(from, ["Best Score A", "Best Platinum Score B"]);
    assert_eq!(tachi_core::pb::rank_values(&pb.data), [1_001_500.0, 990.0, 1.0, 1.0].map(Some));
}

#[test]
fn goals_are_worded_as_on_the_page() {
    let chart = chart();
    let pb = metrics(982_123, "CLEAR", "NONE", 0);
    let score = play::number_goal(&chart, "score", 1_008_182.0, &pb);
    assert_eq!(score, ["Get a score of 1,008,182 on", "982,123", "1,008,182"]);
    let plat = chart_with(&json!({"data": {"maxPlatScore": 1500}}));
    let platinum = play::number_goal(&plat, "platinumScore", 1500.0, &metrics(982_123, "CLEAR", "NONE", 1234));
    assert_eq!(platinum, ["Get 1,500 Platinum Score on", "1,234", "1,500"]);
    // 961 of 1000 are three stars.
    let plat = chart_with(&json!({"data": {"maxPlatScore": 1000}}));
    let stars = play::number_goal(&plat, "platinumStars", 3.0, &metrics(982_123, "CLEAR", "NONE", 961));
    assert_eq!(stars, ["Get ★★★☆☆ on", "★★★☆☆", "★★★☆☆"]);
    let stars = play::number_goal(&plat, "platinumStars", 6.0, &metrics(982_123, "CLEAR", "NONE", 0));
    assert_eq!(stars, ["Get ★★★★★(虹) on", "☆☆☆☆☆", "★★★★★(虹)"]);
    for wanted in ["S", "SS"] {
        assert_eq!(play::grade_goal(&chart, wanted, &metrics(987_342, "CLEAR", "NONE", 0)), "SS-2.7K");
    }
    assert_eq!(play::plain_goals(chart.config()), ["noteLamp", "bellLamp"]);
}

#[test]
fn labels_show_difficulty_and_level() {
    assert_eq!(play::label(Game::Ongeki, &song_document(), &chart_document()), "君の知らない物語 (MAS 11)");
}

#[test]
fn lunatic_means_re_master_as_well() {
    let special = |id: &str, difficulty: &str, song: i64, in_game_id: i64| {
        let changes = json!({
            "chartID": id, "difficulty": difficulty, "songID": song, "data": {"inGameID": in_game_id},
            "isPrimary": false,
        });
        play::with(&chart_document(), &changes)
    };
    let other_song = play::with(&song_document(), &json!({"id": 2, "title": "two"}));
    let charts = [
        special("re", "Re:MASTER", 1, 8001),
        special("lunatic", "LUNATIC", 2, 8002),
        special("also re", "Re:MASTER", 2, 8003),
    ];
    let catalogue = play::catalogue(Game::Ongeki, &[song_document(), other_song], &charts);
    let find = |match_type, identifier, difficulty, version| {
        play::resolve_version(&catalogue, Gpt::OngekiSingle, (match_type, identifier, Some(difficulty)), version)
    };
    for (id, expected) in [("8001", "re"), ("8002", "lunatic"), ("8003", "also re")] {
        assert_eq!(find(MatchType::InGameId, id, "LUNATIC", None), Ok(expected.to_owned()));
    }
    assert!(matches!(
        find(MatchType::InGameId, "8001", "LUNATIC", Some("refreshOmni")),
        Err(ResolveError::NotFound(_))
    ));
    assert_eq!(find(MatchType::TachiSongId, "1", "LUNATIC", None), Ok("re".to_owned()));
    let Err(ResolveError::Invalid(text)) = find(MatchType::SongTitle, "two", "LUNATIC", None) else { panic!("found") };
    assert_eq!(text, "This chart cannot be matched by songTitle+difficulty.");
    let Err(ResolveError::Invalid(text)) = find(MatchType::InGameId, "8001", "Re:MASTER", None) else {
        panic!("found")
    };
    assert!(text.ends_with("Don't use Re:MASTER directly; send the score as LUNATIC instead."), "{text}");
}
