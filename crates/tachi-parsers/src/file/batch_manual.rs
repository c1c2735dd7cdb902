//! `file/batch-manual`: BATCH-MANUAL, the generic JSON format for every game.
//!
//! - **Page**: `spec/import-types/file-batch-manual.md`
//! - **Written by**: hooks, scripts and converters of all kinds
//! - **Versions**: game and playtype, or a v3 game string alone; members of before a rename are read as the new ones
//! - **Encoding**: UTF-8 with or without byte order mark, invalid bytes replaced
//! - **Times**: UNIX milliseconds, 0 meaning none
//! - **Quirks**: empty arrays for empty objects; `hitMeta` is an old name of `optional`; numbers such as `500.0` are
//!   integers; of repeated members the last one counts
//! - **Skipped**: nothing
//! - **Invalid**: a match type or difficulty that the game does not have, and everything that depends on the chart
//! - **Fatal**: any structural error, which names path, reason and value

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use tachi_core::catalogue::{Catalogue, ChartQuery};
use tachi_core::game::{
    Bound, ClassSource, Game, Gpt, GptConfig, GraphBound, Group, MetaField, MetaKind, Metric, MetricKind, OldMemberRule,
};
use tachi_core::import_type::ImportType;
use tachi_core::match_type::MatchType;
use tachi_core::score::{DryScore, MetricValue, ScoreData};
use tachi_core::validate;

use crate::error::{Failure, FatalError, Place, shown};
use crate::format::{Batch, ClassChange, Format, Input, ProvidedClass};
use crate::gpt_name::{self, Part, UnknownGpt};
use crate::json::{self, Json, Members, SchemaError, expect, join, member};

mod schema;

pub use schema::schema;

const PREFIX: &str = "Invalid BATCH-MANUAL";

/// The import type.
pub type BatchManual = Manual<AsFile>;

/// A way in which documents of this format arrive.
pub trait Dialect {
    /// Its import type.
    const IMPORT_TYPE: ImportType;

    /// Reads the document.
    ///
    /// # Errors
    /// When it is not JSON, or not for this type.
    fn read(bytes: &[u8]) -> Result<Json<'_>, FatalError>;

    /// The service of a score, of the sender that `meta.service` names.
    fn service(sender: &str) -> String;

    /// Looks at a document whose structure has been checked, and may change its scores.
    ///
    /// # Errors
    /// When the document and what was sent with it contradict each other.
    fn finish(_document: &mut Document<'_>, _input: &Input<'_>) -> Result<(), FatalError> {
        Ok(())
    }
}

/// An uploaded file.
#[derive(Debug)]
pub struct AsFile;

impl Dialect for AsFile {
    const IMPORT_TYPE: ImportType = ImportType::FileBatchManual;

    fn read(bytes: &[u8]) -> Result<Json<'_>, FatalError> {
        json::document(bytes)
    }

    fn service(sender: &str) -> String {
        format!("{sender} (BATCH-MANUAL)")
    }
}

/// BATCH-MANUAL, however it arrives.
#[derive(Debug)]
pub struct Manual<D>(PhantomData<D>);

impl<D: Dialect> Format for Manual<D> {
    const IMPORT_TYPE: ImportType = D::IMPORT_TYPE;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let mut document = parse(D::read(input.bytes)?, input.surroundings.games)?;
        D::finish(&mut document, input)?;
        let Document { context, classes, scores } = document;
        let rows = scores.into_iter().enumerate().map(|(index, score)| Ok((Place::Element("scores", index), score)));
        Ok(Batch { game: context.gpt.game(), context, classes, rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, context, D::service(&context.service), catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, context: &Context) -> Result<Json<'static>, Failure> {
        restore(data, context)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        label(row)
    }
}

/// What all scores of a document share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The GPT of all scores.
    pub gpt: Gpt,
    /// Who sends them, as `meta.service` says.
    pub service: String,
    /// The game version that charts are looked up in.
    pub version: Option<String>,
}

impl Serialize for Context {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = serde_json::json!({
            "game": self.gpt.game(), "playtype": self.gpt.playtype(), "service": self.service, "version": self.version,
        });
        stored.serialize(serializer)
    }
}

