//! Fetching from MYT, against a stand-in over real HTTP/2. Source: `spec/import-types/api-myt.md` 3, 5 and 6.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::time::Duration;

use prost::Message;
use serde_json::{Value, json};
use tachi_core::import_type::ImportType;
use tachi_mock_myt::{CARD, End, Mock, Seen, State, TOKEN, plays};
use tachi_parsers::api::source::{MytTitle, Source};
use tachi_parsers::error::{FatalError, FatalKind};
use tachi_parsers::fetch::Progress;
use tachi_parsers::fetch::myt::{MytConfig, fetch};
use tachi_parsers::format::{ClassChange, Outcome, Parsed};
use tachi_parsers::registry::REGISTRY;
use tonic::Code;

use crate::cases::Case;
use crate::ir::plain;

fn config(mock: &Mock, token: &str) -> MytConfig {
    MytConfig::new(Some(&mock.address.to_string()), Some(token), true).unwrap()
}

/// Runs a fetch to its end. No failure may tell a secret or the host.
fn run(config: &MytConfig, title: MytTitle, card: &str, cursor: Option<i64>) -> Result<Vec<u8>, FatalError> {
    run_with(config, title, Some(card), cursor, &|_| {})
}

fn run_with(
    config: &MytConfig,
    title: MytTitle,
    card: Option<&str>,
    cursor: Option<i64>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<u8>, FatalError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut out = Vec::new();
    let fetched = runtime.block_on(assert_send(fetch(config, title, card, cursor, progress, &mut out)));
    if let Err(error) = &fetched {
        for secret in [TOKEN, "127.0.0.1", CARD] {
            assert!(!error.message.contains(secret), "{error}");
        }
    }
    fetched.map(|()| out)
}

/// Imports run as tasks that may move between threads.
fn assert_send<T: Send>(future: T) -> T {
    future
}

fn get(mock: &Mock, title: MytTitle) -> Result<Vec<u8>, FatalError> {
    run(&config(mock, TOKEN), title, CARD, None)
}

fn failure(result: Result<Vec<u8>, FatalError>) -> (FatalKind, String) {
    let error = result.map(|bytes| String::from_utf8(bytes).unwrap()).unwrap_err();
    (error.kind, error.message)
}

fn upstream(message: &str) -> (FatalKind, String) {
    (FatalKind::Upstream, message.to_owned())
}

fn unconfigured(text: &str) -> (FatalKind, String) {
    (FatalKind::Unconfigured, text.to_owned())
}

fn items(transcript: &[u8]) -> Vec<Value> {
    let transcript: Value = serde_json::from_slice(transcript).unwrap();
    transcript["items"].as_array().unwrap().clone()
}

/// Converts a transcript.
fn outcomes(import_type: ImportType, transcript: &[u8]) -> (&'static Case, Vec<Outcome>) {
    let case = plain(import_type);
    let outcomes = parsed(case, transcript).collect::<Result<_, _>>().unwrap();
    (case, outcomes)
}

fn parsed<'a>(case: &'a Case, transcript: &'a [u8]) -> Parsed<'a> {
    (case.entry.parse)(&case.input_of(transcript)).unwrap()
}

/// The only score of a transcript.
fn score(import_type: ImportType, transcript: &[u8]) -> Value {
    let (case, outcomes) = outcomes(import_type, transcript);
    assert_eq!(outcomes.len(), 1);
    outcomes[0].result.as_ref().unwrap().to_json(case.catalogue())
}

fn chunithm(state: State) -> Mock {
    Mock::start(State { titles: plays::titles("chunithm"), ..state })
}

fn wacca(state: State) -> Mock {
    Mock::start(State { titles: plays::titles("wacca"), ..state })
}

fn three_plays(state: State) -> Mock {
    chunithm(State { chunithm: vec![plays::chunithm(); 3], ..state })
}

// --- What is fetched ------------------------------------------------------------------------------------------------

