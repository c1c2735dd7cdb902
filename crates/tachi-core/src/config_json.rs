//! The configurations as public documents: what a client needs to know about games. Source: `spec/rest-api.md` 9.
//!
//! `GET /games/:game` answers with [`GameConfig::to_json`], `GET /games` with one of them per game,
//! `GET /games/:game/:playtype` with [`GptConfig::to_json`]. Whatever has an order is an array, in that order. Members
//! may be added; none is renamed or removed.

use serde_json::{Map, Value, json};

use crate::game::{
    Bound, ClassSet, ClassSource, DataField, DataKind, DifficultyKind, Edition, GameConfig, GoalCharts, GoalFormat,
    GptConfig, GraphBound, Group, MetaField, MetaKind, Metric, MetricKind,
};
use crate::number;

impl GameConfig {
    /// The game as a public document.
    ///
    /// | Member | |
    /// |---|---|
    /// | `game`, `name` | `iidx`, `beatmania IIDX` |
    /// | `edition` | `kamaitachi` (arcade games), `bokutachi` (games played at home) or `both` |
    /// | `playtypes`, `idStrings`, `v3Games` | `SP`, `iidx:SP`, `iidx-sp`; three arrays in the same order |
    /// | `songData` | members of `song.data`: `{name, type, values?, required, nullable}` |
    ///
    /// The types of `data` members: `string`, `boolean`, `integer` (at least 0), `number`, `integers` and `strings`
    /// (one or an array of them), `stringArray`, `numberArray`, `tier`, `tableFolders`, `object`, and `enum` with its
    /// `values`.
    ///
    /// ```
    /// let document = tachi_core::game::Game::Sdvx.config().to_json();
    /// assert_eq!(document["name"], "SOUND VOLTEX");
    /// assert_eq!(document["idStrings"][0], "sdvx:Single");
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Value {
        let of_gpts = |member: fn(&GptConfig) -> &'static str| -> Value {
            self.gpts.iter().map(|gpt| member(gpt.config())).collect()
        };
        json!({
            "game": self.game,
            "name": self.name,
            "edition": match self.edition {
                Edition::Arcade => "kamaitachi",
                Edition::Home => "bokutachi",
                Edition::Both => "both",
            },
            "playtypes": of_gpts(|config| config.playtype),
            "idStrings": of_gpts(|config| config.gpt.id_string()),
            "v3Games": of_gpts(|config| config.v3),
            "songData": list(self.song_data, data_field),
        })
    }
}

