//! Requests under limits. Addresses hold secrets, so neither they nor what services answer is logged.
//! Source: `spec/integrations.md` 8.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, Url};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

use super::limits::Limits;
use super::secret::Secret;
use super::tls;

/// The client of all services.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    pub(super) limits: Limits,
}

/// What a service answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Empty where nobody wants it.
    pub(super) body: Vec<u8>,
    /// What the service says about when to try again.
    wait: Option<Wait>,
}

#[derive(Debug, Clone, Copy)]
enum Wait {
    For(Duration),
    /// An hour of the day, which nobody waits for.
    Until,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum NoAnswer {
    /// Nobody there, too slow, or it broke off.
    #[error("no answer")]
    Unreachable,
    /// The connection was reset.
    #[error("connection reset")]
    Reset,
    /// It does not prove who it is.
    #[error("its certificate is not trusted; a private authority has to be among those that the operator names")]
    Untrusted,
    /// More than one answer may have.
    #[error("the answer is too large")]
    TooLarge,
    /// The time for all requests of the import is over.
    #[error("the time for this import is over")]
    Late,
}

/// The statuses after which a service may do better.
const PASSING: [u16; 4] = [429, 502, 503, 504];

/// When all must have been fetched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(limits: &Limits) -> Self {
        Self(Instant::now() + limits.import)
    }

    pub(super) fn is_over(self) -> bool {
        self.left().is_zero()
    }

    /// How much time is left.
    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// A request for data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Get<'a> {
    /// Whom it goes to, for the log.
    pub(super) service: &'a str,
    pub(super) url: &'a Url,
    pub(super) token: Option<&'a Secret>,
    /// Of which statuses the body is wanted.
    pub(super) wants: fn(u16) -> bool,
}

impl Http {
    pub(super) fn new(client: Client, limits: Limits) -> Self {
        Self { client, limits }
    }

    /// Asks for data, again where that may help.
    pub(super) async fn get(&self, get: Get<'_>, deadline: Deadline) -> Result<Answer, NoAnswer> {
        let mut pauses = self.limits.retries.iter();
        loop {
            let mut request = self.client.get(get.url.clone()).header(CONTENT_TYPE, "application/json");
            if let Some(token) = get.token {
                request = request.bearer_auth(token.expose());
            }
            let attempt = self.send(request, get.service, get.wants);
            let result = timeout_at(deadline.0, attempt).await.unwrap_or(Err(NoAnswer::Late));
            let Some(pause) = pauses.next().and_then(|pause| self.pause(&result, *pause)) else { return result };
            if timeout_at(deadline.0, sleep(pause)).await.is_err() {
                return Err(NoAnswer::Late);
            }
        }
    }

    /// Asks a token endpoint, once: what it is asked for can be had only once.
    pub(super) async fn post(&self, service: &str, url: Url, form: &[(&str, &str)]) -> Result<Answer, NoAnswer> {
        self.send(self.client.post(url).form(form), service, |status| status == 200).await
    }

    /// How long to wait before another try; `None` where the result counts as it is.
    fn pause(&self, result: &Result<Answer, NoAnswer>, pause: Duration) -> Option<Duration> {
        let jittered = pause.mul_f64(rand::random_range(0.75..1.25));
        match result {
            Ok(Answer { status: 429, wait: Some(wait), .. }) => match wait {
                Wait::For(wait) if *wait <= self.limits.longest_wait => Some(*wait),
                _ => None,
            },
            Ok(answer) if PASSING.contains(&answer.status) => Some(jittered),
            Err(NoAnswer::Reset) => Some(jittered),
            _ => None,
        }
    }

    async fn send(&self, request: RequestBuilder, service: &str, wants: fn(u16) -> bool) -> Result<Answer, NoAnswer> {
        let result = self.exchange(request, wants).await;
        match &result {
            Ok(answer) => log::debug!("{service} answered with status {}", answer.status),
            Err((reason, detail)) => log::warn!("{service}: {reason} ({detail})"),
        }
        result.map_err(|(reason, _)| reason)
    }

    async fn exchange(&self, request: RequestBuilder, wants: fn(u16) -> bool) -> Result<Answer, (NoAnswer, String)> {
        let mut response = request.send().await.map_err(no_answer)?;
        let status = response.status().as_u16();
        let wait = retry_after(&response);
        let mut body = Vec::new();
        if wants(status) {
            while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
                if body.len() + chunk.len() > self.limits.response {
                    return Err((NoAnswer::TooLarge, format!("more than {} bytes", self.limits.response)));
                }
                body.extend_from_slice(&chunk);
            }
        }
        Ok(Answer { status, body, wait })
    }
}

fn retry_after(response: &Response) -> Option<Wait> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(text.trim().parse().map_or(Wait::Until, |seconds| Wait::For(Duration::from_secs(seconds))))
}

/// Why there is no answer, and what the log may tell of it.
fn no_answer(error: reqwest::Error) -> (NoAnswer, String) {
    let reason = if tls::distrust(&error).is_some() {
        NoAnswer::Untrusted
    } else if was_reset(&error) {
        NoAnswer::Reset
    } else {
        NoAnswer::Unreachable
    };
    let error = error.without_url();
    let mut detail = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        detail = format!("{detail}: {error}");
        source = error.source();
    }
    (reason, detail)
}

/// Whether the connection broke before there was an answer, or was reset within it.
fn was_reset(error: &reqwest::Error) -> bool {
    if error.is_timeout() || error.is_connect() || error.is_builder() {
        return false;
    }
    let mut source = error.source();
    while let Some(inner) = source {
        let kind = inner.downcast_ref::<io::Error>().map(io::Error::kind);
        if let Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) = kind {
            return true;
        }
        source = inner.source();
    }
    error.is_request()
}
