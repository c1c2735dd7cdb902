//! Scheduled work: each run of a job is done once, by one of the processes; one that was missed while nothing was up
//! is made up for at the next start. Source: `spec/pipeline.md` 13.
//!
//! Playcounts are counted when they are read, from the index of PBs by chart, so that none has to be put right.

use std::sync::Arc;
use std::time::Duration;

use tachi_core::game::Gpt;
use tachi_db::DbError;
use tachi_db::jobs::{job_claim, job_last_run};
use tachi_db::recalculation::recalculation_pending;
use tachi_db::snapshots::snapshots_take;
use tachi_import::seeds::refill_folders;
use tachi_import::{ImportFailure, Importer};

use crate::app::now;
use crate::threads::{Signal, Threads};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(15);
/// How long a claim waits for its turn to be written.
const WAIT: Duration = Duration::from_secs(30);

/// Something that is done again and again.
struct Job {
    name: &'static str,
    /// How often, in milliseconds.
    period: i64,
    /// How long after the beginning of a day or minute (UTC), in milliseconds.
    offset: i64,
    /// Whether there is anything to do; a run without is not noted.
    is_needed: fn(&Importer) -> Result<bool, DbError>,
    run: fn(&Importer) -> Result<(), ImportFailure>,
}

const JOBS: &[Job] = &[
    Job {
        name: "snapshots",
        period: DAY,
        offset: 0,
        is_needed: |_| Ok(true),
        run: |importer| take_snapshots(importer, now()),
    },
    Job {
        name: "folders",
        period: DAY,
        offset: 5 * MINUTE,
        is_needed: |_| Ok(true),
        run: |importer| {
            let changed = refill_folders(importer.database())?;
            log::info!("{changed} folders hold other charts than before");
            Ok(())
        },
    },
    Job {
        name: "orphans",
        period: DAY,
        offset: 60 * MINUTE,
        is_needed: |_| Ok(true),
        run: |importer| {
            let counts = importer.retry_all_orphans(|_, _| {})?;
            log::info!("{} of {} orphans became scores", counts.success, counts.processed);
            Ok(())
        },
    },
    // What a data load whose process died did not come to.
    Job {
        name: "recalculation",
        period: MINUTE,
        offset: 0,
        is_needed: |importer| Ok(!importer.database().read(recalculation_pending)?.is_empty()),
        run: |importer| importer.rederive(|_, _| {}).map(|_| ()),
    },
];

/// Starts the thread that does what is due.
#[must_use]
pub fn start(importer: &Arc<Importer>) -> Threads {
    let threads = Threads::default();
    let importer = Arc::clone(importer);
    threads.spawn("schedule", move |signal| watch(&importer, signal));
    threads
}

fn watch(importer: &Importer, signal: &Signal) {
    while !signal.is_stopped() {
        run_due(importer, now());
        signal.pause(signal.wakes(), TICK);
    }
}

/// Does what is due at a time and was not done by any process; returns the names of those jobs.
pub fn run_due(importer: &Importer, now: i64) -> Vec<&'static str> {
    let mut done = Vec::new();
    for job in JOBS {
        match claim(importer, job, now) {
            Ok(false) => {}
            Ok(true) => {
                if let Err(failure) = (job.run)(importer) {
                    log::error!("the job {} failed: {failure}", job.name);
                }
                done.push(job.name);
            }
            Err(error) => log::error!("the job {} waits: {error}", job.name),
        }
    }
    done
}

/// Whether this process has to do the run that was due last.
fn claim(importer: &Importer, job: &Job, now: i64) -> Result<bool, DbError> {
    let due = last_due(job, now);
    // Looking needs no turn to write.
    if importer.database().read(|conn| job_last_run(conn, job.name))?.is_some_and(|last| last >= due) {
        return Ok(false);
    }
    if !(job.is_needed)(importer)? {
        return Ok(false);
    }
    importer.database().write(WAIT, |conn| job_claim(conn, job.name, due, importer.instance(), now))
}

/// Keeps what every profile is, a GPT at a time, so that nobody waits long for their turn to write.
fn take_snapshots(importer: &Importer, now: i64) -> Result<(), ImportFailure> {
    for gpt in Gpt::ALL {
        importer.database().write(WAIT, |conn| snapshots_take(conn, *gpt, now))?;
    }
    Ok(())
}

/// When a job was due last.
fn last_due(job: &Job, now: i64) -> i64 {
    (now - job.offset).div_euclid(job.period) * job.period + job.offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_job_is_due_when_the_table_says() {
        let [snapshots, folders, orphans, recalculation] = JOBS else { panic!("four jobs") };
        // 21 September 2021, 00:00 UTC.
        let midnight = 1_632_182_400_000;
        assert_eq!(last_due(snapshots, midnight + DAY - 1), midnight);
        assert_eq!(last_due(folders, midnight + 5 * MINUTE - 1), midnight - DAY + 5 * MINUTE);
        assert_eq!(last_due(folders, midnight + 5 * MINUTE), midnight + 5 * MINUTE);
        assert_eq!(last_due(orphans, midnight), midnight - DAY + 60 * MINUTE);
        assert_eq!(last_due(orphans, midnight + 60 * MINUTE - 1), midnight - DAY + 60 * MINUTE);
        assert_eq!(last_due(orphans, midnight + 60 * MINUTE), midnight + 60 * MINUTE);
        assert_eq!(last_due(recalculation, midnight + MINUTE + 5), midnight + MINUTE);
    }
}
