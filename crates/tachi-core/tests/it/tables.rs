//! Walks over the tables: what every game's configuration must fulfil, and the published tables written down again.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use serde_json::json;
use tachi_core::game::{
    ClassSource, DataKind, DifficultyKind, Edition, Game, Gpt, GptConfig, Group, Metric, MetricKind, OldMemberRule,
    Pick, ProfileRule,
};
use tachi_core::ids::{ChartId, UserId};
use tachi_core::match_type::MatchType;
use tachi_core::score::{MetricIdx, ScoreData};
use tachi_core::{formula, score_id};

use crate::play;

fn configs() -> impl Iterator<Item = &'static GptConfig> {
    Gpt::ALL.iter().map(|gpt| gpt.config())
}

#[track_caller]
fn check_unique<T: Eq + Hash + Debug>(what: &str, names: impl IntoIterator<Item = T>) {
    let mut seen = HashSet::new();
    for name in names {
        assert!(!seen.contains(&name), "{what}: {name:?} occurs twice");
        seen.insert(name);
    }
}

fn metric_name(config: &GptConfig, metric: MetricIdx) -> &'static str {
    config.metrics[metric.get()].name
}

fn is_number(metric: &Metric) -> bool {
    matches!(metric.kind, MetricKind::Integer(_) | MetricKind::Decimal(_))
}

// --- Identity ----------------------------------------------------------------------------------------------------

/// `spec/games/README.md` 2, with playtypes of their own in lines of their own: idString, v3, display name, default
/// metric, default enum, default ratings of scores, sessions and profiles.
const GAMES: &str = "
iidx:SP | iidx-sp | beatmania IIDX (SP) | K | percent | lamp | ktLampRating / ktLampRating / ktLampRating
iidx:DP | iidx-dp | beatmania IIDX (DP) | K | percent | lamp | ktLampRating / ktLampRating / ktLampRating
museca:Single | museca | MÚSECA | K | score | grade | curatorSkill / curatorSkill / curatorSkill
chunithm:Single | chunithm | CHUNITHM | K | score | grade | rating / naiveRating / naiveRating
bms:7K | bms-7k | BMS (7K) | B | percent | lamp | sieglinde / sieglinde / sieglinde
bms:14K | bms-14k | BMS (14K) | B | percent | lamp | sieglinde / sieglinde / sieglinde
gitadora:Gita | gitadora-gita | GITADORA (Gita) | K | percent | grade | skill / skill / naiveSkill
gitadora:Dora | gitadora-dora | GITADORA (Dora) | K | percent | grade | skill / skill / naiveSkill
jubeat:Single | jubeat | jubeat | K | musicRate | grade | jubility / jubility / jubility
maimai:Single | maimai | maimai | K | percent | grade | rate / rate / naiveRate
maimaidx:Single | maimaidx | maimai DX | K | percent | grade | rate / rate / naiveRate
popn:9B | popn | pop'n music | K | score | lamp | classPoints / classPoints / naiveClassPoints
sdvx:Single | sdvx | SOUND VOLTEX | K | score | grade | VF7 / ProfileVF7 / VF7
usc:Controller | usc-controller | USC (Controller) | B | score | grade | VF7 / ProfileVF7 / VF7
usc:Keyboard | usc-keyboard | USC (Keyboard/Other) | B | score | grade | VF7 / ProfileVF7 / VF7
wacca:Single | wacca | WACCA | K | score | grade | rate / rate / naiveRate
pms:Controller | pms-controller | PMS (Controller) | B | percent | lamp | sieglinde / sieglinde / sieglinde
pms:Keyboard | pms-keyboard | PMS (Keyboard) | B | percent | lamp | sieglinde / sieglinde / sieglinde
itg:Stamina | itg-stamina | ITG | B | finalPercent | lamp | blockRating / blockRating / highestBlock
arcaea:Touch | arcaea | Arcaea | B | score | grade | potential / naivePotential / naivePotential
ongeki:Single | ongeki | O.N.G.E.K.I. | K | score | grade | scoreRating / naiveScoreRating / naiveRatingRefresh
ddr:SP | ddr-sp | DDR (SP) | K | score | lamp | flareSkill / flareSkill / flareSkill
ddr:DP | ddr-dp | DDR (DP) | K | score | lamp | flareSkill / flareSkill / flareSkill
";

