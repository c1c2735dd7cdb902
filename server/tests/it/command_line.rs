//! The command line, as the built binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, Form, client, demo_csv, fixture, keys};

const CSV: &str = "file/eamusement-iidx-csv";

/// The binary, in a folder of its own and without settings from outside.
pub struct Tachi {
    folder: TempDir,
}

impl Tachi {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder and returns its name.
    fn write<'a>(&self, name: &'a str, bytes: &[u8]) -> &'a str {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        name
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tachi"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TACHI_")) {
            command.env_remove(name);
        }
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs a command that must succeed and returns what it printed.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        succeeded(&self.command(args).output().unwrap())
    }

    /// Runs a command that must fail and returns what it complained about.
    #[track_caller]
    pub fn fails(&self, args: &[&str]) -> String {
        failed(&self.command(args).output().unwrap())
    }

    /// A user who may submit scores; returns the token.
    fn player(&self, name: &str) -> String {
        self.ok(&["user", "add", name]);
        self.ok(&["token", "add", "--user", name, "--permission", "submit_score"])
    }

    fn import(&self, args: &[&str]) -> Value {
        let all = [&["import", CSV, "demo.csv", "--user", "alice"], args].concat();
        serde_json::from_str(&self.ok(&all)).unwrap()
    }
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

