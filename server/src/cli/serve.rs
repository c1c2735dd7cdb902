//! `tachi serve`: the API.

use std::sync::Arc;

use anyhow::Result;
use tachi_db::{Database, Options, Target};
use tachi_import::{Importer, Others};

use crate::app::App;
use crate::config::Settings;
use crate::http::{self, Listening};
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
    let schedule = crate::schedule::start(&importer);
    let app = App::new(importer, Arc::new(settings))?;
    let served = app.clone();
    let ended = actix_web::rt::System::new().block_on(async {
        let Listening { server, addresses } = http::listen(served)?;
        for address in addresses {
            println!("listening on http://{address}");
        }
        Ok(server.await?)
    });
    // What runs comes to its end while nobody else may serve the file.
    app.background.stop();
    app.fetching.stop();
    schedule.stop();
    drop(only);
    ended
}

/// The importer, after what was left behind is put in order: by a load that was cut short, by processes that died.
fn start(settings: &Settings, is_only: bool) -> Result<Arc<Importer>> {
    let database = Database::open(&settings.database_url, &Options::default())?;
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
