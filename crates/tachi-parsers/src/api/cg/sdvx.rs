//! SOUND VOLTEX of the CG family. Source: `spec/import-types/api-cg.md` 3 and 4.

use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::sdvx;
use tachi_core::score::{MetricIdx, ScoreData, metric};

use super::CgGame;
use crate::api::item;
use crate::charts;
use crate::error::Failure;
use crate::fill::{self, Sum};
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

pub(super) const GAME: CgGame = CgGame {
    game: Game::Sdvx,
    upstream: "sdvx",
    schema: Schema::open(&[&[
        Field::required("internalId", Kind::Count),
        Field::required("difficulty", Kind::Count),
        Field::required("version", Kind::Count),
        Field::required("score", Kind::IntegerBetween(0.0, 10_000_000.0)),
        Field::required("clearType", Kind::Count),
        Field::required("exScore", Kind::Count),
        Field::required("maxChain", Kind::Count),
        Field::required("critical", Kind::Count),
        Field::required("near", Kind::Count),
        Field::required("error", Kind::Count),
        Field::required("dateTime", Kind::Text),
    ]]),
    convert,
    difficulty: |item| fill::entry(&DIFFICULTIES, item.number_of("difficulty")),
};

/// By number.
const DIFFICULTIES: [&str; 6] = ["NOV", "ADV", "EXH", "ANY_INF", "MXM", "ULT"];
/// By number; there is no 0.
const VERSIONS: [&str; 8] = ["", "booth", "inf", "gw", "heaven", "vivid", "exceed", NABLA];
const NABLA: &str = "nabla";
/// By clear type; there is no 0.
const LAMPS: [&str; 7] =
    ["", "FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN", "MAXXIVE CLEAR"];
/// By clear type since nabla, which sorts the lamps.
const NABLA_LAMPS: [&str; 7] =
    ["", "FAILED", "CLEAR", "EXCESSIVE CLEAR", "MAXXIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"];

const METRICS: &[Metric] = sdvx::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const EX_SCORE: MetricIdx = metric(METRICS, "exScore");

const NUMBERS: &[Sum] = &[Sum::new(METRICS, "score", &["score"]), Sum::new(METRICS, "maxCombo", &["maxChain"])];

fn convert(item: &Json<'_>, catalogue: &Catalogue) -> Result<(ChartIdx, ScoreData), Failure> {
    let difficulty = item::difficulty(item, "difficulty", &DIFFICULTIES)?;
    let version = item::version(item, "version", &VERSIONS)?;
    let id = item::number(item, "internalId");
    let chart = charts::listed(catalogue, Gpt::SdvxSingle, id, difficulty, version)
        .ok_or_else(|| item::not_found("songID", id, difficulty, version))?;
    let lamps = if version == NABLA { &NABLA_LAMPS } else { &LAMPS };
    let mut data = ScoreData::new(Gpt::SdvxSingle.config());
    fill::value(&mut data, LAMP, Some(item::lamp(item, "clearType", lamps)?));
    fill::numbers(&mut data, item, NUMBERS);
    // 0 is how the service says that there is none.
    if let Some(ex_score) = item.number_of("exScore").filter(|score| *score > 0.0) {
        data.set_number(EX_SCORE, ex_score);
    }
    fill::judgements(&mut data, item, &[&["critical"], &["near"], &["error"]])?;
    Ok((chart, data))
}
