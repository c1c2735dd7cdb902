//! What beatmania IIDX, BMS and PMS share: EX scores, their grades and the configuration around them.
//! Source: `spec/games/iidx.md`, `spec/games/bms.md`.

use smallvec::smallvec;

use super::common::{self, chart_bound, percent_goal};
use crate::catalogue::Chart;
use crate::game::{
    Bound, DifficultyKind, Game, GoalCharts, GoalFormat, GoalStyle, Gpt, GptConfig, Merger, Metric, MetricKind,
    PbConfig, RankKey, Refusal,
};
use crate::grade;
use crate::number::{round, to_text};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, index_in, metric};

/// The lamps, worst first; the index is the games' own clear type number.
pub const LAMPS: &[&str] =
    &["NO PLAY", "FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR", "FULL COMBO"];

/// The judgements, best first.
pub const JUDGEMENTS: &[&str] = &["pgreat", "great", "good", "bad", "poor"];

/// The grades, worst first.
pub const GRADES: &[&str] = &["F", "E", "D", "C", "B", "A", "AA", "AAA", "MAX-", "MAX"];

/// What the games' configurations have in common; games and playtypes fill in the rest.
pub(super) const SHARED: GptConfig = GptConfig {
    gpt: Gpt::IidxSp,
    game: Game::Iidx,
    playtype: "",
    v3: "",
    name: "",
    difficulties: &[],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "",
    difficulty_groups: &[],
    versions: &[],
    former_versions: &[],
    match_types: &[],
    metrics: &[],
    judgements: JUDGEMENTS,
    default_metric: PERCENT,
    default_enum: LAMP,
    old_members: &[],
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[judgements_add_up],
    score_ratings: &[],
    session_ratings: &[],
    profile_ratings: &[],
    default_score_rating: "",
    default_session_rating: "",
    default_profile_rating: "",
    classes: &[],
    pb: PB,
    goals: &[
        GoalFormat::number(
            SCORE,
            |score| format!("Get a score of {} on", to_text(score)),
            to_text,
            GoalCharts::SingleOnly,
        ),
        percent_goal(PERCENT, GoalCharts::Any),
        GoalFormat { metric: LAMP, style: GoalStyle::Value { progress: Some(lamp_with_bp) }, charts: GoalCharts::Any },
        GoalFormat::grade(GRADE, |data, chart, goal| {
            grade_delta(data.number(SCORE), notecount(chart), data.index(GRADE), goal)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[],
    chart_numbers: &[NOTECOUNT],
    chart_arrays: &[],
    recalculate_on: &[],
};

/// How PBs are ranked; games add what comes with the best lamp.
pub(super) const PB: PbConfig = PbConfig {
    base: "Best Score",
    mergers: &[],
    rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP), RankKey::smallest(BP)],
    bucket: |_, _, _| 0,
};

/// The smallest miss count, over the scores that have one.
pub(super) const LOWEST_BP: Merger = Merger::smallest("Lowest BP", &[BP]);

// --- Metrics ----------------------------------------------------------------------------------------------------

/// The metrics that the lists of all these games begin with.
pub(super) const MAIN_METRICS: [Metric; 8] = [
    Metric::provided(
        "score",
        MetricKind::Integer(Bound::Chart(|score, chart| chart_bound("EX Score", score, 2.0 * notecount(chart)))),
    ),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "EASY CLEAR" }),
    Metric::derived("percent", common::PERCENT),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
    Metric::optional("bp", common::COUNT),
];

/// The EX score.
pub const SCORE: MetricIdx = metric(&MAIN_METRICS, "score");
/// The lamp.
pub const LAMP: MetricIdx = metric(&MAIN_METRICS, "lamp");
const PERCENT: MetricIdx = metric(&MAIN_METRICS, "percent");
const GRADE: MetricIdx = metric(&MAIN_METRICS, "grade");
/// Bads and poors, the "miss count".
pub const BP: MetricIdx = metric(&MAIN_METRICS, "bp");

/// The member of `chart.data` that all these games list first among their numbers.
pub(super) const NOTECOUNT: &str = "notecount";

/// The chart's number of notes; 0 should it be missing.
#[must_use]
pub fn notecount(chart: &Chart) -> f64 {
    chart.number(0).unwrap_or(0.0)
}

fn derive(data: &ScoreData, chart: &Chart) -> Result<Derived, Refusal> {
    let (score, notecount) = (data.number(SCORE), notecount(chart));
    let grade = grade(score, notecount);
    Ok(smallvec![MetricValue::Number(percent(score, notecount)), MetricValue::Enum(grade as u8)])
}

/// Two PGREATs make as much as the EX score says, where both counts are known.
fn judgements_add_up(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const PGREAT: usize = index_in(JUDGEMENTS, "pgreat");
    const GREAT: usize = index_in(JUDGEMENTS, "great");
    let (pgreat, great, score) = (data.judgement(PGREAT)?, data.judgement(GREAT)?, data.number(SCORE));
    let sum = 2.0 * pgreat as f64 + great as f64;
    (sum != score)
        .then(|| format!("Expected PGreat*2 + Great to equal EX score ({pgreat}*2 + {great} != {}).", to_text(score)))
}

// --- Percent and grade ------------------------------------------------------------------------------------------

const MAX_MINUS: usize = index_in(GRADES, "MAX-");
const MAX: usize = index_in(GRADES, "MAX");

/// EX score in percent of the maximum, unrounded. Not finite when the chart has no notes.
#[must_use]
pub fn percent(score: f64, notecount: f64) -> f64 {
    (100.0 * score) / (notecount * 2.0)
}

/// The index of an EX score's grade: ninths of the maximum, MAX- from 17/18 on.
#[must_use]
pub fn grade(score: f64, notecount: f64) -> usize {
    let max = 2.0 * notecount;
    if score == max {
        return MAX;
    }
    if 18.0 * score >= 17.0 * max {
        return MAX_MINUS;
    }
    (1..MAX_MINUS).rev().find(|grade| 9.0 * score >= (*grade as f64 + 1.0) * max).unwrap_or(0)
}

/// The percent that each grade begins with, to measure distances.
const GRADE_BOUNDS: &[f64] = &[
    0.0,
    (100.0 * 2.0) / 9.0,
    (100.0 * 3.0) / 9.0,
    (100.0 * 4.0) / 9.0,
    (100.0 * 5.0) / 9.0,
    (100.0 * 6.0) / 9.0,
    (100.0 * 7.0) / 9.0,
    (100.0 * 8.0) / 9.0,
    (100.0 * 17.0) / 18.0,
    100.0,
];

/// How far an EX score is from a goal's grade, in whole EX.
///
/// The distance is taken in percent and turned back through the maximum that score and percent imply, which double
/// arithmetic makes one too small for some scores. The published numbers have it so.
#[must_use]
pub fn grade_delta(score: f64, notecount: f64, has: usize, goal: usize) -> String {
    let percent = percent(score, notecount);
    let max = if score == 0.0 { 2.0 * notecount } else { (score / (percent / 100.0)).floor() };
    grade::delta(GRADES, GRADE_BOUNDS, has, percent, goal, |distance| to_text(round((distance / 100.0) * max)))
}

/// `HARD CLEAR (BP: 2)`, or just the lamp when the miss count is unknown.
fn lamp_with_bp(data: &ScoreData) -> String {
    let lamp = data.value(LAMP);
    data.optional(BP).map_or_else(|| lamp.to_owned(), |bp| format!("{lamp} (BP: {})", to_text(bp)))
}
