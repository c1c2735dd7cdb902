//! Habits of the sources that no compiler checks.

use std::path::{Path, PathBuf};

/// Every Rust file below a folder of the workspace.
fn sources(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn every_source_file_begins_with_a_header() {
    for folder in ["crates", "server", "xtask"] {
        for path in sources(folder) {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!") || text.starts_with("// @generated"), "{} has no header", path.display());
        }
    }
}

#[test]
fn input_types_are_neither_untagged_nor_flattened() {
    for path in sources("crates/tachi-parsers/src") {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["serde(untagged", "serde(flatten"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn no_game_is_told_from_another_outside_its_module() {
    let allowed =
        ["crates/tachi-core/src/games", "crates/tachi-core/src/game.rs", "crates/tachi-core/src/import_type.rs"];
    for folder in ["crates/tachi-import/src", "crates/tachi-db/src", "server/src", "crates/tachi-core/src"] {
        for path in sources(folder) {
            let shown = path.display().to_string();
            if allowed.iter().any(|allowed| shown.contains(allowed)) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            assert!(!code.contains("match config.game") && !code.contains("match game {"), "{shown} tells games apart");
        }
    }
}

#[test]
fn nothing_is_still_to_be_written() {
    let mut found = Vec::new();
    for path in ["crates", "server"].into_iter().flat_map(sources) {
        let text = std::fs::read_to_string(&path).unwrap();
        // A quoted one is spoken of, not meant.
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains("TODO") && !line.contains("\"TODO\""));
        found.extend(lines.map(|(at, line)| format!("{}:{}: {}", path.display(), at + 1, line.trim())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
