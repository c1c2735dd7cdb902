//! USC-IR: a whole evening of unnamed_sdvx_clone, and everything that is refused.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tachi_db::users::AuthLevel;

use crate::ir_kit::{body, home};
use crate::support::{Answer, Caller, Form, TestServer, keys};

const BASE: &str = "/ir/usc/Controller";
const HASH: &str = "bbe89e0aa22922296ab33123fb1072b5d340c86e";
const UNKNOWN: &str = "This IR doesn't have any record data yet, or 3 people have not played the chart yet.";

/// The body of an answer with this status code.
#[track_caller]
fn told(answer: &Answer, code: u8) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut answer = answer.json();
    assert_eq!(answer["statusCode"], code, "{answer}");
    assert_eq!((20..30).contains(&code), answer.get("body").is_some(), "{answer}");
    answer["body"].take()
}

/// Expects a failure of the protocol.
#[track_caller]
fn refused(answer: &Answer, code: u8, text: &str) {
    told(answer, code);
    assert_eq!(answer.json(), json!({"statusCode": code, "description": text}));
}

fn with_score(score: i64) -> Value {
    let mut body = body("usc/plain");
    body["score"]["score"] = json!(score);
    body
}

fn get(caller: &Caller<'_>, path: &str) -> Answer {
    caller.get(&format!("{BASE}{path}"))
}

fn submit(caller: &Caller<'_>, body: &Value) -> Answer {
    caller.post(&format!("{BASE}/scores"), body)
}

fn replay(caller: &Caller<'_>, form: &Form) -> Answer {
    Answer::from(caller.upload_request(&format!("{BASE}/replays"), form).send().unwrap())
}

#[test]
fn an_evening_of_one_player() {
    let server = home();
    let player = server.player();
    let caller = &player.caller;
    let heartbeat = told(&get(caller, ""), 20);
    assert_eq!(keys(&heartbeat), ["irVersion", "serverName", "serverTime"]);
    assert_eq!((&heartbeat["serverName"], &heartbeat["irVersion"]), (&json!("Tachi"), &json!("0.4.0-a")));
    assert_eq!(told(&get(caller, "/"), 20)["serverName"], "Tachi");

    assert_eq!(told(&get(caller, &format!("/charts/{HASH}")), 20), json!({}));
    assert_eq!(told(&get(caller, &format!("/charts/{}", HASH.to_uppercase())), 20), json!({}));
    refused(&get(caller, "/charts/unknown"), 44, UNKNOWN);
    refused(&get(caller, &format!("/charts/{HASH}/record")), 44, "No server record found.");
    assert_eq!(told(&get(caller, &format!("/charts/{HASH}/leaderboard?mode=best&n=5")), 20), json!([]));

    let made = told(&submit(caller, &body("usc/plain")), 20);
    let score = &made["score"];
    let id = made["sendReplay"].as_str().unwrap();
    let bytes = [0, 1, 2, 0xff, b'\r', b'\n', b'-', b'-'];
    for bytes in [&bytes[..], b"again"] {
        let form = Form::new().text("identifier", id).file("replay", "a.urf", bytes);
        let answer = replay(caller, &form);
        assert_eq!(told(&answer, 20), json!({}));
        assert_eq!(answer.json()["description"], "Saved replay.");
        let stored = server.app.settings.data_dir.join("uscir/replays").join(id);
        assert_eq!(std::fs::read(stored).unwrap(), bytes);
    }
    assert_eq!(&told(&get(caller, &format!("/charts/{HASH}/record")), 20)["record"], score);
    assert_eq!(&told(&get(caller, &format!("/charts/{HASH}/leaderboard?mode=best&n=5")), 20)[0], score);
    // The other way to play is another leaderboard.
    let other = caller.get(&format!("/ir/usc/Keyboard/charts/{HASH}/leaderboard?mode=best&n=5"));
    assert_eq!(told(&other, 20), json!([]));

    let answer = submit(caller, &body("usc/plain"));
    let again = told(&answer, 20);
    assert_eq!(answer.json()["description"], "Score was identical to another score you already have.");
    assert_eq!(again["sendReplay"], made["sendReplay"]);
    let worse = told(&submit(caller, &with_score(8_000_000)), 20);
    assert_eq!((&worse["isPB"], &worse["score"]["score"]), (&json!(false), &json!(9_000_000)));
    assert_ne!(worse["sendReplay"], made["sendReplay"]);
}

