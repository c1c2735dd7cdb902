//! Scheduled work. Source: `spec/pipeline.md` 13, `spec/orphans.md` 3.

use std::sync::Arc;

use tachi_core::ids::FolderId;
use tachi_db::catalogue::{folder_charts, folder_charts_replace, folders_by_ids};
use tachi_db::jobs::job_last_run;
use tachi_import::Importer;
use tachi_server::cli::importer;
use tachi_server::config::{Options, Settings};
use tachi_server::schedule::run_due;

use crate::ir_kit::{read, write};
use crate::support::{TestServer, on_both, settings};

/// 21 September 2021, 01:00 UTC.
const ONE: i64 = 1_632_186_000_000;
const DAY: i64 = 86_400_000;

/// Another process on the same database.
fn another(server: &TestServer) -> Arc<Importer> {
    let options = Options { database_url: Some(server.app.settings.database_url.clone()), ..settings() };
    importer(&Settings::load(options).unwrap()).unwrap()
}

#[test]
fn orphans_are_tried_again_daily_by_one_of_the_processes() {
    on_both(|server| {
        let (first, second) = (&server.app.importer, another(server));
        assert_eq!(run_due(first, ONE), ["snapshots", "folders", "orphans"]);
        assert!(run_due(first, ONE + 5).is_empty() && run_due(&second, ONE + 22 * DAY / 24).is_empty());
        for day in 1..=5 {
            let now = ONE + day * DAY + 7;
            let done = std::thread::scope(|scope| {
                let other = scope.spawn(|| run_due(&second, now));
                [run_due(first, now), other.join().unwrap()].concat()
            });
            let mut done = done;
            done.sort_unstable();
            assert_eq!(done, ["folders", "orphans", "snapshots"], "day {day}");
        }
        // Whatever was missed is made up for once.
        assert_eq!(run_due(&second, ONE + 30 * DAY + 9 * DAY / 24), ["snapshots", "folders", "orphans"]);
        assert!(run_due(first, ONE + 30 * DAY + 10 * DAY / 24).is_empty());
        assert_eq!(read(server, |conn| job_last_run(conn, "orphans")), Some(ONE + 30 * DAY));
    });
}

#[test]
fn folders_are_filled_anew_daily() {
    /// beatmania IIDX SP, "Three Landmarks".
    const FOLDER: &str = "F19f896fca84da1f0ea1a3a700442055b2e42bc938dd3ed3c8e8a68406ab557cb";
    on_both(|server| {
        let key = read(server, |conn| folders_by_ids(conn, &[FolderId::new(FOLDER)]))[0].0;
        let charts = || read(server, |conn| folder_charts(conn, &[key]));
        let full = charts();
        assert_eq!(full.len(), 3);
        // As if a load had not known the charts yet.
        write(server, |conn| folder_charts_replace(conn, &[(key, vec![full[0].1])]));
        assert_eq!(charts(), full[..1]);
        let importer = &server.app.importer;
        assert_eq!(run_due(importer, ONE + DAY), ["snapshots", "folders", "orphans"]);
        assert_eq!(charts(), full);
    });
}
