//! `tachi import` and `tachi parse`: imports without HTTP.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};
use tachi_core::catalogue::Catalogue;
use tachi_core::ids::ImportId;
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::ImportType;
use tachi_db::catalogue::catalogue_load;
use tachi_db::users::user_by_name;
use tachi_import::{Importer, Request};
use tachi_parsers::error::Failure;
use tachi_parsers::format::{Input, Outcome, Surroundings};
use tachi_parsers::registry;

use super::{out, parse_field, read_file};
use crate::app::{now, vault};
use crate::config::Settings;
use crate::fetching::{Fetching, services};

#[derive(Debug, Args)]
pub struct Import {
    /// The import type, e.g. file/batch-manual
    import_type: ImportType,
    /// The file; without one, what the user has linked is asked for the scores of an api/ type
    file: Option<PathBuf>,
    /// Whose scores these are
    #[arg(long)]
    user: String,
    /// A form field; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_field)]
    field: Vec<(String, String)>,
    /// A person asked for this import
    #[arg(long)]
    user_intent: bool,
    /// Do everything and store nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Parse {
    /// The import type, e.g. file/batch-manual
    import_type: ImportType,
    /// The file
    file: PathBuf,
    /// A form field; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_field)]
    field: Vec<(String, String)>,
}

/// Imports a file, or what a service knows, and prints the ImportDocument.
///
/// # Errors
/// When the import fails.
pub fn run(settings: Settings, command: Import) -> Result<()> {
    let importer = super::importer(&settings)?;
    let user = importer.database().read(|conn| user_by_name(conn, &command.user))?;
    let Some(user) = user else { bail!("there is no user {:?}", command.user) };
    let request = Request {
        import_id: ImportId::from_bytes(rand::random()),
        import_type: command.import_type,
        user: user.id,
        user_intent: command.user_intent,
        bytes: command.file.as_ref().map(read_file).transpose()?.unwrap_or_default(),
        file_name: command.file.as_deref().and_then(file_name),
        fields: command.field.into_iter().collect(),
        received: now(),
        dry_run: command.dry_run,
    };
    let document = match command.file {
        Some(_) => importer.import(request)?,
        None if request.is_to_be_fetched() => fetch(&settings, &importer, request)?,
        None => bail!("scores of the import type {} come in a file; which one?", request.import_type),
    };
    out::line(serde_json::to_string_pretty(&document)?)
}

fn fetch(settings: &Settings, importer: &Arc<Importer>, request: Request) -> Result<ImportDocument> {
    let vault = Arc::new(vault(settings, importer.database().target()));
    let fetching = Fetching::start(importer, &vault, services::of(settings)?)?;
    Ok(fetching.import_blocking(request)?.document)
}

fn file_name(path: &std::path::Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// Parses and converts a file and prints a JSON line for each element.
///
/// # Errors
/// When the file is refused as a whole.
pub fn parse(settings: &Settings, command: Parse) -> Result<()> {
    let database = super::open(settings)?;
    crate::builtin::load_if_empty(&database)?;
    let catalogue = database.read(catalogue_load)?;
    let entry = registry::find(command.import_type)
        .ok_or_else(|| anyhow!("the import type {} is not read here", command.import_type))?;
    let (bytes, name) = (read_file(&command.file)?, file_name(&command.file));
    let fields = command.field.into_iter().collect();
    let input = Input {
        bytes: &bytes,
        file_name: name.as_deref(),
        fields: &fields,
        received: now(),
        user: None,
        surroundings: Surroundings {
            catalogue: &catalogue,
            games: &settings.games,
            fervidex_min_version: &settings.fervidex_min_version,
        },
    };
    for outcome in (entry.parse)(&input)? {
        out::line(line(&outcome?, &catalogue))?;
    }
    Ok(())
}

/// An element as one line of JSON.
fn line(outcome: &Outcome, catalogue: &Catalogue) -> Value {
    let (kind, message, score) = match &outcome.result {
        Ok(score) => ("ok", None, Some(score.to_json(catalogue))),
        Err(failure) => (name(failure), Some(failure.to_string()), None),
    };
    let mut line = json!({
        "outcome": kind, "place": outcome.place.to_string(), "title": outcome.title, "difficulty": outcome.difficulty,
    });
    if let Some(message) = message {
        line["message"] = message.into();
    }
    if let Some(score) = score {
        line["score"] = score;
    }
    line
}

const fn name(failure: &Failure) -> &'static str {
    match failure {
        Failure::Skip(_) => "skipped",
        Failure::NotFound(_) => "notFound",
        Failure::Ambiguous(_) => "ambiguous",
        Failure::Invalid(_) => "invalid",
        Failure::Internal(_) => "internal",
    }
}
