//! `scoreData` of scores and PBs, written member by member: lists hold thousands of them.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tachi_core::game::Group;
use tachi_core::score::ScoreData;

/// `scoreData`.
#[derive(Debug)]
pub struct Data(pub ScoreData);

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(data) = self;
        let mut map = serializer.serialize_map(None)?;
        for group in [Group::Provided, Group::Derived] {
            metrics(&mut map, data, group)?;
        }
        map.serialize_entry("judgements", &Judgements(data))?;
        map.serialize_entry("optional", &Optional(data))?;
        map.serialize_entry("enumIndexes", &Indexes(data, &[Group::Provided, Group::Derived]))?;
        map.end()
    }
}

fn metrics<M: SerializeMap>(map: &mut M, data: &ScoreData, group: Group) -> Result<(), M::Error> {
    for (index, metric) in data.config().metrics_of(group) {
        if let Some(value) = data.value_json(index) {
            map.serialize_entry(metric.name, &value)?;
        }
    }
    Ok(())
}

struct Judgements<'a>(&'a ScoreData);

impl Serialize for Judgements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.config().judgements.iter().enumerate();
        serializer.collect_map(names.filter_map(|(index, name)| Some((name, self.0.judgement(index)?))))
    }
}

struct Optional<'a>(&'a ScoreData);

impl Serialize for Optional<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        metrics(&mut map, self.0, Group::Optional)?;
        map.serialize_entry("enumIndexes", &Indexes(self.0, &[Group::Optional]))?;
        map.end()
    }
}

struct Indexes<'a>(&'a ScoreData, &'static [Group]);

impl Serialize for Indexes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let metrics = self.1.iter().flat_map(|group| self.0.config().metrics_of(*group));
        serializer.collect_map(metrics.filter_map(|(index, metric)| Some((metric.name, self.0.optional_index(index)?))))
    }
}
