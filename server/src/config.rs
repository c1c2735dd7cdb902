//! Settings: one name each, from flag, environment, file or default, in this order. Source: `spec/rest-api.md` 15.

#[macro_use]
mod group;
pub mod access;
pub mod database;
pub mod mail;
pub mod upstream;
mod url;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use tachi_core::game::{Flavour, Game, Gpt, Rules};
use tachi_core::import_type::{self, ImportType};

use self::access::{Access, AccessOptions};
use self::database::DatabaseOptions;
use self::mail::{Mail, MailOptions};
use self::upstream::{Upstream, UpstreamOptions};
use crate::vault::Key;

/// Every setting as it may be given: as a flag, as a variable of the environment, or as a key of `tachi.toml`.
///
/// All are optional here, so that the layers can be laid over each other before defaults are filled in.
#[derive(Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// The configuration file [default: tachi.toml in the current directory, if there]
    #[arg(long, env = "TACHI_CONFIG", global = true, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The folder of the database and other files; made when needed [default: ./tachi-data]
    #[arg(long, env = "TACHI_DATA_DIR", global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// postgres://..., sqlite://PATH or PATH [default: tachi.db in the data folder]
    #[arg(long, env = "TACHI_DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "TACHI_BIND", global = true, value_name = "ADDRESS")]
    pub bind: Option<String>,

    /// kamaitachi (arcade games), bokutachi (games at home) or omni (everything) [default: kamaitachi]
    #[arg(long, env = "TACHI_FLAVOUR", global = true)]
    pub flavour: Option<String>,

    /// The games offered, separated by commas [default: all of the flavour]
    #[arg(long, env = "TACHI_GAMES", global = true, value_name = "LIST")]
    pub games: Option<String>,

    /// The import types offered, separated by commas [default: all of the flavour]
    #[arg(long, env = "TACHI_IMPORT_TYPES", global = true, value_name = "LIST")]
    pub import_types: Option<String>,

    /// The name of this instance [default: Tachi]
    #[arg(long, env = "TACHI_NAME", global = true)]
    pub name: Option<String>,

    /// The address under which players reach this instance, without a slash at the end [default: http://<bind>]
    #[arg(long, env = "TACHI_OUR_URL", global = true, value_name = "URL")]
    pub our_url: Option<String>,

    /// The largest file, in bytes [default: 16777216]
    #[arg(long, env = "TACHI_MAX_UPLOAD", global = true, value_name = "BYTES")]
    pub max_upload: Option<usize>,

    /// The largest JSON body, in bytes [default: 16777216]
    #[arg(long, env = "TACHI_MAX_BODY", global = true, value_name = "BYTES")]
    pub max_body: Option<usize>,

    /// Whether imports are answered before they are done, also when the sender does not ask for it [default: false]
    #[arg(long, env = "TACHI_ASYNC_IMPORTS", global = true, value_name = "BOOL")]
    pub async_imports: Option<bool>,

    /// Whether the input of every import is kept as a file named after it, in score-import-input in the data folder;
    /// nothing removes them again [default: false]
    #[arg(long, env = "TACHI_ARCHIVE_INPUTS", global = true, value_name = "BOOL")]
    pub archive_inputs: Option<bool>,

    /// How long a server that is told to end goes on serving, in seconds, after it said that it is not ready
    /// [default: 1]
    #[arg(long, env = "TACHI_SHUTDOWN_DELAY", global = true, value_name = "SECONDS")]
    pub shutdown_delay: Option<u32>,

    /// Whether events may be sent to programs on this machine; for tests.
    #[arg(skip)]
    #[serde(skip)]
    pub webhooks_to_loopback: bool,

    /// The oldest version of the fervidex hook that may send scores [default: 1.3.0]
    #[arg(long, env = "TACHI_FERVIDEX_MIN_VERSION", global = true, value_name = "VERSION")]
    pub fervidex_min_version: Option<String>,

    /// How many players have to send an unknown BMS or PMS chart before it is made, at least 2 [default: 3]
    #[arg(long, env = "TACHI_BEATORAJA_QUEUE_SIZE", global = true, value_name = "PLAYERS")]
    pub beatoraja_queue_size: Option<usize>,

    /// How many players USC is told an unknown chart needs [default: 3]
    #[arg(long, env = "TACHI_USC_QUEUE_SIZE", global = true, value_name = "PLAYERS")]
    pub usc_queue_size: Option<i64>,

    /// jubeat: the version whose songs are hot; another one rates all jubeat profiles again [default: beyond]
    #[arg(long, env = "TACHI_JUBEAT_HOT_VERSION", global = true, value_name = "VERSION")]
    pub jubeat_hot_version: Option<String>,

    /// What to log, as a filter such as info or tachi=debug [default: info]
    #[arg(long, env = "TACHI_LOG", global = true, value_name = "FILTER")]
    pub log: Option<String>,

    /// text or json [default: text]
    #[arg(long, env = "TACHI_LOG_FORMAT", global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,

    /// The connections to the database
    #[command(flatten)]
    #[serde(skip)]
    pub database: DatabaseOptions,

    /// Who may come in, and how often
    #[command(flatten)]
    #[serde(skip)]
    pub access: AccessOptions,

    /// The mail that is sent
    #[command(flatten)]
    #[serde(skip)]
    pub mail: MailOptions,

    /// The services that scores are fetched from
    #[command(flatten)]
    #[serde(skip)]
    pub upstream: UpstreamOptions,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some are secret.
        f.write_str("Options(..)")
    }
}