/// Reads the contexts of all generations: game and playtype, or a v3 game string alone.
impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            game: String,
            playtype: Option<String>,
            service: String,
            version: Option<String>,
        }
        let stored = Stored::deserialize(deserializer)?;
        let gpt = match &stored.playtype {
            None => Gpt::from_v3(&stored.game),
            Some(playtype) => stored.game.parse::<Game>().ok().and_then(|game| game.playtype(playtype)),
        };
        let gpt = gpt.ok_or_else(|| serde::de::Error::custom(format!("there is no game {:?}", stored.game)))?;
        Ok(Self { gpt, service: stored.service, version: stored.version })
    }
}

/// A document whose structure has been checked.
#[derive(Debug)]
pub struct Document<'a> {
    /// What all scores share.
    pub context: Context,
    /// The classes it tells of.
    pub classes: Vec<ProvidedClass>,
    /// The scores, old members already read as the new ones.
    pub scores: Vec<Json<'a>>,
}

/// Checks a document's structure. The first thing that is wrong with it refuses it as a whole.
fn parse<'a>(document: Json<'a>, games: &[Game]) -> Result<Document<'a>, FatalError> {
    let members = match document {
        Json::Object(members) => members,
        Json::Array(_) => Vec::new(),
        other => {
            let text = format!("{PREFIX} (Not an object, received {}.)", other.type_name());
            return Err(FatalError::bad_input(text));
        }
    };
    let gpt = game_of(member(&members, "meta"), games)?;
    check(members, gpt).map_err(|error| error.fatal(PREFIX))
}

fn game_of(meta: Option<&Json<'_>>, games: &[Game]) -> Result<Gpt, FatalError> {
    let game = meta
        .and_then(|meta| meta.get("game"))
        .ok_or_else(|| FatalError::bad_input("Could not retrieve meta.game - is this valid BATCH-MANUAL?"))?;
    let playtype = meta.and_then(|meta| meta.get("playtype"));
    gpt_name::read(Some(game), playtype, games).map_err(|UnknownGpt { part, given, expected }| {
        FatalError::bad_input(match part {
            Part::Gpt => format!("Invalid game '{given}'. It must be one of {expected}."),
            Part::Game => format!("Invalid game group '{given}' - expected any of {expected}."),
            Part::Playtype => format!("Invalid playtype '{given}' - expected any of {expected}."),
        })
    })
}

fn check<'a>(members: Members<'a>, gpt: Gpt) -> Result<Document<'a>, SchemaError> {
    let mut meta = None;
    let mut scores = None;
    let mut classes = None;
    let mut unknown: Vec<Cow<'a, str>> = Vec::new();
    for (name, value) in members {
        match &*name {
            "meta" => meta = Some(value),
            "scores" => scores = Some(value),
            "classes" => classes = Some(value),
            _ => unknown.push(name),
        }
    }
    let context = check_meta(meta.as_ref(), gpt)?;
    let Some(Json::Array(mut scores)) = scores else {
        return Err(SchemaError::new("scores", "Value was not an array.", scores.as_ref()));
    };
    for (index, score) in scores.iter_mut().enumerate() {
        read_old_members(gpt.config(), index, score)?;
        check_score(gpt.config(), index, score)?;
    }
    let classes = check_classes(gpt, classes.as_ref())?;
    if !unknown.is_empty() {
        return Err(SchemaError::unexpected("", &unknown.iter().map(|name| &**name).collect::<Vec<_>>()));
    }
    Ok(Document { context, classes, scores })
}

fn check_meta(meta: Option<&Json<'_>>, gpt: Gpt) -> Result<Context, SchemaError> {
    let Some(Json::Object(members)) = meta else { return Err(SchemaError::not_an_object("meta", meta)) };
    let service = expect::text_of_length("meta.service", member(members, "service"), 3, 60)?;
    let version = expect::optional_text("meta.version", member(members, "version"))?;
    refuse_unknown("meta", members, |name| ["game", "playtype", "service", "version"].contains(&name))?;
    Ok(Context { gpt, service: service.to_owned(), version: version.map(str::to_owned) })
}

