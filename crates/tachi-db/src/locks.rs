//! The locks of users: one import or revert at a time, and one transaction at a time. Source: `spec/pipeline.md` 2.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use tachi_core::ids::UserId;

use crate::bulk::{self, Kept};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::user_locks;

/// After which time a lock is stuck, in milliseconds.
const STUCK: i64 = 3_600_000;
/// After which time without a sign of life a process is dead, in milliseconds.
const DEAD: i64 = 15_000;

/// A lock that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLock {
    /// Whose it is.
    pub user: UserId,
    /// What holds it: an import's identifier, or another.
    pub holder: String,
    /// The process.
    pub instance: String,
    /// Since when, UNIX milliseconds.
    pub locked_at: i64,
    /// The process's last sign of life, UNIX milliseconds.
    pub heartbeat_at: i64,
}

/// Whether a lock was acquired.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Acquired {
    /// It was.
    Yes,
    /// It is held by another.
    Held,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = user_locks)]
struct LockRow {
    user_id: i32,
    locked: bool,
    locked_at: Option<i64>,
    holder: Option<String>,
    instance: Option<String>,
    heartbeat_at: Option<i64>,
}

impl LockRow {
    fn into_held(self) -> Option<HeldLock> {
        self.locked.then(|| HeldLock {
            user: UserId(self.user_id),
            holder: self.holder.unwrap_or_default(),
            instance: self.instance.unwrap_or_default(),
            locked_at: self.locked_at.unwrap_or_default(),
            heartbeat_at: self.heartbeat_at.unwrap_or_default(),
        })
    }
}

/// Takes a lock that nobody holds, or that is the holder's already because the answer to this was lost.
const TAKE: &str = "\
    INSERT INTO user_locks (user_id, locked, locked_at, holder, instance, heartbeat_at) \
    VALUES ($1, TRUE, $2, $3, $4, $2) \
    ON CONFLICT (user_id) DO UPDATE SET locked = excluded.locked, locked_at = excluded.locked_at, \
        holder = excluded.holder, instance = excluded.instance, heartbeat_at = excluded.heartbeat_at \
    WHERE NOT user_locks.locked \
        OR (user_locks.holder = excluded.holder AND user_locks.instance = excluded.instance) \
    RETURNING user_id";

const RELEASE: &str = "\
    UPDATE user_locks SET locked = FALSE, locked_at = NULL, holder = NULL, instance = NULL, heartbeat_at = NULL \
    WHERE user_id = $1 AND locked AND holder = $2 RETURNING user_id";

/// What [`TAKE`] and [`RELEASE`] return.
#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Integer, column_name = "user_id")]
    _user: i32,
}

/// Takes a user's import lock for `holder`, run by the process `instance`. One statement, if nobody holds it; each is
/// its own transaction, and doing it again changes nothing.
///
/// A lock that is older than an hour is stuck, and one whose process gave no sign of life for more than 15 s is that
/// of a dead one; both are taken over. The caller's own process is alive whatever its last sign says: a long
/// transaction may have kept it from giving one.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is no such user.
pub fn import_lock_acquire(
    conn: &mut Conn,
    user: UserId,
    holder: &str,
    instance: &str,
    now: i64,
) -> Result<Acquired, DbError> {
    // A lock that a crash of the database makes it forget is noticed when it is to be given back.
    let take = diesel::sql_query(format!("{TAKE}{}", bulk::without_waiting(conn)));
    let take = take.bind::<Integer, _>(user.0).bind::<BigInt, _>(now).bind::<Text, _>(holder);
    if !Kept(take.bind::<Text, _>(instance)).load::<Changed>(conn)?.is_empty() {
        return Ok(Acquired::Yes);
    }
    let known = user_locks::table.find(user.0).select(LockRow::as_select()).first(conn).optional()?;
    let dead = user_locks::instance.ne(instance).and(user_locks::heartbeat_at.lt(now - DEAD));
    let free = user_locks::locked.eq(false).or(user_locks::locked_at.lt(now - STUCK)).or(dead);
    // This statement alone decides; what was read above is for the log.
    let taken = diesel::update(user_locks::table.filter(user_locks::user_id.eq(user.0)).filter(free.assume_not_null()))
        .set((
            user_locks::locked.eq(true),
            user_locks::locked_at.eq(now),
            user_locks::holder.eq(holder),
            user_locks::instance.eq(instance),
            user_locks::heartbeat_at.eq(now),
        ))
        .execute(conn)?;
    if taken == 0 {
        return Ok(Acquired::Held);
    }
    if let Some(cleared) = known.and_then(LockRow::into_held) {
        log::error!(
            "the import lock of user {user}, held by {} since {}, was cleared",
            cleared.holder,
            cleared.locked_at
        );
    }
    Ok(Acquired::Yes)
}

