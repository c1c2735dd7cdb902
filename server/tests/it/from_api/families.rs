//! The other families: ARC, CG, MYT.

use serde_json::json;
use tachi_db::links::Link;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;

use super::{INVALID, KEY, failed, import, link, new_scores};
use crate::support::{TestServer, settings};
use crate::upstream::{Reply, Upstream};

const CG: &str = "api/cg-dev-sdvx";
const ARC: &str = "api/arc-iidx";
const MYT: &str = "api/myt-chunithm";
const NO_CARD: &str = "This user has no card info set up for this service.";
const GENERIC: &str = "An internal service error has occurred. This has been reported!";

fn options(upstream: UpstreamOptions) -> Options {
    Options { upstream: UpstreamOptions { secret_key: Some(KEY.to_owned()), ..upstream }, ..settings() }
}

fn with_cg_and_arc(origin: &str) -> Options {
    let text = |text: &str| Some(text.to_owned());
    options(UpstreamOptions {
        cg_dev_url: text(origin),
        cg_dev_api_key: text("the-api-key"),
        arc_api_url: text(origin),
        arc_auth_token: text("the-arc-token"),
        ..UpstreamOptions::default()
    })
}

fn cg_score(score: &str) -> String {
    format!(
        r#"{{"internalId":1,"difficulty":1,"version":6,"score":{score},"exScore":1234,"clearType":4,"scoreGrade":"AA",
        "maxChain":300,"critical":100,"near":50,"error":0,"dateTime":"2019-06-06 08:14:22"}}"#
    )
}

fn cg_answer(scores: &[String]) -> Reply {
    let scores = scores.join(",");
    Reply::ok(format!(r#"{{"success":true,"data":{{"profile":{{"id":"1","name":"A"}},"scores":[{scores}]}}}}"#))
}

#[test]
fn who_has_linked_nothing_is_told_so_and_then_what_the_operator_lacks() {
    let server = TestServer::with(options(UpstreamOptions::default()));
    let player = server.player();
    let rows = [
        (ARC, "No authentication was stored for api/arc-iidx.", GENERIC, Link::ArcIidx, &["account"][..]),
        (CG, NO_CARD, "Tried to get dev CG conf, yet was not defined?", Link::CgDev, &["ABCDEF0123456789", "0042"]),
        (MYT, NO_CARD, "Tried to get MYT API server host, yet was not defined?", Link::Myt, &["98765432109876543210"]),
    ];
    for (import_type, unlinked, unconfigured, of, values) in rows {
        failed(&server, player.id, &import(&player.caller, import_type), 401, unlinked);
        link(&server, player.id, of, values);
        failed(&server, player.id, &import(&player.caller, import_type), 500, unconfigured);
    }
}

#[test]
fn cg_tells_what_is_wrong_with_a_card_and_fails_over_one_mistyped_score() {
    let upstream = Upstream::start(|_| Reply::status(404, "{}"));
    let server = TestServer::with(with_cg_and_arc(&upstream.origin()));
    let player = server.player();
    link(&server, player.id, Link::CgDev, &["ABCDEF0123456789", "0042"]);
    let path = "/sdvx-scores";
    let run = |reply: Reply| {
        upstream.once(path, reply);
        import(&player.caller, CG)
    };
    for (status, message) in [(200, "Invalid PIN"), (403, "Unknown card")] {
        let answer = run(Reply::status(status, json!({"success": false, "message": message}).to_string()));
        let text = answer.failure(400);
        assert!(text.contains(message), "{text}");
        failed(&server, player.id, &answer, 400, &text);
    }
    for reply in [Reply::ok("<html>"), Reply::status(302, "").with("Location", "/"), Reply::Truncated(b"{".to_vec())] {
        failed(&server, player.id, &run(reply), 500, INVALID);
    }
    let answer = run(cg_answer(&[cg_score("9123000"), cg_score("\"9\"")]));
    let text = answer.failure(400);
    failed(&server, player.id, &answer, 400, &text);
    // One whose chart is unknown is that score's own affair.
    let unknown = cg_score("9123000").replace(r#""internalId":1,"#, r#""internalId":999999,"#);
    let document = run(cg_answer(&[cg_score("9123000"), unknown])).body();
    assert_eq!((new_scores(&document), document["errors"].as_array().unwrap().len()), (1, 1));
    assert_eq!(new_scores(&run(cg_answer(&[cg_score("9123000")])).body()), 0);
    let document = run(cg_answer(&[])).body();
    assert_eq!((new_scores(&document), &document["errors"]), (0, &json!([])));
}

#[test]
fn arc_decides_itself_and_nobody_can_refresh_the_operators_token() {
    let upstream = Upstream::start(|_| Reply::status(404, "{}"));
    let server = TestServer::with(with_cg_and_arc(&upstream.origin()));
    let player = server.player();
    link(&server, player.id, Link::ArcIidx, &["account"]);
    let path = "/api/v1/iidx/28/player_bests/";
    let base = upstream.origin();
    for status in [401, 403] {
        upstream.once(path, Reply::status(status, "{}"));
        let text = format!("Unable to authenticate with {base} and reauthentication was not possible.");
        failed(&server, player.id, &import(&player.caller, ARC), status, &text);
    }
    upstream.once(path, Reply::status(500, "{}"));
    failed(&server, player.id, &import(&player.caller, ARC), 500, INVALID);
    upstream.once(path, Reply::ok(r#"{"_links":{"_next":null},"_items":[]}"#));
    assert_eq!(new_scores(&import(&player.caller, ARC).body()), 0);
}

#[test]
fn myt_that_is_not_there_is_a_failure_of_its_own() {
    let text = |text: &str| Some(text.to_owned());
    let server = TestServer::with(options(UpstreamOptions {
        myt_api_host: text("127.0.0.1:1"),
        myt_auth_token: text("the-myt-token"),
        myt_plaintext: Some(true),
        ..UpstreamOptions::default()
    }));
    let player = server.player();
    link(&server, player.id, Link::Myt, &["98765432109876543210"]);
    let answer = import(&player.caller, MYT);
    let text = answer.failure(500);
    assert!(text.contains("MYT"), "{text}");
    failed(&server, player.id, &answer, 500, &text);
}
