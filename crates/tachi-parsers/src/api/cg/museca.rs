//! MÚSECA of the CG family. Source: `spec/import-types/api-cg.md` 3 and 4.

use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::museca;
use tachi_core::score::{MetricIdx, ScoreData, metric};

use super::CgGame;
use crate::api::item;
use crate::charts;
use crate::error::Failure;
use crate::fill::{self, Sum};
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

pub(super) const GAME: CgGame = CgGame {
    game: Game::Museca,
    upstream: "msc",
    schema: Schema::open(&[&[
        Field::required("internalId", Kind::Count),
        Field::required("difficulty", Kind::Count),
        Field::required("version", Kind::Count),
        Field::required("score", Kind::IntegerBetween(0.0, MAX_SCORE)),
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
const DIFFICULTIES: [&str; 3] = ["Green", "Yellow", "Red"];
/// By number; what is before the revision is not known.
const VERSIONS: [&str; 3] = ["", "", "1.5-b"];

const MAX_SCORE: f64 = 1_000_000.0;
const CLEAR_SCORE: f64 = 800_000.0;

const METRICS: &[Metric] = museca::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const NUMBERS: &[Sum] = &[Sum::new(METRICS, "score", &["score"]), Sum::new(METRICS, "maxCombo", &["maxChain"])];

fn convert(item: &Json<'_>, catalogue: &Catalogue) -> Result<(ChartIdx, ScoreData), Failure> {
    let difficulty = item::difficulty(item, "difficulty", &DIFFICULTIES)?;
    let version = item::version(item, "version", &VERSIONS)?;
    let id = item::number(item, "internalId");
    let chart = charts::listed(catalogue, Gpt::MusecaSingle, id, difficulty, version)
        .ok_or_else(|| item::not_found("songID", id, difficulty, version))?;
    let mut data = ScoreData::new(Gpt::MusecaSingle.config());
    fill::numbers(&mut data, item, NUMBERS);
    fill::value(&mut data, LAMP, Some(lamp(item::number(item, "score"), item::number(item, "error"))));
    fill::judgements(&mut data, item, &[&["critical"], &["near"], &["error"]])?;
    Ok((chart, data))
}

/// The service's own lamp says nothing.
fn lamp(score: f64, errors: f64) -> &'static str {
    if score == MAX_SCORE {
        "PERFECT CONNECT ALL"
    } else if errors == 0.0 {
        "CONNECT ALL"
    } else if score >= CLEAR_SCORE {
        "CLEAR"
    } else {
        "FAILED"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamps_follow_from_score_and_errors() {
        for (score, errors, expected) in [
            (1_000_000.0, 3.0, "PERFECT CONNECT ALL"),
            (900_000.0, 0.0, "CONNECT ALL"),
            (800_000.0, 10.0, "CLEAR"),
            (799_999.0, 10.0, "FAILED"),
            (700_000.0, 10.0, "FAILED"),
        ] {
            assert_eq!(lamp(score, errors), expected, "{score} with {errors} errors");
        }
    }
}
