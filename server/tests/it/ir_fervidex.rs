//! The fervidex hook: scores, profiles and dans.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tachi_core::game::Gpt;
use tachi_db::hook_settings::{FervidexSettings, fervidex_settings_get, fervidex_settings_put};
use tachi_db::imports::{ImportFilter, TrackerKind, imports_of_user, trackers_of_user};
use tachi_db::profiles::{class_achievements_of_user, profile_get};
use tachi_db::users::AuthLevel;

use crate::ir_kit::{
    Headers, NEEDS_AUTHENTICATION, NO_PERMISSION, NO_SUCH_TOKEN, body, home, hook_refused, imported, nothing, post,
    read, score, write,
};
use crate::support::{Player, TestServer, on_both};

const SCORE: &str = "/ir/fervidex/score/submit";
const PROFILE: &str = "/ir/fervidex/profile/submit";
const CLASS: &str = "/ir/fervidex/class/submit";
const HEADERS: Headers<'static> = &[("User-Agent", "fervidex/1.3.0"), ("X-Software-Model", "LDJ:J:B:A:2020092900")];
const INFINITAS: Headers<'static> = &[("User-Agent", "fervidex/1.3.0"), ("X-Software-Model", "P2D:J:B:A:2020092900")];

fn settings(server: &TestServer, player: &Player<'_>, cards: &[&str], force_static_import: bool) {
    let cards = cards.iter().map(|card| (*card).to_owned()).collect();
    let settings = FervidexSettings { cards, force_static_import };
    write(server, |conn| fervidex_settings_put(conn, player.id, &settings));
}

/// Waits until something in the background happened.
#[track_caller]
fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "it never happened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_score_is_imported_and_highlighted_when_it_comes_again() {
    on_both(|server| {
        let player = server.player();
        let document = imported(&post(&player.caller, SCORE, HEADERS, &body("fervidex/plain")));
        let id = &document["scoreIDs"][0];
        assert_eq!(score(server, id)["highlight"], false);

        let mut again = body("fervidex/plain");
        again["highlight"] = json!(true);
        let known = post(&player.caller, SCORE, HEADERS, &again).body();
        assert_eq!((&known["scoreIDs"], &known["errors"]), (&json!([]), &json!([])));
        assert_eq!(score(server, id)["highlight"], true);
        let best = player.caller.get("/api/v1/users/me/games/iidx/SP/pbs/best").body();
        assert_eq!(best["pbs"][0]["highlight"], true);

        // Nobody else's score is touched, and one that is not stored yet is not highlighted.
        let other = server.player();
        let document = imported(&post(&other.caller, SCORE, HEADERS, &again));
        assert_eq!(score(server, &document["scoreIDs"][0])["highlight"], false);
    });
}

#[test]
fn every_check_comes_in_its_order_on_every_route() {
    let server = home();
    for path in [SCORE, PROFILE, CLASS] {
        hook_refused(&post(&server.guest(), path, &[], &json!({})), 401, NEEDS_AUTHENTICATION);
        assert_eq!(post(&server.player().caller, path, &[], &json!({})).status, 404);
    }
    let server = TestServer::start();
    let player = server.player();
    for path in [SCORE, PROFILE, CLASS] {
        let send = |headers: Headers<'_>| post(&player.caller, path, headers, &json!({}));
        hook_refused(&post(&server.authorized("Bearer x"), path, &[], &json!({})), 401, NO_SUCH_TOKEN);
        assert_eq!(post(&server.authorized("Basic x"), path, &[], &json!({})).status, 400);
        let other = server.user(AuthLevel::User, &[]).caller;
        hook_refused(&post(&other, path, &[], &json!({})), 403, NO_PERMISSION);
        hook_refused(&send(&[("User-Agent", "")]), 400, "Invalid User-Agent.");
        let text = "Invalid User-Agent invalid - expected fervidex client.";
        hook_refused(&send(&[("User-Agent", "invalid")]), 400, text);
        hook_refused(&send(&[("User-Agent", "fervidex/.0")]), 400, "Invalid version .0.");
        let text = "Versions of fervidex < 1.3.0 are not supported.";
        hook_refused(&send(&[("User-Agent", "fervidex/1.2.0")]), 400, text);
        hook_refused(&send(&HEADERS[..1]), 400, "Invalid X-Software-Model.");
        let model = |model| [HEADERS[0], ("X-Software-Model", model)];
        hook_refused(&send(&model("LDJ:J:B:A:NONSENSE")), 400, "Invalid X-Software-Model.");
        hook_refused(&send(&model("LDJ:J:B:Z:2020092900")), 400, "2DX_BMS is not supported.");
        let text = "Invalid software model LDJ:J:B:B:2020092900)";
        hook_refused(&send(&model("LDJ:J:B:B:2020092900")), 400, text);
    }
}

#[test]
fn cards_are_filtered_where_the_user_says_so() {
    let server = TestServer::start();
    let player = server.player();
    settings(&server, &player, &["foo"], false);
    for path in [SCORE, PROFILE, CLASS] {
        let send = |card: Option<&str>| {
            let headers: Vec<_> = HEADERS.iter().copied().chain(card.map(|card| ("X-Account-Id", card))).collect();
            post(&player.caller, path, &headers, &body("fervidex/plain"))
        };
        hook_refused(&send(None), 400, "Fervidex did not provide a card ID.");
        let text = "The card ID bar is not in your list of filters. Ignoring.";
        hook_refused(&send(Some("bar")), 400, text);
        let answer = send(Some("foo"));
        assert!(!answer.text.contains("card"), "{}", answer.text);
    }
}

