//! Resolution of a chart by match type. Source: `spec/games/README.md` 11, `spec/import-types/file-batch-manual.md` 6.

use thiserror::Error;

use super::{Catalogue, ChartIdx, SongIdx, SongMatch};
use crate::game::{Game, Gpt, GptConfig};
use crate::ids::SongId;
use crate::match_type::MatchType;
use crate::number::MAX_SAFE_INTEGER;

/// How a sender names a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartQuery<'a> {
    /// What the identifier is.
    pub match_type: MatchType,
    /// The identifier, always text.
    pub identifier: &'a str,
    /// The difficulty, for the match types that need one.
    pub difficulty: Option<&'a str>,
    /// The artist, for titles.
    pub artist: Option<&'a str>,
    /// The game version of the import.
    pub version: Option<&'a str>,
}

/// Why a chart was not found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResolveError {
    /// There is no such song or chart.
    #[error("{0}")]
    NotFound(String),
    /// Several songs match.
    #[error("{0}")]
    Ambiguous(String),
    /// The query itself is wrong.
    #[error("{0}")]
    Invalid(String),
}

/// A text that is not a non-negative safe integer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextIntegerError {
    /// Not digits, or too many of them.
    #[error("(Not an integer -- {0}.)")]
    NotAnInteger(String),
    /// Below zero.
    #[error("(Was negative -- {0}.)")]
    Negative(String),
}

/// Reads a *text integer*: digits with an optional minus sign, a safe integer, not negative. `-0` is 0, leading zeros
/// are allowed, nothing else is.
///
/// # Errors
/// Says which of these the text violates; long texts are cut.
pub fn text_integer(text: &str) -> Result<i64, TextIntegerError> {
    let cut = || text.chars().take(100).collect();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(TextIntegerError::NotAnInteger(cut()));
    }
    match text.parse::<i64>() {
        Ok(value) if value.abs() > MAX_SAFE_INTEGER => Err(TextIntegerError::NotAnInteger(cut())),
        Ok(value) if value < 0 => Err(TextIntegerError::Negative(cut())),
        Ok(value) => Ok(value),
        Err(_) => Err(TextIntegerError::NotAnInteger(cut())),
    }
}

impl Catalogue {
    /// The chart of a GPT that a query names.
    ///
    /// # Errors
    /// When there is none, several songs match, or the query is not a proper one for the GPT.
    pub fn resolve(&self, gpt: Gpt, query: &ChartQuery<'_>) -> Result<ChartIdx, ResolveError> {
        let config = gpt.config();
        let match_type = read_old_match_type(config, query.match_type);
        if !config.match_types.contains(&match_type) {
            let allowed = config.match_types.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ");
            return Err(ResolveError::Invalid(format!(
                "Cannot use matchType {} for {}. Expected any of {allowed}.",
                query.match_type, config.name
            )));
        }
        let query = ChartQuery { match_type, version: query.version.filter(|version| !version.is_empty()), ..*query };
        let found = match match_type {
            MatchType::SongTitle | MatchType::TachiSongId | MatchType::DdrSongHash => self.by_song(config, &query)?,
            MatchType::InGameId | MatchType::SdvxInGameId => self.by_in_game_id(config, &query)?,
            MatchType::InGameStrId => {
                let difficulties = difficulties(config, &query)?;
                let charts = self.charts_with_text(query.identifier).filter(|chart| {
                    let chart = self.chart(*chart);
                    chart.gpt == gpt && difficulties.members.contains(&&*chart.difficulty)
                });
                self.pick(config, charts, query.version)
            }
            MatchType::BmsChartHash => self.by_bms_hash(config, query.identifier)?,
            MatchType::UscChartHash | MatchType::PopnChartHash => self.chart_by_hash(&[gpt], query.identifier),
            MatchType::ItgChartHash => {
                self.smallest(self.charts_with_text(query.identifier).filter(|chart| self.chart(*chart).gpt == gpt))
            }
            MatchType::GcmInGameIdSpecialChart => {
                let id = in_game_id(query.identifier)?;
                let mut charts = self.charts_with_in_game_id(gpt, id);
                charts.next().filter(|_| charts.next().is_none())
            }
        };
        found.ok_or_else(|| ResolveError::NotFound(format!("Cannot find chart {match_type}:{}.", query.identifier)))
    }

    fn by_song(&self, config: &GptConfig, query: &ChartQuery<'_>) -> Result<Option<ChartIdx>, ResolveError> {
        let difficulties = difficulties(config, query)?;
        let song = match query.match_type {
            MatchType::SongTitle => self.song_by_query_title(config, query)?,
            MatchType::TachiSongId => {
                let id = text_integer(query.identifier).map_err(|error| {
                    let text = format!("Invalid songID - must be a stringified positive integer. {error}");
                    ResolveError::Invalid(text)
                })?;
                i32::try_from(id).ok().and_then(|id| self.song_by_id(config.game, SongId(id)))
            }
            _ => self.song_by_ddr_hash(query.identifier),
        };
        let Some(song) = song else { return Ok(None) };
        let charts = self.charts_of_song(config.gpt, song);
        let charts = charts.filter(|chart| difficulties.members.contains(&&*self.chart(*chart).difficulty));
        if !difficulties.any_primary {
            return Ok(self.pick(config, charts, query.version));
        }
        match (charts.clone().next(), charts.clone().nth(1)) {
            (Some(_), Some(_)) => {
                Err(ResolveError::Invalid(format!("This chart cannot be matched by {}+difficulty.", query.match_type)))
            }
            (one, _) => Ok(one),
        }
    }

