//! Programs of others and the tokens they get. Source: `spec/rest-api.md` 11.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_db::clients::client_by_id;
use tachi_db::users::AuthLevel;
use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;
use tachi_server::config::upstream::UpstreamOptions;

use crate::support::{Answer, Caller, TestServer, keys, on_both_with, settings, settings_with_key};

const CLIENTS: &str = "/api/v1/clients";
const TOKEN: &str = "/api/v1/oauth/token";
const REDIRECT: &str = "https://example.com/callback";
const CREATE_TOKEN: &str = "/api/v1/users/me/api-tokens/create";
const PUBLIC: [&str; 8] = [
    "apiKeyFilename",
    "apiKeyTemplate",
    "author",
    "clientID",
    "name",
    "redirectUri",
    "requestedPermissions",
    "webhookUri",
];

/// A client with an address to come back to.
#[track_caller]
pub fn client(author: &Caller<'_>, more: Value) -> Value {
    let mut body = json!({"name": "A program", "permissions": ["submit_score"], "redirectUri": REDIRECT});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    author.post("/api/v1/clients/create", &body).body()
}

fn id(client: &Value) -> &str {
    client["clientID"].as_str().unwrap()
}

/// What a program sends for a code.
fn exchange(client: &Value, code: &str) -> Value {
    json!({
        "client_id": client["clientID"], "client_secret": client["clientSecret"], "redirect_uri": REDIRECT,
        "grant_type": "authorization_code", "code": code,
    })
}

fn whoami(server: &TestServer, token: &Value) -> Answer {
    server.authorized(&format!("Bearer {}", token.as_str().unwrap())).get("/api/v1/status")
}

#[test]
fn only_its_author_sees_a_clients_secret() {
    on_both_with(settings_with_key, |server| {
        let (author, other) = (server.member(), server.member());
        let made = client(&author.caller, json!({"permissions": ["submit_score", "submit_score", "delete_score"]}));
        assert_eq!(made["requestedPermissions"], json!(["delete_score", "submit_score"]));
        assert_eq!(made["author"], author.id.0);
        let secret = made["clientSecret"].as_str().unwrap();
        assert!(id(&made).len() == 42 && id(&made).starts_with("CI") && secret.len() == 42, "{made}");
        for path in [CLIENTS, "/api/v1/oauth/clients"] {
            assert_eq!(author.caller.get(path).body(), json!([made]), "{path}");
            assert_eq!(other.caller.get(path).body(), json!([]));
            let answer = server.guest().get(&format!("{path}/{}", id(&made)));
            assert!(!answer.text.contains(secret));
            assert_eq!(keys(&answer.body()), PUBLIC);
            server.guest().get(path).failure(401);
            server.player().caller.get(path).failure(401);
        }
        server.guest().get("/api/v1/clients/CI0").refused(404, "The client CI0 does not exist.");
    });
}

