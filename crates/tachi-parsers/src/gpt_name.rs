//! How documents name a GPT: game and playtype, or one v3 game string. Source: `spec/import-types/file-batch-manual.md` 2.

use tachi_core::game::{Game, Gpt};

use crate::json::Json;

/// Members that name no GPT of the games on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownGpt {
    /// Which part is wrong.
    pub part: Part,
    /// What was sent.
    pub given: String,
    /// What could have been sent.
    pub expected: String,
}

/// A part of a GPT's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A v3 game string, which needs no playtype.
    Gpt,
    /// A game, where a playtype was sent too.
    Game,
    /// The playtype of that game.
    Playtype,
}

/// The GPT that members `game` and `playtype` name.
///
/// # Errors
/// When there is none, or its game is not on offer.
pub fn read(game: Option<&Json<'_>>, playtype: Option<&Json<'_>>, games: &[Game]) -> Result<Gpt, UnknownGpt> {
    let unknown = |part, given: Option<&Json<'_>>, expected: Vec<&str>| UnknownGpt {
        part,
        given: given.map_or_else(|| "undefined".to_owned(), Json::shown),
        expected: expected.join(", "),
    };
    let enabled = games.iter().copied();
    let game_text = game.and_then(Json::text);
    if playtype.is_none() {
        let gpt = game_text.and_then(Gpt::from_v3).filter(|gpt| games.contains(&gpt.game()));
        return gpt.ok_or_else(|| {
            let gpts = enabled.flat_map(|game| game.config().gpts);
            unknown(Part::Gpt, game, gpts.map(|gpt| gpt.config().v3).collect())
        });
    }
    let found = enabled.clone().find(|known| game_text == Some(known.id()));
    let found = found.ok_or_else(|| unknown(Part::Game, game, enabled.map(Game::id).collect()))?;
    let gpt = playtype.and_then(Json::text).and_then(|playtype| found.playtype(playtype));
    gpt.ok_or_else(|| {
        let playtypes = found.config().gpts.iter().map(|gpt| gpt.playtype());
        unknown(Part::Playtype, playtype, playtypes.collect())
    })
}
