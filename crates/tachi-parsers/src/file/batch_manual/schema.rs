//! The JSON Schema of BATCH-MANUAL, made of the games' tables: what it accepts is what the parser does not refuse.
//!
//! What fails for one score only, such as a match type that the game does not have, is described and not enforced.
//! Lengths are in code points here and in UTF-16 code units there, which differ for rare letters and emoji only.

use serde_json::{Map, Value, json};
use tachi_core::game::{
    Bound, ClassSource, Gpt, GptConfig, GraphBound, Group, MetaField, MetaKind, Metric, MetricKind, OldMember,
    OldMemberRule,
};
use tachi_core::match_type::MatchType;
use tachi_core::number::{MAX_SAFE_INTEGER, json as number};

use super::OTHER_MEMBERS;

/// The schema (draft 2020-12): one branch for each GPT.
#[must_use]
pub fn schema() -> Value {
    let branches: Vec<Value> = Gpt::ALL.iter().map(|gpt| document(gpt.config())).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "BATCH-MANUAL",
        "description": "Scores of one game and playtype, for file/batch-manual and ir/direct-manual.",
        "oneOf": branches,
    })
}

fn document(config: &'static GptConfig) -> Value {
    let properties = json!({
        "meta": meta(config),
        "scores": {"type": "array", "items": score(config)},
        "classes": object_or_nothing(classes(config), "Classes that the player has reached; they never go down."),
    });
    with(object(&["meta", "scores"], properties), "title", config.name)
}

fn meta(config: &GptConfig) -> Value {
    let (game, playtype) = (config.game.id(), config.playtype);
    let mut names = vec![config.v3, game];
    names.dedup();
    let properties = json!({
        "game": {"enum": names},
        "playtype": {"const": playtype},
        "service": {"type": "string", "minLength": 3, "maxLength": 60, "description": "Who sends the scores."},
        "version": {"type": ["string", "null"], "description": "The game version in which charts are looked up."},
    });
    let forms = json!([
        {"properties": {"game": {"const": game}}, "required": ["playtype"]},
        {"properties": {"game": {"const": config.v3}, "playtype": false}},
    ]);
    with(object(&["game", "service"], properties), "oneOf", forms)
}

fn score(config: &'static GptConfig) -> Value {
    let mut required: Vec<&str> = config.metrics_of(Group::Provided).map(|(_, metric)| metric.name).collect();
    required.extend(["matchType", "identifier"]);
    let mut properties = metrics(config, Group::Provided);
    properties.extend(other_members(config));
    let mut forms = Vec::new();
    for old in config.old_members.iter().filter(|old| !OTHER_MEMBERS.contains(&old.name)) {
        properties.insert(old.name.to_owned(), old_member(config, old));
        required.retain(|name| !old.unless.contains(name));
        let absent: Map<String, Value> = old.unless.iter().map(|name| ((*name).to_owned(), false.into())).collect();
        forms.push(json!({"oneOf": [
            {"required": old.unless, "properties": {old.name: false}},
            {"required": [old.name], "properties": absent},
        ]}));
    }
    let score = object(&required, Value::Object(properties));
    if forms.is_empty() { score } else { with(score, "allOf", forms) }
}

