//! Walks over the registry: what every row must have beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tachi_core::game::Gpt;
use tachi_core::import_type::{ImportType, Kind};
use tachi_parsers::registry::REGISTRY;

use crate::cases;

/// The lines of a module's header, in order.
const HEADER: [&str; 9] =
    ["Page", "Written by", "Versions", "Encoding", "Times", "Quirks", "Skipped", "Invalid", "Fatal"];

/// What skeletons say where something is to be decided.
const TO_WRITE: &str = "TODO";

#[test]
fn every_playtype_has_a_batch_manual_case_with_every_member() {
    let folder = cases::fixtures().join("file/batch-manual");
    let cases = Gpt::ALL.iter().map(|gpt| format!("{}-with-every-member", gpt.config().v3));
    let missing: Vec<String> = cases.filter(|case| !folder.join(case).is_dir()).collect();
    assert!(missing.is_empty(), "fixtures/file/batch-manual lacks {missing:?}");
}

#[test]
fn every_row_has_a_plain_case_and_every_folder_a_row() {
    let rows: BTreeSet<String> = REGISTRY.iter().map(|entry| entry.import_type.to_string()).collect();
    let folders: BTreeSet<String> = cases::import_types().into_iter().collect();
    assert_eq!(rows, folders, "rows of the registry and folders of fixtures");
    for entry in REGISTRY {
        assert!(cases::plain(entry.import_type).is_dir(), "{} has no case `plain`", entry.import_type);
    }
}

#[test]
fn what_is_fetched_has_a_source_and_nothing_else_has() {
    for entry in REGISTRY {
        let is_fetched = entry.import_type.kind() == Kind::Api;
        assert_eq!(entry.source.is_some(), is_fetched, "{}", entry.import_type);
    }
}

#[test]
fn every_row_is_there_once() {
    let rows: BTreeSet<ImportType> = REGISTRY.iter().map(|entry| entry.import_type).collect();
    assert_eq!(rows.len(), REGISTRY.len());
}

#[test]
fn every_row_has_a_module_whose_header_tells_what_it_reads() {
    let problems: Vec<String> = REGISTRY
        .iter()
        .filter_map(|entry| {
            let problem = check_header(entry.import_type).err()?;
            Some(format!("{}: {problem}", entry.import_type))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn check_header(import_type: ImportType) -> Result<(), String> {
    let (module, page) = module_of(import_type).ok_or("has no module")?;
    let text = fs::read_to_string(&module).map_err(|error| error.to_string())?;
    let header: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start).collect();
    let first = header.first().copied().unwrap_or_default();
    if !first.starts_with('`') {
        return Err(format!("the header begins with {first:?}, not with the type"));
    }
    let items = header.iter().filter_map(|line| line.strip_prefix("- **")?.split_once("**: "));
    let items: Vec<(&str, &str)> = items.collect();
    let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
    if names != HEADER {
        return Err(format!("the header has the lines {names:?}, expected {HEADER:?}"));
    }
    if let Some((name, _)) = items.iter().find(|(_, text)| text.starts_with(TO_WRITE)) {
        return Err(format!("the header's line {name:?} is still to be written"));
    }
    let expected = format!("`spec/import-types/{page}.md`");
    if items[0].1 != expected {
        return Err(format!("the header names the page {}, expected {expected}", items[0].1));
    }
    Ok(())
}

/// Families whose services have names of their own.
const FAMILIES: [(&str, &str); 3] = [("flo", "kai"), ("eag", "kai"), ("min", "kai")];

/// The module of a type, and the name of its page. Types of one upstream family share both: then the names end where
/// the family's does.
fn module_of(import_type: ImportType) -> Option<(PathBuf, String)> {
    let (kind, name) = import_type.as_str().split_once('/')?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(kind);
    let family_ends = name.match_indices('-').map(|(at, _)| at).filter(|_| kind == "api");
    let ends: Vec<usize> = family_ends.chain([name.len()]).collect();
    ends.into_iter().rev().find_map(|end| {
        let name =
            FAMILIES.iter().find(|(service, _)| *service == &name[..end]).map_or(&name[..end], |(_, family)| family);
        let file = source.join(format!("{}.rs", name.replace('-', "_")));
        file.is_file().then(|| (file, format!("{kind}-{name}")))
    })
}
