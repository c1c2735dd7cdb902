//! The permission table: every route and every kind of caller, against what the route's row says.
//! Source: `spec/rest-api.md` 2.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::tokens::{NewToken, token_insert};
use tachi_db::users::AuthLevel;
use tachi_server::app::now;
use tachi_server::auth::{PERMISSIONS, hash_token};
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;
use tachi_server::openapi::{Access, Operation};
use tachi_server::routes::operations;

use super::schema::check;
use super::the_document;
use crate::clients::client as new_client;
use crate::ir_kit::write;
use crate::pages::{browser, hidden};
use crate::reading::{FIVE, play};
use crate::support::{Answer, Caller, NOON, TestServer, batch, on_both_with, score, settings};

/// A folder of the catalogue.
const FOLDER: &str = "F68eb1793e01cf279e48aedc23be8972dfa0b57bb6c04dfbf03d30346a0940acc";
/// A table of the catalogue.
const TABLE: &str = "iidx-SP-33-levels";
/// A quest of the catalogue.
const QUEST: &str = "1cbb09d81a42f0cc35885e974b6e1c5d49e82fb9";

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Guest,
    BadToken,
    /// The owner with a token that allows nothing.
    NoPermission,
    /// The owner with a token that allows everything but what is needed.
    WrongPermissions,
    /// The owner with a token that allows what is needed and nothing else.
    RightToken,
    /// Somebody else with a token that allows everything.
    OtherToken,
    OwnCookie,
    OtherCookie,
    /// An admin with a token that allows everything.
    AdminToken,
    BannedToken,
    BannedCookie,
}

const EVERYBODY: [Who; 11] = [
    Who::Guest,
    Who::BadToken,
    Who::NoPermission,
    Who::WrongPermissions,
    Who::RightToken,
    Who::OtherToken,
    Who::OwnCookie,
    Who::OtherCookie,
    Who::AdminToken,
    Who::BannedToken,
    Who::BannedCookie,
];

/// The status that refuses a caller; `None` when the caller gets past all that is asked of who they are.
fn refusal(access: Access, who: Who) -> Option<u16> {
    use Who::*;
    match (access, who) {
        (Access::Unasked, _) => None,
        // The protocol knows tokens and nothing else, and calls it a bad request when there is none.
        (Access::Usc(_), Guest | OwnCookie | OtherCookie | BannedCookie) => Some(400),
        (_, BadToken) => Some(401),
        (_, BannedToken | BannedCookie) => Some(403),
        (Access::Everybody, _) => None,
        (_, Guest) => Some(401),
        (Access::SignedIn, _) => None,
        (Access::LoggedIn, OwnCookie | OtherCookie) => None,
        (Access::Author, OwnCookie) => None,
        (Access::Author, OtherCookie) => Some(403),
        (Access::LoggedIn | Access::Author, _) => Some(401),
        (Access::Admin, AdminToken) => None,
        (Access::Admin, _) => Some(403),
        (Access::SelfKey, OwnCookie) => None,
        (Access::SelfKey, _) => Some(403),
        (Access::Owner(_) | Access::OwnerAlone(_), OtherToken | OtherCookie) => Some(403),
        (Access::OwnerAlone(_), AdminToken) => Some(403),
        (access, NoPermission | WrongPermissions) => access.permission().map(|_| 403),
        _ => None,
    }
}

/// The users of the table, and what the owner has.
struct Stage<'a> {
    server: &'a TestServer,
    owner: UserId,
    other: UserId,
    admin: UserId,
    banned: UserId,
    cookies: [Caller<'a>; 3],
    import: Value,
    client: String,
}

impl<'a> Stage<'a> {
    fn new(server: &'a TestServer) -> Self {
        let owner = server.player();
        let import = play(&owner);
        owner.caller.import("file/batch-manual", &batch(&[score("nobody knows this", 1, "CLEAR", NOON)]));
        let quest = format!("/api/v1/users/{}/games/iidx/SP/targets/quests/{QUEST}", owner.id);
        let own = server.log_in(owner.id);
        own.put(&quest, &json!({})).body();
        let client = new_client(&own, json!({}))["clientID"].as_str().unwrap().to_owned();
        let other = server.player();
        play(&other);
        let (other, owner) = (other.id, owner.id);
        let admin = server.user(AuthLevel::Admin, &[]).id;
        let banned = server.user(AuthLevel::Banned, &[]).id;
        let cookies = [own, server.log_in(other), server.log_in(banned)];
        Self { server, owner, other, admin, banned, cookies, import, client }
    }

