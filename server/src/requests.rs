//! Watching over requests: each has an identifier in its log lines, and is counted. Neither queries nor headers are
//! logged, nor what a path says of a token.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use tracing::Instrument;

use crate::metrics;

/// Goes around everything else.
pub async fn watch(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let id = const_hex::encode(rand::random::<[u8; 8]>());
    // At this level so that a filter which leaves out everything but errors still shows which request they are of.
    let span = tracing::error_span!("request", request = id);
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let answer = next.call(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    let (status, route) = match &answer {
        Ok(answer) => (answer.status().as_u16(), answer.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code().as_u16(), None),
    };
    metrics::request(&method, route.as_deref(), status, took);
    let _inside = span.enter();
    let path = shown(&path, route.as_deref());
    let (method, ms) = (method.as_str(), took.as_secs_f64() * 1000.0);
    if is_import(method, route.as_deref()) {
        tracing::info!(method, path, status, ms, "request");
    } else {
        tracing::debug!(method, path, status, ms, "request");
    }
    answer
}

/// Whether a request brings scores.
fn is_import(method: &str, route: Option<&str>) -> bool {
    let brings = |route: &str| route.starts_with("/api/v1/import/") || route.starts_with("/ir/");
    method == Method::POST.as_str() && route.is_some_and(brings)
}

/// How long a part of a path may be that nobody knows what it is.
const SHORT: usize = 20;

/// A path as the log shows it. Where it holds a token, or where no route says what it holds, it may be a secret.
fn shown(path: &str, route: Option<&str>) -> String {
    match route {
        Some(route) if route.contains("{token}") => route.to_owned(),
        Some(_) => path.to_owned(),
        None => {
            let parts = path.split('/').map(|part| if part.len() > SHORT { "..." } else { part });
            parts.collect::<Vec<_>>().join("/")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_shows_no_token() {
        let token = "0123456789abcdef0123456789abcdef01234567";
        let path = format!("/api/v1/users/1/api-tokens/{token}");
        let route = "/api/v1/users/{user}/api-tokens/{token}";
        assert_eq!(shown(&path, Some(route)), route);
        assert_eq!(shown(&path, None), "/api/v1/users/1/api-tokens/...");
        let import = format!("/api/v1/imports/{token}");
        assert_eq!(shown(&import, Some("/api/v1/imports/{import}")), import);
    }

    #[test]
    fn what_brings_scores_is_an_import() {
        assert!(is_import("POST", Some("/api/v1/import/file")) && is_import("POST", Some("/ir/usc/{playtype}/scores")));
        assert!(!is_import("GET", Some("/ir/usc/{playtype}")) && !is_import("POST", Some("/api/v1/status")));
        assert!(!is_import("POST", None));
    }
}
