//! Imports that go on after their request was answered. Source: `spec/pipeline.md` 2 and 8.

use std::sync::Arc;
use std::time::Duration;

use tachi_db::imports::{Tracker, TrackerError, tracker_delete, tracker_fail, tracker_put};
use tachi_db::{Conn, DbError};
use tachi_import::{FailureKind, ImportFailure, Importer, Request};

use crate::app::{App, now};
use crate::envelope::ApiError;

/// How long a note about an import waits for its turn to be written.
const WAIT: Duration = Duration::from_secs(30);
/// How often an import that meets another one of its user is tried again.
const MAX_RETRIES: u32 = 20;
/// The longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(240);

/// Notes an import as running and makes it on a thread of its own.
pub async fn start(app: &App, request: Request) -> Result<(), ApiError> {
    let tracker = Tracker {
        import: request.import_id,
        import_type: request.import_type,
        user: request.user,
        user_intent: request.user_intent,
        time_started: now(),
        stage: None,
        progress: None,
        error: None,
        instance: app.importer.instance().to_owned(),
    };
    app.write(move |conn| tracker_put(conn, &tracker)).await?;
    let importer = Arc::clone(&app.importer);
    // Not a task of the worker that took the request: those end with it.
    let thread = std::thread::Builder::new().name("import".to_owned());
    thread.spawn(move || run(&importer, &request)).map_err(ApiError::internal)?;
    Ok(())
}

fn run(importer: &Importer, request: &Request) {
    let import = request.import_id;
    let done = match attempt(importer, request) {
        Ok(()) => write(importer, |conn| tracker_delete(conn, import)),
        Err(failure) => {
            let error = ApiError::from(failure);
            let status = i32::from(error.kind.status().as_u16());
            let error = TrackerError { message: error.description, status: Some(status) };
            write(importer, |conn| tracker_fail(conn, import, &error))
        }
    };
    if let Err(error) = done {
        log::error!("how the import {import} ended is not noted: {error}");
    }
}

/// Makes an import, again and again while another one of its user is in the way.
fn attempt(importer: &Importer, request: &Request) -> Result<(), ImportFailure> {
    for failures in 0..MAX_RETRIES {
        match importer.import(request.clone()) {
            Err(failure) if failure.kind == FailureKind::Locked => std::thread::sleep(pause(failures, rand::random())),
            result => return result.map(|_| ()),
        }
    }
    importer.import(request.clone()).map(|_| ())
}

/// The pause after a number of failures, give or take a tenth; `random` is between 0 and 1.
fn pause(failures: u32, random: f64) -> Duration {
    let pause = Duration::from_secs(1).saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
    pause.min(MAX_PAUSE).mul_f64(0.9 + random.clamp(0.0, 1.0) * 0.2)
}

fn write(importer: &Importer, note: impl FnMut(&mut Conn) -> Result<bool, DbError>) -> Result<bool, DbError> {
    importer.database().write(WAIT, note)
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
