//! A server in the test's own process, on a free port and a database of its own.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use reqwest::Method;
use reqwest::blocking::{Client, ClientBuilder, RequestBuilder};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::Value;
use tachi_core::game::Game;
use tachi_core::ids::UserId;
use tachi_db::Conn;
use tachi_db::imports::{ImportFilter, imports_of_user};
use tachi_db::logins::login_insert;
use tachi_db::orphans::orphans_of_user;
use tachi_db::scores::scores_count;
use tachi_db::sessions::sessions_recent;
use tachi_db::tokens::{NewToken, token_insert};
use tachi_db::users::{AuthLevel, NewUser, user_insert};
use tachi_parsers::fetch::Limits;
use tachi_server::app::{App, now};
use tachi_server::auth::hash_token;
use tachi_server::builtin::load_if_empty;
use tachi_server::cli::importer_on;
use tachi_server::config::access::AccessOptions;
use tachi_server::config::upstream::UpstreamOptions;
use tachi_server::config::{Options, Settings};
use tachi_server::http::{Listening, listen};
use tempfile::TempDir;

use super::{Answer, Form};
use crate::postgres::{PostgresDatabase, postgres_database};

/// How long tests wait for their turn to write.
const WAIT: Duration = Duration::from_secs(30);

/// A running server; it ends when this is dropped.
pub struct TestServer {
    /// Its address, without a slash at the end.
    pub url: String,
    /// What the handlers share.
    pub app: App,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    names: AtomicU32,
    // The database goes after those who use it.
    _postgres: Option<PostgresDatabase>,
    folder: TempDir,
}

/// Settings that differ from the defaults.
pub fn settings() -> Options {
    Options { access: AccessOptions { rate_limit: Some(0), ..AccessOptions::default() }, ..Options::default() }
}

/// The same with a key, so that secrets can be kept on PostgreSQL too.
pub fn settings_with_key() -> Options {
    let upstream = UpstreamOptions { secret_key: Some("5a".repeat(32)), ..UpstreamOptions::default() };
    Options { upstream, ..settings() }
}

/// The limits of what is fetched; tests do not wait until a service that is down may have come back.
pub fn limits() -> Limits {
    Limits { retries: [Duration::from_millis(10), Duration::from_millis(20)], ..Limits::default() }
}

/// Runs a test on each kind of database, one after the other.
#[track_caller]
pub fn on_both(test: impl Fn(&TestServer)) {
    on_both_with(settings, test);
}

/// Runs a test on each kind of database with other settings.
#[track_caller]
pub fn on_both_with(options: impl Fn() -> Options, test: impl Fn(&TestServer)) {
    test(&TestServer::with(options()));
    if let Some(postgres) = postgres_database() {
        test(&TestServer::launch(options(), Some(postgres), limits()));
    }
}

impl TestServer {
    /// A server on SQLite with the default settings and the built-in catalogue.
    pub fn start() -> Self {
        Self::with(settings())
    }

    /// A server on SQLite with other settings.
    pub fn with(options: Options) -> Self {
        Self::limited(options, limits())
    }

    /// A server with other settings and other limits for what it fetches.
    pub fn limited(options: Options, limits: Limits) -> Self {
        Self::launch(options, None, limits)
    }

