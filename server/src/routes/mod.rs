//! The routes, one page: who calls what.

mod account;
mod changes;
mod edits;
pub mod games;
mod import_lists;
mod imports;
mod instance;
mod ir;
mod leaderboards;
mod orphans;
mod polling;
mod reading;
mod resolve;
mod respond_async;
mod rows;
mod schemas;
mod scores;
mod search;
mod sessions;
mod songs;
mod status;
mod tables;
mod ugpt;

use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::envelope::ApiError;
use crate::limits;

/// Puts every route into a service.
pub fn configure(service: &mut ServiceConfig) {
    account::configure_auth(service);
    service.service(
        web::scope("/api/v1")
            .wrap(from_fn(limits::normal))
            .route("/config", web::get().to(instance::config))
            .route("/config/max-rivals", web::get().to(instance::max_rivals))
            // Users and what is theirs alone.
            .configure(account::configure)
            // Whoever wants to know whether and how the instance runs.
            .route("/status", web::get().to(status::get))
            .route("/status", web::post().to(status::post))
            // For whoever writes a program that sends scores.
            .route("/schemas/batch-manual.json", web::get().to(schemas::batch_manual))
            .configure(imports_and_scores)
            // What games there are.
            .route("/games", web::get().to(games::list))
            .route("/games/{game}", web::get().to(games::game))
            .route("/games/{game}/{playtype}", web::get().to(games::gpt))
            // Reading back.
            .configure(import_lists::configure)
            .configure(ugpt::configure)
            .configure(songs::configure)
            .configure(leaderboards::configure)
            .configure(tables::configure)
            .configure(search::configure)
            .configure(orphans::configure)
            .default_service(web::to(no_such_endpoint)),
    );
    service.configure(ir::configure);
    // Whoever watches over the process.
    service.route("/healthz", web::get().to(instance::healthz));
    service.route("/.deploy/up", web::get().to(instance::healthz));
    service.route("/readyz", web::get().to(instance::readyz));
    service.route("/metrics", web::get().to(instance::metrics));
    service.default_service(web::to(no_such_endpoint));
}

/// Imports, and the scores and sessions that come of them.
fn imports_and_scores(service: &mut ServiceConfig) {
    service
        // Scores going in.
        .route("/import/file", web::post().to(imports::from_file))
        .route("/import/orphans", web::post().to(changes::retry_orphans))
        .route("/import/class", web::post().to(imports::class))
        // What an import did.
        .route("/imports", web::get().to(import_lists::of_all))
        .route("/imports/failed", web::get().to(import_lists::failed_of_all))
        .route("/imports/{import}", web::get().to(imports::get))
        .route("/imports/{import}/poll-status", web::get().to(polling::poll))
        .route("/imports/{import}/rows", web::get().to(rows::get))
        // Scores going away.
        .route("/imports/{import}/revert", web::post().to(changes::revert))
        .route("/scores/{score}", web::delete().to(changes::delete_score))
        // Scores and sessions one by one.
        .route("/scores/{score}", web::get().to(scores::get))
        .route("/scores/{score}", web::patch().to(edits::score))
        .route("/sessions/{session}", web::get().to(sessions::get))
        .route("/sessions/{session}", web::patch().to(edits::session))
        .route("/sessions/{session}/adjacent", web::get().to(sessions::adjacent));
}

/// Whether a query names a key, with any value or none.
fn has_query(query: &str, key: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some(key))
}

/// A value of a request as answers show it: cut to 100 characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

async fn no_such_endpoint() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found("Endpoint Not Found."))
}
