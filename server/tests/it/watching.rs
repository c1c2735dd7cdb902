//! Watching over the process: figures, logs, readiness, new catalogues. Source: `spec/rest-api.md` 13.

use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::command_line::{Serving, Tachi};
use crate::crashes::{Installation, eventually, import};
use crate::postgres::postgres_database;
use crate::support::{Answer, Form, NOON, TestServer, batch, client, fixture, on_both, score};

/// The value of a series, as the text of `GET /metrics` has it.
fn series(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map(|value| value.trim().parse().unwrap())
}

fn metrics(server: &TestServer) -> String {
    let answer = server.guest().get("/metrics");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    answer.text
}

#[test]
fn imports_rows_stages_and_requests_are_counted() {
    on_both(|server| {
        let player = server.player();
        // Other tests of the process count, too: at least so many.
        let before = metrics(server);
        let grew = |name: &str, by: f64| {
            let (before, now) = (series(&before, name).unwrap_or(0.0), series(&metrics(server), name));
            assert!(now.is_some_and(|now| now >= before + by), "{name}: {before} {now:?}");
        };
        let scores = [score("AA", 3000, "CLEAR", NOON), score("A SONG NOBODY KNOWS", 1, "CLEAR", NOON)];
        player.caller.import("file/batch-manual", &batch(&scores));
        player.caller.upload(&Form::import("file/batch-manual", b"{")).failure(400);
        server.guest().get("/api/v1/imports/nothing").failure(404);
        server.guest().get("/no/such/path").failure(404);
        grew("tachi_imports_total{outcome=\"success\",type=\"file/batch-manual\"}", 1.0);
        grew("tachi_imports_total{outcome=\"bad_input\",type=\"file/batch-manual\"}", 1.0);
        grew("tachi_import_rows_total{status=\"new\"}", 1.0);
        grew("tachi_import_rows_total{status=\"orphan\"}", 1.0);
        for stage in ["lock", "parse", "separate", "sessions", "scores", "pbs", "profile", "goals", "document"] {
            grew(&format!("tachi_import_stage_seconds_count{{stage=\"{stage}\"}}"), 1.0);
        }
        let import = "method=\"POST\",route=\"/api/v1/import/file\"";
        grew(&format!("tachi_http_requests_total{{{import},status=\"200\"}}"), 1.0);
        grew(&format!("tachi_http_requests_total{{{import},status=\"400\"}}"), 1.0);
        grew(&format!("tachi_http_request_seconds_count{{{import}}}"), 2.0);
        grew("tachi_http_requests_total{method=\"GET\",route=\"/api/v1/imports/{import}\",status=\"404\"}", 1.0);
        grew("tachi_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}", 1.0);
        let now = metrics(server);
        assert!(!now.contains("/no/such/path") && !now.contains("imports/nothing"), "paths make no series");
        assert_eq!(series(&now, "tachi_background_imports "), Some(0.0));
        assert_eq!(series(&now, "tachi_database_retries_total "), Some(0.0));
        let pool =
            ["max", "open", "idle"].map(|what| series(&now, &format!("tachi_database_connections_{what} ")).unwrap());
        assert!(pool[0] == 8.0 && (1.0..=8.0).contains(&pool[1]) && pool[2] <= pool[1], "{pool:?}");
    });
}

#[test]
fn a_header_does_not_open_the_figures_nor_close_them() {
    let server = TestServer::start();
    // The peer is what counts, and it is this machine.
    let request = server.guest().request(reqwest::Method::GET, "/metrics").header("X-Forwarded-For", "203.0.113.1");
    assert_eq!(request.send().unwrap().status(), 200);
}