/// The settings in force.
#[derive(Clone)]
pub struct Settings {
    /// The folder of the database and other files.
    pub data_dir: PathBuf,
    /// The database.
    pub database_url: String,
    /// The connections to it.
    pub database: tachi_db::Options,
    /// The address to listen on.
    pub bind: SocketAddr,
    /// Which edition this is.
    pub flavour: Flavour,
    /// The games offered, in the documents' order.
    pub games: Vec<Game>,
    /// The import types offered, in the documents' order.
    pub import_types: Vec<ImportType>,
    /// The name of this instance.
    pub name: String,
    /// The address under which players reach this instance.
    pub our_url: String,
    /// The largest file, in bytes.
    pub max_upload: usize,
    /// The largest JSON body, in bytes.
    pub max_body: usize,
    /// Whether imports are answered before they are done, also when the sender does not ask for it.
    pub async_imports: bool,
    /// Whether the input of every import is kept.
    pub archive_inputs: bool,
    /// How long a server that is told to end goes on serving.
    pub shutdown_delay: Duration,
    /// Whether events may be sent to programs on this machine; for tests.
    pub webhooks_to_loopback: bool,
    /// The oldest version of the fervidex hook that may send scores.
    pub fervidex_min_version: String,
    /// How many players have to send an unknown BMS or PMS chart before it is made.
    pub beatoraja_queue_size: usize,
    /// How many players USC is told an unknown chart needs.
    pub usc_queue_size: i64,
    /// What the operator decided about ratings.
    pub rules: Rules,
    /// What to log.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
    /// Who may come in, and how often.
    pub access: Access,
    /// The mail that is sent, if any is.
    pub mail: Option<Mail>,
    /// The services that scores are fetched from.
    pub upstream: Upstream,
    /// The key under which what users link is stored, if one is given.
    pub secret_key: Option<Key>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Settings {
    /// Lays the configuration file under `options` and fills in the defaults.
    pub fn load(options: Options) -> Result<Self> {
        let file = read_file(options.config.as_deref())?;
        Self::resolve(options, file)
    }

    /// Whether players reach this instance over TLS, as they should.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.our_url.starts_with("https://")
    }

    /// The name of the cookie that keeps a browser logged in. Source: `spec/rest-api.md` 2.
    #[must_use]
    pub fn session_cookie(&self) -> String {
        // What a cookie's name may not hold becomes an underscore like the space.
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name: String = self.name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        format!("{name}_SESSION")
    }

