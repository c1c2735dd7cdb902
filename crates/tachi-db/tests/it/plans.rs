//! No query that an import makes reads a whole table: the databases say how they would do it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use tachi_core::catalogue::{ChartKey, FolderDocument, GoalDocument, QuestDocument};
use tachi_core::game::Gpt;
use tachi_core::ids::{ImportId, OrphanId, SessionId, UserId};
use tachi_core::import_document::{GoalState, MilestoneState};
use tachi_core::import_type::ImportType;
use tachi_db::background::*;
use tachi_db::catalogue::*;
use tachi_db::clients::*;
use tachi_db::email_codes::*;
use tachi_db::goals::*;
use tachi_db::imports::*;
use tachi_db::jobs::*;
use tachi_db::leaderboards::*;
use tachi_db::oauth_codes::*;
use tachi_db::open::open;
use tachi_db::orphans::*;
use tachi_db::pbs::*;
use tachi_db::profiles::*;
use tachi_db::rivals::*;
use tachi_db::scores::*;
use tachi_db::sessions::*;
use tachi_db::snapshots::*;
use tachi_db::tokens::*;
use tachi_db::ugpt_settings::*;
use tachi_db::users::*;
use tachi_db::{Conn, DbError, FolderKey, GoalKey, ImportKey, ScoreKey, SessionKey};

use crate::support::{TestDatabase, charts, on_both, pb, score};

