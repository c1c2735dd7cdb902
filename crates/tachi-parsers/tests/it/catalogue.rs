//! The built-in catalogue, and how a case or benchmark gets one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tachi_core::catalogue::{Catalogue, ChartDocument, ChartKey, SongDocument};
use tachi_core::game::Game;

/// Songs and charts that a catalogue has beside the built-in ones.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Documents {
    pub songs: BTreeMap<Game, Vec<SongDocument>>,
    pub charts: BTreeMap<Game, Vec<ChartDocument>>,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The games that have a configuration of their own.
pub fn games() -> Vec<Game> {
    Game::ALL.iter().copied().filter(|game| game.config().game == *game).collect()
}

/// The built-in catalogue and `more`.
pub fn build(mut more: Documents) -> Catalogue {
    let mut builder = Catalogue::builder();
    let mut key = 0;
    for game in games() {
        let songs = read::<SongDocument>("songs", game);
        for song in songs.into_iter().chain(more.songs.remove(&game).unwrap_or_default()) {
            builder.song(game, song).unwrap();
        }
        let charts = read::<ChartDocument>("charts", game);
        for chart in charts.into_iter().chain(more.charts.remove(&game).unwrap_or_default()) {
            key += 1;
            builder.chart(game, &chart, ChartKey(key)).unwrap();
        }
    }
    builder.build()
}

fn read<T: DeserializeOwned>(collection: &str, game: Game) -> Vec<T> {
    let path = root().join(format!("fixtures/catalogue/{collection}-{game}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
