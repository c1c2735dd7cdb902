//! Opening a database, reading from it and writing to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use parking_lot::{FairMutex, FairMutexGuard, Mutex};
use tachi_core::ids::UserId;

use crate::checkpoint::Checkpointer;
use crate::error::{DbError, is_retryable};
use crate::migrate::migrate;
use crate::pool::{Conn, Faults, Manager, Pooled, Role, connect, depth, is_connected, watch};
use crate::target::Target;

/// After which time of disuse a connection to a server is asked whether it still works.
const IDLE: Duration = Duration::from_secs(1);
/// How often a transaction is run again after a serialisation failure, a deadlock or a lost connection.
const MAX_RETRIES: u32 = 5;

/// How a database is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many connections there are at most: all of them on PostgreSQL, those that read on SQLite.
    pub connections: u32,
    /// How long a reader waits for a connection.
    pub wait: Duration,
    /// Whether statements are counted; for tests of what things cost.
    pub count_statements: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 8, wait: Duration::from_secs(5), count_statements: false }
    }
}

/// An open database. Made once, shared by reference or behind an `Arc`.
#[derive(Debug)]
pub struct Database {
    target: Target,
    /// PostgreSQL's connections, or SQLite's readers.
    pool: r2d2::Pool<Manager>,
    /// SQLite's writer.
    writer: Option<Writer>,
    statements: Arc<AtomicU64>,
    retries: AtomicU64,
}

/// SQLite has one writer at a time. Whoever wants to write queues here and gets its turn in order; left to SQLite's
/// own waiting, some would starve for seconds.
#[derive(Debug)]
struct Writer {
    conn: Arc<FairMutex<Conn>>,
    /// The size of the log at the last nudge.
    noticed: Mutex<u64>,
    checkpointer: Checkpointer,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// That are open.
    pub open: u32,
    /// Of these, that nobody uses.
    pub idle: u32,
    /// That may be open at most.
    pub max: u32,
}

/// How a transaction ends when nothing went wrong in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    Commit,
    RollBack,
}

impl Database {
    /// Opens the database that a URL names and brings its schema up to date. Grammar: [`Target::parse`].
    ///
    /// # Errors
    /// When the URL names no database, when it cannot be opened, or when it was written by a newer version.
    pub fn open(url: &str, options: &Options) -> Result<Self, DbError> {
        let target = Target::parse(url)?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = options.count_statements.then(|| Arc::clone(&statements));

        let mut conn = connect(&target, Role::Writer)?;
        migrate(&mut conn, &target)?;
        let writer = match &target {
            Target::Postgres(_) => None,
            Target::Sqlite(path) => {
                watch(&mut conn, &Arc::new(Faults::new(counter.clone())));
                let conn = Arc::new(FairMutex::new(conn));
                let checkpointer = Checkpointer::start(path, Arc::clone(&conn))?;
                Some(Writer { conn, noticed: Mutex::new(0), checkpointer })
            }
        };
        let pool = r2d2::Pool::builder()
            .max_size(options.connections.max(1))
            .min_idle(Some(0))
            .connection_timeout(options.wait)
            // A check would cost every request a round trip.
            .test_on_check_out(false)
            .build_unchecked(Manager { target: target.clone(), statements: counter });
        Ok(Self { target, pool, writer, statements, retries: AtomicU64::new(0) })
    }

    /// The database this is.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// How many statements were sent so far; 0 unless [`Options::count_statements`] is set. Those that begin and end
    /// transactions count.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many connections are in use: all of them on PostgreSQL, those that read on SQLite.
    #[must_use]
    pub fn pool_use(&self) -> PoolUse {
        let state = self.pool.state();
        PoolUse { open: state.connections, idle: state.idle_connections, max: self.pool.max_size() }
    }

