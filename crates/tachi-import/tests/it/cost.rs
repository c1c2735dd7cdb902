//! How many statements an import takes: it depends on what it brings, never on what the user already has.
//! Source: `spec/pipeline.md` 1.

use serde_json::{Value, json};

use crate::support::World;

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
    // A profile that is too small to be rated has its ratings removed, a statement that the larger ones save.
    assert_eq!(empty, [27, 27, 26, 26 + 19]);
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
    // The scores that the old PBs are made of are read, and those of the session that is extended.
    assert_eq!(small, [27, 28, 28]);
}
