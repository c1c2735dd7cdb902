//! CHUNITHM. Source: `spec/import-types/api-myt.md` 4.1.

use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Gpt, Metric};
use tachi_core::games::chunithm;
use tachi_core::import_type::ImportType;
use tachi_core::score::{MetricIdx, ScoreData, enum_value, metric};

use super::{PlaylogGame, named};
use crate::api::source::MytTitle;
use crate::charts;
use crate::error::Failure;
use crate::fill::Sum;
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

/// The game.
#[derive(Debug)]
pub struct Chunithm;

impl PlaylogGame for Chunithm {
    const IMPORT_TYPE: ImportType = ImportType::ApiMytChunithm;
    const GPT: Gpt = Gpt::ChunithmSingle;
    const TITLE: MytTitle = MytTitle::Chunithm;
    const INFO: Schema = Schema::open(&[&[
        Field::required("level", Kind::Integer),
        Field::required("score", Kind::Integer),
        Field::required("clearStatus", Kind::Integer),
        Field::required("comboStatus", Kind::Integer),
    ]]);
    const JUDGE: Schema = Schema::open(&[&[
        Field::required("judgeHeaven", Kind::Integer),
        Field::required("judgeCritical", Kind::Integer),
        Field::required("judgeJustice", Kind::Integer),
        Field::required("judgeAttack", Kind::Integer),
        Field::required("judgeMiss", Kind::Integer),
        Field::required("maxCombo", Kind::Integer),
    ]]);
    const JUDGEMENTS: &'static [&'static [&'static str]] =
        &[&["judgeCritical", "judgeHeaven"], &["judgeJustice"], &["judgeAttack"], &["judgeMiss"]];
    const NUMBERS: &'static [Sum] = &[Sum::new(METRICS, "maxCombo", &["maxCombo"])];

    fn difficulty(info: &Json<'_>) -> Option<&'static str> {
        named(&["BASIC", "ADVANCED", "EXPERT", "MASTER", "ULTIMA", WORLDS_END], info, "level")
    }

    fn score(info: &Json<'_>, data: &mut ScoreData) -> Result<(), Failure> {
        let invalid = |what: &str| Failure::Invalid(format!("Can't process a score with an invalid {what} status"));
        let clear = named(&CLEAR_LAMPS, info, "clearStatus").ok_or_else(|| invalid("clear"))?;
        let note = named(&NOTE_LAMPS, info, "comboStatus").ok_or_else(|| invalid("combo"))?;
        data.set_number(SCORE, info.number_of("score").unwrap_or(f64::NAN));
        data.set_enum(CLEAR_LAMP, clear);
        data.set_enum(NOTE_LAMP, note);
        Ok(())
    }

    fn chart(catalogue: &Catalogue, id: f64, difficulty: &str) -> Option<ChartIdx> {
        if difficulty != WORLDS_END {
            return charts::any_version(catalogue, Self::GPT, id, difficulty);
        }
        // Such charts have difficulties of their own, so their number alone has to tell.
        let mut charts = catalogue.charts_with_in_game_id(Self::GPT, id as i64);
        match (charts.next(), charts.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}

const WORLDS_END: &str = "WORLD'S END";

const METRICS: &[Metric] = chunithm::SINGLE.metrics;
const SCORE: MetricIdx = metric(METRICS, "score");
const CLEAR_LAMP: MetricIdx = metric(METRICS, "clearLamp");
const NOTE_LAMP: MetricIdx = metric(METRICS, "noteLamp");

/// In the order FAILED, CLEAR, HARD, ABSOLUTE, ABSOLUTE_PLUS, CATASTROPHY: the names of the game moved by one.
const CLEAR_LAMPS: [usize; 6] = [
    enum_value(METRICS, CLEAR_LAMP, "FAILED"),
    enum_value(METRICS, CLEAR_LAMP, "CLEAR"),
    enum_value(METRICS, CLEAR_LAMP, "HARD"),
    enum_value(METRICS, CLEAR_LAMP, "BRAVE"),
    enum_value(METRICS, CLEAR_LAMP, "ABSOLUTE"),
    enum_value(METRICS, CLEAR_LAMP, "CATASTROPHY"),
];

const NOTE_LAMPS: [usize; 4] = [
    enum_value(METRICS, NOTE_LAMP, "NONE"),
    enum_value(METRICS, NOTE_LAMP, "FULL COMBO"),
    enum_value(METRICS, NOTE_LAMP, "ALL JUSTICE"),
    enum_value(METRICS, NOTE_LAMP, "ALL JUSTICE CRITICAL"),
];
