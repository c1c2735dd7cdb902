//! `api/arc-iidx`, `api/arc-sdvx`: personal bests of the ARC service.
//!
//! - **Page**: `spec/import-types/api-arc.md`
//! - **Written by**: the service ARC; the transcript by `fetch`
//! - **Versions**: one form for each game
//! - **Encoding**: JSON
//! - **Times**: ISO 8601, UTC unless stated; may be empty
//! - **Quirks**: charts are known by the service's own ids, which the catalogue must have as `arcChartID`
//! - **Skipped**: nothing
//! - **Invalid**: any structural error of an element
//! - **Fatal**: what is no transcript

use std::marker::PhantomData;

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, trim};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::{iidx, sdvx};
use tachi_core::import_type::ImportType;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::item;
use super::pages::Transcript;
use super::source::{ArcGame, Source};
use crate::error::{Failure, FatalError};
use crate::fill::{self, Sum};
use crate::format::{Batch, ClassChange, Fetched, Format, Input, NoContext, ProvidedClass};
use crate::json::Json;
use crate::schema::{Field, Kind, Meanings, Schema, meaning};

/// A type of this family.
pub trait ArcType: 'static {
    /// The import type.
    const IMPORT_TYPE: ImportType;
    /// What is fetched.
    const SOURCE: ArcGame;
    /// The game's form.
    const FORM: Form;
}

/// The form of one game's elements.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    game: Game,
    service: &'static str,
    schema: Schema,
    lamps: Meanings,
    lamp: MetricIdx,
    numbers: &'static [Sum],
    judgements: &'static [&'static [&'static str]],
    /// Whether profiles tell of dans.
    dans: bool,
}

/// `api/arc-iidx`
#[derive(Debug)]
pub struct ArcIidx;

impl ArcType for ArcIidx {
    const IMPORT_TYPE: ImportType = ImportType::ApiArcIidx;
    const SOURCE: ArcGame = ArcGame::Iidx;
    const FORM: Form = Form {
        game: Game::Iidx,
        service: "ARC IIDX28",
        schema: Schema::open(&[&[
            Field::required("chart_id", Kind::Text),
            Field::required("lamp", Kind::Meaning(IIDX_LAMPS)),
            Field::required("ex_score", Kind::Count),
            Field::required("miss_count", Kind::Own(item::count_or_null)),
            Field::required("timestamp", Kind::Text),
        ]]),
        lamps: IIDX_LAMPS,
        lamp: iidx::LAMP,
        numbers: &[Sum::new(IIDX, "score", &["ex_score"]), Sum::new(IIDX, "bp", &["miss_count"])],
        judgements: &[],
        dans: true,
    };
}

const IIDX: &[Metric] = iidx::SP.metrics;
const IIDX_LAMPS: Meanings = &[
    ("NO_PLAY", "NO PLAY"),
    ("FAILED", "FAILED"),
    ("ASSIST_CLEAR", "ASSIST CLEAR"),
    ("EASY_CLEAR", "EASY CLEAR"),
    ("CLEAR", "CLEAR"),
    ("HARD_CLEAR", "HARD CLEAR"),
    ("EX_HARD_CLEAR", "EX HARD CLEAR"),
    ("FULL_COMBO", "FULL COMBO"),
];
const _: () = fill::are_values(IIDX, iidx::LAMP, IIDX_LAMPS);

/// `api/arc-sdvx`
#[derive(Debug)]
pub struct ArcSdvx;

impl ArcType for ArcSdvx {
    const IMPORT_TYPE: ImportType = ImportType::ApiArcSdvx;
    const SOURCE: ArcGame = ArcGame::Sdvx;
    const FORM: Form = Form {
        game: Game::Sdvx,
        service: "ARC SDVX V",
        schema: Schema::open(&[&[
            Field::required("chart_id", Kind::Text),
            Field::required("lamp", Kind::Meaning(SDVX_LAMPS)),
            Field::required("score", Kind::IntegerBetween(0.0, 10_000_000.0)),
            Field::required("btn_rate", Kind::NumberBetween(0.0, 100.0)),
            Field::required("long_rate", Kind::NumberBetween(0.0, 100.0)),
            Field::required("vol_rate", Kind::NumberBetween(0.0, 100.0)),
            Field::required("critical", Kind::Count),
            Field::required("near", Kind::Count),
            Field::required("error", Kind::Count),
            Field::required("timestamp", Kind::Text),
        ]]),
        lamps: SDVX_LAMPS,
        lamp: SDVX_LAMP,
        numbers: &[Sum::new(SDVX, "score", &["score"]), Sum::new(SDVX, "maxCombo", &["max_chain"])],
        judgements: &[&["critical"], &["near"], &["error"]],
        dans: false,
    };
}

