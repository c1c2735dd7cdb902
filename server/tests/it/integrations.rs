//! What users link with us.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::links::Link;
use tachi_db::users::AuthLevel;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;

use crate::kai::{CLIENT_ID, CLIENT_SECRET, CODE as CODE_OF_KAI, Kai, REDIRECT_URI};
use crate::support::{Answer, Caller, TestServer, keys, on_both_with, settings};
use crate::upstream::Reply;

const BASE: &str = "/api/v1/users/me/integrations";
const CARD: &str = "ABCDEF0123456789";
const CODE: &str = "98765432109876543210";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Every path, with its methods.
const ROUTES: &[(&str, &[Method])] = &[
    ("kai/flo", &[Method::GET, Method::DELETE]),
    ("kai/flo/oauth2callback", &[Method::POST]),
    ("cg/dev", &[Method::GET, Method::PUT, Method::DELETE]),
    ("myt", &[Method::GET, Method::PUT, Method::DELETE]),
    ("arc", &[Method::GET, Method::PATCH]),
    ("fervidex/settings", &[Method::GET, Method::PATCH]),
    ("kshook-sv6c/settings", &[Method::GET, Method::PATCH]),
];

fn keyed(key: &str) -> Options {
    let upstream = UpstreamOptions { secret_key: Some(key.to_owned()), ..UpstreamOptions::default() };
    Options { upstream, ..settings() }
}

#[track_caller]
fn on_both(test: impl Fn(&TestServer)) {
    on_both_with(|| keyed(KEY), test);
}

fn get(caller: &Caller<'_>, path: &str) -> Value {
    caller.get(&format!("{BASE}/{path}")).body()
}

fn put(caller: &Caller<'_>, path: &str, body: Value) -> Answer {
    caller.put(&format!("{BASE}/{path}"), &body)
}

fn patch(caller: &Caller<'_>, path: &str, body: Value) -> Answer {
    caller.patch(&format!("{BASE}/{path}"), &body)
}

fn delete(caller: &Caller<'_>, path: &str) -> Answer {
    caller.delete(&format!("{BASE}/{path}"))
}

#[test]
fn checks_come_in_their_order() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        let token = server.user(AuthLevel::Admin, &["submit_score", "customise_profile"]);
        let admin = server.log_in(token.id);
        for (path, methods) in ROUTES {
            for method in *methods {
                let ask = |caller: &Caller<'_>, user: &str| {
                    let path = format!("/api/v1/users/{user}/integrations/{path}");
                    caller.send(method.clone(), &path, &json!({"wrong": true}))
                };
                let place = format!("{method} {path}");
                for user in ["me", &member.id.to_string(), "99999"] {
                    let text = ask(&server.guest(), user).failure(401);
                    assert_eq!(text, "This endpoint requires session-level authentication.", "{place}");
                    let text = ask(&token.caller, user).failure(403);
                    assert!(text.contains("cannot be performed by an API key"), "{place}: {text}");
                }
                let own = token.id.to_string();
                assert!(ask(&token.caller, &own).failure(403).contains("API key"), "{place}");
                assert_eq!(ask(&member.caller, "99999").failure(404), "The user 99999 does not exist.", "{place}");
                assert_eq!(ask(&member.caller, "no-one").failure(404), "The user no-one does not exist.", "{place}");
                for caller in [&other.caller, &admin] {
                    ask(caller, &member.id.to_string()).failure(403);
                }
                let answer = ask(&member.caller, "me");
                assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{place}");
                assert!(![401, 403].contains(&answer.status), "{place}: {answer:?}");
            }
        }
    });
}

