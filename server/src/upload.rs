//! Uploads: a multipart body, spooled to a temporary file under a limit.

use std::io::{Read, Seek, SeekFrom, Write};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::web::{self, Bytes};
use futures_util::StreamExt;
use tachi_parsers::format::Fields;
use tempfile::SpooledTempFile;

use crate::envelope::ApiError;

/// Files up to this size stay in memory while they arrive.
const IN_MEMORY: usize = 1 << 20;
/// The longest text field.
const MAX_TEXT: usize = 64 << 10;
/// The most parts of a body.
const MAX_PARTS: usize = 64;
/// The field that holds the file.
const FILE_FIELD: &str = "scoreData";

/// What a multipart body held.
#[derive(Debug)]
pub struct Upload {
    /// The file.
    pub bytes: Vec<u8>,
    /// The name under which it was sent.
    pub file_name: Option<String>,
    /// The text fields.
    pub fields: Fields,
    /// The names of text fields that occurred more than once.
    pub repeated: Vec<String>,
}

/// Reads a multipart body with exactly one file of at most `max` bytes in the field `scoreData`.
pub async fn receive(mut body: Multipart, max: usize) -> Result<Upload, ApiError> {
    let mut file: Option<(SpooledTempFile, Option<String>)> = None;
    let mut fields = Fields::new();
    let mut repeated = Vec::new();
    let mut parts = 0;
    while let Some(part) = body.next().await {
        let mut part = part.map_err(|error| refuse(&error))?;
        parts += 1;
        if parts > MAX_PARTS {
            return Err(wrong_file());
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|part| part.get_filename()).map(str::to_owned);
        if file_name.is_some() || is_binary(&part) {
            if name != FILE_FIELD || file.is_some() {
                return Err(wrong_file());
            }
            file = Some((spool(&mut part, max).await?, file_name));
        } else if name == FILE_FIELD {
            return Err(no_file());
        } else {
            let text = read_text(&mut part, &name).await?;
            if fields.insert(name.clone(), text).is_some() {
                repeated.push(name);
            }
        }
    }
    let (spooled, file_name) = file.ok_or_else(no_file)?;
    let bytes = web::block(move || read_back(spooled)).await.map_err(ApiError::internal)?;
    Ok(Upload { bytes: bytes.map_err(ApiError::internal)?, file_name, fields, repeated })
}

/// A part without a file name is a text, unless it says otherwise.
fn is_binary(part: &Field) -> bool {
    part.content_type().is_some_and(|kind| kind.type_() != "text")
}

async fn spool(part: &mut Field, max: usize) -> Result<SpooledTempFile, ApiError> {
    let mut spooled = SpooledTempFile::new(IN_MEMORY);
    let mut size = 0;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| wrong_file())?;
        size += chunk.len();
        if size > max {
            return Err(wrong_file());
        }
        spooled = write(spooled, chunk).await?;
    }
    Ok(spooled)
}

/// Writing to the disk must not hold up the requests of others; memory is quick enough.
async fn write(mut spooled: SpooledTempFile, chunk: Bytes) -> Result<SpooledTempFile, ApiError> {
    if !spooled.is_rolled() {
        spooled.write_all(&chunk).map_err(ApiError::internal)?;
        return Ok(spooled);
    }
    let written = web::block(move || spooled.write_all(&chunk).map(|()| spooled)).await;
    written.map_err(ApiError::internal)?.map_err(ApiError::internal)
}

fn read_back(mut spooled: SpooledTempFile) -> std::io::Result<Vec<u8>> {
    let size = spooled.seek(SeekFrom::End(0))?;
    spooled.rewind()?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    spooled.read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn read_text(part: &mut Field, name: &str) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| wrong_file())?);
        if bytes.len() > MAX_TEXT {
            return Err(ApiError::bad_request(format!("[{name}] is longer than {MAX_TEXT} bytes.")));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| ApiError::bad_request(format!("[{name}] is not valid UTF-8.")))?;
    if text.contains('\0') {
        return Err(ApiError::bad_request(format!("Input contains a NUL character ({name}).")));
    }
    Ok(text)
}

/// A body that is not multipart at all has no file; one that breaks off has a broken one.
fn refuse(error: &MultipartError) -> ApiError {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible
        | MultipartError::BoundaryMissing => no_file(),
        _ => wrong_file(),
    }
}

fn no_file() -> ApiError {
    ApiError::bad_request("Expected a file for field scoreData.")
}

fn wrong_file() -> ApiError {
    ApiError::bad_request("File provided was too large, corrupt, or provided in the wrong field.")
}