#[test]
fn the_games_are_those_of_the_page_in_its_order() {
    let ours = configs().map(|config| {
        let edition = match config.game.config().edition {
            Edition::Arcade => "K",
            Edition::Home => "B",
            Edition::Both => "KB",
        };
        let (metric, value) = (metric_name(config, config.default_metric), metric_name(config, config.default_enum));
        let (score, session, profile) =
            (config.default_score_rating, config.default_session_rating, config.default_profile_rating);
        format!(
            "{} | {} | {} | {edition} | {metric} | {value} | {score} / {session} / {profile}",
            config.gpt, config.v3, config.name
        )
    });
    assert_eq!(ours.collect::<Vec<_>>(), GAMES.trim().lines().collect::<Vec<_>>());
}

#[test]
fn names_parse_as_they_print() {
    for game in Game::ALL {
        assert_eq!(game.to_string().parse(), Ok(*game));
        assert_eq!(game.config().game, *game);
        assert_eq!(Game::ALL[game.index()], *game);
    }
    for gpt in Gpt::ALL {
        let config = gpt.config();
        assert_eq!(gpt.to_string().parse(), Ok(*gpt));
        assert_eq!(gpt.to_string(), format!("{}:{}", config.game, config.playtype));
        assert_eq!((config.gpt, config.game), (*gpt, gpt.game()));
        assert_eq!(Gpt::from_index(gpt.index()), Some(*gpt));
        assert_eq!(Gpt::from_v3(config.v3), Some(*gpt));
        assert_eq!(config.game.playtype(config.playtype), Some(*gpt));
    }
    for match_type in MatchType::ALL {
        assert_eq!(match_type.to_string().parse(), Ok(*match_type));
    }
    for wrong in ["", "iidx", "iidx:sp", "IIDX:SP", "iidx:SP ", "sdvx:", "usc:Single"] {
        assert!(wrong.parse::<Gpt>().is_err(), "{wrong:?}");
    }
}

#[test]
fn games_list_their_playtypes() {
    let of_games: Vec<Gpt> = Game::ALL.iter().flat_map(|game| game.config().gpts).copied().collect();
    assert_eq!(of_games, Gpt::ALL);
    for config in configs() {
        let game = config.game.config();
        let names = [game.name.to_owned(), format!("{} ({})", game.name, config.playtype)];
        let usual = if game.gpts.len() == 1 { &names[0] } else { &names[1] };
        assert!(config.name == usual || config.gpt == Gpt::UscKeyboard, "{}", config.name);
    }
}

// --- Metrics -----------------------------------------------------------------------------------------------------

#[test]
fn metrics_are_declared_by_group_and_named_once() {
    for config in configs() {
        check_unique(config.gpt.id_string(), config.metrics.iter().map(|metric| metric.name));
        check_unique(config.gpt.id_string(), config.judgements);
        let groups = config.metrics.iter().map(|metric| metric.group as u8);
        assert!(groups.is_sorted(), "{}: provided, derived, optional", config.gpt);
        assert!(config.metrics.iter().all(|metric| metric.part_of_id || metric.group != Group::Provided));
        assert!(config.metrics.iter().all(|metric| !metric.part_of_id || metric.group != Group::Derived));
    }
}

#[test]
fn enums_list_each_value_once_and_know_their_relevant_one() {
    for config in configs() {
        for metric in config.metrics {
            let MetricKind::Enum { values, relevant_from } = metric.kind else { continue };
            let what = format!("{} {}", config.gpt, metric.name);
            check_unique(&what, values);
            assert!(values.contains(&relevant_from), "{what}: {relevant_from}");
            assert!(values.len() > 1 && u8::try_from(values.len()).is_ok(), "{what}");
        }
    }
}

#[test]
fn the_default_metric_is_a_number_and_the_default_enum_an_enum_that_all_scores_have() {
    for config in configs() {
        let metric = &config.metrics[config.default_metric.get()];
        assert!(is_number(metric) && metric.group != Group::Optional, "{} {}", config.gpt, metric.name);
        let metric = &config.metrics[config.default_enum.get()];
        assert!(!metric.values().is_empty() && metric.group != Group::Optional, "{} {}", config.gpt, metric.name);
    }
}