    fn song_by_query_title(&self, config: &GptConfig, query: &ChartQuery<'_>) -> Result<Option<SongIdx>, ResolveError> {
        let artist = query.artist.filter(|artist| !artist.is_empty());
        match self.song_by_title_folded(config.game, query.identifier, artist) {
            SongMatch::None => Ok(None),
            SongMatch::One(song) => Ok(Some(song)),
            SongMatch::Several(_) => Err(ResolveError::Ambiguous(match artist {
                None => format!(
                    "Multiple songs exist with the case-insensitive title {}. We cannot resolve this. Please try \
                     adding an artist field.",
                    query.identifier
                ),
                Some(artist) => format!(
                    "Multiple songs exist with the case-insensitive title {} by artist {artist}. We cannot resolve \
                     this. Please try and use a different song resolution method.",
                    query.identifier
                ),
            })),
        }
    }

    fn by_in_game_id(&self, config: &GptConfig, query: &ChartQuery<'_>) -> Result<Option<ChartIdx>, ResolveError> {
        let difficulties = difficulties(config, query)?;
        if let (MatchType::SdvxInGameId, Some(version)) = (query.match_type, query.version)
            && !config.versions.iter().any(|known| known.id == version)
        {
            let known = config.versions.iter().map(|version| version.id).collect::<Vec<_>>().join(", ");
            let text = format!("Unsupported version {version}. Expected any of {known}.");
            return Err(ResolveError::Invalid(text));
        }
        let id = in_game_id(query.identifier)?;
        let charts = self.charts_with_in_game_id(config.gpt, id);
        let charts = charts.filter(|chart| difficulties.members.contains(&&*self.chart(*chart).difficulty));
        if difficulties.any_primary && query.version.is_none() {
            return Ok(self.smallest(charts));
        }
        Ok(self.pick(config, charts, query.version))
    }

    fn by_bms_hash(&self, config: &GptConfig, identifier: &str) -> Result<Option<ChartIdx>, ResolveError> {
        let hash = identifier.to_ascii_lowercase();
        let charts: Vec<ChartIdx> =
            self.charts_with_text(&hash).filter(|chart| self.chart(*chart).gpt.game() == config.game).collect();
        let own = charts.iter().copied().filter(|chart| self.chart(*chart).gpt == config.gpt);
        match (self.smallest(own), charts.first()) {
            (Some(own), _) => Ok(Some(own)),
            // A BMS file is for one number of keys, so the import is for the wrong one; a PMS file serves every device.
            (None, Some(other)) if config.game == Game::Bms => Err(ResolveError::Invalid(format!(
                "The chart {hash} is a {} chart, but this import is for {}.",
                self.chart(*other).config().name,
                config.name
            ))),
            (None, _) => Ok(None),
        }
    }
}

/// Old hooks send `inGameID` where SOUND VOLTEX now has a match type of its own.
fn read_old_match_type(config: &GptConfig, match_type: MatchType) -> MatchType {
    let sdvx = config.match_types.contains(&MatchType::SdvxInGameId);
    if sdvx && match_type == MatchType::InGameId { MatchType::SdvxInGameId } else { match_type }
}

fn in_game_id(identifier: &str) -> Result<i64, ResolveError> {
    text_integer(identifier).map_err(|error| {
        ResolveError::Invalid(format!("Invalid inGameID - must be a stringified positive integer. {error}"))
    })
}

/// The difficulties that a query's text stands for.
struct Difficulties {
    members: Vec<&'static str>,
    any_primary: bool,
}

fn difficulties(config: &GptConfig, query: &ChartQuery<'_>) -> Result<Difficulties, ResolveError> {
    let wanted = query.difficulty.filter(|difficulty| !difficulty.is_empty()).ok_or_else(|| {
        ResolveError::Invalid("Missing 'difficulty' field, but was necessary for this lookup.".to_owned())
    })?;
    let group = config
        .difficulty_groups
        .iter()
        .find(|group| group.id == wanted && group.match_types.contains(&query.match_type));
    if let Some(group) = group {
        // With a version, a group that merges differently named charts of one slot is matched exactly.
        let exact = group.any_primary && query.version.is_some();
        let members = if exact { vec![group.id] } else { group.members.to_vec() };
        return Ok(Difficulties { members, any_primary: group.any_primary && !exact });
    }
    if let Some(text) = refused_difficulty(config, wanted) {
        return Err(ResolveError::Invalid(text));
    }
    if let Some(difficulty) = config.difficulty(wanted) {
        return Ok(Difficulties { members: vec![difficulty.id], any_primary: false });
    }
    let known = config.difficulties.iter().map(|difficulty| difficulty.id).collect::<Vec<_>>().join(", ");
    Err(ResolveError::Invalid(if query.match_type == MatchType::SdvxInGameId {
        format!("Invalid difficulty '{wanted}', Expected any of {known} or ANY_INF")
    } else {
        format!("Invalid Difficulty for {} - Expected any of {known} (Got {wanted})", config.name)
    }))
}

/// A difficulty that exists but is only reached under the name of its group.
fn refused_difficulty(config: &GptConfig, wanted: &str) -> Option<String> {
    let group = config
        .difficulty_groups
        .iter()
        .find(|group| group.any_primary && group.id != wanted && group.members.contains(&wanted))?;
    Some(format!(
        "Invalid Difficulty for {} - Don't use {wanted} directly; send the score as {} instead.",
        config.name, group.id
    ))
}
