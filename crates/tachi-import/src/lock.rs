//! A user's import lock: held from before parsing to the commit. Source: `spec/pipeline.md` 2.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use tachi_core::ids::UserId;
use tachi_db::locks::{Acquired, import_lock_acquire, import_lock_heartbeat, import_lock_held_by, import_lock_release};
use tachi_db::{Conn, Database, DbError};

use crate::importer::{ImportFailure, now};
use crate::stage::Stage;
use crate::working::Working;

/// How often a running import shows that its process lives; a lock that is not renewed for 15 s is taken for dead.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Who holds a lock, and where.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// The database.
    pub database: &'a Database,
    /// Names this process.
    pub instance: &'a str,
    /// Whose lock it is.
    pub user: UserId,
    /// What holds it: an import's identifier, or a random one.
    pub name: &'a str,
    /// How long to wait for a turn to write.
    pub wait: Duration,
    /// What this process is at.
    pub(crate) working: &'a Working,
}

impl Holder<'_> {
    /// Runs `work` with the user's import lock; `None` when another holds it. Work that commits something should
    /// release the lock in the same transaction; whatever is left is released here, also after a failure.
    ///
    /// # Errors
    /// Those of the database while the lock is taken.
    pub fn with_lock<T>(&self, work: impl FnOnce() -> T) -> Result<Option<T>, DbError> {
        let _at = self.working.on(self.name);
        let take = |conn: &mut Conn| import_lock_acquire(conn, self.user, self.name, self.instance, now());
        let taken = Stage::Lock.run(|| self.database.write(self.wait, take))?;
        if taken == Acquired::Held {
            return Ok(None);
        }
        let _release = Release(*self);
        let (done, is_done) = channel::<()>();
        Ok(Some(std::thread::scope(|scope| {
            scope.spawn(move || {
                while is_done.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                    self.beat();
                }
            });
            // Dropped when the work is done, also when it panics: then the thread ends.
            let _done = done;
            work()
        })))
    }

    /// Gives the lock back with the commit. Work whose lock was taken away meanwhile must not be committed.
    ///
    /// # Errors
    /// Those of the database; [`FailureKind::Locked`](crate::FailureKind::Locked) when the lock is another's by now.
    pub fn give_back(&self, conn: &mut Conn) -> Result<(), ImportFailure> {
        if !import_lock_release(conn, self.user, self.name)? {
            return Err(ImportFailure::locked());
        }
        Ok(())
    }

    fn beat(&self) {
        let renew = |conn: &mut Conn| import_lock_heartbeat(conn, self.user, self.name, self.instance, now());
        if let Err(error) = self.database.write(HEARTBEAT, renew) {
            // On SQLite the import's own transaction may be what keeps the writer busy; nobody else can write then.
            log::debug!("the import lock of user {} was not renewed: {error}", self.user);
        }
    }
}

/// Releases a lock when dropped, if it is still held.
struct Release<'a>(Holder<'a>);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        let Holder { database, user, name, wait, .. } = self.0;
        let is_held = database.read(|conn| import_lock_held_by(conn, user, name));
        let released = is_held.and_then(|is_held| match is_held {
            true => database.write(wait, |conn| import_lock_release(conn, user, name)),
            false => Ok(false),
        });
        if let Err(error) = released {
            log::error!("the import lock of user {user} stays until it expires: {error}");
        }
    }
}