#[test]
fn what_a_client_says_about_itself_is_checked() {
    let server = TestServer::start();
    let author = server.member();
    let refused = |more: Value, member: &str| {
        let mut body = json!({"name": "A program", "permissions": ["submit_score"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let text = author.caller.post("/api/v1/clients/create", &body).failure(400);
        assert!(text.starts_with(&format!("[{member}]")), "{text}");
    };
    for name in [json!("ab"), json!("a".repeat(81)), json!(5), Value::Null] {
        refused(json!({ "name": name }), "name");
    }
    for permissions in [json!([]), json!(["fly"]), json!("submit_score"), Value::Null] {
        refused(json!({ "permissions": permissions }), "permissions");
    }
    for url in ["ftp://example.com/", "javascript:alert(1)", "example.com"] {
        refused(json!({ "redirectUri": url }), "redirectUri");
    }
    let private =
        ["http://example.com/", "https://localhost/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/"];
    for url in private {
        refused(json!({ "webhookUri": url }), "webhookUri");
    }
    refused(json!({"apiKeyTemplate": "no place for a key"}), "apiKeyTemplate");
    for name in ["ab", "../x", "a\\b.txt"] {
        refused(json!({ "apiKeyFilename": name }), "apiKeyFilename");
    }
    assert_eq!(author.caller.get(CLIENTS).body(), json!([]));
}

#[test]
fn only_its_author_changes_a_client() {
    on_both_with(settings_with_key, |server| {
        let (author, other) = (server.member(), server.member());
        let made = client(&author.caller, json!({}));
        let path = format!("{CLIENTS}/{}", id(&made));
        let name = json!({"name": "Another name"});
        server.guest().patch(&path, &name).failure(401);
        server.player().caller.patch(&path, &name).failure(401);
        author.caller.patch(&format!("{CLIENTS}/CI0"), &name).failure(404);
        for answer in [
            other.caller.patch(&path, &name),
            other.caller.post(&format!("{path}/reset-secret"), &json!({})),
            other.caller.delete(&path),
        ] {
            answer.failure(403);
        }
        author.caller.patch(&path, &json!({})).failure(400);
        author.caller.patch(&path, &json!({"permissions": ["delete_score"]})).failure(400);

        let changed = author.caller.patch(&path, &json!({"name": "Another name", "redirectUri": null})).body();
        assert_eq!((&changed["name"], &changed["redirectUri"]), (&name["name"], &Value::Null));
        assert_eq!(changed["clientSecret"], made["clientSecret"]);
        let reset = author.caller.post(&format!("{path}/reset-secret"), &json!({})).body();
        assert_ne!(reset["clientSecret"], made["clientSecret"]);
        assert_eq!(author.caller.get(CLIENTS).body(), json!([reset]));
    });
}

#[test]
fn users_have_as_many_clients_as_the_operator_lets_them_and_admins_any_number() {
    let options = || {
        let access = AccessOptions { oauth_client_cap: Some(1), ..settings().access };
        Options { access, ..settings_with_key() }
    };
    on_both_with(options, |server| {
        let member = server.member();
        let body = json!({"name": "One more", "permissions": ["submit_score"]});
        client(&member.caller, json!({}));
        let text = member.caller.post("/api/v1/clients/create", &body).failure(400);
        assert!(text.contains("1 client"), "{text}");
        let admin = server.log_in(server.user(AuthLevel::Admin, &[]).id);
        for _ in 0..2 {
            client(&admin, json!({}));
        }
    });
}

#[test]
fn a_code_becomes_a_token_once() {
    on_both_with(settings_with_key, |server| {
        let (author, user) = (server.member(), server.member());
        let made = client(&author.caller, json!({}));
        server.guest().post("/api/v1/oauth/create-code", &json!({})).failure(401);
        server.player().caller.post("/api/v1/oauth/create-code", &json!({})).failure(401);
        let code = user.caller.post("/api/v1/oauth/create-code", &json!({})).body();
        assert_eq!(keys(&code), ["code", "createdOn", "userID"]);
        assert_eq!(code["userID"], user.id.0);
        let code = code["code"].as_str().unwrap();
        assert!(code.len() == 40 && code.bytes().all(|byte| byte.is_ascii_hexdigit()));

        let answer = server.guest().post(TOKEN, &exchange(&made, code));
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        let token = answer.body();
        assert_eq!(token["permissions"], json!({"submit_score": true}));
        assert_eq!((&token["userID"], &token["fromAPIClient"]), (&json!(user.id.0), &made["clientID"]));
        assert_eq!(token["identifier"], "A program Token");
        assert_eq!(whoami(server, &token["token"]).body()["whoami"], user.id.0);
        server.guest().post(TOKEN, &exchange(&made, code)).failure(404);
    });
}

#[test]
fn a_form_gets_a_token_as_json_does() {
    on_both_with(settings_with_key, |server| {
        let user = server.member();
        let made = client(&user.caller, json!({}));
        let code = user.caller.post("/api/v1/oauth/create-code", &json!({})).body();
        let body = exchange(&made, code["code"].as_str().unwrap());
        let form: Vec<(&str, &str)> =
            body.as_object().unwrap().iter().map(|(name, value)| (&**name, value.as_str().unwrap())).collect();
        let answer = Answer::from(server.guest().request(Method::POST, TOKEN).form(&form).send().unwrap());
        assert_eq!(whoami(server, &answer.body()["token"]).body()["whoami"], user.id.0);
    });
}

#[test]
fn what_is_wrong_with_an_exchange_is_told_in_order() {
    on_both_with(settings_with_key, |server| {
        let user = server.member();
        let made = client(&user.caller, json!({}));
        let code = user.caller.post("/api/v1/oauth/create-code", &json!({})).body();
        let right = exchange(&made, code["code"].as_str().unwrap());
        let mut wrong = right.clone();
        // Everything is wrong at first; what was told is put right.
        for (member, value) in
            [("client_id", "CI0"), ("client_secret", "CS0"), ("redirect_uri", "https://example.com/"), ("code", "0")]
        {
            wrong[member] = json!(value);
        }
        for (member, status) in [("client_id", 404), ("client_secret", 403), ("redirect_uri", 400), ("code", 404)] {
            let text = server.guest().post(TOKEN, &wrong).failure(status);
            assert!(!text.contains("CS0"), "{text}");
            wrong[member] = right[member].clone();
        }
        for member in ["client_id", "client_secret", "redirect_uri", "code", "grant_type"] {
            let mut less = right.clone();
            less.as_object_mut().unwrap().remove(member);
            let text = server.guest().post(TOKEN, &less).failure(400);
            assert!(text.contains(member), "{text}");
        }
        // No failure used the code up.
        server.guest().post(TOKEN, &right).body();
    });
}

#[test]
fn a_code_is_over_after_half_an_hour() {
    use tachi_server::app::now;
    use tachi_server::oauth::make_code;

    on_both_with(settings_with_key, |server| {
        let user = server.member();
        let made = client(&user.caller, json!({}));
        let half_an_hour = 30 * 60 * 1000;
        for (code, age, status) in [("old", half_an_hour + 1000, 404), ("young", half_an_hour - 60_000, 200)] {
            crate::ir_kit::write(server, |conn| make_code(conn, code, user.id, None, now() - age));
            assert_eq!(server.guest().post(TOKEN, &exchange(&made, code)).status, status, "{code}");
        }
        // One that was made for a client is worth nothing to another.
        let other = client(&user.caller, json!({}));
        let bound = other["clientID"].as_str().unwrap();
        crate::ir_kit::write(server, |conn| make_code(conn, "bound", user.id, Some(bound), now()));
        server.guest().post(TOKEN, &exchange(&made, "bound")).failure(404);
        server.guest().post(TOKEN, &exchange(&other, "bound")).body();
    });
}

#[test]
fn a_token_for_a_client_replaces_the_one_it_had_of_the_user() {
    on_both_with(settings_with_key, |server| {
        let (author, user, other) = (server.member(), server.member(), server.member());
        let made = client(&author.caller, json!({"permissions": ["customise_score"]}));
        let body = json!({"clientID": made["clientID"]});
        let first = user.caller.post(CREATE_TOKEN, &body).body();
        assert_eq!((&first["identifier"], &first["fromAPIClient"]), (&made["name"], &made["clientID"]));
        assert_eq!(first["permissions"], json!({"customise_score": true}));
        let others = other.caller.post(CREATE_TOKEN, &body).body();
        let own = user.caller.post(CREATE_TOKEN, &json!({"permissions": ["submit_score"]})).body();
        let second = user.caller.post(CREATE_TOKEN, &body).body();
        whoami(server, &first["token"]).failure(401);
        for token in [&second, &others, &own] {
            whoami(server, &token["token"]).body();
        }
        // A new secret changes nothing about tokens; without the client they are nothing.
        let path = format!("{CLIENTS}/{}", id(&made));
        author.caller.post(&format!("{path}/reset-secret"), &json!({})).body();
        whoami(server, &second["token"]).body();
        assert_eq!(author.caller.delete(&path).body(), json!({}));
        for token in [&second, &others] {
            whoami(server, &token["token"]).failure(401);
        }
        whoami(server, &own["token"]).body();
        user.caller.post(CREATE_TOKEN, &body).failure(404);
        author.caller.delete(&path).failure(404);
    });
}

#[test]
fn the_database_holds_no_secret_of_a_client() {
    on_both_with(settings_with_key, |server| {
        let made = client(&server.member().caller, json!({}));
        let (id, secret) = (id(&made).to_owned(), made["clientSecret"].as_str().unwrap());
        let stored = server.app.importer.database().read(|conn| client_by_id(conn, &id)).unwrap().unwrap().secret;
        // Nonce and tag.
        assert_eq!(stored.values.iter().map(Vec::len).collect::<Vec<_>>(), [24 + secret.len() + 16]);
        for digits in [secret, &secret[2..10]] {
            assert!(!stored.values[0].windows(digits.len()).any(|window| window == digits.as_bytes()));
        }
    });
}

#[test]
fn under_a_changed_key_a_client_has_no_secret_until_its_author_makes_a_new_one() {
    let first = TestServer::with(settings_with_key());
    let author = first.member();
    let made = client(&author.caller, json!({}));
    let path = format!("{CLIENTS}/{}", id(&made));
    let database_url = Some(first.folder().join("tachi.db").display().to_string());
    let upstream = UpstreamOptions { secret_key: Some("ff".repeat(32)), ..UpstreamOptions::default() };
    let second = TestServer::with(Options { database_url, upstream, ..settings() });
    let caller = second.with_cookie(&format!("Tachi_SESSION=the-cookie-of-{}", author.id));
    let text = "stored secret cannot be read: the key has changed";
    assert_eq!(caller.get(CLIENTS).body()[0]["clientSecret"], "");
    let renamed = caller.patch(&path, &json!({"name": "Another name"})).body();
    assert_eq!((&renamed["name"], &renamed["clientSecret"]), (&json!("Another name"), &json!("")));
    let code = caller.post("/api/v1/oauth/create-code", &json!({})).body();
    let code = code["code"].as_str().unwrap();
    second.guest().post(TOKEN, &exchange(&made, code)).refused(500, text);
    let reset = caller.post(&format!("{path}/reset-secret"), &json!({})).body();
    assert_eq!(caller.get(CLIENTS).body(), json!([reset]));
    second.guest().post(TOKEN, &exchange(&reset, code)).body();
}

#[test]
fn without_a_key_postgres_makes_no_client_and_says_how_to_get_one() {
    let Some(postgres) = crate::postgres::postgres_database() else { return };
    let server = TestServer::with(Options { database_url: Some(postgres.url.clone()), ..settings() });
    let body = json!({"name": "A program", "permissions": ["submit_score"]});
    let text = server.member().caller.post("/api/v1/clients/create", &body).failure(501);
    assert!(text.contains("tachi secret new"), "{text}");
}
