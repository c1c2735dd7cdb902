//! `tachi serve`: the API.

use std::sync::Arc;

use anyhow::Result;

use crate::app::App;
use crate::config::Settings;
use crate::http::{self, Listening};

/// Serves until it is told to stop.
///
/// # Errors
/// When it cannot start.
pub fn run(settings: Settings) -> Result<()> {
    let importer = super::importer(&settings)?;
    warn_of_missing_keys(&settings);
    tachi_import::seeds::apply_rules(importer.database(), &settings.rules)?;
    importer.refresh_catalogue()?;
    // What other rules changed, and what a load that was cut short left behind.
    importer.rederive(|_, _| {})?;
    let app = App::new(importer, Arc::new(settings));
    actix_web::rt::System::new().block_on(async {
        let Listening { server, addresses } = http::listen(app)?;
        for address in addresses {
            println!("listening on http://{address}");
        }
        Ok(server.await?)
    })
}

/// Says which of the import types offered cannot be used.
fn warn_of_missing_keys(settings: &Settings) {
    let missing = settings.upstream.missing(&settings.import_types);
    if !missing.is_empty() {
        let types: Vec<String> = missing.iter().map(|prefix| format!("{prefix}*")).collect();
        log::warn!("import types are offered whose services' keys are not set: {}", types.join(", "));
    }
}
