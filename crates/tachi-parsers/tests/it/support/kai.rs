//! A service of the kai family on loopback: tokens that rotate, histories in pages, profiles.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::upstream::{Reply, Request, Upstream};

/// What the operator has agreed on with the service.
pub const CLIENT_ID: &str = "the-client-id";
pub const CLIENT_SECRET: &str = "the-client-secret";
pub const REDIRECT_URI: &str = "https://client.example/kai";

/// The only code there is; it can be used once.
pub const CODE: &str = "the-only-code";

/// The tokens that hold at first; every refresh makes the next ones.
pub const ACCESS_1: &str = "access-token-1";
pub const REFRESH_1: &str = "refresh-token-1";

#[derive(Debug)]
struct State {
    /// The number of the tokens that hold.
    tokens: usize,
    code_used: bool,
    /// The texts of the elements, page by page, by path.
    histories: BTreeMap<String, Vec<Vec<String>>>,
    profiles: BTreeMap<String, String>,
}

/// The service.
pub struct Kai {
    /// What it is made of, to let it fail.
    pub upstream: Upstream,
    state: Arc<Mutex<State>>,
}

impl Kai {
    /// Starts a service that knows nobody's scores.
    pub fn start() -> Self {
        let state = State { tokens: 1, code_used: false, histories: BTreeMap::new(), profiles: BTreeMap::new() };
        let state = Arc::new(Mutex::new(state));
        let serving = Arc::clone(&state);
        let upstream = Upstream::start(move |request| {
            let mut state = serving.lock().unwrap_or_else(PoisonError::into_inner);
            state.answer(request)
        });
        Self { upstream, state }
    }

    /// Sets a history: the JSON texts of its elements, page by page.
    pub fn history(&self, path: &str, pages: &[&[&str]]) {
        let pages = pages.iter().map(|page| page.iter().map(|item| (*item).to_owned()).collect()).collect();
        self.lock().histories.insert(path.to_owned(), pages);
    }

    /// Sets a profile: its JSON text.
    pub fn profile(&self, path: &str, body: &str) {
        self.lock().profiles.insert(path.to_owned(), body.to_owned());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.method == "POST" && request.path() == "/oauth/token" {
            return self.token(&request.form());
        }
        if request.header("authorization") != format!("Bearer access-token-{}", self.tokens) {
            return Reply::status(401, r#"{"error":"unauthorised"}"#);
        }
        if let Some(profile) = self.profiles.get(request.path()) {
            return Reply::ok(profile.as_str());
        }
        let Some(pages) = self.histories.get(request.path()) else { return Reply::status(404, "{}") };
        let number: usize = request.query().get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let items = pages.get(number - 1).map_or_else(String::new, |items| items.join(","));
        let next = if number < pages.len() {
            format!(r#""http://{}{}?page={}""#, request.header("host"), request.path(), number + 1)
        } else {
            "null".to_owned()
        };
        Reply::ok(format!(r#"{{"_links":{{"_next":{next}}},"_items":[{items}]}}"#))
    }

    fn token(&mut self, form: &BTreeMap<String, String>) -> Reply {
        let is = |name: &str, value: &str| form.get(name).is_some_and(|sent| sent == value);
        let is_client =
            is("client_id", CLIENT_ID) && is("client_secret", CLIENT_SECRET) && is("redirect_uri", REDIRECT_URI);
        let with_code = is("grant_type", "authorization_code") && is("code", CODE) && !self.code_used;
        let with_token =
            is("grant_type", "refresh_token") && is("refresh_token", &format!("refresh-token-{}", self.tokens));
        if !is_client || !(with_code || with_token) {
            return Reply::status(400, r#"{"error":"invalid_grant"}"#);
        }
        self.code_used |= with_code;
        self.tokens += 1;
        Reply::ok(format!(
            r#"{{"access_token":"access-token-{0}","refresh_token":"refresh-token-{0}","token_type":"Bearer","expires_in":3600}}"#,
            self.tokens
        ))
    }
}