#[test]
fn every_game_but_itg_counts_fast_slow_and_the_largest_combo() {
    for config in configs() {
        for name in ["fast", "slow", "maxCombo"] {
            let optional = config.metric(name).map(|(_, metric)| metric.group) == Some(Group::Optional);
            assert_eq!(optional, config.game != Game::Itg, "{} {name}", config.gpt);
        }
    }
}

#[test]
fn score_ids_have_form_r_where_lamp_grade_score_and_percent_exist() {
    let mut form_r = Vec::new();
    for config in configs() {
        let four = ["lamp", "grade", "score", "percent"].iter().all(|name| config.metric(name).is_some());
        let optional = config.metrics_of(Group::Optional).any(|(_, metric)| metric.part_of_id);
        let text = score_id::form_r_text(UserId(1), &ChartId::new("c"), &ScoreData::new(config));
        assert_eq!(text.is_some(), four && !optional, "{}", config.gpt);
        if text.is_some() {
            form_r.push(config.gpt);
        }
    }
    let expected = [Gpt::IidxSp, Gpt::IidxDp, Gpt::Bms7k, Gpt::Bms14k, Gpt::PmsController, Gpt::PmsKeyboard];
    assert_eq!(form_r, expected);
}

#[test]
fn optional_metrics_in_the_id_are_those_of_the_page() {
    let in_id = configs().flat_map(|config| {
        let metrics = config.metrics_of(Group::Optional).filter(|(_, metric)| metric.part_of_id);
        metrics.map(|(_, metric)| format!("{} {}", config.gpt, metric.name))
    });
    let expected =
        ["sdvx:Single exScore", "ongeki:Single damage", "ongeki:Single bellCount", "ddr:SP exScore", "ddr:DP exScore"];
    assert_eq!(in_id.collect::<Vec<_>>(), expected);
}

#[test]
fn old_members_become_what_there_is() {
    for config in configs() {
        for old in config.old_members {
            let what = format!("{} {}", config.gpt, old.name);
            assert!(config.metric(old.name).is_none(), "{what}");
            assert!(old.unless.iter().all(|name| config.metric(name).is_some()), "{what}");
            match &old.becomes {
                OldMemberRule::Renamed(name) => assert!(config.metric(name).is_some(), "{what}"),
                OldMemberRule::Mapped { values, .. } => {
                    check_unique(&what, values.iter().map(|(value, _)| value));
                    for (name, value) in values.iter().flat_map(|(_, becomes)| *becomes) {
                        let metric = config.metric(name).is_some_and(|(_, metric)| metric.values().contains(value));
                        let match_type = *name == "matchType" && value.parse::<MatchType>().is_ok();
                        assert!(metric || match_type, "{what}: {name} {value}");
                    }
                }
            }
        }
    }
}

#[test]
fn options_and_preferences_are_named_once() {
    for config in configs() {
        check_unique(config.gpt.id_string(), config.score_meta.iter().map(|field| field.name));
        check_unique(config.gpt.id_string(), config.preferences.iter().map(|field| field.name));
    }
}

// --- Ratings -----------------------------------------------------------------------------------------------------

#[test]
fn ratings_are_made_of_ratings_that_exist() {
    for config in configs() {
        let gpt = config.gpt;
        let exists = |of: &str| config.score_rating(of).is_some();
        assert!(exists(config.default_score_rating), "{gpt}");
        assert!(config.session_ratings.iter().any(|rating| rating.name == config.default_session_rating), "{gpt}");
        assert!(config.profile_ratings.iter().any(|rating| rating.name == config.default_profile_rating), "{gpt}");
        check_unique(gpt.id_string(), config.score_ratings.iter().map(|rating| rating.name));
        check_unique(gpt.id_string(), config.session_ratings.iter().map(|rating| rating.name));
        check_unique(gpt.id_string(), config.profile_ratings.iter().map(|rating| rating.name));
        for rating in config.session_ratings {
            assert!(exists(rating.of) && rating.best > 0, "{gpt} {}", rating.name);
        }
        for rating in config.profile_ratings {
            match &rating.rule {
                ProfileRule::Best { of, best, .. } => assert!(exists(of) && *best > 0, "{gpt} {}", rating.name),
                ProfileRule::Own { inputs, .. } => {
                    assert!(inputs.iter().all(|input| exists(input.of) && input.limit > 0), "{gpt} {}", rating.name);
                    check_unique(rating.name, inputs.iter().map(|input| (input.of, input.bucket)));
                }
            }
        }
    }
}

