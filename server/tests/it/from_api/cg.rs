//! The CG family. Source: `spec/import-types/api-cg.md`, `spec/integrations.md` 6.

use serde_json::{Value, json};
use tachi_db::links::Link;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;

use super::{API_KEY, CARD_ID, PIN, failed, faults, import, link, new_scores, on_each, options, untouched};
use crate::support::{Player, Stored, TestServer, limits};
use crate::upstream::{Reply, Upstream};

pub const CG: &str = "api/cg-dev-sdvx";
const SCORES: &str = "/sdvx-scores";

/// The score of a chart that is known, and one of a chart that is not.
pub fn score() -> Value {
    json!({
        "internalId": 1, "difficulty": 1, "version": 6, "score": 9_123_000, "exScore": 1234, "clearType": 4,
        "scoreGrade": "AA", "maxChain": 300, "critical": 100, "near": 50, "error": 0, "dateTime": "2019-06-06 08:14:22",
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut score = score();
    score[member] = value;
    score
}

pub fn answer(scores: &[Value]) -> Reply {
    let answer = json!({"success": true, "data": {"profile": {"id": "1", "name": "A"}, "scores": scores}});
    Reply::ok(answer.to_string())
}

pub fn with_cg(origin: &str) -> Options {
    options(UpstreamOptions {
        cg_dev_url: Some(origin.to_owned()),
        cg_dev_api_key: Some(API_KEY.to_owned()),
        ..UpstreamOptions::default()
    })
}

fn service() -> (Upstream, Options) {
    let upstream = Upstream::start(|_| answer(&[score()]));
    let options = with_cg(&upstream.origin());
    (upstream, options)
}

/// A player with a card there.
pub fn linked(server: &TestServer) -> Player<'_> {
    let player = server.player();
    link(server, player.id, Link::CgDev, &[CARD_ID, PIN]);
    player
}

#[test]
fn one_answer_becomes_one_import_and_a_second_one_brings_nothing() {
    on_each(&limits(), service, |server, upstream| {
        let player = linked(server);
        upstream.always(SCORES, answer(&[score(), with("internalId", json!(999_999))]));
        let document = import(&player.caller, CG).body();
        assert_eq!((new_scores(&document), &document["idStrings"]), (1, &json!(["sdvx:Single"])));
        assert_eq!(document["errors"][0]["type"], "SongOrChartNotFound");
        assert_eq!(document["createdSessions"].as_array().unwrap().len(), 1);
        assert_eq!(server.stored(player.id).orphans, 1);
        let document = import(&player.caller, CG).body();
        assert_eq!((new_scores(&document), &document["errors"][0]["type"]), (0, &json!("OrphanExists")));
        let request = format!("GET {SCORES}?api_key={API_KEY}&card_id={CARD_ID}&pin={PIN}");
        assert_eq!(upstream.asked(), [request.clone(), request]);
    });
}

#[test]
fn what_is_wrong_with_a_card_is_told_in_the_services_words() {
    on_each(&limits(), service, |server, upstream| {
        let player = linked(server);
        let long = format!("no\u{7}\n{}", "x".repeat(600));
        let cut = format!("no{}", "x".repeat(498));
        let rows = [(200, "Invalid PIN", "Invalid PIN"), (403, "Unknown card", "Unknown card"), (401, &*long, &*cut)];
        for (status, sent, shown) in rows {
            let body = json!({"success": false, "message": sent}).to_string();
            upstream.once(SCORES, Reply::status(status, body));
            let text = format!("Failed to fetch data from CG. Error Message: {shown}.");
            failed(server, player.id, &import(&player.caller, CG), 400, &text);
        }
    });
}

#[test]
fn what_is_no_answer_leaves_nothing() {
    on_each(&faults::small(), service, |server, upstream| {
        faults::expect(server, upstream, SCORES, faults::answers(), CG, || linked(server));
    });
}

#[test]
fn what_passes_is_tried_again() {
    on_each(&limits(), service, |server, upstream| {
        faults::expect_recovery(upstream, SCORES, CG, || linked(server));
    });
}

#[test]
fn what_never_answers_is_not_waited_for() {
    for limits in [faults::brief(), faults::short_of_time()] {
        on_each(&limits, service, |server, upstream| {
            faults::expect(server, upstream, SCORES, faults::silence(), CG, || linked(server));
        });
    }
}

/// The page has one answer for all of them: a service that sends such a score is not the one that the page describes.
#[test]
fn one_score_against_the_table_fails_all_of_them() {
    on_each(&limits(), service, |server, upstream| {
        let player = linked(server);
        let rows = [
            (with("score", json!("9")), "data[1].score | Expected "),
            (with("score", json!(10_000_001)), "data[1].score | Expected "),
            (with("near", json!(-1)), "data[1].near | Expected "),
            (with("dateTime", Value::Null), "data[1].dateTime | Expected "),
        ];
        for (bad, place) in rows {
            upstream.once(SCORES, answer(&[score(), bad]));
            let answer = import(&player.caller, CG);
            let text = answer.failure(400);
            assert!(text.starts_with(&format!("Invalid CG sdvx Score.: {place}")), "{text}");
            failed(server, player.id, &answer, 400, &text);
        }
        untouched(server, player.id);
    });
}

#[test]
fn scores_that_stand_for_nothing_known_and_no_scores_are_no_failures() {
    on_each(&limits(), service, |server, upstream| {
        let player = linked(server);
        let bad = [with("clearType", json!(0)), with("version", json!(99)), with("dateTime", json!("yesterday"))];
        upstream.once(SCORES, answer(&[&[score()][..], &bad].concat()));
        let document = import(&player.caller, CG).body();
        let errors = document["errors"].as_array().unwrap();
        assert_eq!((new_scores(&document), errors.len()), (1, 3));
        assert!(errors.iter().all(|error| error["type"] == "InvalidDatapoint"), "{errors:?}");
        let other = linked(server);
        upstream.once(SCORES, answer(&[]));
        let document = import(&other.caller, CG).body();
        assert_eq!((new_scores(&document), &document["errors"]), (0, &json!([])));
        assert_eq!(server.stored(other.id), Stored { imports: 1, ..Stored::default() });
    });
}
