//! O.N.G.E.K.I. Source: `spec/games/ongeki.md`.

use smallvec::smallvec;

use super::common::{self, chart_bound, refuse_negative, refuse_outside, score_goal, three_decimals, two_decimals};
use crate::catalogue::Chart;
use crate::formula::Formula;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyGroup, DifficultyKind, Edition, Game,
    GameConfig, GoalCharts, GoalFormat, Gpt, GptConfig, GraphBound, Merger, Metric, MetricKind, PbConfig, ProfileInput,
    ProfileRating, ProfileRule, RankKey, RatedChart, Refusal, ScoreRating, SessionRating, Version,
};
use crate::grade;
use crate::match_type::MatchType;
use crate::number::{compact, json, round, with_commas};
use crate::rating::profile_best;
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Ongeki,
    name: "O.N.G.E.K.I.",
    edition: Edition::Arcade,
    gpts: &[Gpt::OngekiSingle],
    song_data: &[
        DataField::required("genre", DataKind::OneOf(GENRES)),
        DataField::nullable("duration", DataKind::Number),
        DataField::optional("flavorGenre", DataKind::Text),
    ],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::OngekiSingle,
    game: Game::Ongeki,
    playtype: "Single",
    v3: "ongeki",
    name: "O.N.G.E.K.I.",
    difficulties: &[
        Difficulty::new("BASIC", "BAS"),
        Difficulty::new("ADVANCED", "ADV"),
        Difficulty::new("EXPERT", "EXP"),
        Difficulty::new("MASTER", "MAS"),
        Difficulty::new("Re:MASTER", "Re:MAS"),
        Difficulty::new("LUNATIC", "LUN"),
    ],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "MASTER",
    difficulty_groups: &[DifficultyGroup {
        // Senders call both LUNATIC.
        id: "LUNATIC",
        members: &["LUNATIC", "Re:MASTER"],
        match_types: MATCH_TYPES,
        any_primary: true,
    }],
    versions: &[
        Version::new("brightMemory2Omni", "bright MEMORY Act.II Omnimix"),
        Version::new("brightMemory3", "bright MEMORY Act.III"),
        Version::new("brightMemory3Omni", "bright MEMORY Act.III Omnimix"),
        Version::new("refresh", "Re:Fresh"),
        Version::new("refreshOmni", "Re:Fresh Omnimix"),
    ],
    former_versions: &[],
    match_types: MATCH_TYPES,
    metrics: METRICS,
    judgements: JUDGEMENTS,
    old_members: &[],
    default_metric: SCORE,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[lamps_fit],
    score_ratings: &[
        ScoreRating {
            name: "rating",
            description: "The rating up to bright MEMORY: the chart's level, raised or lowered by the score.",
            calculate: |data, chart| ranked(chart, |level| rating(data.number(SCORE), level)),
            format: two_decimals,
        },
        ScoreRating {
            name: "scoreRating",
            description: "The rating since Re:Fresh: the chart's level, raised or lowered by the score and the lamps.",
            calculate: |data, chart| {
                ranked(chart, |level| {
                    let lamp = data.index(NOTE_LAMP);
                    // A FULL BELL on a LOSS is possible, but the formula refuses it.
                    let full_bell = data.index(BELL_LAMP) == FULL_BELL && lamp != LOSS;
                    score_rating(data.number(SCORE), level, lamp, full_bell)
                })
            },
            format: three_decimals,
        },
        ScoreRating {
            name: "starRating",
            description: "The chart's level and the stars of the Platinum Score.",
            calculate: |data, chart| ranked(chart, |level| star_rating(data.index(PLATINUM_STARS) as f64, level)),
            format: three_decimals,
        },
    ],
    session_ratings: &[
        SessionRating::best_ten("naiveRating", "rating", "The mean of the best 10 ratings.", two_decimals),
        SessionRating::best_ten(
            "naiveScoreRating",
            "scoreRating",
            "The mean of the best 10 scoreRatings.",
            three_decimals,
        ),
        SessionRating::best_ten("starRating", "starRating", "The mean of the best 10 starRatings.", three_decimals),
    ],
    profile_ratings: &[
        ProfileRating::best(
            "naiveRating",
            ("rating", 45, Best::IntegralMean(100.0)),
            "The mean of the best 45 ratings, whichever version the charts are from.",
            two_decimals,
        ),
        ProfileRating::best(
            "scoreRating",
            ("scoreRating", BEST_SCORES, THOUSANDTHS),
            "The mean of the best 60 scoreRatings, whichever version the charts are from.",
            three_decimals,
        ),
        ProfileRating::best(
            "starRating",
            ("starRating", BEST_STARS, THOUSANDTHS),
            "The mean of the best 50 starRatings.",
            three_decimals,
        ),
        ProfileRating {
            name: "naiveRatingRefresh",
            description: "The rating of Re:Fresh: 1.2 times the scoreRating and the starRating.",
            rule: ProfileRule::Own {
                inputs: &[
                    ProfileInput { of: "scoreRating", bucket: None, limit: BEST_SCORES },
                    ProfileInput { of: "starRating", bucket: None, limit: BEST_STARS },
                ],
                calculate: |inputs| {
                    let mean = |input: usize, best| {
                        let charts: &[RatedChart<'_>] = inputs.get(input).map_or(&[], Vec::as_slice);
                        let values: Vec<f64> = charts.iter().map(|chart| chart.value).collect();
                        profile_best(&values, best, THOUSANDTHS)
                    };
                    Some(refresh_rating(mean(0, BEST_SCORES), mean(1, BEST_STARS)))
                },
            },
            format: three_decimals,
        },
    ],
    default_score_rating: "scoreRating",
    default_session_rating: "naiveScoreRating",
    default_profile_rating: "naiveRatingRefresh",
    classes: &[ClassSet::derived("colour", "naiveRatingRefresh", COLOUR_BOUNDS, COLOURS).announced_from("RAINBOW")],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[
            Merger::largest("Best Platinum Score", &[PLATINUM_SCORE, PLATINUM_STARS]),
            Merger::largest("Best Note Lamp", &[NOTE_LAMP]),
            Merger::largest("Best Bell Lamp", &[BELL_LAMP]),
        ],
        rank: &[
            RankKey::largest(SCORE),
            RankKey::largest(PLATINUM_SCORE),
            RankKey::largest(NOTE_LAMP),
            RankKey::largest(BELL_LAMP),
        ],
        bucket: |_, _, _| 0,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::number(
            PLATINUM_SCORE,
            |value| format!("Get {} Platinum Score on", with_commas(value)),
            with_commas,
            GoalCharts::SingleOnly,
        ),
        // An ENUM, but worded like a number.
        GoalFormat::number(
            PLATINUM_STARS,
            |stars| format!("Get {} on", stars_text(stars)),
            stars_text,
            GoalCharts::Any,
        ),
        GoalFormat::value(NOTE_LAMP),
        GoalFormat::value(BELL_LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            grade::delta(GRADES, GRADE_BOUNDS, data.index(GRADE), data.number(SCORE), goal, compact)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("displayVersion", DataKind::OneOf(DISPLAY_VERSIONS)),
        DataField::nullable("inGameID", DataKind::Integer),
        DataField::required("maxPlatScore", DataKind::Integer),
        DataField::optional("isReMaster", DataKind::Bool),
        DataField::optional("isBonusTrack", DataKind::Bool),
        DataField::optional("chartViewURL", DataKind::Text),
    ],
    chart_numbers: CHART_NUMBERS,
    chart_arrays: &[],
    recalculate_on: &["levelNum", "data.maxPlatScore", "data.inGameID"],
};