fn refuse_unknown(path: &str, members: &Members<'_>, known: impl Fn(&str) -> bool) -> Result<(), SchemaError> {
    let unknown: Vec<&str> = members.iter().map(|(name, _)| &**name).filter(|name| !known(name)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(SchemaError::unexpected(path, &unknown)) }
}

/// Members of a score beside its metrics.
const OTHER_MEMBERS: [&str; 10] = [
    "matchType",
    "identifier",
    "comment",
    "difficulty",
    "artist",
    "timeAchieved",
    "judgements",
    "optional",
    "hitMeta",
    "scoreMeta",
];

fn check_score(config: &'static GptConfig, index: usize, score: &Json<'_>) -> Result<(), SchemaError> {
    // Paths are written only where something is wrong.
    let at = |name: &str| format!("scores[{index}].{name}");
    let Json::Object(members) = score else {
        return Err(SchemaError::not_an_object(format!("scores[{index}]"), Some(score)));
    };
    for (_, metric) in config.metrics_of(Group::Provided) {
        check_metric(metric, member(members, metric.name)).map_err(|error| error.at(&at(metric.name)))?;
    }
    check_match_type(member(members, "matchType"))
        .map_err(|reason| SchemaError::new(at("matchType"), reason, member(members, "matchType")))?;
    if member(members, "identifier").and_then(Json::text).is_none() {
        return Err(SchemaError::new(at("identifier"), "Expected string.", member(members, "identifier")));
    }
    if let comment @ Some(_) = some(members, "comment") {
        expect::text_of_length(&at("comment"), comment, 3, 240)?;
    }
    for name in ["difficulty", "artist"] {
        if let value @ Some(_) = some(members, name) {
            expect::optional_text(&at(name), value)?;
        }
    }
    if let time @ Some(_) = some(members, "timeAchieved") {
        check_time(time).map_err(|reason| SchemaError::new(at("timeAchieved"), reason, time))?;
    }
    if let Some(judgements) = some(members, "judgements") {
        check_judgements(config, &at("judgements"), judgements)?;
    }
    for name in ["optional", "hitMeta"] {
        if let Some(optional) = some(members, name) {
            check_optional(config, &at("optional"), optional)?;
        }
    }
    if let Some(meta) = some(members, "scoreMeta") {
        check_score_meta(config, &at("scoreMeta"), meta)?;
    }
    let known = |name: &str| {
        OTHER_MEMBERS.contains(&name) || config.metric(name).is_some_and(|(_, metric)| metric.group == Group::Provided)
    };
    if members.iter().all(|(name, _)| known(name)) {
        return Ok(());
    }
    refuse_unknown(&format!("scores[{index}]"), members, known)
}

/// The member unless it is null.
fn some<'j, 'a>(members: &'j Members<'a>, name: &str) -> Option<&'j Json<'a>> {
    member(members, name).filter(|value| !matches!(value, Json::Null))
}

/// A metric whose value is wrong; its path is known to the caller.
struct MetricError<'j, 'a> {
    reason: String,
    value: Option<&'j Json<'a>>,
    element: Option<usize>,
}

impl MetricError<'_, '_> {
    fn at(self, path: &str) -> SchemaError {
        let path = self.element.map_or_else(|| path.to_owned(), |element| format!("{path}[{element}]"));
        SchemaError::new(path, self.reason, self.value)
    }
}

/// Checks a metric's type and its fixed bounds; what depends on the chart is checked later, per score.
fn check_metric<'j, 'a>(metric: &Metric, value: Option<&'j Json<'a>>) -> Result<(), MetricError<'j, 'a>> {
    let error = |reason: String| MetricError { reason, value, element: None };
    let number = |value: Option<&Json<'_>>| value.and_then(Json::number);
    match metric.kind {
        MetricKind::Integer(bound) => match number(value) {
            Some(number) if tachi_core::number::is_safe_integer(number) => in_bounds(bound, number).map_err(error),
            _ => Err(error("Expected an integer.".to_owned())),
        },
        MetricKind::Decimal(bound) => match number(value) {
            Some(number) => in_bounds(bound, number).map_err(error),
            None => Err(error("Expected number.".to_owned())),
        },
        MetricKind::Enum { values, .. } => match value.and_then(Json::text) {
            Some(text) if values.contains(&text) => Ok(()),
            _ => Err(error(format!("Expected any of {}.", values.join(", ")))),
        },
        MetricKind::Graph(bound) => check_graph(value, &bound, false),
        MetricKind::NullableGraph(bound) => check_graph(value, &bound, true),
    }
}

