//! `tachi serve`: the API.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use anyhow::Result;
use tachi_db::{Database, Target};
use tachi_import::{Importer, Others};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::config::Settings;
use crate::http::{self, Listening, PATIENCE};
use crate::only_server::OnlyServer;

/// Serves until it is told to stop.
///
/// # Errors
/// When it cannot start.
pub fn run(settings: Settings) -> Result<()> {
    super::make_data_dir(&settings)?;
    // Before the database is opened: a second server must not migrate it, nor clear what the first one holds.
    let only = OnlyServer::take(&Target::parse(&settings.database_url)?)?;
    let importer = start(&settings, only.is_some())?;
    warn_of_missing_keys(&settings);
    if settings.mail.is_none() {
        log::info!(
            "smtp_url is not set, so that no mail is sent: a forgotten password is reset with tachi user reset-password"
        );
    }
    let schedule = crate::schedule::start(&importer);
    let app = App::new(importer, Arc::new(settings))?;
    let served = app.clone();
    let ended = actix_web::rt::System::new().block_on(async {
        let told = Told::listen()?;
        let (ending, delay) = (Arc::clone(&served.ending), served.settings.shutdown_delay);
        let Listening { server, addresses } = http::listen(served)?;
        actix_web::rt::spawn(end_when_told(told, server.handle(), ending, delay));
        for address in addresses {
            // A server needs nobody who reads this.
            if let Err(error) = super::out::line(format_args!("listening on http://{address}")) {
                log::info!("listening on http://{address} ({error:#})");
            }
        }
        Ok(server.await?)
    });
    // What runs comes to its end while nobody else may serve the file.
    let deadline = Instant::now() + PATIENCE;
    let left = || deadline.saturating_duration_since(Instant::now());
    let background = app.background.stop_within(left());
    app.fetching.stop();
    if background && schedule.stop_within(left()) && app.mailer.stop_within(left()) {
        drop(only);
    } else {
        log::warn!("what still runs is rolled back, and left for the next process");
        // Not before the process is gone: what runs could still come through.
        std::mem::forget(only);
    }
    ended
}

/// The ways to be told to end.
struct Told {
    /// Goes on until what runs has ended.
    terminate: Signal,
    /// Somebody sits in front of it.
    interrupt: Signal,
}

impl Told {
    fn listen() -> Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }
}

/// Told to end, a server says first that it is not ready, and goes on serving a while: whoever spreads requests over
/// several servers must notice before this one refuses them. Then requests that run come to their end.
async fn end_when_told(mut told: Told, server: ServerHandle, ending: Arc<AtomicBool>, delay: Duration) {
    tokio::select! {
        _ = told.terminate.recv() => {}
        _ = told.interrupt.recv() => return server.stop(false).await,
    }
    ending.store(true, Ordering::Relaxed);
    log::info!("told to end");
    tokio::select! {
        () = tokio::time::sleep(delay) => server.stop(true).await,
        // Told again.
        _ = told.terminate.recv() => server.stop(false).await,
        _ = told.interrupt.recv() => server.stop(false).await,
    }
}

/// The importer, after what was left behind is put in order: by a load that was cut short, by processes that died.
fn start(settings: &Settings, is_only: bool) -> Result<Arc<Importer>> {
    let database = Database::open(&settings.database_url, &settings.database)?;
    crate::builtin::load_if_empty(&database)?;
    let importer = super::build_importer(settings, database)?.serving();
    importer.heal(if is_only { Others::NoServers } else { Others::BySignOfLife })?;
    tachi_import::seeds::apply_rules(importer.database(), &settings.rules)?;
    importer.refresh_catalogue()?;
    // What other rules changed, and what a load that was cut short left behind.
    importer.rederive(|_, _| {})?;
    Ok(Arc::new(importer))
}

/// Says which of the import types offered cannot be used.
fn warn_of_missing_keys(settings: &Settings) {
    let missing = settings.upstream.missing(&settings.import_types);
    if !missing.is_empty() {
        let types: Vec<String> = missing.iter().map(|prefix| format!("{prefix}*")).collect();
        log::warn!("import types are offered whose services' keys are not set: {}", types.join(", "));
    }
}