#[test]
fn ratings_say_what_they_are_in_a_sentence_and_show_numbers() {
    for config in configs() {
        let scores = config.score_ratings.iter().map(|rating| (rating.name, rating.description, rating.format));
        let sessions = config.session_ratings.iter().map(|rating| (rating.name, rating.description, rating.format));
        let profiles = config.profile_ratings.iter().map(|rating| (rating.name, rating.description, rating.format));
        for (name, description, format) in scores.chain(sessions).chain(profiles) {
            assert!(description.ends_with('.') && description.len() > 10, "{} {name}: {description:?}", config.gpt);
            assert!(format(12.345).contains("12"), "{} {name}: {}", config.gpt, format(12.345));
        }
    }
}

#[test]
fn charts_fall_into_buckets_only_where_a_rating_asks_for_them() {
    for game in Game::ALL {
        let catalogue = play::built_in_catalogue(*game);
        for chart in catalogue.charts() {
            let config = chart.config();
            let asked = config.profile_ratings.iter().flat_map(|rating| match rating.rule {
                ProfileRule::Best { .. } => &[][..],
                ProfileRule::Own { inputs, .. } => inputs,
            });
            let asked: Vec<u8> = asked.filter_map(|input| input.bucket).collect();
            assert!(catalogue.bucket(chart) == 0 || !asked.is_empty(), "{} {}", config.gpt, chart.id);
        }
    }
}

// --- Classes -----------------------------------------------------------------------------------------------------

/// The pages of the games: class sets of which not every class is announced, the lowest one that is, and how many
/// scores it takes.
const ANNOUNCED: &[(&str, &str, Option<&str>, u32)] = &[
    ("chunithm:Single", "colour", Some("RAINBOW"), 50),
    ("gitadora:Gita gitadora:Dora", "colour", None, 50),
    ("jubeat:Single", "colour", None, 60),
    ("maimai:Single", "colour", None, 30),
    ("maimaidx:Single", "colour", Some("BRONZE"), 0),
    ("ongeki:Single", "colour", Some("RAINBOW"), 0),
    ("popn:9B", "class", Some("GOD"), 0),
    ("sdvx:Single usc:Controller usc:Keyboard", "vfClass", Some("IMPERIAL_I"), 0),
    ("ddr:SP ddr:DP", "flare", Some("URANUS"), 0),
    ("wacca:Single", "colour", Some("RAINBOW"), 0),
    ("arcaea:Touch", "badge", Some("RED"), 0),
];

#[test]
fn classes_are_announced_from_where_the_pages_say() {
    let rows = |gpt: &str, set: &str| {
        let named = |row: &&(&str, &str, Option<&str>, u32)| row.0.split(' ').any(|name| name == gpt) && row.1 == set;
        ANNOUNCED.iter().find(named).map_or((None, 0), |(_, _, from, scores)| (*from, *scores))
    };
    for gpt in Gpt::ALL {
        for set in gpt.config().classes {
            let announced = (set.announced.from, set.announced.scores);
            assert_eq!(announced, rows(&gpt.to_string(), set.id), "{gpt} {}", set.id);
            assert!(announced.0.is_none_or(|from| set.index_of(from).is_some()), "{gpt} {}", set.id);
        }
    }
    let vf = Gpt::SdvxSingle.config().class_set("vfClass").unwrap();
    assert!(vf.announces("IMPERIAL_I", 0) && !vf.announces("CRIMSON_IV", 1_000_000));
}

