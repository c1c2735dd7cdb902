//! SOUND VOLTEX. Source: `spec/games/sdvx.md`.

use serde_json::Value;

use super::common::{self, FAST, GAUGE, MAX_COMBO, SLOW};
use super::volforce::{self, BEST_LAMP, GRADES, LAMP, SCORE, VF_CLASS, main_metrics};
use crate::class;
use crate::formula::{Args, Formula};
use crate::game::{
    Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyGroup, Edition, Game, GameConfig, Gpt,
    GptConfig, Merger, MetaField, MetaKind, Metric, MetricKind, OldMember, OldMemberRule, PbConfig, RankKey, Refusal,
    Version,
};
use crate::match_type::MatchType;
use crate::number::json;
use crate::score::{MetricIdx, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Sdvx,
    name: "SOUND VOLTEX",
    edition: Edition::Arcade,
    gpts: &[Gpt::SdvxSingle],
    song_data: &[DataField::required("displayVersion", DataKind::Text)],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::SdvxSingle,
    game: Game::Sdvx,
    playtype: "Single",
    v3: "sdvx",
    name: "SOUND VOLTEX",
    difficulties: DIFFICULTIES,
    difficulty_groups: &[DifficultyGroup {
        id: "ANY_INF",
        members: &["INF", "GRV", "HVN", "VVD", "XCD", "NBL"],
        match_types: &[MatchType::SdvxInGameId],
        any_primary: false,
    }],
    versions: VERSIONS,
    match_types: &[MatchType::SdvxInGameId, MatchType::SongTitle, MatchType::TachiSongId],
    metrics: METRICS,
    old_members: &[OldMember {
        name: "matchType",
        unless: &[],
        becomes: OldMemberRule::Mapped {
            values: &[("inGameID", &[("matchType", "sdvxInGameID")])],
            others_refused: false,
        },
    }],
    score_meta: &[MetaField::nullable("inSkillAnalyser", MetaKind::Bool)],
    classes: &[VF_CLASS, ClassSet::provided("dan", DAN)],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[BEST_LAMP, Merger::largest("Best EX Score", &[EX_SCORE])],
        rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP), RankKey::largest(EX_SCORE)],
        bucket: |_, _, _| 0,
    },
    chart_data: &[
        DataField::required("inGameID", DataKind::Integer),
        DataField::optional("clearTier", DataKind::Tier),
        DataField::optional("pucTier", DataKind::Tier),
        DataField::optional("sTier", DataKind::Tier),
    ],
    ..volforce::SHARED
};

// --- Metrics ----------------------------------------------------------------------------------------------------

/// The lamps, worst first.
const LAMPS: &[&str] =
    &["FAILED", "CLEAR", "EXCESSIVE CLEAR", "MAXXIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"];

const METRICS: &[Metric] = {
    let [score, lamp, grade] = main_metrics(LAMPS);
    // The catalogue has no note counts, so an EX score has no upper bound.
    let ex_score = Bound::NonNegative("EX Score must be non-negative.");
    let ex_score = Metric::optional_in_id("exScore", MetricKind::Integer(ex_score));
    &[score, lamp, grade, ex_score, FAST, SLOW, MAX_COMBO, GAUGE]
};

const EX_SCORE: MetricIdx = metric(METRICS, "exScore");

const ULTIMATE_CHAIN: usize = index_in(LAMPS, "ULTIMATE CHAIN");
const PERFECT_ULTIMATE_CHAIN: usize = index_in(LAMPS, "PERFECT ULTIMATE CHAIN");

/// The lamp that a catalogue's goal on `lamp` means.
///
/// Goals made before MAXXIVE CLEAR was inserted count the two lamps above it one lower than today, and only their
/// name tells them apart. Quests refer to them by ID, so the ID stays while the value is read anew.
///
/// ```
/// use tachi_core::games::sdvx::lamp_of_goal;
/// assert_eq!(lamp_of_goal("ULTIMATE CHAIN any chart in the Level 13 folder", 3.0), 4.0);
/// assert_eq!(lamp_of_goal("MAXXIVE CLEAR any chart in the Level 13 folder", 3.0), 3.0);
/// ```
#[must_use]
pub fn lamp_of_goal(name: &str, value: f64) -> f64 {
    let now = [("PERFECT ULTIMATE CHAIN ", PERFECT_ULTIMATE_CHAIN), ("ULTIMATE CHAIN ", ULTIMATE_CHAIN)]
        .into_iter()
        .find_map(|(prefix, lamp)| name.starts_with(prefix).then_some(lamp as f64));
    now.filter(|now| value == now - 1.0).unwrap_or(value)
}