const MATCH_TYPES: &[MatchType] = &[MatchType::SongTitle, MatchType::TachiSongId, MatchType::InGameId];

// --- Metrics ----------------------------------------------------------------------------------------------------

const MAX_SCORE: f64 = 1_010_000.0;

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
    Metric::provided("noteLamp", MetricKind::Enum { values: NOTE_LAMPS, relevant_from: "CLEAR" }),
    Metric::provided("bellLamp", MetricKind::Enum { values: &["NONE", "FULL BELL"], relevant_from: "FULL BELL" }),
    Metric::provided(
        "platinumScore",
        MetricKind::Integer(Bound::Chart(|value, chart| {
            chart_bound("Platinum Score", value, max_platinum_score(chart))
        })),
    ),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    Metric::derived(
        "platinumStars",
        MetricKind::Enum {
            values: &["0-star", "1-star", "2-star", "3-star", "4-star", "5-star", "R-star"],
            relevant_from: "1-star",
        },
    ),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
    Metric::optional_in_id("damage", common::COUNT),
    Metric::optional_in_id("bellCount", common::COUNT),
    Metric::optional("totalBellCount", common::COUNT),
    Metric::optional("scoreGraph", MetricKind::NullableGraph(GraphBound::between(0.0, MAX_SCORE))),
    Metric::optional("platinumGraph", MetricKind::NullableGraph(GraphBound::between(-100_000.0, 0.0))),
    Metric::optional("bellGraph", MetricKind::NullableGraph(GraphBound::between(-10_000.0, 0.0))),
    Metric::optional("lifeGraph", MetricKind::NullableGraph(GraphBound::between(0.0, 100.0))),
];

