//! `POST /replays`. Source: `spec/import-types/ir-usc.md` 5.

use std::io::Write;
use std::path::Path;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use tachi_core::game::Game;
use tachi_core::ids::ScoreId;
use tachi_db::scores::score_by_public_id;

use super::Submitter;
use super::protocol::{Refusal, Status, tell};
use crate::envelope::Nothing;

/// The largest replay, in bytes.
const MAX_REPLAY: usize = 1 << 20;
/// The longest identifier that is read; score IDs are shorter.
const MAX_IDENTIFIER: usize = 1 << 10;
/// Where replays are in the data folder, each under the ID of its score.
const FOLDER: &str = "uscir/replays";

/// Stores the replay of one of the player's scores.
pub async fn submit(player: Submitter, request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Refusal> {
    let Upload { identifier, replay } = receive(Multipart::new(request.headers(), payload)).await?;
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

#[derive(Default)]
struct Upload {
    identifier: Option<Vec<u8>>,
    replay: Option<Vec<u8>>,
}

async fn receive(mut body: Multipart) -> Result<Upload, Refusal> {
    let mut upload = Upload::default();
    while let Some(part) = body.next().await {
        let mut part = match part {
            Ok(part) => part,
            // Something that is not multipart at all holds nothing.
            Err(MultipartError::ContentTypeMissing | MultipartError::ContentTypeIncompatible) => break,
            Err(error) => return Err(refuse(format!("The upload cannot be read: {error}."))),
        };
        match part.name() {
            Some("identifier") => upload.identifier = Some(read(&mut part, MAX_IDENTIFIER).await?),
            Some("replay") => upload.replay = Some(read(&mut part, MAX_REPLAY).await?),
            _ => drop(read(&mut part, MAX_REPLAY).await?),
        }
    }
    upload.identifier = upload.identifier.filter(|identifier| !identifier.is_empty());
    Ok(upload)
}

async fn read(part: &mut Field, max: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| refuse(format!("The upload cannot be read: {error}.")))?;
        if bytes.len() + chunk.len() > max {
            return Err(refuse(format!("The replay is too large. The limit is {max} bytes.")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn refuse(text: impl Into<String>) -> Refusal {
    Refusal::new(Status::BadRequest, text)
}
