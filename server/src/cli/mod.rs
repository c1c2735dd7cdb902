//! The command line.

pub mod config;
pub mod db;
pub mod import;
pub mod out;
pub mod scores;
pub mod secret;
pub mod seeds;
pub mod serve;
pub mod token;
pub mod user;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser, Subcommand};
use tachi_core::ids::ImportId;
use tachi_db::Database;
use tachi_parsers::file::batch_manual;

use crate::config::{Options, Settings};
use crate::openapi::document;
use crate::routes::operations;

/// A score import server for rhythm games.
#[derive(Debug, Parser)]
#[command(name = "tachi", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the API
    Serve,
    /// Makes and changes users
    #[command(subcommand)]
    User(user::Command),
    /// Makes API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Makes keys
    #[command(subcommand)]
    Secret(secret::Command),
    /// Shows settings
    #[command(subcommand)]
    Config(config::Command),
    /// Prints what a shell needs to complete commands
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Loads songs, charts, folders, tables, goals and quests
    #[command(subcommand)]
    Seeds(seeds::Command),
    /// Imports a file without HTTP and prints the ImportDocument
    Import(import::Import),
    /// Tries out a file: prints a JSON line for each element and writes nothing
    Parse(import::Parse),
    /// Prints the JSON Schema of a format
    Schema {
        /// The format
        format: SchemaOf,
    },
    /// Prints the OpenAPI document of the API
    Openapi,
    /// Takes an import back: its scores, its orphans and what it filled into others
    Revert {
        /// The import
        import: ImportId,
    },
    /// Works on scores whose charts are not known
    #[command(subcommand)]
    Orphans(scores::Orphans),
    /// Looks after the database
    #[command(subcommand)]
    Db(db::Command),
}

/// The formats that have a JSON Schema.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum SchemaOf {
    /// file/batch-manual and ir/direct-manual
    BatchManual,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// When it fails; the text is for whoever typed it.
    pub fn run(self) -> Result<()> {
        // These need no settings, and those that there are may lack what they print.
        match &self.command {
            Command::Secret(command) => secret::run(command),
            Command::Config(command) => config::run(command),
            Command::Openapi => {
                let document = document(&operations()).map_err(anyhow::Error::msg)?;
                out::line(format_args!("{document:#}"))
            }
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut Self::command(), "tachi", &mut script);
                out::all(&script)
            }
            _ => self.run_with_settings(),
        }
    }

    fn run_with_settings(self) -> Result<()> {
        let settings = Settings::load(self.options)?;
        crate::logging::start(&settings)?;
        match self.command {
            Command::Serve => serve::run(settings),
            Command::User(command) => user::run(&settings, command),
            Command::Token(command) => token::run(&settings, command),
            Command::Secret(_) | Command::Openapi | Command::Config(_) | Command::Completions { .. } => Ok(()),
            Command::Seeds(command) => seeds::run(&settings, command),
            Command::Import(command) => import::run(settings, command),
            Command::Parse(command) => import::parse(&settings, command),
            Command::Schema { format: SchemaOf::BatchManual } => {
                out::line(format_args!("{:#}", batch_manual::schema()))
            }
            Command::Revert { import } => scores::revert(&settings, import),
            Command::Db(command) => db::run(&settings, command),
            Command::Orphans(command) => scores::orphans(&settings, command),
        }
    }
}

/// Where the inputs of imports are kept, in the data folder. Source: `spec/pipeline.md` 1, stage 1.
const INPUTS: &str = "score-import-input";

/// Makes the data folder when needed.
fn make_data_dir(settings: &Settings) -> Result<()> {
    let folder = &settings.data_dir;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))
}

/// Opens the database of the settings; the data folder is made when needed.
pub fn open(settings: &Settings) -> Result<Database> {
    make_data_dir(settings)?;
    Ok(Database::open(&settings.database_url, &settings.database)?)
}

/// A `NAME=VALUE` of `--field`.
pub fn parse_field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("expected NAME=VALUE, got {text:?}"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Reads a file, saying which one when it cannot be read.
pub fn read_file(path: &PathBuf) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// An importer on the database of the settings.
pub fn importer(settings: &Settings) -> Result<Arc<tachi_import::Importer>> {
    let database = open(settings)?;
    let builtin = crate::builtin::load_if_empty(&database)?;
    log::debug!("the built-in catalogue was loaded: {builtin}");
    importer_on(settings, database)
}

/// An importer on a database that is open.
pub fn importer_on(settings: &Settings, database: Database) -> Result<Arc<tachi_import::Importer>> {
    build_importer(settings, database).map(Arc::new)
}

fn build_importer(settings: &Settings, database: Database) -> Result<tachi_import::Importer> {
    let configuration = tachi_import::Configuration {
        games: settings.games.clone(),
        fervidex_min_version: settings.fervidex_min_version.clone(),
        beatoraja_queue_size: settings.beatoraja_queue_size,
        max_goals: settings.access.max_goal_subscriptions,
        max_quests: settings.access.max_quest_subscriptions,
        archive: settings.archive_inputs.then(|| settings.data_dir.join(INPUTS)),
    };
    Ok(tachi_import::Importer::new(database, configuration)?)
}
