//! Searching songs by what somebody types. Source: `spec/rest-api.md` 10.

use std::cmp::Reverse;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::title::SOUND_MARKS;
use super::{Catalogue, Song, SongIdx, fold, trim};
use crate::game::Game;

/// The form in which texts are searched: without case and diacritics. The sound marks of kana make other letters and
/// stay.
///
/// ```
/// use tachi_core::catalogue::search_form;
/// assert_eq!(search_form("Café　ＡＢＣ"), "cafe abc");
/// assert_ne!(search_form("が"), search_form("か"));
/// ```
#[must_use]
pub fn search_form(text: &str) -> String {
    let bare = text.nfkd().filter(|letter| !is_combining_mark(*letter) || SOUND_MARKS.contains(letter));
    fold(&bare.nfc().collect::<String>())
}

/// What somebody types to find something.
#[derive(Debug, Clone)]
pub struct SearchText {
    whole: String,
    /// Whether there are several.
    has_words: bool,
}

impl SearchText {
    /// Takes any text; white space at its ends does not count, and an empty one finds everything.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let whole = trim(&search_form(text)).to_owned();
        Self { has_words: whole.split_whitespace().nth(1).is_some(), whole }
    }

    /// How well a text in its [search form](search_form) fits: the larger, the better; `None` when it does not. Texts
    /// that are the same come first, then those that begin so, then those that hold it, then those that hold every
    /// word of it.
    #[must_use]
    pub fn fit(&self, text: &str) -> Option<u8> {
        if !text.contains(&self.whole) {
            // A single word was looked for just now.
            let mut words = self.whole.split_whitespace();
            return (self.has_words && words.all(|word| text.contains(word))).then_some(1);
        }
        let lines = || text.split(LINE);
        if lines().any(|line| line == self.whole) {
            return Some(4);
        }
        if lines().any(|line| line.starts_with(&self.whole)) {
            return Some(3);
        }
        Some(2)
    }
}

/// What stands between the texts of one song; nobody types it.
const LINE: char = '\n';

/// Everything that a song is searched by.
#[derive(Debug)]
pub(super) struct Searched {
    game: Game,
    text: Box<str>,
}

fn searched(song: &Song) -> Searched {
    let terms = song.titles().chain([&*song.artist]).chain(song.search_terms.iter().map(|term| &**term));
    let forms: Vec<String> = terms.map(search_form).collect();
    Searched { game: song.game, text: forms.join(LINE.encode_utf8(&mut [0; 4])).into() }
}

impl Catalogue {
    /// The songs of a game whose titles, artist or search terms fit a text, best first, then by identifier.
    #[must_use]
    pub fn search_songs(&self, game: Game, text: &SearchText) -> Vec<(SongIdx, u8)> {
        let of_game = self.searched().iter().enumerate().filter(|(_, searched)| searched.game == game);
        let fits = |(index, searched): (usize, &Searched)| Some((SongIdx(index as u32), text.fit(&searched.text)?));
        let mut found: Vec<(SongIdx, u8)> = of_game.filter_map(fits).collect();
        found.sort_by_key(|(song, fit)| (Reverse(*fit), self.song(*song).id));
        found
    }

    /// Whether a song fits a text, as [`search_songs`](Self::search_songs) says.
    #[must_use]
    pub fn song_fits(&self, song: SongIdx, text: &SearchText) -> bool {
        self.searched().get(song.0 as usize).is_some_and(|searched| text.fit(&searched.text).is_some())
    }

    fn searched(&self) -> &[Searched] {
        self.search.get_or_init(|| self.songs.iter().map(searched).collect())
    }
}
