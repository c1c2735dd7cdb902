//! The HTTP server: the routes and what goes around all of them.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, NormalizePath, from_fn};
use actix_web::{App as Service, Error, HttpResponse, HttpServer, web};
use anyhow::{Context, Result};

use crate::app::App;
use crate::config::Settings;
use crate::envelope::ApiError;
use crate::paths::accept_v3;
use crate::{requests, routes};

/// How long what runs may go on once the process was told to end.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A server that has its port and waits to be polled.
pub struct Listening {
    /// Serves until it is stopped.
    pub server: Server,
    /// Where it listens; the port is the real one where the settings say 0.
    pub addresses: Vec<SocketAddr>,
}

/// Takes the port of the settings.
///
/// # Errors
/// When it is not to be had.
pub fn listen(app: App) -> Result<Listening> {
    let bind = app.settings.bind;
    let for_browsers = web::Data::new(ForBrowsers::new(&app.settings)?);
    let data = web::Data::new(app);
    let server = HttpServer::new(move || {
        Service::new()
            .wrap(from_fn(refuse_repeated_keys))
            .wrap(from_fn(accept_v3))
            .wrap(NormalizePath::trim())
            .wrap(from_fn(tell_browsers))
            .wrap(from_fn(requests::watch))
            .app_data(data.clone())
            .app_data(for_browsers.clone())
            .app_data(
                web::QueryConfig::default()
                    .error_handler(|error, _| ApiError::bad_request(format!("Invalid query: {error}")).into()),
            )
            .configure(routes::configure)
    })
    // Whoever serves decides how it ends.
    .disable_signals()
    .shutdown_timeout(PATIENCE.as_secs())
    .bind(bind)
    .with_context(|| format!("cannot listen on {bind}"))?;
    Ok(Listening { addresses: server.addrs(), server: server.run() })
}

/// What every answer tells browsers.
struct ForBrowsers(Vec<(HeaderName, HeaderValue)>);

/// The headers that clients of other origins may send.
const ALLOWED: &str = "Content-Type, X-User-Intent, Authorization, X-Infer-Score-TimeAchieved, Prefer";
/// Those that a client in development may send.
const ALLOWED_IN_DEVELOPMENT: &str =
    "Origin, X-Requested-With, Content-Type, Accept, X-User-Intent, X-Infer-Score-TimeAchieved, Prefer";
/// The headers that they may see.
const EXPOSED: &str = "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Preference-Applied";

/// What browsers of players are asked to be careful with.
const SECURITY: [(HeaderName, &str); 12] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';\
         img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';\
         style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests",
    ),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (HeaderName::from_static("origin-agent-cluster"), "?1"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=15552000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_DNS_PREFETCH_CONTROL, "off"),
    (HeaderName::from_static("x-download-options"), "noopen"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    (header::X_XSS_PROTECTION, "0"),
];

impl ForBrowsers {
    /// Any page may ask, without its user's login; a client in development may use that. Under TLS, browsers are to be
    /// careful. Source: `spec/rest-api.md` 3 and 14.
    fn new(settings: &Settings) -> Result<Self> {
        let client = settings.access.dev_client.as_deref();
        let origin = HeaderValue::from_str(client.unwrap_or("*")).context("dev_client")?;
        let (headers, credentials) =
            if client.is_some() { (ALLOWED_IN_DEVELOPMENT, "true") } else { (ALLOWED, "false") };
        let text = HeaderValue::from_static;
        let mut all = vec![
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, text(headers)),
            (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, text(credentials)),
            (header::ACCESS_CONTROL_ALLOW_METHODS, text("GET,POST,PATCH,PUT,DELETE,OPTIONS")),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, text(EXPOSED)),
        ];
        if settings.is_production() {
            all.extend(SECURITY.map(|(name, value)| (name, text(value))));
        }
        Ok(Self(all))
    }
}

/// Answers what browsers ask before they ask, and adds to every other answer what they want to know.
async fn tell_browsers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let told = request.app_data::<web::Data<ForBrowsers>>().cloned();
    let mut answer = if request.method() == Method::OPTIONS {
        request.into_response(HttpResponse::Ok().finish()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers: &mut HeaderMap = answer.headers_mut();
    for (name, value) in told.iter().flat_map(|told| &told.0) {
        // What an answer says itself, it has a reason for.
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    Ok(answer)
}

/// A GET whose query says the same thing twice says nothing that could be relied on.
async fn refuse_repeated_keys(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // Pages say it as a page.
    if request.method() == Method::GET
        && !routes::is_page(request.path())
        && let Err(error) = check_keys(request.query_string())
    {
        return Ok(request.error_response(error).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Refuses a query that has a key twice.
///
/// # Errors
/// Names the key.
pub fn check_keys(query: &str) -> Result<(), ApiError> {
    repeated_key(query)
        .map_or(Ok(()), |key| Err(ApiError::bad_request(format!("Invalid request with key {}", routes::shown(&key)))))
}

fn repeated_key(query: &str) -> Option<String> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query).ok()?.into_inner();
    let mut seen = HashSet::with_capacity(pairs.len());
    pairs.into_iter().map(|(key, _)| key).find(|key| !seen.insert(key.clone()))
}

#[cfg(test)]
mod tests {
    use super::repeated_key;

    #[test]
    fn keys_are_compared_as_they_are_meant() {
        assert_eq!(repeated_key(""), None);
        assert_eq!(repeated_key("a=1&b=1"), None);
        assert_eq!(repeated_key("a&b&a"), Some("a".to_owned()));
        assert_eq!(repeated_key("b=1&%62=2"), Some("b".to_owned()));
        assert_eq!(repeated_key("a+b=1&a%20b=2"), Some("a b".to_owned()));
    }
}
