//! `cargo xtask new` in a copy of the files it writes to: what it lays down parses and is formatted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The tables that skeletons are entered in.
const TABLES: [&str; 6] = [
    "crates/tachi-core/src/game.rs",
    "crates/tachi-core/src/games/mod.rs",
    "crates/tachi-core/src/import_type.rs",
    "crates/tachi-parsers/src/file/mod.rs",
    "crates/tachi-parsers/src/ir/mod.rs",
    "crates/tachi-parsers/src/registry.rs",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for table in TABLES {
        let to = folder.path().join(table);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(workspace().join(table), to).unwrap();
    }
    folder
}

fn new(folder: &TempDir, what: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("new").args(what).arg("--root").arg(folder.path()).output().unwrap()
}

/// Lays something down and returns the files that were written.
fn written(folder: &TempDir, what: &[&str]) -> Vec<String> {
    let output = new(folder, what);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn check(folder: &TempDir, file: &str) {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    if file.ends_with(".json") {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(parsed.is_ok(), "{file}: {parsed:?}");
        return;
    }
    assert!(!text.contains("{{"), "{file} has a hole");
    // From standard input, so that the modules that a file declares are not looked for.
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--config-path"]).arg(workspace());
    let output = rustfmt.stdin(fs::File::open(path).unwrap()).stderr(Stdio::piped()).output().unwrap();
    let problems = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{file}:\n{}", problems.concat());
}

#[test]
fn a_new_import_type_gets_module_rows_and_a_first_case() {
    let folder = copy();
    let files = written(&folder, &["import-type", "file/foo-bar"]);
    let expected = [
        "crates/tachi-core/src/import_type.rs",
        "crates/tachi-parsers/src/file/foo_bar.rs",
        "crates/tachi-parsers/src/file/mod.rs",
        "crates/tachi-parsers/src/registry.rs",
        "fixtures/file/foo-bar/plain/input.json",
        "fixtures/file/foo-bar/plain/expected.json",
    ];
    assert_eq!(files, expected);
    files.iter().for_each(|file| check(&folder, file));
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(read(expected[0]).contains("    FileFooBar \"file/foo-bar\" File [] Both Header;\n"));
    assert!(read(expected[2]).contains("pub mod foo_bar;\n"));
    assert!(read(expected[3]).contains("    entry::<file::foo_bar::FooBar>(),\n"));
}

#[test]
fn an_import_type_that_the_table_knows_gets_no_second_row() {
    let folder = copy();
    let files = written(&folder, &["import-type", "ir/chunitachi"]);
    files.iter().for_each(|file| check(&folder, file));
    let table = fs::read_to_string(folder.path().join("crates/tachi-core/src/import_type.rs")).unwrap();
    assert_eq!(table.matches("\"ir/chunitachi\"").count(), 1);
}

#[test]
fn a_new_game_gets_module_rows_catalogue_and_examples() {
    let folder = copy();
    let files = written(&folder, &["game", "rotaeno"]);
    let expected = [
        "crates/tachi-core/src/game.rs",
        "crates/tachi-core/src/games/mod.rs",
        "crates/tachi-core/src/games/rotaeno.rs",
        "fixtures/catalogue/songs-rotaeno.json",
        "fixtures/catalogue/charts-rotaeno.json",
        "fixtures/games/rotaeno.json",
        "fixtures/file/batch-manual/rotaeno-with-every-member/input.json",
        "fixtures/file/batch-manual/rotaeno-with-every-member/expected.json",
    ];
    assert_eq!(files, expected);
    files.iter().for_each(|file| check(&folder, file));
    let tables = fs::read_to_string(folder.path().join("crates/tachi-core/src/games/mod.rs")).unwrap();
    for row in
        ["pub mod rotaeno;\n", "    &rotaeno::GAME,\n];", "    &rotaeno::SINGLE,\n];", "    rotaeno::FORMULAS,\n];"]
    {
        assert!(tables.contains(row), "{row}");
    }
}

#[test]
fn what_does_not_fit_or_is_there_already_changes_nothing() {
    let folder = copy();
    let tables = || TABLES.map(|table| fs::read_to_string(folder.path().join(table)).unwrap());
    let before = tables();
    for what in [["import-type", "foo"], ["import-type", "api/foo"], ["import-type", "file/Foo"], ["game", "a b"]] {
        assert!(!new(&folder, &what).status.success(), "{what:?}");
    }
    assert_eq!(tables(), before);
    written(&folder, &["game", "rotaeno"]);
    let with_game = tables();
    assert!(!new(&folder, &["game", "rotaeno"]).status.success());
    assert_eq!(tables(), with_game);
}