    /// How often a transaction was run again after a serialisation failure, a deadlock or a lost connection.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Runs queries that change nothing. Each sees the database as it is at its own moment.
    ///
    /// # Errors
    /// Those of `f`, and [`DbError::Unreachable`] when no connection becomes free in time, or when it is lost.
    pub fn read<T, E: From<DbError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut pooled = self.pooled(self.pool.connection_timeout())?;
        let result = f(&mut pooled.conn);
        lost_or(&mut pooled.conn, result, "while it read")
    }

    /// Runs a transaction and commits it; an error rolls it back.
    ///
    /// `wait` bounds the waiting for a turn, not the transaction. On SQLite, transactions run one after the other, in
    /// the order of the calls. On PostgreSQL they run side by side, and one that fails because of another is run again
    /// from its beginning, so that `f` may be called several times. So is one whose connection was lost, but not after
    /// the commit was sent: it may have come through, and only the caller knows whether doing it twice does harm.
    /// A transaction inside `f` ([`Connection::transaction`]) is a savepoint.
    ///
    /// # Errors
    /// Those of `f` and of the commit, [`DbError::Busy`] when there is no turn in time, and [`DbError::Unreachable`]
    /// when the database does not answer.
    pub fn write<T, E: From<DbError>>(&self, wait: Duration, f: impl FnMut(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        self.transaction(wait, None, Finish::Commit, f)
    }

    /// Runs a transaction as [`write`](Self::write) does that is the only one of a user until it ends. Whoever writes
    /// what a user has does it in one of these. On SQLite all are, because its transactions run one after the other.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`DbError::Busy`] also when another one of the user does not end in time.
    pub fn write_of_user<T, E: From<DbError>>(
        &self,
        user: UserId,
        wait: Duration,
        f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(wait, Some(user), Finish::Commit, f)
    }

    /// Runs a transaction as [`write_of_user`](Self::write_of_user) does, always rolls it back, and returns what `f`
    /// returned: a dry run.
    ///
    /// # Errors
    /// As [`write_of_user`](Self::write_of_user).
    pub fn write_of_user_rolled_back<T, E: From<DbError>>(
        &self,
        user: UserId,
        wait: Duration,
        f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(wait, Some(user), Finish::RollBack, f)
    }

    /// Runs one statement that writes and is its own transaction: on PostgreSQL without the two more that begin and end
    /// one.
    ///
    /// # Errors
    /// Those of `f`, [`DbError::Busy`] when there is no turn in time, and [`DbError::Unreachable`] when the connection
    /// is lost; nobody knows then whether the statement was carried out.
    pub fn write_alone<T, E: From<DbError>>(
        &self,
        wait: Duration,
        f: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.writer {
            Some(writer) => f(&mut *writer.turn(&self.target, Instant::now() + wait)?),
            None => {
                let mut pooled = self.pooled(wait)?;
                let result = f(&mut pooled.conn);
                lost_or(&mut pooled.conn, result, "during a statement that may have been carried out")
            }
        }
    }

    /// Runs a transaction as [`write`](Self::write) does, always rolls it back, and returns what `f` returned: a dry
    /// run.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_rolled_back<T, E: From<DbError>>(
        &self,
        wait: Duration,
        f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(wait, None, Finish::RollBack, f)
    }

    fn transaction<T, E: From<DbError>>(
        &self,
        wait: Duration,
        user: Option<UserId>,
        finish: Finish,
        mut f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let deadline = Instant::now() + wait;
        match &self.writer {
            Some(writer) => writer.transaction(&self.target, deadline, finish, f),
            None => self.retrying(deadline, user, finish, &mut f),
        }
    }

    /// PostgreSQL: again from the beginning when others were in the way.
    fn retrying<T, E: From<DbError>>(
        &self,
        deadline: Instant,
        user: Option<UserId>,
        finish: Finish,
        f: &mut impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut retries = 0;
        loop {
            let mut pooled = self.pooled(deadline.saturating_duration_since(Instant::now()))?;
            let faults = Arc::clone(&pooled.faults);
            faults.forget();
            let mut committing = false;
            let result = attempt(&mut pooled.conn, (deadline, user), finish, &mut committing, |conn| {
                let value = f(conn)?;
                // PostgreSQL answers the commit of a failed transaction by rolling it back without an error. Should
                // `f` have swallowed one, this statement fails.
                if faults.any() {
                    conn.batch_execute("SELECT 1").map_err(DbError::from)?;
                }
                Ok(value)
            });
            let is_lost = result.is_err() && !is_connected(&mut pooled.conn);
            let may_run_again = if is_lost { !committing } else { faults.retryable() };
            if result.is_ok() || retries == MAX_RETRIES || !may_run_again {
                let when = if committing { "while it committed, which may have succeeded" } else { "while it wrote" };
                return lost_or(&mut pooled.conn, result, when);
            }
            drop(pooled);
            self.retries.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(2 << retries));
            retries += 1;
        }
    }

    /// A connection of the pool that works.
    fn pooled(&self, wait: Duration) -> Result<r2d2::PooledConnection<Manager>, DbError> {
        let deadline = Instant::now() + wait;
        loop {
            let wait = deadline.saturating_duration_since(Instant::now());
            let mut pooled =
                self.pool.get_timeout(wait).map_err(|error| DbError::Unreachable { reason: error.to_string() })?;
            // A server that ended told so. One that vanished did not: a connection that lay idle is asked. Asking each
            // time would cost a round trip.
            let is_fresh = pooled.used.elapsed() < IDLE;
            if is_connected(&mut pooled.conn) && (self.writer.is_some() || is_fresh || self.answers(&mut pooled)) {
                pooled.used = Instant::now();
                return Ok(pooled);
            }
            if Instant::now() >= deadline {
                return Err(DbError::Unreachable { reason: "every connection is lost".to_owned() });
            }
        }
    }

    /// Whether the server is still there; not counted as a statement.
    fn answers(&self, pooled: &mut Pooled) -> bool {
        let answers = pooled.conn.batch_execute("SELECT 1").is_ok();
        if pooled.faults.counts() {
            self.statements.fetch_sub(1, Ordering::Relaxed);
        }
        answers
    }
}