impl GptConfig {
    /// The GPT as a public document.
    ///
    /// | Member | |
    /// |---|---|
    /// | `idString`, `game`, `playtype`, `v3Game`, `name` | `iidx:SP`, `iidx`, `SP`, `iidx-sp`, `beatmania IIDX (SP)` |
    /// | `difficulties` | `{id, short, long}` each |
    /// | `difficultyKind` | `FIXED`: charts have these only; `FIXED_AND_SPECIAL`: others are found by in-game ID only; `DYNAMIC`: any text |
    /// | `defaultDifficulty` | null where there is none |
    /// | `difficultyGroups` | names for one of several difficulties: `{id, members, matchTypes}` |
    /// | `versions` | `{id, name}` each, in order of appearance |
    /// | `matchTypes` | what BATCH-MANUAL accepts |
    /// | `providedMetrics`, `derivedMetrics`, `optionalMetrics` | below |
    /// | `defaultMetric`, `defaultEnum` | names of metrics |
    /// | `judgements` | names, best first |
    /// | `scoreMeta`, `preferences` | `{name, type, nullable}` each; every member may be absent. Types: `ENUM` and `ENUM_PAIR` (exactly two) with `values`, `BOOLEAN`, `NUMBER` with `min` and `max` (null where there is none), `STRINGS` |
    /// | `scoreRatingAlgs` | `{name, description}` each |
    /// | `sessionRatingAlgs` | the same and `of`, the score rating it is made of |
    /// | `profileRatingAlgs` | `{name, description}` each |
    /// | `defaultScoreRatingAlg`, `defaultSessionRatingAlg`, `defaultProfileRatingAlg` | names |
    /// | `classes` | `{id, kind, rating, values, announced}`: `kind` is `PROVIDED` or `DERIVED`, `rating` the profile rating it follows or null, `values` ascend: `{id, display, hover, from}`, where `from` is the inclusive lower bound of a derived class or null; `announced`: `{from, scores}`, the lowest value that is announced (null: all) and how many scores that takes |
    /// | `pbBase`, `pbMergers` | the names in `composedFrom` |
    /// | `goals` | metrics that goals may be set on: `{metric, charts, below}`: `charts` is `ANY`, `SINGLE` or `SEVERAL_BELOW` the value `below`, else null |
    /// | `chartData` | members of `chart.data`, as `songData` of [`GameConfig::to_json`] |
    ///
    /// A metric is `{name, type, partOfScoreID}` and, by type:
    ///
    /// | `type` | |
    /// |---|---|
    /// | `INTEGER`, `DECIMAL` | `min`, `max`: inclusive; null where there is none or where it depends on the chart, as `chartDependent` says |
    /// | `ENUM` | `values`, worst first; `minimumRelevantValue`, the lowest worth showing in summaries |
    /// | `GRAPH`, `NULLABLE_GRAPH` | `min`, `max` of each element; `integers`, whether they must be such |
    ///
    /// ```
    /// let document = tachi_core::game::Gpt::IidxSp.config().to_json();
    /// assert_eq!(document["providedMetrics"][1]["name"], "lamp");
    /// assert_eq!(document["providedMetrics"][1]["minimumRelevantValue"], "EASY CLEAR");
    /// assert_eq!(document["classes"][0]["values"][18]["display"], "皆伝");
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Value {
        let metrics = |group| -> Value { self.metrics_of(group).map(|(_, of_group)| metric(of_group)).collect() };
        let own = json!({
            "idString": self.gpt,
            "game": self.game,
            "playtype": self.playtype,
            "v3Game": self.v3,
            "name": self.name,
            "matchTypes": list(self.match_types, |match_type| json!(match_type.id())),
            "providedMetrics": metrics(Group::Provided),
            "derivedMetrics": metrics(Group::Derived),
            "optionalMetrics": metrics(Group::Optional),
            "defaultMetric": self.metrics[self.default_metric.get()].name,
            "defaultEnum": self.metrics[self.default_enum.get()].name,
            "judgements": self.judgements,
            "scoreMeta": list(self.score_meta, meta_field),
            "preferences": list(self.preferences, meta_field),
            "classes": list(self.classes, class_set),
            "pbBase": self.pb.base,
            "pbMergers": list(self.pb.mergers, |merger| json!(merger.name)),
            "goals": list(self.goals, |format| goal(self, format)),
            "chartData": list(self.chart_data, data_field),
        });
        with(with(own, difficulties(self)), ratings(self))
    }
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

/// An object with more members.
fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(mut more)) = (&mut object, more) {
        object.append(&mut more);
    }
    object
}

fn difficulties(config: &GptConfig) -> Value {
    let difficulty = |id: &str| config.difficulty(id).map(|difficulty| difficulty.id);
    json!({
        "difficulties": list(config.difficulties, |difficulty| {
            json!({"id": difficulty.id, "short": difficulty.short, "long": difficulty.long})
        }),
        "difficultyKind": match config.difficulty_kind {
            DifficultyKind::Fixed => "FIXED",
            DifficultyKind::FixedAndSpecial => "FIXED_AND_SPECIAL",
            DifficultyKind::Dynamic => "DYNAMIC",
        },
        "defaultDifficulty": difficulty(config.default_difficulty),
        "difficultyGroups": list(config.difficulty_groups, |group| {
            let match_types = list(group.match_types, |match_type| json!(match_type.id()));
            json!({"id": group.id, "members": group.members, "matchTypes": match_types})
        }),
        "versions": list(config.versions, |version| json!({"id": version.id, "name": version.name})),
    })
}

fn ratings(config: &GptConfig) -> Value {
    json!({
        "scoreRatingAlgs": list(config.score_ratings, |rating| {
            json!({"name": rating.name, "description": rating.description})
        }),
        "sessionRatingAlgs": list(config.session_ratings, |rating| {
            json!({"name": rating.name, "description": rating.description, "of": rating.of})
        }),
        "profileRatingAlgs": list(config.profile_ratings, |rating| {
            json!({"name": rating.name, "description": rating.description})
        }),
        "defaultScoreRatingAlg": config.default_score_rating,
        "defaultSessionRatingAlg": config.default_session_rating,
        "defaultProfileRatingAlg": config.default_profile_rating,
    })
}

