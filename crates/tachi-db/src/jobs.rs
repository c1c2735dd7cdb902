//! Scheduled work: each run of a job is done by one process. Source: `spec/pipeline.md` 13.

use diesel::prelude::*;

use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::job_runs;

/// How many runs of a job are remembered.
const REMEMBERED: i64 = 30;

/// Takes the run of a job that was due at a time for the process `instance`. Returns whether it is this process that
/// has to do it: the run was not taken before, nor was a later one.
///
/// # Errors
/// Those of the database.
pub fn job_claim(conn: &mut Conn, job: &str, due_at: i64, instance: &str, now: i64) -> Result<bool, DbError> {
    let later = job_runs::table.filter(job_runs::job.eq(job)).filter(job_runs::due_at.ge(due_at));
    if later.count().get_result::<i64>(conn)? > 0 {
        return Ok(false);
    }
    let row = (
        job_runs::job.eq(job),
        job_runs::due_at.eq(due_at),
        job_runs::instance.eq(instance),
        job_runs::claimed_at.eq(now),
    );
    let claimed = on_backend!(&mut *conn, |conn| diesel::insert_into(job_runs::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    let runs = job_runs::table.filter(job_runs::job.eq(job)).order(job_runs::due_at.desc());
    let oldest: Option<i64> = runs.offset(REMEMBERED).select(job_runs::due_at).first(conn).optional()?;
    if let Some(oldest) = oldest {
        let old = job_runs::table.filter(job_runs::job.eq(job)).filter(job_runs::due_at.le(oldest));
        diesel::delete(old).execute(conn)?;
    }
    Ok(claimed > 0)
}

/// The due time of the last run of a job that any process took, UNIX milliseconds.
///
/// # Errors
/// Those of the database.
pub fn job_last_run(conn: &mut Conn, job: &str) -> Result<Option<i64>, DbError> {
    let runs = job_runs::table.filter(job_runs::job.eq(job)).order(job_runs::due_at.desc());
    Ok(runs.select(job_runs::due_at).first(conn).optional()?)
}
