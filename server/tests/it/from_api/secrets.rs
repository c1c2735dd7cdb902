//! What nobody may see.

use tachi_db::links::Link;

use super::{FLO, HISTORY, PATH, PROFILE, import, item, link, on_both};
use crate::support::{Answer, logs};
use crate::upstream::Reply;

/// What the mock of the service makes, and what this test links.
const SECRETS: [&str; 7] = [
    "access-token-",
    "refresh-token-",
    crate::kai::CLIENT_SECRET,
    "CAFE0123CAFE4567",
    "pin=",
    "11112222333344445555",
    "what-the-service-sent",
];

fn bad_replies() -> [Reply; 4] {
    let sent = "what-the-service-sent";
    [Reply::status(500, sent), Reply::ok(sent), Reply::status(302, sent).with("Location", sent), Reply::Reset]
}

#[test]
fn no_log_line_and_no_answer_holds_a_secret_or_what_a_service_sent() {
    logs::watch(&SECRETS);
    on_both(|server, kai, player| {
        link(server, player.id, Link::CgDev, &["CAFE0123CAFE4567", "4711"]);
        link(server, player.id, Link::Myt, &["11112222333344445555"]);
        kai.history(HISTORY, &[&[&item(1000, 1501, 15), &item(99_999, 10, 14)]]);
        kai.profile(PROFILE, "{}");
        let mut answers = vec![import(&player.caller, FLO)];
        let import_id = answers[0].body()["importID"].as_str().unwrap().to_owned();
        for reply in bad_replies() {
            for target in [HISTORY, PROFILE] {
                kai.upstream.once(target, reply.clone());
                answers.push(import(&player.caller, FLO));
            }
        }
        kai.upstream.once("/oauth/token", Reply::status(400, "what-the-service-sent"));
        answers.push(import(&player.caller, FLO));
        for import_type in ["api/cg-dev-sdvx", "api/myt-chunithm", "api/eag-iidx"] {
            answers.push(import(&player.caller, import_type));
        }
        for path in ["", "/poll-status", "/rows"] {
            answers.push(player.caller.get(&format!("/api/v1/imports/{import_id}{path}")));
        }
        answers.push(player.caller.get("/api/v1/imports/failed"));
        let request = player.caller.request(reqwest::Method::POST, PATH).header("Prefer", "respond-async");
        answers.push(Answer::from(request.json(&serde_json::json!({"importType": FLO})).send().unwrap()));
        super::eventually("it never ended", || {
            super::trackers(server, player.id, tachi_db::imports::TrackerKind::Ongoing).is_empty()
        });
        for answer in answers {
            let text = format!("{:?} {}", answer.headers, answer.text);
            assert_eq!(SECRETS.iter().find(|secret| text.contains(**secret)), None, "{text}");
        }
    });
    assert!(logs::lines() > 0, "nothing was logged");
    assert_eq!(logs::leaks(), Vec::<String>::new());
}
