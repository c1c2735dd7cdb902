//! The check names every invariant that is broken.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;
use tachi_import::check::Invariant;

use crate::goals::{HARD_CLEAR, no_data, subscribe, subscribe_to_first_steps};
use crate::support::{World, on_both, score, with};

const T0: i64 = 1_619_454_485_988;

/// A statement that breaks an invariant, and the one it breaks. Others may break with it.
const BREAKS: &[(&str, Invariant)] = &[
    ("UPDATE scores SET chart_key = -1", Invariant::ScoreChart),
    ("UPDATE scores SET score = score + 1", Invariant::DedupKey),
    ("UPDATE scores SET score = score + 1", Invariant::ScoreIdOfChart),
    ("UPDATE scores SET percent = 1", Invariant::Derived),
    ("UPDATE scores SET ratings = '[1,1,1]'", Invariant::Derived),
    ("UPDATE scores SET time_achieved = NULL", Invariant::Membership),
    ("UPDATE scores SET session_pos = NULL", Invariant::Membership),
    ("UPDATE scores SET session_id = NULL, session_pos = NULL", Invariant::SessionEmpty),
    ("UPDATE scores SET session_pos = 0", Invariant::SessionPositions),
    ("UPDATE sessions SET time_ended = time_started", Invariant::SessionBounds),
    ("UPDATE sessions SET gpt = 1", Invariant::SessionMembers),
    ("UPDATE sessions SET ratings = '[1]'", Invariant::SessionRatings),
    ("UPDATE sessions SET best = '[[1]]'", Invariant::SessionRatings),
    ("UPDATE sessions SET next_pos = 0", Invariant::SessionPositions),
    ("UPDATE pbs SET score = 1", Invariant::Pb),
    ("UPDATE pbs SET time_achieved = 5", Invariant::Pb),
    ("UPDATE pbs SET highlight = NOT highlight", Invariant::Pb),
    ("UPDATE pbs SET part1 = part0 + 1000", Invariant::PbComposition),
    ("UPDATE pbs SET rank0 = 1", Invariant::PbRank),
    ("UPDATE pbs SET rating0 = 1", Invariant::PbRatings),
    ("UPDATE pbs SET bucket = 1", Invariant::PbRatings),
    ("UPDATE profiles SET ratings = '[1,1,1]'", Invariant::ProfileRatings),
    ("UPDATE profiles SET rating0 = 1", Invariant::ProfileRank),
    ("UPDATE profiles SET classes = '{\"dan\":\"DAN_99\"}'", Invariant::Classes),
    ("UPDATE goal_subscriptions SET progress = 99", Invariant::Goals),
    ("UPDATE goal_subscriptions SET time_achieved = NULL", Invariant::Goals),
    ("UPDATE quest_subscriptions SET progress = 99", Invariant::Milestones),
    ("UPDATE imports SET counts = '{\"new\":7}'", Invariant::ImportCounts),
    ("UPDATE imports SET rows = '[]'", Invariant::ImportCounts),
    ("UPDATE imports SET counts = '{}'", Invariant::ImportScores),
    ("UPDATE orphans SET data = '{}'", Invariant::OrphanId),
    ("UPDATE scores SET data = 'x'", Invariant::Readable),
    ("DELETE FROM profiles", Invariant::References),
    ("DELETE FROM pbs", Invariant::References),
];

fn execute(world: &World, sql: &str) {
    if world.url.starts_with("postgres") {
        PgConnection::establish(&world.url).unwrap().batch_execute(sql).unwrap();
    } else {
        SqliteConnection::establish(&world.url).unwrap().batch_execute(sql).unwrap();
    }
}

/// What the statements break.
fn fill(world: &World) {
    subscribe(world, HARD_CLEAR, no_data());
    subscribe_to_first_steps(world);
    let at = |ex: i64, time: i64| with(score("ANOTHER", ex, "CLEAR"), &json!({ "timeAchieved": time }));
    let unknown = with(score("ANOTHER", 500, "CLEAR"), &json!({"identifier": "900001"}));
    let hard = with(score("ANOTHER", 1200, "HARD CLEAR"), &json!({ "timeAchieved": T0 + 2 }));
    world.import(&[at(1000, T0), at(1100, T0 + 1), hard, unknown]);
    assert_eq!(world.findings(), []);
}

#[test]
fn every_broken_invariant_is_named() {
    on_both(|world| {
        fill(world);
        for (sql, invariant) in BREAKS {
            save(world);
            execute(world, sql);
            let named: Vec<&str> = world.findings().iter().map(|finding| finding.invariant.name()).collect();
            assert!(named.contains(&invariant.name()), "{sql}: {invariant} is not among {named:?}");
            restore(world);
            assert_eq!(world.findings(), [], "{sql}");
        }
    });
}

/// The tables that the statements change, parents first.
const TABLES: &[&str] = &[
    "imports",
    "import_rows",
    "orphans",
    "sessions",
    "scores",
    "profiles",
    "pbs",
    "goal_subscriptions",
    "quest_subscriptions",
];

fn save(world: &World) {
    let save = |table: &&str| {
        format!("DROP TABLE IF EXISTS saved_{table}; CREATE TABLE saved_{table} AS SELECT * FROM {table}")
    };
    execute(world, &TABLES.iter().map(save).collect::<Vec<_>>().join(";"));
}

fn restore(world: &World) {
    let delete = TABLES.iter().rev().map(|table| format!("DELETE FROM {table}"));
    let insert = TABLES.iter().map(|table| format!("INSERT INTO {table} SELECT * FROM saved_{table}"));
    execute(world, &delete.chain(insert).collect::<Vec<_>>().join(";"));
}