/// `spec/classes.md` 2: GPTs, set, kind, IDs ascending.
const CLASSES: &[(&str, &str, &str, &str)] = &[
    ("iidx:SP iidx:DP", "dan", "P", "KYU_7..KYU_1 DAN_1..DAN_10 CHUUDEN KAIDEN"),
    ("bms:7K bms:14K", "genocideDan", "P", "NORMAL_1..NORMAL_10 INSANE_1..INSANE_10 INSANE_KAIDEN OVERJOY"),
    ("bms:7K", "stslDan", "P", "SL0..SL12 ST0..ST12"),
    ("bms:7K", "newGenerationDan", "P", "NORMAL_1..NORMAL_10 INSANE_0..INSANE_10 INSANE_KAIDEN"),
    ("bms:7K", "lnDan", "P", "DAN_1..DAN_10 KAIDEN OVERJOY UDON"),
    ("bms:7K", "scratchDan", "P", "KYU_7..KYU_1 DAN_1..DAN_10 KAIDEN"),
    ("bms:14K", "stslDan", "P", "SL0..SL12"),
    ("pms:Controller pms:Keyboard", "dan", "P", "INSANE_1..INSANE_10 INSANE_KAIDEN OVERJOY UNDEFINED"),
    ("sdvx:Single", "dan", "P", "DAN_1..DAN_11 INF"),
    (
        "sdvx:Single usc:Controller usc:Keyboard",
        "vfClass",
        "D",
        "SIENNA* COBALT* DANDELION* CYAN* SCARLET* CORAL* ARGENTO* ELDORA* CRIMSON* IMPERIAL*",
    ),
    ("ddr:SP ddr:DP", "flare", "D", "NONE^ MERCURY^ VENUS^ EARTH^ MARS^ JUPITER^ SATURN^ URANUS^ NEPTUNE^ SUN^ WORLD"),
    (
        "chunithm:Single",
        "colour",
        "D",
        "BLUE GREEN ORANGE RED PURPLE COPPER SILVER GOLD PLATINUM PLATINUM_II PLATINUM_III RAINBOW RAINBOW_II \
         RAINBOW_III RAINBOW_IV RAINBOW_EX_I RAINBOW_EX_II RAINBOW_EX_III",
    ),
    ("chunithm:Single", "dan", "P", "DAN_I DAN_II DAN_III DAN_IV DAN_V DAN_INFINITE"),
    ("chunithm:Single", "emblem", "P", "DAN_I DAN_II DAN_III DAN_IV DAN_V DAN_INFINITE"),
    (
        "gitadora:Gita gitadora:Dora",
        "colour",
        "D",
        "WHITE ORANGE ORANGE_GRD YELLOW YELLOW_GRD GREEN GREEN_GRD BLUE BLUE_GRD PURPLE PURPLE_GRD RED RED_GRD BRONZE \
         SILVER GOLD RAINBOW",
    ),
    ("jubeat:Single", "colour", "D", "BLACK YELLOW_GREEN GREEN LIGHT_BLUE BLUE VIOLET PURPLE PINK ORANGE GOLD"),
    ("maimai:Single", "colour", "D", "WHITE BLUE GREEN YELLOW RED PURPLE BRONZE SILVER GOLD RAINBOW"),
    ("maimai:Single", "dan", "P", "DAN_1..DAN_10 KAIDEN SHINDAN_1..SHINDAN_10 SHINKAIDEN"),
    (
        "maimaidx:Single",
        "colour",
        "D",
        "WHITE BLUE GREEN YELLOW RED PURPLE BRONZE SILVER GOLD GOLD_II PLATINUM PLATINUM_II RAINBOW RAINBOW_II \
         RAINBOW_III RAINBOW_IV RAINBOW_EX_I RAINBOW_EX_II RAINBOW_EX_III RAINBOW_EX_IV",
    ),
    ("maimaidx:Single", "dan", "P", "DAN_1..DAN_10 SHINDAN_1..SHINDAN_10 SHINKAIDEN URAKAIDEN"),
    ("maimaidx:Single", "matchingClass", "P", "B5..B1 A5..A1 S5..S1 SS5..SS1 SSS5..SSS1 LEGEND"),
    (
        "ongeki:Single",
        "colour",
        "D",
        "BLUE GREEN ORANGE RED PURPLE COPPER SILVER GOLD PLATINUM RAINBOW RAINBOW_SHINY RAINBOW_EX RAINBOW_EX_TRUE",
    ),
    ("popn:9B", "class", "D", "KITTY STUDENT DELINQUENT DETECTIVE IDOL GENERAL HERMIT GOD"),
    ("wacca:Single", "stageUp", "P", "I II III IV V VI VII VIII IX X XI XII XIII XIV"),
    ("wacca:Single", "colour", "D", "ASH NAVY YELLOW RED PURPLE BLUE SILVER GOLD RAINBOW"),
    ("arcaea:Touch", "badge", "D", "BLUE GREEN ASH_PURPLE PURPLE RED ONE_STAR TWO_STARS THREE_STARS"),
    ("arcaea:Touch", "courseBanner", "P", "PHASE_1..PHASE_12"),
];

