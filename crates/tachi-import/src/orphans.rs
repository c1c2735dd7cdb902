//! Reprocessing orphans: they are converted again, and those whose charts are known by now become scores.
//! Source: `spec/orphans.md` 2 and 3.

use std::collections::BTreeSet;
use std::ops::AddAssign;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Gpt;
use tachi_core::hydrate::HydrateError;
use tachi_core::ids::{OrphanId, UserId};
use tachi_core::score::DryScore;
use tachi_db::imports::RowStatus;
use tachi_db::open::open;
use tachi_db::orphans::{Orphan, StoredOrphan, orphans_delete, orphans_to_retry, orphans_users};
use tachi_db::{Conn, DbError, OrphanKey};
use tachi_parsers::error::Failure;
use tachi_parsers::registry;

use crate::convert::{Candidate, Element, ElementOutcome, candidate, row};
use crate::importer::{FailureKind, ImportFailure, Importer, WAIT, random_name};
use crate::pipeline::{Applied, Origin, Scope, apply, charts};

/// How many orphans are read at a time.
const PAGE: i64 = 500;

/// What became of orphans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OrphanCounts {
    /// All of them.
    pub processed: u64,
    /// Those that stay, because their charts are still not known.
    pub failed: u64,
    /// Those that became scores.
    pub success: u64,
    /// Those that are gone without becoming one.
    pub removed: u64,
}

impl AddAssign for OrphanCounts {
    fn add_assign(&mut self, other: Self) {
        self.processed += other.processed;
        self.failed += other.failed;
        self.success += other.success;
        self.removed += other.removed;
    }
}

impl Importer {
    /// Tries a user's orphans again. The outcome is that of one import of all of them, oldest first.
    ///
    /// # Errors
    /// When an import of the user is running, or the database fails. Nothing is changed then.
    pub fn retry_orphans(&self, user: UserId) -> Result<OrphanCounts, ImportFailure> {
        self.retry_orphans_that(user, |_| true)
    }

    /// Tries those of a user's orphans again that are wanted; the others are not touched, nor counted.
    pub(crate) fn retry_orphans_that(
        &self,
        user: UserId,
        wanted: impl Fn(&Orphan) -> bool,
    ) -> Result<OrphanCounts, ImportFailure> {
        self.with_import_lock(user, &random_name(), |holder| {
            self.with_catalogue(|catalogue| {
                let retried = Retried::read(self, user, catalogue, &wanted)?;
                self.write_with(catalogue, user, WAIT, |conn, scope| {
                    let counts = retried.store(conn, scope)?;
                    holder.give_back(conn)?;
                    Ok(counts)
                })
            })
        })
    }

    /// Tries everybody's orphans again, one user at a time; `progress` is told how many users are done, and of how
    /// many. Users with a running import are come back to at the end.
    ///
    /// # Errors
    /// When the database fails. The users that were done stay done.
    pub fn retry_all_orphans(&self, progress: impl Fn(usize, usize)) -> Result<OrphanCounts, ImportFailure> {
        let users = self.database().read(orphans_users)?;
        let mut counts = OrphanCounts::default();
        let mut busy = Vec::new();
        for (done, user) in users.iter().enumerate() {
            progress(done, users.len());
            if !self.retry_unless_busy(*user, &mut counts)? {
                busy.push(*user);
            }
        }
        for user in busy {
            if !self.retry_unless_busy(user, &mut counts)? {
                log::warn!("the orphans of user {user} were not tried again: an import is running");
            }
        }
        progress(users.len(), users.len());
        Ok(counts)
    }

    fn retry_unless_busy(&self, user: UserId, counts: &mut OrphanCounts) -> Result<bool, ImportFailure> {
        match self.retry_orphans(user) {
            Ok(of_user) => *counts += of_user,
            Err(failure) if failure.kind == FailureKind::Locked => return Ok(false),
            Err(failure) => return Err(failure),
        }
        Ok(true)
    }
}

