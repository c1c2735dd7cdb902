//! API tokens of users.

use serde_json::{Value, json};
use tachi_db::users::AuthLevel;

use crate::support::{TestServer, keys, on_both};

const LIST: &str = "/api/v1/users/me/api-tokens";
const CREATE: &str = "/api/v1/users/me/api-tokens/create";

#[test]
fn a_token_is_shown_once_and_works_until_it_is_deleted() {
    on_both(|server| {
        let member = server.member();
        let made = member.caller.post(CREATE, &json!({"permissions": ["submit_score", "submit_score"]})).body();
        assert_eq!(keys(&made), ["fromAPIClient", "identifier", "permissions", "token", "userID"]);
        assert_eq!(made["permissions"], json!({"submit_score": true}));
        assert_eq!((&made["identifier"], &made["fromAPIClient"]), (&json!("Custom Token"), &Value::Null));
        assert_eq!(made["userID"], member.id.0);
        let token = made["token"].as_str().unwrap();
        assert!(token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
        let status = server.authorized(&format!("Bearer {token}")).get("/api/v1/status").body();
        assert_eq!((&status["whoami"], &status["permissions"]), (&json!(member.id.0), &json!(["submit_score"])));

        let answer = member.caller.get(LIST);
        assert!(!answer.text.contains(token), "{}", answer.text);
        let listed = answer.body().as_array().unwrap().last().unwrap().clone();
        assert_eq!(listed["permissions"], made["permissions"]);
        let short = listed["token"].as_str().unwrap();
        server.authorized(&format!("Bearer {short}")).get("/api/v1/status").failure(401);

        assert_eq!(member.caller.delete(&format!("{LIST}/{short}")).body(), json!({}));
        member.caller.delete(&format!("{LIST}/{short}")).failure(404);
        server.authorized(&format!("Bearer {token}")).get("/api/v1/status").failure(401);
    });
}

#[test]
fn a_token_is_deleted_by_itself_under_both_paths_but_not_by_others() {
    on_both(|server| {
        let (member, other) = (server.member(), server.member());
        for path in [LIST, "/api/v1/users/me/api-token"] {
            let body = json!({"permissions": [], "identifier": "mine"});
            let made = member.caller.post(CREATE, &body).body();
            assert_eq!(made["identifier"], "mine");
            let path = format!("{path}/{}", made["token"].as_str().unwrap());
            other.caller.delete(&path).failure(404);
            assert_eq!(member.caller.delete(&path).body(), json!({}));
            let text = member.caller.delete(&path).failure(404);
            assert!(!text.contains(made["token"].as_str().unwrap()), "{text}");
        }
    });
}

#[test]
fn what_a_token_is_for_is_said_in_one_way() {
    let server = TestServer::start();
    let member = server.member();
    let create = |body: Value| member.caller.post(CREATE, &body);
    create(json!({})).failure(400);
    create(json!({"clientID": "x", "permissions": ["submit_score"]})).failure(400);
    create(json!({"clientID": "nobody-registered-this"})).failure(404);
    for permissions in [json!(["submit_score", "fly"]), json!("submit_score"), json!({"submit_score": true})] {
        create(json!({"permissions": permissions})).failure(400);
    }
    create(json!({"permissions": [], "identifier": 5})).failure(400);
}

#[test]
fn tokens_are_for_the_user_alone() {
    on_both(|server| {
        let (member, admin) = (server.member(), server.user(AuthLevel::Admin, &[]));
        let of = |user: i32| format!("/api/v1/users/{user}/api-tokens");
        server.guest().get(&of(member.id.0)).refused(401, "This endpoint requires session-level authentication.");
        let token = server.user(AuthLevel::User, &["submit_score"]);
        let text = token.caller.get(&of(token.id.0)).failure(403);
        assert!(text.contains("cannot be performed by an API key"), "{text}");
        server.log_in(admin.id).get(&of(member.id.0)).failure(403);
        member.caller.get(&of(99_999)).refused(404, "The user 99999 does not exist.");
        let answer = member.caller.get(&of(member.id.0));
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        answer.body();
    });
}
