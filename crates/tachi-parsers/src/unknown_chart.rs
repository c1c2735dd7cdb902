//! Charts that the catalogue does not hold but that players' games describe. Source: `spec/orphans.md` 5,
//! `spec/import-types/ir-beatoraja.md` 3.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tachi_core::catalogue::{ChartDocument, SongDocument};
use tachi_core::game::Gpt;
use tachi_core::ids::{ChartId, SongId};

/// What a song and its only chart are made of once enough players have sent it: all but their identifiers, which only
/// a store can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownChart {
    /// The GPT it is played on.
    pub gpt: Gpt,
    /// The SHA-256 of its file: with the GPT the key of the queue.
    pub sha256: String,
    /// The song's title.
    pub title: String,
    /// The song's artist.
    pub artist: String,
    /// The song's `data`.
    pub song_data: Value,
    /// The chart's `data`.
    pub chart_data: Value,
}

impl UnknownChart {
    /// The song.
    #[must_use]
    pub fn song(&self, id: SongId) -> SongDocument {
        SongDocument {
            id,
            title: self.title.clone(),
            artist: self.artist.clone(),
            search_terms: Vec::new(),
            alt_titles: Vec::new(),
            data: raw(&self.song_data),
        }
    }

    /// The chart. Nobody has rated it, so its level is `?`.
    #[must_use]
    pub fn chart(&self, id: ChartId, song: SongId) -> ChartDocument {
        ChartDocument {
            chart_id: id,
            song_id: song,
            difficulty: self.gpt.config().default_difficulty.to_owned(),
            level: "?".to_owned(),
            level_num: 0.0,
            is_primary: true,
            playtype: self.gpt.playtype().to_owned(),
            versions: Vec::new(),
            data: raw(&self.chart_data),
        }
    }
}

fn raw(data: &Value) -> Box<RawValue> {
    RawValue::from_string(data.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tachi_core::catalogue::{Catalogue, ChartKey};

    use super::*;

    #[test]
    fn song_and_chart_fit_a_catalogue() {
        let hash = "f".repeat(64);
        let unknown = UnknownChart {
            gpt: Gpt::PmsKeyboard,
            sha256: hash.clone(),
            title: "New Song".to_owned(),
            artist: "Somebody".to_owned(),
            song_data: serde_json::json!({ "genre": "POP" }),
            chart_data: serde_json::json!({ "hashSHA256": hash, "notecount": 777 }),
        };
        let mut builder = Catalogue::builder();
        builder.song(unknown.gpt.game(), unknown.song(SongId(7))).unwrap();
        let document = unknown.chart(ChartId::new("0"), SongId(7));
        builder.chart(unknown.gpt.game(), &document, ChartKey(1)).unwrap();
        let catalogue = builder.build();

        let chart = catalogue.chart(catalogue.chart_by_hash(&[unknown.gpt], &hash).unwrap());
        assert_eq!((&*chart.difficulty, &*chart.level, chart.is_primary), ("CHART", "?", true));
        assert_eq!(catalogue.song_of(chart).data_json(), unknown.song_data);
    }
}
