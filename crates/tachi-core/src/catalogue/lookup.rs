//! Look-ups of songs and charts. Source: `spec/games/README.md` 11, `spec/import-types/README.md` 7.

use super::{
    Catalogue, Chart, ChartIdx, ChartKey, Letters, Song, SongIdx, Songs, fold, letters_form, loose_form, site_form,
    trim,
};
use crate::game::{Game, Gpt, GptConfig};
use crate::ids::{ChartId, SongId};

/// The longest title, in bytes, that is compared in its site form, which can be many times as long as the title. No
/// game has titles of half that length.
const LONGEST_SITE_TITLE: usize = 1000;

/// What a title found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SongMatch {
    /// No song.
    None,
    /// Exactly one song.
    One(SongIdx),
    /// Several songs: none of them may be taken silently.
    Several(Vec<SongIdx>),
}

impl SongMatch {
    fn of(songs: Option<&Songs>) -> Self {
        match songs.map_or(&[][..], |songs| songs) {
            [] => Self::None,
            [one] => Self::One(*one),
            several => Self::Several(several.to_vec()),
        }
    }

    /// The songs.
    #[must_use]
    pub fn songs(&self) -> &[SongIdx] {
        match self {
            Self::None => &[],
            Self::One(song) => std::slice::from_ref(song),
            Self::Several(songs) => songs,
        }
    }
}

impl Catalogue {
    /// The chart with that identifier.
    #[must_use]
    pub fn chart_by_id(&self, id: &ChartId) -> Option<ChartIdx> {
        self.charts_by_id.get(id).copied()
    }

    /// The chart with that number in a store.
    #[must_use]
    pub fn chart_by_key(&self, key: ChartKey) -> Option<&Chart> {
        self.charts_by_key.get(&key).map(|index| self.chart(*index))
    }

    /// The song with that identifier.
    #[must_use]
    pub fn song_by_id(&self, game: Game, id: SongId) -> Option<SongIdx> {
        self.songs_by_id.get(&(game, id)).copied()
    }

    /// All charts of a song on one GPT.
    pub fn charts_of_song(&self, gpt: Gpt, song: SongIdx) -> impl Iterator<Item = ChartIdx> + Clone + '_ {
        self.charts_by_song.get(&(gpt, song)).into_iter().flatten().copied()
    }

    /// `title-exact`: title or alternative title, byte for byte.
    #[must_use]
    pub fn song_by_title_exact(&self, game: Game, title: &str) -> SongMatch {
        SongMatch::of(self.titles[game.index()].exact.get(title))
    }

    /// `title-ci`: title or alternative title under simple case folding, and the artist likewise where one is given.
    #[must_use]
    pub fn song_by_title_folded(&self, game: Game, title: &str, artist: Option<&str>) -> SongMatch {
        let found = SongMatch::of(self.titles[game.index()].folded.get(fold(title).as_str()));
        let Some(artist) = artist.filter(|artist| !artist.is_empty()) else { return found };
        let artist = fold(artist);
        let same = |song: &SongIdx| fold(&self.song(*song).artist) == artist;
        let songs = match found {
            SongMatch::None => Vec::new(),
            SongMatch::One(song) => vec![song],
            SongMatch::Several(songs) => songs,
        };
        let songs: Songs = songs.into_iter().filter(same).collect();
        SongMatch::of(Some(&songs))
    }

    /// `title-csv`: exact, else with both sides trimmed, else in the form the official sites write. The first step
    /// that finds anything decides.
    #[must_use]
    pub fn song_by_title_csv(&self, game: Game, title: &str) -> SongMatch {
        let titles = &self.titles[game.index()];
        let found = titles.exact.get(title).or_else(|| titles.trimmed.get(trim(title)));
        let site = || (title.len() <= LONGEST_SITE_TITLE).then(|| titles.site.get(site_form(title).as_str())).flatten();
        SongMatch::of(found.or_else(site))
    }

    /// Title or alternative title, where only [letters](letters_form) count.
    #[must_use]
    pub fn song_by_title_letters(&self, game: Game, title: &str) -> SongMatch {
        SongMatch::of(self.letters(game).titles.get(letters_form(title).as_str()))
    }

    /// The songs of an artist, where only [letters](letters_form) count.
    #[must_use]
    pub fn songs_by_artist_letters(&self, game: Game, artist: &str) -> &[SongIdx] {
        self.letters(game).artists.get(letters_form(artist).as_str()).map_or(&[], |songs| songs)
    }

    fn letters(&self, game: Game) -> &Letters {
        self.titles[game.index()].letters.get_or_init(|| {
            let mut letters = Letters::default();
            for (index, song) in self.songs.iter().enumerate().filter(|(_, song)| song.game == game) {
                let index = SongIdx(index as u32);
                for title in song.titles() {
                    letters.titles.entry(letters_form(title).into()).or_default().push(index);
                }
                letters.artists.entry(letters_form(&song.artist).into()).or_default().push(index);
            }
            // A song whose titles differ in signs only is one song.
            letters.titles.values_mut().for_each(Songs::dedup);
            letters
        })
    }

    /// The DDR song with that hash of the official site.
    #[must_use]
    pub fn song_by_ddr_hash(&self, hash: &str) -> Option<SongIdx> {
        self.songs_by_ddr_hash.get(hash).copied()
    }

    /// The chart step: the chart of a song with that difficulty, in that version or, without one, the primary one.
    #[must_use]
    pub fn chart_of_song(&self, gpt: Gpt, song: SongIdx, difficulty: &str, version: Option<&str>) -> Option<ChartIdx> {
        let charts = self.charts_of_song(gpt, song);
        self.pick(gpt.config(), charts.filter(|chart| &*self.chart(*chart).difficulty == difficulty), version)
    }

    /// The chart with that in-game ID and one of the difficulties, in that version or, without one, the primary one.
    #[must_use]
    pub fn chart_by_in_game_id(
        &self,
        gpt: Gpt,
        id: i64,
        difficulties: &[&str],
        version: Option<&str>,
    ) -> Option<ChartIdx> {
        let charts = self.charts_with_in_game_id(gpt, id);
        let charts = charts.filter(|chart| difficulties.contains(&&*self.chart(*chart).difficulty));
        self.pick(gpt.config(), charts, version)
    }

    /// Every chart of the GPT with that in-game ID.
    pub fn charts_with_in_game_id(&self, gpt: Gpt, id: i64) -> impl Iterator<Item = ChartIdx> + Clone + '_ {
        self.charts_by_in_game_id.get(&(gpt, id)).into_iter().flatten().copied()
    }

    /// Every chart, of any game, with that file hash (in lower case) or in-game text (as it is).
    pub fn charts_with_text(&self, text: &str) -> impl Iterator<Item = ChartIdx> + Clone + '_ {
        self.charts_by_text.get(text).into_iter().flatten().copied()
    }

    /// The chart of one of these GPTs with that file hash, in any letter case.
    #[must_use]
    pub fn chart_by_hash(&self, gpts: &[Gpt], hash: &str) -> Option<ChartIdx> {
        let hash = hash.to_ascii_lowercase();
        self.smallest(self.charts_with_text(&hash).filter(|chart| gpts.contains(&self.chart(*chart).gpt)))
    }

    /// The chart of a game that the ARC service knows under that ID.
    #[must_use]
    pub fn chart_by_arc_id(&self, game: Game, id: &str) -> Option<ChartIdx> {
        let charts = self.charts_by_arc_id.get(id).into_iter().flatten().copied();
        self.smallest(charts.filter(|chart| self.chart(*chart).gpt.game() == game))
    }

    /// Whether any chart of the GPT lists that version.
    #[must_use]
    pub fn has_version(&self, gpt: Gpt, version: &str) -> bool {
        self.versions.contains(&(gpt, version.into()))
    }

    /// Of charts that differ in version only: the one in `version`, else a *sole chart*; without a version the
    /// primary one.
    ///
    /// A song that left a game keeps one chart, which no longer lists the version; that sole chart stands in, so that
    /// its scores do not become orphans. Two or more charts are a re-charted song, where guessing could take the
    /// wrong one.
    pub(super) fn pick(
        &self,
        config: &GptConfig,
        charts: impl Iterator<Item = ChartIdx> + Clone,
        version: Option<&str>,
    ) -> Option<ChartIdx> {
        let Some(version) = version else {
            return self.smallest(charts.filter(|chart| self.chart(*chart).is_primary));
        };
        let listed = self.smallest(charts.clone().filter(|chart| self.chart(*chart).in_version(version)));
        if listed.is_some() || !allows_sole_chart(config, version) {
            return listed;
        }
        let mut ordinary = charts.filter(|chart| !self.chart(*chart).is_custom);
        match (ordinary.next(), ordinary.next()) {
            (Some(sole), None) => Some(sole),
            _ => None,
        }
    }

    /// The chart with the smallest identifier; more than one is a defect of the catalogue.
    #[must_use]
    pub fn smallest(&self, charts: impl Iterator<Item = ChartIdx>) -> Option<ChartIdx> {
        charts.reduce(|a, b| {
            let (first, second) = (self.chart(a), self.chart(b));
            log::warn!("charts {} and {} are found by the same look-up", first.id, second.id);
            if first.id <= second.id { a } else { b }
        })
    }
}