const NOTE_LAMPS: &[&str] = &["LOSS", "CLEAR", "FULL COMBO", "ALL BREAK", "ALL BREAK+"];
const GRADES: &[&str] = &["D", "C", "B", "BB", "BBB", "A", "AA", "AAA", "S", "SS", "SSS", "SSS+"];

/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64] = &[
    0.0,
    500_000.0,
    700_000.0,
    750_000.0,
    800_000.0,
    850_000.0,
    900_000.0,
    940_000.0,
    970_000.0,
    990_000.0,
    1_000_000.0,
    1_007_500.0,
];

const SCORE: MetricIdx = metric(METRICS, "score");
const NOTE_LAMP: MetricIdx = metric(METRICS, "noteLamp");
const BELL_LAMP: MetricIdx = metric(METRICS, "bellLamp");
const PLATINUM_SCORE: MetricIdx = metric(METRICS, "platinumScore");
const GRADE: MetricIdx = metric(METRICS, "grade");
const PLATINUM_STARS: MetricIdx = metric(METRICS, "platinumStars");

const LOSS: usize = enum_value(METRICS, NOTE_LAMP, "LOSS");
const FULL_COMBO: usize = enum_value(METRICS, NOTE_LAMP, "FULL COMBO");
const ALL_BREAK: usize = enum_value(METRICS, NOTE_LAMP, "ALL BREAK");
const ALL_BREAK_PLUS: usize = enum_value(METRICS, NOTE_LAMP, "ALL BREAK+");
const FULL_BELL: usize = enum_value(METRICS, BELL_LAMP, "FULL BELL");
const RAINBOW_STAR: usize = enum_value(METRICS, PLATINUM_STARS, "R-star");

const JUDGEMENTS: &[&str] = &["cbreak", "break", "hit", "miss"];
const CBREAK: usize = index_in(JUDGEMENTS, "cbreak");
const BREAK: usize = index_in(JUDGEMENTS, "break");
const HIT: usize = index_in(JUDGEMENTS, "hit");
const MISS: usize = index_in(JUDGEMENTS, "miss");

const CHART_NUMBERS: &[&str] = &["maxPlatScore", "inGameID"];
const MAX_PLAT_SCORE: usize = index_in(CHART_NUMBERS, "maxPlatScore");
const IN_GAME_ID: usize = index_in(CHART_NUMBERS, "inGameID");

fn max_platinum_score(chart: &Chart) -> f64 {
    chart.number(MAX_PLAT_SCORE).unwrap_or(0.0)
}

fn derive(data: &ScoreData, chart: &Chart) -> Result<Derived, Refusal> {
    let grade = grade::grade(GRADE_BOUNDS, data.number(SCORE))?;
    let stars = platinum_stars(data.number(PLATINUM_SCORE), max_platinum_score(chart));
    Ok(smallvec![MetricValue::Enum(grade as u8), MetricValue::Enum(stars as u8)])
}

/// The stars of a Platinum Score: one per percent from 94 % on, 6 (the rainbow star) from 99 % on. None where the
/// chart has no Platinum Score.
#[must_use]
pub fn platinum_stars(platinum_score: f64, max: f64) -> usize {
    if max == 0.0 {
        return 0;
    }
    ((platinum_score / max * 100.0).floor().min(99.0) - 93.0).max(0.0) as usize
}

// --- Validation -------------------------------------------------------------------------------------------------

fn lamps_fit(data: &ScoreData, chart: &Chart) -> Option<String> {
    const ALLOWS: &[(usize, usize)] = &[(ALL_BREAK_PLUS, CBREAK), (ALL_BREAK, BREAK), (FULL_COMBO, HIT)];
    let (score, lamp) = (data.number(SCORE), data.index(NOTE_LAMP));
    let (platinum, max_platinum) = (data.number(PLATINUM_SCORE), max_platinum_score(chart));
    let perfect = lamp == ALL_BREAK_PLUS && data.index(BELL_LAMP) == FULL_BELL;
    let broken = common::broken_combo(data, NOTE_LAMP, ALLOWS, MISS);
    match lamp {
        ALL_BREAK_PLUS if broken.is_some() => broken,
        ALL_BREAK_PLUS if score < MAX_SCORE => {
            Some(format!("An ALL BREAK+ must have a score of 1,010,000, not {}.", with_commas(score)))
        }
        _ if score == MAX_SCORE && !perfect => {
            Some("A score of 1,010,000 must have the lamps ALL BREAK+ and FULL BELL.".to_owned())
        }
        _ if broken.is_some() => broken,
        _ if platinum > max_platinum => Some(format!(
            "A Platinum Score of {} is more than the {} that the chart has.",
            with_commas(platinum),
            with_commas(max_platinum)
        )),
        _ => None,
    }
}

