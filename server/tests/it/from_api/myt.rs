//! MYT, against its five services over gRPC. Source: `spec/import-types/api-myt.md`, `spec/integrations.md` 6.

use std::time::{Duration, Instant};

use serde_json::json;
use tachi_db::links::Link;
use tachi_mock_myt::{CARD, End, Mock, Seen, State, TOKEN, maimai, plays};
use tachi_parsers::fetch::Limits;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;
use tonic::Code;

use super::{UNKNOWN_CARD, eventually, failed, import, link, new_scores, on_each, options, poll, start, untouched};
use crate::support::{Player, Stored, TestServer, limits};

pub const MYT: &str = "api/myt-chunithm";
/// Import type, kind of title, the game's label, and the playtype.
const TITLES: [(&str, &str, &str, &str); 4] = [
    (MYT, "chunithm", "CHUNITHM", "chunithm:Single"),
    ("api/myt-maimaidx", "maimai", "maimai DX", "maimaidx:Single"),
    (ONGEKI, "ongeki", "O.N.G.E.K.I.", "ongeki:Single"),
    (WACCA, "wacca", "WACCA", "wacca:Single"),
];
const ONGEKI: &str = "api/myt-ongeki";
const WACCA: &str = "api/myt-wacca";

const NO_SCORES: &str = "Failed to get scores from MYT.";

pub fn with_myt(host: &str) -> Options {
    options(UpstreamOptions {
        myt_api_host: Some(host.to_owned()),
        myt_auth_token: Some(TOKEN.to_owned()),
        myt_plaintext: Some(true),
        ..UpstreamOptions::default()
    })
}

/// A card with all titles.
fn all_titles() -> Vec<(&'static str, &'static str)> {
    TITLES.map(|(_, kind, ..)| (kind, "profile-1")).to_vec()
}

/// The page's example for maimai DX is no possible score: one of 99 % is never a failed one.
fn cleared() -> maimai::GetPlaylogStreamItem {
    let mut play = plays::maimai();
    let info = play.info.as_mut().unwrap();
    (info.is_clear, info.combo_status) = (true, maimai::MaimaiComboStatus::None as i32);
    play
}

/// The play of each title that the page has as an example.
fn one_play() -> State {
    State {
        titles: all_titles(),
        chunithm: vec![plays::chunithm()],
        maimai: vec![cleared()],
        ongeki: vec![plays::ongeki()],
        wacca: vec![plays::wacca()],
        ranks: vec![(300, 9), (400, 12)],
        ..State::default()
    }
}

/// The same play three times.
fn three_plays() -> State {
    State {
        titles: all_titles(),
        chunithm: vec![plays::chunithm(); 3],
        maimai: vec![cleared(); 3],
        ongeki: vec![plays::ongeki(); 3],
        wacca: vec![plays::wacca(); 3],
        ..State::default()
    }
}

/// A service with one play of CHUNITHM.
pub fn chunithm() -> Mock {
    Mock::start(one_play())
}

fn service() -> (Mock, Options) {
    let mock = chunithm();
    let options = with_myt(&mock.address.to_string());
    (mock, options)
}

/// A player with the card that MYT knows.
pub fn linked(server: &TestServer) -> Player<'_> {
    with_card(server, CARD)
}

fn with_card<'a>(server: &'a TestServer, card: &str) -> Player<'a> {
    let player = server.player();
    link(server, player.id, Link::Myt, &[card]);
    player
}

/// How many requests there were, of all kinds.
fn calls(mock: &Mock) -> usize {
    mock.seen().len()
}

#[test]
fn the_play_log_of_each_title_becomes_an_import_and_a_second_one_brings_nothing() {
    on_each(&limits(), service, |server, _| {
        for (import_type, _, _, gpt) in TITLES {
            let player = linked(server);
            let document = import(&player.caller, import_type).body();
            assert_eq!((new_scores(&document), &document["errors"]), (1, &json!([])), "{import_type}");
            assert_eq!(document["idStrings"], json!([gpt]));
            assert_eq!(document["createdSessions"].as_array().unwrap().len(), 1);
            let deltas = document["classDeltas"].as_array().unwrap();
            let stage_up = deltas.iter().find(|delta| delta["set"] == "stageUp").map(|delta| &delta["new"]);
            assert_eq!(stage_up, (import_type == WACCA).then_some(&json!("XII")), "{deltas:?}");
            let document = import(&player.caller, import_type).body();
            assert_eq!((new_scores(&document), &document["createdSessions"]), (0, &json!([])));
            assert_eq!(server.stored(player.id).imports, 2);
        }
    });
}

