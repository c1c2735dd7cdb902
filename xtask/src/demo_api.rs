//! `cargo xtask demo --api`: a player links a service and imports what it knows. The service is a mock of our own.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::demo::{show_pbs, show_sessions};
use crate::kai::{CODE, Kai};
use crate::login::{Login, flo_args};
use crate::process::{Server, build, client};

const HISTORY: &str = "/api/iidx/v2/play_history";
const PROFILE: &str = "/api/iidx/v2/player_profile";

/// Builds and starts a server and a service, links, imports twice and shows what came of it.
///
/// # Errors
/// When any step fails.
pub fn run(exit: bool) -> Result<()> {
    println!("Building the server ...");
    let binary = build("dev")?;
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().to_str().context("the temporary folder's name is no text")?;
    let storage = ["--data-dir", data_dir, "--log", "warn"];
    let flo = service();
    let origin = flo.upstream.origin();
    println!("A mock of the service FLO listens on {origin}: two pages of plays, and a dan.");
    Login::add_user(&binary, &storage, "demo")?;
    let mut server = Server::start(&binary, &[&storage[..], &flo_args(&origin)].concat())?;
    println!("The server listens on {} with a fresh database.\n", server.url);

    let client = client()?;
    let login = Login::new(&client, &server.url, "demo")?;
    println!("The player comes back from FLO with a code, and the page they come back to sends it on:\n");
    println!("$ curl {}/api/v1/users/me/integrations/kai/flo/oauth2callback \\", server.url);
    println!("    -b \"$SESSION\" -H \"Content-Type: application/json\" -d '{{\"code\": \"{CODE}\"}}'\n");
    login.link_flo(CODE)?;
    let mut seen = show_requests(&flo, 0);
    println!("What FLO knows goes in:\n");
    import(&login, &server.url)?;
    seen = show_requests(&flo, seen);
    println!("Again: everything is fetched, nothing of it is new.\n");
    import(&login, &server.url)?;
    show_requests(&flo, seen);
    show_sessions(&client, &server.url)?;
    show_pbs(&client, &server.url)?;
    if exit {
        return Ok(());
    }
    println!("Server and service go on; user demo, password {:?}. Ctrl-C ends it.", crate::login::PASSWORD);
    server.wait()
}

fn import(login: &Login, url: &str) -> Result<()> {
    println!("$ curl {url}/api/v1/import/from-api \\");
    println!("    -b \"$SESSION\" -H \"Content-Type: application/json\" -d '{{\"importType\": \"api/flo-iidx\"}}'\n");
    println!("{}\n", serde_json::to_string_pretty(&login.import_flo()?)?);
    Ok(())
}

/// Shows what the service was asked since; returns how much that is in all.
fn show_requests(flo: &Kai, seen: usize) -> usize {
    let requests = flo.upstream.requests();
    println!("FLO was asked");
    for request in &requests[seen..] {
        let what = match request.form().get("grant_type") {
            Some(grant) => format!("grant_type={grant}"),
            None => request.header("authorization").to_owned(),
        };
        println!("  {:<4} {:<44} {what}", request.method, request.target);
    }
    println!();
    requests.len()
}

/// A service that knows a few plays.
fn service() -> Kai {
    let flo = Kai::start();
    let first = [play(1000, "ANOTHER", 1501, 6, 15), play(1001, "ANOTHER", 1000, 4, 17)];
    // A song that the catalogue does not know stays as an orphan.
    let second =
        [play(4001, "HYPER", 1600, 5, 20), play(5021, "ANOTHER", 2600, 3, 23), play(29_999, "ANOTHER", 1, 1, 26)];
    let (first, second) = (first.map(|play| play.to_string()), second.map(|play| play.to_string()));
    let [second, first] = [&second[..], &first[..]].map(|page| page.iter().map(String::as_str).collect::<Vec<_>>());
    flo.history(HISTORY, &[&second, &first]);
    flo.profile(PROFILE, r#"{"sp":12,"dp":null}"#);
    flo
}

fn play(music: u32, difficulty: &str, ex: u32, lamp: u32, minute: u32) -> Value {
    json!({
        "music_id": music, "play_style": "SINGLE", "difficulty": difficulty, "version_played": 27, "lamp": lamp,
        "ex_score": ex, "miss_count": 8, "fast_count": 120, "slow_count": 95,
        "timestamp": format!("2024-05-02T10:{minute:02}:00Z"),
    })
}