#[test]
fn a_wrong_service_is_noticed_after_the_user_and_before_the_body() {
    let server = TestServer::with(keyed(KEY));
    let (member, other) = (server.member(), server.member());
    for kind in ["FLO2", "2FLO", "kai", ""] {
        let text = "Invalid kaiType - Expected min, flo or eag.";
        member.caller.get(&format!("{BASE}/kai/{kind}")).refused(400, text);
        delete(&member.caller, &format!("kai/{kind}")).refused(400, text);
    }
    for kind in ["flo", "FLO", "fLo", "eag", "MIN"] {
        assert_eq!(get(&member.caller, &format!("kai/{kind}")), json!({"authStatus": false}));
    }
    for kind in ["DEV", "gann", "x"] {
        let text = format!("No such service 'cg/{kind}' is supported.");
        member.caller.get(&format!("{BASE}/cg/{kind}")).refused(404, &text);
        put(&member.caller, &format!("cg/{kind}"), json!({})).refused(404, &text);
    }
    let of_member = format!("/api/v1/users/{}/integrations/kai/x", member.id);
    other.caller.get(&of_member).failure(403);
    server.guest().get(&of_member).failure(401);
}

#[test]
fn a_user_is_named_by_number_name_or_me() {
    let server = TestServer::with(keyed(KEY));
    let member = server.member();
    for name in ["me", &member.id.to_string(), "player_0", "PLAYER_0"] {
        member.caller.get(&format!("/api/v1/users/{name}/integrations/kai/flo")).body();
    }
}

#[test]
fn instances_without_arcade_games_have_the_cards_of_cg_only() {
    let server = TestServer::with(Options { flavour: Some("bokutachi".to_owned()), ..keyed(KEY) });
    let member = server.member();
    for (path, methods) in ROUTES {
        let url = format!("{BASE}/{path}");
        if path.starts_with("cg/") {
            server.guest().get(&url).failure(401);
            assert_eq!(get(&member.caller, path), Value::Null);
            continue;
        }
        for method in *methods {
            for caller in [&server.guest(), &member.caller] {
                assert_eq!(caller.send(method.clone(), &url, &json!({})).status, 404, "{method} {path}");
            }
        }
    }
}

#[test]
fn cards_of_cg_are_kept_by_service() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        let answer = member.caller.get(&format!("{BASE}/cg/dev"));
        assert!(answer.json()["description"].as_str().unwrap().contains("no card info"), "{answer:?}");
        assert_eq!(answer.body(), Value::Null);
        for pin in ["1234", "0042"] {
            assert_eq!(put(&member.caller, "cg/dev", json!({"cardID": CARD, "pin": pin})).body(), json!({}));
            let card = get(&member.caller, "cg/dev");
            assert_eq!(card, json!({"userID": member.id.0, "service": "dev", "cardID": CARD, "pin": pin}));
        }
        put(&member.caller, "cg/gan", json!({"cardID": "abcdefabcdefabcd", "pin": "9999"})).body();
        assert_eq!((get(&member.caller, "cg/nag"), get(&other.caller, "cg/dev")), (Value::Null, Value::Null));
        for _ in 0..2 {
            assert_eq!(delete(&member.caller, "cg/dev").body(), json!({}));
        }
        assert_eq!(get(&member.caller, "cg/dev"), Value::Null);
        assert_eq!(get(&member.caller, "cg/gan")["pin"], "9999");

        let bodies = [
            json!({}),
            json!({"cardID": &CARD[1..], "pin": "1234"}),
            json!({"cardID": "ABCDEF012345678-", "pin": "1234"}),
            json!({"cardID": CARD, "pin": "12345"}),
            json!({"cardID": CARD, "pin": 1234}),
            json!({"cardID": CARD, "pin": "1234", "more": 1}),
        ];
        for body in bodies {
            let text = put(&member.caller, "cg/nag", body.clone()).failure(400);
            assert!(!text.contains("1234") && !text.contains(&CARD[1..]), "{body}: {text}");
        }
        assert_eq!(get(&member.caller, "cg/nag"), Value::Null);
    });
}