fn metric(metric: &Metric) -> Value {
    let (kind, particulars) = match metric.kind {
        MetricKind::Integer(of) => ("INTEGER", bound(of)),
        MetricKind::Decimal(of) => ("DECIMAL", bound(of)),
        MetricKind::Enum { values, relevant_from } => {
            ("ENUM", json!({"values": values, "minimumRelevantValue": relevant_from}))
        }
        MetricKind::Graph(of) => ("GRAPH", graph_bound(&of)),
        MetricKind::NullableGraph(of) => ("NULLABLE_GRAPH", graph_bound(&of)),
    };
    with(json!({"name": metric.name, "type": kind, "partOfScoreID": metric.part_of_id}), particulars)
}

fn bound(bound: Bound) -> Value {
    let (min, max) = match bound {
        Bound::Between(min, max) => (number::json(min), number::json(max)),
        Bound::NonNegative(_) => (json!(0), Value::Null),
        Bound::Chart(_) => (Value::Null, Value::Null),
    };
    json!({"min": min, "max": max, "chartDependent": matches!(bound, Bound::Chart(_))})
}

fn graph_bound(bound: &GraphBound) -> Value {
    json!({"min": number::json(bound.min), "max": number::json(bound.max), "integers": bound.integers})
}

fn meta_field(field: &MetaField) -> Value {
    let (kind, particulars) = match field.kind {
        MetaKind::OneOf(values) | MetaKind::OneOfWithOld(values, _) => ("ENUM", json!({"values": values})),
        MetaKind::PairOf(values) => ("ENUM_PAIR", json!({"values": values})),
        MetaKind::Bool => ("BOOLEAN", json!({})),
        MetaKind::Number => ("NUMBER", json!({"min": null, "max": null})),
        MetaKind::NumberBetween(min, max) => ("NUMBER", json!({"min": number::json(min), "max": number::json(max)})),
        MetaKind::Texts => ("STRINGS", json!({})),
    };
    with(json!({"name": field.name, "type": kind, "nullable": field.null_ok}), particulars)
}

fn class_set(set: &ClassSet) -> Value {
    let (kind, rating, from) = match set.source {
        ClassSource::Provided => ("PROVIDED", None, &[][..]),
        ClassSource::Derived { rating, from } => ("DERIVED", Some(rating), from),
    };
    let values = set.values.iter().enumerate().map(|(index, value)| {
        let from = from.get(index).map(|bound| number::json(*bound));
        json!({"id": value.id, "display": value.display, "hover": value.hover, "from": from})
    });
    let announced = json!({"from": set.announced.from, "scores": set.announced.scores});
    json!({
        "id": set.id, "kind": kind, "rating": rating, "values": values.collect::<Value>(), "announced": announced
    })
}

fn goal(config: &GptConfig, goal: &GoalFormat) -> Value {
    let (charts, below) = match goal.charts {
        GoalCharts::Any => ("ANY", None),
        GoalCharts::SingleOnly => ("SINGLE", None),
        GoalCharts::SeveralBelow(value) => ("SEVERAL_BELOW", Some(number::json(value))),
    };
    json!({"metric": config.metrics[goal.metric.get()].name, "charts": charts, "below": below})
}

fn data_field(field: &DataField) -> Value {
    let kind = match field.kind {
        DataKind::Text => "string",
        DataKind::Bool => "boolean",
        DataKind::Integer => "integer",
        DataKind::Number => "number",
        DataKind::IntegerOrList => "integers",
        DataKind::TextOrList => "strings",
        DataKind::Texts => "stringArray",
        DataKind::Numbers => "numberArray",
        DataKind::Tier => "tier",
        DataKind::TableFolders => "tableFolders",
        DataKind::Object => "object",
        DataKind::OneOf(_) => "enum",
    };
    let values = match field.kind {
        DataKind::OneOf(values) => json!({"values": values}),
        _ => Value::Object(Map::new()),
    };
    let field = json!({"name": field.name, "type": kind, "required": field.required, "nullable": field.nullable});
    with(field, values)
}