/// `A_1..A_3` are the numbers between, `A*` its four Roman ones, `A^` itself and with up to three plus signs.
fn expand(ids: &str) -> Vec<String> {
    let numbered = |id: &str| -> Option<(String, i32)> {
        let stem = id.trim_end_matches(|digit: char| digit.is_ascii_digit());
        Some((stem.to_owned(), id[stem.len()..].parse().ok()?))
    };
    let one = |id: &str| -> Vec<String> {
        if let Some((first, last)) = id.split_once("..") {
            let ((stem, first), (_, last)) = (numbered(first).unwrap(), numbered(last).unwrap());
            let step = if first < last { 1 } else { -1 };
            return (0..=(last - first).abs()).map(|at| format!("{stem}{}", first + at * step)).collect();
        }
        match (id.strip_suffix('*'), id.strip_suffix('^')) {
            (Some(stem), _) => ["I", "II", "III", "IV"].map(|number| format!("{stem}_{number}")).to_vec(),
            (_, Some(stem)) => ["", "+", "++", "+++"].map(|plus| format!("{stem}{plus}")).to_vec(),
            (None, None) => vec![id.to_owned()],
        }
    };
    ids.split_whitespace().flat_map(one).collect()
}

#[test]
fn class_sets_are_those_of_the_page() {
    let mut expected: Vec<String> = Vec::new();
    for (gpts, set, kind, ids) in CLASSES {
        expected.extend(gpts.split(' ').map(|gpt| format!("{gpt} {set} {kind}: {}", expand(ids).join(" "))));
    }
    let mut ours: Vec<String> = Vec::new();
    for config in configs() {
        ours.extend(config.classes.iter().map(|set| {
            let kind = if matches!(set.source, ClassSource::Provided) { "P" } else { "D" };
            let ids: Vec<&str> = set.values.iter().map(|value| value.id).collect();
            format!("{} {} {kind}: {}", config.gpt, set.id, ids.join(" "))
        }));
    }
    expected.sort();
    ours.sort();
    assert_eq!(ours, expected);
}

#[test]
fn class_values_are_named_once_and_derived_ones_have_ascending_bounds() {
    for config in configs() {
        check_unique(config.gpt.id_string(), config.classes.iter().map(|set| set.id));
        for set in config.classes {
            let what = format!("{} {}", config.gpt, set.id);
            check_unique(&what, set.values.iter().map(|value| value.id));
            assert!(set.values.iter().all(|value| !value.display.is_empty()), "{what}");
            if let ClassSource::Derived { rating, from } = set.source {
                assert!(config.profile_ratings.iter().any(|known| known.name == rating), "{what}: {rating}");
                assert_eq!(from.len(), set.values.len(), "{what}");
                assert!(from[0] == 0.0 && from.windows(2).all(|pair| pair[0] < pair[1]), "{what}: {from:?}");
            }
        }
    }
}

// --- PBs and goals ---------------------------------------------------------------------------------------------------

/// `spec/pbs.md` 1 and 3: games, base, mergers with the metric that decides, leaderboard.
const PBS: &str = "
iidx bms pms | Best Score | Best Lamp: max lamp, Lowest BP: min bp | score, lamp, -bp
sdvx | Best Score | Best Lamp: max lamp, Best EX Score: max exScore | score, lamp, exScore
usc museca wacca arcaea | Best Score | Best Lamp: max lamp | score, lamp
ddr | Best Score | Best Lamp: max lamp, Best Score: max score, Best EX Score: max exScore, Best Flare: max flare \
 | score, lamp
chunithm | Best Score | Best Note Lamp: max noteLamp, Best Clear Lamp: max clearLamp | score, noteLamp, clearLamp
ongeki | Best Score \
 | Best Platinum Score: max platinumScore, Best Note Lamp: max noteLamp, Best Bell Lamp: max bellLamp \
 | score, platinumScore, noteLamp, bellLamp
