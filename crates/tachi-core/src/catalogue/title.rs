//! The forms in which titles are compared. Source: `spec/import-types/README.md` 7, `spec/games/README.md` 11.

use std::num::NonZeroU32;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that the official sites replace in their exports, and what they write instead. Grows with new games.
const SITE_LETTERS: &[(char, &str)] = &[
    ('Æ', "A"),
    ('æ', "ae"),
    ('Ø', "O"),
    ('ø', "o"),
    ('И', "N"),
    ('и', "n"),
    ('Ʞ', "K"),
    ('ə', "e"),
    ('§', "SS"),
    ('¡', "!"),
    ('¿', "?"),
    ('焱', "火"),
    ('〜', "~"),
    ('～', "~"),
];

/// Symbols that the official sites drop.
const SITE_DROPS: &[char] = &['♥', '♡', '❤'];

/// The combining sound marks of kana, which make other letters and are kept.
pub(super) const SOUND_MARKS: [char; 2] = ['\u{3099}', '\u{309A}'];

/// Unicode simple case folding (status C and S), letter by letter: `ÆTHER` → `æther`; `ß` stays.
///
/// ```
/// use tachi_core::catalogue::fold;
/// assert_eq!(fold("ÆTHER Ａ ς"), fold("æther ａ Σ"));
/// assert_ne!(fold("ß"), fold("ss"));
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    folded.extend(text.chars().map(fold_char));
    folded
}

fn fold_char(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let folded = unicode_case_mapping::case_folded(letter).map(NonZeroU32::get);
    folded.and_then(char::from_u32).unwrap_or(letter)
}

/// White space as the exports use it: Unicode white space and the byte order mark.
#[must_use]
pub fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{FEFF}'
}

/// A text without [white space](is_space) at its ends.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The *site form*: what is left of a title when all that the official sites replace or drop is put aside.
///
/// ```
/// use tachi_core::catalogue::site_form;
/// assert_eq!(site_form("ÆTHER"), site_form("ATHER"));
/// assert_ne!(site_form("ÆTHER"), site_form("AETHER"));
/// assert_eq!(site_form("VØID"), site_form("VOID"));
/// assert_ne!(site_form("ZEИITH"), site_form("Zenith"));
/// assert_eq!(site_form("20，November"), site_form("20,November"));
/// assert_ne!(site_form("が"), site_form("か"));
/// ```
#[must_use]
pub fn site_form(text: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    for letter in text.chars() {
        match SITE_LETTERS.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => replaced.push_str(to),
            None => replaced.push(letter),
        }
    }
    let bare = replaced.nfkd().filter(|letter| !is_combining_mark(*letter) || SOUND_MARKS.contains(letter));
    let composed = bare.nfc().filter(|letter| !SITE_DROPS.contains(letter) && !is_space(*letter));
    composed.collect()
}

/// What a word filter of an old site made of a word, and the word: `DJ Yo****aka`.
const FILTERED_WORD: (&str, &str) = ("****", "shit");

/// The form in which only the letters of a title count: [`site_form`], [folded](fold), then without everything that
/// is no letter, mark or number. A title without any of these keeps its signs.
///
/// ```
/// use tachi_core::catalogue::letters_form;
/// assert_eq!(letters_form("5.1.1."), letters_form("5.1.1"));
/// assert_eq!(letters_form("THE SHINING POLARIS (kors k mix)"), "theshiningpolariskorskmix");
/// assert_eq!(letters_form("DJ Yo****aka"), "djyoshitaka");
/// assert_eq!(letters_form("!!!"), "!!!");
/// ```
#[must_use]
pub fn letters_form(text: &str) -> String {
    let (filtered, word) = FILTERED_WORD;
    let folded = fold(&site_form(&text.replace(filtered, word)));
    let letters: String = folded.chars().filter(|letter| is_letter_mark_or_number(*letter)).collect();
    if letters.is_empty() { folded } else { letters }
}

/// Unicode's general categories L, M and N.
fn is_letter_mark_or_number(letter: char) -> bool {
    // These symbols count as alphabetic; the others that do are decomposed to letters before they come here.
    const ALPHABETIC_SYMBOLS: std::ops::RangeInclusive<char> = '\u{1F130}'..='\u{1F189}';
    let alphabetic = letter.is_alphabetic() && !ALPHABETIC_SYMBOLS.contains(&letter);
    alphabetic || letter.is_numeric() || is_combining_mark(letter)
}

/// The form in which near titles are compared: NFKC, case-folded, without white space.
#[must_use]
pub fn loose_form(text: &str) -> String {
    text.nfkc().map(fold_char).filter(|letter| !is_space(*letter)).collect()
}
