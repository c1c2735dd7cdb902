//! Inputs like a real player's, made up from the catalogue. The same seed always gives the same input.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The game version that exports are of.
const VERSION: &str = "33";
/// Its name in exports.
const VERSION_NAME: &str = "Sparkle Shower";
/// The columns of an export, in blocks.
const DIFFICULTIES: [&str; 5] = ["BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA"];
const CELLS: [&str; 7] = ["難易度", "スコア", "PGreat", "Great", "ミスカウント", "クリアタイプ", "DJ LEVEL"];

/// When the first play was, UNIX milliseconds: 2015-01-01.
pub const FIRST_PLAY: u64 = 1_420_070_400_000;
const MINUTE: u64 = 60_000;
/// A day, in milliseconds.
pub const DAY: u64 = 1440 * MINUTE;

/// Lamps as BATCH-MANUAL and as exports name them.
const LAMPS: [(&str, &str); 5] = [
    ("FAILED", "FAILED"),
    ("ASSIST CLEAR", "ASSIST CLEAR"),
    ("EASY CLEAR", "EASY CLEAR"),
    ("CLEAR", "CLEAR"),
    ("HARD CLEAR", "HARD CLEAR"),
];

/// The part of the catalogue that inputs are made of: beatmania IIDX SP.
#[derive(Debug)]
pub struct Iidx {
    titles: BTreeMap<u64, String>,
    charts: Vec<Chart>,
}

#[derive(Debug)]
struct Chart {
    song: u64,
    difficulty: String,
    level: String,
    notes: u64,
    is_current: bool,
    /// Its number in the game, and a version that services tell of; where it has both.
    in_game: Option<(u64, u64)>,
}

/// A made-up play.
struct Play {
    pgreat: u64,
    great: u64,
    misses: u64,
    lamp: (&'static str, &'static str),
}

impl Iidx {
    /// Reads the songs and charts of a catalogue.
    ///
    /// # Errors
    /// When there are none.
    pub fn read(seeds: &Path) -> Result<Self> {
        let mut titles = BTreeMap::new();
        for song in documents(&seeds.join("songs-iidx.json"))? {
            let title = song["data"]["eamusementCsvTitle"].as_str().or_else(|| song["title"].as_str());
            if let (Some(id), Some(title)) = (song["id"].as_u64(), title) {
                titles.insert(id, title.to_owned());
            }
        }
        let charts = documents(&seeds.join("charts-iidx.json"))?;
        let mut charts: Vec<Chart> = charts.iter().filter_map(Chart::read).collect();
        ensure!(!charts.is_empty(), "{} holds no IIDX SP charts", seeds.display());
        // Players have their favourites all over the catalogue.
        let mut random = Random::new(1);
        for last in (1..charts.len()).rev() {
            charts.swap(last, random.below(last as u64 + 1) as usize);
        }
        Ok(Self { titles, charts })
    }

    /// A BATCH-MANUAL document of so many scores; `part` says which ones, later ones having later times.
    pub fn batch_manual(&self, part: u64, count: usize) -> Vec<u8> {
        // Long enough for the largest part; parts never overlap.
        self.document(&mut Random::new(part), FIRST_PLAY + part * 400 * DAY / 10, count)
    }

    /// A BATCH-MANUAL document of so many scores from a time on, UNIX milliseconds.
    pub fn document(&self, random: &mut Random, from: u64, count: usize) -> Vec<u8> {
        let mut evenings = Evenings::new(from);
        let scores = (0..count).map(|_| {
            let time = evenings.next(random);
            self.score(random, time)
        });
        document("iidx", "SP", scores.collect())
    }

    fn score(&self, random: &mut Random, time: u64) -> Value {
        // Some charts are played far more often than others.
        let at = random.unit().powf(1.5) * self.charts.len() as f64;
        let chart = &self.charts[at as usize];
        let Play { pgreat, great, misses, lamp } = Play::new(random, chart.notes);
        let fast = random.below(great + 1);
        json!({
            "score": 2 * pgreat + great,
            "lamp": lamp.0,
            "matchType": "tachiSongID",
            "identifier": chart.song.to_string(),
            "difficulty": chart.difficulty,
            "timeAchieved": time,
            "judgements": {
                "pgreat": pgreat, "great": great, "good": chart.notes - pgreat - great - misses, "bad": misses,
                "poor": 0,
            },
            "optional": { "fast": fast, "slow": great - fast, "maxCombo": chart.notes / 2, "bp": misses },
            "scoreMeta": { "random": "RANDOM" },
        })
    }

