//! How often somebody may do something: fixed windows of time. Source: `spec/rest-api.md` 3.
//!
//! The general limit is counted by each process for itself. The others hold across the processes of a PostgreSQL
//! database, in a row per subject; SQLite has one process, and its memory does.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use tachi_db::Target;
use tachi_db::rate_limits::{Window, rate_limit_hit, rate_limits_delete_expired};

use crate::app::{App, WAIT, block, now};
use crate::auth::{Caller, Proof};
use crate::config::access::Access;
use crate::envelope::{ApiError, Kind};

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limiter {
    /// Requests.
    Normal,
    /// Guesses at passwords and codes, and large answers.
    Aggressive,
    /// Mails, and the largest answers.
    HyperAggressive,
    /// Imports, with each token.
    Import,
}

/// A limit in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    name: &'static str,
    max: u32,
    seconds: u32,
    /// Whether all processes count together.
    shared: bool,
}

impl Limiter {
    /// The limit, unless it is switched off.
    fn rule(self, access: &Access) -> Option<Rule> {
        let rule = match self {
            Self::Normal => Rule { name: "normal", max: access.rate_limit, seconds: 60, shared: false },
            Self::Aggressive => Rule { name: "aggressive", max: 15, seconds: 600, shared: true },
            Self::HyperAggressive => Rule { name: "hyper-aggressive", max: 2, seconds: 300, shared: true },
            Self::Import => Rule { name: "import", max: access.import_rate_limit, seconds: 60, shared: true },
        };
        // No requests at all switches every limit off.
        (access.rate_limit > 0 && rule.max > 0).then_some(rule)
    }
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    rule: Rule,
    hits: i64,
    /// UNIX milliseconds.
    resets_at: i64,
    /// UNIX milliseconds.
    now: i64,
}

impl Standing {
    fn is_exceeded(&self) -> bool {
        self.hits > i64::from(self.rule.max)
    }

    fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        let remaining = (i64::from(self.rule.max) - self.hits).max(0);
        [
            (HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(self.rule.max)),
            (HeaderName::from_static("x-ratelimit-remaining"), HeaderValue::from(remaining)),
            (HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(seconds(self.resets_at))),
        ]
    }

    fn refusal(&self) -> ApiError {
        let Rule { max, seconds: length, .. } = self.rule;
        let text = format!("You have exceeded {max} requests per {length} seconds. Please wait.");
        let wait = seconds(self.resets_at - self.now).max(1);
        ApiError::new(Kind::RateLimited, text).header(RETRY_AFTER, HeaderValue::from(wait))
    }
}

/// Whole seconds, none of them too few.
fn seconds(milliseconds: i64) -> i64 {
    (milliseconds + 999).div_euclid(1000)
}

/// The windows that this process counts for itself.
#[derive(Debug, Default)]
pub struct Limits(Mutex<Windows>);

#[derive(Debug, Default)]
struct Windows {
    of: HashMap<(&'static str, String), Window>,
    /// When windows that are over were removed, UNIX milliseconds.
    swept_at: i64,
    /// The same of those in the database.
    shared_swept_at: i64,
}

/// How often windows that are over are removed, in milliseconds.
const SWEEP_EVERY: i64 = 60_000;
/// The same of those in the database.
const SWEEP_SHARED_EVERY: i64 = 600_000;

impl Limits {
    fn hit(&self, rule: Rule, subject: String, now: i64) -> Window {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= windows.swept_at + SWEEP_EVERY {
            windows.of.retain(|_, window| window.resets_at > now);
            windows.swept_at = now;
        }
        let window = windows.of.entry((rule.name, subject)).or_insert(Window { hits: 0, resets_at: 0 });
        if window.resets_at <= now {
            *window = Window { hits: 0, resets_at: now + length(rule) };
        }
        window.hits += 1;
        *window
    }

    /// Whether it is time to remove windows that are over from the database, too.
    fn sweeps_shared(&self, now: i64) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = now >= windows.shared_swept_at + SWEEP_SHARED_EVERY;
        if due {
            windows.shared_swept_at = now;
        }
        due
    }
}

fn length(rule: Rule) -> i64 {
    i64::from(rule.seconds) * 1000
}

/// Counts; `None` where there is no limit.
async fn hit(app: &App, limiter: Limiter, subject: String) -> Result<Option<Standing>, ApiError> {
    let Some(rule) = limiter.rule(&app.settings.access) else { return Ok(None) };
    let now = now();
    let window = if rule.shared && matches!(app.importer.database().target(), Target::Postgres(_)) {
        let importer = Arc::clone(&app.importer);
        let sweeps = app.limits.sweeps_shared(now);
        block(move || {
            let database = importer.database();
            if sweeps {
                database.write_alone(WAIT, |conn| rate_limits_delete_expired(conn, now))?;
            }
            Ok(database.write_alone(WAIT, |conn| rate_limit_hit(conn, rule.name, &subject, length(rule), now))?)
        })
        .await?
    } else {
        app.limits.hit(rule, subject, now)
    };
    Ok(Some(Standing { rule, hits: window.hits, resets_at: window.resets_at, now }))
}

/// Counts a request, and refuses it when it is one too many. The answer will say where its sender stands.
async fn check(request: &HttpRequest, app: &App, limiter: Limiter, subject: String) -> Result<(), ApiError> {
    let Some(standing) = hit(app, limiter, subject).await? else { return Ok(()) };
    request.extensions_mut().insert(standing);
    if standing.is_exceeded() { Err(standing.refusal()) } else { Ok(()) }
}

