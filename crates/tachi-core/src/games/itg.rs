//! ITG: In The Groove and StepMania stamina charts. Source: `spec/games/itg.md`.

use serde::Deserialize;
use smallvec::smallvec;

use super::common::{self, broken_combo, no_decimals, percent, percent_goal};
use crate::catalogue::{Chart, Song};
use crate::formula::{Args, Formula, number_or_null};
use crate::game::{
    Best, Bound, DataField, DataKind, DifficultyKind, Edition, Game, GameConfig, GoalCharts, GoalFormat, GoalStyle,
    Gpt, GptConfig, GraphBound, Merger, Metric, MetricKind, PbConfig, ProfileRating, RankKey, Refusal, ScoreRating,
    SessionRating,
};
use crate::grade::{delta_unless_failed, grade_unless_failed};
use crate::match_type::MatchType;
use crate::number::{json, to_text};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Itg,
    name: "ITG",
    edition: Edition::Home,
    gpts: &[Gpt::ItgStamina],
    song_data: &[DataField::nullable("subtitle", DataKind::Text)],
};

/// Stamina charts.
pub static STAMINA: GptConfig = GptConfig {
    gpt: Gpt::ItgStamina,
    game: Game::Itg,
    playtype: "Stamina",
    v3: "itg-stamina",
    name: "ITG",
    difficulties: &[],
    difficulty_kind: DifficultyKind::Dynamic,
    default_difficulty: "",
    difficulty_groups: &[],
    versions: &[],
    former_versions: &[],
    match_types: &[MatchType::ItgChartHash],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    default_metric: FINAL_PERCENT,
    default_enum: LAMP,
    old_members: &[],
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[clears_survive_everything, full_combos_are_unbroken],
    score_ratings: &[
        ScoreRating {
            name: "blockRating",
            description: "The ranked level of a cleared chart.",
            calculate: |data, chart| Ok(block_rating(is_failed(data), chart.number(RANKED_LEVEL))),
            format: no_decimals,
        },
        ScoreRating {
            name: "fastest32",
            description: "The BPM of the fastest 32 unbroken measures of 16ths that were survived, from 100 on.",
            calculate: |data, chart| {
                let (nps, notes) = (chart.numbers(NPS_PER_MEASURE), chart.numbers(NOTES_PER_MEASURE));
                fastest_32(is_failed(data), data.number(SURVIVED_PERCENT), nps, notes)
            },
            format: no_decimals,
        },
    ],
    session_ratings: &[SessionRating {
        best: 5,
        ..SessionRating::best_ten("blockRating", "blockRating", "The mean of the best 5 blockRatings.", no_decimals)
    }],
    profile_ratings: &[
        ProfileRating::best("highestBlock", ("blockRating", 1, Best::Sum), "The best blockRating.", no_decimals),
        ProfileRating::best("fastest32", ("fastest32", 1, Best::Sum), "The best fastest32.", no_decimals),
    ],
    default_score_rating: "blockRating",
    default_session_rating: "blockRating",
    default_profile_rating: "highestBlock",
    classes: &[],
    pb: PbConfig {
        base: "Best Result",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(FINAL_PERCENT), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        percent_goal(SCORE_PERCENT, GoalCharts::Any),
        GoalFormat::number(SURVIVED_PERCENT, survival_criteria, percent, GoalCharts::Any),
        GoalFormat {
            metric: FINAL_PERCENT,
            style: GoalStyle::Number { criteria: result_criteria, text: result_wanted, progress: Some(result) },
            charts: GoalCharts::Any,
        },
        GoalFormat {
            metric: LAMP,
            style: GoalStyle::Value {
                progress: Some(|data| if is_failed(data) { died(data) } else { data.value(LAMP).to_owned() }),
            },
            charts: GoalCharts::Any,
        },
        GoalFormat::grade(GRADE, |data, _, goal| {
            let score = data.number(SCORE_PERCENT);
            delta_unless_failed(GRADES, GRADE_BOUNDS, data.index(GRADE), score, goal, percent)
        }),
    ],
    chart_label,
    chart_data: &[
        DataField::required("hashGSv3", DataKind::Text),
        DataField::required(
            "difficultyTag",
            DataKind::OneOf(&["Beginner", "Easy", "Medium", "Hard", "Expert", "Edit"]),
        ),
        DataField::required("chartLevel", DataKind::Number),
        DataField::nullable("rankedLevel", DataKind::Number),
        DataField::required("length", DataKind::Number),
        DataField::required("charter", DataKind::Text),
        DataField::nullable("streamBPM", DataKind::Number),
        DataField::nullable("breakdown", DataKind::Object),
        DataField::required("notesPerMeasure", DataKind::Numbers),
        DataField::required("npsPerMeasure", DataKind::Numbers),
        DataField::nullable("bannerLocationOverride", DataKind::Text),
        DataField::required("originalPack", DataKind::Text),
        DataField::required("packs", DataKind::Texts),
    ],
    chart_numbers: CHART_NUMBERS,
    chart_arrays: CHART_ARRAYS,
    recalculate_on: &["data.rankedLevel", "data.notesPerMeasure", "data.npsPerMeasure"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = &[
    Metric::provided("scorePercent", common::PERCENT),
    Metric::provided("survivedPercent", common::PERCENT),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "FAILED" }),
    Metric::derived("finalPercent", MetricKind::Decimal(Bound::Between(0.0, 200.0))),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    Metric::optional("lifebarHistory", MetricKind::Graph(GraphBound::between(0.0, 100.0))),
];