type Query = (&'static str, fn(&mut Conn) -> Result<(), DbError>);

const USER: UserId = UserId(1);
const GPT: Gpt = Gpt::IidxSp;
const CHARTS: &[ChartKey] = &[ChartKey(1), ChartKey(2), ChartKey(3)];

macro_rules! queries {
    ($($name:ident($($argument:expr),*);)*) => {
        &[$((stringify!($name), |conn| $name(conn $(, $argument)*).map(drop)),)*]
    };
}

const QUERIES: &[Query] = queries! {
    open(USER, &[GPT], CHARTS);
    token_find(&[0; 32]);
    user_by_id(USER);
    user_by_name("player");
    user_by_email("x@example.com");
    scores_known(USER, &[(ChartKey(1), [0; 32]), (ChartKey(2), [1; 32])]);
    scores_by_keys(&[ScoreKey(1), ScoreKey(2)]);
    scores_public_ids(&[ScoreKey(1), ScoreKey(2)]);
    scores_of_charts(USER, CHARTS);
    scores_for_pbs(USER, CHARTS);
    scores_for_pbs_before(USER, CHARTS, 10);
    scores_of_pbs(USER, CHARTS);
    scores_of_session(SessionKey(1));
    scores_of_import(ImportKey(1));
    scores_recent(USER, GPT, 10);
    scores_session_set(&[(ScoreKey(1), None, Some(0)), (ScoreKey(2), None, None)]);
    score_edit(ScoreKey(1), None, false);
    scores_delete(&[ScoreKey(1)]);
    sessions_overlapping(USER, GPT, 0, 10);
    session_by_public_id(SessionId::from_bytes([0; 20]));
    sessions_by_keys(&[SessionKey(1)]);
    sessions_recent(USER, GPT, 10);
    sessions_delete(&[SessionKey(1)]);
    pbs_of_charts(USER, CHARTS);
    pbs_of_folders(USER, &[FolderKey(1)]);
    pb_ranks(USER, CHARTS);
    pb_count_on_chart(ChartKey(1));
    pb_leaderboard(ChartKey(1), 1, 10);
    pbs_delete(USER, CHARTS);
    best_ratings(USER, GPT, &[
        BestWanted { rating: 0, bucket: None, limit: 20 },
        BestWanted { rating: 1, bucket: Some(1), limit: 20 },
    ]);
    profile_get(USER, GPT);
    profile_leaderboard(GPT, 0, 10);
    class_achievements_of_user(USER, 10);
    class_achievements_of_gpt(GPT, 10);
    import_by_public_id(ImportId::from_bytes([0; 20]));
    imports_of_user(USER, ImportFilter::default(), 10);
    import_rows_read(ImportKey(1), None, None, 10);
    import_delete(ImportKey(1));
    orphan_by_id(USER, &OrphanId::new("O"));
    orphans_of_user(USER, None, 10);
    orphans_to_retry(USER, Some((1, &OrphanId::new("O"))), 10);
    orphans_delete_of_import(ImportKey(1));
    background_claim("a", 0);
    background_put_off(ImportId::from_bytes([0; 20]), "a", 0);
    background_delete(ImportId::from_bytes([0; 20]), Some("a"));
    background_exists(ImportId::from_bytes([0; 20]));
    job_claim("orphans", 0, "a", 0);
    client_by_id("CI");
    clients_of_user(USER);
    client_delete("CI");
    tokens_delete_of_client(USER, "CI", 1);
    oauth_code_consume(&[0; 32], "CI", 0);
    oauth_codes_delete_until(0);
    email_code_find(Purpose::Reset, &[0; 32]);
    email_code_delete(&[0; 32]);
    email_codes_delete_until(0);
    ugpt_settings_get(USER, GPT);
    snapshots_since(USER, GPT, 0, 10);
    rivals_in_order(USER, GPT);
    challengers(USER, GPT, 10);
    pbs_best_of_users(&[USER, UserId(2)], GPT, 0, 10);
    goal_subscriptions_touched(USER, &[GPT], CHARTS);
    goal_subscriptions_of_user(USER, GPT);
    quest_subscriptions_of_user(USER, &[GPT]);
    pbs_played(USER, GPT);
    pbs_best(USER, GPT, 0, 10);
    pbs_of_user(USER, GPT);
    pb_players(CHARTS);
    pb_neighbours(ChartKey(1), USER, 5);
    pbs_on_chart(ChartKey(1), &[USER]);
    pb_ranks_of(&[USER, UserId(2)], CHARTS);
    session_score_ids(&[SessionKey(1)]);
    pbs_best_of_all(GPT, 0, 10);
    sessions_best(USER, GPT, 0, 10);
    sessions_highlighted(USER, GPT, 10);
    sessions_names(USER, GPT);
    sessions_playtime(USER, GPT);
    sessions_count_of_user(USER);
    score_first(USER, GPT);
    scores_latest_on(USER, GPT, CHARTS, 10);
    scores_latest_on(USER, GPT, &[ChartKey(1); 400], 10);
    scores_each(USER, GPT, |_| Ok(()));
    scores_counts_by_chart(USER);
    scores_count_of_user(USER);
    profile_ranks(USER, &[GPT]);
    profile_standings(GPT, 0, 10);
    profile_neighbours(USER, GPT, (0, None), 5);
    profiles_of_users(GPT, &[USER]);
    imports_latest(ImportFilter { import_type: Some(ImportType::FileBatchManual), user_intent: None }, 10);
    imports_count_by_type(USER, 0);
    trackers_latest(TrackerKind::Failed, ImportFilter::default(), 10);
    folders_all_of_gpt(GPT);
    folders_of_chart(ChartKey(1));
    folders_of_charts(CHARTS);
    scores_each_before(USER, CHARTS, 10, |_| Ok(()));
};

struct Record(Arc<Mutex<Vec<String>>>);

impl Instrumentation for Record {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split(" -- binds").next().unwrap().to_owned();
            let sql = sql.split("-- binds").next().unwrap().to_owned();
            self.0.lock().unwrap().push(sql);
        }
    }
}