    /// A new token of a user.
    fn token(&self, user: UserId, permissions: &[&str]) -> Caller<'a> {
        let token = format!("{}-{user}", permissions.join("-"));
        let permissions: Vec<String> = permissions.iter().map(|name| (*name).to_owned()).collect();
        let (hash, identifier) = (hash_token(&token), "Test");
        write(self.server, |conn| {
            if tachi_db::tokens::token_find(conn, &hash)?.is_none() {
                let permissions = &permissions;
                token_insert(
                    conn,
                    &NewToken { hash, user, identifier, permissions, client_id: None, created_at: now() },
                )?;
            }
            Ok(())
        });
        self.server.authorized(&format!("Bearer {token}"))
    }

    fn caller(&self, access: Access, who: Who) -> Caller<'a> {
        let needed = access.permission();
        match who {
            Who::Guest => self.server.guest(),
            Who::BadToken => self.server.authorized("Bearer nobody-has-this-token"),
            Who::NoPermission => self.token(self.owner, &[]),
            Who::WrongPermissions => {
                let others: Vec<&str> = PERMISSIONS.iter().copied().filter(|name| Some(*name) != needed).collect();
                self.token(self.owner, &others)
            }
            Who::RightToken => self.token(self.owner, needed.as_slice()),
            Who::OtherToken => self.token(self.other, PERMISSIONS),
            Who::AdminToken => self.token(self.admin, PERMISSIONS),
            Who::BannedToken => self.token(self.banned, PERMISSIONS),
            Who::OwnCookie => self.cookies[0].clone(),
            Who::OtherCookie => self.cookies[1].clone(),
            Who::BannedCookie => self.cookies[2].clone(),
        }
    }

    /// A path with names of what the owner has.
    fn path(&self, operation: &Operation) -> String {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let fill = |segment: &str| match segment {
            // Rivals aside, one's own alone.
            "{user}" if operation.path.starts_with("/ir/beatoraja") => "me".to_owned(),
            "{user}" => self.owner.to_string(),
            "{game}" => "iidx".to_owned(),
            "{playtype}" if operation.path.starts_with("/ir/usc") => "Controller".to_owned(),
            "{playtype}" => "SP".to_owned(),
            "{chart}" => FIVE.to_owned(),
            "{score}" => text(&self.import["scoreIDs"][0]),
            "{session}" => text(&self.import["createdSessions"][0]["sessionID"]),
            "{import}" => text(&self.import["importID"]),
            "{table}" => TABLE.to_owned(),
            "{quest}" => QUEST.to_owned(),
            "{folder}" => FOLDER.to_owned(),
            "{kai}" => "flo".to_owned(),
            "{cg}" => "dev".to_owned(),
            "{client}" => self.client.clone(),
            named if named.starts_with('{') => "1".to_owned(),
            named => named.to_owned(),
        };
        let path = operation.path.split('/').map(fill).collect::<Vec<_>>().join("/");
        let query = match operation.row.query {
            query if query.starts_with("search:") => "?search=a".to_owned(),
            query if query.starts_with("mode:") => "?mode=best&n=1".to_owned(),
            query if query.starts_with("clientID:") => format!("?clientID={}", self.client),
            _ => String::new(),
        };
        path + &query
    }

    /// What a page sends when its button is pressed; nothing of the sort when the caller got no such page.
    fn fields(&self, page: &Answer) -> Vec<(&'static str, String)> {
        let is_question = page.text.contains("name=\"seal\"");
        let seal = is_question.then(|| ("seal", hidden(page, "seal")));
        seal.into_iter().chain([("clientID", self.client.clone())]).collect()
    }

    fn call(&self, operation: &Operation, who: Who) -> Answer {
        let caller = self.caller(operation.row.access, who);
        let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
        let path = self.path(operation);
        let mut request = caller.request(method.clone(), &path);
        for (name, value) in operation.row.headers {
            request = request.header(*name, *value);
        }
        if operation.row.body.is_some_and(|(_, body)| body.contains("seal")) {
            let page = caller.get(&format!("{path}?clientID={}", self.client));
            request = request.form(&self.fields(&page));
        } else if method != Method::GET {
            request = request.header("Content-Type", "application/json").body(operation.row.sent.unwrap_or("{}"));
        }
        // Where a page leads to is another host.
        Answer::from(browser().execute(request.build().unwrap()).unwrap())
    }
}