    /// Pages of a history as a service of the kai family has them, latest first: their `_items`.
    pub fn kai_pages(&self, pages: usize, size: usize) -> Result<Vec<String>> {
        let charts: Vec<(&Chart, (u64, u64))> =
            self.charts.iter().filter_map(|chart| Some((chart, chart.in_game?))).collect();
        ensure!(!charts.is_empty(), "no chart of the catalogue has a number in the game");
        let mut random = Random::new(3);
        // 2024-06-01.
        let mut time = 1_717_200_000_000;
        let mut item = || {
            let (chart, (music, version)) = charts[random.below(charts.len() as u64) as usize];
            let Play { pgreat, great, misses, lamp } = Play::new(&mut random, chart.notes);
            time -= random.between(100_000, 180_000);
            let lamp = 1 + LAMPS.iter().position(|known| *known == lamp).unwrap_or(0);
            json!({
                "music_id": music, "play_style": "SINGLE", "difficulty": chart.difficulty, "version_played": version,
                "lamp": lamp, "ex_score": 2 * pgreat + great, "miss_count": misses, "fast_count": great / 2,
                "slow_count": great / 2, "timestamp": iso(time),
            })
        };
        Ok((0..pages).map(|_| Value::from((0..size).map(|_| item()).collect::<Vec<_>>()).to_string()).collect())
    }

    /// A whole export of the official site, and how many of its cells were played.
    pub fn export(&self) -> (Vec<u8>, usize) {
        let mut songs: BTreeMap<u64, HashMap<&str, &Chart>> = BTreeMap::new();
        for chart in self.charts.iter().filter(|chart| chart.is_current) {
            songs.entry(chart.song).or_default().insert(&chart.difficulty, chart);
        }
        let mut uses: HashMap<String, usize> = HashMap::new();
        for title in self.titles.values() {
            *uses.entry(title.to_lowercase()).or_default() += 1;
        }
        let (mut csv, mut played) = (header(), 0);
        let mut random = Random::new(2);
        for (song, charts) in &songs {
            let Some(title) = self.titles.get(song) else { continue };
            if uses.get(&title.to_lowercase()) == Some(&1) && !title.contains('"') {
                played += row(&mut csv, title, charts, &mut random);
            }
        }
        (csv.into_bytes(), played)
    }
}

/// When somebody plays: on evenings, a few days apart.
#[derive(Debug)]
pub struct Evenings {
    time: u64,
    left_today: u64,
}

impl Evenings {
    /// From a time on, UNIX milliseconds.
    pub fn new(from: u64) -> Self {
        Self { time: from, left_today: 0 }
    }

    /// The time of the next play.
    pub fn next(&mut self, random: &mut Random) -> u64 {
        if self.left_today == 0 {
            self.left_today = random.between(40, 160);
            self.time += random.between(4, 16) * 60 * MINUTE;
        }
        self.left_today -= 1;
        self.time += random.between(100_000, 180_000);
        self.time
    }
}

/// A BATCH-MANUAL document.
pub fn document(game: &str, playtype: &str, scores: Vec<Value>) -> Vec<u8> {
    let meta = json!({ "game": game, "playtype": playtype, "service": "Benchmark" });
    json!({ "meta": meta, "scores": scores }).to_string().into_bytes()
}