#[test]
fn another_catalogue_reaches_a_server_without_a_restart() {
    on_both(|server| {
        let player = server.player();
        let title = "A Song Made Yesterday";
        let form = Form::import("file/batch-manual", &batch(&[score(title, 3000, "CLEAR", NOON)]));
        assert_eq!(player.caller.upload(&form).body()["scoreIDs"], json!([]));
        let version = server.app.catalogue().version();

        // Another process loads it.
        let folder = tempfile::tempdir().unwrap();
        for name in ["songs-iidx.json", "charts-iidx.json"] {
            let mut documents: Vec<Value> = serde_json::from_slice(&fixture(&format!("catalogue/{name}"))).unwrap();
            let of_aa = |document: &&Value| {
                document["title"] == "AA" || document["songID"] == aa() && document["difficulty"] == "ANOTHER"
            };
            let mut new = documents.iter().find(of_aa).unwrap().clone();
            if name.starts_with("songs") {
                (new["id"], new["title"]) = (json!(987_654), json!(title));
            } else {
                (new["songID"], new["chartID"]) = (json!(987_654), json!("f".repeat(40)));
                new["data"]["inGameID"] = json!(987_654);
                new["data"]["hashSHA256"] = Value::Null;
                new["data"]["arcChartID"] = Value::Null;
            }
            documents.push(new);
            std::fs::write(folder.path().join(name), serde_json::to_vec(&documents).unwrap()).unwrap();
        }
        let args = ["seeds", "load", folder.path().to_str().unwrap(), "--database-url"];
        Tachi::new().ok(&[&args[..], &[&server.app.settings.database_url]].concat());

        // Nobody asks for it, and it comes.
        eventually(Duration::from_secs(5), || (server.app.catalogue().version() > version).then_some(()));
        let other = server.player();
        assert_eq!(other.caller.upload(&form).body()["scoreIDs"].as_array().unwrap().len(), 1);
    });
}

/// The song of the title AA.
fn aa() -> Value {
    let songs: Vec<Value> = serde_json::from_slice(&fixture("catalogue/songs-iidx.json")).unwrap();
    songs.into_iter().find(|song| song["title"] == "AA").unwrap()["id"].clone()
}

/// Runs a server, does something to it and returns what it logged.
fn logged(args: &[&str], work: impl FnOnce(&Installation, &Serving)) -> String {
    let installation = Installation::on_sqlite();
    let url = installation.url.clone();
    let all = [&["serve", "--bind", "127.0.0.1:0", "--database-url", &url], args].concat();
    let mut command = installation.tachi.command(&all);
    command.stderr(Stdio::piped());
    let mut serving = Serving::start(command);
    let mut stderr = serving.child.stderr.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    work(&installation, &serving);
    drop(serving);
    reading.join().unwrap()
}

#[test]
fn nothing_secret_is_logged_whatever_the_filter() {
    let token = "the-token-of-alice";
    let text = logged(&["--log", "trace"], |installation, serving| {
        let player = installation.player("alice");
        assert_eq!(player.token, token);
        let form = Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        Answer::from(import(&serving.url, token, &form, None).unwrap()).body();
        let get = |path: &str| client().get(format!("{}{path}", serving.url));
        get("/api/v1/status?echo=secret-in-a-query").bearer_auth("secret-in-a-header").send().unwrap();
        get("/api/v1/status").header("Cookie", "Tachi_SESSION=secret-in-a-cookie").send().unwrap();
        get("/nothing?code=secret-in-another-query").send().unwrap();
        let path = format!("{}/api/v1/users/1/api-tokens/secret-in-a-path-that-is-a-token", serving.url);
        client().delete(&path).send().unwrap();
        let login = json!({"username": "alice", "!password": "secret-in-a-body", "password": "secret-in-a-body"});
        client().post(format!("{}/api/v1/auth/login", serving.url)).json(&login).send().unwrap();
    });
    assert!(text.contains("/api/v1/import/file") && text.contains("/api/v1/status"), "{text}");
    for line in text.lines() {
        assert!(!line.contains("secret-in-") && !line.contains(token), "{line}");
    }
}