/// The status of an answer; USC-IR has its own in the body.
fn status(access: Access, answer: &Answer) -> u16 {
    match access {
        Access::Usc(_) if answer.status == 200 => match answer.json()["statusCode"].as_u64().unwrap() {
            code @ 40..50 => 400 + u16::try_from(code - 40).unwrap(),
            _ => 200,
        },
        _ => answer.status,
    }
}

/// Whether an answer is one of those that the document knows.
fn is_documented(document: &Value, operation: &Operation, answer: &Answer) -> Result<(), String> {
    let method = operation.method.as_str().to_ascii_lowercase();
    let responses = &document["paths"][&operation.path][&method]["responses"];
    let response = responses.get(answer.status.to_string()).ok_or("the status is not documented")?;
    let response = match response["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => response,
    };
    match &response["content"]["application/json"]["schema"] {
        Value::Null => Ok(()),
        schema => check(document, schema, &answer.json()),
    }
}

/// Those that change most come last, so that the others still find something.
fn harm(operation: &Operation) -> u8 {
    match (operation.method.as_str(), &*operation.path) {
        (_, path) if path.ends_with("/logout") => 3,
        ("DELETE", _) => 2,
        (_, path) if path.ends_with("/revert") => 2,
        ("GET", _) => 0,
        _ => 1,
    }
}

fn omni() -> Options {
    // What is stored encrypted needs a key, which PostgreSQL has none of by itself.
    let upstream = UpstreamOptions { secret_key: Some("07".repeat(32)), ..UpstreamOptions::default() };
    Options { flavour: Some("omni".to_owned()), upstream, ..settings() }
}

#[test]
fn every_route_refuses_whom_its_row_says_and_nobody_else() {
    on_both_with(omni, |server| compare(&Stage::new(server)));
}

fn compare(stage: &Stage<'_>) {
    let document = the_document();
    let mut operations = operations();
    operations.sort_by_key(harm);
    let mut wrong = Vec::new();
    let mut successes = 0;
    // First those who are refused: nothing may have changed by then.
    for refused in [true, false] {
        for operation in &operations {
            let access = operation.row.access;
            for who in EVERYBODY.into_iter().filter(|who| refusal(access, *who).is_some() == refused) {
                let answer = stage.call(operation, who);
                let status = status(access, &answer);
                let as_expected = match refusal(access, who) {
                    Some(expected) => status == expected,
                    None => !matches!(status, 401 | 403 | 500..),
                };
                let problem = match (as_expected, is_documented(&document, operation, &answer)) {
                    (false, _) => "the table says otherwise".to_owned(),
                    (true, Err(error)) => error,
                    (true, Ok(())) => {
                        successes += usize::from(status < 400);
                        continue;
                    }
                };
                let text: String = answer.text.chars().take(300).collect();
                wrong.push(format!(
                    "{} {} ({access:?}) by {who:?}: {problem}: {} {text}",
                    operation.method, operation.path, answer.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert!(successes > 500, "{successes}");
}

/// A table that says "everybody" of everything would pass where nobody is refused.
#[test]
fn what_changes_something_is_not_for_everybody() {
    let free: Vec<String> = operations()
        .into_iter()
        .filter(|operation| operation.method != "GET" && operation.row.access == Access::Everybody)
        .map(|operation| operation.path)
        .collect();
    let expected: Vec<String> =
        ["register", "login", "logout", "verify-email", "resend-verify-email", "forgot-password", "reset-password"]
            .iter()
            .map(|name| format!("/api/v1/auth/{name}"))
            .collect();
    let others = [
        "/api/v1/users/{user}/games/{game}/{playtype}/pbs/resolve",
        "/api/v1/status",
        "/api/v1/games/{game}/{playtype}/charts/resolve",
        // The client's secret is asked for, and the user's password.
        "/api/v1/oauth/token",
        "/sign-in",
    ];
    let expected: Vec<String> = expected.into_iter().chain(others.map(str::to_owned)).collect();
    let sorted = |mut paths: Vec<String>| {
        paths.sort_unstable();
        paths
    };
    assert_eq!(sorted(free), sorted(expected));
    let unasked = |operation: &Operation| operation.row.access == Access::Unasked;
    let unasked: Vec<String> = operations().into_iter().filter(unasked).map(|operation| operation.path).collect();
    assert_eq!(unasked, ["/healthz", "/.deploy/up", "/readyz", "/metrics", "/pages.css"]);
}