/// Counts an import of whoever is allowed to make one, by token, or by user for those who are logged in.
pub async fn check_import(request: &HttpRequest, app: &App, caller: &Caller) -> Result<(), ApiError> {
    let subject = match (caller.proof(), caller.user()) {
        (Proof::Token(token), _) => format!("token {token}"),
        (_, Some(user)) => format!("user {}", user.id),
        (_, None) => return Ok(()),
    };
    check(request, app, Limiter::Import, subject).await
}

/// Limits the requests of a client to all routes of a scope together.
pub async fn normal(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    limit(Limiter::Normal, String::new(), request, next).await
}

/// Limits the requests of a client to one route.
pub async fn aggressive(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let route = request.match_pattern().unwrap_or_default();
    limit(Limiter::Aggressive, route, request, next).await
}

/// Limits the requests of a client to one route more.
pub async fn hyper_aggressive(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let route = request.match_pattern().unwrap_or_default();
    limit(Limiter::HyperAggressive, route, request, next).await
}

async fn limit<B: MessageBody + 'static>(
    limiter: Limiter,
    route: String,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let checked = match App::of(request.request()) {
        Ok(app) => {
            let client = client(request.request(), &app.settings.access);
            check(request.request(), &app, limiter, format!("{client} {route}")).await
        }
        Err(error) => Err(error),
    };
    let mut answer = match checked {
        Ok(()) => next.call(request).await?.map_into_left_body(),
        Err(error) => request.error_response(error).map_into_right_body(),
    };
    // The innermost limit wrote last.
    let standing = answer.request().extensions().get::<Standing>().copied();
    if let Some(standing) = standing {
        let headers: &mut HeaderMap = answer.headers_mut();
        for (name, value) in standing.headers() {
            headers.insert(name, value);
        }
    }
    Ok(answer)
}

/// The address that a request came from, as far as trusted proxies say.
#[must_use]
pub fn address_of(request: &HttpRequest, access: &Access) -> Option<IpAddr> {
    let forwarded = request.headers().get_all("X-Forwarded-For").map(|value| value.to_str().unwrap_or_default());
    let forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    peer.map(|peer| sender(peer, &forwarded, access))
}

/// Who sent a request, as far as limits go: an address, or a network of IPv6, of which everybody has one.
fn client(request: &HttpRequest, access: &Access) -> String {
    match address_of(request, access) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => "unknown".to_owned(),
    }
}

/// The sender's address: that of the last one on the way who is no trusted proxy. What was written before it may be
/// made up.
fn sender(peer: IpAddr, forwarded: &[&str], access: &Access) -> IpAddr {
    let mut sender = peer;
    for text in forwarded.iter().rev() {
        if !access.trusts(sender) {
            break;
        }
        match address(text) {
            Some(address) => sender = address,
            None => break,
        }
    }
    sender
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    bare().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(proxies: &[&str]) -> Access {
        Access {
            rate_limit: 500,
            import_rate_limit: 60,
            trusted_proxies: proxies.iter().map(|network| network.parse().unwrap()).collect(),
            dev_client: None,
            signups: true,
            invites: false,
            rivals_cap: 5,
            max_goal_subscriptions: 1000,
            max_quest_subscriptions: 100,
            oauth_client_cap: 15,
            captcha: None,
        }
    }

    #[test]
    fn only_trusted_proxies_say_who_sent_a_request() {
        let access = access(&["10.0.0.0/8", "::1/128"]);
        let sender = |peer: &str, forwarded: &[&str]| sender(peer.parse().unwrap(), forwarded, &access).to_string();
        assert_eq!(sender("203.0.113.1", &["198.51.100.1"]), "203.0.113.1");
        assert_eq!(sender("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(sender("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        // The sender wrote the first one; the proxy added the second.
        assert_eq!(sender("10.0.0.1", &["192.0.2.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(sender("10.0.0.1", &["198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(sender("10.0.0.1", &["198.51.100.1", "nonsense"]), "10.0.0.1");
        assert_eq!(sender("::1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(sender("::1", &["::ffff:198.51.100.1"]), "198.51.100.1");
        assert_eq!(sender("::1", &["[2001:db8::1]:4711"]), "2001:db8::1");
    }

    #[test]
    fn the_last_request_of_a_window_passes_and_the_next_window_begins_anew() {
        let rule = Rule { name: "test", max: 2, seconds: 60, shared: false };
        let limits = Limits::default();
        let hit = |subject: &str, now| {
            let Window { hits, resets_at } = limits.hit(rule, subject.to_owned(), now);
            Standing { rule, hits, resets_at, now }
        };
        assert_eq!([hit("a", 0), hit("a", 59_999), hit("a", 59_999)].map(|s| s.is_exceeded()), [false, false, true]);
        assert!(!hit("b", 59_999).is_exceeded());
        assert_eq!(hit("a", 60_000), Standing { rule, hits: 1, resets_at: 120_000, now: 60_000 });
    }

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let rule = Rule { name: "test", max: 2, seconds: 60, shared: false };
        let limits = Limits::default();
        for subject in 0..100 {
            limits.hit(rule, subject.to_string(), SWEEP_EVERY);
        }
        limits.hit(rule, "later".to_owned(), 3 * SWEEP_EVERY);
        assert_eq!(limits.0.lock().unwrap().of.len(), 1);
    }

    #[test]
    fn zero_requests_switch_every_limit_off() {
        let access = Access { rate_limit: 0, ..access(&[]) };
        let all = [Limiter::Normal, Limiter::Aggressive, Limiter::HyperAggressive, Limiter::Import];
        assert!(all.iter().all(|limiter| limiter.rule(&access).is_none()));
        let access = Access { rate_limit: 500, import_rate_limit: 0, ..access };
        assert_eq!(all.map(|limiter| limiter.rule(&access).is_some()), [true, true, true, false]);
    }
}
