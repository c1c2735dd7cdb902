//! Pages on which users agree that a program acts for them. Source: `spec/rest-api.md` 14.

use std::sync::OnceLock;

use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tachi_server::config::Options;

use crate::clients::client as new_client;
use crate::support::{Answer, Caller, TestServer, client_builder, on_both_with, settings, settings_with_key};

/// A browser that says where it is sent instead of going there.
pub fn browser() -> &'static Client {
    static BROWSER: OnceLock<Client> = OnceLock::new();
    BROWSER.get_or_init(|| client_builder().redirect(Policy::none()).build().unwrap())
}

/// Sends a form from a page of that origin.
fn submit(caller: &Caller<'_>, path: &str, origin: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let mut request = caller.request(Method::POST, path).form(fields);
    if let Some(origin) = origin {
        request = request.header("Origin", origin);
    }
    browser().execute(request.build().unwrap()).unwrap().into()
}

/// The value of a field that is not shown.
#[track_caller]
pub fn hidden(page: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.text.split_once(&start).unwrap_or_else(|| panic!("no {name}: {}", page.text));
    rest.split('"').next().unwrap().replace("&amp;", "&").replace("&lt;", "<").replace("&quot;", "\"")
}

#[track_caller]
fn is_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert!(answer.header("Content-Security-Policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(answer.header("Referrer-Policy"), Some("same-origin"));
    assert_eq!(answer.header("X-Frame-Options"), Some("DENY"));
    assert!(!answer.text.contains("<script"), "{}", answer.text);
}

fn token_of(server: &TestServer, token: &str) -> Answer {
    server.authorized(&format!("Bearer {token}")).get("/api/v1/status")
}

#[test]
fn a_user_agrees_and_goes_to_the_program_with_a_code() {
    on_both_with(settings_with_key, |server| {
        let user = server.member();
        let redirect = "http://localhost:3000/callback?x=1";
        let made = new_client(&user.caller, json!({"redirectUri": redirect, "name": "<script>alert(1)</script>"}));
        let id = made["clientID"].as_str().unwrap();
        let path = format!("/oauth/request-auth?clientID={id}&context=a%26b%22%3C");
        let page = user.caller.get(&path);
        is_page(&page, 200);
        assert!(page.header("Content-Security-Policy").unwrap().contains("form-action 'self' http://localhost:3000;"));
        assert!(page.text.contains("submit_score"));
        let (seal, context) = (hidden(&page, "seal"), hidden(&page, "context"));
        assert_eq!(context, "a&b\"<");
        let fields = [("clientID", id), ("seal", &*seal), ("context", &*context)];

        // A page of another site has the cookie sent at most, not the seal, and not without being named.
        is_page(&submit(&user.caller, "/oauth/request-auth", None, &fields[..1]), 403);
        submit(&user.caller, "/oauth/request-auth", Some("https://evil.example"), &fields);
        is_page(&submit(&server.guest(), "/oauth/request-auth", None, &fields), 401);
        is_page(&submit(&server.member().caller, "/oauth/request-auth", None, &fields), 403);

        let answer = submit(&user.caller, "/oauth/request-auth", Some(&server.url), &fields);
        assert_eq!(answer.status, 303, "{}", answer.text);
        let location = reqwest::Url::parse(answer.header("Location").unwrap()).unwrap();
        assert!(location.as_str().starts_with(redirect), "{location}");
        let query: Vec<(String, String)> = location.query_pairs().into_owned().collect();
        assert_eq!((&*query[1].0, &*query[2].0, &*query[2].1), ("code", "context", "a&b\"<"));
        let body = json!({
            "client_id": id, "client_secret": made["clientSecret"], "redirect_uri": redirect,
            "grant_type": "authorization_code", "code": query[1].1,
        });
        let token = server.guest().post("/api/v1/oauth/token", &body).body();
        assert_eq!(token["userID"], user.id.0);
    });
}

#[test]
fn a_foreign_page_cannot_agree() {
    let server = TestServer::start();
    let user = server.member();
    let made = new_client(&user.caller, json!({}));
    let id = made["clientID"].as_str().unwrap();
    let seal = hidden(&user.caller.get(&format!("/oauth/request-auth?clientID={id}")), "seal");
    let fields = [("clientID", id), ("seal", &*seal)];
    let answer = submit(&user.caller, "/oauth/request-auth", Some("https://evil.example"), &fields);
    assert_eq!((answer.status, answer.header("Location")), (403, None));
}

#[test]
fn whoever_is_not_logged_in_logs_in_first() {
    on_both_with(settings_with_key, |server| {
        let registration = json!({"username": "somebody", "!password": "correct horse", "email": "a@example.com"});
        server.guest().post("/api/v1/auth/register", &registration).body();
        let made = new_client(&server.member().caller, json!({}));
        let path = format!("/oauth/request-auth?clientID={}&context=x", made["clientID"].as_str().unwrap());
        let page = server.guest().get(&path);
        is_page(&page, 200);
        let next = hidden(&page, "next");
        assert_eq!(next, path);
        let log_in = |origin, next: &str, password: &str| {
            let fields = [("username", "somebody"), ("password", password), ("next", next)];
            submit(&server.guest(), "/sign-in", origin, &fields)
        };
        is_page(&log_in(None, &next, "wrong horse"), 403);
        is_page(&log_in(Some("https://evil.example"), &next, "correct horse"), 403);
        for elsewhere in ["https://evil.example/", "//evil.example/", "/api/v1/status", ""] {
            is_page(&log_in(None, elsewhere, "correct horse"), 400);
        }
        let answer = log_in(Some(&server.url), &next, "correct horse");
        assert_eq!((answer.status, answer.header("Location")), (303, Some(&*path)));
        let cookie = answer.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
        assert!(server.with_cookie(&cookie).get(&path).text.contains("Agree"));
    });
}

#[test]
fn a_program_that_reads_a_file_gets_it_filled_in() {
    on_both_with(settings_with_key, |server| {
        let user = server.member();
        let template = "url=https://example.com\nkey=%%TACHI_KEY%%\n";
        let more = json!({"apiKeyTemplate": template, "apiKeyFilename": "key file.ini", "redirectUri": null});
        let with_file = new_client(&user.caller, more);
        let plain = new_client(&user.caller, json!({}));
        let path = |client: &Value| format!("/client-file-flow/{}", client["clientID"].as_str().unwrap());
        let agree = |client: &Value| {
            let page = user.caller.get(&path(client));
            is_page(&page, 200);
            submit(&user.caller, &path(client), None, &[("seal", &hidden(&page, "seal"))])
        };
        let file = agree(&with_file);
        assert_eq!(file.status, 200, "{}", file.text);
        assert_eq!(file.header("Content-Disposition"), Some("attachment; filename*=UTF-8''key%20file.ini"));
        let token = file.text.strip_prefix("url=https://example.com\nkey=").unwrap().trim_end();
        assert_eq!(token_of(server, token).body()["whoami"], user.id.0);

        let shown = agree(&plain);
        is_page(&shown, 200);
        let token = shown.text.split("<pre>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(token_of(server, &token).body()["permissions"], json!(["submit_score"]));
        is_page(&submit(&user.caller, &path(&plain), None, &[("seal", "0")]), 403);
        token_of(server, &token).body();
        agree(&plain);
        token_of(server, &token).failure(401);
    });
}

#[test]
fn failures_are_pages_too_and_say_nothing_unescaped() {
    let server = TestServer::with(Options { our_url: Some("https://example.com".to_owned()), ..settings() });
    let user = server.member();
    let page = user.caller.get("/oauth/request-auth?clientID=%3Cimg%20src%3Dx%3E");
    is_page(&page, 404);
    assert!(page.text.contains("&lt;img") && !page.text.contains("<img"), "{}", page.text);
    is_page(&user.caller.get("/oauth/request-auth"), 400);
    is_page(&user.caller.get("/oauth/request-auth?clientID=a&clientID=b"), 400);
    is_page(&server.guest().get("/client-file-flow/CI0"), 404);
    let nowhere = new_client(&user.caller, json!({"redirectUri": null}));
    is_page(&user.caller.get(&format!("/oauth/request-auth?clientID={}", nowhere["clientID"].as_str().unwrap())), 400);
    assert_eq!(server.guest().get("/pages.css").header("Content-Type"), Some("text/css; charset=utf-8"));
}