const SDVX: &[Metric] = sdvx::SINGLE.metrics;
const SDVX_LAMP: MetricIdx = metric(SDVX, "lamp");
const SDVX_LAMPS: Meanings = &[
    ("PLAY", "FAILED"),
    ("CLEAR", "CLEAR"),
    ("HC", "EXCESSIVE CLEAR"),
    ("UC", "ULTIMATE CHAIN"),
    ("PUC", "PERFECT ULTIMATE CHAIN"),
];
const _: () = fill::are_values(SDVX, SDVX_LAMP, SDVX_LAMPS);

/// The format of a type of this family.
#[derive(Debug)]
pub struct Arc<T>(PhantomData<T>);

/// The service's name in transcripts.
pub(crate) const SERVICE: &str = "ARC";

impl<T: ArcType> Format for Arc<T> {
    const IMPORT_TYPE: ImportType = T::IMPORT_TYPE;
    type Row<'a> = Json<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let transcript = Transcript::read(input.bytes, SERVICE)?;
        let profile = transcript.profile().filter(|_| T::FORM.dans);
        let classes = profile.map_or_else(Vec::new, |profile| dans(&profile));
        Ok(Batch { game: T::FORM.game, context: NoContext {}, classes, rows: transcript.rows() })
    }

    fn convert(row: &Json<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, &T::FORM, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Json<'static>, Failure> {
        Ok(Json::from_value(data))
    }

    fn label<'r>(_row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, None)
    }
}

impl<T: ArcType> Fetched for Arc<T> {
    const SOURCE: Source = Source::Arc(T::SOURCE);
}

fn convert(item: &Json<'_>, form: &Form, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    item::check(item, &form.schema, "Invalid ARC Score")?;
    let id = item.text_of("chart_id").unwrap_or_default();
    let chart = catalogue
        .chart_by_arc_id(form.game, id)
        .ok_or_else(|| Failure::NotFound(format!("Could not find chart with chart_id {id}.")))?;
    let mut data = ScoreData::new(catalogue.chart(chart).gpt.config());
    fill::value(&mut data, form.lamp, meaning(form.lamps, item.text_of("lamp")));
    fill::numbers(&mut data, item, form.numbers);
    fill::judgements(&mut data, item, form.judgements)?;
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: form.service.to_owned(),
        comment: None,
        time_achieved: item::time(item, "timestamp")?,
    })
}

/// The dans of the first profile there is.
fn dans(profile: &Json<'_>) -> Vec<ProvidedClass> {
    let Some(Json::Array(profiles)) = profile.get("_items") else { return Vec::new() };
    let Some(profile) = profiles.first() else { return Vec::new() };
    let dans = [("sp", Gpt::IidxSp), ("dp", Gpt::IidxDp)].into_iter();
    let dan = |(name, gpt)| {
        let rank = profile.get(name)?.text_of("rank")?;
        let class = meaning(RANKS, Some(trim(rank)))?;
        Some(ProvidedClass { gpt, set: "dan", change: ClassChange::Raise(class) })
    };
    dans.filter_map(dan).collect()
}

const RANKS: Meanings = &[
    ("皆伝", "KAIDEN"),
    ("中伝", "CHUUDEN"),
    ("十段", "DAN_10"),
    ("九段", "DAN_9"),
    ("八段", "DAN_8"),
    ("七段", "DAN_7"),
    ("六段", "DAN_6"),
    ("五段", "DAN_5"),
    ("四段", "DAN_4"),
    ("三段", "DAN_3"),
    ("二段", "DAN_2"),
    // The service spells it with the katakana, too.
    ("ニ段", "DAN_2"),
    ("初段", "DAN_1"),
    ("一級", "KYU_1"),
    ("二級", "KYU_2"),
    ("三級", "KYU_3"),
    ("四級", "KYU_4"),
    ("五級", "KYU_5"),
    ("六級", "KYU_6"),
    ("七級", "KYU_7"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_is_a_dan() {
        let set = Gpt::IidxSp.config().class_set("dan").unwrap();
        for (rank, class) in RANKS {
            assert!(set.index_of(class).is_some(), "{rank}");
        }
        assert_eq!(RANKS.len(), set.values.len() + 1);
        let numbers = RANKS.iter().filter(|(_, class)| *class == "DAN_2");
        let codes: Vec<u32> = numbers.filter_map(|(rank, _)| rank.chars().next()).map(u32::from).collect();
        assert_eq!(codes, [0x4E8C, 0x30CB]);
    }
}