#[track_caller]
fn failed(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// `tachi serve`; it ends when this is dropped.
pub struct Serving {
    pub child: Child,
    pub url: String,
}

impl Serving {
    #[track_caller]
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
        Self { child, url: url.to_owned() }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

#[test]
fn users_are_made_once() {
    let tachi = Tachi::new();
    assert_eq!(tachi.ok(&["user", "add", "alice"]), "1");
    assert_eq!(tachi.ok(&["user", "add", "bob", "--admin"]), "2");
    for name in ["alice", "ALICE"] {
        assert!(tachi.fails(&["user", "add", name]).contains("there is a user"), "{name}");
    }
    for name in ["al", "1alice", "al ice", "a23456789012345678901x", "アリス"] {
        assert!(tachi.fails(&["user", "add", name]).contains("is no user name"), "{name}");
    }
}

#[test]
fn a_password_comes_from_standard_input() {
    let tachi = Tachi::new();
    let add = |name: &str, password: &str| told(&tachi, &["user", "add", name, "--password-stdin"], password);
    assert!(failed(&add("alice", "short\n")).contains("at least 8 characters"));
    assert_eq!(succeeded(&add("alice", "correct horse\n")), "1");
}

/// Runs a command with a line on standard input.
fn told(tachi: &Tachi, args: &[&str], line: &str) -> Output {
    let mut command = tachi.command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_forgotten_password_is_reset() {
    let tachi = Tachi::new();
    succeeded(&told(&tachi, &["user", "add", "alice", "--password-stdin"], "correct horse\n"));
    let server = Serving::start(tachi.command(&["serve", "--bind", "127.0.0.1:0", "--rate-limit", "0"]));
    let login = |password: &str| {
        let body = json!({"username": "alice", "!password": password});
        client().post(format!("{}/api/v1/auth/login", server.url)).json(&body).send().unwrap()
    };
    let first = login("correct horse");
    let cookie = first.headers()["Set-Cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let whoami = || {
        let request = client().get(format!("{}/api/v1/status", server.url)).header("Cookie", &cookie);
        Answer::from(request.send().unwrap()).body()["whoami"].take()
    };
    assert_eq!(whoami(), 1);

    let made_up = tachi.ok(&["user", "reset-password", "ALICE"]);
    assert!(made_up.len() >= 20, "{made_up}");
    assert_eq!((whoami(), login("correct horse").status().as_u16()), (Value::Null, 403));
    assert_eq!(login(&made_up).status(), 200);
    let reset = ["user", "reset-password", "alice", "--password-stdin"];
    assert!(failed(&told(&tachi, &reset, "short\n")).contains("at least 8 characters"));
    assert_eq!(login(&made_up).status(), 200);
    assert_eq!(succeeded(&told(&tachi, &reset, "battery staple\n")), "");
    assert_eq!((login(&made_up).status().as_u16(), login("battery staple").status().as_u16()), (403, 200));
    assert!(tachi.fails(&["user", "reset-password", "nobody"]).contains("there is no user \"nobody\""));
}

#[test]
fn mail_settings_that_cannot_be_used_are_refused_and_none_are_told_once() {
    let tachi = Tachi::new();
    let serve = ["serve", "--bind", "127.0.0.1:0", "--mail-from", "x@example.com", "--smtp-url"];
    let refused = tachi.fails(&[&serve[..], &["smtp://user:s3cret@mail.example.com"]].concat());
    assert!(refused.contains("smtp_url: expected smtps://") && !refused.contains("s3cret"), "{refused}");
    assert!(tachi.fails(&serve[..5]).contains("mail_from: smtp_url is missing"));

    let mut command = tachi.command(&serve[..3]);
    let mut server = Serving::start({
        command.stderr(Stdio::piped());
        command
    });
    server.child.kill().unwrap();
    let mut log = String::new();
    server.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("tachi user reset-password").count(), 1, "{log}");
}

#[test]
fn tokens_are_printed_alone() {
    let tachi = Tachi::new();
    let token = tachi.player("alice");
    assert!(token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let add = |user: &str, permission: &str| tachi.fails(&["token", "add", "--user", user, "--permission", permission]);
    assert!(add("nobody", "submit_score").contains("there is no user \"nobody\""));
    assert!(add("alice", "everything").contains("submit_score"));
    assert!(tachi.fails(&["token", "add", "--user", "alice"]).contains("--permission"));
}

#[test]
fn an_import_prints_its_document() {
    let tachi = Tachi::new();
    tachi.player("alice");
    tachi.write("demo.csv", &demo_csv());
    let would = tachi.import(&["--dry-run"]);
    let document = tachi.import(&["--user-intent"]);
    assert_eq!(keys(&document).len(), 13);
    assert_eq!(would["scoreIDs"], document["scoreIDs"]);
    assert!(!document["scoreIDs"].as_array().unwrap().is_empty());
    assert_eq!((&would["userIntent"], &document["userIntent"]), (&json!(false), &json!(true)));
    assert_eq!(tachi.import(&[])["scoreIDs"], json!([]));
    assert_eq!(tachi.import(&["--field", "playtype=DP"])["idStrings"], json!(["iidx:DP"]));
}

#[test]
fn an_import_from_a_service_needs_no_file_and_every_other_one_does() {
    let tachi = Tachi::new();
    tachi.ok(&["user", "add", "alice"]);
    let unlinked = tachi.fails(&["import", "api/flo-iidx", "--user", "alice"]);
    assert!(unlinked.contains("No authentication was stored for FLO."), "{unlinked}");
    let without = tachi.fails(&["import", CSV, "--user", "alice"]);
    assert!(without.contains("come in a file"), "{without}");
}

#[test]
fn an_import_that_fails_says_why() {
    let tachi = Tachi::new();
    tachi.player("alice");
    tachi.write("demo.csv", &demo_csv());
    tachi.write("page.html", b"<html></html>");
    let import = |args: &[&str]| tachi.fails(&[&["import"], args].concat());
    assert!(import(&[CSV, "demo.csv", "--user", "nobody"]).contains("there is no user \"nobody\""));
    assert!(import(&[CSV, "missing.csv", "--user", "alice"]).contains("cannot read missing.csv"));
    assert!(import(&[CSV, "page.html", "--user", "alice"]).contains("correct amount of headers"));
    assert!(import(&["file/nothing", "demo.csv", "--user", "alice"]).contains("file/nothing"));
    assert!(import(&[CSV, "demo.csv", "--user", "alice", "--field", "playtype"]).contains("NAME=VALUE"));
}

#[test]
fn parse_prints_a_line_for_each_element_and_stores_nothing() {
    let tachi = Tachi::new();
    tachi.write("demo.csv", &demo_csv());
    let printed = tachi.ok(&["parse", CSV, "demo.csv"]);
    let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |outcome: &str| lines.iter().filter(|line| line["outcome"] == outcome).count();
    assert!(count("ok") > 0 && count("notFound") > 0 && count("skipped") > 0, "{printed}");
    let ok = lines.iter().find(|line| line["outcome"] == "ok").unwrap();
    assert_eq!(keys(ok), ["difficulty", "outcome", "place", "score", "title"]);
    let missing = lines.iter().find(|line| line["outcome"] == "notFound").unwrap();
    assert!(missing["message"].as_str().unwrap().contains("A SONG NOBODY KNOWS"), "{missing}");
    tachi.player("alice");
    assert_eq!(tachi.import(&["--dry-run"])["scoreIDs"].as_array().unwrap().len(), count("ok"));

    tachi.write("empty.csv", b"");
    assert!(tachi.fails(&["parse", CSV, "empty.csv"]).contains("Expected headers"));
}

/// A folder with the songs and charts of one game.
fn seeds(tachi: &Tachi, folder: &str) {
    for name in ["songs-iidx.json", "charts-iidx.json"] {
        tachi.write(&format!("{folder}/{name}"), &fixture(&format!("catalogue/{name}")));
    }
}

#[test]
fn seeds_are_loaded_once() {
    let tachi = Tachi::new();
    seeds(&tachi, "seeds");
    tachi.write("seeds/notes.txt", b"not JSON");
    tachi.write("seeds/unknown.json", b"[]");
    let first = tachi.command(&["seeds", "load", "seeds"]).output().unwrap();
    let printed = succeeded(&first);
    assert!(printed.contains("songs-iidx") && printed.contains("Loaded in"), "{printed}");
    assert!(String::from_utf8_lossy(&first.stderr).contains("unknown.json"));
    let second = tachi.ok(&["seeds", "load", "seeds"]);
    assert!(second.contains("Nothing changed"), "{second}");
}

#[test]
fn bad_seeds_change_nothing() {
    let tachi = Tachi::new();
    seeds(&tachi, "seeds");
    tachi.ok(&["seeds", "load", "seeds"]);
    let song = json!({"id": 999_999, "title": "New", "artist": "New", "altTitles": [], "searchTerms": [], "data": {}});
    let bad: [(&str, &[u8]); 4] = [
        ("songs-iidx.json", b"[{\"id\": 1,"),
        ("songs-iidx.json", b"{}"),
        ("songs-iidx.json", b"[{\"id\": 1}]"),
        ("folders.json", b"[{\"folderID\": \"x\"}]"),
    ];
    for (number, (name, text)) in bad.into_iter().enumerate() {
        let folder = format!("bad-{number}");
        seeds(&tachi, &folder);
        let mut songs: Value = serde_json::from_slice(&fixture("catalogue/songs-iidx.json")).unwrap();
        songs.as_array_mut().unwrap().push(song.clone());
        tachi.write(&format!("{folder}/songs-iidx.json"), songs.to_string().as_bytes());
        tachi.write(&format!("{folder}/{name}"), text);
        let complaint = tachi.fails(&["seeds", "load", &folder]);
        assert!(complaint.contains(name), "{complaint}");
        assert!(tachi.ok(&["seeds", "load", "seeds"]).contains("Nothing changed"), "{name}");
    }
    let songs = fixture("catalogue/songs-iidx.json");
    let songs: Vec<Value> = serde_json::from_slice(&songs).unwrap();
    tachi.write("without-a-song/songs-iidx.json", json!(songs[1..]).to_string().as_bytes());
    tachi.write("without-a-song/charts-iidx.json", &fixture("catalogue/charts-iidx.json"));
    assert!(tachi.fails(&["seeds", "load", "without-a-song"]).contains("nothing was changed"));
    std::fs::create_dir(tachi.path("empty")).unwrap();
    assert!(tachi.fails(&["seeds", "load", "empty"]).contains("holds no JSON files"));
    assert!(tachi.fails(&["seeds", "load", "missing"]).contains("cannot read missing"));
    assert!(tachi.ok(&["seeds", "load", "seeds"]).contains("Nothing changed"));
}

#[test]
fn flags_win_over_the_environment_and_the_environment_over_the_file() {
    let tachi = Tachi::new();
    // A value that cannot be used is named by the complaint about it.
    let used = |args: &[&str], env: Option<&str>| {
        let mut command = tachi.command(&[&["serve"], args].concat());
        if let Some(value) = env {
            command.env("TACHI_BIND", value);
        }
        let complaint = failed(&command.output().unwrap());
        let places = ["the-flag", "the-environment", "the-file", "another-file"];
        places.into_iter().find(|place| complaint.contains(&format!("{place:?}"))).unwrap_or("none").to_owned()
    };
    tachi.write("tachi.toml", b"bind = \"the-file\"\n");
    tachi.write("other.toml", b"bind = \"another-file\"\n");
    assert_eq!(used(&["--bind", "the-flag"], Some("the-environment")), "the-flag");
    assert_eq!(used(&[], Some("the-environment")), "the-environment");
    assert_eq!(used(&[], None), "the-file");
    assert_eq!(used(&["--config", "other.toml"], None), "another-file");
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused() {
    let tachi = Tachi::new();
    let with = |text: &str| {
        tachi.write("tachi.toml", text.as_bytes());
        tachi.fails(&["user", "add", "alice"])
    };
    assert!(with("binf = \"127.0.0.1:1\"").contains("binf"));
    assert!(with("bind = ").contains("tachi.toml"));
    assert!(with("flavour = \"arcade\"").contains("arcade"));
    assert!(with("import_types = \"file/nothing\"").contains("file/nothing"));
    assert!(with("log_format = \"xml\"").contains("xml"));
    std::fs::remove_file(tachi.path("tachi.toml")).unwrap();
    assert!(tachi.fails(&["user", "add", "alice", "--config", "missing.toml"]).contains("missing.toml"));
    assert_eq!(tachi.ok(&["user", "add", "alice"]), "1");
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_mistyped_database_makes_no_file() {
    let tachi = Tachi::new();
    for url in ["postgre://localhost/tachi.db", "tachi", "sqlite:tachi.db", "missing/tachi.db", "mysql://x/tachi.db"] {
        for command in [&["user", "add", "alice"][..], &["serve"], &["seeds", "load", "."]] {
            let complaint = tachi.fails(&[command, &["--database-url", url]].concat());
            if command[0] != "seeds" {
                assert!(complaint.contains("postgres://USER@HOST/NAME"), "{url}: {complaint}");
            }
        }
    }
    let made: Vec<String> = files(tachi.folder.path()).into_iter().filter(|name| name != "tachi-data").collect();
    assert!(made.is_empty() && files(&tachi.path("tachi-data")).is_empty(), "{made:?}");
}

#[test]
fn what_is_stored_outlives_the_server() {
    let tachi = Tachi::new();
    let token = tachi.player("alice");
    let serve = ["serve", "--bind", "127.0.0.1:0", "--log", "error"];
    let serving = Serving::start(tachi.command(&serve));
    let form = Form::import(CSV, &demo_csv());
    let request = client().post(format!("{}/api/v1/import/file", serving.url)).bearer_auth(&token);
    let request = request.header("Content-Type", form.content_type()).body(form.bytes());
    let document = Answer::from(request.send().unwrap()).body();
    // The command line works beside a server.
    tachi.write("demo.csv", &demo_csv());
    assert_eq!(tachi.import(&[])["scoreIDs"], json!([]));
    drop(serving);

    let serving = Serving::start(tachi.command(&serve));
    let path = format!("{}/api/v1/imports/{}", serving.url, document["importID"].as_str().unwrap());
    let body = Answer::from(client().get(path).send().unwrap()).body();
    assert_eq!(body["import"], document);
}

#[test]
fn a_server_sees_seeds_that_are_loaded_beside_it() {
    let tachi = Tachi::new();
    let token = tachi.player("alice");
    let serving = Serving::start(tachi.command(&["serve", "--bind", "127.0.0.1:0", "--log", "error"]));
    let mut songs: Vec<Value> = serde_json::from_slice(&fixture("catalogue/songs-iidx.json")).unwrap();
    songs[0]["altTitles"] = json!(["A title of tomorrow"]);
    seeds(&tachi, "seeds");
    tachi.write("seeds/songs-iidx.json", json!(songs).to_string().as_bytes());
    let import = |ex: i64| {
        let file = crate::support::batch(&[crate::support::score("A title of tomorrow", ex, "CLEAR", 0)]);
        let form = Form::import("file/batch-manual", &file);
        let request = client().post(format!("{}/api/v1/import/file", serving.url)).bearer_auth(&token);
        let request = request.header("Content-Type", form.content_type()).body(form.bytes());
        Answer::from(request.send().unwrap()).body()
    };
    assert_eq!(import(1000)["errors"][0]["type"], "SongOrChartNotFound");
    let loaded = tachi.ok(&["seeds", "load", "seeds"]);
    // What was sent before the load is a score by now, and does not come again.
    assert!(loaded.contains("1 of 1 orphans became scores"), "{loaded}");
    assert_eq!(import(1000)["scoreIDs"], json!([]));
    assert_eq!(import(1001)["scoreIDs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_database_is_checked_and_an_import_reverted() {
    let tachi = Tachi::new();
    tachi.player("alice");
    tachi.write("demo.csv", &demo_csv());
    let document = tachi.import(&[]);
    assert_eq!(tachi.ok(&["db", "check"]), "0 faults, 0 warnings.");
    let counts: Value = serde_json::from_str(&tachi.ok(&["orphans", "retry"])).unwrap();
    assert_eq!(counts["success"], 0);
    let id = document["importID"].as_str().unwrap();
    assert_eq!(tachi.ok(&["revert", id]), format!("Reverted {id}."));
    assert!(tachi.fails(&["revert", id]).contains("there is no import"));
    assert_eq!(tachi.ok(&["db", "check"]), "0 faults, 0 warnings.");
}

#[test]
fn keys_and_invites_are_printed_alone_and_invites_work_once() {
    let tachi = Tachi::new();
    let key = tachi.ok(&["secret", "new"]);
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert_ne!(tachi.ok(&["secret", "new"]), key);
    let mut wrong = tachi.command(&["user", "add", "alice"]);
    assert!(failed(&wrong.env("TACHI_SECRET_KEY", "abc").output().unwrap()).contains("64 hex digits"));

    let code = tachi.ok(&["user", "invite", "--admin"]);
    let serving = Serving::start(tachi.command(&["serve", "--bind", "127.0.0.1:0", "--invites", "true"]));
    let register = |name: &str| {
        let body = json!({
            "username": name, "!password": "correct horse", "email": format!("{name}@example.com"), "inviteCode": code,
        });
        let request = client().post(format!("{}/api/v1/auth/register", serving.url)).json(&body);
        Answer::from(request.send().unwrap())
    };
    assert_eq!(register("alice").body()["authLevel"], 3);
    register("bob").failure(401);
}

#[test]
fn nothing_secret_is_logged_at_any_level() {
    let tachi = Tachi::new();
    let log = std::fs::File::create(tachi.path("log")).unwrap();
    let mut command = tachi.command(&["serve", "--bind", "127.0.0.1:0", "--log", "trace"]);
    let serving = Serving::start({
        command
            .stderr(log)
            .env("TACHI_ARC_API_URL", "https://arc.example.com")
            .env("TACHI_ARC_AUTH_TOKEN", "arc-token");
        command
    });
    let url = |path: &str| format!("{}/api/v1/{path}", serving.url);
    let registration =
        json!({"username": "alice", "!password": "the-secret-password", "email": "alice@private.example.com"});
    let registered = Answer::from(client().post(url("auth/register")).json(&registration).send().unwrap());
    let cookie = registered.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
    let send = |request: reqwest::blocking::RequestBuilder, body: Value| {
        Answer::from(request.header("Cookie", &cookie).json(&body).send().unwrap()).body()
    };
    let create = send(client().post(url("users/me/api-tokens/create")), json!({"permissions": ["submit_score"]}));
    let token = create["token"].as_str().unwrap();
    Answer::from(client().get(url("status")).bearer_auth(token).send().unwrap()).body();
    send(client().put(url("users/me/integrations/cg/dev")), json!({"cardID": "ABCDEF0123456789", "pin": "4711"}));
    send(client().get(url("users/me/integrations/cg/dev")), json!({}));
    send(client().patch(url("users/me/integrations/arc")), json!({"iidx": "the-account-of-arc"}));
    let log = std::fs::read_to_string(tachi.path("log")).unwrap();
    assert!(log.contains("TRACE"), "{log}");
    let key = std::fs::read_to_string(tachi.path("tachi-data/secret.key")).unwrap();
    let value = cookie.split('=').nth(1).unwrap();
    let secrets = ["the-secret-password", "alice@private", "ABCDEF0123456789", "the-account-of-arc", "arc-token"];
    for secret in secrets.into_iter().chain([token, value, key.trim()]) {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[test]
fn a_database_is_saved_while_it_is_served_and_copied() {
    let tachi = Tachi::new();
    let token = tachi.player("alice");
    tachi.write("demo.csv", &demo_csv());
    let document = tachi.import(&[]);
    let serving = Serving::start(tachi.command(&["serve", "--bind", "127.0.0.1:0", "--log", "error"]));
    assert!(tachi.ok(&["db", "backup", "saved.db"]).ends_with(" bytes saved."));
    assert!(tachi.fails(&["db", "backup", "saved.db"]).contains("saved.db exists already"));
    tachi.ok(&["db", "backup", "saved.db", "--force"]);
    let path = format!("{}/api/v1/imports/{}", serving.url, document["importID"].as_str().unwrap());
    assert_eq!(Answer::from(client().get(path).bearer_auth(&token).send().unwrap()).body()["import"], document);
    drop(serving);

    assert!(tachi.fails(&["db", "copy", "--from", "saved.db", "--to", "saved.db"]).contains("same database"));
    let copied = tachi.ok(&["db", "copy", "--from", "saved.db", "--to", "copy.db"]);
    assert!(copied.contains("scores") && copied.ends_with(" rows copied and compared."), "{copied}");
    assert!(tachi.fails(&["db", "copy", "--from", "saved.db", "--to", "copy.db"]).contains("is not empty"));
    assert!(tachi.fails(&["db", "copy", "--from", "missing.db", "--to", "new.db"]).contains("no such file"));
    assert!(!tachi.path("new.db").exists());
    assert_eq!(tachi.ok(&["db", "check", "--database-url", "copy.db"]), "0 faults, 0 warnings.");
    assert_eq!(tachi.import(&["--database-url", "copy.db"])["scoreIDs"], json!([]));
}

#[test]
fn the_schema_of_batch_manual_is_printed() {
    let tachi = Tachi::new();
    let printed: Value = serde_json::from_str(&tachi.ok(&["schema", "batch-manual"])).unwrap();
    assert_eq!(printed, tachi_parsers::file::batch_manual::schema());
    assert!(tachi.fails(&["schema", "cooking"]).contains("batch-manual"));
    assert!(!tachi.path("tachi-data").exists(), "nothing is opened for it");
}

/// Runs a command whose output nobody reads, as after `| head -1`.
fn unread(tachi: &Tachi, args: &[&str]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    tachi.command(args).stdout(writer).stderr(Stdio::piped()).output().unwrap()
}

#[test]
fn a_command_whose_output_nobody_reads_does_its_work_and_ends_without_a_word() {
    let tachi = Tachi::new();
    tachi.player("alice");
    tachi.write("demo.csv", &demo_csv());
    let commands: [&[&str]; 9] = [
        &["import", CSV, "demo.csv", "--user", "alice"],
        &["parse", CSV, "demo.csv"],
        &["openapi"],
        &["schema", "batch-manual"],
        &["config", "default"],
        &["completions", "bash"],
        &["secret", "new"],
        &["orphans", "retry"],
        &["db", "check"],
    ];
    for args in commands {
        let output = unread(&tachi, args);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert!(output.status.success(), "{args:?}: {output:?}");
    }
    let again = tachi.import(&[]);
    assert_eq!(again["scoreIDs"], json!([]), "the first import was stored");
    // What fails is still told.
    let output = unread(&tachi, &["parse", CSV, "missing.csv"]);
    assert!(!output.status.success() && !output.stderr.is_empty(), "{output:?}");
}
