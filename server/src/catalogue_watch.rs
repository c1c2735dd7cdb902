//! Taking up another catalogue that some process loaded, without a restart: PostgreSQL tells of it, and in case nothing
//! was heard, and on SQLite, the process looks. Requests go on with the old one until the new one is read. Source:
//! `spec/pipeline.md` 8.

use std::time::{Duration, Instant};

use tachi_db::DbError;
use tachi_db::catalogue_news::CatalogueNews;
use tachi_import::Importer;

use crate::threads::Signal;

/// How often the process asks whether it was told something, which costs the database nothing.
const LISTEN_EVERY: Duration = Duration::from_millis(200);
/// How often it looks in any case.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks and listens until the thread is to stop.
pub fn watch(importer: &Importer, signal: &Signal) {
    let mut news = None;
    let mut looked: Option<Instant> = None;
    while !signal.is_stopped() {
        let is_due = looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY);
        if heard(&mut news) || is_due {
            // Before it looks, so that nothing happens unheard in between.
            news = news.or_else(|| listen(importer));
            if let Err(error) = look(importer, &mut news) {
                log::warn!("whether there is another catalogue is not known: {error}");
                news = None;
            }
            looked = Some(Instant::now());
        }
        signal.pause(signal.wakes(), LISTEN_EVERY);
    }
}

fn listen(importer: &Importer) -> Option<CatalogueNews> {
    match CatalogueNews::listen(importer.database()) {
        Ok(news) => Some(news),
        Err(error) => {
            log::warn!("another catalogue would not be heard of: {error}");
            None
        }
    }
}

/// Whether something was told, or may have been.
fn heard(news: &mut Option<CatalogueNews>) -> bool {
    let Some(listening) = news else { return false };
    listening.heard().unwrap_or_else(|error| {
        log::warn!("what was told of another catalogue may be lost: {error}");
        *news = None;
        false
    })
}

/// Reads the catalogue if there is another one.
fn look(importer: &Importer, news: &mut Option<CatalogueNews>) -> Result<(), DbError> {
    let Some(news) = news else { return Ok(()) };
    if news.version()? != importer.catalogue().version() && importer.refresh_catalogue()? {
        log::info!("the catalogue {} is in force", importer.catalogue().version());
    }
    Ok(())
}
