//! A database with users, and a server on it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::blocking::Client;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::ImportType;

use super::storage::Storage;
use crate::process::{Server, client, run as tachi, timed};

/// A user with a token.
#[derive(Debug, Clone)]
pub struct User {
    /// The user's number.
    pub id: String,
    token: String,
}

impl User {
    /// Makes a user who may import.
    ///
    /// # Errors
    /// When the binary fails.
    pub fn add(binary: &Path, storage: &[&str], name: &str) -> Result<Self> {
        let id = tachi(binary, &[&["user", "add", name][..], storage].concat())?;
        Self::with_token(binary, storage, name, id)
    }

    /// The same of a user there is.
    ///
    /// # Errors
    /// When the binary fails.
    pub fn with_token(binary: &Path, storage: &[&str], name: &str, id: String) -> Result<Self> {
        let token = ["token", "add", "--user", name, "--permission", "submit_score"];
        Ok(Self { id, token: tachi(binary, &[&token[..], storage].concat())? })
    }
}

/// A database with users.
#[derive(Debug)]
pub struct Instance {
    binary: PathBuf,
    /// The database.
    pub storage: Storage,
    /// The users, without any score.
    pub users: Vec<User>,
}

impl Instance {
    /// Makes users.
    ///
    /// # Errors
    /// When the binary fails.
    pub fn prepare(binary: &Path, storage: Storage, users: usize) -> Result<Self> {
        let mut instance = Self { users: Vec::new(), binary: binary.to_owned(), storage };
        instance.users = instance.more_users("player", users)?;
        Ok(instance)
    }

    /// Makes more users; their names begin alike.
    ///
    /// # Errors
    /// When the binary fails.
    pub fn more_users(&self, prefix: &str, count: usize) -> Result<Vec<User>> {
        let args = self.storage.args();
        (0..count).map(|number| User::add(&self.binary, &args, &format!("{prefix}_{number}"))).collect()
    }

    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub fn serve(&self) -> Result<Server> {
        Server::start(&self.binary, &self.storage.args())
    }
}

/// An import as its sender sees it.
#[derive(Debug)]
pub struct Import {
    /// The answer.
    pub document: ImportDocument,
    /// From the request to the answer.
    pub wall: Duration,
}

impl Import {
    /// What the server says that it took.
    pub fn server_time(&self) -> Duration {
        let milliseconds = self.document.time_finished - self.document.time_started;
        Duration::from_millis(milliseconds.try_into().unwrap_or(0))
    }
}

/// Between the parts of a form.
const BOUNDARY: &str = "part-of-a-made-up-import";

/// The form of an import, in one piece: the client's own is handed to another thread piece by piece, which takes the
/// server's time where many send.
fn form(import_type: ImportType, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"importType\"\r\n\r\n{import_type}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"scoreData\"; filename=\"scores\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// Sends files to a server.
#[derive(Debug)]
pub struct Sender {
    client: Client,
    url: String,
}

impl Sender {
    /// A sender to a server.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(server: &Server) -> Result<Self> {
        Ok(Self { client: client()?, url: format!("{}/api/v1/import/file", server.url) })
    }

    /// Imports a file.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn import(&self, user: &User, import_type: ImportType, file: &[u8]) -> Result<Import> {
        let request = self.client.post(&self.url).bearer_auth(&user.token);
        let request = request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        let request = request.body(form(import_type, file));
        let (wall, (status, text)) = timed(|| {
            let answer = request.send()?;
            Ok((answer.status(), answer.bytes()?))
        })?;
        ensure!(status.is_success(), "an import failed: {status} {}", String::from_utf8_lossy(&text));
        let mut envelope: Value = serde_json::from_slice(&text)?;
        let document = serde_json::from_value(envelope["body"].take()).context("the answer is no ImportDocument")?;
        Ok(Import { document, wall })
    }
}