popn | Best Score | Best Clear: max clearMedal | score, clearMedal
gitadora maimai maimaidx | Best Percent | Best Lamp: max lamp | percent, lamp
jubeat | Best Music Rate | Best Lamp: max lamp, Best Score: max score | musicRate, score, lamp
itg | Best Result | Best Lamp: max lamp | finalPercent, lamp
";

#[test]
fn pbs_are_composed_and_ranked_as_on_the_page() {
    for config in configs() {
        let mergers = config.pb.mergers.iter().map(|merger| {
            let pick = if merger.pick == Pick::Largest { "max" } else { "min" };
            format!("{}: {pick} {}", merger.name, metric_name(config, merger.metric))
        });
        let rank = config.pb.rank.iter().map(|key| {
            let sign = if key.ascending { "-" } else { "" };
            format!("{sign}{}", metric_name(config, key.metric))
        });
        let (mergers, rank) = (mergers.collect::<Vec<_>>().join(", "), rank.collect::<Vec<_>>().join(", "));
        let ours = format!("{} | {mergers} | {rank}", config.pb.base);
        let row = PBS.trim().lines().map(|line| line.split_once(" | ").unwrap());
        let (_, expected) =
            row.into_iter().find(|(games, _)| games.split(' ').any(|game| game == config.game.id())).unwrap();
        assert_eq!(ours, expected, "{}", config.gpt);
    }
}

#[test]
fn mergers_copy_what_decides_and_pick_by_a_number() {
    for config in configs() {
        for merger in config.pb.mergers {
            let what = format!("{} {}", config.gpt, merger.name);
            assert!(merger.copies.contains(&merger.metric), "{what}");
            check_unique(&what, merger.copies);
            let metric = &config.metrics[merger.metric.get()];
            assert!(is_number(metric) || !metric.values().is_empty(), "{what}");
        }
        let rank = config.pb.rank.first().unwrap().metric;
        // EX scores rank like the percent they make on one chart.
        let by_score = config.metrics[rank.get()].name == "score";
        assert!(rank == config.default_metric || by_score, "{}", config.gpt);
    }
}

#[test]
fn goals_are_on_metrics_that_every_score_has() {
    for config in configs() {
        check_unique(config.gpt.id_string(), config.goals.iter().map(|goal| goal.metric));
        let could_be = config.metrics.iter().filter(|metric| metric.group != Group::Optional);
        let goals = config.goals.iter().map(|goal| metric_name(config, goal.metric));
        let (could_be, goals): (HashSet<&str>, HashSet<&str>) =
            (could_be.map(|metric| metric.name).collect(), goals.collect());
        assert_eq!(goals, could_be, "{}", config.gpt);
    }
}

#[test]
fn goals_name_what_they_ask_for() {
    for config in configs() {
        for goal in config.goals {
            let what = format!("{} {}", config.gpt, metric_name(config, goal.metric));
            for wanted in [0.0, 1.0] {
                assert!(!goal.criteria(config, wanted).is_empty(), "{what}");
                assert!(!goal.out_of(config, wanted).is_empty(), "{what}");
            }
        }
    }
}

// --- Charts ----------------------------------------------------------------------------------------------------------

/// `spec/games/README.md` 11, in the order of messages.
const MATCH_TYPES: &str = "
iidx | inGameID, tachiSongID, songTitle
bms pms | bmsChartHash, tachiSongID
sdvx | sdvxInGameID, songTitle, tachiSongID
usc | uscChartHash, tachiSongID
museca wacca ongeki | songTitle, tachiSongID, inGameID
chunithm | gcmInGameIDSpecialChart, inGameID, songTitle, tachiSongID
maimaidx | gcmInGameIDSpecialChart, songTitle, tachiSongID, inGameID
maimai | gcmInGameIDSpecialChart, songTitle, tachiSongID, inGameID, inGameStrID
gitadora | inGameID, songTitle, tachiSongID
jubeat | inGameID, tachiSongID
popn | inGameID, tachiSongID, popnChartHash
ddr | inGameID, songTitle, tachiSongID, ddrSongHash
arcaea | inGameStrID, songTitle, tachiSongID
itg | itgChartHash
";