    fn resolve(flags: Options, file: Options) -> Result<Self> {
        let data_dir = flags.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("./tachi-data"));
        let database_url = flags.database_url.or(file.database_url);
        let bind = flags.bind.or(file.bind).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let bind: SocketAddr =
            bind.parse().with_context(|| format!("bind: {bind:?} is not an address such as 127.0.0.1:8080"))?;
        let flavour = flags.flavour.or(file.flavour).unwrap_or_else(|| "kamaitachi".to_owned());
        let flavour: Flavour = flavour.parse().map_err(anyhow::Error::msg)?;
        let mut upstream = flags.upstream.over(file.upstream);
        let secret_key = upstream::key(upstream.secret_key.take(), upstream.secret_key_file.take())?;
        let our_url = our_url(flags.our_url.or(file.our_url), bind)?;
        Ok(Self {
            mail: mail::resolve(flags.mail.over(file.mail), &our_url)?,
            access: Access::resolve(flags.access.over(file.access))?,
            upstream: Upstream::resolve(upstream)?,
            secret_key,
            database_url: database_url.unwrap_or_else(|| data_dir.join("tachi.db").display().to_string()),
            database: database::resolve(&flags.database.over(file.database))?,
            data_dir,
            bind,
            flavour,
            games: games(flags.games.or(file.games).as_deref(), flavour)?,
            import_types: import_types(flags.import_types.or(file.import_types).as_deref(), flavour)?,
            name: flags.name.or(file.name).unwrap_or_else(|| "Tachi".to_owned()),
            our_url,
            max_upload: flags.max_upload.or(file.max_upload).unwrap_or(16 << 20),
            max_body: flags.max_body.or(file.max_body).unwrap_or(16 << 20),
            async_imports: flags.async_imports.or(file.async_imports).unwrap_or(false),
            archive_inputs: flags.archive_inputs.or(file.archive_inputs).unwrap_or(false),
            shutdown_delay: Duration::from_secs(flags.shutdown_delay.or(file.shutdown_delay).unwrap_or(1).into()),
            webhooks_to_loopback: flags.webhooks_to_loopback,
            fervidex_min_version: flags
                .fervidex_min_version
                .or(file.fervidex_min_version)
                .unwrap_or_else(|| "1.3.0".to_owned()),
            beatoraja_queue_size: queue_size(flags.beatoraja_queue_size.or(file.beatoraja_queue_size))?,
            usc_queue_size: flags.usc_queue_size.or(file.usc_queue_size).unwrap_or(3),
            rules: rules(flags.jubeat_hot_version.or(file.jubeat_hot_version))?,
            log: flags.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            log_format: log_format(flags.log_format.or(file.log_format))?,
        })
    }
}

