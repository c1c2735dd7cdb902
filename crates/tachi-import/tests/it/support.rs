//! An importer on a database of its own, with the built-in catalogue.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tachi_core::catalogue::{Catalogue, Collections};
use tachi_core::game::Game;
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::ImportType;
use tachi_db::users::{NewUser, user_insert};
use tachi_db::{Conn, Database, DbError, Options};
use tachi_import::check::{Finding, check};
use tachi_import::{Configuration, ImportFailure, Importer, Request, seeds};
use tempfile::TempDir;

use crate::postgres::{PostgresDatabase, postgres_database};

/// Long enough for any turn to write.
pub const WAIT: Duration = Duration::from_secs(30);

/// An importer that is gone with the test.
pub struct World {
    pub importer: Importer,
    pub user: UserId,
    /// The URL of the database, for what only SQL can do to it.
    pub url: String,
    _folder: Option<TempDir>,
    _postgres: Option<PostgresDatabase>,
}

/// Runs a test on each kind of database, one after the other.
pub fn on_both(test: impl Fn(&World)) {
    test(&World::new());
    if let Some(postgres) = postgres_database() {
        let url = postgres.url.clone();
        test(&World { _postgres: Some(postgres), ..World::at(url) });
    }
}

impl World {
    /// A fresh database with one user.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("tachi.db").display().to_string();
        Self { _folder: Some(folder), ..Self::at(url) }
    }

    /// The database with that URL, which has to be empty.
    fn at(url: String) -> Self {
        let database = Database::open(&url, &Options { count_statements: true, ..Options::default() }).unwrap();
        seeds::load(&database, catalogue_files(), |_| {}).unwrap();
        let new = NewUser { username: "player", ..NewUser::default() };
        let user = database.write(WAIT, |conn| user_insert(conn, &new)).unwrap();
        Self::on(database, url, user)
    }

    /// A database that is filled already, and goes its own way after the test.
    pub fn on(database: Database, url: String, user: UserId) -> Self {
        let configuration = Configuration {
            games: Game::ALL.to_vec(),
            fervidex_min_version: "1.3.0".to_owned(),
            beatoraja_queue_size: 3,
            max_goals: 1000,
            archive: None,
            max_quests: 100,
        };
        let importer = Importer::new(database, configuration).unwrap();
        Self { importer, user, url, _folder: None, _postgres: None }
    }

    /// Another user.
    pub fn add_user(&self, username: &str) -> UserId {
        let new = NewUser { username, ..NewUser::default() };
        self.importer.database().write(WAIT, |conn| user_insert(conn, &new)).unwrap()
    }

    /// Everything that the check finds.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        check(self.importer.database(), |_| {}, &mut |finding| findings.push(finding)).unwrap();
        findings
    }

    /// Queries that must succeed.
    #[track_caller]
    pub fn read<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> T {
        self.importer.database().read(f).unwrap()
    }

    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.importer.catalogue()
    }

    /// A request to import a BATCH-MANUAL document.
    pub fn request(&self, document: &Value) -> Request {
        Request {
            import_id: ImportId::from_bytes(rand::random()),
            import_type: ImportType::FileBatchManual,
            user: self.user,
            user_intent: false,
            bytes: document.to_string().into_bytes(),
            file_name: None,
            fields: Default::default(),
            received: 1_700_000_000_000,
            dry_run: false,
        }
    }

    /// Imports scores of beatmania IIDX SP.
    pub fn import(&self, scores: &[Value]) -> ImportDocument {
        self.try_import(scores).unwrap()
    }

    pub fn try_import(&self, scores: &[Value]) -> Result<ImportDocument, ImportFailure> {
        let document = json!({"meta": {"game": "iidx", "playtype": "SP", "service": "test"}, "scores": scores});
        self.importer.import(self.request(&document))
    }
}

/// A score on a chart of song 1, `5.1.1.`.
pub fn score(difficulty: &str, ex: i64, lamp: &str) -> Value {
    json!({"matchType": "tachiSongID", "identifier": "1", "difficulty": difficulty, "score": ex, "lamp": lamp})
}

/// A score with some members added or replaced.
pub fn with(score: Value, members: &Value) -> Value {
    let mut score = score;
    score.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    score
}

/// The files of the built-in catalogue.
pub fn catalogue_files() -> Collections {
    edited_catalogue(|_, _| {})
}

/// The files of the built-in catalogue, each changed by a function of its name and documents.
pub fn edited_catalogue(edit: impl Fn(&str, &mut Value)) -> Collections {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/catalogue");
    let mut collections = Collections::default();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let mut documents: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            edit(&name, &mut documents);
            collections.add_file(&name, &documents.to_string()).unwrap();
        }
    }
    collections
}
