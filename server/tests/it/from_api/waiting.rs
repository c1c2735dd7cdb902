//! What happens while a service is waited for. Source: `spec/pipeline.md` 2, 8 and 14.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tachi_core::ids::ImportId;
use tachi_core::import_type::ImportType;
use tachi_db::background::{BackgroundImport, background_claim, background_exists, background_insert};
use tachi_db::imports::TrackerKind;
use tachi_db::{Conn, DbError};
use tachi_server::app::now;

use super::{
    FLO, HISTORY, PATH, WAIT, eventually, held, import, item, link, linked, new_scores, on_each, poll, start, trackers,
    with_flo,
};
use crate::support::{Form, NOON, Player, TestServer, batch, limits, score};
use crate::upstream::{Reply, Request, Upstream};

/// A service whose second page comes only when it may.
struct Slow {
    upstream: Upstream,
    may: Arc<AtomicBool>,
}

impl Slow {
    fn start() -> Self {
        let may = Arc::new(AtomicBool::new(false));
        let gate = Arc::clone(&may);
        let upstream = Upstream::start(move |request| slow(request, &gate));
        Self { upstream, may }
    }

    fn go_on(&self) {
        self.may.store(true, Ordering::SeqCst);
    }

    /// Whether somebody waits for the second page.
    fn is_asked(&self) -> bool {
        self.upstream.requests().iter().any(|request| request.target.ends_with("page=2"))
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.go_on();
    }
}

fn slow(request: &Request, gate: &AtomicBool) -> Reply {
    if request.path() == "/oauth/token" {
        return Reply::ok(r#"{"access_token":"access","refresh_token":"refresh"}"#);
    }
    if request.path() != HISTORY {
        return Reply::status(404, "{}");
    }
    if request.query().contains_key("page") {
        while !gate.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        return Reply::ok(format!(r#"{{"_links":{{"_next":null}},"_items":[{}]}}"#, item(1001, 1000, 13)));
    }
    let next = format!("http://{}{HISTORY}?page=2", request.header("host"));
    Reply::ok(format!(r#"{{"_links":{{"_next":"{next}"}},"_items":[{}]}}"#, item(1000, 1501, 15)))
}

#[track_caller]
fn on_both(test: impl Fn(&TestServer, &Slow, &Player<'_>)) {
    let start = || {
        let slow = Slow::start();
        let options = with_flo(&slow.upstream.origin());
        (slow, options)
    };
    on_each(&limits(), start, |server, slow| test(server, slow, &linked(server)));
}

#[test]
fn a_live_score_is_stored_meanwhile_and_a_second_import_is_refused_at_once() {
    on_both(|server, slow, player| {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| import(&player.caller, FLO).body());
            eventually("nobody asked for the second page", || slow.is_asked());
            let begun = Instant::now();
            let live: Value = serde_json::from_slice(&batch(&[score("AA", 3000, "CLEAR", NOON)])).unwrap();
            assert_eq!(new_scores(&player.caller.post("/ir/direct-manual/import", &live).body()), 1);
            assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
            let begun = Instant::now();
            let locked = "This user already has an ongoing import.";
            let second = import(&player.caller, FLO);
            second.refused(409, locked);
            assert_eq!(second.header("Retry-After"), Some("2"));
            let form = Form::import("file/batch-manual", &batch(&[score("AA", 3001, "CLEAR", NOON)]));
            player.caller.upload(&form).refused(409, locked);
            assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
            // Nobody else has to wait.
            assert_eq!(new_scores(&server.player().caller.upload(&form).body()), 1);
            assert_eq!((held(server), waiting.is_finished()), (1, false));
            assert_eq!(trackers(server, player.id, TrackerKind::Failed).len(), 2);
            slow.go_on();
            assert_eq!(new_scores(&waiting.join().unwrap()), 2);
        });
        assert_eq!((held(server), server.stored(player.id).scores), (0, 3));
    });
}

#[test]
fn an_import_whose_sender_hangs_up_goes_on_to_its_end() {
    on_both(|server, slow, player| {
        let request = player.caller.request(Method::POST, PATH).timeout(Duration::from_millis(300));
        assert!(request.json(&json!({"importType": FLO})).send().unwrap_err().is_timeout());
        eventually("nobody asked for the second page", || slow.is_asked());
        assert_eq!(held(server), 1);
        slow.go_on();
        eventually("it was not stored", || server.stored(player.id).imports == 1);
        assert_eq!((held(server), server.stored(player.id).scores), (0, 2));
    });
}

#[test]
fn who_polls_is_told_how_much_was_fetched() {
    on_both(|server, slow, player| {
        let id = start(&player.caller, FLO);
        eventually("nobody asked for the second page", || slow.is_asked());
        let answer = poll(server, &id);
        let body = answer.body();
        assert_eq!((&body["importStatus"], &body["progress"]["pages"]), (&json!("ongoing"), &json!(1)));
        assert_eq!(body["progress"]["scores"], 1);
        assert_eq!(answer.json()["description"], body["progress"]["description"]);
        slow.go_on();
        eventually("it never ended", || poll(server, &id).body()["importStatus"] == "completed");
        assert_eq!(new_scores(&poll(server, &id).body()["import"]), 2);
        assert!(trackers(server, player.id, TrackerKind::Ongoing).is_empty());
    });
}

#[test]
fn an_import_that_runs_for_a_second_is_tracked_until_it_is_stored() {
    on_both(|server, slow, player| {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| import(&player.caller, FLO).body());
            eventually("nobody asked for the second page", || slow.is_asked());
            assert!(trackers(server, player.id, TrackerKind::Ongoing).is_empty());
            eventually("it is not tracked", || !trackers(server, player.id, TrackerKind::Ongoing).is_empty());
            let tracker = &trackers(server, player.id, TrackerKind::Ongoing)[0];
            assert_eq!(tracker.import_type, ImportType::ApiFloIidx);
            assert_eq!(tracker.progress.as_ref().unwrap()["pages"], 1);
            let polled = poll(server, &tracker.import.to_string()).body();
            assert_eq!(polled["importStatus"], "ongoing");
            slow.go_on();
            let document = waiting.join().unwrap();
            assert_eq!(document["importID"], tracker.import.to_string());
        });
        assert!(trackers(server, player.id, TrackerKind::Ongoing).is_empty());
    });
}

