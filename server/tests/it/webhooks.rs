//! Events that programs of others are told. Source: `spec/documents.md`, "Webhook events".

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tachi_core::ids::{GoalId, UserId};
use tachi_core::import_document::{GoalState, MilestoneState};
use tachi_db::catalogue::goal_by_id;
use tachi_db::clients::{Client, client_insert};
use tachi_db::goals::{GoalSubscription, QuestSubscription, goal_subscriptions_upsert, quest_subscriptions_upsert};
use tachi_server::config::Options;
use tachi_server::secret::Secret;

use crate::ir_kit::write;
use crate::openapi::is_documented_event;
use crate::support::{Form, NOON, TestServer, batch, settings};

/// HARD CLEAR 5.1.1. (SPA 10): the goal of the page's vector.
const HARD_CLEAR: &str = "G7fa03918a2d4ced59c367b1c0b6a78c083a6a8b0f6edf227ef8584a6c27bb105";
const SECRET: &str = "CS0123456789012345678901234567890123456789";

/// What a program was sent.
#[derive(Debug)]
struct Told {
    path: String,
    authorization: String,
    body: Value,
}

/// A program that takes events and answers with a status line and headers.
struct Program {
    url: String,
    told: Receiver<Told>,
}

impl Program {
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                take(stream.unwrap(), answer, &tell);
            }
        });
        Self { url, told }
    }

    #[track_caller]
    fn next(&self) -> Told {
        let told = self.told.recv_timeout(Duration::from_secs(20)).expect("nothing was told");
        assert_eq!(is_documented_event(&told.body), Ok(()));
        told
    }

    fn hears_nothing(&self) {
        let told = self.told.recv_timeout(Duration::from_millis(500));
        assert!(told.is_err(), "{told:?}");
    }
}