/// The members of a score beside its provided metrics.
fn other_members(config: &'static GptConfig) -> Map<String, Value> {
    let match_types: Vec<&str> = config.match_types.iter().map(|kind| kind.id()).collect();
    let difficulties: Vec<&str> = config.difficulties.iter().map(|difficulty| difficulty.id).collect();
    let known_difficulties =
        if difficulties.is_empty() { String::new() } else { format!(": {}", difficulties.join(", ")) };
    let judgement = json!({"type": ["integer", "null"], "minimum": 0, "maximum": MAX_SAFE_INTEGER});
    let judgements = config.judgements.iter().map(|name| ((*name).to_owned(), judgement.clone())).collect();
    let score_meta = config.score_meta.iter().map(|field| (field.name.to_owned(), meta_field(field))).collect();
    let metrics = metrics(config, Group::Optional).into_iter();
    let optional = Value::Object(metrics.map(|(name, metric)| (name, nullable(metric))).collect());
    let hit_meta = object_or_nothing(optional.clone(), "The old name of optional, read where that is absent.");
    let text = |description: String| json!({"type": ["string", "null"], "description": description});
    let members = [
        (
            "matchType",
            json!({
                "enum": MatchType::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>(),
                "description": format!("What the identifier is. For {}: {}.", config.name, match_types.join(", ")),
            }),
        ),
        ("identifier", json!({"type": "string", "description": "Names the song or chart; numbers as text."})),
        ("comment", json!({"type": ["string", "null"], "minLength": 3, "maxLength": 240})),
        ("difficulty", text(format!("Needed where the identifier names a song{known_difficulties}."))),
        ("artist", text("Tells songs of one title apart.".to_owned())),
        (
            "timeAchieved",
            json!({
                "anyOf": [{"type": "number", "exclusiveMinimum": EARLIEST}, {"enum": [0, null]}],
                "description": "UNIX milliseconds; 0 means that the time is not known.",
            }),
        ),
        ("judgements", object_or_nothing(Value::Object(judgements), "How often each judgement was got.")),
        ("optional", object_or_nothing(optional, "Metrics that not every sender knows.")),
        ("hitMeta", with(hit_meta, "deprecated", true)),
        ("scoreMeta", object_or_nothing(Value::Object(score_meta), "Options of the play.")),
    ];
    members.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// Times up to here must be seconds.
const EARLIEST: i64 = 1_000_000_000_000;

/// An object that must have the members `required` and may have no others than `properties`.
fn object(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

/// An object without required members, null, or an empty array, which some encoders write for an empty object.
fn object_or_nothing(properties: Value, description: &str) -> Value {
    let forms = json!([object(&[], properties), {"type": "array", "maxItems": 0}, {"type": "null"}]);
    json!({"anyOf": forms, "description": description})
}

/// A schema with one more keyword.
fn with(mut schema: Value, keyword: &str, value: impl Into<Value>) -> Value {
    schema[keyword] = value.into();
    schema
}

fn nullable(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn metrics(config: &GptConfig, group: Group) -> Map<String, Value> {
    config.metrics_of(group).map(|(_, metric)| (metric.name.to_owned(), metric_schema(metric))).collect()
}

fn metric_schema(metric: &Metric) -> Value {
    match metric.kind {
        MetricKind::Integer(bound) => {
            let safe = json!({"type": "integer", "minimum": -MAX_SAFE_INTEGER, "maximum": MAX_SAFE_INTEGER});
            bounded(safe, bound)
        }
        MetricKind::Decimal(bound) => bounded(json!({"type": "number"}), bound),
        MetricKind::Enum { values, .. } => json!({"enum": values}),
        MetricKind::Graph(bound) => json!({"type": "array", "items": element(&bound)}),
        MetricKind::NullableGraph(bound) => json!({"type": "array", "items": nullable(element(&bound))}),
    }
}

fn bounded(schema: Value, bound: Bound) -> Value {
    match bound {
        Bound::Between(min, max) => with(with(schema, "minimum", number(min)), "maximum", number(max)),
        Bound::NonNegative(_) => with(schema, "minimum", 0),
        Bound::Chart(_) => with(schema, "description", "The bounds depend on the chart."),
    }
}

fn element(bound: &GraphBound) -> Value {
    let kind = if bound.integers { "integer" } else { "number" };
    json!({"type": kind, "minimum": number(bound.min), "maximum": number(bound.max)})
}

/// A member that later documents have under other names.
fn old_member(config: &GptConfig, old: &OldMember) -> Value {
    let schema = match old.becomes {
        OldMemberRule::Renamed(new) => {
            config.metric(new).map_or_else(|| json!({}), |(_, metric)| metric_schema(metric))
        }
        OldMemberRule::Mapped { values, .. } => {
            json!({"enum": values.iter().map(|(value, _)| *value).collect::<Vec<_>>()})
        }
    };
    let description = format!("What older senders have in place of {}.", old.unless.join(", "));
    with(with(schema, "deprecated", true), "description", description)
}

fn meta_field(field: &MetaField) -> Value {
    let schema = match &field.kind {
        MetaKind::OneOf(values) => json!({"enum": values}),
        MetaKind::OneOfWithOld(values, old) => {
            let old = old.iter().map(|(old, _)| *old);
            json!({"enum": values.iter().copied().chain(old).collect::<Vec<_>>()})
        }
        MetaKind::PairOf(values) => {
            json!({"type": "array", "items": {"enum": values}, "minItems": 2, "maxItems": 2})
        }
        MetaKind::Bool => json!({"type": "boolean"}),
        MetaKind::Number => json!({"type": "number"}),
        MetaKind::NumberBetween(min, max) => {
            json!({"type": "number", "minimum": number(*min), "maximum": number(*max)})
        }
        MetaKind::Texts => json!({"type": "array", "items": {"type": "string"}}),
    };
    if field.null_ok { nullable(schema) } else { schema }
}

fn classes(config: &GptConfig) -> Value {
    let provided = config.classes.iter().filter(|set| matches!(set.source, ClassSource::Provided));
    let sets = provided.map(|set| {
        let values: Vec<&str> = set.values.iter().map(|value| value.id).collect();
        (set.id.to_owned(), nullable(json!({"enum": values})))
    });
    Value::Object(sets.collect())
}
