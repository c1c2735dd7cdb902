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
    let world = World::new();
    world.import(&scores(&world, 0, 1));
    let counts: Vec<u64> = [1, 10, 1_000, 20_000].into_iter().map(|count| cost(&World::new(), 0, count)).collect();
    // What the lock, the stages and the transaction take, and one statement for every thousand rows of a table.
    assert_eq!(counts, [1, 10, 1_000, 20_000].map(expected), "{counts:?}");
    // The same imports into a profile that has some already.
    let large = World::new();
    large.import(&scores(&large, 30_000, 5_000));
    let again: Vec<u64> = [(0, 1), (10, 10), (100, 1_000)].map(|(first, count)| cost(&large, first, count)).to_vec();
    assert_eq!(again, counts[..3].iter().map(|count| count + 0).collect::<Vec<_>>());
}

fn expected(count: usize) -> u64 {
    25 + 3 * (count as u64).div_ceil(1000)
}