#[test]
fn a_card_of_myt_is_one_per_user_and_may_be_that_of_another() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        assert_eq!(get(&member.caller, "myt"), Value::Null);
        put(&member.caller, "cg/dev", json!({"cardID": CARD, "pin": "1234"})).body();
        for code in ["00000000000000000001", CODE] {
            for caller in [&member.caller, &other.caller] {
                assert_eq!(put(caller, "myt", json!({"cardAccessCode": code})).body(), json!({}));
            }
        }
        assert_eq!(get(&member.caller, "myt"), json!({"userID": member.id.0, "cardAccessCode": CODE}));
        for body in [json!({}), json!({"cardAccessCode": &CODE[1..]}), json!({"cardAccessCode": 1}), json!({"x": CODE})]
        {
            put(&member.caller, "myt", body).failure(400);
        }
        for _ in 0..2 {
            assert_eq!(delete(&member.caller, "myt").body(), json!({}));
        }
        assert_eq!(get(&member.caller, "myt"), Value::Null);
        assert_eq!(get(&other.caller, "myt")["cardAccessCode"], CODE);
        assert_eq!(get(&member.caller, "cg/dev")["pin"], "1234");
    });
}

#[test]
fn accounts_of_arc_are_set_kept_and_removed() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        let account = |id: &str, of: &str| json!({"userID": member.id.0, "accountID": id, "forImportType": of});
        let nothing = json!({"iidx": null, "sdvx": null});
        assert_eq!(get(&member.caller, "arc"), nothing);
        let set = patch(&member.caller, "arc", json!({"iidx": "first", "sdvx": "an id"})).body();
        assert_eq!(set, json!({"iidx": account("first", "api/arc-iidx"), "sdvx": account("an id", "api/arc-sdvx")}));
        let replaced = patch(&member.caller, "arc", json!({"iidx": "second", "sdvx": ""})).body();
        assert_eq!(
            replaced,
            json!({"iidx": account("second", "api/arc-iidx"), "sdvx": account("an id", "api/arc-sdvx")})
        );
        assert_eq!(get(&other.caller, "arc"), nothing);
        for _ in 0..2 {
            let removed = patch(&member.caller, "arc", json!({"iidx": null})).body();
            assert_eq!(removed, json!({"iidx": null, "sdvx": account("an id", "api/arc-sdvx")}));
        }
        assert_eq!(get(&member.caller, "arc")["sdvx"], account("an id", "api/arc-sdvx"));
        patch(&member.caller, "arc", json!({})).refused(400, "Invalid request to modify nothing.");
        for body in [json!({"iidx": 5}), json!({"jubeat": "x"}), json!({"iidx": "third", "sdvx": []})] {
            patch(&member.caller, "arc", body).failure(400);
        }
        assert_eq!(get(&member.caller, "arc")["iidx"], Value::Null);
    });
}

#[test]
fn filters_of_fervidex_hold_six_cards() {
    on_both(|server| {
        let member = server.member();
        let path = "fervidex/settings";
        let document =
            |cards: Value, force: bool| json!({"userID": member.id.0, "cards": cards, "forceStaticImport": force});
        assert_eq!(get(&member.caller, path), document(Value::Null, false));
        let six = json!(["f", "e", "d", "c", "b", "a"]);
        assert_eq!(patch(&member.caller, path, json!({"cards": six})).body(), document(six.clone(), false));
        let seven = json!({"cards": ["1", "2", "3", "4", "5", "6", "7"]});
        patch(&member.caller, path, seven).refused(400, "You cannot have more than 6 card filters at once.");
        assert_eq!(patch(&member.caller, path, json!({"forceStaticImport": true})).body(), document(six.clone(), true));
        for body in [json!({}), json!({"forceStaticImport": null})] {
            patch(&member.caller, path, body).refused(400, "No modifications sent.");
        }
        for body in [json!({"cards": "a"}), json!({"cards": [1]}), json!({"forceStaticImport": 1}), json!({"more": 1})]
        {
            patch(&member.caller, path, body).failure(400);
        }
        assert_eq!(get(&member.caller, path), document(six.clone(), true));
        for cleared in [json!(null), json!([])] {
            patch(&member.caller, path, json!({"cards": six})).body();
            assert_eq!(patch(&member.caller, path, json!({"cards": cleared})).body(), document(Value::Null, true));
        }
    });
}

