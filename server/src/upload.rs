//! Uploads: a multipart body with one file, spooled to a temporary file under a limit.

use std::io::{Read, Seek, SeekFrom, Write};

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes};
use futures_util::StreamExt;
use tachi_parsers::format::Fields;
use tempfile::SpooledTempFile;

use crate::envelope::ApiError;
use crate::multipart::{self, Event, Head, Parser};

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
///
/// # Errors
/// When there is no such file, or anything else is not what it should be.
pub async fn receive(request: &HttpRequest, mut payload: web::Payload, max: usize) -> Result<Upload, ApiError> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(multipart::boundary).ok_or_else(no_file)?;
    let mut parser = Parser::new(boundary);
    let mut form = Form { max, ..Form::default() };
    while let Some(chunk) = payload.next().await {
        parser.push(&chunk.map_err(|_| wrong_file())?);
        while let Some(event) = parser.next_event().map_err(|_| wrong_file())? {
            match event {
                Event::Part(head) => form.begin(head)?,
                Event::Data(bytes) => form.add(bytes).await?,
            }
        }
    }
    if !parser.is_complete() {
        return Err(wrong_file());
    }
    form.finish().await
}

/// The part that is being read.
#[derive(Debug, Default)]
enum Part {
    /// None yet.
    #[default]
    None,
    /// The file; its size so far.
    File(usize),
    /// A text field: its name and its content so far.
    Text(String, Vec<u8>),
}

/// What has been read of a form.
#[derive(Debug, Default)]
struct Form {
    max: usize,
    parts: usize,
    part: Part,
    file: Option<SpooledTempFile>,
    file_name: Option<String>,
    fields: Fields,
    repeated: Vec<String>,
}

impl Form {
    fn begin(&mut self, head: Head) -> Result<(), ApiError> {
        self.end()?;
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(wrong_file());
        }
        self.part = match (head.is_file, head.name == FILE_FIELD) {
            (true, true) if self.file.is_none() => {
                self.file = Some(SpooledTempFile::new(IN_MEMORY));
                self.file_name = head.file_name;
                Part::File(0)
            }
            (true, _) => return Err(wrong_file()),
            (false, true) => return Err(no_file()),
            (false, false) => Part::Text(head.name, Vec::new()),
        };
        Ok(())
    }

    async fn add(&mut self, bytes: Bytes) -> Result<(), ApiError> {
        match &mut self.part {
            Part::None => {}
            Part::File(size) => {
                *size += bytes.len();
                if *size > self.max {
                    return Err(wrong_file());
                }
                if let Some(file) = self.file.take() {
                    self.file = Some(write(file, bytes).await?);
                }
            }
            Part::Text(name, text) => {
                if text.len() + bytes.len() > MAX_TEXT {
                    return Err(ApiError::bad_request(format!("[{name}] is longer than {MAX_TEXT} bytes.")));
                }
                text.extend_from_slice(&bytes);
            }
        }
        Ok(())
    }

    /// Puts the part that is over to the others.
    fn end(&mut self) -> Result<(), ApiError> {
        let Part::Text(name, text) = std::mem::take(&mut self.part) else { return Ok(()) };
        let refuse = |_| ApiError::bad_request(format!("[{name}] is not valid UTF-8."));
        let text = String::from_utf8(text).map_err(refuse)?;
        if text.contains('\0') {
            return Err(ApiError::bad_request(format!("Input contains a NUL character ({name}).")));
        }
        if self.fields.insert(name.clone(), text).is_some() {
            self.repeated.push(name);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Upload, ApiError> {
        self.end()?;
        let file = self.file.ok_or_else(no_file)?;
        let bytes = web::block(move || read_back(file)).await.map_err(ApiError::internal)?;
        let bytes = bytes.map_err(ApiError::internal)?;
        Ok(Upload { bytes, file_name: self.file_name, fields: self.fields, repeated: self.repeated })
    }
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

fn no_file() -> ApiError {
    ApiError::bad_request("Expected a file for field scoreData.")
}

fn wrong_file() -> ApiError {
    ApiError::bad_request("File provided was too large, corrupt, or provided in the wrong field.")
}
