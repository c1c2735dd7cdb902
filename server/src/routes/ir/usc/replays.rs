//! `POST /replays`. Source: `spec/import-types/ir-usc.md` 5.

use std::io::Write;
use std::path::Path;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use tachi_core::game::Game;
use tachi_core::ids::ScoreId;
use tachi_db::scores::score_by_public_id;

use super::Submitter;
use super::protocol::{Refusal, Status, tell};
use crate::envelope::Nothing;
use crate::multipart::{self, Event, Parser};

/// The largest replay, in bytes.
const MAX_REPLAY: usize = 1 << 20;
/// The longest identifier that is read; score IDs are shorter.
const MAX_IDENTIFIER: usize = 1 << 10;
/// Where replays are in the data folder, each under the ID of its score.
const FOLDER: &str = "uscir/replays";

/// Stores the replay of one of the player's scores.
pub async fn submit(player: Submitter, request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Refusal> {
    let Upload { identifier, replay, .. } = receive(&request, payload).await?;
    let identifier = identifier.ok_or_else(|| refuse("No Identifier Provided."))?;
    let replay = replay.ok_or_else(|| refuse("No File Provided."))?;
    let unknown = || Refusal::new(Status::NotFound, "No score corresponds to this identifier.");
    let id: ScoreId = String::from_utf8(identifier).ok().and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
    let score = player.app.read(move |conn| score_by_public_id(conn, id)).await?.map(|stored| stored.score);
    let is_own =
        |score: &tachi_db::scores::Score| score.user == player.user.id && score.data.config().game == Game::Usc;
    score.filter(is_own).ok_or_else(unknown)?;
    let folder = player.app.settings.data_dir.join(FOLDER);
    let stored = web::block(move || store(&folder, id, &replay)).await;
    if let Err(error) = stored.map_err(std::io::Error::other).flatten() {
        log::error!("the replay of {id} cannot be stored: {error}");
        return Err(Refusal::new(Status::Internal, "An error has occurred in storing the replay."));
    }
    Ok(tell(Status::Success, "Saved replay.", Some(Nothing {})))
}

/// Writes a replay, over the one there may be. Whoever reads sees one of them whole.
fn store(folder: &Path, id: ScoreId, replay: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(replay)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(id.to_string()))?;
    Ok(())
}

/// What a form held.
#[derive(Default)]
struct Upload {
    identifier: Option<Vec<u8>>,
    replay: Option<Vec<u8>>,
    /// Parts that nobody asked for.
    other: Option<Vec<u8>>,
}

impl Upload {
    /// The part of that name, and the most that it may hold.
    fn part(&mut self, name: &str) -> (&mut Option<Vec<u8>>, usize) {
        match name {
            "identifier" => (&mut self.identifier, MAX_IDENTIFIER),
            "replay" => (&mut self.replay, MAX_REPLAY),
            _ => (&mut self.other, 0),
        }
    }
}

async fn receive(request: &HttpRequest, mut payload: web::Payload) -> Result<Upload, Refusal> {
    let mut upload = Upload::default();
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // Something else than a form has none of its fields.
    let Some(boundary) = content_type.and_then(multipart::boundary) else { return Ok(upload) };
    let mut parser = Parser::new(boundary);
    let mut name = String::new();
    while let Some(chunk) = payload.next().await {
        parser.push(&chunk.map_err(|_| broken())?);
        while let Some(event) = parser.next_event().map_err(|_| broken())? {
            match event {
                Event::Part(head) => {
                    name = head.name;
                    *upload.part(&name).0 = Some(Vec::new());
                }
                Event::Data(bytes) => add(upload.part(&name), &bytes)?,
            }
        }
    }
    upload.identifier = upload.identifier.filter(|identifier| !identifier.is_empty());
    if parser.is_complete() { Ok(upload) } else { Err(broken()) }
}

fn add((part, max): (&mut Option<Vec<u8>>, usize), bytes: &[u8]) -> Result<(), Refusal> {
    let part = part.get_or_insert_default();
    if max > 0 && part.len() + bytes.len() > max {
        return Err(refuse(format!("The upload is too large. The limit of a replay is {MAX_REPLAY} bytes.")));
    }
    // What nobody asked for is not kept.
    if max > 0 {
        part.extend_from_slice(bytes);
    }
    Ok(())
}

fn broken() -> Refusal {
    refuse("The upload is no well-formed form.")
}

fn refuse(text: impl Into<String>) -> Refusal {
    Refusal::new(Status::BadRequest, text)
}
