//! pop'n music of the CG family. Source: `spec/import-types/api-cg.md` 3 and 4.

use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::popn;
use tachi_core::number::to_text;
use tachi_core::score::{MetricIdx, ScoreData, metric};

use super::CgGame;
use crate::api::item;
use crate::charts;
use crate::error::Failure;
use crate::fill;
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

pub(super) const GAME: CgGame = CgGame {
    game: Game::Popn,
    upstream: "popn",
    schema: Schema::open(&[&[
        Field::required("internalId", Kind::Count),
        Field::required("difficulty", Kind::Count),
        Field::required("version", Kind::Count),
        // No bound: scores of the battle mode exceed it, and must not fail the import.
        Field::required("score", Kind::Count),
        Field::required("clearFlag", Kind::Count),
        Field::required("coolCount", Kind::Count),
        Field::required("greatCount", Kind::Count),
        Field::required("goodCount", Kind::Count),
        Field::required("badCount", Kind::Count),
        Field::required("dateTime", Kind::Text),
    ]]),
    convert,
    difficulty: |item| fill::entry(&DIFFICULTIES, item.number_of("difficulty")),
};

/// By number.
const DIFFICULTIES: [&str; 6] = ["Easy", "Normal", "Hyper", "EX", BATTLE, BATTLE];
const BATTLE: &str = "battle mode";
/// From number 25 on.
const VERSIONS: [&str; 4] = ["peace", "kaimei", "unilab", "jamfizz"];
const FIRST_VERSION: f64 = 25.0;
/// By number; there is no 0.
const MEDALS: [&str; 12] = [
    "",
    "failedCircle",
    "failedDiamond",
    "failedStar",
    "easyClear",
    "clearCircle",
    "clearDiamond",
    "clearStar",
    "fullComboCircle",
    "fullComboDiamond",
    "fullComboStar",
    "perfect",
];

const METRICS: &[Metric] = popn::P9B.metrics;
const SCORE: MetricIdx = metric(METRICS, "score");
const CLEAR_MEDAL: MetricIdx = metric(METRICS, "clearMedal");

fn convert(item: &Json<'_>, catalogue: &Catalogue) -> Result<(ChartIdx, ScoreData), Failure> {
    let difficulty = item::difficulty(item, "difficulty", &DIFFICULTIES)?;
    if difficulty == BATTLE {
        return Err(Failure::Skip("battle mode is not tracked"));
    }
    let number = item::number(item, "version");
    let version = fill::entry(&VERSIONS, Some(number - FIRST_VERSION));
    let version =
        version.ok_or_else(|| Failure::invalid(format!("Unknown/Unsupported Game Version {}.", to_text(number))))?;
    let score = item::number(item, "score");
    if score > 100_000.0 {
        return Err(Failure::invalid(format!("Score is > 100_000 (got {})", to_text(score))));
    }
    let id = item::number(item, "internalId");
    let chart = charts::listed(catalogue, Gpt::Popn9b, id, difficulty, version)
        .ok_or_else(|| item::not_found("songID", id, difficulty, version))?;
    let mut data = ScoreData::new(Gpt::Popn9b.config());
    data.set_number(SCORE, score);
    fill::value(&mut data, CLEAR_MEDAL, Some(item::lamp(item, "clearFlag", &MEDALS)?));
    fill::judgements(&mut data, item, &[&["coolCount"], &["greatCount"], &["goodCount"], &["badCount"]])?;
    Ok((chart, data))
}