fn in_bounds(bound: Bound, number: f64) -> Result<(), String> {
    validate::violation(bound, number, None).map_or(Ok(()), Err)
}

fn check_graph<'j, 'a>(
    value: Option<&'j Json<'a>>,
    bound: &GraphBound,
    nullable: bool,
) -> Result<(), MetricError<'j, 'a>> {
    let Some(Json::Array(elements)) = value else {
        return Err(MetricError { reason: "Value was not an array.".to_owned(), value, element: None });
    };
    for (index, element) in elements.iter().enumerate() {
        let reason = match element {
            Json::Null if nullable => continue,
            Json::Number(number) if bound.holds(*number) => continue,
            Json::Number(_) => bound.text(),
            _ => "Expected number.".to_owned(),
        };
        return Err(MetricError { reason, value: Some(element), element: Some(index) });
    }
    Ok(())
}

fn check_match_type(value: Option<&Json<'_>>) -> Result<(), String> {
    let known = value.and_then(Json::text).is_some_and(|text| text.parse::<MatchType>().is_ok());
    let all = || MatchType::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ");
    if known { Ok(()) } else { Err(format!("Expected any of {}.", all())) }
}

fn check_time(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    match value.and_then(Json::number) {
        None => Err("Expected number."),
        Some(time) if time == 0.0 || time > 1e12 => Ok(()),
        Some(_) => {
            Err("Expected a number greater than 1 Trillion - did you pass unix seconds instead of milliseconds?")
        }
    }
}

/// The members of an object; an empty array is one, because some encoders cannot tell the two apart, and a full one
/// has its indices as members.
fn object_members<'j, 'a>(value: &'j Json<'a>) -> Option<Cow<'j, Members<'a>>> {
    match value {
        Json::Object(members) => Some(Cow::Borrowed(members)),
        Json::Array(items) => {
            let members = items.iter().take(20).cloned().enumerate();
            Some(Cow::Owned(members.map(|(index, item)| (Cow::Owned(index.to_string()), item)).collect()))
        }
        _ => None,
    }
}

fn check_judgements(config: &GptConfig, path: &str, value: &Json<'_>) -> Result<(), SchemaError> {
    let members = object_members(value).ok_or_else(|| SchemaError::new(path, "Not a valid object.", Some(value)))?;
    for (name, count) in members.iter() {
        if !config.judgements.contains(&&**name) {
            let all = config.judgements.join(", ");
            return Err(SchemaError::plain(path, format!("Invalid Key {}. Expected any of {all}", shown(name))));
        }
        let fits = matches!(count, Json::Null) || expect::positive_integer(path, Some(count)).is_ok();
        if !fits {
            let text = count.text().map_or_else(|| shown(&count.to_value().to_string()), shown);
            // JavaScript knows no type of its own for arrays and null.
            let kind = if matches!(count, Json::Array(_)) { "object" } else { count.type_name() };
            let reason = format!("Key {name} had an invalid value of {text} [type: {kind}]");
            return Err(SchemaError::plain(path, reason));
        }
    }
    Ok(())
}

fn check_optional(config: &'static GptConfig, path: &str, value: &Json<'_>) -> Result<(), SchemaError> {
    let members = object_members(value).ok_or_else(|| SchemaError::not_an_object(path, Some(value)))?;
    for (_, metric) in config.metrics_of(Group::Optional) {
        if let value @ Some(_) = some(&members, metric.name) {
            check_metric(metric, value).map_err(|error| error.at(&join(path, metric.name)))?;
        }
    }
    refuse_unknown(path, &members, |name| {
        config.metric(name).is_some_and(|(_, metric)| metric.group == Group::Optional)
    })
}