const SCORE_PERCENT: MetricIdx = metric(METRICS, "scorePercent");
const SURVIVED_PERCENT: MetricIdx = metric(METRICS, "survivedPercent");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const FINAL_PERCENT: MetricIdx = metric(METRICS, "finalPercent");
const GRADE: MetricIdx = metric(METRICS, "grade");

const LAMPS: &[&str] = &["FAILED", "CLEAR", "FULL COMBO", "FULL EXCELLENT COMBO", "QUAD", "QUINT"];
const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");
const FULL_COMBO: usize = enum_value(METRICS, LAMP, "FULL COMBO");
const FULL_EXCELLENT_COMBO: usize = enum_value(METRICS, LAMP, "FULL EXCELLENT COMBO");
const QUAD: usize = enum_value(METRICS, LAMP, "QUAD");
const QUINT: usize = enum_value(METRICS, LAMP, "QUINT");

const GRADES: &[&str] = &["F", "D", "C", "B", "A", "S", "★", "★★", "★★★", "★★★★"];
/// Lower bounds of the grades above `F` on the score percent.
const GRADE_BOUNDS: &[f64] = &[0.0, 55.0, 68.0, 80.0, 89.0, 96.0, 98.0, 99.0, 100.0];

const JUDGEMENTS: &[&str] = &["fantastic+", "fantastic", "excellent", "great", "decent", "wayoff", "miss"];
const FANTASTIC_PLUS: usize = index_in(JUDGEMENTS, "fantastic+");
const FANTASTIC: usize = index_in(JUDGEMENTS, "fantastic");
const EXCELLENT: usize = index_in(JUDGEMENTS, "excellent");
const GREAT: usize = index_in(JUDGEMENTS, "great");
const MISS: usize = index_in(JUDGEMENTS, "miss");

const CHART_NUMBERS: &[&str] = &["chartLevel", "rankedLevel"];
const CHART_LEVEL: usize = index_in(CHART_NUMBERS, "chartLevel");
const RANKED_LEVEL: usize = index_in(CHART_NUMBERS, "rankedLevel");

const CHART_ARRAYS: &[&str] = &["notesPerMeasure", "npsPerMeasure"];
const NOTES_PER_MEASURE: usize = index_in(CHART_ARRAYS, "notesPerMeasure");
const NPS_PER_MEASURE: usize = index_in(CHART_ARRAYS, "npsPerMeasure");

/// On very long charts a fail can round to 100 % survived, so only the lamp tells a fail from a clear.
fn is_failed(data: &ScoreData) -> bool {
    data.index(LAMP) == FAILED
}

fn derive(data: &ScoreData, _chart: &Chart) -> Result<Derived, Refusal> {
    let (failed, score) = (is_failed(data), data.number(SCORE_PERCENT));
    let result = final_percent(failed, score, data.number(SURVIVED_PERCENT));
    let grade = grade_unless_failed(failed, GRADE_BOUNDS, score)?;
    Ok(smallvec![MetricValue::Number(result), MetricValue::Enum(grade as u8)])
}

