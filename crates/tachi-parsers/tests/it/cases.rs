//! The cases under `fixtures/<kind>/<name>/<case>/`: what they hold, and how they are read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Game;
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;
use tachi_parsers::format::{Fields, Input, Surroundings};
use tachi_parsers::registry::{self, Entry};

use crate::catalogue;

/// The folders of `fixtures/` that hold cases; the others belong to other tests.
pub const KINDS: [&str; 3] = ["file", "ir", "api"];

/// The catalogue of all cases that bring no songs of their own.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| catalogue::build(catalogue::Documents::default()));

/// One input and all that comes with it.
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
    /// The folder from `fixtures/` on.
    pub name: String,
    /// The row of the registry that reads it.
    pub entry: &'static Entry,
    /// The file, or the request's body.
    pub bytes: Vec<u8>,
    request: Request,
    fields: Fields,
    own_catalogue: Option<Catalogue>,
}

/// `request.json`: what comes with an input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct Request {
    fields: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    file_name: Option<String>,
    user: Option<UserId>,
    received: i64,
    games: Vec<Game>,
    fervidex_min_version: String,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            fields: BTreeMap::new(),
            headers: BTreeMap::new(),
            file_name: None,
            user: Some(UserId(1)),
            received: 1_700_000_000_000,
            games: catalogue::games(),
            fervidex_min_version: "1.0.0".to_owned(),
        }
    }
}

impl Case {
    pub fn catalogue(&self) -> &Catalogue {
        self.own_catalogue.as_ref().unwrap_or(&CATALOGUE)
    }

    pub fn input(&self) -> Input<'_> {
        self.input_of(&self.bytes)
    }

    /// This case with other bytes.
    pub fn input_of<'a>(&'a self, bytes: &'a [u8]) -> Input<'a> {
        Input {
            bytes,
            file_name: self.request.file_name.as_deref(),
            fields: &self.fields,
            received: self.request.received,
            user: self.request.user,
            surroundings: Surroundings {
                catalogue: self.catalogue(),
                games: &self.request.games,
                fervidex_min_version: &self.request.fervidex_min_version,
            },
        }
    }
}

/// Every case, in the order of their names, and what is wrong with the folders.
pub fn read_all() -> (Vec<Case>, Vec<String>) {
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for import_type in import_types() {
        let Some(entry) = import_type.parse().ok().and_then(registry::find) else {
            problems.push(format!("fixtures/{import_type}: the registry has no such row"));
            continue;
        };
        for folder in entries(&fixtures().join(&import_type)) {
            let name = format!("{import_type}/{}", file_name(&folder));
            match read(folder, &name, entry) {
                Ok(case) => cases.push(case),
                Err(problem) => problems.push(format!("fixtures/{name}: {problem}")),
            }
        }
    }
    (cases, problems)
}

/// `<kind>/<name>` of every folder that holds cases.
pub fn import_types() -> Vec<String> {
    let folders = KINDS.iter().flat_map(|kind| entries(&fixtures().join(kind)).into_iter().map(move |f| (kind, f)));
    folders.map(|(kind, folder)| format!("{kind}/{}", file_name(&folder))).collect()
}

/// The case that shows an ordinary input of a type.
pub fn plain(import_type: ImportType) -> PathBuf {
    fixtures().join(import_type.as_str()).join("plain")
}

fn read(folder: PathBuf, name: &str, entry: &'static Entry) -> Result<Case, String> {
    let mut input = None;
    let mut request = Request::default();
    let mut own_catalogue = None;
    for path in entries(&folder) {
        let text = || fs::read_to_string(&path).map_err(|error| format!("{}: {error}", file_name(&path)));
        match &*file_name(&path) {
            "expected.json" => {}
            "request.json" => request = serde_json::from_str(&text()?).map_err(|error| format!("request: {error}"))?,
            "catalogue.json" => {
                let more = serde_json::from_str(&text()?).map_err(|error| format!("catalogue: {error}"))?;
                own_catalogue = Some(catalogue::build(more));
            }
            file if path.file_stem().is_some_and(|stem| stem == "input") && input.is_none() => {
                input = Some(fs::read(&path).map_err(|error| format!("{file}: {error}"))?);
            }
            file => return Err(format!("no test reads {file}")),
        }
    }
    let bytes = input.ok_or("there is no input")?;
    let headers = request.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone()));
    let fields = request.fields.clone().into_iter().chain(headers).collect();
    Ok(Case { folder, name: name.to_owned(), entry, bytes, request, fields, own_catalogue })
}

pub fn fixtures() -> PathBuf {
    catalogue::root().join("fixtures")
}

/// What a folder holds, in the order of the names; nothing where there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