// --- Tables -----------------------------------------------------------------------------------------------------

const DIFFICULTIES: &[Difficulty] = &[
    Difficulty::new("NOV", "NOV"),
    Difficulty::new("ADV", "ADV"),
    Difficulty::new("EXH", "EXH"),
    Difficulty::new("INF", "INF"),
    Difficulty::new("GRV", "GRV"),
    Difficulty::new("HVN", "HVN"),
    Difficulty::new("VVD", "VVD"),
    Difficulty::new("XCD", "XCD"),
    Difficulty::new("NBL", "NBL"),
    Difficulty::new("MXM", "MXM"),
    Difficulty::new("ULT", "ULT"),
];

const VERSIONS: &[Version] = &[
    Version::new("booth", "BOOTH"),
    Version::new("inf", "infinite infection"),
    Version::new("gw", "GRAVITY WARS"),
    Version::new("heaven", "HEAVENLY HAVEN"),
    Version::new("vivid", "VIVID WAVE"),
    Version::new("exceed", "EXCEED GEAR"),
    Version::new("nabla", "NABLA"),
    Version::new("konaste", "Konaste"),
];

const DAN: &[ClassValue] = &[
    ClassValue::new("DAN_1", "LV.01", "1st Dan"),
    ClassValue::new("DAN_2", "LV.02", "2nd Dan"),
    ClassValue::new("DAN_3", "LV.03", "3rd Dan"),
    ClassValue::new("DAN_4", "LV.04", "4th Dan"),
    ClassValue::new("DAN_5", "LV.05", "5th Dan"),
    ClassValue::new("DAN_6", "LV.06", "6th Dan"),
    ClassValue::new("DAN_7", "LV.07", "7th Dan"),
    ClassValue::new("DAN_8", "LV.08", "8th Dan"),
    ClassValue::new("DAN_9", "LV.09", "9th Dan"),
    ClassValue::new("DAN_10", "LV.10", "10th Dan"),
    ClassValue::new("DAN_11", "LV.11", "11th Dan"),
    ClassValue::new("INF", "LV.INF", "Inf. Dan"),
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula {
        name: "Volforce.calculateVF4",
        calculate: |args| Ok(json(volforce::vf4(args.number("score")?, args.number("level")?)?)),
    },
    Formula { name: "Volforce.calculateVF5", calculate: |args| with_lamp(args, "score", volforce::vf5) },
    Formula { name: "Volforce.calculateVF6", calculate: |args| with_lamp(args, "score", volforce::vf6) },
    Formula { name: "Volforce.calculateVF7", calculate: |args| with_lamp(args, "score", volforce::vf7) },
    Formula {
        name: "Volforce.inverseVF4",
        calculate: |args| Ok(json(volforce::inverse_vf4(args.number("vf")?, args.number("level")?)?)),
    },
    // VF5 and VF6 differ in what they are rounded to, which the way back does not see.
    Formula { name: "Volforce.inverseVF5", calculate: |args| with_lamp(args, "vf", volforce::inverse_vf6) },
    Formula { name: "Volforce.inverseVF6", calculate: |args| with_lamp(args, "vf", volforce::inverse_vf6) },
    Formula { name: "Volforce.inverseVF7", calculate: |args| with_lamp(args, "vf", volforce::inverse_vf7) },
    Formula { name: "SDVX.grade", calculate: |args| Ok(GRADES[volforce::grade(args.number("score")?)?].into()) },
    Formula { name: "SDVX.gradeGoal", calculate: |args| common::grade_goal(args, GRADES, volforce::grade_delta) },
    Formula {
        name: "SDVX.vfClass",
        calculate: |args| Ok(class::derive(&VF_CLASS, args.optional_number("rating")).into()),
    },
];

fn with_lamp(
    args: &Args<'_>,
    name: &str,
    formula: fn(f64, &str, f64) -> Result<f64, Refusal>,
) -> Result<Value, Refusal> {
    Ok(json(formula(args.number(name)?, args.text("lamp")?, args.number("level")?)?))
}