fn check_score_meta(config: &GptConfig, path: &str, value: &Json<'_>) -> Result<(), SchemaError> {
    let members = object_members(value).ok_or_else(|| SchemaError::not_an_object(path, Some(value)))?;
    for field in config.score_meta {
        let Some(value) = member(&members, field.name) else { continue };
        if meta_value(field, value).is_none() {
            let (name, expectation) = (field.name, meta_expectation(field));
            let received = shown(&value.to_value().to_string());
            return Err(SchemaError::plain(path, format!("{name}: {expectation} (Received {received})")));
        }
    }
    refuse_unknown(path, &members, |name| config.score_meta.iter().any(|field| field.name == name))
}

/// The value that a score keeps of an option; the outer `None` means that the value is not allowed.
fn meta_value(field: &MetaField, value: &Json<'_>) -> Option<Value> {
    let one_of = |values: &[&str], value: &Json<'_>| value.text().is_some_and(|text| values.contains(&text));
    let fits = match &field.kind {
        _ if matches!(value, Json::Null) => field.null_ok,
        MetaKind::OneOf(values) => one_of(values, value),
        MetaKind::OneOfWithOld(values, old) => {
            if let Some((_, new)) = old.iter().find(|(old, _)| value.text() == Some(old)) {
                return Some((*new).into());
            }
            one_of(values, value)
        }
        MetaKind::PairOf(values) => {
            matches!(value, Json::Array(pair) if pair.len() == 2 && pair.iter().all(|side| one_of(values, side)))
        }
        MetaKind::Bool => matches!(value, Json::Bool(_)),
        MetaKind::Number => value.number().is_some(),
        MetaKind::NumberBetween(min, max) => value.number().is_some_and(|number| (*min..=*max).contains(&number)),
        MetaKind::Texts => matches!(value, Json::Array(items) if items.iter().all(|item| item.text().is_some())),
    };
    fits.then(|| value.to_value())
}

fn meta_expectation(field: &MetaField) -> String {
    match &field.kind {
        MetaKind::OneOf(values) | MetaKind::OneOfWithOld(values, _) => format!("expected any of {}", values.join(", ")),
        MetaKind::PairOf(values) => format!("expected exactly two of {}", values.join(", ")),
        MetaKind::Bool => "expected true or false".to_owned(),
        MetaKind::Number => "expected a number".to_owned(),
        MetaKind::NumberBetween(min, max) => format!("expected a number between {min} and {max}"),
        MetaKind::Texts => "expected an array of strings".to_owned(),
    }
}

fn check_classes(gpt: Gpt, value: Option<&Json<'_>>) -> Result<Vec<ProvidedClass>, SchemaError> {
    let Some(value) = value.filter(|value| !matches!(value, Json::Null)) else { return Ok(Vec::new()) };
    let members = object_members(value).ok_or_else(|| SchemaError::not_an_object("classes", Some(value)))?;
    let sets = || gpt.config().classes.iter().filter(|set| matches!(set.source, ClassSource::Provided));
    let mut classes = Vec::new();
    for set in sets() {
        let Some(value) = some(&members, set.id) else { continue };
        let values: Vec<&str> = set.values.iter().map(|value| value.id).collect();
        let index = expect::any_of(&join("classes", set.id), Some(value), &values)?;
        let change = ClassChange::Raise(set.values[index].id);
        classes.push(ProvidedClass { gpt, set: set.id, change });
    }
    refuse_unknown("classes", &members, |name| sets().any(|set| set.id == name))?;
    Ok(classes)
}

// --- Members of before a rename --------------------------------------------------------------------------------

