//! Between what columns hold and what the program works with.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use tachi_core::game::{Game, Gpt};
use tachi_core::import_type::ImportType;

use crate::error::DbError;

pub(crate) fn gpt_to_db(gpt: Gpt) -> i16 {
    gpt as i16
}

pub(crate) fn gpt_from_db(index: i16) -> Result<Gpt, DbError> {
    let gpt = usize::try_from(index).map_err(|_| unknown("game and playtype", index))?;
    Gpt::from_index(gpt).ok_or_else(|| unknown("game and playtype", index))
}

pub(crate) fn game_to_db(game: Game) -> i16 {
    game as i16
}

pub(crate) fn game_from_db(index: i16) -> Result<Game, DbError> {
    let game = usize::try_from(index).map_err(|_| unknown("game", index))?;
    Game::ALL.get(game).copied().ok_or_else(|| unknown("game", index))
}

pub(crate) fn import_type_from_db(text: &str) -> Result<ImportType, DbError> {
    text.parse().map_err(|error| DbError::data("an import type", error))
}

/// An identifier as it is stored.
pub(crate) fn id_from_db<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, DbError>
where
    T::Err: ToString,
{
    text.parse().map_err(|error: T::Err| DbError::data(what, error.to_string()))
}

fn unknown(what: &str, index: i16) -> DbError {
    DbError::data(what, format!("there is none with the number {index}"))
}

pub(crate) fn json_to_db(value: &impl Serialize, what: &str) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::data(what, error))
}

pub(crate) fn json_from_db<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::data(what, error))
}

/// The bytes of a hash or an identifier of fixed length.
pub(crate) fn bytes_from_db<const N: usize>(bytes: &[u8], what: &str) -> Result<[u8; N], DbError> {
    bytes.try_into().map_err(|_| DbError::data(what, format!("it has {} bytes instead of {N}", bytes.len())))
}

/// A text as both databases store it. PostgreSQL refuses NUL, SQLite takes it, and nobody can see it: U+FFFD stands
/// in for it on both.
pub(crate) fn text_to_db(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// How many ratings PBs and profiles have columns for.
pub(crate) const RATINGS: usize = 4;

/// The column of a rating of a PB or profile, given by its position in the GPT's configuration.
pub(crate) fn rating_column(rating: usize) -> Result<&'static str, DbError> {
    const COLUMNS: [&str; RATINGS] = ["rating0", "rating1", "rating2", "rating3"];
    let column = COLUMNS.get(rating).copied();
    column.ok_or_else(|| DbError::data("a rating", format!("there is no column for number {rating}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn games_and_playtypes_survive_as_numbers() {
        for gpt in Gpt::ALL {
            assert_eq!(gpt_from_db(gpt_to_db(*gpt)).unwrap(), *gpt);
            assert_eq!(game_from_db(game_to_db(gpt.game())).unwrap(), gpt.game());
        }
        assert!(gpt_from_db(-1).is_err());
        assert!(gpt_from_db(i16::MAX).is_err());
    }

    #[test]
    fn nul_is_replaced() {
        assert_eq!(text_to_db("a\0b"), "a\u{fffd}b");
        assert_eq!(text_to_db("ab"), "ab");
    }
}