#[test]
fn chunithm_is_fetched() {
    let mock = chunithm(State { chunithm: vec![plays::chunithm()], ..State::default() });
    let transcript = get(&mock, MytTitle::Chunithm).unwrap();
    let expected = json!({
        "playlogApiId": "a1",
        "info": {
            "musicId": 956, "level": 4, "score": 1_001_715, "scoreRank": 11, "comboStatus": 1, "fullChainStatus": 1,
            "clearStatus": 4, "isNewRecord": false, "track": 2, "userPlayDate": "2024-02-05T00:00:00.000Z",
        },
        "judge": {
            "judgeHeaven": 300, "judgeCritical": 1159, "judgeJustice": 37, "judgeAttack": 4, "judgeMiss": 10,
            "maxCombo": 493,
        },
    });
    assert_eq!(serde_json::from_slice::<Value>(&transcript).unwrap(), json!({"profile": null, "items": [expected]}));
    let score = score(ImportType::ApiMytChunithm, &transcript);
    assert_eq!(score["chartID"], "fbba26a6a223b1dd0bf8ef139cfee83114b91086");
    assert_eq!(score["timeAchieved"], 1_707_091_200_000_i64);
    assert_eq!(score["scoreData"]["clearLamp"], "BRAVE");
}

#[test]
fn maimai_dx_is_fetched() {
    let state = State { titles: plays::titles("maimai"), maimai: vec![plays::maimai()], ..State::default() };
    let transcript = get(&Mock::start(state), MytTitle::Maimaidx).unwrap();
    let score = score(ImportType::ApiMytMaimaidx, &transcript);
    assert_eq!(score["chartID"], "fab3d632610b9b98ee1e4f68e9ecf0161f9cb8cd");
    assert_eq!(score["timeAchieved"], 1_667_416_865_000_i64);
    let expected = json!({
        "percent": 99.0562, "lamp": "FAILED",
        "judgements": {"pcrit": 10, "perfect": 656, "great": 19, "good": 1, "miss": 8},
        "optional": {"fast": 5, "slow": 8, "maxCombo": 279},
    });
    assert_eq!(score["scoreData"], expected);
}

#[test]
fn ongeki_is_fetched() {
    let state = State { titles: plays::titles("ongeki"), ongeki: vec![plays::ongeki()], ..State::default() };
    let transcript = get(&Mock::start(state), MytTitle::Ongeki).unwrap();
    let score = score(ImportType::ApiMytOngeki, &transcript);
    assert_eq!(score["chartID"], "e5e4ee3d4feb233c399751b3ba3daf8ba149c9e6");
    assert_eq!(score["timeAchieved"], 1_664_366_661_400_i64);
    let expected = json!({
        "score": 1_003_385, "noteLamp": "CLEAR", "bellLamp": "FULL BELL", "platinumScore": 893,
        "judgements": {"cbreak": 967, "break": 19, "hit": 0, "miss": 5},
        "optional": {"damage": 0, "bellCount": 174, "totalBellCount": 174},
    });
    assert_eq!(score["scoreData"], expected);
}

#[test]
fn wacca_is_fetched_with_its_stage_up() {
    let mock = wacca(State { wacca: vec![plays::wacca()], ranks: vec![(300, 9), (400, 12)], ..State::default() });
    let transcript = get(&mock, MytTitle::Wacca).unwrap();
    let score = score(ImportType::ApiMytWacca, &transcript);
    assert_eq!(score["chartID"], "2abcf2da86f3d968dbe07695ab7ebf6b79cb0841");
    assert_eq!(score["timeAchieved"], 1_711_222_450_350_i64);
    let expected = json!({
        "score": 996_827, "lamp": "MISSLESS",
        "judgements": {"marvelous": 909, "great": 4, "good": 1, "miss": 1},
        "optional": {"fast": 4, "slow": 1, "maxCombo": 408},
    });
    assert_eq!(score["scoreData"], expected);
    let case = plain(ImportType::ApiMytWacca);
    let classes: Vec<_> = parsed(case, &transcript).classes.iter().map(|class| (class.set, class.change)).collect();
    assert_eq!(classes, [("stageUp", ClassChange::Raise("XII"))]);
    // Names, ratings and favourites are nobody's business here.
    let transcript: Value = serde_json::from_slice(&transcript).unwrap();
    assert_eq!(transcript["profile"], json!({"versionData": {"300": {"rank": 9}, "400": {"rank": 12}}}));
}

