//! SOUND VOLTEX of the kai family. Source: `spec/import-types/api-kai.md` 5.2 and 6.

use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::sdvx;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::{KaiGame, PREFIX};
use crate::api::item;
use crate::charts;
use crate::error::Failure;
use crate::fill::{self, Sum};
use crate::format::ProvidedClass;
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

pub(super) const GAME: KaiGame = KaiGame {
    game: Game::Sdvx,
    history: "/api/sdvx/v1/play_history",
    profile: "/api/sdvx/v1/player_profile",
    convert,
    difficulty: |item| fill::entry(&DIFFICULTIES, item.number_of("music_difficulty")),
    classes,
};

/// Numbers outside the tables have messages of their own, so they are just integers here.
const SCHEMA: Schema = Schema::open(&[&[
    Field::required("music_id", Kind::Count),
    Field::required("music_difficulty", Kind::Integer),
    Field::required("played_version", Kind::Integer),
    Field::required("clear_type", Kind::Integer),
    Field::required("score", Kind::IntegerBetween(0.0, 10_000_000.0)),
    Field::required("max_chain", Kind::Count),
    Field::required("critical", Kind::Count),
    Field::required("near", Kind::Count),
    Field::required("error", Kind::Own(item::count_or_null)),
    Field::required("early", Kind::Own(item::count_or_null)),
    Field::required("late", Kind::Own(item::count_or_null)),
    Field::required("gauge_rate", Kind::NumberBetween(0.0, 100.0)),
    Field::required("timestamp", Kind::Text),
]]);

/// By number.
const DIFFICULTIES: [&str; 6] = ["NOV", "ADV", "EXH", "ANY_INF", "MXM", "ULT"];
/// By number; there is no 0.
const VERSIONS: [&str; 7] = ["", "booth", "inf", "gw", "heaven", "vivid", "exceed"];
/// By clear type; there is no 0.
const LAMPS: [&str; 7] =
    ["", "FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN", "MAXXIVE CLEAR"];

const METRICS: &[Metric] = sdvx::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");

const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["score"]),
    Sum::new(METRICS, "fast", &["early"]),
    Sum::new(METRICS, "slow", &["late"]),
    Sum::new(METRICS, "gauge", &["gauge_rate"]),
    Sum::new(METRICS, "maxCombo", &["max_chain"]),
];

fn convert(item: &Json<'_>, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    item::check(item, &SCHEMA, PREFIX)?;
    let difficulty = item::difficulty(item, "music_difficulty", &DIFFICULTIES)?;
    let version = item::version(item, "played_version", &VERSIONS)?;
    let id = item::number(item, "music_id");
    let chart = charts::listed(catalogue, Gpt::SdvxSingle, id, difficulty, version)
        .ok_or_else(|| item::not_found("songID", id, difficulty, version))?;
    let mut data = ScoreData::new(Gpt::SdvxSingle.config());
    fill::value(&mut data, LAMP, Some(item::lamp(item, "clear_type", &LAMPS)?));
    fill::numbers(&mut data, item, NUMBERS);
    fill::judgements(&mut data, item, &[&["critical"], &["near"], &["error"]])?;
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: String::new(),
        comment: None,
        time_achieved: item::time(item, "timestamp")?,
    })
}

/// The dan of a profile: 0 is none, 1 the first.
fn classes(profile: &Json<'_>) -> Vec<ProvidedClass> {
    let level = profile.number_of("skill_level").unwrap_or_default();
    ProvidedClass::at(Gpt::SdvxSingle, "dan", level - 1.0).into_iter().collect()
}