fn take(mut stream: TcpStream, answer: &str, tell: &Sender<Told>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        let found = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
        found.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    };
    let mut body = vec![0; header("Content-Length").unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    assert!(lines[0].starts_with("POST "), "{}", lines[0]);
    assert_eq!(header("Content-Type").unwrap(), "application/json");
    let told = Told {
        path: lines[0].split(' ').nth(1).unwrap().to_owned(),
        authorization: header("Authorization").unwrap(),
        body: serde_json::from_slice(&body).unwrap(),
    };
    // The test may be over.
    let _ = tell.send(told);
    let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

fn server() -> TestServer {
    TestServer::with(Options { webhooks_to_loopback: true, ..settings() })
}

fn register(server: &TestServer, author: UserId, number: u8, webhook: Option<&str>) {
    let client_id = format!("CI{number:040}");
    let client = Client {
        secret: server.app.vault.seal_client(&client_id, &Secret::new(SECRET)).unwrap(),
        client_id,
        name: "A program".to_owned(),
        author,
        permissions: vec!["submit_score".to_owned()],
        redirect_uri: None,
        webhook_uri: webhook.map(str::to_owned),
        api_key_template: None,
        api_key_filename: None,
    };
    write(server, |conn| client_insert(conn, &client));
}

/// A document with a clear of the goal's chart, and a dan.
fn achieving() -> Form {
    let score = json!({
        "matchType": "tachiSongID", "identifier": "1", "difficulty": "ANOTHER", "score": 1000, "lamp": "HARD CLEAR",
        "timeAchieved": NOON,
    });
    let mut document: Value = serde_json::from_slice(&batch(&[score])).unwrap();
    document["classes"] = json!({"dan": "DAN_9"});
    Form::import("file/batch-manual", document.to_string().as_bytes())
}

fn subscribe(server: &TestServer, user: UserId, quest: &str) {
    let state = GoalState {
        progress: None,
        progress_human: "NO DATA".to_owned(),
        out_of: 5.0,
        out_of_human: "HARD CLEAR".to_owned(),
        achieved: false,
    };
    write(server, |conn| {
        let (goal, _) = goal_by_id(conn, &GoalId::new(HARD_CLEAR))?.expect("the goal exists");
        let subscription = GoalSubscription {
            user,
            goal,
            state: state.clone(),
            time_achieved: None,
            last_interaction: None,
            was_instantly_achieved: false,
            was_assigned_standalone: true,
        };
        goal_subscriptions_upsert(conn, &[subscription])?;
        let subscription = QuestSubscription {
            user,
            quest: quest.to_owned(),
            state: MilestoneState { progress: 0, achieved: false },
            time_achieved: None,
            last_interaction: None,
            was_instantly_achieved: false,
        };
        quest_subscriptions_upsert(conn, &[subscription])
    });
}

/// Leaves a milestone with nothing but the goal, so that both are achieved at once.
fn make_quest(server: &TestServer) -> String {
    use tachi_db::catalogue::{quests_all, quests_replace};
    write(server, |conn| {
        let mut quest = quests_all(conn)?.remove(0);
        quest.quest_id = "a-quest-of-one-goal".to_owned();
        let mut section = quest.quest_data.remove(0);
        section.goals.truncate(1);
        section.goals[0].goal_id = GoalId::new(HARD_CLEAR);
        quest.quest_data = vec![section];
        let id = quest.quest_id.clone();
        let mut all = quests_all(conn)?;
        all.push(quest);
        quests_replace(conn, &all)?;
        Ok(id)
    })
}

#[test]
fn programs_are_told_of_classes_goals_and_quests() {
    let server = server();
    let (player, program) = (server.player(), Program::start("204 No Content"));
    register(&server, player.id, 1, Some(&program.url));
    register(&server, player.id, 2, None);
    let quest = make_quest(&server);
    subscribe(&server, player.id, &quest);
    let document = player.caller.upload(&achieving()).body();
    assert_eq!(document["milestoneInfo"].as_array().unwrap().len(), 1, "{document}");

    let class = program.next();
    assert_eq!((class.path.as_str(), class.authorization), ("/hook", format!("Bearer {SECRET}")));
    let content = json!({
        "userID": player.id, "game": "iidx", "playtype": "SP", "set": "dan", "old": null, "new": "DAN_9",
    });
    assert_eq!(class.body, json!({"type": "class-update/v1", "content": content}));
    let goal = json!({
        "goalID": HARD_CLEAR, "game": "iidx", "playtype": "SP",
        "old": document["goalInfo"][0]["old"], "new": document["goalInfo"][0]["new"],
    });
    let content = json!({"userID": player.id, "game": "iidx", "goals": [goal]});
    assert_eq!(program.next().body, json!({"type": "goals-achieved/v1", "content": content}));
    let content = json!({
        "userID": player.id, "game": "iidx", "playtype": "SP", "questID": quest,
        "old": {"progress": 0, "achieved": false}, "new": {"progress": 1, "achieved": true},
    });
    assert_eq!(program.next().body, json!({"type": "quest-achieved/v1", "content": content}));
    // Nothing new is not told.
    player.caller.upload(&achieving()).body();
    program.hears_nothing();
}

#[test]
fn programs_are_told_of_imports_in_the_background_and_never_of_dry_runs() {
    let server = server();
    let (player, program) = (server.player(), Program::start("200 OK"));
    register(&server, player.id, 1, Some(&program.url));
    let dry = player.caller.upload_request("/api/v1/import/file?dryRun", &achieving()).send().unwrap();
    assert_eq!(dry.status(), 200);
    program.hears_nothing();
    let request = player.caller.upload_request("/api/v1/import/file", &achieving());
    assert_eq!(request.header("Prefer", "respond-async").send().unwrap().status(), 202);
    assert_eq!(program.next().body["type"], "class-update/v1");
}

#[test]
fn an_import_neither_waits_for_a_program_nor_fails_because_of_one() {
    let server = server();
    let player = server.player();
    // One that takes connections and never answers, one that is not there, and one that fails.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let broken = Program::start("500 Internal Server Error");
    register(&server, player.id, 1, Some(&broken.url));
    register(&server, player.id, 2, Some(&format!("http://{gone}/")));
    register(&server, player.id, 3, Some(&format!("http://{}/", silent.local_addr().unwrap())));
    let begun = Instant::now();
    player.caller.upload(&achieving()).body();
    assert!(begun.elapsed() < Duration::from_secs(5));
    // Once, and not again.
    assert_eq!(broken.next().body["type"], "class-update/v1");
    broken.hears_nothing();
}

#[test]
fn redirects_are_not_followed_and_private_hosts_not_told() {
    let target = Program::start("200 OK");
    let server = server();
    let player = server.player();
    let location: &'static str = Box::leak(format!("302 Found\r\nLocation: {}", target.url).into_boxed_str());
    let redirecting = Program::start(location);
    register(&server, player.id, 1, Some(&redirecting.url));
    player.caller.upload(&achieving()).body();
    redirecting.next();
    target.hears_nothing();

    let server = TestServer::start();
    let player = server.player();
    register(&server, player.id, 1, Some(&target.url));
    player.caller.upload(&achieving()).body();
    target.hears_nothing();
}