/// The statements that a function sends.
fn statements(conn: &mut Conn, query: fn(&mut Conn) -> Result<(), DbError>) -> Vec<String> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    conn.set_instrumentation(Record(Arc::clone(&seen)));
    query(conn).unwrap();
    conn.set_instrumentation(Record(Arc::new(Mutex::new(Vec::new()))));
    let seen = seen.lock().unwrap();
    seen.iter()
        .filter(|sql| ["SELECT", "WITH", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb)))
        .cloned()
        .collect()
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The steps of a plan that read a whole table or index.
fn scans(conn: &mut Conn, sql: &str) -> Vec<String> {
    if matches!(conn, Conn::Sqlite(_)) {
        let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).unwrap();
        let steps = steps.into_iter().map(|step| step.detail).filter(|step| step.starts_with("SCAN"));
        let steps = steps.filter(|step| !step.ends_with("CONSTANT ROWS"));
        // Lists that are passed in, results of inner queries, and rows that stand in no table.
        let harmless = [
            "SCAN k VIRTUAL TABLE",
            "SCAN json_each VIRTUAL TABLE",
            "SCAN best",
            "SCAN ranked",
            "SCAN (subq",
            "SCAN CONSTANT ROW",
            "SCAN once",
            "SCAN w",
            "SCAN mine",
        ];
        return steps.filter(|step| !harmless.iter().any(|harmless| step.starts_with(harmless))).collect();
    }
    let count = (1..).take_while(|number| sql.contains(&format!("${number}"))).count();
    let nulls = vec!["NULL"; count].join(",");
    let execute = if count == 0 { "p".to_owned() } else { format!("p({nulls})") };
    conn.batch_execute(&format!("PREPARE p AS {sql}")).unwrap();
    let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN EXECUTE {execute}")).load(conn).unwrap();
    conn.batch_execute("DEALLOCATE p").unwrap();
    let mut scans = Vec::new();
    for (at, Line { line }) in lines.iter().enumerate() {
        // An index that is read from end to end has no condition.
        let condition = lines.get(at + 1).is_some_and(|next| next.line.contains("Index Cond"));
        // There are a few hundred goals and quests, however many users there are.
        if line.contains(" on goals ") || line.contains(" on quests ") {
            continue;
        }
        if line.contains("Seq Scan") || (line.contains("Index") && line.contains("Scan") && !condition) {
            scans.push(line.trim().to_owned());
        }
    }
    scans
}

/// Rows enough that reading all of them is never the best plan.
fn fill(db: &TestDatabase) {
    let users: Vec<UserId> = (0..20).map(|number| db.user(&format!("player{number}"))).collect();
    let charts = charts(db, 100);
    let (goals, quests) = fill_goals(db, &charts);
    fill_rivals(db, &users);
    for (number, user) in (0..).zip(users) {
        let scores: Vec<Score> = charts.iter().map(|chart| score(user, *chart, 50, "CLEAR", Some(1))).collect();
        let rated = |chart: &ChartKey| StoredPb {
            ratings: [Some(f64::from(chart.0)), None, None, None].into(),
            ..pb(user, *chart, 50, "CLEAR", Some(1))
        };
        let pbs: Vec<StoredPb> = charts.iter().map(rated).collect();
        let ratings_of_profile = [Some(f64::from(number)), None, None, None].into();
        let profile = Profile { user, gpt: GPT, ratings: ratings_of_profile, classes: BTreeMap::new() };
        let token =
            NewToken { hash: [number; 32], user, identifier: "", permissions: &[], client_id: None, created_at: 0 };
        let state = GoalState {
            progress: None,
            progress_human: String::new(),
            out_of: 1.0,
            out_of_human: String::new(),
            achieved: false,
        };
        let goals: Vec<GoalSubscription> = goals
            .iter()
            .map(|goal| GoalSubscription {
                user,
                goal: *goal,
                state: state.clone(),
                time_achieved: None,
                last_interaction: None,
                was_instantly_achieved: false,
                was_assigned_standalone: true,
            })
            .collect();
        let quests: Vec<QuestSubscription> = quests
            .iter()
            .map(|quest| QuestSubscription {
                user,
                quest: quest.quest_id.clone(),
                state: MilestoneState { progress: 0, achieved: false },
                time_achieved: None,
                last_interaction: None,
                was_instantly_achieved: false,
            })
            .collect();
        db.write(|conn| {
            token_insert(conn, &token)?;
            scores_insert(conn, &scores)?;
            pbs_upsert(conn, &pbs)?;
            profile_upsert(conn, &profile)?;
            goal_subscriptions_upsert(conn, &goals)?;
            quest_subscriptions_upsert(conn, &quests)
        });
    }
}