#[test]
fn odd_items_are_the_affair_of_those_items() {
    on_each(&limits(), service, |server, mock| {
        let mut unknown = plays::chunithm();
        unknown.info.as_mut().unwrap().music_id = 999_999;
        let mut odd = plays::chunithm();
        odd.info.as_mut().unwrap().clear_status = 77;
        let mut halved = plays::chunithm();
        halved.judge = None;
        mock.set(State { chunithm: vec![unknown, odd, halved, plays::chunithm()], ..one_play() });
        let player = linked(server);
        let document = import(&player.caller, MYT).body();
        let errors = document["errors"].as_array().unwrap();
        let told: Vec<_> = errors.iter().map(|error| error["message"].as_str().unwrap()).collect();
        let expected = [
            "Can't find chart with id 999999 and difficulty MASTER",
            "Can't process a score with an invalid clear status",
            "Failed to receive score data from MYT API",
        ];
        assert_eq!((new_scores(&document), told), (1, expected.to_vec()));
        assert_eq!(server.stored(player.id).orphans, 1);
    });
}

#[test]
fn no_plays_are_an_empty_import() {
    on_each(&limits(), service, |server, mock| {
        mock.set(State { titles: all_titles(), ..State::default() });
        for (import_type, ..) in TITLES {
            let player = linked(server);
            let document = import(&player.caller, import_type).body();
            assert_eq!((new_scores(&document), &document["errors"]), (0, &json!([])), "{import_type}");
            assert_eq!(server.stored(player.id), Stored { imports: 1, ..Stored::default() });
        }
    });
}

#[test]
fn a_look_up_that_fails_is_told_and_never_tried_again() {
    on_each(&limits(), service, |server, mock| {
        let of_code = |code: Code| format!("Unexpected response from MYT - {}", code as i32);
        for (import_type, kind, label, _) in TITLES {
            let stranger = with_card(server, UNKNOWN_CARD);
            let answer = import(&stranger.caller, import_type);
            failed(server, stranger.id, &answer, 401, "Card not found on MYT: there is no such card");
            let player = linked(server);
            for code in [Code::Unavailable, Code::Unauthenticated, Code::Internal, Code::DeadlineExceeded] {
                mock.set(State { look_up: Some(code), ..three_plays() });
                let asked = calls(mock);
                failed(server, player.id, &import(&player.caller, import_type), 500, &of_code(code));
                assert_eq!(calls(mock), asked + 1, "{code:?}");
            }
            let mut titles = all_titles();
            titles.retain(|(other, _)| *other != kind);
            mock.set(State { titles, ..three_plays() });
            let text = format!("Couldn't find {label} profile on MYT.");
            failed(server, player.id, &import(&player.caller, import_type), 400, &text);
            mock.set(one_play());
            // It comes back.
            assert_eq!(new_scores(&import(&player.caller, import_type).body()), 1);
        }
    });
}

#[test]
fn the_player_data_of_wacca_fails_the_import_before_scores_are_read() {
    on_each(&limits(), service, |server, mock| {
        let player = linked(server);
        let rows = [
            (State { data: Some(Code::Internal), ..three_plays() }, 500, "Failed to fetch player data from MYT."),
            (State { ranks: vec![(400, 15)], ..three_plays() }, 400, "Unknown stage up value 15"),
        ];
        for (state, status, text) in rows {
            mock.set(state);
            failed(server, player.id, &import(&player.caller, WACCA), status, text);
            assert_eq!(mock.seen().last(), Some(&Seen::Data { profile: "profile-1".to_owned() }));
        }
    });
}

#[test]
fn nothing_is_kept_of_a_stream_that_fails() {
    on_each(&limits(), service, |server, mock| {
        for (import_type, ..) in TITLES {
            let player = linked(server);
            for (after, code) in [(0, Code::Unavailable), (2, Code::Internal), (3, Code::NotFound)] {
                mock.set(State { end: End::Fails(after, code), ..three_plays() });
                failed(server, player.id, &import(&player.caller, import_type), 500, NO_SCORES);
            }
        }
    });
}

