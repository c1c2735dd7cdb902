//! `tachi serve`: the API.

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::middleware::NormalizePath;
use actix_web::{App as Service, HttpServer, web};
use anyhow::{Context, Result};

use crate::app::{App, now};
use crate::config::Settings;
use crate::envelope::ApiError;
use crate::routes;

/// Serves until it is told to stop.
///
/// # Errors
/// When it cannot start.
pub fn run(settings: Settings) -> Result<()> {
    let importer = super::importer(&settings)?;
    // What a load that was cut short left behind.
    importer.rederive(|_, _| {})?;
    let app = App { importer, started: now(), settings: Arc::new(settings) };
    actix_web::rt::System::new().block_on(serve(app))
}

async fn serve(app: App) -> Result<()> {
    let bind = app.settings.bind;
    let max_body = app.settings.max_body;
    let data = web::Data::new(app);
    let server = HttpServer::new(move || {
        Service::new()
            .wrap(NormalizePath::trim())
            .wrap(cors())
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(max_body))
            .app_data(
                web::QueryConfig::default()
                    .error_handler(|error, _| ApiError::bad_request(format!("Invalid query: {error}")).into()),
            )
            .configure(routes::configure)
    })
    .bind(bind)
    .with_context(|| format!("cannot listen on {bind}"))?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    Ok(server.run().await?)
}

/// Every page may ask, with the headers that clients use. Source: `spec/rest-api.md` 3 and 14.
fn cors() -> Cors {
    Cors::default()
        .send_wildcard()
        .allow_any_origin()
        .allowed_methods(["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
        .allowed_headers(["Content-Type", "X-User-Intent", "Authorization", "X-Infer-Score-TimeAchieved", "Prefer"])
        .expose_headers([
            "Retry-After",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
            "Preference-Applied",
        ])
}