#[test]
fn settings_of_kshook_are_null_until_they_are_set() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        let path = "kshook-sv6c/settings";
        assert_eq!(get(&member.caller, path), Value::Null);
        for body in [json!({}), json!({"forceStaticImport": null}), json!({"forceStaticImport": "true"})] {
            patch(&member.caller, path, body).failure(400);
        }
        for force in [true, false] {
            let document = json!({"userID": member.id.0, "forceStaticImport": force});
            assert_eq!(patch(&member.caller, path, json!({"forceStaticImport": force})).body(), document);
            assert_eq!(get(&member.caller, path), document);
        }
        assert_eq!(get(&other.caller, path), Value::Null);
    });
}

#[test]
fn cursors_are_set_read_and_removed() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        let path = "/api/v1/users/me/import-timestops";
        let of = |caller: &Caller<'_>, import_type: &str| -> Value {
            let body = caller.get(path).body();
            assert_eq!(body["timestops"].as_array().unwrap().len(), 23);
            let mut entries = body["timestops"].as_array().unwrap().iter();
            entries.find(|entry| entry["importType"] == import_type).unwrap()["lastScoreTime"].clone()
        };
        assert_eq!(of(&member.caller, "api/flo-iidx"), Value::Null);
        for time in [5_000, 4_000] {
            let body = json!({"importType": "api/flo-iidx", "lastScoreTime": time});
            assert_eq!(member.caller.put(path, &body).body(), json!({}));
            assert_eq!(of(&member.caller, "api/flo-iidx"), time);
        }
        assert_eq!((of(&member.caller, "api/flo-sdvx"), of(&other.caller, "api/flo-iidx")), (Value::Null, Value::Null));
        let wrong = [
            json!({"importType": "file/batch-manual", "lastScoreTime": 1}),
            json!({"importType": "api/flo-iidx", "lastScoreTime": null}),
            json!({"importType": "api/flo-iidx", "lastScoreTime": 1e300}),
            json!({"lastScoreTime": 1}),
        ];
        for body in wrong {
            member.caller.put(path, &body).failure(400);
        }
        for _ in 0..2 {
            let body = json!({"importType": "api/flo-iidx"});
            assert_eq!(member.caller.send(Method::DELETE, path, &body).body(), json!({}));
        }
        member.caller.send(Method::DELETE, path, &json!({"importType": "nothing"})).failure(400);
        assert_eq!(of(&member.caller, "api/flo-iidx"), Value::Null);
        server.guest().get(path).failure(401);
        other.caller.get(&format!("/api/v1/users/{}/import-timestops", member.id)).failure(403);
    });
}

fn with_flo(origin: &str) -> Options {
    let text = |text: &str| Some(text.to_owned());
    let upstream = UpstreamOptions {
        flo_api_url: text(origin),
        flo_oauth2_client_id: text(CLIENT_ID),
        flo_oauth2_client_secret: text(CLIENT_SECRET),
        flo_oauth2_redirect_uri: text(REDIRECT_URI),
        ..UpstreamOptions::default()
    };
    Options { upstream, ..settings() }
}

/// The pair that is stored for FLO.
fn pair(server: &TestServer, user: UserId) -> Vec<String> {
    let (database, vault) = (server.app.importer.database(), &server.app.vault);
    let values = tachi_server::integrations::read(database, vault, user, Link::Flo).unwrap().unwrap();
    values.iter().map(|value| value.expose().to_owned()).collect()
}