#[test]
fn a_new_score_is_answered_with_where_it_stands() {
    let server = home();
    let player = server.player();
    let caller = &player.caller;
    let answer = submit(caller, &body("usc/plain"));
    let made = told(&answer, 20);
    assert_eq!(answer.json()["description"], "Successfully imported score.");
    let members = ["adjacentAbove", "adjacentBelow", "isPB", "isServerRecord", "score", "sendReplay", "serverRecord"];
    assert_eq!(keys(&made), members);
    let score = &made["score"];
    let members = ["crit", "error", "gaugeMod", "lamp", "near", "noteMod", "ranking", "score", "timestamp", "username"];
    assert_eq!(keys(score), members);
    assert_eq!((&score["score"], &score["lamp"], &score["ranking"]), (&json!(9_000_000), &json!(1), &json!(1)));
    assert_eq!((&score["crit"], &score["near"], &score["error"]), (&json!(5), &json!(4), &json!(3)));
    assert_eq!((&score["noteMod"], &score["gaugeMod"]), (&json!("MIRROR"), &json!("NORMAL")));
    assert_eq!((&made["isPB"], &made["isServerRecord"]), (&json!(true), &json!(true)));
    assert_eq!(&made["serverRecord"], score);
}

#[test]
fn what_is_wrong_with_a_score_is_told() {
    let server = home();
    let player = server.player();
    let answer = submit(&player.caller, &body("usc/unknown-chart"));
    for answer in [answer, submit(&player.caller, &body("usc/unknown-chart"))] {
        assert_eq!(told(&answer, 22), json!({}));
        let text = "This score has been saved, but the chart is not currently on the IR.";
        assert_eq!(answer.json()["description"], text);
    }
    let mut unfair = body("usc/plain");
    unfair["score"]["windows"]["perfect"] = json!(100);
    let text = "InvalidDatapoint HitWindows have been modified - Score is invalid.";
    refused(&submit(&player.caller, &unfair), 40, text);
    let start = |body: &Value, text: &str| {
        let answer = submit(&player.caller, body);
        told(&answer, 40);
        assert!(answer.json()["description"].as_str().unwrap().starts_with(text), "{}", answer.text);
    };
    start(&json!({}), "Invalid chart.: ");
    let mut scoreless = body("usc/plain");
    scoreless["score"] = json!({});
    start(&scoreless, "Invalid USC Score.: ");
}

#[test]
fn neighbours_are_the_three_next_to_a_player() {
    let server = home();
    let players: Vec<_> = (0..9).map(|_| server.player()).collect();
    for (index, player) in players.iter().enumerate() {
        told(&submit(&player.caller, &with_score(9_900_000 - 100_000 * i64::try_from(index).unwrap())), 20);
        // The order of equal scores is that of time, which has milliseconds.
        std::thread::sleep(Duration::from_millis(2));
    }
    let ranks = |list: &Value| -> Vec<i64> {
        list.as_array().unwrap().iter().map(|score| score["ranking"].as_i64().unwrap()).collect()
    };
    for (rank, above, below) in [
        (1, vec![], vec![2, 3, 4]),
        (2, vec![], vec![3, 4, 5]),
        (3, vec![2], vec![4, 5, 6]),
        (4, vec![2, 3], vec![5, 6, 7]),
        (5, vec![2, 3, 4], vec![6, 7, 8]),
        (8, vec![5, 6, 7], vec![9]),
        (9, vec![6, 7, 8], vec![]),
    ] {
        let again = with_score(10_000_000 - 100_000 * rank);
        let told = told(&submit(&players[usize::try_from(rank).unwrap() - 1].caller, &again), 20);
        assert_eq!(told["score"]["ranking"], rank);
        assert_eq!((ranks(&told["adjacentAbove"]), ranks(&told["adjacentBelow"])), (above, below), "rank {rank}");
        assert_eq!(told["isServerRecord"], rank == 1);
    }
    let caller = &players[0].caller;
    let board = |query: &str| get(caller, &format!("/charts/{HASH}/leaderboard?{query}"));
    assert_eq!(ranks(&told(&board("mode=best&n=1"), 20)), [1]);
    assert_eq!(ranks(&told(&board("mode=best&n=99"), 20)).len(), 9);
    let text = "Invalid 'n' param - expected a positive non-zero integer less than or equal to 10.";
    refused(&board("mode=best&n=foo"), 40, text);
    refused(&board("n=1"), 40, "Invalid 'mode' param - expected 'best' or 'rivals'.");
    refused(&board("mode=rivals&n=1"), 40, "This is currently unsupported.");
    refused(&get(caller, "/charts/unknown/leaderboard?mode=worst"), 44, UNKNOWN);
}