/// Puts new members in the place of old ones. Hooks that were not rebuilt after a metric was split or renamed are
/// still in use.
fn read_old_members(config: &GptConfig, index: usize, score: &mut Json<'_>) -> Result<(), SchemaError> {
    let Json::Object(members) = score else { return Ok(()) };
    for old in config.old_members {
        let superseded = old.unless.iter().any(|new| member(members, new).is_some());
        let Some(position) = members.iter().position(|(name, _)| name == old.name).filter(|_| !superseded) else {
            continue;
        };
        match old.becomes {
            OldMemberRule::Renamed(new) => members[position].0 = Cow::Borrowed(new),
            OldMemberRule::Mapped { values, others_refused } => {
                let value = &members[position].1;
                if let Some((_, new)) = values.iter().find(|(known, _)| value.text() == Some(known)) {
                    members.remove(position);
                    let texts = new.iter().map(|(name, text)| (Cow::Borrowed(*name), Json::Text(Cow::Borrowed(*text))));
                    members.extend(texts);
                } else if others_refused {
                    let all = values.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
                    let path = format!("scores[{index}].{}", old.name);
                    return Err(SchemaError::new(path, format!("Expected any of {all}."), Some(value)));
                }
            }
        }
    }
    Ok(())
}

// --- Conversion ------------------------------------------------------------------------------------------------

/// An element of an orphan, which may have been stored before a rename.
fn restore(data: &Value, context: &Context) -> Result<Json<'static>, Failure> {
    let mut score = Json::from_value(data);
    let config = context.gpt.config();
    read_old_members(config, 0, &mut score)
        .and_then(|()| check_score(config, 0, &score))
        .map_err(|error| Failure::Invalid(error.to_string()))?;
    Ok(score)
}

/// Title and difficulty of a score: the identifier, where it is a title.
fn label<'r>(score: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
    let is_title = score.get("matchType").and_then(Json::text) == Some(MatchType::SongTitle.id());
    let title = score.get("identifier").and_then(Json::text).filter(|_| is_title);
    (title, score.get("difficulty").and_then(Json::text))
}

fn convert(score: &Json<'_>, context: &Context, service: String, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let text = |name: &str| score.get(name).and_then(Json::text);
    let missing = |name: &str| Failure::Internal(format!("the score has no {name}"));
    let query = ChartQuery {
        match_type: text("matchType").and_then(|text| text.parse().ok()).ok_or_else(|| missing("matchType"))?,
        identifier: text("identifier").ok_or_else(|| missing("identifier"))?,
        difficulty: text("difficulty"),
        artist: text("artist"),
        version: context.version.as_deref(),
    };
    let chart = catalogue.resolve(context.gpt, &query)?;
    let config = context.gpt.config();
    let optional = score.get_some("optional").or_else(|| score.get_some("hitMeta"));
    let mut data = ScoreData::new(config);
    for (index, metric) in config.metrics.iter().enumerate() {
        let value = match metric.group {
            Group::Provided => score.get(metric.name),
            Group::Optional => optional.and_then(|optional| optional.get(metric.name)),
            Group::Derived => None,
        };
        if let Some(value) = value {
            data.set(tachi_core::score::MetricIdx::new(index), metric_value(metric, value));
        }
    }
    if let Some(Json::Object(judgements)) = score.get_some("judgements") {
        for (index, name) in config.judgements.iter().enumerate() {
            if let Some(Json::Number(count)) = member(judgements, name) {
                data.set_judgement(index, *count as i64);
            }
        }
    }
    let time = score.get("timeAchieved").and_then(Json::number).map(|time| time as i64);
    Ok(DryScore {
        chart,
        data,
        score_meta: score.get_some("scoreMeta").map_or_else(Map::new, |meta| score_meta(config, meta)),
        service,
        comment: text("comment").map(str::to_owned),
        time_achieved: time.filter(|time| *time != 0),
    })
}

fn metric_value(metric: &Metric, value: &Json<'_>) -> Option<MetricValue> {
    match value {
        Json::Number(number) => Some(MetricValue::Number(*number)),
        Json::Text(text) => {
            let index = metric.values().iter().position(|value| value == text)?;
            Some(MetricValue::Enum(index as u8))
        }
        Json::Array(elements) => Some(MetricValue::Graph(Box::new(elements.iter().map(Json::number).collect()))),
        _ => None,
    }
}

fn score_meta(config: &GptConfig, meta: &Json<'_>) -> Map<String, Value> {
    let fields = config.score_meta.iter();
    let values = fields.filter_map(|field| {
        let value = meta_value(field, meta.get(field.name)?)?;
        Some((field.name.to_owned(), value))
    });
    values.collect()
}