#[test]
fn a_code_links_an_account_and_a_failure_changes_nothing() {
    let kai = Kai::start();
    let server = TestServer::with(with_flo(&kai.upstream.origin()));
    let (member, other) = (server.member(), server.member());
    let link = |kind: &str, body: Value| member.caller.post(&format!("{BASE}/kai/{kind}/oauth2callback"), &body);
    delete(&member.caller, "kai/flo").refused(409, "You are not authorised with this service.");
    for body in [json!({}), json!({"code": 5})] {
        link("flo", body).failure(400);
    }
    link("eag", json!({"code": "x"})).failure(500);
    link("nothing", json!({"code": "x"})).failure(400);
    assert!(kai.upstream.asked().is_empty());

    let answer = link("FLO", json!({"code": CODE_OF_KAI, "state": "x"}));
    assert_eq!(answer.json()["description"], "Successfully updated auth for FLO");
    assert_eq!(answer.body(), json!({}));
    assert_eq!(kai.upstream.asked(), ["POST /oauth/token"]);
    let sent = kai.upstream.requests()[0].form();
    let field = |name: &str| sent.get(name).map(String::as_str);
    assert_eq!(field("grant_type"), Some("authorization_code"));
    assert_eq!(field("code"), Some(CODE_OF_KAI));
    assert_eq!((field("client_id"), field("client_secret")), (Some(CLIENT_ID), Some(CLIENT_SECRET)));
    assert_eq!(field("redirect_uri"), Some(REDIRECT_URI));
    let status = get(&member.caller, "kai/flo");
    assert_eq!((keys(&status), &status["authStatus"]), (vec!["authStatus"], &json!(true)));
    assert_eq!(get(&other.caller, "kai/flo"), json!({"authStatus": false}));
    assert_eq!(get(&member.caller, "kai/min"), json!({"authStatus": false}));
    assert_eq!(pair(&server, member.id), ["access-token-2", "refresh-token-2"]);

    assert_eq!(delete(&member.caller, "kai/flo").body(), json!({}));
    assert_eq!(get(&member.caller, "kai/flo"), json!({"authStatus": false}));
}

