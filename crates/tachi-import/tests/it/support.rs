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
use tachi_db::{Database, Options};
use tachi_import::{Configuration, ImportFailure, Importer, Request, seeds};
use tempfile::TempDir;

/// Long enough for any turn to write.
pub const WAIT: Duration = Duration::from_secs(30);

/// An importer that is gone with the test.
pub struct World {
    pub importer: Importer,
    pub user: UserId,
    _folder: TempDir,
}

impl World {
    /// A fresh database with one user.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("tachi.db").display().to_string();
        let database = Database::open(&url, &Options { count_statements: true, ..Options::default() }).unwrap();
        seeds::load(&database, catalogue_files(), |_| {}).unwrap();
        let new = NewUser { username: "player", ..NewUser::default() };
        let user = database.write(WAIT, |conn| user_insert(conn, &new)).unwrap();
        let configuration = Configuration {
            games: Game::ALL.to_vec(),
            fervidex_min_version: "1.3.0".to_owned(),
            beatoraja_queue_size: 3,
        };
        Self { importer: Importer::new(database, configuration).unwrap(), user, _folder: folder }
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/catalogue");
    let mut collections = Collections::default();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            collections.add_file(&name, &std::fs::read_to_string(&path).unwrap()).unwrap();
        }
    }
    collections
}