/// One number that ranks every clear above every fail: clears by their score, fails by how far they got.
#[must_use]
pub fn final_percent(failed: bool, score_percent: f64, survived_percent: f64) -> f64 {
    if failed { survived_percent } else { 100.0 + score_percent }
}

// --- Validation -------------------------------------------------------------------------------------------------

fn clears_survive_everything(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let survived = data.number(SURVIVED_PERCENT);
    (!is_failed(data) && survived < 100.0)
        .then(|| format!("A {} survives 100% of the chart, but got {}%.", data.value(LAMP), to_text(survived)))
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const ALLOWS: &[(usize, usize)] =
        &[(QUINT, FANTASTIC_PLUS), (QUAD, FANTASTIC), (FULL_EXCELLENT_COMBO, EXCELLENT), (FULL_COMBO, GREAT)];
    broken_combo(data, LAMP, ALLOWS, MISS)
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The ranked level of a chart that was not failed; none on unranked charts.
#[must_use]
pub fn block_rating(failed: bool, ranked_level: Option<f64>) -> Option<f64> {
    ranked_level.filter(|_| !failed)
}

/// The BPM of the fastest unbroken 32 measures that a player survived; nothing below 100 BPM, as slow results would
/// only confuse.
///
/// # Errors
/// When the two lists differ in length or a fail survived less than nothing.
pub fn fastest_32(
    failed: bool,
    survived_percent: f64,
    nps_per_measure: &[f64],
    notes_per_measure: &[f64],
) -> Result<Option<f64>, Refusal> {
    let died_at = failed.then(|| (survived_percent / 100.0) * nps_per_measure.len() as f64);
    let bpm = fastest_unbroken(nps_per_measure, notes_per_measure, died_at, 32.0)?;
    Ok(bpm.filter(|bpm| *bpm >= 100.0))
}

/// The BPM of the fastest unbroken run that holds as many notes as `measures` measures of 16ths.
///
/// The lists give notes per second and notes of each measure; only the measures before `died_at` count, all of them
/// when it is null. `None` when no run is long enough.
///
/// # Errors
/// When at most one measure is wanted, the two lists differ in length or `died_at` is negative.
pub fn fastest_unbroken(
    nps_per_measure: &[f64],
    notes_per_measure: &[f64],
    died_at: Option<f64>,
    measures: f64,
) -> Result<Option<f64>, Refusal> {
    if measures <= 1.0 {
        return Err(Refusal::new("A run is longer than one measure."));
    }
    if nps_per_measure.len() != notes_per_measure.len() {
        return Err(Refusal::new("The chart's notes and notes per second differ in their number of measures."));
    }
    if died_at.is_some_and(|died_at| died_at < 0.0) {
        return Err(Refusal::new("Nobody dies before the chart starts."));
    }
    let all = nps_per_measure.len();
    let survived = died_at.map_or(all, |died_at| (died_at.ceil() as usize).min(all));
    let (nps, notes) = (&nps_per_measure[..survived], &notes_per_measure[..survived]);
    let runs = (0..survived).filter_map(|start| slowest_of_run(&nps[start..], &notes[start..], 16.0 * measures));
    Ok(runs.reduce(f64::max).map(|nps| (nps * 60.0) / 4.0))
}

/// The lowest notes per second of a run from the first measure until it has `wanted` notes, at least two measures
/// long; `None` when an empty measure or the end comes first.
fn slowest_of_run(nps: &[f64], notes: &[f64], wanted: f64) -> Option<f64> {
    let (mut slowest, mut sum) = (*nps.first()?, *notes.first()?);
    for (nps, notes) in nps.iter().zip(notes).skip(1) {
        if *notes == 0.0 {
            return None;
        }
        slowest = slowest.min(*nps);
        sum += notes;
        if sum >= wanted {
            return Some(slowest);
        }
    }
    None
}

/// [`fastest_unbroken`] for measures given by their tempo.
///
/// # Errors
/// Those of [`fastest_unbroken`].
pub fn fastest_unbroken_of_bpm(
    bpm_per_measure: &[f64],
    notes_per_measure: &[f64],
    died_at: Option<f64>,
    measures: f64,
) -> Result<Option<f64>, Refusal> {
    let nps: Vec<f64> = bpm_per_measure.iter().map(|bpm| (bpm * 4.0) / 60.0).collect();
    fastest_unbroken(&nps, notes_per_measure, died_at, measures)
}

// --- Wording ----------------------------------------------------------------------------------------------------

fn survival_criteria(value: f64) -> String {
    format!("Survive {} through", percent(value))
}

/// `Survive 50.00% through`, `CLEAR` or `CLEAR, and get 96.00% on`.
fn result_criteria(value: f64) -> String {
    if value < 100.0 {
        survival_criteria(value)
    } else if value == 100.0 {
        "CLEAR".to_owned()
    } else {
        format!("CLEAR, and get {} on", percent(value - 100.0))
    }
}

/// `Died 40.00% in` or `FULL COMBO with 97.10%`.
fn result(data: &ScoreData) -> String {
    if data.number(FINAL_PERCENT) < 100.0 {
        died(data)
    } else {
        format!("{} with {}", data.value(LAMP), percent(data.number(SCORE_PERCENT)))
    }
}

/// `50.00%` or `CLEAR with 96.00%`.
fn result_wanted(value: f64) -> String {
    if value < 100.0 { percent(value) } else { format!("CLEAR with {}", percent(value - 100.0)) }
}

fn died(data: &ScoreData) -> String {
    format!("Died {} in", percent(data.number(SURVIVED_PERCENT)))
}

/// `Alcohol-Free (Yurizo UKG edit) Expert 11`; the level of an unranked chart has a question mark.
fn chart_label(song: &Song, chart: &Chart) -> String {
    /// Read by itself, as the lists in `data` are long.
    #[derive(Default, Deserialize)]
    struct Tag {
        #[serde(rename = "difficultyTag")]
        tag: String,
    }
    let Tag { tag } = serde_json::from_str(chart.data.get()).unwrap_or_default();
    let level = match (chart.number(RANKED_LEVEL), chart.number(CHART_LEVEL)) {
        (Some(ranked), _) => to_text(ranked),
        (None, Some(printed)) => format!("{}?", to_text(printed)),
        (None, None) => "?".to_owned(),
    };
    match song.data_json()["subtitle"].as_str() {
        Some(subtitle) if !subtitle.is_empty() => format!("{} {subtitle} {tag} {level}", song.title),
        _ => format!("{} {tag} {level}", song.title),
    }
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula {
        name: "ITG.grade",
        calculate: |args| {
            let grade = grade_unless_failed(failed(args)?, GRADE_BOUNDS, args.number("scorePercent")?)?;
            Ok(GRADES[grade].into())
        },
    },
    Formula {
        name: "ITG.finalPercent",
        calculate: |args| {
            Ok(json(final_percent(failed(args)?, args.number("scorePercent")?, args.number("survivedPercent")?)))
        },
    },
    Formula {
        name: "ITG.blockRating",
        calculate: |args| Ok(number_or_null(block_rating(failed(args)?, args.optional_number("rankedLevel")))),
    },
    Formula {
        name: "ITG.fastest32",
        calculate: |args| {
            let (nps, notes) = (args.numbers("npsPerMeasure"), args.numbers("notesPerMeasure"));
            Ok(number_or_null(fastest_32(failed(args)?, args.number("survivedPercent")?, &nps, &notes)?))
        },
    },
    Formula {
        name: "ITGHighestUnbroken.calculateFromNPSPerMeasure",
        calculate: |args| {
            let (nps, notes) = (args.numbers("npsPerMeasure"), args.numbers("notesPerMeasure"));
            let bpm = fastest_unbroken(&nps, &notes, args.optional_number("diedAt"), args.number("measures")?)?;
            Ok(number_or_null(bpm))
        },
    },
    Formula {
        name: "ITGHighestUnbroken.calculateFromBPMPerMeasure",
        calculate: |args| {
            let (bpm, notes) = (args.numbers("bpmPerMeasure"), args.numbers("notesPerMeasure"));
            let bpm = fastest_unbroken_of_bpm(&bpm, &notes, args.optional_number("diedAt"), args.number("measures")?)?;
            Ok(number_or_null(bpm))
        },
    },
];

fn failed(args: &Args<'_>) -> Result<bool, Refusal> {
    Ok(args.index("lamp", LAMPS)? == FAILED)
}