    fn launch(options: Options, postgres: Option<PostgresDatabase>, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::load(Options {
            data_dir: Some(folder.path().to_owned()),
            database_url: postgres.as_ref().map(|postgres| postgres.url.clone()).or(options.database_url),
            bind: Some("127.0.0.1:0".to_owned()),
            ..options
        });
        let mut settings = settings.unwrap();
        settings.upstream.limits = limits;
        let settings = Arc::new(settings);
        let counting = tachi_db::Options { count_statements: true, ..tachi_db::Options::default() };
        let database = tachi_db::Database::open(&settings.database_url, &counting).unwrap();
        load_if_empty(&database).unwrap();
        let app = App::new(importer_on(&settings, database).unwrap(), settings).unwrap();
        let (ready, listening) = mpsc::channel();
        let served = app.clone();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async {
                let Listening { server, addresses } = listen(served).unwrap();
                ready.send((server.handle(), addresses[0])).unwrap();
                server.await.unwrap();
            });
        });
        let (handle, address) = listening.recv().unwrap();
        Self {
            url: format!("http://{address}"),
            app,
            handle,
            thread: Some(thread),
            names: AtomicU32::new(0),
            _postgres: postgres,
            folder,
        }
    }

    /// Somebody without a token.
    pub fn guest(&self) -> Caller<'_> {
        Caller { server: self, authorization: None, cookie: None }
    }

    /// Somebody with this Authorization header.
    pub fn authorized(&self, authorization: &str) -> Caller<'_> {
        Caller { server: self, authorization: Some(authorization.to_owned()), cookie: None }
    }

    /// Somebody with this Cookie header.
    pub fn with_cookie(&self, cookie: &str) -> Caller<'_> {
        Caller { server: self, authorization: None, cookie: Some(cookie.to_owned()) }
    }

    /// Logs a user in without asking for a password.
    pub fn log_in(&self, user: UserId) -> Caller<'_> {
        let value = format!("the-cookie-of-{user}");
        let login = |conn: &mut Conn| login_insert(conn, &hash_token(&value), user, now(), now() + 1_000_000);
        self.app.importer.database().write(WAIT, login).unwrap();
        self.with_cookie(&format!("{}={value}", self.app.settings.session_cookie()))
    }

    /// A new user who is logged in.
    pub fn member(&self) -> Player<'_> {
        let player = self.user(AuthLevel::User, &[]);
        Player { caller: self.log_in(player.id), ..player }
    }

    /// The folder of the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new user who may submit scores.
    pub fn player(&self) -> Player<'_> {
        self.user(AuthLevel::User, &["submit_score"])
    }

    /// A new user with a token that allows these things.
    pub fn user(&self, auth_level: AuthLevel, permissions: &[&str]) -> Player<'_> {
        let name = format!("player_{}", self.names.fetch_add(1, Ordering::Relaxed));
        let token = format!("the-token-of-{name}");
        let permissions: Vec<String> = permissions.iter().map(|name| (*name).to_owned()).collect();
        let database = self.app.importer.database();
        let id = database.write(WAIT, |conn| {
            let user = user_insert(conn, &NewUser { username: &name, auth_level, ..NewUser::default() })?;
            let token = NewToken {
                hash: hash_token(&token),
                user,
                identifier: "Test",
                permissions: &permissions,
                client_id: None,
                created_at: now(),
            };
            token_insert(conn, &token).map(|_| user)
        });
        let id: Result<UserId, tachi_db::DbError> = id;
        Player { id: id.unwrap(), caller: self.authorized(&format!("Bearer {token}")) }
    }

    /// How much is stored of a user.
    pub fn stored(&self, user: UserId) -> Stored {
        let gpt = Game::Iidx.playtype("SP").unwrap();
        let stored = self.app.importer.database().read(|conn| {
            Ok::<_, tachi_db::DbError>(Stored {
                imports: imports_of_user(conn, user, ImportFilter::default(), 100)?.len(),
                scores: usize::try_from(scores_count(conn, user, gpt)?).unwrap(),
                sessions: sessions_recent(conn, user, gpt, 100)?.len(),
                orphans: orphans_of_user(conn, user, None, 100)?.unwrap().len(),
            })
        });
        stored.unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        System::new().block_on(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// How much is stored of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stored {
    pub imports: usize,
    pub scores: usize,
    pub sessions: usize,
    pub orphans: usize,
}

/// A user with a token.
pub struct Player<'a> {
    pub id: UserId,
    pub caller: Caller<'a>,
}

/// Somebody who sends requests to a server.
#[derive(Clone)]
pub struct Caller<'a> {
    server: &'a TestServer,
    authorization: Option<String>,
    cookie: Option<String>,
}

impl Caller<'_> {
    /// The server that it calls.
    pub fn server(&self) -> &TestServer {
        self.server
    }

    /// A request, to be filled in and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = client().request(method, format!("{}{path}", self.server.url));
        let request = match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        };
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    /// Sends JSON.
    #[track_caller]
    pub fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        send(self.request(method, path).json(body))
    }

    /// PUTs JSON.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, body)
    }

    /// PATCHes with JSON.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, body)
    }

    /// DELETEs a path.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path))
    }

    /// GETs a path.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path))
    }

    /// POSTs JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body))
    }

    /// An upload, to be changed and sent.
    pub fn upload_request(&self, path: &str, form: &Form) -> RequestBuilder {
        self.request(Method::POST, path).header(CONTENT_TYPE, form.content_type()).body(form.bytes())
    }

    /// POSTs a form to the endpoint for files.
    #[track_caller]
    pub fn upload(&self, form: &Form) -> Answer {
        send(self.upload_request("/api/v1/import/file", form))
    }

    /// Imports a file, which must succeed; returns the ImportDocument.
    #[track_caller]
    pub fn import(&self, import_type: &str, file: &[u8]) -> Value {
        self.upload(&Form::import(import_type, file)).body()
    }
}

#[track_caller]
fn send(request: RequestBuilder) -> Answer {
    Answer::from(request.send().unwrap())
}

/// A client for plain HTTP on loopback: no certificates are needed, and none may be there.
pub fn client_builder() -> ClientBuilder {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder().tls_backend_preconfigured(config).no_proxy()
}

/// The client of all tests.
pub fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| client_builder().build().unwrap())
}

/// A file of the fixtures.
#[track_caller]
pub fn fixture(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