#[test]
fn nothing_is_kept_of_a_stream_whose_connection_is_cut() {
    for after in [0, 2] {
        let start = || {
            let mock = Mock::start(State { end: End::IsCut(after), ..three_plays() });
            let options = with_myt(&mock.address.to_string());
            (mock, options)
        };
        on_each(&limits(), start, |server, _| {
            let player = linked(server);
            failed(server, player.id, &import(&player.caller, MYT), 500, NO_SCORES);
            // Then there is nobody.
            let text = "Unexpected response from MYT - 14";
            failed(server, player.id, &import(&player.caller, MYT), 500, text);
        });
    }
}

#[test]
fn nothing_is_kept_of_a_stream_that_holds_no_messages() {
    let start = || {
        let raw = Some(vec![prost::Message::encode_to_vec(&plays::chunithm()), vec![0xFF; 20]]);
        let mock = Mock::start(State { raw, ..three_plays() });
        let options = with_myt(&mock.address.to_string());
        (mock, options)
    };
    on_each(&limits(), start, |server, _| {
        let player = linked(server);
        failed(server, player.id, &import(&player.caller, MYT), 500, NO_SCORES);
    });
}

#[test]
fn what_never_answers_is_not_waited_for() {
    let call = Limits { call: Duration::from_secs(1), ..limits() };
    let all_of_them = Limits { import: Duration::from_secs(1), ..limits() };
    for limits in [call, all_of_them] {
        on_each(&limits, service, |server, mock| {
            let player = linked(server);
            let begun = Instant::now();
            mock.set(State { look_up_hangs: true, ..three_plays() });
            let text = "Unexpected response from MYT - 4";
            failed(server, player.id, &import(&player.caller, MYT), 500, text);
            for (import_type, end) in [(MYT, End::Stalls(0)), (ONGEKI, End::Stalls(2)), (WACCA, End::Stalls(3))] {
                mock.set(State { end, ..three_plays() });
                failed(server, player.id, &import(&player.caller, import_type), 500, NO_SCORES);
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        });
    }
}

#[test]
fn a_stream_without_end_is_an_endless_loop_and_one_at_the_limit_is_none() {
    let few = Limits { items: 3, ..limits() };
    on_each(&few, service, |server, mock| {
        let player = linked(server);
        mock.set(State { chunithm: vec![plays::chunithm(); 4], ..one_play() });
        failed(server, player.id, &import(&player.caller, MYT), 508, super::faults::ENDLESS);
        mock.set(three_plays());
        assert_eq!(new_scores(&import(&player.caller, MYT).body()), 1);
    });
    let small = Limits { stream: 300, ..limits() };
    on_each(&small, service, |server, mock| {
        let player = linked(server);
        mock.set(three_plays());
        failed(server, player.id, &import(&player.caller, MYT), 508, super::faults::ENDLESS);
    });
}

#[test]
fn a_host_where_nobody_is_and_one_that_speaks_no_grpc_are_down() {
    let nobody = || ((), with_myt("127.0.0.1:1"));
    on_each(&limits(), nobody, |server, ()| {
        let player = linked(server);
        failed(server, player.id, &import(&player.caller, MYT), 500, "Unexpected response from MYT - 14");
    });
    let other = || {
        let upstream = crate::upstream::Upstream::start(|_| crate::upstream::Reply::ok("what-the-service-sent"));
        let options = with_myt(upstream.origin().trim_start_matches("http://"));
        (upstream, options)
    };
    on_each(&limits(), other, |server, _| {
        let player = linked(server);
        let text = "Failed to look up card at MYT. Are they down?";
        failed(server, player.id, &import(&player.caller, MYT), 500, text);
    });
}

#[test]
fn who_polls_is_told_how_much_was_fetched() {
    let brief = Limits { call: Duration::from_secs(3), ..limits() };
    on_each(&brief, service, |server, mock| {
        let player = linked(server);
        mock.set(State { chunithm: vec![plays::chunithm(); 1200], end: End::Stalls(1200), ..one_play() });
        let id = start(&player.caller, MYT);
        let told = || poll(server, &id).body()["progress"].clone();
        // It is told after every 500.
        let text = "Fetched 1 page of your scores so far, 1000 in all.";
        let expected = json!({"description": text, "pages": 1, "scores": 1000});
        eventually("nothing is told", || told() == expected);
        eventually("it never ended", || poll(server, &id).status == 500);
        poll(server, &id).refused(500, NO_SCORES);
        untouched(server, player.id);
    });
}
