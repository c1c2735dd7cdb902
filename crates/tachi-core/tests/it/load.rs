//! Catalogues as files, for tests that load them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tachi_core::catalogue::{
    CheckMode, Checked, Collections, Existing, FileKind, FolderDocument, GoalDocument, Problem,
};
use tachi_core::game::Gpt;

/// Song 1, SP ANOTHER, 786 notes.
pub const ANOTHER: &str = "c2311194e3897ddb5745b1760d2c0141f933e683";

/// The documents of each file.
pub type Files = BTreeMap<String, Vec<Value>>;

fn builtin() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/catalogue")
}

/// The public catalogue; only some machines have it.
pub fn public() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/seeds");
    folder.is_dir().then_some(folder)
}

/// The names and texts of a catalogue's files.
pub fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if FileKind::of(name).is_some() {
            texts.push((name.to_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    texts.sort();
    texts
}

pub fn builtin_files() -> Files {
    texts(&builtin()).into_iter().map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

pub fn read(files: &Files) -> Collections {
    let mut collections = Collections::default();
    for (name, documents) in files {
        collections.add_file(name, &Value::from(documents.clone()).to_string()).unwrap();
    }
    collections
}

pub fn lines(problems: &[Problem]) -> String {
    problems.iter().take(20).map(|problem| format!("\n{problem}")).collect()
}

pub fn check(files: &Files) -> Result<Checked, Vec<Problem>> {
    read(files).check(CheckMode::Strict, Existing::default())
}

pub fn get<'a>(files: &'a mut Files, file: &str) -> &'a mut Vec<Value> {
    files.get_mut(file).unwrap()
}

pub fn songs(files: &mut Files) -> &mut Vec<Value> {
    get(files, "songs-iidx.json")
}

fn charts(files: &mut Files) -> &mut Vec<Value> {
    get(files, "charts-iidx.json")
}

pub fn chart<'a>(files: &'a mut Files, song: i32, playtype: &str, difficulty: &str, primary: bool) -> &'a mut Value {
    let wanted = |chart: &&mut Value| {
        chart["songID"] == song
            && chart["playtype"] == playtype
            && chart["difficulty"] == difficulty
            && chart["isPrimary"] == primary
    };
    charts(files).iter_mut().find(wanted).unwrap()
}

pub fn without(document: &mut Value, member: &str) {
    document.as_object_mut().unwrap().remove(member);
}

/// Adds a folder whose identifier is right.
pub fn add_folder(files: &mut Files, kind: &str, playtype: &str, data: Value) -> String {
    let mut folder = json!({
        "folderID": "", "title": "Made up", "game": "iidx", "playtype": playtype, "inactive": false,
        "searchTerms": [], "type": kind, "data": data,
    });
    let document: FolderDocument = serde_json::from_value(folder.clone()).unwrap();
    folder["folderID"] = document.derived_id().as_str().into();
    get(files, "folders.json").push(folder);
    document.derived_id().to_string()
}

/// Adds a goal whose identifier is right.
pub fn add_goal(files: &mut Files, gpt: Gpt, name: &str, charts: &Value, criteria: &Value) -> String {
    let mut goal = json!({
        "goalID": "", "game": gpt.game(), "playtype": gpt.id_string().split_once(':').unwrap().1, "name": name,
        "charts": charts, "criteria": criteria,
    });
    let document: GoalDocument = serde_json::from_value(goal.clone()).unwrap();
    goal["goalID"] = document.derived_id().as_str().into();
    get(files, "goals.json").push(goal);
    document.derived_id().to_string()
}
