//! jubeat. Source: `spec/games/jubeat.md`.

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde_json::{Value, json};
use smallvec::smallvec;

use super::common::{self, refuse_negative, refuse_outside, score_goal, two_decimals};
use crate::catalogue::{Chart, Song};
use crate::formula::{Args, Formula, number_or_null};
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, GraphBound, Merger, MetaField, MetaKind, Metric, MetricKind, OldMember,
    OldMemberRule, PbConfig, ProfileInput, ProfileRating, ProfileRule, RankKey, RatedChart, Refusal, Rules,
    ScoreRating, SessionRating, Version,
};
use crate::ids::SongId;
use crate::match_type::MatchType;
use crate::number::{self, compact, round, to_fixed, with_commas};
use crate::score::{MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};
use crate::{class, grade, rating, validate};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Jubeat,
    name: "jubeat",
    edition: Edition::Arcade,
    gpts: &[Gpt::JubeatSingle],
    song_data: &[DataField::required("displayVersion", DataKind::Text)],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::JubeatSingle,
    game: Game::Jubeat,
    playtype: "Single",
    v3: "jubeat",
    name: "jubeat",
    difficulties: &[
        Difficulty::new("BSC", "BSC"),
        Difficulty::new("ADV", "ADV"),
        Difficulty::new("EXT", "EXT"),
        Difficulty::new("HARD BSC", "H. BSC"),
        Difficulty::new("HARD ADV", "H. ADV"),
        Difficulty::new("HARD EXT", "H. EXT"),
    ],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "EXT",
    difficulty_groups: &[],
    versions: VERSIONS,
    former_versions: &[],
    match_types: &[MatchType::InGameId, MatchType::TachiSongId],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    old_members: &[OldMember { name: "percent", unless: &["musicRate"], becomes: OldMemberRule::Renamed("musicRate") }],
    default_metric: MUSIC_RATE,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[MetaField::nullable("jubilityTarget", MetaKind::Number)],
    derive: |data, _| Ok(smallvec![MetricValue::Enum(grade(data.number(SCORE))? as u8)]),
    validators: &[excellent_is_a_million, full_combos_are_unbroken, clear_from_700k],
    score_ratings: &[ScoreRating {
        name: "jubility",
        description: "The music rate weighted with the level; 0 for a failed score.",
        calculate: |data, chart| jubility(data.number(SCORE), data.number(MUSIC_RATE), chart.level_num).map(Some),
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten(
        "jubility",
        "jubility",
        "The mean of the best 10 jubilities.",
        two_decimals,
    )],
    profile_ratings: &[
        ProfileRating {
            name: "jubility",
            description: "The sum of the best 30 jubilities on songs of the current version and the best 30 on others.",
            rule: ProfileRule::Own { inputs: &[part(HOT), part(OTHER)], calculate: |parts| Some(profile(parts)) },
            format: two_decimals,
        },
        ProfileRating::best(
            "naiveJubility",
            ("jubility", 2 * PART, Best::Sum),
            "The sum of the best 60 jubilities, whatever the song.",
            two_decimals,
        ),
    ],
    default_score_rating: "jubility",
    default_session_rating: "jubility",
    default_profile_rating: "jubility",
    classes: &[COLOUR],
    pb: PbConfig {
        base: "Best Music Rate",
        mergers: &[Merger::largest("Best Lamp", &[LAMP]), Merger::largest("Best Score", &[SCORE, GRADE])],
        rank: &[RankKey::largest(MUSIC_RATE), RankKey::largest(SCORE), RankKey::largest(LAMP)],
        bucket,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::number(
            MUSIC_RATE,
            |rate| format!("Get a music rate of {} on", music_rate_text(rate)),
            music_rate_text,
            GoalCharts::SingleOnly,
        ),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| grade_delta(data.number(SCORE), data.index(GRADE), goal)),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("inGameID", DataKind::IntegerOrList),
        DataField::required("noteCount", DataKind::Number),
        DataField::required("musicBar", DataKind::Numbers),
    ],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const JUDGEMENTS: &[&str] = &["perfect", "great", "good", "poor", "miss"];
const PERFECT: usize = index_in(JUDGEMENTS, "perfect");
const POOR: usize = index_in(JUDGEMENTS, "poor");
const MISS: usize = index_in(JUDGEMENTS, "miss");

const LAMPS: &[&str] = &["FAILED", "CLEAR", "FULL COMBO", "EXCELLENT"];

/// The grades, worst first.
const GRADES: &[&str] = &["E", "D", "C", "B", "A", "S", "SS", "SSS", "EXC"];

/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64] = &[0.0, 5e5, CLEAR_SCORE, 8e5, 8.5e5, 9e5, 9.5e5, 9.8e5, MAX_SCORE];