#[test]
fn the_playtype_comes_first_then_the_token_then_the_chart() {
    let server = TestServer::start();
    server.player().caller.get(BASE).failure(404);
    let server = home();
    for playtype in ["controller", "Single", "scores"] {
        let text = "Invalid playtype. Expected Keyboard or Controller.";
        server.guest().get(&format!("/ir/usc/{playtype}")).refused(400, text);
    }
    let routes: &[(Method, &str)] = &[
        (Method::GET, ""),
        (Method::GET, "/charts/unknown"),
        (Method::GET, "/charts/unknown/record"),
        (Method::GET, "/charts/unknown/leaderboard"),
        (Method::POST, "/scores"),
        (Method::POST, "/replays"),
    ];
    let banned = server.user(AuthLevel::Banned, &["submit_score"]).caller;
    let reader = server.user(AuthLevel::User, &[]).caller;
    for (method, path) in routes {
        let send = |caller: &Caller<'_>| {
            Answer::from(caller.request(method.clone(), &format!("{BASE}{path}")).send().unwrap())
        };
        refused(&send(&server.guest()), 40, "No auth token provided.");
        let text = "Invalid Authorization Header. Expected Bearer <token>";
        refused(&send(&server.authorized("NOTBEARER x")), 40, text);
        refused(&send(&server.authorized("Bearer foo invalid")), 40, text);
        refused(&send(&server.authorized("Bearer invalid")), 41, "Unauthorized.");
        refused(&send(&banned), 43, "You are banned from Tachi");
        if *method == Method::POST {
            refused(&send(&reader), 43, crate::ir_kit::NO_PERMISSION);
        }
    }
}

#[test]
fn a_replay_belongs_to_a_score_of_its_sender() {
    let server = home();
    let [player, other] = [server.player(), server.player()];
    let made = told(&submit(&player.caller, &body("usc/plain")), 20);
    let id = made["sendReplay"].as_str().unwrap();
    let file = |form: Form| form.file("replay", "a.urf", b"replay");
    refused(&replay(&player.caller, &file(Form::new())), 40, "No Identifier Provided.");
    refused(&replay(&player.caller, &Form::new().text("identifier", id)), 40, "No File Provided.");
    let json = player.caller.post(&format!("{BASE}/replays"), &json!({"identifier": id}));
    refused(&json, 40, "No Identifier Provided.");
    let unknown = "No score corresponds to this identifier.";
    for identifier in ["x", "../../tachi.db", &format!("R{}", "0".repeat(64))] {
        refused(&replay(&player.caller, &file(Form::new().text("identifier", identifier))), 44, unknown);
    }
    refused(&replay(&other.caller, &file(Form::new().text("identifier", id))), 44, unknown);
    let large = Form::new().text("identifier", id).file("replay", "a.urf", &vec![0; (1 << 20) + 1]);
    told(&replay(&player.caller, &large), 40);
    told(&replay(&player.caller, &file(Form::new().text("identifier", id)).unclosed()), 40);
    assert!(!server.app.settings.data_dir.join("uscir/replays").join(id).exists());
}
