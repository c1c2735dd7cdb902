//! A user's import lock: held from before parsing to the commit. Source: `spec/pipeline.md` 2.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tachi_core::ids::UserId;
use tachi_db::locks::{Acquired, import_lock_acquire, import_lock_heartbeat, import_lock_held_by, import_lock_release};
use tachi_db::{Conn, Database, DbError};

use crate::importer::{ImportFailure, WAIT, now};
use crate::stage::Stage;
use crate::working::{At, Working};

/// How often a process shows that it lives while it holds locks; one that is not renewed for 15 s is taken for dead.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The locks of this process: taking them, and showing that it lives. One thread does the latter for all of them, so
/// that whoever holds one and waits for something else needs no thread.
#[derive(Debug)]
pub struct Locks {
    database: Arc<Database>,
    working: Arc<Working>,
    beats: Arc<Beats>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Beats {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Users with the names of the holders.
    held: BTreeSet<(UserId, String)>,
    is_running: bool,
    is_stopped: bool,
}

impl Beats {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A user's import lock. It is released when this is dropped, if it still is held then.
#[derive(Debug)]
pub struct ImportLock {
    locks: Arc<Locks>,
    user: UserId,
    name: String,
    is_given_back: AtomicBool,
    _at: At,
}

impl Locks {
    /// The locks on a database.
    pub(crate) fn new(database: Arc<Database>, working: Arc<Working>) -> Self {
        Self { database, working, beats: Arc::default(), thread: Mutex::default() }
    }

    /// Takes a user's import lock under a name: an import's identifier, or a random one. Work that commits something
    /// should [give it back](ImportLock::give_back) in the same transaction.
    ///
    /// # Errors
    /// [`FailureKind::Locked`](crate::FailureKind::Locked) when another holds it, and those of the database.
    pub fn take(self: &Arc<Self>, instance: &str, user: UserId, name: &str) -> Result<ImportLock, ImportFailure> {
        let at = self.working.on(name);
        let take = |conn: &mut Conn| import_lock_acquire(conn, user, name, instance, now());
        let taken = Stage::Lock.run(|| match self.database.write_alone(WAIT, take) {
            // Taking it twice is taking it once.
            Err(DbError::Unreachable { .. }) => self.database.write(WAIT, take),
            taken => taken,
        });
        match taken? {
            Acquired::Held => Err(ImportFailure::locked()),
            Acquired::Yes => {
                self.beat_from_now(instance, (user, name.to_owned()));
                let is_given_back = AtomicBool::new(false);
                Ok(ImportLock { locks: Arc::clone(self), user, name: name.to_owned(), is_given_back, _at: at })
            }
        }
    }

    /// Counts a lock, and starts the thread unless it runs.
    fn beat_from_now(&self, instance: &str, lock: (UserId, String)) {
        let mut state = self.beats.state();
        state.held.insert(lock);
        if state.is_running {
            return;
        }
        let (beats, database, instance) = (Arc::clone(&self.beats), Arc::clone(&self.database), instance.to_owned());
        let thread = std::thread::Builder::new().name("locks".to_owned());
        match thread.spawn(move || beat(&beats, &database, &instance)) {
            Ok(handle) => {
                state.is_running = true;
                *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
            }
            Err(error) => log::error!("import locks are not renewed, there is no thread for it: {error}"),
        }
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        self.beats.state().is_stopped = true;
        self.beats.changed.notify_all();
        let handle = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if handle.is_some_and(|handle| handle.join().is_err()) {
            log::error!("the thread that renews import locks panicked");
        }
    }
}

/// Renews what is held, until nothing is.
fn beat(beats: &Beats, database: &Database, instance: &str) {
    let mut state = beats.state();
    loop {
        let waited = beats.changed.wait_timeout_while(state, HEARTBEAT, |state| !state.is_stopped);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if state.is_stopped || state.held.is_empty() {
            state.is_running = false;
            return;
        }
        let held = state.held.clone();
        drop(state);
        let renew = |conn: &mut Conn| -> Result<(), DbError> {
            for (user, name) in &held {
                import_lock_heartbeat(conn, *user, name, instance, now())?;
            }
            Ok(())
        };
        if let Err(error) = database.write(HEARTBEAT, renew) {
            // On SQLite an import's own transaction may be what keeps the writer busy; nobody else can write then.
            log::debug!("import locks were not renewed: {error}");
        }
        state = beats.state();
    }
}

impl ImportLock {
    /// Gives the lock back with the commit. Work whose lock was taken away meanwhile must not be committed.
    ///
    /// # Errors
    /// Those of the database; [`FailureKind::Locked`](crate::FailureKind::Locked) when the lock is another's by now.
    pub fn give_back(&self, conn: &mut Conn) -> Result<(), ImportFailure> {
        if !import_lock_release(conn, self.user, &self.name)? {
            return Err(ImportFailure::locked());
        }
        Ok(())
    }

    /// To be called when a transaction that gave it back is committed: nobody needs to look, then, whether it still is
    /// held.
    pub(crate) fn was_given_back(&self) {
        self.is_given_back.store(true, Ordering::Relaxed);
    }
}

impl Drop for ImportLock {
    fn drop(&mut self) {
        let Self { locks, user, name, is_given_back, .. } = self;
        locks.beats.state().held.remove(&(*user, name.clone()));
        if *is_given_back.get_mut() {
            return;
        }
        let is_held = locks.database.read(|conn| import_lock_held_by(conn, *user, name));
        let released = is_held.and_then(|is_held| match is_held {
            true => locks.database.write(WAIT, |conn| import_lock_release(conn, *user, name)),
            false => Ok(false),
        });
        if let Err(error) = released {
            log::error!("the import lock of user {user} stays until it expires: {error}");
        }
    }
}
