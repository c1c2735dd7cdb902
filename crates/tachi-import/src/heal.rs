//! What processes that died left behind: locks, trackers, imports in the background. Source: `spec/pipeline.md` 2, 8.

use std::collections::BTreeSet;

use tachi_core::ids::ImportId;
use tachi_db::background::{Claim, background_claims, background_delete, background_exists, background_take_away};
use tachi_db::imports::{Tracker, TrackerError, tracker_by_id, tracker_put, trackers_ongoing};
use tachi_db::locks::{HeldLock, import_lock_clear, import_locks_held, is_dead};
use tachi_db::{Conn, DbError};

use crate::importer::{INTERNAL, Importer, WAIT, now};

/// How often an import in the background is taken up again after the process that worked on it died.
const MAX_CRASHES: u32 = 3;
/// What the names of servers begin with, among those of processes.
pub(crate) const SERVER: &str = "serve-";

/// Which processes may still live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Those that gave a sign of life.
    BySignOfLife,
    /// The same, but no server: this process is the only one that serves the database, and it just started.
    NoServers,
}

/// What was left behind and is cleared away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Healed {
    /// Locks of users.
    pub locks: usize,
    /// Imports that will never end.
    pub failed: usize,
    /// Imports in the background that are going to be taken up again.
    pub resumed: usize,
}

impl Importer {
    /// Clears away what dead processes left: their locks, the trackers of their imports, and their claims on imports
    /// in the background. So is what this process has without knowing, because an answer of the database was lost.
    ///
    /// # Errors
    /// Those of the database; nothing is changed then.
    pub fn heal(&self, others: Others) -> Result<Healed, DbError> {
        let now = now();
        let is_dead = |name: &str, instance: &str, heartbeat_at: i64| {
            if instance == self.instance() {
                // A long transaction may have kept this process from giving a sign of life.
                return is_dead(heartbeat_at, now) && !self.working().is_on(name);
            }
            let is_earlier_server = others == Others::NoServers && instance.starts_with(SERVER);
            is_earlier_server || is_dead(heartbeat_at, now)
        };
        let left = self.database().read(|conn| Left::find(conn, self.instance(), &is_dead))?;
        if left.is_nothing() {
            return Ok(Healed::default());
        }
        let healed = self.database().write(WAIT, |conn| left.clear(conn, now))?;
        log::warn!("of processes that died: {healed:?}");
        Ok(healed)
    }
}

/// What dead processes left.
#[derive(Debug)]
struct Left {
    locks: Vec<HeldLock>,
    claims: Vec<Claim>,
    trackers: Vec<Tracker>,
}

impl Left {
    fn find(conn: &mut Conn, own: &str, is_dead: &impl Fn(&str, &str, i64) -> bool) -> Result<Self, DbError> {
        let (locks, claims) = (import_locks_held(conn)?, background_claims(conn)?);
        let mut alive: BTreeSet<String> = BTreeSet::from([own.to_owned()]);
        let (dead_locks, locks): (Vec<_>, Vec<_>) =
            locks.into_iter().partition(|lock| is_dead(&lock.holder, &lock.instance, lock.heartbeat_at));
        let (dead_claims, claims): (Vec<_>, Vec<_>) = claims
            .into_iter()
            .partition(|claim| is_dead(&claim.import.to_string(), &claim.instance, claim.heartbeat_at));
        alive.extend(locks.into_iter().map(|lock| lock.instance));
        alive.extend(claims.into_iter().map(|claim| claim.instance));
        let mut trackers = Vec::new();
        for tracker in trackers_ongoing(conn)? {
            // One of an import in the background waits for whoever takes it up.
            if !alive.contains(&tracker.instance) && !background_exists(conn, tracker.import)? {
                trackers.push(tracker);
            }
        }
        Ok(Self { locks: dead_locks, claims: dead_claims, trackers })
    }

    fn is_nothing(&self) -> bool {
        self.locks.is_empty() && self.claims.is_empty() && self.trackers.is_empty()
    }

    fn clear(&self, conn: &mut Conn, now: i64) -> Result<Healed, DbError> {
        let mut healed = Healed::default();
        for lock in &self.locks {
            healed.locks += usize::from(import_lock_clear(conn, lock)?);
        }
        for claim in &self.claims {
            match background_take_away(conn, claim, now)? {
                None => {}
                Some(crashes) if crashes > MAX_CRASHES => {
                    background_delete(conn, claim.import, None)?;
                    healed.failed += usize::from(fail(conn, claim.import)?);
                }
                Some(_) => healed.resumed += 1,
            }
        }
        for tracker in &self.trackers {
            // It may have ended since it was seen.
            let is_here = tracker_by_id(conn, tracker.import)?.is_some_and(|now| now == *tracker);
            if is_here && !background_exists(conn, tracker.import)? {
                healed.failed += usize::from(fail(conn, tracker.import)?);
            }
        }
        Ok(healed)
    }
}

/// Marks an import as failed by a fault of ours. Returns whether it is tracked.
fn fail(conn: &mut Conn, import: ImportId) -> Result<bool, DbError> {
    let Some(mut tracker) = tracker_by_id(conn, import)? else { return Ok(false) };
    log::error!("import {import} failed: the process that worked on it died");
    tracker.error = Some(TrackerError { message: INTERNAL.to_owned(), status: Some(500) });
    tracker_put(conn, &tracker)?;
    Ok(true)
}