#[test]
fn the_first_entry_of_the_title_is_taken_and_calls_have_a_deadline() {
    let mock = three_plays(State::default());
    get(&mock, MytTitle::Chunithm).unwrap();
    let [Seen::LookUp { card, titles, timeout, agent }, play_log] = &mock.seen()[..] else { panic!() };
    assert_eq!((&**card, &**titles), (CARD, &["chunithm".to_owned()][..]));
    assert!(["600000000u", "600000m", "600S", "10M"].contains(&&**timeout), "{timeout}");
    assert!(agent.starts_with("tachi/"), "{agent}");
    assert_eq!(*play_log, Seen::PlayLog { profile: "profile-1".to_owned(), cursor: None });
}

#[test]
fn an_empty_stream_is_an_empty_import() {
    for (title, kind) in [(MytTitle::Chunithm, "chunithm"), (MytTitle::Wacca, "wacca")] {
        let mock = Mock::start(State { titles: plays::titles(kind), ..State::default() });
        assert_eq!(items(&get(&mock, title).unwrap()), [] as [Value; 0]);
    }
}

#[test]
fn ten_thousand_plays_are_fetched_and_told_of() {
    let mock = chunithm(State { chunithm: vec![plays::chunithm(); 10_000], ..State::default() });
    let told = Mutex::new(Vec::new());
    let progress = |progress| told.lock().unwrap().push(progress);
    let transcript = run_with(&config(&mock, TOKEN), MytTitle::Chunithm, Some(CARD), None, &progress).unwrap();
    assert_eq!(items(&transcript).len(), 10_000);
    let told = told.into_inner().unwrap();
    assert_eq!(told.first(), Some(&Progress { pages: 1, scores: 0 }));
    assert_eq!(told.last(), Some(&Progress { pages: 1, scores: 10_000 }));
    assert!(told.is_sorted_by_key(|progress| progress.scores) && told.len() > 10);
}

#[test]
fn a_slow_stream_is_read_to_its_end() {
    let mock = three_plays(State { drip: Duration::from_millis(30), ..State::default() });
    assert_eq!(items(&get(&mock, MytTitle::Chunithm).unwrap()).len(), 3);
}

// --- Odd items ------------------------------------------------------------------------------------------------------

#[test]
fn unknown_enum_numbers_and_absent_messages_fail_their_items_only() {
    let mut unknown = plays::chunithm();
    let info = unknown.info.as_mut().unwrap();
    (info.level, info.score_rank, info.clear_status) = (77, -1, i32::MAX);
    let mut without_judge = plays::chunithm();
    without_judge.judge = None;
    let mut without_info = plays::chunithm();
    without_info.info = None;
    let plays = vec![unknown, without_judge, without_info, plays::chunithm()];
    let transcript = get(&chunithm(State { chunithm: plays, ..State::default() }), MytTitle::Chunithm).unwrap();
    let items = items(&transcript);
    assert_eq!(items[0]["info"]["level"], 77);
    assert_eq!(items[0]["info"]["clearStatus"], i32::MAX);
    assert!(!items[1].as_object().unwrap().contains_key("judge"));
    assert!(!items[2].as_object().unwrap().contains_key("info"));
    let (_, outcomes) = outcomes(ImportType::ApiMytChunithm, &transcript);
    let messages: Vec<_> =
        outcomes.iter().map(|outcome| outcome.result.as_ref().err().map(ToString::to_string)).collect();
    let absent = Some("Failed to receive score data from MYT API".to_owned());
    let unspecified = Some("Can't process a score with unspecified difficulty (musicId 956)".to_owned());
    assert_eq!(messages, [unspecified, absent.clone(), absent, None]);
}