#[test]
fn a_code_that_is_refused_changes_nothing() {
    let kai = Kai::start();
    let server = TestServer::with(with_flo(&kai.upstream.origin()));
    let member = server.member();
    let link = |body: Value| member.caller.post(&format!("{BASE}/kai/flo/oauth2callback"), &body);
    link(json!({"code": CODE_OF_KAI})).body();
    // A code is good for one time.
    let text = link(json!({"code": CODE_OF_KAI})).failure(400);
    assert!(text.contains("400"), "{text}");
    let token = "/oauth/token";
    for (upstream, status) in [(302, 400), (404, 400), (500, 500), (503, 500)] {
        kai.upstream.once(token, Reply::status(upstream, "{}").with("Location", "/elsewhere"));
        let text = link(json!({"code": "x"})).failure(status);
        assert!(text.contains(&upstream.to_string()), "{text}");
    }
    for body in ["<html>", "[]", r#"{"access_token":"a"}"#, r#"{"access_token":"a","refresh_token":5}"#] {
        kai.upstream.once(token, Reply::ok(body));
        link(json!({"code": "x"})).failure(500);
    }
    kai.upstream.once(token, Reply::Reset);
    link(json!({"code": "x"})).refused(500, "We failed to reach this site. Are they down?");
    assert_eq!(pair(&server, member.id), ["access-token-2", "refresh-token-2"]);

    kai.upstream.once(token, Reply::ok(r#"{"access_token":"another","refresh_token":"pair"}"#));
    link(json!({"code": "second"})).body();
    assert_eq!(pair(&server, member.id), ["another", "pair"]);
    // Every request asked once.
    assert_eq!(kai.upstream.asked(), ["POST /oauth/token"; 12]);
}

/// Everything that SQLite has written.
fn everything(server: &TestServer) -> Vec<u8> {
    ["tachi.db", "tachi.db-wal"].iter().flat_map(|name| std::fs::read(server.folder().join(name)).unwrap()).collect()
}

#[test]
fn nothing_secret_can_be_read_in_the_database() {
    let kai = Kai::start();
    let server = TestServer::with(with_flo(&kai.upstream.origin()));
    let member = server.member();
    put(&member.caller, "cg/dev", json!({"cardID": CARD, "pin": "4711"})).body();
    put(&member.caller, "myt", json!({"cardAccessCode": CODE})).body();
    patch(&member.caller, "arc", json!({"iidx": "the-account-of-arc"})).body();
    member.caller.post(&format!("{BASE}/kai/flo/oauth2callback"), &json!({"code": CODE_OF_KAI})).body();
    let raw = everything(&server);
    let holds = |text: &str| raw.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("player_0"), "the database was not read");
    for secret in [CARD, CODE, "the-account-of-arc", "access-token-2", "refresh-token-2"] {
        assert!(!holds(secret), "{secret}");
    }
    let key = std::fs::read_to_string(server.folder().join("secret.key")).unwrap();
    assert!(!holds(key.trim()), "the key stands in the database");
}

#[test]
fn what_is_linked_is_stored_encrypted_on_both_databases() {
    on_both(|server| {
        let member = server.member();
        put(&member.caller, "cg/dev", json!({"cardID": CARD, "pin": "4711"})).body();
        put(&member.caller, "myt", json!({"cardAccessCode": CODE})).body();
        patch(&member.caller, "arc", json!({"iidx": "the-account-of-arc"})).body();
        let stored = |link| {
            let database = server.app.importer.database();
            database.read(|conn| tachi_db::links::link_get(conn, member.id, link)).unwrap().unwrap()
        };
        for link in [Link::CgDev, Link::Myt, Link::ArcIidx] {
            let stored = stored(link);
            assert_eq!(stored.values.len(), link.place().columns.len());
            for value in &stored.values {
                // Nonce and tag.
                assert!(value.len() > 24 + 16, "{value:?}");
                for secret in [CARD, CODE, "the-account-of-arc", "4711"] {
                    let is_there = value.windows(secret.len()).any(|window| window == secret.as_bytes());
                    assert!(!is_there, "{link:?}");
                }
            }
        }
    });
}

#[test]
fn a_changed_key_is_said_and_nothing_counts_as_unlinked() {
    let first = TestServer::with(keyed(KEY));
    let member = first.member();
    put(&member.caller, "cg/dev", json!({"cardID": CARD, "pin": "1234"})).body();
    let database_url = Some(first.folder().join("tachi.db").display().to_string());
    let second = TestServer::with(Options { database_url, ..keyed(&KEY.replace("00", "ff")) });
    let cookie = format!("Tachi_SESSION=the-cookie-of-{}", member.id);
    let caller = second.with_cookie(&cookie);
    caller.get(&format!("{BASE}/cg/dev")).refused(500, "stored secret cannot be read: the key has changed");
    assert_eq!(get(&caller, "cg/nag"), Value::Null);
    // It can be linked anew.
    put(&caller, "cg/dev", json!({"cardID": CARD, "pin": "1234"})).body();
    assert_eq!(get(&caller, "cg/dev")["pin"], "1234");
    member.caller.get(&format!("{BASE}/cg/dev")).failure(500);
}

#[test]
fn without_a_key_postgres_links_nothing_and_says_how_to_get_one() {
    let Some(postgres) = crate::postgres::postgres_database() else { return };
    let server = TestServer::with(Options { database_url: Some(postgres.url.clone()), ..settings() });
    let member = server.member();
    let text = put(&member.caller, "cg/dev", json!({"cardID": CARD, "pin": "1234"})).failure(501);
    assert!(text.contains("tachi secret new"), "{text}");
    assert_eq!(get(&member.caller, "cg/dev"), Value::Null);
    assert!(!server.folder().join("secret.key").exists());
}