const MAX_SCORE: f64 = 1e6;
/// Less is a failed score.
const CLEAR_SCORE: f64 = 7e5;
const MAX_MUSIC_RATE: f64 = 100.0;
const MAX_HARD_MUSIC_RATE: f64 = 120.0;

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
    Metric::provided("musicRate", MetricKind::Decimal(Bound::Chart(music_rate_bound))),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
    Metric::optional("musicBar", MetricKind::Graph(GraphBound { min: 0.0, max: 3.0, integers: true })),
];

const SCORE: MetricIdx = metric(METRICS, "score");
const MUSIC_RATE: MetricIdx = metric(METRICS, "musicRate");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");
const FULL_COMBO: usize = enum_value(METRICS, LAMP, "FULL COMBO");
const EXCELLENT: usize = enum_value(METRICS, LAMP, "EXCELLENT");

/// What the names of hard mode's difficulties begin with.
const HARD: &str = "HARD ";

fn music_rate_bound(rate: f64, chart: &Chart) -> Option<String> {
    let max = if chart.difficulty.starts_with(HARD) { MAX_HARD_MUSIC_RATE } else { MAX_MUSIC_RATE };
    validate::violation(Bound::Between(0.0, max), rate, None)
}

/// The index of a score's grade.
///
/// # Errors
/// When the score is negative.
pub fn grade(score: f64) -> Result<usize, Refusal> {
    grade::grade(GRADE_BOUNDS, score)
}

/// `93.1%`
fn music_rate_text(rate: f64) -> String {
    format!("{}%", to_fixed(rate, 1))
}

fn grade_delta(score: f64, has: usize, goal: usize) -> String {
    grade::delta(GRADES, GRADE_BOUNDS, has, score, goal, compact)
}

// --- Validation -------------------------------------------------------------------------------------------------

fn excellent_is_a_million(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::best_lamp_at_maximum(data, (LAMP, EXCELLENT), (SCORE, MAX_SCORE), with_commas)
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::broken_combo(data, LAMP, &[(EXCELLENT, PERFECT), (FULL_COMBO, POOR)], MISS)
}

fn clear_from_700k(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::clear_from(data, (LAMP, FAILED), (SCORE, CLEAR_SCORE))
}

// --- Ratings of a score -----------------------------------------------------------------------------------------

/// The jubility of a score, in tenths.
///
/// ```
/// use tachi_core::games::jubeat::jubility;
/// assert_eq!(jubility(947_184.0, 95.2, 6.0), Ok(72.1));
/// assert_eq!(jubility(699_999.0, 99.9, 10.0), Ok(0.0));
/// ```
///
/// # Errors
/// When score, level or music rate is negative, or the score is above 1,000,000, or the music rate above 120.
pub fn jubility(score: f64, music_rate: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    refuse_outside("music rate", music_rate, MAX_HARD_MUSIC_RATE)?;
    if score < CLEAR_SCORE {
        return Ok(0.0);
    }
    let (level, music_rate) = (round(level * 10.0), (music_rate * 10.0).floor());
    Ok((((level * 125.0 * music_rate) / 99.0) / 100.0).floor() / 10.0)
}

/// The music rate that a jubility needs, unrounded, for a score that is no failed one.
///
/// # Errors
/// When no music rate on that level reaches it.
pub fn inverse_jubility(jubility: f64, level: f64) -> Result<f64, Refusal> {
    let rate = (99.0 / (12.5 * level)) * jubility;
    // Level 0 with jubility 0 gives NaN: every music rate makes that jubility there, so none is the one needed.
    if rate <= MAX_HARD_MUSIC_RATE { Ok(rate) } else { Err(Refusal::new("No music rate on that level reaches it.")) }
}

// --- Ratings of a profile ---------------------------------------------------------------------------------------

/// How many PBs count in each part of a profile.
const PART: usize = 30;

/// The part of songs that came with the current version of the game.
const HOT: u8 = 1;
const OTHER: u8 = 0;

/// Normal and hard chart of a song count once, so twice as many PBs are needed to be sure of enough.
const fn part(bucket: u8) -> ProfileInput {
    ProfileInput { of: "jubility", bucket: Some(bucket), limit: 2 * PART }
}

fn bucket(song: &Song, _chart: &Chart, rules: &Rules) -> u8 {
    if song.data_json()["displayVersion"].as_str() == Some(&rules.jubeat_hot_version) { HOT } else { OTHER }
}

/// Those PBs that count in one part of a profile: the best 30, and of a song's normal and hard chart only the better
/// one. The list is sorted from the largest jubility down; `chart` gives song and difficulty.
#[must_use]
pub fn counting<T>(pbs: &[T], chart: impl Fn(&T) -> (SongId, &str)) -> Vec<&T> {
    let mut seen = FxHashSet::default();
    let better = pbs.iter().filter(|pb| {
        let (song, difficulty) = chart(pb);
        seen.insert((song, difficulty.strip_prefix(HARD).unwrap_or(difficulty)))
    });
    better.take(PART).collect()
}