impl Writer {
    fn transaction<T, E: From<DbError>>(
        &self,
        target: &Target,
        deadline: Instant,
        finish: Finish,
        f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = attempt(&mut *self.turn(target, deadline)?, (deadline, None), finish, &mut false, f);
        let mut noticed = self.noticed.lock();
        *noticed = self.checkpointer.committed(*noticed);
        result
    }

    /// Waits for the turn to write.
    fn turn(&self, target: &Target, deadline: Instant) -> Result<FairMutexGuard<'_, Conn>, DbError> {
        let mut conn = self
            .conn
            .try_lock_until(deadline)
            .ok_or_else(|| DbError::Busy { reason: "another transaction is being written".to_owned() })?;
        if depth(&mut conn) != Some(0) {
            log::error!("the writing connection to {target} is replaced because a rollback failed");
            *conn = connect(target, Role::Writer)?;
        }
        Ok(conn)
    }
}

/// An open transaction: rolled back when it is dropped, by an error or a panic, before it was finished.
struct OpenTransaction<'a> {
    conn: &'a mut Conn,
}

impl Drop for OpenTransaction<'_> {
    fn drop(&mut self) {
        // A panic may have left savepoints open, too.
        while depth(self.conn).is_some_and(|depth| depth > 0) {
            if let Err(error) = <Conn as Connection>::TransactionManager::rollback_transaction(self.conn) {
                log::error!("a transaction could not be rolled back: {error}");
                return;
            }
        }
    }
}

/// What an error on a connection that is lost says: that, whatever statement noticed it, and how.
fn lost_or<T, E: From<DbError>>(conn: &mut Conn, result: Result<T, E>, when: &str) -> Result<T, E> {
    match result {
        Err(_) if !is_connected(conn) => {
            Err(DbError::Unreachable { reason: format!("the connection was lost {when}") }.into())
        }
        result => result,
    }
}

/// Runs a transaction once, of that user or of nobody in particular; says in `committing` whether the commit was sent.
pub(crate) fn attempt<T, E: From<DbError>>(
    conn: &mut Conn,
    (deadline, user): (Instant, Option<UserId>),
    finish: Finish,
    committing: &mut bool,
    mut f: impl FnMut(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    begin(conn, deadline, user)?;
    let open = OpenTransaction { conn };
    let value = f(open.conn)?;
    if finish == Finish::Commit {
        *committing = true;
        <Conn as Connection>::TransactionManager::commit_transaction(open.conn).map_err(DbError::from)?;
    }
    Ok(value)
}

/// Begins a transaction that is going to write. On SQLite a deferred one would fail halfway, when it wants to write
/// after another process did. On PostgreSQL that of a user waits for the others of the user.
fn begin(conn: &mut Conn, deadline: Instant, user: Option<UserId>) -> Result<(), DbError> {
    loop {
        let begun = match (&mut *conn, user) {
            (Conn::Sqlite(conn), _) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            (Conn::Pg(conn), None) => AnsiTransactionManager::begin_transaction(conn),
            (Conn::Pg(conn), Some(user)) => {
                return begin_of_user(conn, deadline.saturating_duration_since(Instant::now()), user);
            }
        };
        match begun {
            // Another process is writing. SQLite itself waits a short while before it says so.
            Err(error) if is_retryable(&error) && Instant::now() < deadline => {}
            begun => return Ok(begun?),
        }
    }
}

/// Any number: it tells the locks of users from others.
const USER_LOCKS: i32 = 7_320;

/// Begins a transaction that is the only one of a user, in one round trip.
fn begin_of_user(conn: &mut PgConnection, wait: Duration, user: UserId) -> Result<(), DbError> {
    // 0 would mean to wait for ever.
    let wait = wait.as_millis().clamp(1, 3_600_000);
    let sql = format!(
        "BEGIN; SET LOCAL lock_timeout = {wait}; SELECT pg_advisory_xact_lock({USER_LOCKS}, {user}); \
         SET LOCAL lock_timeout TO DEFAULT"
    );
    AnsiTransactionManager::begin_transaction_sql(conn, &sql).map_err(|error| {
        // It has begun for the server, but not for diesel. Where this fails, too, the connection is lost.
        let _ended = conn.batch_execute("ROLLBACK");
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                DbError::Busy { reason: information.message().to_owned() }
            }
            error => error.into(),
        }
    })
}

/// Runs several queries that see the database at one moment.
///
/// # Errors
/// Those of `f` and of the database.
pub fn snapshot<T, E: From<DbError>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    if depth(conn) != Some(0) {
        return f(conn);
    }
    let begun = match conn {
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        Conn::Pg(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        }
    };
    begun.map_err(DbError::from)?;
    let open = OpenTransaction { conn };
    f(open.conn)
}
