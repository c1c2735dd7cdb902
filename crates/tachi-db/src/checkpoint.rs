//! Moves SQLite's write-ahead log into the database file, away from the commits.
//!
//! Left to itself, SQLite does this inside the commit that makes the log pass a thousand pages, and one import pays
//! for all.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;
use parking_lot::FairMutex;

use crate::error::DbError;
use crate::pool::{Conn, Role, connect};
use crate::target::Target;

/// How much the log may grow between two rounds, in bytes.
const STEP: u64 = 4 * 1024 * 1024;
/// From which size on a round takes the writer's turn: while others write, a round never reaches the log's end, and
/// only a log that was moved to its end starts anew.
const LARGE: u64 = 4 * STEP;

/// The thread that does it. Dropping it empties the log and ends the thread.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    log: PathBuf,
    nudge: Option<SyncSender<u64>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path, writer: Arc<FairMutex<Conn>>) -> Result<Self, DbError> {
        let target = Target::Sqlite(path.to_owned());
        let conn = connect(&target, Role::Checkpointer)?;
        let (nudge, nudges) = sync_channel(1);
        let thread = std::thread::Builder::new().name("checkpoint".to_owned());
        let thread = thread.spawn(move || run(conn, &writer, &nudges)).map_err(|error| DbError::Open {
            database: target.to_string(),
            reason: format!("no thread for checkpoints: {error}"),
        })?;
        let mut log = OsString::from(path);
        log.push("-wal");
        Ok(Self { log: log.into(), nudge: Some(nudge), thread: Some(thread) })
    }

    /// To be called after each commit, with what it returned the last time.
    pub(crate) fn committed(&self, noticed: u64) -> u64 {
        // A log that cannot be looked at is one that the next commit will look at again.
        let size = std::fs::metadata(&self.log).map_or(0, |metadata| metadata.len());
        if size < noticed {
            return size;
        }
        if size - noticed < STEP {
            return noticed;
        }
        match &self.nudge {
            // A full channel means that a round is about to begin anyway.
            Some(nudge) if nudge.try_send(size).is_ok() => size,
            _ => noticed,
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.nudge = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the checkpoint thread panicked");
        }
    }
}

fn run(mut conn: Conn, writer: &FairMutex<Conn>, nudges: &Receiver<u64>) {
    for size in nudges {
        round(&mut conn, "PASSIVE");
        if size >= LARGE {
            let _turn = writer.lock();
            round(&mut conn, "PASSIVE");
        }
    }
    round(&mut conn, "TRUNCATE");
}

fn round(conn: &mut Conn, mode: &str) {
    if let Err(error) = conn.batch_execute(&format!("PRAGMA wal_checkpoint({mode})")) {
        log::warn!("the write-ahead log could not be moved into the database file: {error}");
    }
}
