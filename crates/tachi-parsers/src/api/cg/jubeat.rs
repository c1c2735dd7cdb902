//! jubeat of the CG family. Source: `spec/import-types/api-cg.md` 3 and 4.

use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::jubeat;
use tachi_core::number::is_safe_integer;
use tachi_core::score::{MetricIdx, ScoreData, metric};

use super::CgGame;
use crate::api::item;
use crate::charts;
use crate::error::Failure;
use crate::fill;
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

pub(super) const GAME: CgGame = CgGame {
    game: Game::Jubeat,
    upstream: "jb",
    schema: Schema::open(&[&[
        Field::required("internalId", Kind::Count),
        Field::required("difficulty", Kind::Count),
        Field::required("version", Kind::Count),
        Field::required("score", Kind::IntegerBetween(0.0, 1_000_000.0)),
        Field::required("hardMode", Kind::Bool),
        Field::required("perfectCount", Kind::Count),
        Field::required("greatCount", Kind::Count),
        Field::required("goodCount", Kind::Count),
        Field::required("poorCount", Kind::Count),
        Field::required("missCount", Kind::Count),
        Field::required("musicRate", Kind::IntegerBetween(0.0, 1200.0)),
        Field::required("dateTime", Kind::Text),
    ]]),
    convert,
    difficulty: |item| fill::entry(difficulties(item), item.number_of("difficulty")),
};

/// By number.
const DIFFICULTIES: [&str; 3] = ["BSC", "ADV", "EXT"];
/// By number, in hard mode.
const HARD_DIFFICULTIES: [&str; 3] = ["HARD BSC", "HARD ADV", "HARD EXT"];
/// By number; there is no 0.
const VERSIONS: [&str; 13] =
    ["", "jubeat", "ripples", "knit", "copious", "saucer", "prop", "qubell", "clan", "festo", "festo", "ave", "beyond"];
/// The bits of the flag; the first that is set counts.
const LAMPS: [(i64, &str); 4] = [(8, "EXCELLENT"), (4, "FULL COMBO"), (2, "CLEAR"), (1, "FAILED")];

const METRICS: &[Metric] = jubeat::SINGLE.metrics;
const SCORE: MetricIdx = metric(METRICS, "score");
const MUSIC_RATE: MetricIdx = metric(METRICS, "musicRate");
const LAMP: MetricIdx = metric(METRICS, "lamp");

const JUDGEMENTS: &[&[&str]] = &[&["perfectCount"], &["greatCount"], &["goodCount"], &["poorCount"], &["missCount"]];

fn convert(item: &Json<'_>, catalogue: &Catalogue) -> Result<(ChartIdx, ScoreData), Failure> {
    let difficulty = item::difficulty(item, "difficulty", difficulties(item))?;
    let version = item::version(item, "version", &VERSIONS)?;
    let lamp = lamp(item.get("clearFlag"))?;
    let id = item::number(item, "internalId");
    let chart = charts::of_any_version(catalogue, Gpt::JubeatSingle, id, difficulty)
        .ok_or_else(|| item::not_found("internalId", id, difficulty, version))?;
    let mut data = ScoreData::new(Gpt::JubeatSingle.config());
    data.set_number(SCORE, item::number(item, "score"));
    data.set_number(MUSIC_RATE, item::number(item, "musicRate") / 10.0);
    fill::value(&mut data, LAMP, Some(lamp));
    fill::judgements(&mut data, item, JUDGEMENTS)?;
    Ok((chart, data))
}

fn difficulties(item: &Json<'_>) -> &'static [&'static str; 3] {
    if item.get("hardMode") == Some(&Json::Bool(true)) { &HARD_DIFFICULTIES } else { &DIFFICULTIES }
}

fn lamp(flag: Option<&Json<'_>>) -> Result<&'static str, Failure> {
    let bits = flag.and_then(Json::number).filter(|flag| is_safe_integer(*flag)).map_or(0, |flag| flag as i64);
    let lamp = LAMPS.iter().find(|(bit, _)| bits & bit != 0).map(|(_, lamp)| *lamp);
    lamp.ok_or_else(|| {
        let flag = flag.map_or_else(|| "undefined".to_owned(), Json::shown);
        Failure::invalid(format!("Invalid lamp of {flag} - Could not convert."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bit_is_the_lamp() {
        for (flag, expected) in [
            (1.0, "FAILED"),
            (2.0, "CLEAR"),
            (3.0, "CLEAR"),
            (7.0, "FULL COMBO"),
            (8.0, "EXCELLENT"),
            (15.0, "EXCELLENT"),
        ] {
            assert_eq!(lamp(Some(&Json::Number(flag))), Ok(expected), "{flag}");
        }
        for flag in [Some(Json::Number(0.0)), Some(Json::Number(16.0)), Some(Json::Number(1.5)), Some(Json::Null), None]
        {
            assert!(lamp(flag.as_ref()).is_err(), "{flag:?}");
        }
    }
}