#[test]
fn a_body_that_is_no_score_is_refused_and_a_bad_score_is_reported() {
    let server = TestServer::start();
    let player = server.player();
    let answer = post(&player.caller, SCORE, HEADERS, &json!({}));
    assert_eq!(answer.status, 400);
    let text = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(text.starts_with("Invalid Fervidex Request?: "), "{text}");
    let mut bad = body("fervidex/plain");
    bad["ex_score"] = json!(9999);
    let document = post(&player.caller, SCORE, HEADERS, &bad).body();
    assert_eq!(document["errors"][0]["type"], "InvalidDatapoint");
}

#[test]
fn a_profile_is_imported_in_the_background_and_its_scores_only_once() {
    on_both(|server| {
        let player = server.player();
        let imports = || read(server, |conn| imports_of_user(conn, player.id, ImportFilter::default(), 10));
        settings(server, &player, &[], true);
        let accepted = "Your import has been loaded for further processing.";
        let profile = body("fervidex-static/plain");
        nothing(&post(&player.caller, PROFILE, HEADERS, &profile), 202, accepted);
        assert!(!read(server, |conn| fervidex_settings_get(conn, player.id)).force_static_import);
        let first = eventually(|| imports().pop()).document;
        assert_eq!((first.score_ids.len(), first.errors.len()), (2, 1));
        assert_eq!(first.class_deltas[0].new.as_deref(), Some("DAN_9"));

        // The wish was for one profile; who sends a field of that name has none.
        let headers: Vec<_> = HEADERS.iter().copied().chain([("forceStaticImport", "true")]).collect();
        nothing(&post(&player.caller, PROFILE, &headers, &profile), 202, accepted);
        let second = eventually(|| Some(imports()).filter(|imports| imports.len() == 2));
        assert!(second[0].document.errors.is_empty() && second[0].document.score_ids.is_empty());

        // INFINITAS is always imported.
        nothing(&post(&player.caller, PROFILE, INFINITAS, &json!({"scores": {}})), 202, accepted);
        eventually(|| Some(imports()).filter(|imports| imports.len() == 3));
        let ongoing = |kind| read(server, |conn| trackers_of_user(conn, player.id, kind, ImportFilter::default(), 10));
        eventually(|| ongoing(TrackerKind::Ongoing).is_empty().then_some(()));
        assert!(ongoing(TrackerKind::Failed).is_empty());
        // Nobody hears that a body was wrong, but it can be looked up.
        nothing(&post(&player.caller, PROFILE, INFINITAS, &json!({})), 202, accepted);
        let failed = eventually(|| ongoing(TrackerKind::Failed).pop());
        let error = failed.error.unwrap();
        assert_eq!((error.message.as_str(), error.status), ("Invalid body.scores.", Some(400)));
    });
}

#[test]
fn a_course_earns_a_dan_without_an_import() {
    on_both(|server| {
        let player = server.player();
        let send = |body: Value| post(&player.caller, CLASS, HEADERS, &body);
        let course = |id: u8, style: u8| json!({"cleared": true, "course_id": id, "play_style": style});
        let dan = |gpt| {
            let profile = read(server, |conn| profile_get(conn, player.id, gpt));
            profile.and_then(|profile| profile.classes.get("dan").cloned())
        };
        nothing(&send(json!({"cleared": false, "course_id": 3, "play_style": 0})), 200, "No Update Made.");
        assert_eq!(dan(Gpt::IidxSp), None);
        nothing(&send(course(7, 0)), 200, "Dan changed!");
        nothing(&send(course(18, 0)), 200, "Dan changed!");
        let worse = "Dan unchanged, was worse than your current dan.";
        nothing(&send(course(18, 0)), 200, worse);
        nothing(&send(course(0, 0)), 200, worse);
        nothing(&send(course(17, 1)), 200, "Dan changed!");
        assert_eq!((dan(Gpt::IidxSp).as_deref(), dan(Gpt::IidxDp).as_deref()), (Some("KAIDEN"), Some("CHUUDEN")));
        let mut feed = read(server, |conn| class_achievements_of_user(conn, player.id, 10));
        feed.sort_by_key(|achievement| (achievement.gpt, achievement.time_achieved, achievement.old_value.is_some()));
        let feed: Vec<_> = feed.iter().map(|seen| (seen.old_value.as_deref(), seen.value.as_str())).collect();
        assert_eq!(feed, [(None, "DAN_1"), (Some("DAN_1"), "KAIDEN"), (None, "CHUUDEN")]);
        assert_eq!(server.stored(player.id).imports, 0);
        let text = "[course_id] Expected an integer between 0 and 18. (Received 20)";
        hook_refused(&send(course(20, 0)), 400, text);
        assert_eq!(send(json!({"cleared": true, "course_id": 1, "play_style": null})).status, 400);
    });
}