#[test]
fn imports_that_wait_in_the_background_keep_no_thread_from_others() {
    let slow = Slow::start();
    let server = TestServer::with(with_flo(&slow.upstream.origin()));
    let players: Vec<Player<'_>> = (0..20).map(|_| linked(&server)).collect();
    let ids: Vec<String> = players.iter().map(|player| start(&player.caller, FLO)).collect();
    let asked = || slow.upstream.requests().iter().filter(|request| request.target.ends_with("page=2")).count();
    eventually("they do not wait at the same time", || asked() == players.len());
    let form = Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
    let player = server.player();
    let request = player.caller.upload_request("/api/v1/import/file", &form).header("Prefer", "respond-async");
    assert_eq!(request.send().unwrap().status(), 202);
    eventually("the file waits behind them", || server.stored(player.id).imports == 1);
    slow.go_on();
    for id in ids {
        eventually("it never ended", || poll(&server, &id).body()["importStatus"] == "completed");
    }
}

#[test]
fn an_import_in_the_background_that_its_process_left_is_fetched_again() {
    on_both(|server, slow, player| {
        slow.go_on();
        let id = ImportId::from_bytes([9; 20]);
        let left = BackgroundImport {
            import: id,
            user: player.id,
            import_type: ImportType::ApiFloIidx,
            user_intent: true,
            file_name: None,
            fields: Default::default(),
            body: Vec::new(),
            received: now(),
            due_at: 0,
            locked_tries: 0,
            crashes: 0,
        };
        let died = |conn: &mut Conn| {
            background_insert(conn, &left)?;
            // Nothing was heard of it for a minute.
            background_claim(conn, "dead", now() - 60_000)
        };
        let claimed: Result<_, DbError> = server.app.importer.database().write(WAIT, died);
        // Another is due first only if something else is wrong.
        assert!(claimed.unwrap().is_none_or(|import| import.import == id));
        eventually("it was not taken up", || {
            let polled = poll(server, &id.to_string());
            polled.status == 200 && polled.body()["importStatus"] == "completed"
        });
        assert_eq!(server.stored(player.id).scores, 2);
        let exists = server.app.importer.database().read(|conn| background_exists(conn, id));
        assert!(!exists.unwrap());
    });
}

#[test]
fn an_import_in_the_background_meets_another_one_and_comes_back() {
    let slow = Slow::start();
    let server = TestServer::with(with_flo(&slow.upstream.origin()));
    let player = linked(&server);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| import(&player.caller, FLO).body());
        eventually("nobody asked for the second page", || slow.is_asked());
        let id = start(&player.caller, FLO);
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(poll(&server, &id).body()["importStatus"], "ongoing");
        slow.go_on();
        assert_eq!(new_scores(&waiting.join().unwrap()), 2);
        eventually("it never ended", || poll(&server, &id).body()["importStatus"] == "completed");
        assert_eq!(new_scores(&poll(&server, &id).body()["import"]), 0);
    });
    // A failure is told to who polls, with its own status.
    let stranger = server.player();
    let id = start(&stranger.caller, FLO);
    eventually("it never failed", || poll(&server, &id).status == 401);
    poll(&server, &id).refused(401, "No authentication was stored for FLO.");
    link(&server, stranger.id, tachi_db::links::Link::Flo, &["a", "b"]);
}