fn read_file(path: Option<&Path>) -> Result<Options> {
    let (path, asked_for) = match path {
        Some(path) => (path, true),
        None => (Path::new("tachi.toml"), false),
    };
    match std::fs::read_to_string(path) {
        Ok(text) => parse_file(&text).with_context(|| format!("{} is not a valid configuration", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !asked_for => Ok(Options::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn parse_file(text: &str) -> Result<Options> {
    let mut keys: toml::Table = toml::from_str(text)?;
    let database = group(&mut keys, DatabaseOptions::KEYS)?;
    let access = group(&mut keys, AccessOptions::KEYS)?;
    let mail = group(&mut keys, MailOptions::KEYS)?;
    let upstream = group(&mut keys, UpstreamOptions::KEYS)?;
    Ok(Options { database, access, mail, upstream, ..keys.try_into()? })
}

/// Takes the keys of a group out of a file.
fn group<T: serde::de::DeserializeOwned>(keys: &mut toml::Table, names: &[&str]) -> Result<T> {
    let taken: toml::Table = names.iter().filter_map(|name| keys.remove_entry(*name)).collect();
    Ok(taken.try_into()?)
}

fn log_format(given: Option<String>) -> Result<LogFormat> {
    match given.as_deref() {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => bail!("log_format: expected text or json, got {other:?}"),
    }
}

fn rules(jubeat_hot_version: Option<String>) -> Result<Rules> {
    let Some(jubeat_hot_version) = jubeat_hot_version else { return Ok(Rules::default()) };
    let versions = Gpt::JubeatSingle.config().versions;
    if versions.iter().all(|version| version.id != jubeat_hot_version) {
        let known = versions.iter().map(|version| version.id).collect::<Vec<_>>().join(", ");
        bail!("jubeat_hot_version: expected one of {known}, got {jubeat_hot_version:?}");
    }
    Ok(Rules { jubeat_hot_version })
}

/// One player alone must not be able to make charts.
fn queue_size(given: Option<usize>) -> Result<usize> {
    let size = given.unwrap_or(3);
    if size < 2 {
        bail!("beatoraja_queue_size: expected at least 2 players, got {size}");
    }
    Ok(size)
}

fn our_url(given: Option<String>, bind: SocketAddr) -> Result<String> {
    let url = given.unwrap_or_else(|| format!("http://{bind}"));
    if url.ends_with('/') || !(url.starts_with("http://") || url.starts_with("https://")) {
        bail!("our_url: expected http:// or https:// without a slash at the end, got {url:?}");
    }
    Ok(url)
}

/// The names of a comma list.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn games(list: Option<&str>, flavour: Flavour) -> Result<Vec<Game>> {
    let offered = Game::ALL.iter().copied().filter(|game| flavour.offers(game.config().edition));
    let Some(list) = list else { return Ok(offered.collect()) };
    let wanted: Vec<Game> = names(list).map(str::parse).collect::<Result<_, _>>().context("games")?;
    Ok(offered.filter(|game| wanted.contains(game)).collect())
}

fn import_types(list: Option<&str>, flavour: Flavour) -> Result<Vec<ImportType>> {
    let offered = import_type::TABLE.iter().filter(|row| flavour.offers(row.edition)).map(|row| row.import_type);
    let Some(list) = list else { return Ok(offered.collect()) };
    let wanted: Vec<ImportType> = names(list).map(str::parse).collect::<Result<_, _>>().context("import_types")?;
    Ok(offered.filter(|import_type| wanted.contains(import_type)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let file: Options = toml::from_str("bind = \"127.0.0.1:1\"\nname = \"From the file\"").unwrap();
        let flags = Options { bind: Some("127.0.0.1:2".to_owned()), ..Options::default() };
        let settings = Settings::resolve(flags, file).unwrap();
        assert_eq!(settings.bind.port(), 2);
        assert_eq!(settings.name, "From the file");
        assert_eq!(settings.max_upload, 16_777_216);
        assert_eq!(settings.our_url, "http://127.0.0.1:2");
    }

    #[test]
    fn unknown_keys_of_the_file_are_refused_by_name() {
        let error = toml::from_str::<Options>("binf = \"127.0.0.1:1\"").unwrap_err();
        assert!(error.to_string().contains("binf"), "{error}");
    }

    #[test]
    fn the_file_may_hold_keys_of_every_group() {
        let file = parse_file("name = \"N\"\nrate_limit = 7\nsignups = false\nmyt_plaintext = true").unwrap();
        assert_eq!((file.access.rate_limit, file.access.signups), (Some(7), Some(false)));
        assert_eq!((file.name.as_deref(), file.upstream.myt_plaintext), (Some("N"), Some(true)));
        for text in ["binf = 1", "rate_limits = 1"] {
            let error = format!("{:#}", parse_file(text).unwrap_err());
            assert!(error.contains(text.split(' ').next().unwrap()), "{error}");
        }
    }

    #[test]
    fn an_import_type_that_nobody_knows_is_refused_by_name() {
        let flags = Options { import_types: Some("file/batch-manual, api/nothing".to_owned()), ..Options::default() };
        let error = Settings::resolve(flags, Options::default()).err().unwrap();
        assert!(format!("{error:#}").contains("api/nothing"), "{error:#}");
    }

    #[test]
    fn options_print_nothing() {
        let mut options = Options { database_url: Some("postgres://u:pass@h/d".to_owned()), ..Options::default() };
        options.upstream.arc_auth_token = Some("the token".to_owned());
        assert_eq!(format!("{options:?}"), "Options(..)");
    }

    #[test]
    fn cookies_are_named_after_the_instance() {
        let flags = Options { name: Some("Our Arcade; \u{3042}".to_owned()), ..Options::default() };
        assert_eq!(Settings::resolve(flags, Options::default()).unwrap().session_cookie(), "Our_Arcade____SESSION");
    }

    #[test]
    fn proxies_are_networks() {
        let trusts = |list: Option<&str>, address: &str| {
            let access = AccessOptions { trusted_proxies: list.map(str::to_owned), ..AccessOptions::default() };
            Access::resolve(access).unwrap().trusts(address.parse().unwrap())
        };
        for address in
            ["127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.0.1", "fe80::1", "fd00::1"]
        {
            assert!(trusts(None, address), "{address}");
        }
        assert!(!trusts(None, "172.32.0.1") && !trusts(None, "203.0.113.1") && !trusts(Some(""), "127.0.0.1"));
        assert!(trusts(Some("203.0.113.1, 198.51.100.0/24"), "198.51.100.9"));
        let broken = AccessOptions { trusted_proxies: Some("nonsense".to_owned()), ..AccessOptions::default() };
        assert!(format!("{:#}", Access::resolve(broken).unwrap_err()).contains("nonsense"));
    }

    #[test]
    fn the_default_file_names_every_setting_and_puts_none_in_force() {
        use clap::CommandFactory as _;

        let text = crate::cli::config::default();
        assert!(toml::from_str::<toml::Table>(&text).unwrap().is_empty());
        let is_key = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
        let lines: Vec<&str> = text.lines().filter(is_key).map(|line| &line[1..]).collect();
        let file: String = lines.join("\n");
        let keys: toml::Table = toml::from_str(&file).unwrap();
        let command = crate::cli::Cli::command();
        let settings = command.get_arguments().filter(|arg| arg.get_env().is_some() && arg.get_id() != "config");
        let names: Vec<&str> = settings.map(|arg| arg.get_id().as_str()).collect();
        assert!(names.len() > 50, "{names:?}");
        assert!(names.iter().all(|name| keys.contains_key(*name)) && keys.len() == names.len());
        parse_file(&file).unwrap();

        // What it says of defaults is what holds without it.
        let stated: Vec<&str> = lines.into_iter().filter(|line| !line.ends_with("\"\"")).collect();
        assert!(stated.len() > 15, "{stated:?}");
        let given = Settings::resolve(parse_file(&stated.join("\n")).unwrap(), Options::default()).unwrap();
        let default = Settings::resolve(Options::default(), Options::default()).unwrap();
        let told = |settings: &Settings| {
            let Settings { data_dir, database, bind, flavour, name, our_url, max_upload, max_body, .. } = settings;
            let Settings { async_imports, shutdown_delay, fervidex_min_version, beatoraja_queue_size, .. } = settings;
            let Settings { archive_inputs, usc_queue_size, rules, log, log_format, access, upstream, .. } = settings;
            format!(
                "{data_dir:?} {database:?} {bind:?} {flavour:?} {name:?} {our_url:?} {max_upload:?} {max_body:?} \
                 {async_imports:?} {shutdown_delay:?} {fervidex_min_version:?} {beatoraja_queue_size:?} \
                 {archive_inputs:?} {usc_queue_size:?} {rules:?} {log:?} {log_format:?} {access:?} {upstream:?}"
            )
        };
        assert_eq!(told(&given), told(&default));
    }

    #[test]
    fn a_pool_has_a_size_that_makes_sense() {
        let refused = |options: DatabaseOptions| format!("{:#}", database::resolve(&options).unwrap_err());
        let pool = |size| DatabaseOptions { database_pool: Some(size), ..DatabaseOptions::default() };
        assert!(refused(pool(0)).contains("database_pool") && refused(pool(100_000)).contains("database_pool"));
        assert!(refused(DatabaseOptions { database_timeout: Some(0), ..pool(9) }).contains("database_timeout"));
        let resolved = database::resolve(&DatabaseOptions { database_timeout: Some(7), ..pool(9) }).unwrap();
        assert_eq!((resolved.connections, resolved.wait.as_secs()), (9, 7));
    }

    #[test]
    fn games_of_another_flavour_are_not_offered() {
        let flags = Options { flavour: Some("btchi".to_owned()), ..Options::default() };
        let settings = Settings::resolve(flags, Options::default()).unwrap();
        assert!(!settings.games.contains(&Game::Iidx));
        assert!(!settings.import_types.contains(&ImportType::FileEamusementIidxCsv));
        assert!(settings.import_types.contains(&ImportType::FileBatchManual));
    }
}