fn allows_sole_chart(config: &GptConfig, version: &str) -> bool {
    let listed = config.versions.iter().find(|listed| listed.id == version);
    listed.map_or_else(|| config.former_versions.contains(&version), |listed| listed.sole_chart)
}

/// The titles of a game, made ready for questions after those that are most like a text.
#[derive(Debug)]
pub struct NearTitles<'a> {
    titles: Vec<(&'a Song, Vec<char>)>,
}

impl<'a> NearTitles<'a> {
    /// The titles of a game.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, game: Game) -> Self {
        let songs = catalogue.songs().iter().filter(|song| song.game == game);
        let titles = songs.flat_map(|song| song.titles().map(move |title| (song, loose_form(title).chars().collect())));
        Self { titles: titles.collect() }
    }

    /// Up to three songs whose titles are most like `title`, nearest first.
    ///
    /// Titles are compared in NFKC, case-folded and without white space; an edit distance of more than 0.4 of the
    /// longer one is not a likeness.
    #[must_use]
    pub fn find(&self, title: &str) -> Vec<&'a Song> {
        let wanted: Vec<char> = loose_form(title).chars().collect();
        let distances = self.titles.iter().map(|(song, other)| (distance(&wanted, other), *song));
        let mut near: Vec<(f64, &Song)> = distances.filter(|(distance, _)| *distance <= 0.4).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
        // The titles of a song stand together where they are equally near, and the best of them comes first.
        let mut songs: Vec<&Song> = Vec::new();
        for (_, song) in near {
            if songs.len() < 3 && songs.iter().all(|known| known.id != song.id) {
                songs.push(song);
            }
        }
        songs
    }
}

/// Edit distance as a part of the longer text's length.
fn distance(wanted: &[char], other: &[char]) -> f64 {
    let longest = wanted.len().max(other.len());
    if longest == 0 {
        return 0.0;
    }
    if wanted.len().abs_diff(other.len()) as f64 / longest as f64 > 0.4 {
        return f64::INFINITY;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in wanted.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substitute = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()] as f64 / longest as f64
}
