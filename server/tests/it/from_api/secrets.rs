//! What nobody may see.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_db::links::Link;

use super::arc::ARC;
use super::cg::CG;
use super::myt::MYT;
use super::panics::{Others, others};
use super::{
    ACCOUNT, API_KEY, ARC_TOKEN, CARD_ID, FLO, HISTORY, KEY, PIN, PROFILE, SECRETS, holds_no_secret, import, item,
    link, on_both, start,
};
use crate::command_line::{Serving, Tachi};
use crate::kai::{CLIENT_ID, CLIENT_SECRET, CODE, Kai, REDIRECT_URI};
use crate::support::{Answer, client, logs};
use crate::upstream::Reply;

fn bad_replies() -> [Reply; 4] {
    let sent = "what-the-service-sent";
    [Reply::status(500, sent), Reply::ok(sent), Reply::status(302, sent).with("Location", sent), Reply::Reset]
}

#[test]
fn no_log_line_and_no_answer_holds_a_secret_or_what_a_service_sent() {
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
        start(&player.caller, FLO);
        super::eventually("it never ended", || {
            super::trackers(server, player.id, tachi_db::imports::TrackerKind::Ongoing).is_empty()
        });
        answers.into_iter().map(holds_no_secret).for_each(drop);
    });
    assert!(logs::lines() > 0, "nothing was logged");
}

/// The services of all families, and what the environment of an instance that knows them is.
fn environment(kai: &Kai, others: &Others) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("TACHI_FLO_API_URL", kai.upstream.origin()),
        ("TACHI_FLO_OAUTH2_CLIENT_ID", text(CLIENT_ID)),
        ("TACHI_FLO_OAUTH2_CLIENT_SECRET", text(CLIENT_SECRET)),
        ("TACHI_FLO_OAUTH2_REDIRECT_URI", text(REDIRECT_URI)),
        ("TACHI_ARC_API_URL", others.arc.upstream.origin()),
        ("TACHI_ARC_AUTH_TOKEN", text(ARC_TOKEN)),
        ("TACHI_CG_DEV_URL", others.cg.origin()),
        ("TACHI_CG_DEV_API_KEY", text(API_KEY)),
        ("TACHI_MYT_API_HOST", others.myt.address.to_string()),
        ("TACHI_MYT_AUTH_TOKEN", text(tachi_mock_myt::TOKEN)),
        ("TACHI_MYT_PLAINTEXT", text("true")),
        ("TACHI_SECRET_KEY", text(KEY)),
    ]
}

/// Somebody who is logged in at the built binary.
struct Alice {
    serving: Serving,
    cookie: String,
}

impl Alice {
    fn registers_at(serving: Serving) -> Self {
        let registration = json!({"username": "alice", "!password": "correct horse", "email": "a@example.com"});
        let request = client().post(format!("{}/api/v1/auth/register", serving.url)).json(&registration);
        let registered = Answer::from(request.send().unwrap());
        let cookie = registered.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { serving, cookie }
    }

    fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = client().request(method, format!("{}/api/v1/{path}", self.serving.url));
        Answer::from(request.header("Cookie", &self.cookie).json(body).send().unwrap())
    }

    fn links_everything(&self) {
        for (method, path, body) in [
            (Method::POST, "kai/flo/oauth2callback", json!({"code": CODE})),
            (Method::PATCH, "arc", json!({"iidx": ACCOUNT})),
            (Method::PUT, "cg/dev", json!({"cardID": CARD_ID, "pin": PIN})),
            (Method::PUT, "myt", json!({"cardAccessCode": tachi_mock_myt::CARD})),
        ] {
            self.send(method, &format!("users/me/integrations/{path}"), &body).body();
        }
    }

    fn imports(&self, import_type: &str) -> Answer {
        holds_no_secret(self.send(Method::POST, "import/from-api", &json!({"importType": import_type})))
    }
}

/// The built binary at its most talkative: what the libraries log with which it asks counts too.
#[test]
fn not_even_the_trace_of_a_whole_run_holds_a_secret() {
    let (kai, (others, _)) = (Kai::start(), others());
    kai.history(HISTORY, &[&[&item(1000, 1501, 15)], &[&item(1001, 1000, 13)]]);
    let tachi = Tachi::new();
    let mut command = tachi.command(&["serve", "--bind", "127.0.0.1:0", "--log", "trace"]);
    command.envs(environment(&kai, &others)).stderr(std::fs::File::create(tachi.path("log")).unwrap());
    let alice = Alice::registers_at(Serving::start(command));
    alice.links_everything();
    for import_type in [FLO, ARC, CG, MYT] {
        alice.imports(import_type).body();
    }
    let sent = "what-the-service-sent";
    kai.upstream.once(HISTORY, Reply::status(500, sent).with("X-Sent", sent));
    others.arc.upstream.once("/api/v1/iidx/28/player_bests/", Reply::status(302, sent).with("Location", sent));
    others.cg.once("/sdvx-scores", Reply::ok(sent));
    others.myt.set(tachi_mock_myt::State { look_up: Some(tonic::Code::Internal), ..Default::default() });
    for import_type in [FLO, ARC, CG, MYT] {
        alice.imports(import_type).failure(500);
    }
    let log = std::fs::read_to_string(tachi.path("log")).unwrap();
    for library in ["TRACE", "tachi_parsers", "hyper", "h2"] {
        assert!(log.contains(library), "{library} logged nothing");
    }
    let leak = log.lines().find(|line| SECRETS.iter().any(|secret| line.contains(secret)));
    assert_eq!(leak, None);
}
