//! `cargo xtask demo`: the main job, from nothing to a player's sessions and PBs.

use anyhow::{Context, Result, ensure};
use reqwest::blocking::{Client, multipart};
use serde_json::Value;
use tachi_core::import_document::ImportDocument;

use crate::process::{Server, build, client, root, run as tachi};

/// The export that the demo imports.
const EXPORT: &str = "fixtures/file/eamusement-iidx-csv/demo/input.csv";

/// Builds and starts a server, imports an export over HTTP and shows what came of it.
///
/// # Errors
/// When any step fails.
pub fn run(exit: bool) -> Result<()> {
    println!("Building the server ...");
    let binary = build("dev")?;
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().to_str().context("the temporary folder's name is no text")?;
    let storage = ["--data-dir", data_dir, "--log", "warn"];
    tachi(&binary, &[&["user", "add", "demo"][..], &storage].concat())?;
    let token = ["token", "add", "--user", "demo", "--permission", "submit_score"];
    let token = tachi(&binary, &[&token[..], &storage].concat())?;
    let mut server = Server::start(&binary, &storage)?;
    println!("The server listens on {} with a fresh database.\n", server.url);

    let client = client()?;
    let document = import(&client, &server.url, &token)?;
    println!("{}\n", serde_json::to_string_pretty(&document)?);
    show_sessions(&client, &server.url)?;
    show_pbs(&client, &server.url)?;
    if exit {
        return Ok(());
    }
    println!("The server goes on; its token is {token}. Ctrl-C ends it.");
    server.wait()
}

/// Uploads the export and returns the ImportDocument.
fn import(client: &Client, url: &str, token: &str) -> Result<ImportDocument> {
    println!("A player's export goes in:\n");
    println!("$ curl {url}/api/v1/import/file \\");
    println!("    -H \"Authorization: Bearer {token}\" \\");
    println!("    -F importType=file/eamusement-iidx-csv -F scoreData=@{EXPORT}\n");
    let file = std::fs::read(root().join(EXPORT)).with_context(|| format!("cannot read {EXPORT}"))?;
    let form = multipart::Form::new()
        .text("importType", "file/eamusement-iidx-csv")
        .part("scoreData", multipart::Part::bytes(file).file_name("input.csv"));
    let answer = client.post(format!("{url}/api/v1/import/file")).bearer_auth(token).multipart(form).send()?;
    let status = answer.status();
    let envelope: Value = answer.json()?;
    ensure!(status.is_success(), "the import failed: {status} {envelope}");
    Ok(serde_json::from_value(envelope["body"].clone())?)
}

fn get(client: &Client, url: &str) -> Result<Value> {
    let answer = client.get(url).send()?;
    let status = answer.status();
    let envelope: Value = answer.json()?;
    ensure!(status.is_success(), "GET {url} failed: {status} {envelope}");
    Ok(envelope["body"].clone())
}

/// Shows the sessions of the demo's player.
pub fn show_sessions(client: &Client, url: &str) -> Result<()> {
    let sessions = get(client, &format!("{url}/api/v1/users/demo/games/iidx/SP/sessions/recent"))?;
    println!("Sessions");
    for session in sessions.as_array().into_iter().flatten() {
        let name = session["name"].as_str().unwrap_or_default();
        let scores = session["scoreIDs"].as_array().map_or(0, Vec::len);
        println!("  {name:<32} {scores:>3} scores");
    }
    println!();
    Ok(())
}

/// Shows the best PBs of the demo's player.
pub fn show_pbs(client: &Client, url: &str) -> Result<()> {
    let body = get(client, &format!("{url}/api/v1/users/demo/games/iidx/SP/pbs/best"))?;
    let find = |list: &Value, key: &str, id: &Value| {
        list.as_array().into_iter().flatten().find(|item| item[key] == *id).cloned().unwrap_or_default()
    };
    println!("Best PBs");
    println!("  {:<34} {:<13} {:>5} {:>6}  {:<5} {:>7}  lamp", "song", "chart", "EX", "%", "grade", "rating");
    for pb in body["pbs"].as_array().into_iter().flatten().take(10) {
        let chart = find(&body["charts"], "chartID", &pb["chartID"]);
        let song = find(&body["songs"], "id", &pb["songID"]);
        println!(
            "  {:<34} {:<13} {:>5} {:>6.2}  {:<5} {:>7.2}  {}",
            song["title"].as_str().unwrap_or_default(),
            format!(
                "{} {}",
                chart["difficulty"].as_str().unwrap_or_default(),
                chart["level"].as_str().unwrap_or_default()
            ),
            pb["scoreData"]["score"],
            pb["scoreData"]["percent"].as_f64().unwrap_or_default(),
            pb["scoreData"]["grade"].as_str().unwrap_or_default(),
            pb["calculatedData"]["ktLampRating"].as_f64().unwrap_or_default(),
            pb["scoreData"]["lamp"].as_str().unwrap_or_default(),
        );
    }
    println!();
    Ok(())
}