/// A user's orphans, converted again.
#[derive(Debug, Default)]
struct Retried {
    /// How many stay.
    failed: u64,
    /// Those that can never become scores.
    refused: Vec<OrphanKey>,
    /// Those that may become scores.
    found: Vec<OrphanKey>,
    /// The same as elements of an import.
    elements: Vec<Element>,
    playtypes: BTreeSet<Gpt>,
}

impl Retried {
    /// Only what may become a score stays in memory.
    fn read(
        importer: &Importer,
        user: UserId,
        catalogue: &Catalogue,
        wanted: &impl Fn(&Orphan) -> bool,
    ) -> Result<Self, DbError> {
        let mut retried = Self::default();
        let mut last: Option<(i64, OrphanId)> = None;
        loop {
            let after = last.as_ref().map(|(time, id)| (*time, id));
            let page = importer.database().read(|conn| orphans_to_retry(conn, user, after, PAGE))?;
            let Some(end) = page.last() else { return Ok(retried) };
            last = Some((end.orphan.time_inserted, end.orphan.id.clone()));
            for stored in page.iter().filter(|stored| wanted(&stored.orphan)) {
                retried.add(stored, convert(stored, catalogue), catalogue);
            }
        }
    }

    fn add(&mut self, stored: &StoredOrphan, converted: Result<DryScore, Failure>, catalogue: &Catalogue) {
        let orphan = &stored.orphan;
        match converted {
            Ok(dry) => {
                let candidate = candidate(dry, orphan.import_type, orphan.user, catalogue);
                if let Err(missing @ HydrateError::MissingMetric(_)) = &candidate.hydrated {
                    log::error!("orphan {}: {missing}", orphan.id);
                    self.failed += 1;
                } else {
                    self.push(stored, candidate);
                }
            }
            Err(Failure::NotFound(_)) => self.failed += 1,
            Err(Failure::Internal(detail)) => {
                log::error!("orphan {}: {detail}", orphan.id);
                self.failed += 1;
            }
            Err(Failure::Skip(_) | Failure::Ambiguous(_) | Failure::Invalid(_)) => self.refused.push(stored.key),
        }
    }

    fn push(&mut self, stored: &StoredOrphan, candidate: Candidate) {
        self.playtypes.insert(candidate.gpt);
        let row = row(self.elements.len(), format!("orphan {}", stored.orphan.id), None, None);
        self.found.push(stored.key);
        self.elements.push(Element { row, outcome: ElementOutcome::Score(Box::new(candidate)) });
    }

    /// Stores what may become scores; the orphans go in the same transaction.
    fn store(&self, conn: &mut Conn, scope: &Scope<'_>) -> Result<OrphanCounts, ImportFailure> {
        let gone: Vec<OrphanKey> = self.refused.iter().chain(&self.found).copied().collect();
        // Their owner may have removed some since they were read; those must not come back as scores.
        if orphans_delete(conn, &gone)? != gone.len() {
            return Err(ImportFailure::locked());
        }
        let playtypes: Vec<Gpt> = self.playtypes.iter().copied().collect();
        let opened = open(conn, scope.user, &playtypes, &charts(&self.elements))?;
        let origin = Origin { opened: &opened, import: None, playtypes: &playtypes, classes: &[] };
        let Applied { separated, .. } = apply(conn, scope, &self.elements, origin)?;
        let success = separated.rows.iter().filter(|row| row.status == RowStatus::New).count() as u64;
        let removed = gone.len() as u64 - success;
        Ok(OrphanCounts { processed: self.failed + gone.len() as u64, failed: self.failed, success, removed })
    }
}

fn convert(stored: &StoredOrphan, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let orphan = &stored.orphan;
    let entry = registry::find(orphan.import_type)
        .ok_or_else(|| Failure::Internal(format!("{} is not read here", orphan.import_type)))?;
    let value = |text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| Failure::Internal(format!("it cannot be read: {error}")))
    };
    let (data, context) = (value(orphan.data.get())?, value(orphan.context.get())?);
    // One bad orphan must not stop the others.
    let converted = catch_unwind(AssertUnwindSafe(|| (entry.convert)(&data, &context, catalogue)));
    converted.unwrap_or_else(|_| Err(Failure::Internal("its conversion panicked".to_owned())))
}
