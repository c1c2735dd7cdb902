//! ARC. Source: `spec/import-types/api-arc.md`, `spec/integrations.md` 6.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tachi_core::catalogue::Collections;
use tachi_db::links::Link;
use tachi_import::seeds;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;

use super::faults::{self, ENDLESS, PAGES};
use super::{ACCOUNT, ARC_TOKEN, eventually, failed, import, link, new_scores, on_each, options, poll, start};
use crate::support::{Player, Stored, TestServer, fixture, limits};
use crate::upstream::{Reply, Request, Upstream};

pub const ARC: &str = "api/arc-iidx";
const SCORES: &str = "/api/v1/iidx/28/player_bests/";
const PROFILES: &str = "/api/v1/iidx/28/profiles/";

/// The service: pages of personal bests for one account, and its profile.
pub struct Service {
    pub upstream: Upstream,
    pages: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Service {
    pub fn start() -> Self {
        let pages = Arc::new(Mutex::new(vec![vec![best(ID, 1200, 31)]]));
        let serving = Arc::clone(&pages);
        let upstream = Upstream::start(move |request| answer(request, &serving.lock().unwrap()));
        Self { upstream, pages }
    }

    fn set(&self, pages: Vec<Vec<String>>) {
        *self.pages.lock().unwrap() = pages;
    }
}

fn answer(request: &Request, pages: &[Vec<String>]) -> Reply {
    let query = request.query();
    let is_account = |name: &str| query.get(name).is_some_and(|account| account == ACCOUNT);
    if request.header("authorization") != format!("Bearer {ARC_TOKEN}") {
        return Reply::status(401, "{}");
    }
    match request.path() {
        PROFILES if is_account("_id") => Reply::ok(r#"{"_items":[{"sp":{"rank":" 中伝"},"dp":{"rank":"ニ段"}}]}"#),
        SCORES if is_account("profile_id") => {
            let number = query.get("page").map_or(1, |page| page.parse().unwrap());
            let next = if number < pages.len() { json!(page(request.header("host"), number + 1)) } else { Value::Null };
            Reply::ok(format!(r#"{{"_links":{{"_next":{next}}},"_items":[{}]}}"#, pages[number - 1].join(",")))
        }
        _ => Reply::status(404, "{}"),
    }
}

fn page(host: &str, number: usize) -> String {
    format!("http://{host}{}", target(number))
}

fn target(number: usize) -> String {
    let first = format!("{SCORES}?profile_id={ACCOUNT}");
    if number == 1 { first } else { format!("{first}&page={number}") }
}

/// What ARC calls the chart of the page's example.
const ID: &str = "CYjwAuz7Yq9";

fn best(chart: &str, score: u32, minute: u32) -> String {
    let best = json!({
        "_id": "x", "chart_id": chart, "lamp": "HARD_CLEAR", "ex_score": score, "miss_count": 43,
        "timestamp": format!("2020-11-07T21:{minute}:21.894Z"),
    });
    best.to_string()
}

pub fn with_arc(origin: &str) -> Options {
    options(UpstreamOptions {
        arc_api_url: Some(origin.to_owned()),
        arc_auth_token: Some(ARC_TOKEN.to_owned()),
        ..UpstreamOptions::default()
    })
}

fn service() -> (Service, Options) {
    let service = Service::start();
    let options = with_arc(&service.upstream.origin());
    (service, options)
}

/// A player with an account there; the instance knows one chart as ARC does.
pub fn linked(server: &TestServer) -> Player<'_> {
    let mut charts: Value = serde_json::from_slice(&fixture("catalogue/charts-iidx.json")).unwrap();
    let example = "c2311194e3897ddb5745b1760d2c0141f933e683";
    let chart = charts.as_array_mut().unwrap().iter_mut().find(|chart| chart["chartID"] == example).unwrap();
    chart["data"]["arcChartID"] = json!(ID);
    let mut collections = Collections::default();
    collections.add_file("charts-iidx.json", &charts.to_string()).unwrap();
    seeds::load(server.app.importer.database(), collections, |_| {}).unwrap();
    server.app.importer.refresh_catalogue().unwrap();
    account(server)
}

/// A player with an account there.
fn account(server: &TestServer) -> Player<'_> {
    let player = server.player();
    link(server, player.id, Link::ArcIidx, &[ACCOUNT]);
    player
}

#[test]
fn pages_become_one_import_with_its_classes_and_a_second_one_brings_nothing() {
    on_each(&limits(), service, |server, service| {
        let player = linked(server);
        service.set(vec![vec![best(ID, 1200, 31), best("foo", 1, 32)], vec![], vec![best(ID, 1333, 33)]]);
        let document = import(&player.caller, ARC).body();
        assert_eq!(new_scores(&document), 2);
        assert_eq!(document["errors"][0]["type"], "SongOrChartNotFound");
        assert_eq!(document["errors"][0]["message"], "Could not find chart with chart_id foo.");
        assert_eq!(document["idStrings"], json!(["iidx:SP"]));
        assert_eq!(server.stored(player.id), Stored { imports: 1, scores: 2, sessions: 1, orphans: 1 });
        let asked = [format!("{PROFILES}?_id={ACCOUNT}"), target(1), target(2), target(3)];
        assert_eq!(service.upstream.asked(), asked.map(|target| format!("GET {target}")));
        let document = import(&player.caller, ARC).body();
        assert_eq!((new_scores(&document), &document["classDeltas"]), (0, &json!([])));
        assert_eq!(document["errors"][0]["type"], "OrphanExists");
    });
}

#[test]
fn nobody_can_refresh_the_operators_token() {
    on_each(&limits(), service, |server, service| {
        let player = linked(server);
        service.set(vec![vec![best(ID, 1200, 31)], vec![best(ID, 1333, 33)]]);
        let base = service.upstream.origin();
        for (status, number) in [(401, 1), (403, 1), (401, 2), (403, 2)] {
            service.upstream.once(&target(number), Reply::status(status, "what-the-service-sent"));
            let text = format!("Unable to authenticate with {base} and reauthentication was not possible.");
            failed(server, player.id, &import(&player.caller, ARC), status, &text);
            assert_eq!(service.upstream.asked().last(), Some(&format!("GET {}", target(number))));
        }
    });
}

#[test]
fn what_fails_on_a_later_page_leaves_nothing() {
    on_each(&faults::small(), service, |server, service| {
        linked(server);
        service.set(vec![vec![best(ID, 1200, 31), best("foo", 1, 32)], vec![best(ID, 1333, 33)]]);
        let (base, second) = (service.upstream.origin(), target(2));
        let mut faults = faults::answers();
        faults.extend(faults::pages(&base, &second));
        faults::expect(server, &service.upstream, &second, faults, ARC, || account(server));
    });
}

#[test]
fn what_passes_is_tried_again() {
    on_each(&limits(), service, |server, service| {
        linked(server);
        service.set(vec![vec![best(ID, 1200, 31)], vec![best(ID, 1333, 33)]]);
        faults::expect_recovery(&service.upstream, &target(2), ARC, || account(server));
    });
}

#[test]
fn what_never_answers_is_not_waited_for() {
    for limits in [faults::brief(), faults::short_of_time()] {
        on_each(&limits, service, |server, service| {
            service.set(vec![vec![best(ID, 1200, 31)], vec![best(ID, 1333, 33)]]);
            let upstream = &service.upstream;
            faults::expect(server, upstream, &target(2), faults::silence(), ARC, || account(server));
        });
    }
}

#[test]
fn pages_without_end_are_an_endless_loop_and_those_at_the_limit_are_none() {
    on_each(&faults::small(), service, |server, service| {
        let player = linked(server);
        service.set(vec![vec![best(ID, 1200, 31)]; PAGES + 1]);
        failed(server, player.id, &import(&player.caller, ARC), 508, ENDLESS);
        service.set(vec![vec![best(ID, 1200, 31)]; PAGES]);
        assert_eq!(new_scores(&import(&player.caller, ARC).body()), 1);
    });
}

#[test]
fn one_bad_score_a_missing_profile_and_no_scores_are_no_failures() {
    on_each(&limits(), service, |server, service| {
        let player = linked(server);
        service.upstream.once(PROFILES, Reply::status(500, "{}"));
        let bad = best(ID, 1200, 32).replace("1200", "\"1200\"");
        service.set(vec![vec![bad, best(ID, 1333, 33)]]);
        let document = import(&player.caller, ARC).body();
        assert_eq!((new_scores(&document), &document["errors"][0]["type"]), (1, &json!("InvalidDatapoint")));
        assert_eq!(document["classDeltas"], json!([]));
        service.set(vec![vec![]]);
        let document = import(&account(server).caller, ARC).body();
        assert_eq!((new_scores(&document), &document["errors"]), (0, &json!([])));
    });
}

#[test]
fn who_polls_is_told_how_much_was_fetched() {
    on_each(&limits(), service, |server, service| {
        let player = linked(server);
        service.set(vec![vec![best(ID, 1200, 31), best(ID, 1300, 32)], vec![], vec![best(ID, 1333, 33)]]);
        service.upstream.once(&target(3), Reply::status(429, "{}").with("Retry-After", "2"));
        let id = start(&player.caller, ARC);
        let progress = || poll(server, &id).body()["progress"].clone();
        eventually("nobody waits for the third page", || service.upstream.asked_for(&target(3)) == 1);
        let text = "Fetched 2 pages of your scores so far, 2 in all.";
        assert_eq!(progress(), json!({"description": text, "pages": 2, "scores": 2}));
        eventually("it never ended", || poll(server, &id).body()["importStatus"] == "completed");
        assert_eq!(new_scores(&poll(server, &id).body()["import"]), 3);
    });
}
