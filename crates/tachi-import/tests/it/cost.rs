//! How many statements an import takes: it depends on what it brings, never on what the user already has.
//! Source: `spec/pipeline.md` 1.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::game::Gpt;
use tachi_core::import_type::ImportType;
use tachi_import::Request;

use crate::goals::{HARD_CLEAR, no_data, subscribe};
use crate::support::{World, on_both};

/// `count` scores, all different, from the `first` on.
fn scores(world: &World, first: usize, count: usize) -> Vec<Value> {
    let catalogue = world.catalogue();
    let charts: Vec<_> = catalogue
        .charts()
        .iter()
        .filter(|chart| chart.gpt == tachi_core::game::Gpt::IidxSp && chart.is_primary)
        .collect();
    let score = |number: usize| {
        let chart = charts[number % charts.len()];
        json!({
            "matchType": "tachiSongID", "identifier": chart.song_id.0.to_string(), "difficulty": &*chart.difficulty,
            "score": 0, "lamp": "CLEAR", "timeAchieved": 1_600_000_000_000_i64 + number as i64 * 60_000,
        })
    };
    let numbered = |number: usize| {
        let mut score = score(number);
        // Every chart takes as many different scores as there are rounds.
        score["score"] = json!(number / charts.len() % 190);
        let lamps = ["FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR"];
        score["lamp"] = json!(lamps[number / charts.len() / 190 % lamps.len()]);
        score
    };
    (first..first + count).map(numbered).collect()
}

/// The statements of an import of so many new scores.
fn cost(world: &World, first: usize, count: usize) -> u64 {
    let scores = scores(world, first, count);
    let before = world.importer.database().statements();
    let document = world.import(&scores);
    assert_eq!(document.score_ids.len(), count, "{:?}", document.errors.first());
    world.importer.database().statements() - before
}

#[test]
fn an_import_costs_what_it_brings() {
    // Everything stands in one statement for each thousand rows of a table; only scores come in thousands here.
    let empty = [1, 10, 1_000, 20_000].map(|count| cost(&World::new(), 0, count));
    // From 100 scores on, their numbers are asked for once; from 500 elements on, what became of them takes records of
    // its own.
    assert_eq!(empty, [14, 14, 16, 16 + 19]);
}

#[test]
fn what_a_user_has_costs_nothing() {
    let into = |has: usize| {
        let world = World::new();
        world.import(&scores(&world, 30_000, has));
        [(0, 1), (1, 10), (11, 1_000)].map(|(first, count)| cost(&world, first, count))
    };
    let small = into(1_000);
    assert_eq!(small, into(8_000));
    assert_eq!(small, [14, 14, 16]);
}

/// The statements of a live score, BEGIN and COMMIT among them.
fn live_cost(world: &World, number: usize) -> u64 {
    let meta = json!({"game": "iidx", "playtype": "SP", "service": "test"});
    let document = json!({"meta": meta, "scores": scores(world, number, 1)});
    let request = Request { import_type: ImportType::IrDirectManual, ..world.request(&document) };
    let before = world.importer.database().statements();
    assert_eq!(world.importer.import(request).unwrap().score_ids.len(), 1);
    world.importer.database().statements() - before
}

#[test]
fn a_live_score_takes_twelve_statements_with_those_that_begin_and_end_it() {
    on_both(|world| {
        subscribe(world, HARD_CLEAR, no_data());
        // The first makes profile and session, the next extends the session, and the last raises a PB in it.
        let is_listed = |chart: &&Chart| chart.gpt == Gpt::IidxSp && chart.is_primary;
        let charts = world.catalogue().charts().iter().filter(is_listed).count();
        for number in [4, 5, charts + 4] {
            assert_eq!(live_cost(world, number), 12);
        }
    });
}
