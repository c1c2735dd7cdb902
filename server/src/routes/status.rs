//! `GET`/`POST /status`. Source: `spec/rest-api.md` 5.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::{App, now};
use crate::auth::Caller;
use crate::body;
use crate::envelope::{ApiError, success};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    server_time: i64,
    start_time: i64,
    version: &'static str,
    whoami: Option<i32>,
    permissions: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    echo: Option<String>,
}

/// The query of `GET /status`.
#[derive(Debug, Deserialize)]
pub struct Query {
    echo: Option<String>,
}

/// Answers with the query's `echo`.
pub async fn get(request: HttpRequest, caller: Caller, query: web::Query<Query>) -> Result<HttpResponse, ApiError> {
    answer(&request, &caller, query.into_inner().echo)
}

/// Answers with the body's `echo`, if it is a text.
pub async fn post(request: HttpRequest, caller: Caller, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let body = body::object(&request, payload).await?;
    let echo = body.get("echo").and_then(|echo| echo.as_str());
    answer(&request, &caller, echo.map(str::to_owned))
}

fn answer(request: &HttpRequest, caller: &Caller, echo: Option<String>) -> Result<HttpResponse, ApiError> {
    let app = App::of(request)?;
    let status = Status {
        server_time: now(),
        start_time: app.started,
        version: env!("CARGO_PKG_VERSION"),
        whoami: caller.user().map(|user| user.id.0),
        permissions: caller.permissions(),
        echo,
    };
    Ok(success("Status successfully returned.", status))
}
