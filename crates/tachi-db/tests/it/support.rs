//! What the tests share.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::{Map, json};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::{ChartId, UserId};
use tachi_core::import_type::ImportType;
use tachi_core::score::ScoreData;
use tachi_core::score_id::{dedup_key, score_id};
use tachi_db::catalogue::{catalogue_load, songs_and_charts_replace};
use tachi_db::pbs::StoredPb;
use tachi_db::scores::Score;
use tachi_db::users::{NewUser, user_insert};
use tachi_db::{Conn, Database, DbError, Options};
use tempfile::TempDir;

use crate::postgres::{PostgresDatabase, postgres_database};

/// How long tests wait for their turn to write.
pub const WAIT: Duration = Duration::from_secs(20);

/// A database of one test.
pub struct TestDatabase {
    pub database: Database,
    pub url: String,
    pub is_postgres: bool,
    _folder: Option<TempDir>,
    _postgres: Option<PostgresDatabase>,
}

/// Counts statements, as tests of what things cost need it.
pub fn options() -> Options {
    Options { count_statements: true, ..Options::default() }
}

/// Runs a test on each kind of database, one after the other.
#[track_caller]
pub fn on_both(test: impl Fn(&TestDatabase)) {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("test.db").display().to_string();
    let database = Database::open(&url, &options()).unwrap();
    test(&TestDatabase { database, url, is_postgres: false, _folder: Some(folder), _postgres: None });
    if let Some(postgres) = postgres_database() {
        let url = postgres.url.clone();
        let database = Database::open(&url, &options()).unwrap();
        test(&TestDatabase { database, url, is_postgres: true, _folder: None, _postgres: Some(postgres) });
    }
}

impl TestDatabase {
    /// A transaction that must succeed.
    #[track_caller]
    pub fn write<T>(&self, f: impl FnMut(&mut Conn) -> Result<T, DbError>) -> T {
        self.database.write(WAIT, f).unwrap()
    }

    /// Queries that must succeed.
    #[track_caller]
    pub fn read<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> T {
        self.database.read(f).unwrap()
    }

    /// How many statements `f` takes, and what it returns.
    pub fn count<T>(&self, f: impl FnOnce(&Self) -> T) -> (u64, T) {
        let before = self.database.statements();
        let value = f(self);
        (self.database.statements() - before, value)
    }

    /// A user of that name.
    #[track_caller]
    pub fn user(&self, username: &str) -> UserId {
        self.write(|conn| user_insert(conn, &NewUser { username, ..NewUser::default() }))
    }
}

impl TestDatabase {
    /// Removes a user. No program does that; what belongs to users has to go with them all the same.
    #[track_caller]
    pub fn remove_user(&self, user: UserId) {
        self.write(|conn| Ok(conn.batch_execute(&format!("DELETE FROM users WHERE id = {user}"))?));
    }
}

/// The charts of songs 1 to `count`, under the keys they got.
pub fn charts(db: &TestDatabase, count: i32) -> Vec<ChartKey> {
    let songs: Vec<_> = (1..=count).map(crate::catalogue::song).collect();
    let charts: Vec<_> = (1..=count).map(|id| crate::catalogue::chart(&format!("chart{id:06}"), id, &["27"])).collect();
    db.write(|conn| songs_and_charts_replace(conn, Game::Iidx, Some(&songs), Some(&charts)));
    let catalogue = db.read(catalogue_load);
    let key = |id: i32| catalogue.chart(catalogue.chart_by_id(&ChartId::new(format!("chart{id:06}"))).unwrap()).key;
    (1..=count).map(key).collect()
}

/// Score data with an EX score on 786 notes, and a lamp.
pub fn data(score: u32, lamp: &str) -> ScoreData {
    let mut data = ScoreData::new(Gpt::IidxSp.config());
    let percent = f64::from(score) * 100.0 / 1572.0;
    for (name, value) in
        [("score", json!(score)), ("lamp", json!(lamp)), ("percent", json!(percent)), ("grade", json!("A"))]
    {
        data.set_json(name, &value).unwrap();
    }
    data
}

/// A score.
pub fn score(user: UserId, chart: ChartKey, ex_score: u32, lamp: &str, time: Option<i64>) -> Score {
    let mut data = data(ex_score, lamp);
    data.set_json("bp", &json!(3)).unwrap();
    data.set_judgement(0, 700);
    let chart_id = ChartId::new(format!("chart with the key {}", chart.0));
    let key = dedup_key(user, &chart_id, &data);
    Score {
        id: score_id(user, &chart_id, &data, key),
        dedup_key: key,
        user,
        chart,
        import: None,
        session: None,
        session_pos: None,
        time_achieved: time,
        time_added: 1000,
        import_type: ImportType::FileBatchManual,
        service: "tests".to_owned(),
        comment: None,
        highlight: false,
        data,
        score_meta: Map::new(),
        ratings: [Some(10.5), None, Some(0.0), None].into(),
    }
}

/// A PB of one score.
pub fn pb(user: UserId, chart: ChartKey, ex_score: u32, lamp: &str, time: Option<i64>) -> StoredPb {
    let score = score(user, chart, ex_score, lamp, time);
    StoredPb {
        user,
        chart,
        is_primary: true,
        highlight: false,
        time_achieved: time,
        data: score.data,
        ratings: score.ratings,
        composed: vec![("Best Score".to_owned(), tachi_db::ScoreKey(1))],
        bucket: 0,
    }
}