/// Everybody is everybody's rival.
fn fill_rivals(db: &TestDatabase, users: &[UserId]) {
    db.write(|conn| {
        for user in users {
            let rivals: Vec<UserId> = users.iter().filter(|other| *other != user).copied().collect();
            rivals_replace(conn, *user, GPT, &rivals)?;
        }
        Ok(())
    });
}

/// Goals on charts and on folders, and quests.
fn fill_goals(db: &TestDatabase, charts: &[ChartKey]) -> (Vec<GoalKey>, Vec<QuestDocument>) {
    let folder = |number: i32| {
        let document = json!({
            "folderID": format!("F{number}"), "title": "t", "game": "iidx", "playtype": "SP", "inactive": false,
            "searchTerms": [], "type": "static", "data": [],
        });
        serde_json::from_value::<FolderDocument>(document).unwrap()
    };
    let folders: Vec<FolderDocument> = (0..100).map(folder).collect();
    db.write(|conn| folders_replace(conn, &folders));
    let members: Vec<_> = db.read(folders_all).into_iter().map(|(key, _)| (key, charts[..40].to_vec())).collect();
    db.write(|conn| folder_charts_replace(conn, &members));
    let goal = |number: i32| {
        let on_chart = json!({"type": "single", "data": format!("chart{:06}", number % 100 + 1)});
        let on_folder = json!({"type": "folder", "data": format!("F{}", number % 100)});
        let document = json!({
            "goalID": format!("G{number}"), "game": "iidx", "playtype": "SP", "name": "n",
            "charts": if number < 200 { on_chart } else { on_folder },
            "criteria": {"mode": "single", "key": "lamp", "value": 5},
        });
        serde_json::from_value::<GoalDocument>(document).unwrap()
    };
    let goals: Vec<GoalDocument> = (0..400).map(goal).collect();
    db.write(|conn| goals_replace(conn, &goals));
    let ids: Vec<_> = goals.iter().take(50).map(|goal| goal.goal_id.clone()).collect();
    let keys = db.read(|conn| goals_by_ids(conn, &ids)).into_iter().map(|(key, _)| key).collect();
    let quest = |number: i32| {
        let document = json!({
            "questID": format!("quest{number}"), "game": "iidx", "playtype": "SP", "name": "n", "desc": "",
            "questData": [],
        });
        serde_json::from_value::<QuestDocument>(document).unwrap()
    };
    let quests: Vec<QuestDocument> = (0..400).map(quest).collect();
    db.write(|conn| quests_replace(conn, &quests));
    (keys, quests[..20].to_vec())
}

#[test]
fn no_query_of_an_import_reads_a_whole_table() {
    on_both(|db| {
        fill(db);
        let problems = db.database.write_rolled_back(std::time::Duration::from_secs(20), |conn| {
            if db.is_postgres {
                let settings = "ANALYZE; SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan";
                conn.batch_execute(settings)?;
            }
            // The check sees what it looks for.
            let everything = statements(conn, |conn| orphans_users(conn).map(drop));
            assert!(!scans(conn, &everything[0]).is_empty());
            let mut problems = Vec::new();
            for (name, query) in QUERIES {
                let statements = statements(conn, *query);
                assert!(!statements.is_empty(), "{name}");
                for sql in statements {
                    for scan in scans(conn, &sql) {
                        problems.push(format!("{name}: {scan}\n    {sql}"));
                    }
                }
            }
            Ok::<_, DbError>(problems)
        });
        let problems = problems.unwrap();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    });
}
