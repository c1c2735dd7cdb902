//! What became of each element of an import. Source: `spec/rest-api.md` 4, `spec/documents.md` ImportRow.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, NearTitles, Song, SongMatch};
use tachi_core::game::Game;
use tachi_core::ids::{OrphanId, ScoreId};
use tachi_core::import_document::ImportErrorKind;
use tachi_db::imports::{ImportRow, RowCounts, RowStatus, StoredImport, import_rows_read};
use tachi_db::orphans::orphans_games;

use super::shown;
use crate::app::{App, block};
use crate::auth::AnyPermission;
use crate::envelope::{ApiError, success};
use crate::owned::OwnersOnly;

/// How many rows a page has unless the request says so.
const DEFAULT_LIMIT: usize = 500;
/// How many rows a page has at most.
const MAX_LIMIT: usize = 1000;
/// How many candidates a row has at most.
const CANDIDATES: usize = 3;

/// The query.
#[derive(Debug, Deserialize)]
pub struct Query {
    status: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    row: u32,
    place: String,
    status: RowStatus,
    title: Option<String>,
    difficulty: Option<String>,
    #[serde(rename = "type")]
    kind: Option<ImportErrorKind>,
    message: Option<String>,
    #[serde(rename = "scoreID")]
    score_id: Option<ScoreId>,
    #[serde(rename = "orphanID")]
    orphan_id: Option<OrphanId>,
    candidates: Vec<Candidate>,
}

/// A song that may have been meant.
#[derive(Debug, Clone, Serialize)]
struct Candidate {
    #[serde(rename = "songID")]
    song_id: i32,
    title: String,
    artist: String,
}

impl Candidate {
    fn new(song: &Song) -> Self {
        Self { song_id: song.id.0, title: song.title.to_string(), artist: song.artist.to_string() }
    }
}

/// `GET /imports/:importID/rows`.
pub async fn get(
    request: HttpRequest,
    import: OwnersOnly<StoredImport, AnyPermission>,
    query: web::Query<Query>,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let import = import.thing;
    let (status, after, limit) =
        (status(&query)?, number(query.after.as_deref(), "after", 0, u32::MAX)?, limit(&query)?);
    let key = import.key;
    let (mut rows, games) = app
        .read(move |conn| {
            // One more than wanted tells whether there are more.
            let rows = import_rows_read(conn, key, after, status, limit + 1)?;
            let orphans: Vec<OrphanId> = rows.iter().filter_map(|row| row.orphan_id.clone()).collect();
            let games = orphans_games(conn, &orphans)?;
            Ok((rows, games))
        })
        .await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let counts = counts(&import.counts);
    let catalogue = app.catalogue();
    let game = game_of(&import);
    let rows = block(move || Ok(with_candidates(&catalogue, rows, game, &games))).await?;
    Ok(success("Returned rows.", json!({ "counts": counts, "rows": rows, "hasMore": has_more })))
}

fn refuse(name: &str, expected: &str, received: &str) -> ApiError {
    ApiError::bad_request(format!("[{name}] Expected {expected}. (Received {})", shown(received)))
}

fn status(query: &Query) -> Result<Option<RowStatus>, ApiError> {
    let Some(text) = &query.status else { return Ok(None) };
    let known = RowStatus::ALL.into_iter().find(|status| name(*status) == *text);
    let names = || RowStatus::ALL.map(name).join(", ");
    known.map(Some).ok_or_else(|| refuse("status", &format!("one of {}", names()), text))
}

fn name(status: RowStatus) -> String {
    // It serialises as a text.
    json!(status).as_str().unwrap_or_default().to_owned()
}

fn number(text: Option<&str>, name: &str, least: u32, most: u32) -> Result<Option<u32>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let parsed = text.parse().ok().filter(|number| (least..=most).contains(number));
    parsed.map(Some).ok_or_else(|| refuse(name, &format!("an integer from {least} to {most}"), text))
}

fn limit(query: &Query) -> Result<usize, ApiError> {
    let limit = number(query.limit.as_deref(), "limit", 1, MAX_LIMIT as u32)?;
    Ok(limit.map_or(DEFAULT_LIMIT, |limit| limit as usize))
}

fn counts(counts: &RowCounts) -> Map<String, Value> {
    RowStatus::ALL.into_iter().map(|status| (name(status), json!(counts.get(status)))).collect()
}

/// The game of an import, as far as it can be told: documents do not name it.
fn game_of(import: &StoredImport) -> Option<Game> {
    let named = import.document.id_strings.first().and_then(|id| id.split(':').next()?.parse().ok());
    named.or(match import.document.import_type.row().games {
        [game] => Some(*game),
        _ => None,
    })
}

/// Adds the songs that may have been meant. An orphan that is gone has none: it found its chart.
fn with_candidates(
    catalogue: &Catalogue,
    rows: Vec<ImportRow>,
    game: Option<Game>,
    orphans: &FxHashMap<OrphanId, Game>,
) -> Vec<Row> {
    let mut near: FxHashMap<Game, NearTitles<'_>> = FxHashMap::default();
    // Several difficulties of one song ask for the same.
    let mut found: HashMap<(Game, String), Vec<Candidate>> = HashMap::new();
    let mut candidates = |row: &ImportRow| -> Vec<Candidate> {
        let Some(title) = row.title.clone() else { return Vec::new() };
        let orphan = row.orphan_id.as_ref().and_then(|id| orphans.get(id)).copied();
        match (row.status, orphan, orphan.or(game)) {
            (RowStatus::Orphan, Some(game), _) => {
                let near = near.entry(game).or_insert_with(|| NearTitles::new(catalogue, game));
                let of = |title: &str| near.find(title).into_iter().map(Candidate::new).collect();
                found.entry((game, title)).or_insert_with_key(|(_, title)| of(title)).clone()
            }
            (RowStatus::Ambiguous, _, Some(game)) => ambiguous(catalogue, game, &title),
            _ => Vec::new(),
        }
    };
    let with = |row: ImportRow| Row {
        candidates: candidates(&row),
        row: row.row,
        place: row.place,
        status: row.status,
        title: row.title,
        difficulty: row.difficulty,
        kind: row.error,
        message: row.message,
        score_id: row.score_id,
        orphan_id: row.orphan_id,
    };
    rows.into_iter().map(with).collect()
}

/// The songs that share a title.
fn ambiguous(catalogue: &Catalogue, game: Game, title: &str) -> Vec<Candidate> {
    let several = [catalogue.song_by_title_exact(game, title), catalogue.song_by_title_folded(game, title, None)];
    let songs = several.into_iter().find_map(|matched| match matched {
        SongMatch::Several(songs) => Some(songs),
        SongMatch::None | SongMatch::One(_) => None,
    });
    let songs = songs.unwrap_or_default();
    songs.into_iter().take(CANDIDATES).map(|song| Candidate::new(catalogue.song(song))).collect()
}
