//! `cargo xtask new`: the skeleton of a game or an import type.
//!
//! What is laid down compiles, says `TODO` where something is to be decided, and makes the tests that walk the tables
//! fail until it is filled in: they are the list of what is left to do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};

use crate::process::root;

const IMPORT_TYPE: &str = include_str!("../templates/import_type.rs.txt");
const GAME: &str = include_str!("../templates/game.rs.txt");

/// What of.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
    /// The workspace to write into
    #[arg(long, global = true, default_value_os_t = root())]
    root: PathBuf,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A game with one playtype
    Game {
        /// Its name in documents: lower-case letters and digits
        name: String,
    },
    /// An import type
    ImportType {
        /// `<kind>/<name>`: file/foo, ir/foo
        id: String,
    },
}

/// Writes the skeleton, or nothing where any part of it cannot be written.
///
/// # Errors
/// When the name does not fit or is taken, or a table is not where it was.
pub fn run(options: &Options) -> Result<()> {
    let mut changes = Changes { root: &options.root, files: Vec::new() };
    match &options.what {
        What::Game { name } => game(&mut changes, name)?,
        What::ImportType { id } => import_type(&mut changes, id)?,
    }
    changes.write()
}

/// Files as they will be, in the order in which they were first touched.
struct Changes<'a> {
    root: &'a Path,
    files: Vec<(PathBuf, String)>,
}

impl Changes<'_> {
    /// A file that must not be there yet.
    fn create(&mut self, path: String, text: impl Into<String>) -> Result<()> {
        ensure!(!self.root.join(&path).exists(), "{path} is there already");
        self.files.push((path.into(), text.into()));
        Ok(())
    }

    /// A file as it will be.
    fn file(&mut self, path: &str) -> Result<&mut String> {
        let index = match self.files.iter().position(|(known, _)| known == Path::new(path)) {
            Some(index) => index,
            None => {
                let text = fs::read_to_string(self.root.join(path)).with_context(|| format!("cannot read {path}"))?;
                self.files.push((path.into(), text));
                self.files.len() - 1
            }
        };
        Ok(&mut self.files[index].1)
    }

    /// Adds lines at the end of the table that begins with the line `start` and ends with the first line `end`.
    fn append(&mut self, path: &str, start: &str, end: &str, lines: &str) -> Result<()> {
        let text = self.file(path)?;
        let table = text.find(&format!("\n{start}\n")).with_context(|| format!("{path} has no line {start:?}"))?;
        let length =
            text[table..].find(&format!("\n{end}\n")).with_context(|| format!("{path}: {start:?} has no end"))?;
        text.insert_str(table + length + 1, lines);
        Ok(())
    }

    /// Adds lines after the last one that begins with `like`.
    fn append_after(&mut self, path: &str, like: &str, lines: &str) -> Result<()> {
        let text = self.file(path)?;
        let last = text.rfind(&format!("\n{like}")).with_context(|| format!("{path} has no line {like:?}"))?;
        let length = text[last + 1..].find('\n').with_context(|| format!("{path} ends too early"))?;
        text.insert_str(last + 1 + length + 1, lines);
        Ok(())
    }

    /// Adds a module among those that are declared, by name.
    fn declare(&mut self, path: &str, module: &str) -> Result<()> {
        let text = self.file(path)?;
        let name = |line: &str| Some(line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.to_owned());
        let new = format!("{module};");
        let mut declared = text.lines().filter_map(|line| Some((line.to_owned(), name(line)?)));
        let before = declared.rfind(|(_, name)| *name < new);
        let (line, _) = before.with_context(|| format!("{path} declares no module before {module}"))?;
        *text = text.replacen(&format!("{line}\n"), &format!("{line}\npub mod {module};\n"), 1);
        Ok(())
    }

    fn write(self) -> Result<()> {
        for (path, text) in self.files {
            let file = self.root.join(&path);
            fs::create_dir_all(file.parent().unwrap_or(self.root))?;
            fs::write(&file, text).with_context(|| format!("cannot write {}", path.display()))?;
            println!("{}", path.display());
        }
        println!("\nEvery decision to make is marked TODO. `cargo test --workspace` tells what is missing;");
        println!("docs/ has a page for each kind of addition.");
        Ok(())
    }
}

// --- Import types -----------------------------------------------------------------------------------------------

/// The columns that a kind's new row gets in the table of import types.
fn row_of_kind(kind: &str) -> Result<(&'static str, &'static str)> {
    Ok(match kind {
        "file" => ("File", "Header"),
        "ir" => ("Ir", "Never"),
        _ => bail!("{kind}: only file/ and ir/ types have a skeleton; an api/ type shares its upstream's module"),
    })
}