#[test]
fn lines_of_a_request_bear_its_identifier_and_those_of_an_import_that_of_the_import() {
    let mut imported = String::new();
    let text = logged(&["--log", "tachi_server=debug,tachi_import=debug", "--log-format", "json"], |tachi, serving| {
        let player = tachi.player("alice");
        let form = Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        let document = Answer::from(import(&serving.url, &player.token, &form, None).unwrap()).body();
        imported = document["importID"].as_str().unwrap().to_owned();
        client().get(format!("{}/api/v1/status?echo=1", serving.url)).send().unwrap();
    });
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let of = |path: &str| lines.iter().find(|line| line["fields"]["path"] == path).expect(path);
    let (import, status) = (of("/api/v1/import/file"), of("/api/v1/status"));
    assert_eq!((&import["level"], &status["level"]), (&json!("INFO"), &json!("DEBUG")));
    assert_eq!((&import["fields"]["method"], &import["fields"]["status"]), (&json!("POST"), &json!(200)));
    assert!(import["fields"]["ms"].as_f64().unwrap() > 0.0);
    let request = |line: &Value| line["spans"][0]["request"].as_str().unwrap().to_owned();
    assert_ne!(request(import), request(status));
    let stage = |line: &&Value| line["fields"]["message"].as_str().is_some_and(|text| text.starts_with("stage scores"));
    let stage = lines.iter().find(stage).expect("the stage is logged");
    assert_eq!(request(stage), request(import));
    assert_eq!(stage["span"]["import"], imported.as_str());
    let end = lines.iter().find(|line| line["fields"]["message"] == "an import ended").unwrap();
    assert_eq!((&end["span"]["import"], &end["fields"]["outcome"]), (&json!(imported), &json!("success")));
}

#[test]
fn a_server_that_is_told_to_end_says_so_before_it_refuses_requests() {
    let tachi = Tachi::new();
    let mut serving = Serving::start(tachi.command(&["serve", "--bind", "127.0.0.1:0", "--shutdown-delay", "3"]));
    let ready = |serving: &Serving| Answer::from(client().get(format!("{}/readyz", serving.url)).send().unwrap());
    ready(&serving).body();
    let told = std::process::Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status();
    assert!(told.unwrap().success());
    let refusal = eventually(Duration::from_secs(2), || {
        let answer = ready(&serving);
        (answer.status != 200).then_some(answer)
    });
    assert_eq!(refusal.failure(503), "The process is about to end.");
    Answer::from(client().get(format!("{}/healthz", serving.url)).send().unwrap()).body();
    let ended = eventually(Duration::from_secs(10), || serving.child.try_wait().unwrap());
    assert!(ended.success(), "{ended}");
}

#[test]
fn a_server_without_its_database_is_not_ready() {
    let Some(mut postgres) = crate::postgres::restartable_postgres() else { return };
    let installation = Installation::on(&postgres.url);
    let args = ["serve", "--bind", "127.0.0.1:0", "--log", "off", "--database-timeout", "1", "--database-url"];
    let serving = Serving::start(installation.tachi.command(&[&args[..], &[&installation.url]].concat()));
    let ready = || Answer::from(client().get(format!("{}/readyz", serving.url)).send().unwrap());
    ready().body();
    postgres.restart(crate::postgres::Restart::Immediate);
    ready().body();
    drop(postgres);
    eventually(Duration::from_secs(10), || (ready().status == 503).then_some(()));
    Answer::from(client().get(format!("{}/healthz", serving.url)).send().unwrap()).body();
}

#[test]
fn the_pool_is_as_large_as_the_settings_say() {
    let Some(postgres) = postgres_database() else { return };
    let tachi = Tachi::new();
    let args = ["serve", "--bind", "127.0.0.1:0", "--log", "off", "--database-pool", "3", "--database-url"];
    let serving = Serving::start(tachi.command(&[&args[..], &[&postgres.url]].concat()));
    let text = client().get(format!("{}/metrics", serving.url)).send().unwrap().text().unwrap();
    assert_eq!(series(&text, "tachi_database_connections_max "), Some(3.0));
}

#[test]
fn the_command_line_prints_its_settings_and_completions() {
    let tachi = Tachi::new();
    let file = tachi.ok(&["config", "default"]);
    for line in ["#bind = \"127.0.0.1:8080\"", "#database_pool = 8", "# (TACHI_DATABASE_POOL)", "#signups = true"] {
        assert!(file.lines().any(|known| known == line), "{line}: {file}");
    }
    std::fs::write(tachi.path("tachi.toml"), &file).unwrap();
    assert_eq!(tachi.ok(&["user", "add", "alice"]), "1");
    for shell in ["bash", "zsh", "fish"] {
        let script = tachi.ok(&["completions", shell]);
        assert!(script.contains("seeds") && script.contains("database-pool"), "{shell}");
    }
}