impl Chart {
    fn read(document: &Value) -> Option<Self> {
        let is_ours = document["playtype"] == "SP" && document["isPrimary"] == true;
        let difficulty = document["difficulty"].as_str().filter(|name| is_ours && DIFFICULTIES.contains(name))?;
        let versions = document["versions"].as_array()?;
        let told = versions.iter().filter_map(|version| version.as_str()?.parse().ok());
        let told = told.filter(|version| (20..=32).contains(version)).max();
        Some(Self {
            song: document["songID"].as_u64()?,
            difficulty: difficulty.to_owned(),
            level: document["level"].as_str()?.to_owned(),
            notes: document["data"]["notecount"].as_u64().filter(|notes| *notes > 0)?,
            in_game: document["data"]["inGameID"].as_u64().zip(told),
            is_current: versions.iter().any(|version| version == VERSION),
        })
    }
}

impl Play {
    fn new(random: &mut Random, notes: u64) -> Self {
        let pgreat = notes * random.between(450, 850) / 1000;
        let great = (notes - pgreat) * random.between(600, 950) / 1000;
        let misses = random.below(notes - pgreat - great + 1);
        let lamp = LAMPS[random.below(LAMPS.len() as u64) as usize];
        Self { pgreat, great, misses, lamp }
    }
}

/// The documents of a file.
pub fn documents(path: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is no list", path.display()))
}

/// A time of the year 2023 or 2024 as services write it.
fn iso(milliseconds: u64) -> String {
    let (days, within) = (milliseconds / DAY, milliseconds % DAY / 1000);
    // 2023-01-01 was day 19,358; a service's months need not be those of the calendar.
    let day = days.saturating_sub(19_358);
    let (year, day) = (2023 + day / 336, day % 336);
    let (month, day) = (1 + day / 28, 1 + day % 28);
    format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", within / 3600, within / 60 % 60, within % 60)
}

fn header() -> String {
    let mut header = "バージョン,タイトル,ジャンル,アーティスト,プレー回数".to_owned();
    for (difficulty, cell) in DIFFICULTIES.iter().flat_map(|name| CELLS.iter().map(move |cell| (name, cell))) {
        // Writing into a String cannot fail.
        let _ = write!(header, ",{difficulty} {cell}");
    }
    header.push_str(",最終プレー日時\r\n");
    header
}

/// Writes a song's row; returns how many of its charts were played.
fn row(csv: &mut String, title: &str, charts: &HashMap<&str, &Chart>, random: &mut Random) -> usize {
    let mut played = 0;
    let title = if title.contains(',') { format!("\"{title}\"") } else { title.to_owned() };
    let _ = write!(csv, "{VERSION_NAME},{title},GENRE,ARTIST,{}", random.between(1, 200));
    for difficulty in DIFFICULTIES {
        let chart = charts.get(difficulty).filter(|_| random.below(100) < 94);
        let _ = match chart {
            Some(chart) => {
                played += 1;
                let Play { pgreat, great, misses, lamp } = Play::new(random, chart.notes);
                let score = 2 * pgreat + great;
                write!(csv, ",{},{score},{pgreat},{great},{misses},{},A", chart.level, lamp.1)
            }
            None => write!(csv, ",0,0,0,0,---,NO PLAY,---"),
        };
    }
    // The site tells of each song when it was last played: some hundred evenings for a whole collection.
    let (year, month, day) = (random.between(2023, 2025), random.between(1, 12), random.between(1, 12));
    let (hour, minute) = (random.between(18, 21), random.below(60));
    let _ = write!(csv, ",{year}-{month:02}-{day:02} {hour:02}:{minute:02}\r\n");
    played
}

/// The SplitMix64 generator: all that made-up data needs.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// One whose numbers follow from a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed);
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 on, without the bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        (self.unit() * bound as f64) as u64
    }

    /// Both bounds included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_the_same_every_time_and_of_the_size_asked_for() {
        let iidx = Iidx::read(&crate::process::root().join("fixtures/catalogue")).unwrap();
        let document = iidx.batch_manual(3, 50);
        assert_eq!(document, iidx.batch_manual(3, 50));
        let document: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["scores"].as_array().unwrap().len(), 50);
    }

    #[test]
    fn exports_have_41_columns() {
        let iidx = Iidx::read(&crate::process::root().join("fixtures/catalogue")).unwrap();
        let (csv, _) = iidx.export();
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(csv.lines().next().unwrap().split(',').count(), 41);
    }
}
