//! Services of the kai family.

use serde_json::{Value, json};
use tachi_core::import_type::ImportType;
use tachi_db::DbError;
use tachi_db::links::Link;
use tachi_db::timestops::{timestop_put, timestops_of_user};
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;
use tachi_server::config::Options;

use super::faults::{self, ENDLESS, PAGES};
use super::{
    FLO, HISTORY, PROFILE, WAIT, failed, flo, held, import, item, left, link, linked, new_scores, on_both, on_each,
    pair, tokens, trackers, with_flo,
};
use crate::kai::Kai;
use crate::support::{Player, Stored, TestServer, limits};
use crate::upstream::Reply;

fn error_kinds(document: &Value) -> Vec<&str> {
    document["errors"].as_array().unwrap().iter().map(|error| error["type"].as_str().unwrap()).collect()
}

/// Two pages: what fails on the second has half of an import behind it.
fn two_pages(kai: &Kai) {
    kai.history(HISTORY, &[&[&item(1000, 1501, 15), &item(99_999, 10, 14)], &[&item(1001, 1000, 13)]]);
}

#[test]
fn pages_become_one_import_and_a_second_one_brings_nothing() {
    on_both(|server, kai, player| {
        let (first, second, third) = (item(1000, 1501, 15), item(1001, 1000, 13), item(4001, 2000, 12));
        kai.history(HISTORY, &[&[&first, &item(99_999, 10, 14)], &[&second], &[&third, &first]]);
        kai.profile(PROFILE, r#"{"sp":12,"dp":null}"#);
        let document = import(&player.caller, FLO).body();
        assert_eq!(new_scores(&document), 3);
        assert_eq!(error_kinds(&document), ["SongOrChartNotFound"]);
        assert_eq!(document["createdSessions"].as_array().unwrap().len(), 1);
        let deltas = document["classDeltas"].as_array().unwrap();
        assert_eq!(deltas.len(), 1);
        assert_eq!((&deltas[0]["set"], &deltas[0]["playtype"]), (&json!("dan"), &json!("SP")));
        assert_eq!(server.stored(player.id), Stored { imports: 1, scores: 3, sessions: 1, orphans: 1 });
        assert_eq!(pair(server, player.id), tokens(2));

        let document = import(&player.caller, FLO).body();
        assert_eq!(new_scores(&document), 0);
        assert_eq!(error_kinds(&document), ["OrphanExists"]);
        assert_eq!((&document["createdSessions"], &document["classDeltas"]), (&json!([]), &json!([])));
        assert_eq!(server.stored(player.id), Stored { imports: 2, scores: 3, sessions: 1, orphans: 1 });
        assert_eq!(pair(server, player.id), tokens(3));
        assert_eq!(held(server), 0);
        assert!(trackers(server, player.id, tachi_db::imports::TrackerKind::Failed).is_empty());
        // One refresh, the profile, every page once, in this order.
        let page = |number: u32| format!("GET {HISTORY}?page={number}");
        let run =
            ["POST /oauth/token".to_owned(), format!("GET {PROFILE}"), format!("GET {HISTORY}"), page(2), page(3)];
        assert_eq!(kai.upstream.asked(), [run.clone(), run].concat());
    });
}

#[test]
fn who_has_not_linked_comes_before_what_the_operator_has_not_set_up() {
    on_both(|server, kai, player| {
        let stranger = server.player();
        let answer = import(&stranger.caller, FLO);
        failed(server, stranger.id, &answer, 401, "No authentication was stored for FLO.");
        let answer = import(&stranger.caller, "api/eag-iidx");
        failed(server, stranger.id, &answer, 401, "No authentication was stored for EAG.");
        link(server, player.id, Link::Eag, &["a", "b"]);
        let answer = import(&player.caller, "api/eag-iidx");
        let text = "Fatal error in performing authentication. This has been reported.";
        failed(server, player.id, &answer, 500, text);
        assert!(kai.upstream.asked().is_empty());
    });
}

#[test]
fn a_link_that_cannot_be_refreshed_is_told_with_the_page_to_link_anew() {
    on_both(|server, kai, player| {
        kai.upstream.once("/oauth/token", Reply::status(400, r#"{"error":"invalid_grant"}"#));
        let answer = import(&player.caller, FLO);
        let text = answer.failure(400);
        assert!(text.contains("https://us.example.com/u/me/integrations/services"), "{text}");
        failed(server, player.id, &answer, 400, &text);
        // The link stays for another try, and is not forgotten.
        assert_eq!(pair(server, player.id), tokens(1));
        let text = "An error has occurred while attempting reauthentication.";
        for reply in [Reply::status(500, "{}"), Reply::ok("<html>"), Reply::ok("{}"), Reply::Reset] {
            kai.upstream.once("/oauth/token", reply);
            failed(server, player.id, &import(&player.caller, FLO), 500, text);
        }
        assert_eq!(kai.upstream.asked().len(), 5);
    });
}

#[test]
fn a_token_that_ends_on_the_way_is_refreshed_once() {
    on_both(|server, kai, player| {
        two_pages(kai);
        let second = format!("{HISTORY}?page=2");
        kai.upstream.once(&second, Reply::status(401, "{}"));
        assert_eq!(new_scores(&import(&player.caller, FLO).body()), 2);
        assert_eq!(pair(server, player.id), tokens(3));
        let other = linked(server);
        link(server, other.id, Link::Flo, &["access-token-3", "refresh-token-3"]);
        kai.upstream.always(&second, Reply::status(403, "{}"));
        let base = kai.upstream.origin();
        let text =
            format!("Attempted to reauthenticate with {base} more than 1 times. The problem is likely not on our end.");
        failed(server, other.id, &import(&other.caller, FLO), 500, &text);
        // Both refreshes are kept.
        assert_eq!(pair(server, other.id), tokens(5));
    });
}

/// Players who link one after another with the tokens that hold then.
fn newcomers<'a>(server: &'a TestServer) -> impl FnMut() -> Player<'a> {
    let mut number = 0;
    move || {
        number += 1;
        let (player, pair) = (server.player(), tokens(number));
        link(server, player.id, Link::Flo, &[&*pair[0], &*pair[1]]);
        player
    }
}

#[test]
fn what_fails_on_a_later_page_leaves_nothing_but_the_new_link() {
    on_each(&faults::small(), flo, |server, kai| {
        two_pages(kai);
        let second = format!("{HISTORY}?page=2");
        let mut faults = faults::answers();
        faults.extend(faults::pages(&kai.upstream.origin(), &second));
        let (mut newcomer, mut players) = (newcomers(server), Vec::new());
        faults::expect(server, &kai.upstream, &second, faults, FLO, || {
            let player = newcomer();
            players.push(player.id);
            player
        });
        for (number, player) in players.into_iter().enumerate() {
            assert_eq!(pair(server, player), tokens(number + 2));
        }
    });
}

#[test]
fn what_passes_is_tried_again() {
    on_each(&limits(), flo, |server, kai| {
        two_pages(kai);
        faults::expect_recovery(&kai.upstream, &format!("{HISTORY}?page=2"), FLO, newcomers(server));
    });
}

#[test]
fn what_never_answers_is_not_waited_for() {
    for limits in [faults::brief(), faults::short_of_time()] {
        on_each(&limits, flo, |server, kai| {
            two_pages(kai);
            let (upstream, second) = (&kai.upstream, format!("{HISTORY}?page=2"));
            faults::expect(server, upstream, &second, faults::silence(), FLO, newcomers(server));
        });
    }
}

#[test]
fn a_refresh_that_is_never_answered_is_not_waited_for() {
    on_each(&faults::brief(), flo, |server, kai| {
        let player = linked(server);
        kai.upstream.once("/oauth/token", Reply::Silence);
        let text = "An error has occurred while attempting reauthentication.";
        failed(server, player.id, &import(&player.caller, FLO), 500, text);
        assert_eq!((pair(server, player.id), kai.upstream.asked().len()), (tokens(1), 1));
    });
}

#[test]
fn pages_without_end_are_an_endless_loop_and_those_at_the_limit_are_none() {
    on_each(&faults::small(), flo, |server, kai| {
        let player = linked(server);
        let score = item(1000, 1501, 15);
        let page: &[&str] = &[&score];
        kai.history(HISTORY, &[page; PAGES + 1]);
        failed(server, player.id, &import(&player.caller, FLO), 508, ENDLESS);
        assert_eq!(pair(server, player.id), tokens(2));
        kai.history(HISTORY, &[page; PAGES]);
        assert_eq!(new_scores(&import(&player.caller, FLO).body()), 1);
    });
}

#[test]
fn a_service_that_is_gone_is_a_failure_of_its_own() {
    let kai = Kai::start();
    let origin = kai.upstream.origin();
    drop(kai);
    let server = TestServer::with(with_flo(&origin));
    let player = linked(&server);
    let text = "An error has occurred while attempting reauthentication.";
    failed(&server, player.id, &import(&player.caller, FLO), 500, text);
    assert_eq!(pair(&server, player.id), tokens(1));
}

#[test]
fn one_bad_score_a_missing_profile_and_no_scores_are_no_failures() {
    on_both(|server, kai, player| {
        let bad = item(1000, 1501, 15).replace(r#""lamp":4"#, r#""lamp":9"#);
        kai.history(HISTORY, &[&[&bad, &item(1001, 1000, 13)]]);
        kai.upstream.always(PROFILE, Reply::status(500, "{}"));
        let document = import(&player.caller, FLO).body();
        assert_eq!((new_scores(&document), error_kinds(&document)), (1, vec!["InvalidDatapoint"]));
        assert_eq!(document["classDeltas"], json!([]));
        let other = server.player();
        link(server, other.id, Link::Flo, &["access-token-2", "refresh-token-2"]);
        kai.history(HISTORY, &[&[]]);
        let document = import(&other.caller, FLO).body();
        assert_eq!((new_scores(&document), &document["errors"]), (0, &json!([])));
        assert_eq!(document["idStrings"], json!([]));
        assert_eq!(server.stored(other.id), Stored { imports: 1, ..Stored::default() });
    });
}

#[test]
fn a_fault_of_ours_after_the_fetch_leaves_the_orphans_and_the_new_link() {
    on_both(|server, kai, player| {
        two_pages(kai);
        for (fault, number) in [(Fault::Error, 2), (Fault::Panic, 3)] {
            let _armed = server.app.importer.arm(Stage::Pbs, fault);
            import(&player.caller, FLO).failure(500);
            assert_eq!(server.stored(player.id), Stored { orphans: 1, ..Stored::default() });
            left(server, player.id, 500, "An internal service error has occurred. This has been reported!");
            assert_eq!(pair(server, player.id), tokens(number));
        }
        assert_eq!(new_scores(&import(&player.caller, FLO).body()), 2);
    });
}

#[test]
fn a_cursor_limits_what_is_read_and_is_never_moved() {
    on_both(|server, kai, player| {
        kai.history(HISTORY, &[&[&item(1000, 1501, 15), &item(1001, 1000, 13)], &[&item(4001, 2000, 12)]]);
        let cursor = 1_714_644_870_000; // 10:14:30
        let database = server.app.importer.database();
        let set = |user, import_type| {
            let put = |conn: &mut tachi_db::Conn| timestop_put(conn, user, import_type, cursor);
            database.write::<_, DbError>(WAIT, put).unwrap();
        };
        // Neither another user's nor another type's counts.
        set(server.player().id, ImportType::ApiFloIidx);
        set(player.id, ImportType::ApiFloSdvx);
        set(player.id, ImportType::ApiFloIidx);
        assert_eq!(new_scores(&import(&player.caller, FLO).body()), 1);
        let stored = database.read(|conn| timestops_of_user(conn, player.id)).unwrap();
        assert_eq!(stored.iter().map(|(_, time)| *time).collect::<Vec<_>>(), [cursor; 2]);
    });
}

#[test]
fn a_link_under_another_key_is_said_to_be_unreadable() {
    let kai = Kai::start();
    let first = TestServer::with(with_flo(&kai.upstream.origin()));
    let player = linked(&first);
    let mut options = with_flo(&kai.upstream.origin());
    options.upstream.secret_key = Some("ff".repeat(32));
    let database_url = Some(first.folder().join("tachi.db").display().to_string());
    let second = TestServer::with(Options { database_url, ..options });
    let answer = import(&second.log_in(player.id), FLO);
    failed(&second, player.id, &answer, 500, "stored secret cannot be read: the key has changed");
    assert!(kai.upstream.asked().is_empty());
    assert_eq!(pair(&first, player.id), tokens(1));
}
