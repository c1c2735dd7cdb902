//! Made-up plays of several games, in the form of BATCH-MANUAL.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::data::{Evenings, Iidx, Random, document, documents};

/// What a play is measured by.
#[derive(Debug, Clone, Copy)]
enum Metric {
    /// A score up to that.
    Score(u64),
    /// A score up to twice the notes.
    ExScore,
    /// A percentage.
    Percent,
}

/// A game that is played.
#[derive(Debug)]
struct Kind {
    game: &'static str,
    playtype: &'static str,
    metric: Metric,
    /// The match type that names a chart by a member of its data, if not by song and difficulty.
    hash: Option<(&'static str, &'static str)>,
}

/// The games besides beatmania IIDX. All of them have the lamp CLEAR.
const KINDS: [Kind; 6] = [
    Kind { game: "sdvx", playtype: "Single", metric: Metric::Score(10_000_000), hash: None },
    Kind { game: "maimaidx", playtype: "Single", metric: Metric::Percent, hash: None },
    Kind { game: "gitadora", playtype: "Gita", metric: Metric::Percent, hash: None },
    Kind { game: "wacca", playtype: "Single", metric: Metric::Score(1_000_000), hash: None },
    Kind {
        game: "usc",
        playtype: "Controller",
        metric: Metric::Score(10_000_000),
        hash: Some(("uscChartHash", "hashSHA1")),
    },
    Kind { game: "pms", playtype: "Controller", metric: Metric::ExScore, hash: Some(("bmsChartHash", "hashSHA256")) },
];

/// A game with its charts.
#[derive(Debug)]
struct Game {
    kind: &'static Kind,
    charts: Vec<Chart>,
}

#[derive(Debug)]
struct Chart {
    identifier: String,
    difficulty: String,
    notes: u64,
}

/// Everything that is played.
#[derive(Debug)]
pub struct Games {
    iidx: Iidx,
    others: Vec<Game>,
}

impl Games {
    /// Reads the charts of a catalogue.
    ///
    /// # Errors
    /// When it lacks those of a game.
    pub fn read(seeds: &Path, iidx: Iidx) -> Result<Self> {
        let others: Result<Vec<Game>> = KINDS.iter().map(|kind| Game::read(seeds, kind)).collect();
        Ok(Self { iidx, others: others? })
    }

    /// How many there are besides beatmania IIDX.
    pub fn others(&self) -> usize {
        self.others.len()
    }

    /// Plays of a game from a time on: of beatmania IIDX SP, or of another one by its number.
    pub fn plays(&self, game: Option<usize>, random: &mut Random, from: u64, count: usize) -> Vec<u8> {
        match game {
            None => self.iidx.document(random, from, count),
            Some(game) => self.others[game].document(random, from, count),
        }
    }
}

impl Game {
    fn read(seeds: &Path, kind: &'static Kind) -> Result<Self> {
        let prefix = format!("charts-{}.", kind.game);
        let files = std::fs::read_dir(seeds)?.flatten().map(|entry| entry.path());
        let named = |path: &std::path::PathBuf| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&prefix))
        };
        let missing = || format!("{} has no charts of {}", seeds.display(), kind.game);
        let file = files.into_iter().find(named).with_context(missing)?;
        let charts: Vec<Chart> = documents(&file)?.iter().filter_map(|chart| Chart::read(kind, chart)).collect();
        ensure!(!charts.is_empty(), missing());
        Ok(Self { kind, charts })
    }

    fn document(&self, random: &mut Random, from: u64, count: usize) -> Vec<u8> {
        let mut evenings = Evenings::new(from);
        let scores = (0..count).map(|_| {
            let time = evenings.next(random);
            self.score(random, time)
        });
        document(self.kind.game, self.kind.playtype, scores.collect())
    }

    fn score(&self, random: &mut Random, time: u64) -> Value {
        // Some charts are played far more often than others.
        let chart = &self.charts[(random.unit().powf(1.5) * self.charts.len() as f64) as usize];
        // Enough for a CLEAR anywhere.
        let quality = 0.8 + 0.2 * random.unit();
        let (metric, value) = match self.kind.metric {
            Metric::Score(most) => ("score", json!((most as f64 * quality) as u64)),
            Metric::ExScore => ("score", json!((2.0 * chart.notes as f64 * quality) as u64)),
            Metric::Percent => ("percent", json!((quality * 1_000_000.0).round() / 10_000.0)),
        };
        let mut score = json!({
            "lamp": "CLEAR",
            "matchType": self.kind.hash.map_or("tachiSongID", |(name, _)| name),
            "identifier": chart.identifier,
            "difficulty": chart.difficulty,
            "timeAchieved": time,
        });
        score[metric] = value;
        score
    }
}

impl Chart {
    fn read(kind: &Kind, document: &Value) -> Option<Self> {
        if document["playtype"] != kind.playtype || document["isPrimary"] != true {
            return None;
        }
        let identifier = match kind.hash {
            Some((_, member)) => document["data"][member].as_str()?.to_owned(),
            None => document["songID"].as_u64()?.to_string(),
        };
        let notes = document["data"]["notecount"].as_u64().unwrap_or(0);
        Some(Self { identifier, difficulty: document["difficulty"].as_str()?.to_owned(), notes })
    }
}
