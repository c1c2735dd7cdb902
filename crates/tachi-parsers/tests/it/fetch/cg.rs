//! CG: `spec/import-types/api-cg.md` 2 and 3.

use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::{CgCard, CgConfiguration, Configuration, Progress, Secret, Services};

use super::{INVALID, Stored, configuration, run, status};
use crate::support::upstream::{Reply, Upstream};

pub const API_KEY: &str = "the api&key";
pub const CARD: &str = "ABCDEF0123456789";
pub const PIN: &str = "0042";

const SCORES: &str = "/popn-scores";
const ANSWER: &str = r#"{"success":true,"data":{"profile":{"id":"1","name":"A"},"scores":[{"a":1},{"a":2}]}}"#;

pub fn services(upstream: &Upstream) -> Services {
    let cg_dev = CgConfiguration { url: Some(upstream.origin()), api_key: Some(Secret::new(API_KEY)) };
    Services::new(Configuration { cg_dev, ..configuration(&upstream.origin()) }).unwrap()
}

pub fn user() -> Stored {
    let card = CgCard { card_id: Secret::new(CARD), pin: Secret::new(PIN) };
    Stored { cg: Some(card), ..Stored::default() }
}

fn fetch(upstream: &Upstream, cursor: Option<i64>) -> Result<String, (u16, String)> {
    let (result, _) = run(&services(upstream), ImportType::ApiCgDevPopn, &user(), cursor);
    result.map_err(|error| (status(&error), error.message))
}

#[test]
fn one_request_returns_everything() {
    let upstream = Upstream::start(|_| Reply::ok(ANSWER));
    let (result, told) = run(&services(&upstream), ImportType::ApiCgDevPopn, &user(), None);
    assert_eq!(result.unwrap(), ANSWER);
    assert_eq!(told, [Progress { pages: 1, scores: 2 }]);
    let target = "GET /popn-scores?api_key=the+api%26key&card_id=ABCDEF0123456789&pin=0042";
    assert_eq!(upstream.asked(), [target]);
    assert_eq!(upstream.requests()[0].header("user-agent"), "Foo/1.2.3");
}

#[test]
fn every_game_has_its_name_there() {
    let upstream = Upstream::start(|_| Reply::ok(ANSWER));
    for import_type in
        [ImportType::ApiCgDevSdvx, ImportType::ApiCgDevPopn, ImportType::ApiCgDevMuseca, ImportType::ApiCgDevJubeat]
    {
        run(&services(&upstream), import_type, &user(), None).0.unwrap();
    }
    let requests = upstream.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path()).collect();
    assert_eq!(paths, ["/sdvx-scores", "/popn-scores", "/msc-scores", "/jb-scores"]);
}

#[test]
fn who_has_no_card_is_told_so_before_what_the_operator_has_not_set_up() {
    let upstream = Upstream::start(|_| Reply::ok(ANSWER));
    let error = run(&services(&upstream), ImportType::ApiCgNagPopn, &user(), None).0.unwrap_err();
    let text = "This user has no card info set up for this service.";
    assert_eq!((status(&error), error.message.as_str()), (401, text));
    let services = Services::new(configuration(&upstream.origin())).unwrap();
    let error = run(&services, ImportType::ApiCgDevPopn, &user(), None).0.unwrap_err();
    assert_eq!((status(&error), error.message.as_str()), (500, "Tried to get dev CG conf, yet was not defined?"));
    assert!(upstream.asked().is_empty());
}

/// What the body says is read from the transcript: fixtures tell what becomes of it.
#[test]
fn the_body_counts_whatever_the_status() {
    let report = r#"{"success":false,"message":"Invalid PIN"}"#;
    for status in [200, 400, 401, 403, 404, 500] {
        let upstream = Upstream::start(move |_| Reply::status(status, report));
        assert_eq!(fetch(&upstream, None).unwrap(), report);
        assert_eq!(upstream.asked().len(), 1);
    }
    let upstream = Upstream::start(move |_| Reply::status(503, report));
    assert_eq!(fetch(&upstream, None).unwrap(), report);
    assert_eq!(upstream.asked().len(), 3);
}

#[test]
fn what_is_no_answer_is_an_invalid_one() {
    for reply in [
        Reply::status(302, "").with("Location", "/elsewhere"),
        Reply::Silence,
        Reply::Stall(ANSWER.into()),
        Reply::Truncated(ANSWER.into()),
        Reply::ok(vec![b' '; 33 * 1024 * 1024]),
    ] {
        let upstream = Upstream::start(|_| Reply::ok(ANSWER));
        upstream.always(SCORES, reply);
        assert_eq!(fetch(&upstream, None), Err((500, INVALID.to_owned())));
        assert_eq!(upstream.asked().len(), 1);
    }
}

#[test]
fn with_a_cursor_every_score_is_looked_at() {
    let score = |time: &str| format!(r#"{{"dateTime":{time},"x":1.0}}"#);
    let (new, equal, old) = (r#""2019-06-06 08:14:23""#, r#""2019-06-06 08:14:22""#, r#""2019-06-06 08:14:21""#);
    let body = |times: &[&str]| {
        let scores: Vec<String> = times.iter().map(|time| score(time)).collect();
        format!(r#"{{"success":true,"data":{{"profile":{{"id":"1","name":"A"}},"scores":[{}]}}}}"#, scores.join(","))
    };
    let sent = body(&[old, new, equal, r#""foo""#, "5", new]);
    let upstream = Upstream::start(move |_| Reply::ok(sent.as_str()));
    let expected: serde_json::Value = serde_json::from_str(&body(&[new, r#""foo""#, "5", new])).unwrap();
    let transcript = fetch(&upstream, Some(1_559_808_862_000)).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&transcript).unwrap(), expected);
    assert!(transcript.contains("1.0"), "elements stay as they were sent: {transcript}");

    let report = r#"{"success":false,"message":"no"}"#;
    let upstream = Upstream::start(move |_| Reply::ok(report));
    assert_eq!(fetch(&upstream, Some(0)).unwrap(), report);
}
