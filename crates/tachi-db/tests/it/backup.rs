//! Saving a SQLite database.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tachi_db::backup::{BackupError, backup};
use tachi_db::users::{NewUser, user_insert};
use tachi_db::{Database, DbError, Options};
use tempfile::TempDir;

use crate::dump::dump;
use crate::support::{WAIT, on_both};

struct World {
    database: Database,
    url: String,
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("tachi.db").display().to_string();
        Self { database: Database::open(&url, &Options::default()).unwrap(), url, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn add(&self, username: &str) {
        let new = NewUser { username, ..NewUser::default() };
        self.database.write(WAIT, |conn| user_insert(conn, &new)).unwrap();
    }

    /// The files that are there, those of the database aside.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with("tachi.db")).collect();
        names.sort();
        names
    }
}

fn users(path: &Path) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    diesel::sql_query("SELECT count(*) AS count FROM users").get_result::<Count>(&mut conn).unwrap().count
}

#[test]
fn a_backup_holds_everything() {
    let world = World::new();
    world.add("player");
    let size = backup(&world.url, &world.file("backup.db"), false).unwrap();
    assert_eq!(size, std::fs::metadata(world.file("backup.db")).unwrap().len());
    assert_eq!(world.files(), ["backup.db"]);
    let saved = Database::open(&world.file("backup.db").display().to_string(), &Options::default()).unwrap();
    let everything = |database: &Database| database.read(|conn| dump(conn, &[])).unwrap();
    assert_eq!(everything(&saved), everything(&world.database));
}

#[test]
fn a_backup_among_writers_sees_whole_transactions() {
    let world = World::new();
    world.add("first");
    world.add("second");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !stop.load(Ordering::Relaxed) {
                let pair = |conn: &mut tachi_db::Conn| -> Result<(), DbError> {
                    for half in ["a", "b"] {
                        let username = format!("{half}{written}");
                        user_insert(conn, &NewUser { username: &username, ..NewUser::default() })?;
                    }
                    Ok(())
                };
                world.database.write(WAIT, pair).unwrap();
                written += 1;
            }
            written
        });
        let mut counts = Vec::new();
        for number in 0..8 {
            let file = world.file(&format!("backup-{number}.db"));
            backup(&world.url, &file, false).unwrap();
            counts.push(users(&file));
        }
        stop.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
        assert!(counts.iter().all(|count| count % 2 == 0), "{counts:?}");
        assert!(counts.is_sorted() && counts.first() < counts.last(), "nobody wrote: {counts:?}");
    });
}

#[test]
fn a_file_is_replaced_only_when_asked() {
    let world = World::new();
    let file = world.file("backup.db");
    std::fs::write(&file, "precious").unwrap();
    let error = backup(&world.url, &file, false).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    backup(&world.url, &file, true).unwrap();
    assert_eq!(users(&file), 0);
    assert_eq!(world.files(), ["backup.db"]);
}

#[test]
fn a_database_in_use_is_never_replaced() {
    let world = World::new();
    world.add("player");
    let itself = PathBuf::from(&world.url);
    let error = backup(&world.url, &itself, true).unwrap_err();
    assert!(matches!(error, BackupError::Same { .. }), "{error}");
    let other = World::new();
    other.add("another");
    let error = backup(&world.url, &PathBuf::from(&other.url), true).unwrap_err();
    assert!(matches!(error, BackupError::InUse { .. }), "{error}");
    assert_eq!((users(&itself), users(Path::new(&other.url))), (1, 1));
}

#[test]
fn a_backup_that_fails_leaves_nothing() {
    let world = World::new();
    let error = backup(&world.url, &world.file("missing/backup.db"), false).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    let missing = world.file("missing.db").display().to_string();
    let error = backup(&missing, &world.file("backup.db"), false).unwrap_err();
    assert!(error.to_string().contains("there is no such file"), "{error}");
    // A row that its own table does not allow.
    let mut conn = SqliteConnection::establish(&world.url).unwrap();
    conn.batch_execute("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").unwrap();
    conn.batch_execute(
        "INSERT INTO api_tokens (token_hash, user_id, identifier, permissions, created_at) VALUES (x'00', 1, '', '', 0)",
    )
    .unwrap();
    let error = backup(&world.url, &world.file("backup.db"), false).unwrap_err();
    let BackupError::Damaged { finding } = &error else { panic!("{error}") };
    assert!(finding.contains("api_tokens"), "{finding}");
    assert_eq!(world.files(), [""; 0]);
}

#[test]
#[cfg(unix)]
fn a_backup_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    backup(&world.url, &world.file("backup.db"), false).unwrap();
    assert_eq!(std::fs::metadata(world.file("backup.db")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn postgres_is_saved_by_its_own_program() {
    on_both(|db| {
        if db.is_postgres {
            let folder = tempfile::tempdir().unwrap();
            let error = backup(&db.url, &folder.path().join("backup.db"), false).unwrap_err();
            assert!(error.to_string().contains("pg_dump"), "{error}");
        }
    });
}
