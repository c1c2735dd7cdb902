//! CHUNITHM. Source: `spec/games/chunithm.md`.

use smallvec::smallvec;

use super::common::{self, refuse_negative, refuse_outside, score_goal, two_decimals};
use crate::catalogue::Chart;
use crate::formula::Formula;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, GraphBound, Merger, Metric, MetricKind, OldMember, OldMemberRule, PbConfig,
    ProfileRating, RankKey, Refusal, ScoreRating, SessionRating, Version,
};
use crate::grade;
use crate::match_type::MatchType;
use crate::number::{compact, json, with_commas};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Chunithm,
    name: "CHUNITHM",
    edition: Edition::Arcade,
    gpts: &[Gpt::ChunithmSingle],
    song_data: &[
        DataField::required("genre", DataKind::Text),
        DataField::optional("duration", DataKind::Number),
        DataField::optional("displayVersion", DataKind::Text),
    ],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::ChunithmSingle,
    game: Game::Chunithm,
    playtype: "Single",
    v3: "chunithm",
    name: "CHUNITHM",
    difficulties: &[
        Difficulty::new("BASIC", "B"),
        Difficulty::new("ADVANCED", "A"),
        Difficulty::new("EXPERT", "E"),
        Difficulty::new("MASTER", "M"),
        Difficulty::new("ULTIMA", "U"),
    ],
    difficulty_kind: DifficultyKind::FixedAndSpecial,
    default_difficulty: "MASTER",
    difficulty_groups: &[],
    versions: VERSIONS,
    former_versions: &["amazon", "amazonplus", "crystal", "paradise"],
    match_types: &[
        MatchType::GcmInGameIdSpecialChart,
        MatchType::InGameId,
        MatchType::SongTitle,
        MatchType::TachiSongId,
    ],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    old_members: &[OldMember {
        name: "lamp",
        unless: &["noteLamp", "clearLamp"],
        becomes: OldMemberRule::Mapped { values: OLD_LAMPS, others_refused: true },
    }],
    default_metric: SCORE,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[lamp_fits_score, full_combos_are_unbroken, combo_fits_judgements, clear_fits_judgements],
    score_ratings: &[ScoreRating {
        name: "rating",
        description: "The level of the chart, raised or lowered by the score.",
        calculate: |data, chart| {
            // WORLD'S END charts have no level, which the formula would still rate.
            if chart.level_num <= 0.0 { Ok(Some(0.0)) } else { rating(data.number(SCORE), chart.level_num).map(Some) }
        },
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten(
        "naiveRating",
        "rating",
        "The mean of the best 10 ratings.",
        two_decimals,
    )],
    profile_ratings: &[ProfileRating::best(
        "naiveRating",
        ("rating", 50, Best::IntegralMean(100.0)),
        "The mean of the best 50 ratings, whichever version the charts are from.",
        two_decimals,
    )],
    default_score_rating: "rating",
    default_session_rating: "naiveRating",
    default_profile_rating: "naiveRating",
    classes: &[
        ClassSet::derived("colour", "naiveRating", COLOUR_BOUNDS, COLOURS).announced_from("RAINBOW").announced_with(50),
        ClassSet::provided("dan", DAN),
        ClassSet::provided("emblem", DAN),
    ],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[Merger::largest("Best Note Lamp", &[NOTE_LAMP]), Merger::largest("Best Clear Lamp", &[CLEAR_LAMP])],
        rank: &[RankKey::largest(SCORE), RankKey::largest(NOTE_LAMP), RankKey::largest(CLEAR_LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::value(NOTE_LAMP),
        GoalFormat::value(CLEAR_LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            grade::delta(GRADES, GRADE_BOUNDS, data.index(GRADE), data.number(SCORE), goal, compact)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("inGameID", DataKind::IntegerOrList),
        DataField::optional("displayVersion", DataKind::Text),
    ],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const MAX_SCORE: f64 = 1_010_000.0;

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
    Metric::provided(
        "noteLamp",
        MetricKind::Enum {
            values: &["NONE", "FULL COMBO", "ALL JUSTICE", "ALL JUSTICE CRITICAL"],
            relevant_from: "FULL COMBO",
        },
    ),
    Metric::provided(
        "clearLamp",
        MetricKind::Enum {
            values: &["FAILED", "CLEAR", "HARD", "BRAVE", "ABSOLUTE", "CATASTROPHY"],
            relevant_from: "CLEAR",
        },
    ),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
    Metric::optional("scoreGraph", MetricKind::Graph(GraphBound::between(0.0, MAX_SCORE))),
    Metric::optional("lifeGraph", MetricKind::Graph(GraphBound::between(0.0, 999.0))),
];

const SCORE: MetricIdx = metric(METRICS, "score");
const NOTE_LAMP: MetricIdx = metric(METRICS, "noteLamp");
const CLEAR_LAMP: MetricIdx = metric(METRICS, "clearLamp");
const GRADE: MetricIdx = metric(METRICS, "grade");
const MAX_COMBO: MetricIdx = metric(METRICS, "maxCombo");

const NONE: usize = enum_value(METRICS, NOTE_LAMP, "NONE");
const FULL_COMBO: usize = enum_value(METRICS, NOTE_LAMP, "FULL COMBO");
const ALL_JUSTICE: usize = enum_value(METRICS, NOTE_LAMP, "ALL JUSTICE");
const ALL_JUSTICE_CRITICAL: usize = enum_value(METRICS, NOTE_LAMP, "ALL JUSTICE CRITICAL");

const HARD: usize = enum_value(METRICS, CLEAR_LAMP, "HARD");
const BRAVE: usize = enum_value(METRICS, CLEAR_LAMP, "BRAVE");
const ABSOLUTE: usize = enum_value(METRICS, CLEAR_LAMP, "ABSOLUTE");
const CATASTROPHY: usize = enum_value(METRICS, CLEAR_LAMP, "CATASTROPHY");

const JUDGEMENTS: &[&str] = &["jcrit", "justice", "attack", "miss"];
const JCRIT: usize = index_in(JUDGEMENTS, "jcrit");
const JUSTICE: usize = index_in(JUDGEMENTS, "justice");
const ATTACK: usize = index_in(JUDGEMENTS, "attack");
const MISS: usize = index_in(JUDGEMENTS, "miss");

const GRADES: &[&str] = &["D", "C", "B", "BB", "BBB", "A", "AA", "AAA", "S", "S+", "SS", "SS+", "SSS", "SSS+"];

/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64] = &[
    0.0,
    500_000.0,
    600_000.0,
    700_000.0,
    800_000.0,
    900_000.0,
    925_000.0,
    950_000.0,
    975_000.0,
    990_000.0,
    1_000_000.0,
    1_005_000.0,
    1_007_500.0,
    1_009_000.0,
];

fn derive(data: &ScoreData, _chart: &Chart) -> Result<Derived, Refusal> {
    let grade = grade::grade(GRADE_BOUNDS, data.number(SCORE))?;
    Ok(smallvec![MetricValue::Enum(grade as u8)])
}

// --- Validation -------------------------------------------------------------------------------------------------

fn lamp_fits_score(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let best = (NOTE_LAMP, ALL_JUSTICE_CRITICAL);
    common::best_lamp_at_maximum(data, best, (SCORE, MAX_SCORE), with_commas).or_else(|| {
        let score = data.number(SCORE);
        let shown = with_commas(score);
        match data.index(NOTE_LAMP) {
            ALL_JUSTICE if score < 1_000_000.0 => {
                Some(format!("A score of {shown} is too low for an ALL JUSTICE, which is at least 1,000,000."))
            }
            FULL_COMBO if score < 500_000.0 => {
                Some(format!("A score of {shown} is too low for a FULL COMBO, which is at least 500,000."))
            }
            _ => None,
        }
    })
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const ALLOWS: &[(usize, usize)] = &[(ALL_JUSTICE_CRITICAL, JCRIT), (ALL_JUSTICE, JUSTICE), (FULL_COMBO, ATTACK)];
    common::broken_combo(data, NOTE_LAMP, ALLOWS, MISS)
}

fn combo_fits_judgements(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::combo_of_all(data, NOTE_LAMP, NONE, MAX_COMBO)
}

fn clear_fits_judgements(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let miss = data.judgement(MISS)?;
    let worse = data.judgement(JUSTICE)? + data.judgement(ATTACK)? + miss;
    let limit = match data.index(CLEAR_LAMP) {
        CATASTROPHY => 10,
        ABSOLUTE => 50,
        BRAVE => 150,
        // One skill forgives misses, another everything but misses; the score does not say which was used.
        HARD if worse >= 300 && miss >= 20 => {
            return Some(format!("No skill gives a HARD clear with {worse} judgements below jcrit and {miss} misses."));
        }
        _ => return None,
    };
    let lamp = data.value(CLEAR_LAMP);
    (worse >= limit)
        .then(|| format!("The clearLamp {lamp} needs fewer than {limit} judgements below jcrit, got {worse}."))
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The rating of a score on a chart of that level.
///
/// # Errors
/// When the score is out of bounds or the level is negative.
pub fn rating(score: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    let base = level * 100.0;
    let hundredths = if score >= 1_009_000.0 {
        base + 215.0
    } else if score >= 1_007_500.0 {
        base + 200.0 + (score - 1_007_500.0) / 100.0
    } else if score >= 1_005_000.0 {
        base + 150.0 + ((score - 1_005_000.0) * 10.0) / 500.0
    } else if score >= 1_000_000.0 {
        base + 100.0 + ((score - 1_000_000.0) * 5.0) / 500.0
    } else if score >= 975_000.0 {
        base + ((score - 975_000.0) * 2.0) / 500.0
    } else if score >= 900_000.0 {
        base - 500.0 + ((score - 900_000.0) * 2.0) / 300.0
    } else if score >= 800_000.0 {
        (base - 500.0) / 2.0 + ((score - 800_000.0) * ((base - 500.0) / 2.0)) / 100_000.0
    } else if score >= 500_000.0 {
        (((base - 500.0) / 2.0) * (score - 500_000.0)) / 300_000.0
    } else {
        0.0
    };
    Ok((hundredths.floor() / 100.0).max(0.0))
}

// --- Tables -----------------------------------------------------------------------------------------------------

const VERSIONS: &[Version] = &[
    Version::new("paradiselost", "PARADISE LOST"),
    Version::new("new", "NEW"),
    Version::new("newplus", "NEW PLUS"),
    Version::new("sun", "SUN"),
    Version::new("sun-intl", "SUN International"),
    Version::new("sun-omni", "SUN Omnimix"),
    Version::new("sunplus", "SUN PLUS"),
    Version::new("sunplus-intl", "SUN PLUS International"),
    Version::new("sunplus-omni", "SUN PLUS Omnimix"),
    Version::new("luminous", "LUMINOUS"),
    Version::new("luminous-intl", "LUMINOUS International"),
    Version::new("luminous-omni", "LUMINOUS Omnimix"),
    Version::new("luminousplus", "LUMINOUS PLUS"),
    Version::new("luminousplus-intl", "LUMINOUS PLUS International"),
    Version::new("luminousplus-omni", "LUMINOUS PLUS Omnimix"),
    Version::new("verse", "VERSE"),
    Version::new("verse-intl", "VERSE International"),
    Version::new("verse-omni", "VERSE Omnimix"),
    Version::new("xverse", "X-VERSE"),
    Version::new("xverse-intl", "X-VERSE International"),
    Version::new("xverse-omni", "X-VERSE Omnimix"),
    Version::new("xversex", "X-VERSE-X"),
    Version::new("xversex-intl", "X-VERSE-X International"),
    Version::new("xversex-omni", "X-VERSE-X Omnimix"),
];

const COLOURS: &[ClassValue] = &[
    ClassValue::new("BLUE", "青", "Blue: 0 - 1.99 Rating"),
    ClassValue::new("GREEN", "緑", "Green: 2 - 3.99 Rating"),
    ClassValue::new("ORANGE", "橙", "Orange: 4 - 6.99 Rating"),
    ClassValue::new("RED", "赤", "Red: 7 - 9.99 Rating"),
    ClassValue::new("PURPLE", "紫", "Purple: 10 - 11.99 Rating"),
    ClassValue::new("COPPER", "銅", "Copper: 12 - 13.24 Rating"),
    ClassValue::new("SILVER", "銀", "Silver: 13.25 - 14.49 Rating"),
    ClassValue::new("GOLD", "金", "Gold: 14.50 - 15.24 Rating"),
    ClassValue::new("PLATINUM", "鉑★", "Platinum I: 15.25 - 15.49 Rating"),
    ClassValue::new("PLATINUM_II", "鉑★★", "Platinum II: 15.50 - 15.74 Rating"),
    ClassValue::new("PLATINUM_III", "鉑★★★", "Platinum III: 15.75 - 15.99 Rating"),
    ClassValue::new("RAINBOW", "虹★", "Rainbow I: >=16 Rating"),
    ClassValue::new("RAINBOW_II", "虹★★", "Rainbow II: >=16.25 Rating"),
    ClassValue::new("RAINBOW_III", "虹★★★", "Rainbow III: >=16.5 Rating"),
    ClassValue::new("RAINBOW_IV", "虹★★★★", "Rainbow IV: >=16.75 Rating"),
    ClassValue::new("RAINBOW_EX_I", "虹(極)★", "Rainbow Extreme I: >=17 Rating"),
    ClassValue::new("RAINBOW_EX_II", "虹(極)★★", "Rainbow Extreme II: >=17.25 Rating"),
    ClassValue::new("RAINBOW_EX_III", "虹(極)★★★", "Rainbow Extreme III: >=17.5 Rating"),
];
const COLOUR_BOUNDS: &[f64] =
    &[0.0, 2.0, 4.0, 7.0, 10.0, 12.0, 13.25, 14.5, 15.25, 15.5, 15.75, 16.0, 16.25, 16.5, 16.75, 17.0, 17.25, 17.5];

/// Courses, and the emblems for having passed all of a class.
const DAN: &[ClassValue] = &[
    ClassValue::new("DAN_I", "I", "Class I"),
    ClassValue::new("DAN_II", "II", "Class II"),
    ClassValue::new("DAN_III", "III", "Class III"),
    ClassValue::new("DAN_IV", "IV", "Class IV"),
    ClassValue::new("DAN_V", "V", "Class V"),
    ClassValue::new("DAN_INFINITE", "∞", "Infinite Class"),
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[Formula {
    name: "CHUNITHMRating.calculate",
    calculate: |args| Ok(json(rating(args.number("score")?, args.number("internalChartLevel")?)?)),
}];

/// The one lamp of before it was split, and what it is now.
const OLD_LAMPS: &[(&str, &[(&str, &str)])] = &[
    ("FAILED", &[("noteLamp", "NONE"), ("clearLamp", "FAILED")]),
    ("CLEAR", &[("noteLamp", "NONE"), ("clearLamp", "CLEAR")]),
    ("FULL COMBO", &[("noteLamp", "FULL COMBO"), ("clearLamp", "CLEAR")]),
    ("ALL JUSTICE", &[("noteLamp", "ALL JUSTICE"), ("clearLamp", "CLEAR")]),
    ("ALL JUSTICE CRITICAL", &[("noteLamp", "ALL JUSTICE CRITICAL"), ("clearLamp", "CLEAR")]),
];
