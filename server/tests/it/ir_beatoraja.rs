//! The internet ranking of beatoraja and LR2oraja: scores, unknown charts, courses, and reading.

use serde_json::{Value, json};
use tachi_core::game::Gpt;
use tachi_db::rivals::rivals_replace;
use tachi_db::scores::scores_count;
use tachi_db::users::AuthLevel;
use tachi_server::config::Options;

use crate::ir_kit::{
    Headers, NEEDS_AUTHENTICATION, NO_PERMISSION, NO_SUCH_TOKEN, body, get, home, nothing, post, read, write,
};
use crate::support::{Answer, Player, TestServer, keys, settings};

const SCORE: &str = "/ir/beatoraja/submit-score";
const COURSE: &str = "/ir/beatoraja/submit-course";
const HEADERS: Headers<'static> = &[("X-TachiIR-Version", "v3.0.0")];
const SHA256: &str = "195fe1be5c3e74fccd04dc426e05f8a9cfa8a1059c339d0a23e99f63661f0b7d";

/// The charts of a course of the built-in catalogue.
pub const COURSE_MD5S: [&str; 4] = [
    "7d311195824d97df53d098e67af99918",
    "b9211d4aa1a31a3c3b28d9701cb1e439",
    "ed0367cba4453fceca2bb8cf5cc10da6",
    "d34570f45c5b11f96a80e5710224b923",
];

#[track_caller]
fn submit(player: &Player<'_>, body: &Value) -> Answer {
    post(&player.caller, SCORE, HEADERS, body)
}

/// A score on a chart that nobody knows.
fn unknown(exscore: i64) -> Value {
    let mut body = body("beatoraja/plain");
    let sha256 = "ab".repeat(32);
    body["score"]["sha256"] = json!(sha256);
    body["score"]["exscore"] = json!(exscore);
    body["score"]["epg"] = json!(exscore / 2);
    for judgement in ["lpg", "egr", "lgr"] {
        body["score"][judgement] = json!(0);
    }
    body["chart"]["sha256"] = json!(sha256);
    body["chart"]["md5"] = json!("ab".repeat(16));
    body["chart"]["title"] = json!("A Song of Nobody");
    body
}

fn orphaned(needed: i64, players: i64) -> String {
    format!(
        "Chart and score have been orphaned. This chart will be un-orphaned when {needed} players have played the \
         chart (Currently: {players})."
    )
}

#[test]
fn a_score_is_answered_with_everything_and_a_duplicate_is_refused() {
    let server = home();
    let player = server.player();
    let answer = submit(&player, &body("beatoraja/plain"));
    let made = answer.body();
    assert_eq!(answer.json()["description"], "Imported score.");
    assert_eq!(keys(&made), ["chart", "import", "score", "song"]);
    assert_eq!(made["import"]["scoreIDs"][0], made["score"]["scoreID"]);
    assert_eq!(made["chart"]["chartID"], made["score"]["chartID"]);
    submit(&player, &body("beatoraja/plain")).refused(400, "No scores were imported.");
}

#[test]
fn what_cannot_be_imported_says_why() {
    let server = home();
    let player = server.player();
    let text = submit(&player, &json!({})).failure(400);
    assert!(text.starts_with("Invalid Beatoraja Import - Score: null | Non-object"), "{text}");
    let mut charge = body("beatoraja/plain");
    charge["chart"]["lntype"] = json!(1);
    let text = "[InvalidDatapoint] - CN or HCN mode is not supported by this IR.";
    submit(&player, &charge).refused(400, text);
    let mut client = body("beatoraja/plain");
    client["client"] = json!("INVALID");
    submit(&player, &client).refused(400, "Unsupported client INVALID -- Expected a variant of LR2oraja.");
    let mut unqueued = unknown(1000);
    unqueued["chart"]["md5"] = json!("");
    for _ in 0..2 {
        submit(&player, &unqueued).refused(400, "This chart is not supported.");
    }
}

