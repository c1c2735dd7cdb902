//! How connections are made.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::error::{DbError, is_retryable};
use crate::target::Target;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pg(_) => "Conn::Pg",
            Self::Sqlite(_) => "Conn::Sqlite",
        })
    }
}

/// What a connection to SQLite is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that writes.
    Writer,
    /// One of several that read.
    Reader,
    /// The one that moves the write-ahead log into the database file.
    Checkpointer,
    /// One that saves the database into another file.
    Saver,
}

/// A connection of the pool.
pub(crate) struct Pooled {
    pub(crate) conn: Conn,
    pub(crate) faults: Arc<Faults>,
    /// When it was handed out last.
    pub(crate) used: Instant,
}

/// Makes the connections of the pool: all of PostgreSQL's, the readers of SQLite's.
#[derive(Debug)]
pub(crate) struct Manager {
    pub(crate) target: Target,
    pub(crate) statements: Option<Arc<AtomicU64>>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = DbError;

    fn connect(&self) -> Result<Pooled, DbError> {
        let mut conn = connect(&self.target, Role::Reader)?;
        let faults = Arc::new(Faults::new(self.statements.clone()));
        watch(&mut conn, &faults);
        Ok(Pooled { conn, faults, used: Instant::now() })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), DbError> {
        pooled.conn.batch_execute("SELECT 1")?;
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        depth(&mut pooled.conn) != Some(0) || !is_connected(&mut pooled.conn)
    }
}

/// Whether the server still holds its end of a connection, as far as this one was told. Costs no round trip.
pub(crate) fn is_connected(conn: &mut Conn) -> bool {
    match conn {
        Conn::Sqlite(_) => true,
        // A server that ends says so before it closes: what it says is read first, the end after it.
        Conn::Pg(conn) => (0..2).all(|_| !matches!(conn.notifications_iter().next(), Some(Err(_)))),
    }
}

/// How many transactions are open, one inside the other; `None` when the connection is beyond repair.
pub(crate) fn depth(conn: &mut Conn) -> Option<u32> {
    let status = <Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn);
    match status.transaction_depth() {
        Ok(depth) => Some(depth.map_or(0, std::num::NonZeroU32::get)),
        Err(_) => None,
    }
}

/// Opens a connection.
///
/// The kind of database is decided here, by the URL: diesel's own choice tries one after the other and reports a
/// server that is down as a malformed URL.
pub(crate) fn connect(target: &Target, role: Role) -> Result<Conn, DbError> {
    let failed = |reason: String| DbError::Open { database: target.to_string(), reason };
    match target {
        Target::Sqlite(path) => {
            let mut conn = open_sqlite(path).map_err(failed)?;
            set_up_sqlite(&mut conn, role).map_err(|error| failed(error.to_string()))?;
            Ok(Conn::Sqlite(conn))
        }
        Target::Postgres(url) => {
            let mut conn = PgConnection::establish(url).map_err(|error| failed(error.to_string()))?;
            conn.batch_execute(POSTGRES_SETTINGS).map_err(|error| failed(error.to_string()))?;
            Ok(Conn::Pg(conn))
        }
    }
}

/// Deadlocks are known by their English text only, and only a superuser may choose the language of messages; for
/// others the administrator may (`ALTER ROLE tachi SET lc_messages = 'C'`). Compiling these short queries would take
/// longer than running them, and so does planning them for each set of values: the best way is through an index,
/// whatever the values are.
const POSTGRES_SETTINGS: &str = "\
    SELECT set_config('lc_messages', 'C', false) FROM pg_roles WHERE rolname = current_user AND rolsuper; \
    SET jit = off; SET plan_cache_mode = force_generic_plan";

fn open_sqlite(path: &Path) -> Result<SqliteConnection, String> {
    // An absolute path is never mistaken for a URI or for ":memory:".
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let path = path.to_str().ok_or("its path is not UTF-8")?;
    SqliteConnection::establish(path).map_err(|error| error.to_string())
}

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

fn set_up_sqlite(conn: &mut SqliteConnection, role: Role) -> Result<(), DbError> {
    // First, so that the others wait for a database that another process is using.
    conn.batch_execute("PRAGMA busy_timeout = 5000")?;
    let JournalMode { journal_mode } = diesel::sql_query("PRAGMA journal_mode = WAL").get_result(conn)?;
    if journal_mode != "wal" {
        let reason = "its file system does not support write-ahead logging";
        return Err(DbError::data("the journal", reason));
    }
    // A commit is on the disk before it is answered.
    conn.batch_execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
    conn.batch_execute(match role {
        // The checkpointer does what an automatic checkpoint would do inside some import's commit. The log's size
        // limit makes the file shrink after each round, which is how its growth is noticed. Who waits for a turn has a
        // deadline of its own. What a statement would need to be undone stays in memory: it is as large as what one
        // statement writes, and would go to a file otherwise.
        Role::Writer => {
            "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 1048576; \
             PRAGMA busy_timeout = 250; PRAGMA temp_store = MEMORY"
        }
        // A long list comes back to the same pages many times: they should still be there.
        Role::Reader => "PRAGMA query_only = ON; PRAGMA cache_size = -16384",
        Role::Checkpointer | Role::Saver => "PRAGMA wal_autocheckpoint = 0",
    })?;
    Ok(())
}

/// What happened on a connection.
#[derive(Debug)]
pub(crate) struct Faults {
    any: AtomicBool,
    retryable: AtomicBool,
    statements: Option<Arc<AtomicU64>>,
}

impl Faults {
    pub(crate) fn new(statements: Option<Arc<AtomicU64>>) -> Self {
        Self { any: AtomicBool::new(false), retryable: AtomicBool::new(false), statements }
    }

    /// Whether a statement failed.
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Whether a statement failed in a way that running the transaction again may mend.
    pub(crate) fn retryable(&self) -> bool {
        self.retryable.load(Ordering::Relaxed)
    }

    /// Whether statements are counted.
    pub(crate) fn counts(&self) -> bool {
        self.statements.is_some()
    }

    pub(crate) fn forget(&self) {
        self.any.store(false, Ordering::Relaxed);
        self.retryable.store(false, Ordering::Relaxed);
    }
}

/// Notes what happens on a connection, where anybody wants to know.
pub(crate) fn watch(conn: &mut Conn, faults: &Arc<Faults>) {
    if faults.counts() || matches!(conn, Conn::Pg(_)) {
        conn.set_instrumentation(Watch(Arc::clone(faults)));
    }
}

struct Watch(Arc<Faults>);

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => {
                if let Some(statements) = &self.0.statements {
                    statements.fetch_add(1, Ordering::Relaxed);
                }
            }
            InstrumentationEvent::FinishQuery { error: Some(error), .. } => {
                self.0.any.store(true, Ordering::Relaxed);
                if is_retryable(error) {
                    self.0.retryable.store(true, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    }
}