/// Gives a sign of life for a lock that `holder` has, run by the process `instance`. Returns whether it still has it.
///
/// # Errors
/// Those of the database.
pub fn import_lock_heartbeat(
    conn: &mut Conn,
    user: UserId,
    holder: &str,
    instance: &str,
    now: i64,
) -> Result<bool, DbError> {
    let query = user_locks::table.filter(user_locks::user_id.eq(user.0)).filter(user_locks::locked.eq(true));
    let query = query.filter(user_locks::holder.eq(holder)).filter(user_locks::instance.eq(instance));
    let renewed = diesel::update(query).set(user_locks::heartbeat_at.eq(now)).execute(conn)?;
    Ok(renewed > 0)
}

/// Whether a process whose last sign of life was at that time is dead, as far as anybody can tell.
#[must_use]
pub const fn is_dead(heartbeat_at: i64, now: i64) -> bool {
    heartbeat_at < now - DEAD
}

/// Clears a lock whose process is dead. Returns whether it still was as `lock` says.
///
/// # Errors
/// Those of the database.
pub fn import_lock_clear(conn: &mut Conn, lock: &HeldLock) -> Result<bool, DbError> {
    let query = user_locks::table.filter(user_locks::user_id.eq(lock.user.0)).filter(user_locks::locked.eq(true));
    let query = query.filter(user_locks::holder.eq(&lock.holder)).filter(user_locks::instance.eq(&lock.instance));
    let cleared =
        diesel::update(query.filter(user_locks::heartbeat_at.eq(lock.heartbeat_at))).set(FREE).execute(conn)?;
    Ok(cleared > 0)
}

/// A lock that nobody holds.
#[derive(AsChangeset)]
#[diesel(table_name = user_locks, treat_none_as_null = true)]
struct Free {
    locked: bool,
    locked_at: Option<i64>,
    holder: Option<String>,
    instance: Option<String>,
    heartbeat_at: Option<i64>,
}

const FREE: Free = Free { locked: false, locked_at: None, holder: None, instance: None, heartbeat_at: None };

/// Releases a user's import lock, if `holder` has it; returns whether it had. As the last step of a transaction it is
/// also the check that the lock was not lost on the way.
///
/// # Errors
/// Those of the database.
pub fn import_lock_release(conn: &mut Conn, user: UserId, holder: &str) -> Result<bool, DbError> {
    let release = diesel::sql_query(RELEASE).bind::<Integer, _>(user.0).bind::<Text, _>(holder);
    Ok(!Kept(release).load::<Changed>(conn)?.is_empty())
}

/// Whether `holder` has the user's import lock.
///
/// # Errors
/// Those of the database.
pub fn import_lock_held_by(conn: &mut Conn, user: UserId, holder: &str) -> Result<bool, DbError> {
    let row = user_locks::table.find(user.0).select(LockRow::as_select()).first(conn).optional()?;
    Ok(row.and_then(LockRow::into_held).is_some_and(|held| held.holder == holder))
}

/// All import locks that are held, by user.
///
/// # Errors
/// Those of the database.
pub fn import_locks_held(conn: &mut Conn) -> Result<Vec<HeldLock>, DbError> {
    let query = user_locks::table.filter(user_locks::locked.eq(true)).order(user_locks::user_id);
    Ok(query.select(LockRow::as_select()).load(conn)?.into_iter().filter_map(LockRow::into_held).collect())
}
