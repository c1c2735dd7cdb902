//! WACCA, whose orphans hold the `info` of a play only. Source: `spec/import-types/api-myt.md` 4.4.

use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::wacca;
use tachi_core::import_type::ImportType;
use tachi_core::number::to_text;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, enum_value, metric};

use super::{PLAY, Transcript, check, dry_score, is_true, music_id, named, not_found, place, unspecified_difficulty};
use crate::api::source::{MytTitle, Source};
use crate::charts;
use crate::error::{Failure, FatalError};
use crate::fill::{self, Sum};
use crate::format::{Batch, ClassChange, Fetched, Format, Input, NoContext, ProvidedClass};
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

/// `api/myt-wacca`.
#[derive(Debug)]
pub struct MytWacca;

impl Fetched for MytWacca {
    const SOURCE: Source = Source::Myt(MytTitle::Wacca);
}

impl Format for MytWacca {
    const IMPORT_TYPE: ImportType = ImportType::ApiMytWacca;
    /// The `info` of a play.
    type Row<'a> = Json<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let Transcript { profile, items } = Transcript::read(input.bytes)?;
        let classes = profile.as_ref().map(classes).transpose()?.flatten().into_iter().collect();
        let rows = items.into_iter().enumerate().filter_map(|(index, mut item)| {
            let info = item.take("info").filter(|info| *info != Json::Null);
            if info.is_none() {
                log::warn!("{} of a WACCA play log has no info", place(index));
            }
            Some(Ok((place(index), info?)))
        });
        Ok(Batch { game: Game::Wacca, context: NoContext {}, classes, rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        check(&PLAY, "info", row)?;
        check(&INFO, "info", row)?;
        let difficulty = difficulty(row).ok_or_else(|| unspecified_difficulty(row))?;
        let id = music_id(row);
        let chart = charts::any_version(catalogue, GPT, id, difficulty).ok_or_else(|| not_found(id, difficulty))?;
        let mut data = ScoreData::new(GPT.config());
        data.set_enum(LAMP, lamp(row)?);
        fill::numbers(&mut data, row, NUMBERS);
        if let Some(judge) = row.get_some("judge") {
            fill::judgements(&mut data, judge, &[&["marvelous"], &["great"], &["good"], &["miss"]])?;
        }
        dry_score(chart, data, row)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Json<'static>, Failure> {
        Ok(Json::from_value(data))
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, difficulty(row))
    }
}

const INFO: Schema = Schema::open(&[&[
    Field::required("musicDifficulty", Kind::Integer),
    Field::required("score", Kind::Integer),
    Field::nullable("judge", Kind::Object(JUDGE)),
    Field::nullable("clearStatus", Kind::Object(CLEAR_STATUS)),
    Field::required("combo", Kind::Integer),
    Field::required("fast", Kind::Integer),
    Field::required("late", Kind::Integer),
]]);
const JUDGE: Schema = Schema::open(&[&[
    Field::required("marvelous", Kind::Integer),
    Field::required("great", Kind::Integer),
    Field::required("good", Kind::Integer),
    Field::required("miss", Kind::Integer),
]]);
const CLEAR_STATUS: Schema = Schema::open(&[&[
    Field::required("isClear", Kind::Bool),
    Field::required("isMissless", Kind::Bool),
    Field::required("isFullCombo", Kind::Bool),
    Field::required("isAllMarvelous", Kind::Bool),
]]);

fn difficulty(info: &Json<'_>) -> Option<&'static str> {
    named(&["NORMAL", "HARD", "EXPERT", "INFERNO"], info, "musicDifficulty")
}

fn lamp(info: &Json<'_>) -> Result<usize, Failure> {
    let status = info.get_some("clearStatus");
    let status = status.ok_or_else(|| Failure::invalid("Can't process a score without clearStatus"))?;
    let best = LAMPS.iter().find(|(name, _)| is_true(status, name));
    Ok(best.map_or(FAILED, |(_, lamp)| *lamp))
}

const GPT: Gpt = Gpt::WaccaSingle;
const METRICS: &[Metric] = wacca::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");

/// Best first.
const LAMPS: [(&str, usize); 4] = [
    ("isAllMarvelous", enum_value(METRICS, LAMP, "ALL MARVELOUS")),
    ("isFullCombo", enum_value(METRICS, LAMP, "FULL COMBO")),
    ("isMissless", enum_value(METRICS, LAMP, "MISSLESS")),
    ("isClear", enum_value(METRICS, LAMP, "CLEAR")),
];

const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["score"]),
    Sum::new(METRICS, "fast", &["fast"]),
    Sum::new(METRICS, "slow", &["late"]),
    Sum::new(METRICS, "maxCombo", &["combo"]),
];

const STAGE_UP: &str = "stageUp";

/// The versions of the game that have stages, newest first. A rank of 0 does not make way for an older version.
const VERSIONS: [&str; 2] = ["400", "300"];

/// The stage up that player data, `{"versionData": {"<version>": {"rank": <number>}}}`, tells of.
///
/// # Errors
/// When there is no such stage.
pub fn classes(profile: &Json<'_>) -> Result<Option<ProvidedClass>, FatalError> {
    let versions = profile.get_some("versionData");
    let newest = versions.and_then(|versions| VERSIONS.iter().find_map(|version| versions.get_some(version)));
    let rank = newest.and_then(|version| version.number_of("rank")).unwrap_or(0.0);
    if rank == 0.0 {
        return Ok(None);
    }
    let stages = GPT.config().class_set(STAGE_UP).map_or(&[][..], |set| set.values);
    let stage = stages.iter().enumerate().find(|(index, _)| (index + 1) as f64 == rank);
    let unknown = || FatalError::bad_input(format!("Unknown stage up value {}", to_text(rank)));
    let (_, stage) = stage.ok_or_else(unknown)?;
    Ok(Some(ProvidedClass { gpt: GPT, set: STAGE_UP, change: ClassChange::Raise(stage.id) }))
}