// --- Ratings ----------------------------------------------------------------------------------------------------

const BEST_SCORES: usize = 60;
const BEST_STARS: usize = 50;
const THOUSANDTHS: Best = Best::IntegralMean(1000.0);

/// A rating of a chart's level, 0 on charts that the game does not rank: bonus tracks and those without a level.
fn ranked(chart: &Chart, rate: impl Fn(f64) -> Result<f64, Refusal>) -> Result<Option<f64>, Refusal> {
    let bonus_track = chart.number(IN_GAME_ID).is_some_and(|id| (7000.0..8000.0).contains(&id));
    if bonus_track || chart.level_num == 0.0 { Ok(Some(0.0)) } else { rate(chart.level_num).map(Some) }
}

/// The `rating` of a score on a chart of that level.
///
/// # Errors
/// When the score is out of bounds or the level is negative.
pub fn rating(score: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    if level == 0.0 {
        return Ok(0.0);
    }
    let base = round(100.0 * level);
    let hundredths = if score >= 1_007_500.0 {
        base + 200.0
    } else if score >= 1_000_000.0 {
        base + 150.0 + ((score - 1_000_000.0) / 150.0).floor()
    } else if score >= 970_000.0 {
        base + ((score - 970_000.0) / 200.0).floor()
    } else if score >= 900_000.0 {
        base - ((970_000.0 - score) / 175.0).ceil()
    } else if score >= 800_000.0 {
        base - 400.0 - ((900_000.0 - score) / 500.0).ceil()
    } else {
        0.0
    };
    Ok((hundredths / 100.0).max(0.0))
}

/// The `scoreRating` of a score on a chart of that level; `note_lamp` is the index of the noteLamp.
///
/// # Errors
/// When the score is out of bounds, the level is negative, or the lamps do not fit the score or each other.
pub fn score_rating(score: f64, level: f64, note_lamp: usize, full_bell: bool) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    if score == MAX_SCORE && !(full_bell && note_lamp == ALL_BREAK_PLUS) {
        return Err(Refusal::new("A score of 1,010,000 is a FULL BELL and an ALL BREAK+."));
    }
    if score < MAX_SCORE && note_lamp == ALL_BREAK_PLUS {
        return Err(Refusal::new("An ALL BREAK+ has a score of 1,010,000."));
    }
    if note_lamp == LOSS && full_bell {
        return Err(Refusal::new("A FULL BELL cannot be a LOSS."));
    }
    if level == 0.0 {
        return Ok(0.0);
    }
    let base = round(1000.0 * level);
    let without_lamps = if score >= 1_007_500.0 {
        base + 1750.0 + (250.0 * (score - 1_007_500.0) / 2500.0).trunc() + 300.0
    } else if score >= 1_000_000.0 {
        base + 1250.0 + (500.0 * (score - 1_000_000.0) / 7500.0).trunc() + 200.0
    } else if score >= 990_000.0 {
        base + 750.0 + (500.0 * (score - 990_000.0) / 10_000.0).trunc() + 100.0
    } else if score >= 970_000.0 {
        base + (750.0 * (score - 970_000.0) / 20_000.0).floor()
    } else if score >= 900_000.0 {
        base - (4000.0 * (970_000.0 - score) / 70_000.0).ceil()
    } else if score >= 800_000.0 {
        base - 4000.0 - (2000.0 * (900_000.0 - score) / 100_000.0).ceil()
    } else {
        return Ok(0.0);
    };
    let bell_bonus = if full_bell { 50.0 } else { 0.0 };
    let lamp_bonus = match note_lamp {
        FULL_COMBO => 100.0,
        ALL_BREAK => 300.0,
        ALL_BREAK_PLUS => 350.0,
        _ => 0.0,
    };
    Ok(((without_lamps + bell_bonus + lamp_bonus) / 1000.0).max(0.0))
}

