//! Imports that go on after their request was answered. Source: `spec/pipeline.md` 2 and 8.

use std::sync::Arc;
use std::time::Duration;

use tachi_db::imports::{Tracker, tracker_delete, tracker_put};
use tachi_db::{Conn, DbError};
use tachi_import::{FailureKind, Importer, Request};

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
    let tracker = tracker(&app.importer, &request);
    app.write(move |conn| tracker_put(conn, &tracker)).await?;
    let importer = Arc::clone(&app.importer);
    // Not a task of the worker that took the request: those end with it.
    let thread = std::thread::Builder::new().name("import".to_owned());
    thread.spawn(move || run(&importer, &request)).map_err(ApiError::internal)?;
    Ok(())
}

/// An import as running.
fn tracker(importer: &Importer, request: &Request) -> Tracker {
    Tracker {
        import: request.import_id,
        import_type: request.import_type,
        user: request.user,
        user_intent: request.user_intent,
        time_started: now(),
        stage: None,
        progress: None,
        error: None,
        instance: importer.instance().to_owned(),
    }
}

/// Makes an import, again and again while another one of its user is in the way. A failure that stays is noted by the
/// importer.
fn run(importer: &Importer, request: &Request) {
    let import = request.import_id;
    for failures in 0..=MAX_RETRIES {
        match importer.import(request.clone()) {
            Ok(_) => return note(importer, |conn| tracker_delete(conn, import).map(|_| ())),
            Err(failure) if failure.kind == FailureKind::Locked && failures < MAX_RETRIES => {
                let again = tracker(importer, request);
                note(importer, |conn| tracker_put(conn, &again));
                std::thread::sleep(pause(failures, rand::random()));
            }
            Err(failure) => return log::info!("the background import {import} failed: {failure}"),
        }
    }
}

fn note(importer: &Importer, note: impl FnMut(&mut Conn) -> Result<(), DbError>) {
    if let Err(error) = importer.database().write(WAIT, note) {
        log::error!("a background import cannot be tracked: {error}");
    }
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
