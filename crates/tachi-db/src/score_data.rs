//! Score data as columns: the universal four in columns of their own, everything else in one JSON document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::score::{MetricIdx, MetricValue, ScoreData};

use crate::convert::{json_from_db, json_to_db};
use crate::error::DbError;

/// What the columns hold.
pub(crate) struct Columns {
    pub(crate) score: Option<f64>,
    pub(crate) percent: Option<f64>,
    pub(crate) lamp: Option<i16>,
    pub(crate) grade: Option<i16>,
    pub(crate) data: String,
}

/// What the JSON document holds; what is empty is left out.
#[derive(Serialize)]
struct Rest<'a> {
    /// The other metrics, ENUMs by the names of their values.
    #[serde(rename = "m", skip_serializing_if = "Map::is_empty")]
    metrics: Map<String, Value>,
    #[serde(rename = "j", skip_serializing_if = "Map::is_empty")]
    judgements: Map<String, Value>,
    /// Options of the play.
    #[serde(rename = "o", skip_serializing_if = "Map::is_empty")]
    meta: &'a Map<String, Value>,
}

/// The same, as it is read: tens of thousands at a time, and the names of metrics and judgements need no escapes.
#[derive(Deserialize)]
struct RestRef<'a> {
    #[serde(rename = "m", default, borrow)]
    metrics: BTreeMap<&'a str, Value>,
    #[serde(rename = "j", default, borrow)]
    judgements: BTreeMap<&'a str, i64>,
    #[serde(rename = "o", default)]
    meta: Map<String, Value>,
}

pub(crate) fn data_to_db(data: &ScoreData, meta: &Map<String, Value>) -> Result<Columns, DbError> {
    let (mut score, mut percent, mut lamp, mut grade) = (None, None, None, None);
    let mut metrics = Map::new();
    for (position, metric) in data.config().metrics.iter().enumerate() {
        let index = MetricIdx::new(position);
        match (metric.name, data.get(index)) {
            (_, None) => {}
            (name, Some(MetricValue::Number(number))) if !number.is_finite() => {
                return Err(DbError::data(name, format!("{number} is no value")));
            }
            ("score", Some(MetricValue::Number(number))) => score = Some(*number),
            ("percent", Some(MetricValue::Number(number))) => percent = Some(*number),
            ("lamp", Some(MetricValue::Enum(value))) => lamp = Some(i16::from(*value)),
            ("grade", Some(MetricValue::Enum(value))) => grade = Some(i16::from(*value)),
            (name, Some(_)) => {
                metrics.extend(data.value_json(index).map(|value| (name.to_owned(), value)));
            }
        }
    }
    let rest = Rest { metrics, judgements: data.judgements_json(), meta };
    Ok(Columns { score, percent, lamp, grade, data: json_to_db(&rest, "score data")? })
}

pub(crate) fn data_from_db(gpt: Gpt, columns: &Columns) -> Result<(ScoreData, Map<String, Value>), DbError> {
    let mut data = ScoreData::new(gpt.config());
    for (name, number) in [("score", columns.score), ("percent", columns.percent)] {
        if let Some(number) = number {
            data.set(metric(gpt, name)?, Some(MetricValue::Number(number)));
        }
    }
    for (name, value) in [("lamp", columns.lamp), ("grade", columns.grade)] {
        if let Some(value) = value {
            let index = metric(gpt, name)?;
            let values = gpt.config().metrics[index.get()].values().len();
            let value = u8::try_from(value).map_err(|error| DbError::data(name, error))?;
            if usize::from(value) >= values {
                return Err(DbError::data(name, format!("{gpt} has no value with the number {value}")));
            }
            data.set(index, Some(MetricValue::Enum(value)));
        }
    }
    let rest: RestRef<'_> = json_from_db(&columns.data, "score data")?;
    for (name, value) in &rest.metrics {
        data.set_json(name, value).map_err(|error| DbError::data("score data", error))?;
    }
    for (name, count) in &rest.judgements {
        let judgement = gpt.config().judgements.iter().position(|judgement| judgement == name);
        let judgement = judgement.ok_or_else(|| DbError::data("score data", format!("{gpt} has no {name}")))?;
        data.set_judgement(judgement, *count);
    }
    Ok((data, rest.meta))
}

fn metric(gpt: Gpt, name: &str) -> Result<MetricIdx, DbError> {
    let metric = gpt.config().metric(name);
    metric.map(|(index, _)| index).ok_or_else(|| DbError::data("score data", format!("{gpt} has no {name}")))
}

/// Ratings in the order of their configuration, as a JSON array.
pub(crate) fn ratings_to_db(ratings: &[Option<f64>]) -> Result<String, DbError> {
    json_to_db(&ratings, "ratings")
}

pub(crate) fn ratings_from_db(text: &str) -> Result<Ratings, DbError> {
    json_from_db::<Vec<Option<f64>>>(text, "ratings").map(Vec::into_boxed_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn data() -> ScoreData {
        let mut data = ScoreData::new(Gpt::IidxSp.config());
        for (name, value) in [
            ("score", json!(1479)),
            ("lamp", json!("EX HARD CLEAR")),
            ("percent", json!(94.083_969_465_648_85)),
            ("grade", json!("AAA")),
            ("bp", json!(3)),
            ("gaugeHistory", json!([100, null, 98.5])),
        ] {
            data.set_json(name, &value).unwrap();
        }
        data.set_judgement(0, 700);
        data
    }

    #[test]
    fn columns_hold_exactly_what_the_data_holds() {
        let meta = json!({"random": "MIRROR"}).as_object().unwrap().clone();
        let columns = data_to_db(&data(), &meta).unwrap();
        assert_eq!((columns.score, columns.percent), (Some(1479.0), Some(94.083_969_465_648_85)));
        assert_eq!((columns.lamp, columns.grade), (Some(6), Some(7)));
        let expected = r#"{"m":{"bp":3,"gaugeHistory":[100,null,98.5]},"j":{"pgreat":700},"o":{"random":"MIRROR"}}"#;
        assert_eq!(columns.data, expected);
        assert_eq!(data_from_db(Gpt::IidxSp, &columns).unwrap(), (data(), meta));
    }

    #[test]
    fn empty_parts_are_left_out() {
        let empty = ScoreData::new(Gpt::IidxSp.config());
        let columns = data_to_db(&empty, &Map::new()).unwrap();
        assert_eq!(columns.data, "{}");
        assert_eq!(data_from_db(Gpt::IidxSp, &columns).unwrap(), (empty, Map::new()));
    }

    #[test]
    fn what_is_no_value_is_not_stored() {
        let mut data = data();
        data.set(data.config().default_metric, Some(MetricValue::Number(f64::NAN)));
        assert!(data_to_db(&data, &Map::new()).is_err());
    }

    #[test]
    fn what_the_game_does_not_know_is_not_read() {
        let columns = |lamp, data: &str| Columns {
            score: None,
            percent: None,
            lamp: Some(lamp),
            grade: None,
            data: data.to_owned(),
        };
        assert!(data_from_db(Gpt::IidxSp, &columns(7, "{}")).is_ok());
        for (lamp, data) in [(8, "{}"), (-1, "{}"), (0, r#"{"m":{"flare":3}}"#), (0, r#"{"j":{"perfect":3}}"#), (0, "")]
        {
            assert!(data_from_db(Gpt::IidxSp, &columns(lamp, data)).is_err(), "{lamp} {data}");
        }
    }
}