/// The jubility of a profile, of the parts of its PBs; 0 where there are none.
fn profile(parts: &[Vec<RatedChart<'_>>]) -> f64 {
    let sum = |pbs: &Vec<RatedChart<'_>>| part_sum(pbs, |pb| (pb.chart.song_id, &*pb.chart.difficulty), |pb| pb.value);
    parts.iter().fold(0.0, |jubility, pbs| jubility + sum(pbs))
}

fn part_sum<T>(pbs: &[T], chart: impl Fn(&T) -> (SongId, &str), value: impl Fn(&T) -> f64) -> f64 {
    counting(pbs, chart).into_iter().fold(0.0, |sum, pb| sum + value(pb))
}

// --- Tables -----------------------------------------------------------------------------------------------------

const VERSIONS: &[Version] = &[
    Version::new("jubeat", "jubeat"),
    Version::new("ripples", "ripples"),
    Version::new("knit", "knit"),
    Version::new("copious", "copious"),
    Version::new("saucer", "saucer"),
    Version::new("prop", "prop"),
    Version::new("qubell", "Qubell"),
    Version::new("clan", "clan"),
    Version::new("festo", "festo"),
    Version::new("festo-omni", "festo Omnimix"),
    Version::new("ave", "Ave."),
    Version::new("beyond", "beyond the Ave."),
];

const COLOUR: ClassSet = ClassSet::derived(
    "colour",
    "jubility",
    &[0.0, 250.0, 750.0, 1500.0, 2500.0, 4000.0, 5500.0, 7000.0, 8500.0, 9500.0],
    &[
        ClassValue::new("BLACK", "Black", ""),
        ClassValue::new("YELLOW_GREEN", "Yellow-Green", ""),
        ClassValue::new("GREEN", "Green", ""),
        ClassValue::new("LIGHT_BLUE", "Light Blue", ""),
        ClassValue::new("BLUE", "Blue", ""),
        ClassValue::new("VIOLET", "Violet", ""),
        ClassValue::new("PURPLE", "Purple", ""),
        ClassValue::new("PINK", "Pink", ""),
        ClassValue::new("ORANGE", "Orange", ""),
        ClassValue::new("GOLD", "Gold", ""),
    ],
)
.announced_with(60);

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula { name: "JUBEAT.grade", calculate: |args| Ok(GRADES[grade(args.number("score")?)?].into()) },
    Formula { name: "JUBEAT.gradeGoal", calculate: |args| common::grade_goal(args, GRADES, grade_delta) },
    Formula {
        name: "JUBEAT.colour",
        calculate: |args| Ok(class::derive(&COLOUR, args.optional_number("rating")).into()),
    },
    Formula {
        name: "Jubility.calculate",
        calculate: |args| {
            let jubility = jubility(args.number("score")?, args.number("musicRate")?, args.number("level")?)?;
            Ok(number::json(jubility))
        },
    },
    Formula {
        name: "Jubility.inverse",
        calculate: |args| Ok(number::json(inverse_jubility(args.number("jubility")?, args.number("level")?)?)),
    },
    Formula { name: "JUBEAT.profile", calculate: profile_of_pbs },
];

/// A PB as `JUBEAT.profile` takes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RatedPb {
    #[serde(rename = "songID")]
    song_id: SongId,
    display_version: Option<String>,
    difficulty: String,
    jubility: Option<f64>,
}

fn profile_of_pbs(args: &Args<'_>) -> Result<Value, Refusal> {
    let hot_version = args.text("hotVersion")?;
    let pbs = args.0.get("pbs").cloned().unwrap_or_default();
    let mut pbs: Vec<RatedPb> = serde_json::from_value(pbs).map_err(|error| Refusal::new(error.to_string()))?;
    let value = |pb: &RatedPb| pb.jubility.unwrap_or(0.0);
    pbs.sort_by(|a, b| value(b).total_cmp(&value(a)));
    let naive: Vec<f64> = pbs.iter().filter_map(|pb| pb.jubility).collect();
    let (hot, other): (Vec<_>, Vec<_>) =
        pbs.into_iter().partition(|pb| pb.display_version.as_deref() == Some(hot_version));
    let sum = |pbs: &[RatedPb]| part_sum(pbs, |pb| (pb.song_id, &*pb.difficulty), value);
    Ok(json!({
        "jubility": number::json(sum(&hot) + sum(&other)),
        "naiveJubility": number_or_null(rating::profile_best(&naive, 2 * PART, Best::Sum)),
    }))
}