#[test]
fn every_check_comes_in_its_order() {
    let server = TestServer::start();
    let paths = ["/rivals", "/players/me/scores", "/charts/x/scores"].map(|path| format!("/ir/beatoraja{path}"));
    for path in [SCORE, COURSE] {
        post(&server.guest(), path, &[], &json!({})).refused(401, NEEDS_AUTHENTICATION);
        post(&server.player().caller, path, &[], &json!({})).failure(404);
    }
    let server = home();
    let other = server.user(AuthLevel::User, &[]).caller;
    for path in [SCORE, COURSE] {
        post(&server.authorized("Basic x"), path, &[], &json!({})).failure(400);
        post(&server.authorized("Bearer x"), path, &[], &json!({})).refused(401, NO_SUCH_TOKEN);
        for headers in [&[][..], &[("X-TachiIR-Version", "1.2.0")]] {
            post(&other, path, headers, &json!({})).refused(400, "Invalid X-TachiIR-Version.");
        }
        post(&other, path, &[("X-TachiIR-Version", "v2.0.0")], &json!({})).refused(403, NO_PERMISSION);
    }
    for path in &paths {
        server.guest().get(path).refused(401, NEEDS_AUTHENTICATION);
        other.get(path).refused(400, "Invalid X-TachiIR-Version.");
    }
    // Reading needs no permission.
    get(&other, &paths[0], HEADERS).body();
}

#[test]
fn enough_players_make_an_unknown_chart() {
    let server = home();
    let [first, second, third] = [server.player(), server.player(), server.player()];
    nothing(&submit(&first, &unknown(1000)), 202, &orphaned(3, 1));
    // One player counts once, whatever they send, and an orphan that is stored already is still waiting.
    let answer = submit(&first, &unknown(1002));
    nothing(&answer, 202, &orphaned(3, 1));
    let mut retitled = unknown(1004);
    retitled["chart"]["title"] = json!("Another Title");
    nothing(&submit(&second, &retitled), 202, &orphaned(3, 2));
    assert_eq!(server.stored(first.id).orphans, 2);

    let made = submit(&third, &retitled).body();
    assert_eq!(made["song"]["title"], "A Song of Nobody", "the first sender's document is used");
    assert_eq!(made["chart"]["difficulty"], "CHART");
    assert_eq!(made["score"]["scoreData"]["score"], 1004);
    // What the others sent before became scores with it.
    for (player, scores) in [(&first, 2), (&second, 1)] {
        assert_eq!(server.stored(player.id).orphans, 0);
        let count = read(&server, |conn| scores_count(conn, player.id, Gpt::Bms7k));
        assert_eq!(count, scores);
    }
    // The chart is an ordinary one now.
    submit(&first, &unknown(1006)).body();
    let scores = get(&first.caller, &format!("/ir/beatoraja/charts/{}/scores", "ab".repeat(32)), HEADERS).body();
    assert_eq!(scores.as_array().unwrap().len(), 3);
}

#[test]
fn an_operator_decides_how_many_players_are_enough() {
    let flavour = Some("omni".to_owned());
    let server = TestServer::with(Options { flavour, beatoraja_queue_size: Some(2), ..settings() });
    nothing(&submit(&server.player(), &unknown(1000)), 202, &orphaned(2, 1));
    submit(&server.player(), &unknown(1000)).body();
}

#[test]
fn players_who_send_an_unknown_chart_at_once_make_it_once() {
    let server = home();
    let players: Vec<_> = (0..6).map(|_| server.player()).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            players.iter().map(|player| scope.spawn(|| submit(player, &unknown(1000)).status)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    // Who is told to wait depends on whose turn comes when; that the third has enough with it does not.
    assert!(statuses.iter().all(|status| [200, 202].contains(status)), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 202).count() <= 2, "{statuses:?}");
    for player in &players {
        assert_eq!(server.stored(player.id).orphans, 0);
        assert_eq!(read(&server, |conn| scores_count(conn, player.id, Gpt::Bms7k)), 1);
    }
    let catalogue = server.app.catalogue();
    assert_eq!(catalogue.charts_with_text(&"ab".repeat(32)).count(), 1);
}

fn course(md5s: &[&str]) -> Value {
    let charts: Vec<Value> = md5s.iter().map(|md5| json!({"md5": md5})).collect();
    json!({
        "course": {"charts": charts, "constraint": ["GAUGE_LR2", "MIRROR"]},
        "score": {"clear": "Normal", "option": 0, "lntype": 0},
    })
}