#[test]
fn parts_of_a_wacca_play_may_be_absent() {
    let mut without_status = plays::wacca();
    without_status.info.as_mut().unwrap().clear_status = None;
    let mut without_judge = plays::wacca();
    without_judge.info.as_mut().unwrap().judge = None;
    let mut without_info = plays::wacca();
    without_info.info = None;
    let plays = vec![without_status, without_judge, without_info];
    let transcript = get(&wacca(State { wacca: plays, ..State::default() }), MytTitle::Wacca).unwrap();
    let (case, outcomes) = outcomes(ImportType::ApiMytWacca, &transcript);
    let [first, second] = &outcomes[..] else { panic!("{outcomes:?}") };
    let message = first.result.as_ref().unwrap_err().to_string();
    assert_eq!(message, "Can't process a score without clearStatus");
    let score = second.result.as_ref().unwrap().to_json(case.catalogue());
    assert_eq!(score["scoreData"]["judgements"], json!({}));
}

#[test]
fn unknown_fields_are_ignored() {
    let mut bytes = plays::chunithm().encode_to_vec();
    // Field 100, a text.
    bytes.extend_from_slice(&[0xA2, 0x06, 0x03, b'n', b'e', b'w']);
    let mock = chunithm(State { raw: Some(vec![bytes]), ..State::default() });
    let transcript = get(&mock, MytTitle::Chunithm).unwrap();
    let known = three_plays(State::default());
    assert_eq!(items(&transcript)[0], items(&get(&known, MytTitle::Chunithm).unwrap())[0]);
}

#[test]
fn garbage_in_the_stream_fails_the_import() {
    let bytes = vec![plays::chunithm().encode_to_vec(), vec![0xFF; 20]];
    let mock = chunithm(State { raw: Some(bytes), ..State::default() });
    assert_eq!(failure(get(&mock, MytTitle::Chunithm)), upstream("Failed to get scores from MYT."));
}

// --- Cursors --------------------------------------------------------------------------------------------------------

const CURSOR: i64 = 1_714_644_930_000;

#[test]
fn a_cursor_is_sent_and_trusted() {
    let at = |date: &str| {
        let mut play = plays::chunithm();
        date.clone_into(&mut play.info.as_mut().unwrap().user_play_date);
        play
    };
    let plays = vec![at("2024-05-02T10:15:30.001Z"), at("2024-05-02T10:15:30.000Z"), at("2024-05-02T10:15:29.999Z")];
    let mock = chunithm(State { chunithm: plays, ..State::default() });
    let transcript = run(&config(&mock, TOKEN), MytTitle::Chunithm, CARD, Some(CURSOR)).unwrap();
    assert_eq!(items(&transcript).len(), 1);
    let cursor = Some("2024-05-02T10:15:30.000Z".to_owned());
    assert_eq!(mock.seen()[1], Seen::PlayLog { profile: "profile-1".to_owned(), cursor });
}