fn import_type(changes: &mut Changes<'_>, id: &str) -> Result<()> {
    let (kind, name) = id.split_once('/').context("an import type is called <kind>/<name>, like file/foo")?;
    let (kind_name, intent) = row_of_kind(kind)?;
    check_name(name, "-")?;
    let (module, type_name) = (name.replace('-', "_"), pascal(name));
    let variant = format!("{kind_name}{type_name}");

    // Its page may be older than its module: then the table has it already.
    let table = "crates/tachi-core/src/import_type.rs";
    if !changes.file(table)?.contains(&format!(" \"{id}\" ")) {
        let row =
            format!("    /// TODO whose scores, of what.\n    {variant} \"{id}\" {kind_name} [] Both {intent};\n");
        append_row_of_kind(changes, table, kind_name, &row)?;
    }
    let text = fill(IMPORT_TYPE, &[("id", id), ("page", &format!("{kind}-{name}")), ("Name", &type_name)]);
    let sources = format!("crates/tachi-parsers/src/{kind}");
    changes.create(format!("{sources}/{module}.rs"), text.replace("{{Variant}}", &variant))?;
    changes.declare(&format!("{sources}/mod.rs"), &module)?;
    let row = format!("    entry::<{kind}::{module}::{type_name}>(),\n");
    changes.append_after("crates/tachi-parsers/src/registry.rs", &format!("    entry::<{kind}::"), &row)?;

    let case = format!("fixtures/{kind}/{name}/plain");
    changes.create(format!("{case}/input.json"), "{\"TODO\":\"an ordinary input, written by hand\"}\n")?;
    let expected = "{\n\"game\": \"iidx\",\n\"context\": {\"TODO\":\"what the page says becomes of the input\"},\n\"classes\": [],\n\"rows\": []\n}\n";
    changes.create(format!("{case}/expected.json"), expected)
}

/// Adds a row after the last one of its kind: the table is in the order of the documents.
fn append_row_of_kind(changes: &mut Changes<'_>, table: &str, kind: &str, row: &str) -> Result<()> {
    let text = changes.file(table)?;
    let is_row = |line: &&str| line.ends_with(';') && line.contains(&format!("\" {kind} ["));
    let last = text.lines().rfind(is_row).with_context(|| format!("{table} has no row of {kind}"))?.to_owned();
    *text = text.replacen(&format!("{last}\n"), &format!("{last}\n{row}"), 1);
    Ok(())
}

// --- Games ------------------------------------------------------------------------------------------------------

fn game(changes: &mut Changes<'_>, name: &str) -> Result<()> {
    check_name(name, "")?;
    let variant = pascal(name);
    let model = "crates/tachi-core/src/game.rs";
    changes.append(model, "games! {", "}", &format!("    /// TODO the display name\n    {variant} \"{name}\";\n"))?;
    let row = format!("    /// TODO game and playtype.\n    {variant}Single \"{name}:Single\" {variant};\n");
    changes.append(model, "gpts! {", "}", &row)?;

    let games = "crates/tachi-core/src/games/mod.rs";
    changes.declare(games, name)?;
    for (table, row) in [
        ("static GAMES: &[&GameConfig] = &[", format!("    &{name}::GAME,\n")),
        ("static GPTS: &[&GptConfig] = &[", format!("    &{name}::SINGLE,\n")),
        ("pub(crate) static FORMULAS: &[&[Formula]] = &[", format!("    {name}::FORMULAS,\n")),
    ] {
        changes.append(games, table, "];", &row)?;
    }
    let text = fill(GAME, &[("name", name), ("Name", &variant)]);
    changes.create(format!("crates/tachi-core/src/games/{name}.rs"), text)?;
    game_fixtures(changes, name)
}

/// A song with a chart, an example to be filled in, and a BATCH-MANUAL case.
fn game_fixtures(changes: &mut Changes<'_>, name: &str) -> Result<()> {
    let song = r#"{"altTitles":[],"artist":"TODO","data":{},"id":1,"searchTerms":[],"title":"TODO"}"#;
    let chart_id = format!("{:0>40}", "1");
    let chart = format!(
        r#"{{"chartID":"{chart_id}","data":{{"inGameID":1}},"difficulty":"HARD","isPrimary":true,"level":"10","levelNum":10,"playtype":"Single","songID":1,"versions":[]}}"#
    );
    changes.create(format!("fixtures/catalogue/songs-{name}.json"), format!("[\n{song}\n]\n"))?;
    changes.create(format!("fixtures/catalogue/charts-{name}.json"), format!("[\n{chart}\n]\n"))?;
    let score = r#"{"matchType":"inGameID","identifier":"1","difficulty":"HARD","score":900000,"lamp":"CLEAR"}"#;
    let document = format!(r#"{{"meta":{{"game":"{name}","service":"Example"}},"scores":[{score}]}}"#);
    let example = format!(
        "{{\n  \"source\": {{}},\n  \"document\": {document},\n  \"scores\": [],\n  \"pbs\": [],\n  \"profile\": {{\"ratings\": {{}}, \"classes\": {{}}}}\n}}\n"
    );
    changes.create(format!("fixtures/games/{name}.json"), example)?;
    let case = format!("fixtures/file/batch-manual/{name}-with-every-member");
    changes.create(format!("{case}/input.json"), format!("{document}\n"))?;
    let expected = format!(
        "{{\n\"game\": \"{name}\",\n\"context\": {{\"TODO\":\"every metric, judgement, option and match type of the page\"}},\n\"classes\": [],\n\"rows\": []\n}}\n"
    );
    changes.create(format!("{case}/expected.json"), expected)
}

// --- Names ------------------------------------------------------------------------------------------------------

fn check_name(name: &str, also: &str) -> Result<()> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || also.contains(letter);
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
    ensure!(starts && name.chars().all(fits), "{name:?} is no name: lower-case letters and digits");
    Ok(())
}

/// `foo-bar` → `FooBar`
fn pascal(name: &str) -> String {
    let capital =
        |word: &str| word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1)).collect();
    name.split('-').map(capital).collect::<Vec<String>>().concat()
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}