#[test]
fn a_course_earns_a_class_without_an_import() {
    let server = home();
    let player = server.player();
    let send = |body: &Value| post(&player.caller, COURSE, HEADERS, body);
    let mut weak = course(&COURSE_MD5S);
    weak["score"]["clear"] = json!("Easy");
    nothing(&send(&weak), 200, "Class not updated, as you didn't clear this course.");
    for text in ["Successfully updated class.", "Class not updated."] {
        let answer = send(&course(&COURSE_MD5S));
        assert_eq!(answer.body(), json!({"set": "genocideDan", "value": "INSANE_1"}));
        assert_eq!(answer.json()["description"], text);
    }
    let mut turned = COURSE_MD5S;
    turned.reverse();
    send(&course(&turned)).refused(404, "Unsupported course.");
    let mut random = course(&COURSE_MD5S);
    random["score"]["option"] = json!(2);
    send(&random).refused(400, "RANDOM is not allowed in courses.");
    assert!(send(&json!({})).failure(400).starts_with("[course]"));
}

/// Two players who both played the chart, the second one better.
fn two_players(server: &TestServer) -> [Player<'_>; 2] {
    let [me, rival] = [server.player(), server.player()];
    submit(&me, &body("beatoraja/plain")).body();
    let mut better = body("beatoraja/plain");
    better["score"]["clear"] = json!("Normal");
    better["score"]["exscore"] = json!(1235);
    better["score"]["epg"] = json!(490);
    better["score"]["egr"] = json!(0);
    better["score"]["lgr"] = json!(1);
    submit(&rival, &better).body();
    [me, rival]
}

#[test]
fn a_chart_has_everybodys_scores_in_the_form_of_the_game() {
    let server = home();
    let [me, _] = two_players(&server);
    let path = format!("/ir/beatoraja/charts/{SHA256}/scores");
    let scores = get(&me.caller, &path, HEADERS).body();
    let members = [
        "clear",
        "date",
        "deviceType",
        "ebd",
        "egd",
        "egr",
        "ems",
        "epg",
        "epr",
        "gauge",
        "lbd",
        "lgd",
        "lgr",
        "lms",
        "lpg",
        "lpr",
        "maxcombo",
        "minbp",
        "notes",
        "passnotes",
        "playcount",
        "player",
        "random",
        "sha256",
    ];
    assert_eq!(keys(&scores[0]), members);
    assert_eq!(
        (&scores[0]["player"], &scores[0]["clear"], &scores[0]["epg"]),
        (&json!("player_1"), &json!(5), &json!(617))
    );
    assert_eq!((&scores[0]["egr"], &scores[0]["notes"]), (&json!(1), &json!(2256)));
    assert_eq!((&scores[1]["player"], &scores[1]["clear"]), (&json!(""), &json!(4)));
    assert_eq!((&scores[1]["minbp"], &scores[1]["gauge"], &scores[1]["epr"]), (&json!(20), &json!(0), &json!(8)));
    let unknown = format!("/ir/beatoraja/charts/{}/scores", "0".repeat(64));
    get(&me.caller, &unknown, HEADERS).refused(404, "Chart does not exist on IR yet.");
}

#[test]
fn a_player_reads_the_scores_of_rivals_and_of_nobody_else() {
    let server = home();
    let [me, rival] = two_players(&server);
    let stranger = server.player();
    write(&server, |conn| rivals_replace(conn, me.id, Gpt::Bms7k, &[rival.id]));
    let rivals = get(&me.caller, "/ir/beatoraja/rivals", HEADERS).body();
    assert_eq!(rivals, json!([{"id": rival.id.0.to_string(), "name": "player_1", "rank": ""}]));
    for name in [rival.id.0.to_string(), "PLAYER_1".to_owned()] {
        let theirs = get(&me.caller, &format!("/ir/beatoraja/players/{name}/scores"), HEADERS).body();
        assert_eq!(theirs[0]["player"], "player_1");
    }
    let own = get(&me.caller, &format!("/ir/beatoraja/players/{}/scores", me.id), HEADERS).body();
    assert_eq!(own[0]["player"], "");
    let text = "Cannot export scores for a player that is not you or your rival.";
    get(&me.caller, &format!("/ir/beatoraja/players/{}/scores", stranger.id), HEADERS).refused(403, text);
    get(&me.caller, "/ir/beatoraja/players/nobody/scores", HEADERS).refused(404, "User does not exist.");
}