#[test]
fn wacca_takes_no_cursor_so_old_plays_are_dropped_here() {
    let at = |date: &str| {
        let mut play = plays::wacca();
        date.clone_into(&mut play.info.as_mut().unwrap().user_play_date);
        play
    };
    let dates = ["2024-05-02T10:15:30.001Z", "2024-05-02T10:15:30.000Z", "2024-05-02T19:15:29+09:00", "yesterday", ""];
    let mock = wacca(State { wacca: dates.map(at).to_vec(), ..State::default() });
    let fetched = |cursor| {
        let transcript = run(&config(&mock, TOKEN), MytTitle::Wacca, CARD, cursor).unwrap();
        items(&transcript)
            .iter()
            .map(|item| item["info"]["userPlayDate"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(fetched(Some(CURSOR)), ["2024-05-02T10:15:30.001Z", "yesterday", ""]);
    assert_eq!(fetched(None), dates);
}

// --- Failures -------------------------------------------------------------------------------------------------------

#[test]
fn what_is_not_set_up_is_said_before_anything_is_asked() {
    let mock = three_plays(State::default());
    let host = mock.address.to_string();
    let nothing = MytConfig::new(None, None, true).unwrap();
    let no_card = (FatalKind::Unauthorised, "This user has no card info set up for this service.".to_owned());
    assert_eq!(failure(run_with(&nothing, MytTitle::Chunithm, None, None, &|_| {})), no_card);
    let no_host = MytConfig::new(None, Some(TOKEN), true).unwrap();
    let text = "Tried to get MYT API server host, yet was not defined?";
    assert_eq!(failure(run(&no_host, MytTitle::Chunithm, CARD, None)), unconfigured(text));
    let no_token = MytConfig::new(Some(&host), None, true).unwrap();
    let text = "Tried to get MYT auth token, yet was not defined?";
    assert_eq!(failure(run(&no_token, MytTitle::Chunithm, CARD, None)), unconfigured(text));
    assert_eq!(mock.seen(), []);
}

#[test]
fn a_wrong_token_is_the_operators_fault() {
    let mock = three_plays(State::default());
    let fetched = run(&config(&mock, "another"), MytTitle::Chunithm, CARD, None);
    assert_eq!(failure(fetched), upstream("Unexpected response from MYT - 16"));
}

#[test]
fn an_unknown_card_is_the_players_fault() {
    let mock = three_plays(State::default());
    let fetched = run(&config(&mock, TOKEN), MytTitle::Chunithm, "98765432109876543210", None);
    let text = "Card not found on MYT: there is no such card".to_owned();
    assert_eq!(failure(fetched), (FatalKind::Unauthorised, text));
}

#[test]
fn a_card_without_the_title_has_no_profile() {
    for (title, kind, label) in [
        (MytTitle::Chunithm, "chunithm", "CHUNITHM"),
        (MytTitle::Maimaidx, "maimai", "maimai DX"),
        (MytTitle::Ongeki, "ongeki", "O.N.G.E.K.I."),
        (MytTitle::Wacca, "wacca", "WACCA"),
    ] {
        let mut others = plays::titles(kind);
        others.retain(|(other, _)| *other != kind);
        for titles in [Vec::new(), others] {
            let mock = Mock::start(State { titles, ..State::default() });
            let expected = (FatalKind::BadInput, format!("Couldn't find {label} profile on MYT."));
            assert_eq!(failure(get(&mock, title)), expected);
        }
    }
}

#[test]
fn a_failing_look_up_tells_its_code() {
    for (code, number) in
        [(Code::Unavailable, 14), (Code::Internal, 13), (Code::Unknown, 2), (Code::DeadlineExceeded, 4)]
    {
        let mock = three_plays(State { look_up: Some(code), ..State::default() });
        let expected = upstream(&format!("Unexpected response from MYT - {number}"));
        assert_eq!(failure(get(&mock, MytTitle::Chunithm)), expected);
        assert_eq!(mock.seen().len(), 1, "calls are not tried again");
    }
}

#[test]
fn failing_player_data_fails_the_import_before_scores_are_read() {
    for code in [Code::Internal, Code::NotFound, Code::Unauthenticated] {
        let mock = wacca(State { wacca: vec![plays::wacca()], data: Some(code), ..State::default() });
        assert_eq!(failure(get(&mock, MytTitle::Wacca)), upstream("Failed to fetch player data from MYT."));
        assert_eq!(mock.seen().last(), Some(&Seen::Data { profile: "profile-1".to_owned() }));
    }
}

#[test]
fn an_unknown_stage_up_fails_the_import_before_scores_are_read() {
    let mock = wacca(State { wacca: vec![plays::wacca()], ranks: vec![(400, 15)], ..State::default() });
    let expected = (FatalKind::BadInput, "Unknown stage up value 15".to_owned());
    assert_eq!(failure(get(&mock, MytTitle::Wacca)), expected);
    assert_eq!(mock.seen().last(), Some(&Seen::Data { profile: "profile-1".to_owned() }));
}

#[test]
fn a_stream_that_fails_is_kept_no_part_of() {
    for end in [
        End::Fails(0, Code::Unavailable),
        End::Fails(2, Code::Internal),
        End::Fails(3, Code::NotFound),
        End::IsCut(0),
        End::IsCut(2),
    ] {
        let mock = three_plays(State { end, ..State::default() });
        assert_eq!(failure(get(&mock, MytTitle::Chunithm)), upstream("Failed to get scores from MYT."), "{end:?}");
    }
    let mock = wacca(State { wacca: vec![plays::wacca(); 3], end: End::Fails(2, Code::Internal), ..State::default() });
    assert_eq!(failure(get(&mock, MytTitle::Wacca)), upstream("Failed to get scores from MYT."));
}

#[test]
fn a_stream_that_stalls_ends_at_the_deadline() {
    for end in [End::Stalls(0), End::Stalls(2)] {
        let mock = three_plays(State { end, ..State::default() });
        let mut config = config(&mock, TOKEN);
        config.limits.call = Duration::from_millis(500);
        let fetched = run(&config, MytTitle::Chunithm, CARD, None);
        assert_eq!(failure(fetched), upstream("Failed to get scores from MYT."));
    }
}

/// A listener that does with every connection what the function does.
fn listener(serve: impl Fn(std::net::TcpStream) + Send + 'static) -> MytConfig {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap())));
    MytConfig::new(Some(&address), Some(TOKEN), true).unwrap()
}

#[test]
fn a_look_up_that_is_never_answered_ends_at_the_deadline() {
    let mut config = listener(|mut stream| {
        std::thread::spawn(move || while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {});
    });
    config.limits.call = Duration::from_millis(300);
    let fetched = run(&config, MytTitle::Chunithm, CARD, None);
    assert_eq!(failure(fetched), upstream("Unexpected response from MYT - 4"));
}

#[test]
fn nobody_listening_is_unavailable() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let config = MytConfig::new(Some(&address), Some(TOKEN), true).unwrap();
    let fetched = run(&config, MytTitle::Chunithm, CARD, None);
    assert_eq!(failure(fetched), upstream("Unexpected response from MYT - 14"));
}

#[test]
fn what_speaks_no_grpc_is_down() {
    let config = listener(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let fetched = run(&config, MytTitle::Chunithm, CARD, None);
    assert_eq!(failure(fetched), upstream("Failed to look up card at MYT. Are they down?"));
}

#[test]
fn without_the_switch_nothing_is_sent_in_the_clear() {
    let mock = three_plays(State::default());
    let config = MytConfig::new(Some(&mock.address.to_string()), Some(TOKEN), false).unwrap();
    let (kind, message) = failure(run(&config, MytTitle::Chunithm, CARD, None));
    assert_eq!((kind, &*message), (FatalKind::Upstream, "Unexpected response from MYT - 14"));
    assert_eq!(mock.seen(), []);
}

#[test]
fn every_type_of_the_family_is_fetched() {
    let rows = REGISTRY.iter().filter(|row| matches!(row.source, Some(Source::Myt(_))));
    let names: Vec<&str> = rows.map(|row| row.import_type.as_str()).collect();
    assert_eq!(names, ["api/myt-chunithm", "api/myt-maimaidx", "api/myt-ongeki", "api/myt-wacca"]);
}
