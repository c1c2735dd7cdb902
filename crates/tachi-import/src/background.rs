//! Imports in the background: they are stored with their input, so that they outlive the process that took them, and
//! made by whichever process claims them. Source: `spec/pipeline.md` 2 and 8.

use std::time::Duration;

use tachi_core::ids::ImportId;
use tachi_db::background::{
    BackgroundImport, background_claim, background_claims, background_delete, background_heartbeat, background_insert,
    background_is_due, background_put_off,
};
use tachi_db::imports::{tracker_delete, tracker_put};
use tachi_db::{Conn, DbError};

use crate::fetched::Begun;
use crate::importer::{FailureKind, ImportFailure, Imported, Importer, Request, WAIT, now};

/// How often an import is tried again that meets another one of its user, or no database.
const MAX_RETRIES: u32 = 20;
/// The longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(240);

/// What became of an import that was due.
#[derive(Debug)]
pub enum Ran {
    /// It was made.
    Made(Box<Imported>),
    /// It failed, and its tracker says so.
    Failed(ImportFailure),
    /// Another import of the user was in the way, or the database did not answer; it is due again later.
    PutOff,
    /// Its input is still to be fetched: it has begun, and is to be [ended](Importer::end).
    ToFetch(Box<Begun>),
}

impl Importer {
    /// Stores an import that goes on in the background, and tracks it. `wait` bounds the waiting for a turn to write.
    ///
    /// # Errors
    /// Those of the database.
    pub fn background_add(&self, request: &Request, wait: Duration) -> Result<(), DbError> {
        let now = now();
        let import = BackgroundImport {
            import: request.import_id,
            user: request.user,
            import_type: request.import_type,
            user_intent: request.user_intent,
            file_name: request.file_name.clone(),
            fields: request.fields.clone(),
            body: request.bytes.clone(),
            received: request.received,
            due_at: now,
            locked_tries: 0,
            crashes: 0,
        };
        let tracker = self.tracker(request, now, None);
        self.database().write(wait, |conn| {
            background_insert(conn, &import)?;
            tracker_put(conn, &tracker)
        })
    }

    /// Makes the import that is due first, if there is one that no process works on; one whose input is still to be
    /// fetched only begins.
    ///
    /// # Errors
    /// Those of the database when nothing could be claimed, or when what became of the import cannot be stored: it
    /// is taken away from this process then once that is dead.
    pub fn background_run(&self) -> Result<Option<Ran>, DbError> {
        // Looking needs no turn to write.
        if !self.database().read(|conn| background_is_due(conn, now()))? {
            return Ok(None);
        }
        let claim = |conn: &mut Conn| background_claim(conn, self.instance(), now());
        let Some(import) = self.database().write(WAIT, claim)? else { return Ok(None) };
        let (tries, request) = (import.locked_tries, request(import));
        let _at = self.working().on(&request.import_id.to_string());
        let started = now();
        let made = if request.is_to_be_fetched() {
            self.begin_unnoted(&request, started, Some(tries)).map(|begun| Ran::ToFetch(Box::new(begun)))
        } else {
            let made = self.import_unnoted(&request, started, &|conn| self.background_done(conn, request.import_id));
            made.map(|imported| Ran::Made(Box::new(imported)))
        };
        match made {
            Ok(ran) => Ok(Some(ran)),
            Err(failure) => self.background_failed(&request, tries, started, &failure).map(Some),
        }
    }

    /// Removes an import with its commit.
    pub(crate) fn background_done(&self, conn: &mut Conn, import: ImportId) -> Result<(), ImportFailure> {
        if !background_delete(conn, import, Some(self.instance()))? {
            return Err(ImportFailure::internal("another process has taken the import over"));
        }
        tracker_delete(conn, import)?;
        Ok(())
    }

    /// Notes what becomes of an import that failed.
    pub(crate) fn background_failed(
        &self,
        request: &Request,
        tries: u32,
        started: i64,
        failure: &ImportFailure,
    ) -> Result<Ran, DbError> {
        let may_pass = matches!(failure.kind, FailureKind::Locked | FailureKind::Unavailable);
        if may_pass && tries < MAX_RETRIES {
            let due = now().saturating_add(millis(pause(tries, rand::random())));
            self.database().write(WAIT, |conn| background_put_off(conn, request.import_id, self.instance(), due))?;
            return Ok(Ran::PutOff);
        }
        self.background_fail(request, started, failure)?;
        Ok(Ran::Failed(failure.clone()))
    }

    /// Notes that an import failed, unless another process has it by now.
    fn background_fail(&self, request: &Request, started: i64, failure: &ImportFailure) -> Result<(), DbError> {
        let tracker = self.tracker(request, started, Some(failure));
        self.database().write(WAIT, |conn| {
            if background_delete(conn, request.import_id, Some(self.instance()))? {
                tracker_put(conn, &tracker)?;
            }
            Ok(())
        })
    }

    /// Gives a sign of life for the imports that this process works on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn background_beat(&self, wait: Duration) -> Result<usize, DbError> {
        // Looking needs no turn to write.
        let claims = self.database().read(background_claims)?;
        let own = claims.iter().filter(|claim| claim.instance == self.instance()).map(|claim| claim.import);
        let own: Vec<ImportId> = own.filter(|import| self.working().is_on(&import.to_string())).collect();
        if own.is_empty() {
            return Ok(0);
        }
        self.database().write(wait, |conn| background_heartbeat(conn, self.instance(), &own, now()))
    }
}

fn request(import: BackgroundImport) -> Request {
    Request {
        import_id: import.import,
        import_type: import.import_type,
        user: import.user,
        user_intent: import.user_intent,
        bytes: import.body,
        file_name: import.file_name,
        fields: import.fields,
        received: import.received,
        dry_run: false,
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The pause after a number of failures, give or take a tenth; `random` is between 0 and 1.
fn pause(failures: u32, random: f64) -> Duration {
    let pause = Duration::from_secs(1).saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
    pause.min(MAX_PAUSE).mul_f64(0.9 + random.clamp(0.0, 1.0) * 0.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_four_minutes() {
        let seconds = |failures| pause(failures, 0.5).as_secs_f64().round();
        assert_eq!((seconds(0), seconds(1), seconds(5), seconds(8), seconds(40)), (1.0, 2.0, 32.0, 240.0, 240.0));
        assert!(pause(0, 0.0) < pause(0, 1.0));
    }
}