/// The `starRating` of 0 to 6 stars on a chart of that level; the sixth star is worth nothing.
///
/// # Errors
/// When the level is negative or there are no such stars.
pub fn star_rating(stars: f64, level: f64) -> Result<f64, Refusal> {
    refuse_negative("level", level)?;
    refuse_outside("number of stars", stars, RAINBOW_STAR as f64)?;
    Ok((stars.min(5.0) * level * level).floor() / 1000.0)
}

/// The profile's `naiveRatingRefresh` of its `scoreRating` and `starRating`; what is null counts as 0.
#[must_use]
pub fn refresh_rating(score_rating: Option<f64>, star_rating: Option<f64>) -> f64 {
    let thousandths = |rating: Option<f64>| round(1000.0 * rating.unwrap_or(0.0));
    ((thousandths(score_rating) * 1.2).floor() + thousandths(star_rating)) / 1000.0
}

/// `★★★☆☆`, or `★★★★★(虹)` for the sixth star.
#[must_use]
pub fn stars_text(stars: f64) -> String {
    let filled = stars.min(5.0) as usize;
    let rainbow = if stars == RAINBOW_STAR as f64 { "(虹)" } else { "" };
    format!("{}{}{rainbow}", "★".repeat(filled), "☆".repeat(5 - filled))
}

// --- Tables -----------------------------------------------------------------------------------------------------

const COLOURS: &[ClassValue] = &[
    ClassValue::new("BLUE", "水", "Blue: 0.000~3.999 RatingRefresh"),
    ClassValue::new("GREEN", "緑", "Green: 4.000~6.999 RatingRefresh"),
    ClassValue::new("ORANGE", "橙", "Orange: 7.000~8.999 RatingRefresh"),
    ClassValue::new("RED", "赤", "Red: 9.000~10.999 RatingRefresh"),
    ClassValue::new("PURPLE", "紫", "Purple: 11.000~12.999 RatingRefresh"),
    ClassValue::new("COPPER", "銅", "Copper: 13.000~14.999 RatingRefresh"),
    ClassValue::new("SILVER", "銀", "Silver: 15.000~16.999 RatingRefresh"),
    ClassValue::new("GOLD", "金", "Gold: 17.000~17.999 RatingRefresh"),
    ClassValue::new("PLATINUM", "鉑", "Platinum: 18.000~18.999 RatingRefresh"),
    ClassValue::new("RAINBOW", "虹", "Rainbow: 19.000~19.999 RatingRefresh"),
    ClassValue::new("RAINBOW_SHINY", "虹(光)", "Rainbow Shiny: 20.000~20.999 RatingRefresh"),
    ClassValue::new("RAINBOW_EX", "虹(極)", "Rainbow Extreme: 21.000~21.999 RatingRefresh"),
    ClassValue::new("RAINBOW_EX_TRUE", "虹(極)・真", "Rainbow Extreme (True): 22.000~ RatingRefresh"),
];
const COLOUR_BOUNDS: &[f64] = &[0.0, 4.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0];

const GENRES: &[&str] =
    &["POPS＆ANIME", "niconico", "東方Project", "VARIETY", "チュウマイ", "オンゲキ", "LUNATIC", "ボーナストラック"];

const DISPLAY_VERSIONS: &[&str] = &[
    "オンゲキ",
    "オンゲキ PLUS",
    "オンゲキ SUMMER",
    "オンゲキ SUMMER PLUS",
    "オンゲキ R.E.D.",
    "オンゲキ R.E.D. PLUS",
    "オンゲキ bright",
    "オンゲキ bright MEMORY Act.1",
    "オンゲキ bright MEMORY Act.2",
    "オンゲキ bright MEMORY Act.3",
    "オンゲキ Re:Fresh",
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula {
        name: "ONGEKIRating.calculate",
        calculate: |args| Ok(json(rating(args.number("technicalScore")?, args.number("internalChartLevel")?)?)),
    },
    Formula {
        name: "ONGEKIRating.calculateRefresh",
        calculate: |args| {
            let (score, level) = (args.number("technicalScore")?, args.number("internalChartLevel")?);
            let lamp = args.index("noteLamp", NOTE_LAMPS)?;
            Ok(json(score_rating(score, level, lamp, args.flag("fullBell"))?))
        },
    },
    Formula {
        name: "ONGEKIRating.calculatePlatinum",
        calculate: |args| Ok(json(star_rating(args.number("stars")?, args.number("internalChartLevel")?)?)),
    },
];