#[test]
fn match_types_are_those_of_the_page_in_its_order() {
    for config in configs() {
        let rows = MATCH_TYPES.trim().lines().map(|line| line.split_once(" | ").unwrap());
        let (_, expected) =
            rows.into_iter().find(|(games, _)| games.split(' ').any(|game| game == config.game.id())).unwrap();
        let ours: Vec<&str> = config.match_types.iter().map(|match_type| match_type.id()).collect();
        assert_eq!(ours.join(", "), expected, "{}", config.gpt);
    }
}

#[test]
fn difficulties_and_versions_are_named_once() {
    for config in configs() {
        let gpt = config.gpt.id_string();
        check_unique(gpt, config.difficulties.iter().map(|difficulty| difficulty.id));
        check_unique(gpt, config.difficulties.iter().map(|difficulty| difficulty.short));
        check_unique(gpt, config.versions.iter().map(|version| version.id));
        check_unique(gpt, config.versions.iter().map(|version| version.name));
        assert!(config.former_versions.iter().all(|id| config.versions.iter().all(|version| version.id != *id)));
        let has_default = config.difficulty(config.default_difficulty).is_some();
        assert_eq!(has_default, config.difficulty_kind != DifficultyKind::Dynamic, "{gpt}");
    }
}

#[test]
fn difficulty_groups_are_made_of_difficulties() {
    for config in configs() {
        for group in config.difficulty_groups {
            let what = format!("{} {}", config.gpt, group.id);
            assert!(group.members.iter().all(|member| config.difficulty(member).is_some()), "{what}");
            assert!(group.match_types.iter().all(|match_type| config.match_types.contains(match_type)), "{what}");
            assert!(config.difficulty(group.id).is_none() || group.members.contains(&group.id), "{what}");
        }
    }
}

/// What a dotted path below `chart.data` leads to.
fn chart_member(config: &GptConfig, path: &str) -> Option<DataKind> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let kind = config.chart_data.iter().find(|field| field.name == name)?.kind;
    match (kind, rest) {
        (DataKind::Tier, "value") => Some(DataKind::Number),
        (kind, "") => Some(kind),
        _ => None,
    }
}

#[test]
fn what_is_read_of_a_chart_is_a_member_of_its_data() {
    // DP charts have no tiers of SP, and the other way round; both are read as absent there.
    let foreign = |config: &GptConfig, path: &str| config.game == Game::Iidx && path.ends_with("Tier.value");
    for config in configs() {
        let gpt = config.gpt;
        check_unique(gpt.id_string(), config.chart_data.iter().map(|field| field.name));
        check_unique(gpt.id_string(), config.game.config().song_data.iter().map(|field| field.name));
        check_unique(gpt.id_string(), config.chart_numbers);
        for path in config.chart_numbers {
            let number = matches!(chart_member(config, path), Some(DataKind::Integer | DataKind::Number));
            assert!(number || foreign(config, path), "{gpt} {path}");
        }
        for path in config.chart_arrays {
            assert_eq!(chart_member(config, path), Some(DataKind::Numbers), "{gpt} {path}");
        }
        for path in config.recalculate_on {
            let member = path.strip_prefix("data.").and_then(|path| chart_member(config, path));
            assert!(*path == "levelNum" || member.is_some(), "{gpt} {path}");
        }
    }
}

#[test]
fn the_built_in_catalogue_has_charts_of_every_gpt() {
    for game in Game::ALL {
        let catalogue = play::built_in_catalogue(*game);
        for gpt in game.config().gpts {
            let mut charts = catalogue.charts().iter().filter(|chart| chart.gpt == *gpt);
            let chart = charts.next().unwrap();
            assert!(!catalogue.label(chart).is_empty(), "{gpt}");
            let values = chart.data_json();
            for field in gpt.config().chart_data.iter().filter(|field| field.required) {
                assert!(values.get(field.name).is_some(), "{gpt} {}", field.name);
            }
        }
    }
}

// --- Formulas --------------------------------------------------------------------------------------------------------

#[test]
fn formulas_are_named_once_and_refuse_missing_arguments() {
    check_unique("formulas", formula::all().map(|formula| formula.name));
    for formula in formula::all() {
        assert!(formula::find(formula.name).is_some());
        let nothing = json!({});
        let result = (formula.calculate)(&formula::Args(nothing.as_object().unwrap()));
        // Ratings of nothing and classes of no rating are null.
        assert!(result.is_err() || result == Ok(json!(null)), "{}: {result:?}", formula.name);
    }
}
