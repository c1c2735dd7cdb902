//! Moving a database. Each test copies between all pairs of kinds that there are.

use std::collections::BTreeMap;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Text};
use tachi_core::ids::UserId;
use tachi_db::copy::{CopiedTable, CopyError, Progress, Step, copy};
use tachi_db::users::{NewUser, user_by_id, user_insert};
use tachi_db::{Database, Options, Target};
use tempfile::TempDir;

use crate::dump::dump;
use crate::postgres::{PostgresDatabase, empty_postgres_database};
use crate::support::{TestDatabase, WAIT, on_both};

/// Where a copy goes: a file that does not exist, or a database without any schema.
struct Goal {
    url: String,
    folder: TempDir,
    postgres: Option<PostgresDatabase>,
}

impl Goal {
    fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    fn open(&self) -> Database {
        Database::open(&self.url, &Options::default()).unwrap()
    }

    /// The files that are there.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Everything in it.
    fn dump(&self) -> Vec<String> {
        self.open().read(|conn| dump(conn, &[])).unwrap()
    }
}

/// A goal of each kind.
fn goals() -> Vec<Goal> {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("copy.db").display().to_string();
    let mut goals = vec![Goal { url, folder, postgres: None }];
    goals.extend(empty_postgres_database().map(|postgres| {
        let url = postgres.url.clone();
        Goal { url, folder: tempfile::tempdir().unwrap(), postgres: Some(postgres) }
    }));
    goals
}

/// Runs a test for each kind of source and each kind of target.
fn on_all(test: impl Fn(&TestDatabase, &Goal)) {
    for goal_of_kind in 0..goals().len() {
        on_both(|source| test(source, &goals()[goal_of_kind]));
    }
}

fn copied(from: &str, to: &str) -> BTreeMap<String, CopiedTable> {
    let tables = copy(from, to, &mut |_| {}).unwrap();
    tables.into_iter().map(|table| (table.name.clone(), table)).collect()
}

fn refused(from: &str, to: &str) -> CopyError {
    copy(from, to, &mut |_| {}).unwrap_err()
}

/// Runs statements on a connection without the program's settings: SQLite checks no reference then.
fn execute(url: &str, sql: &str) {
    match Target::parse(url).unwrap() {
        Target::Postgres(url) => PgConnection::establish(&url).unwrap().batch_execute(sql).unwrap(),
        Target::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
            conn.batch_execute(sql).unwrap();
        }
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Real {
    #[diesel(sql_type = Double)]
    real: f64,
}

fn number(db: &Database, sql: &str) -> i64 {
    db.read(|conn| Ok::<_, tachi_db::DbError>(diesel::sql_query(sql).get_result::<Number>(conn)?.number)).unwrap()
}

#[test]
fn every_table_is_copied() {
    on_all(|source, goal| {
        let copied = copied(&source.url, &goal.url);
        let sql = if source.is_postgres {
            "SELECT table_name::text AS name FROM information_schema.tables \
             WHERE table_schema = 'public' AND left(table_name, 2) <> '__'"
        } else {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' \
             ESCAPE '\\'"
        };
        let tables: Vec<Name> = source.read(|conn| Ok(diesel::sql_query(sql).load(conn)?));
        assert!(tables.len() >= 30 && tables.len() == copied.len(), "{} {}", tables.len(), copied.len());
        assert!(tables.iter().all(|table| copied.contains_key(&table.name)));
        assert_eq!(copied["meta"].rows, 1);
    });
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// A value that fits a column, and what refers to it. What a new table checks has to be added here.
fn value(column: &Column) -> &'static str {
    match (column.place.as_str(), column.name.as_str(), column.kind.as_str()) {
        ("priv_svc_kai_auth_token", "service", _) => "'FLO'",
        ("priv_svc_cg_card_info", "service", _) => "'dev'",
        ("email_codes", "purpose", _) => "'reset'",
        ("scores" | "score_blacklist", "score_id", _) => "zeroblob(33)",
        (_, _, "INTEGER") => "1",
        (_, _, "REAL") => "0.5",
        (_, _, "TEXT") => "'x'",
        _ => "zeroblob(32)",
    }
}

#[test]
fn a_row_of_every_table_goes_to_postgres_and_back() {
    let Some(postgres) = empty_postgres_database() else { return };
    on_both(|source| {
        if source.is_postgres {
            return;
        }
        let columns: Vec<Column> = source.read(|conn| {
            let sql = "SELECT t.name AS place, c.name AS name, c.type AS kind \
                FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
            Ok(diesel::sql_query(sql).load(conn)?)
        });
        let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for column in &columns {
            rows.entry(&column.place).or_default().push(value(column));
        }
        let insert =
            |(table, values): (&&str, &Vec<&str>)| format!("INSERT INTO {table} VALUES ({});", values.join(", "));
        execute(&source.url, &rows.iter().map(insert).collect::<String>());
        let there = copied(&source.url, &postgres.url);
        assert!(there.values().all(|table| table.rows == 1 + u64::from(table.name == "meta")), "{there:?}");
        let folder = tempfile::tempdir().unwrap();
        let back = folder.path().join("back.db").display().to_string();
        assert_eq!(copied(&postgres.url, &back), there);
        let back = Database::open(&back, &Options::default()).unwrap();
        assert_eq!(back.read(|conn| dump(conn, &[])).unwrap(), source.read(|conn| dump(conn, &[])));
    });
}

/// Values that representations could bend.
fn extremes(source: &TestDatabase) {
    let user = source.user("extremes").0;
    let (yes, no) = if source.is_postgres { ("TRUE", "FALSE") } else { ("1", "0") };
    let blob = if source.is_postgres { "'\\x00ff0a'::bytea" } else { "x'00ff0a'" };
    let empty = if source.is_postgres { "''::bytea" } else { "x''" };
    let reals = ["5e-324", "-1.7976931348623157e308", "0.1", "0.30000000000000004", "100.0", "-0.0"];
    let mut sql = String::new();
    for (number, real) in reals.iter().enumerate() {
        let (achieved, other) = if number % 2 == 0 { (yes, no) } else { (no, yes) };
        sql += &format!(
            "INSERT INTO goals (goal_id, gpt, document, content_hash) VALUES ('g{number}', 1, 'ü🎵\"''\\', {blob}); \
             INSERT INTO goal_subscriptions (user_id, goal_key, achieved, time_achieved, last_interaction, progress, \
                progress_human, out_of, out_of_human, was_instantly_achieved, was_assigned_standalone) \
             SELECT {user}, key, {achieved}, -9223372036854775807, 9223372036854775807, {real}, '', {real}, '', \
                {other}, {yes} FROM goals WHERE goal_id = 'g{number}';"
        );
    }
    sql += &format!("INSERT INTO songs (game, id, document, content_hash) VALUES (32767, -2147483648, '', {empty});");
    execute(&source.url, &sql);
}

#[test]
fn values_arrive_as_they_are() {
    on_all(|source, goal| {
        extremes(source);
        let sums = copied(&source.url, &goal.url);
        let copy = goal.open();
        let reals: Vec<Real> = copy
            .read(|conn| {
                let sql = "SELECT progress AS real FROM goal_subscriptions ORDER BY goal_key";
                Ok::<_, tachi_db::DbError>(diesel::sql_query(sql).load(conn)?)
            })
            .unwrap();
        let bits: Vec<u64> = reals.iter().map(|row| (row.real + 0.0).to_bits()).collect();
        let expected = [5e-324, -f64::MAX, 0.1, 0.1 + 0.2, 100.0, 0.0];
        assert_eq!(bits, expected.map(f64::to_bits));
        assert_eq!(number(&copy, "SELECT MAX(last_interaction) AS number FROM goal_subscriptions"), i64::MAX);
        let yes = if goal.is_postgres() { "achieved" } else { "achieved = 1" };
        let sql = format!("SELECT count(*) AS number FROM goal_subscriptions WHERE {yes}");
        assert_eq!(number(&copy, &sql), 3);
        drop(copy);

        // Back in a file, everything is as it was, and sums do not depend on the kind of database.
        let folder = tempfile::tempdir().unwrap();
        let back = folder.path().join("back.db").display().to_string();
        assert_eq!(copied(&goal.url, &back), sums);
        if !source.is_postgres {
            let back = Database::open(&back, &Options::default()).unwrap();
            assert_eq!(back.read(|conn| dump(conn, &[])).unwrap(), source.read(|conn| dump(conn, &[])));
        }
    });
}

#[test]
fn more_rows_than_one_statement_takes_are_copied() {
    on_all(|source, goal| {
        let numbers = if source.is_postgres {
            "generate_series(1, 2500) AS n(i)".to_owned()
        } else {
            "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2500) SELECT i FROM c) n"
                .to_owned()
        };
        execute(&source.url, &format!("INSERT INTO meta (key, value) SELECT 'key ' || n.i, 'value' FROM {numbers}"));
        let mut seen: Vec<(Step, u64, u64)> = Vec::new();
        let tables =
            copy(&source.url, &goal.url, &mut |at: Progress<'_>| seen.push((at.step, at.done, at.all))).unwrap();
        assert!(tables.iter().any(|table| table.name == "meta" && table.rows == 2501));
        assert_eq!(seen.last(), Some(&(Step::Comparing, 5002, 5002)));
        assert!(seen.iter().any(|(step, done, _)| *step == Step::Copying && (1..2501).contains(done)), "no progress");
        assert!(seen.is_sorted_by_key(|(_, done, _)| *done));
    });
}

#[test]
fn numbers_are_never_given_twice() {
    on_all(|source, goal| {
        let (first, last) = (source.user("first"), source.user("last"));
        let ids = "INSERT INTO sessions (session_id, user_id, gpt, name, highlight, time_inserted, time_started, \
            time_ended, ratings, next_pos, best) SELECT 'Q1', id, 1, '', false, 0, 0, 0, '[]', 0, '[]' FROM users \
            WHERE username = 'first'";
        execute(&source.url, ids);
        execute(&source.url, "DELETE FROM users WHERE username = 'last'");
        copied(&source.url, &goal.url);
        let add = |db: &Database, username: &str| -> UserId {
            db.write(WAIT, |conn| user_insert(conn, &NewUser { username, ..NewUser::default() })).unwrap()
        };
        let copy = goal.open();
        assert_eq!(copy.read(|conn| user_by_id(conn, first)).unwrap().unwrap().username, "first");
        assert_eq!(add(&copy, "next"), UserId(last.0 + 1));
        copy.write(WAIT, |conn| Ok::<_, tachi_db::DbError>(conn.batch_execute(&ids.replace("Q1", "Q2"))?)).unwrap();
        assert_eq!(number(&copy, "SELECT MAX(id) AS number FROM sessions"), 2);
    });
}

#[test]
fn a_copy_sees_the_source_at_one_moment() {
    on_all(|source, goal| {
        source.user("before");
        let late = std::cell::Cell::new(false);
        copy(&source.url, &goal.url, &mut |at| {
            if !late.replace(true) {
                assert_eq!((at.step, at.done), (Step::Copying, 0));
                source.user("meanwhile");
            }
        })
        .unwrap();
        assert_eq!(number(&goal.open(), "SELECT count(*) AS number FROM users"), 1);
        assert_eq!(number(&source.database, "SELECT count(*) AS number FROM users"), 2);
    });
}

#[test]
fn a_target_that_holds_something_is_refused() {
    on_all(|source, goal| {
        source.user("source");
        let user = goal.open().write(WAIT, |conn| user_insert(conn, &NewUser { username: "x", ..NewUser::default() }));
        let before = goal.dump();
        let error = refused(&source.url, &goal.url);
        assert!(matches!(&error, CopyError::NotEmpty { table, .. } if table == "users"), "{error}");
        assert!(error.to_string().contains("is not empty"), "{error}");
        assert_eq!(goal.dump(), before);
        // What the migrations put there is no content, but what became of it is.
        execute(&goal.url, &format!("DELETE FROM users WHERE id = {}", user.unwrap().0));
        execute(&goal.url, "UPDATE meta SET value = '7'");
        let error = refused(&source.url, &goal.url);
        assert!(matches!(&error, CopyError::NotEmpty { table, .. } if table == "meta"), "{error}");
        execute(&goal.url, "UPDATE meta SET value = '0'");
        copied(&source.url, &goal.url);
    });
}

/// What is left at a target after a failure: nothing.
fn is_empty(goal: &Goal) {
    assert_eq!(goal.files(), [""; 0]);
    let fresh = if goal.is_postgres() { "meta: (catalogue_version,0)" } else { "meta: 'catalogue_version','0'" };
    assert_eq!(goal.dump(), [fresh]);
}

#[test]
fn a_row_that_the_target_refuses_is_named() {
    on_both(|source| {
        // PostgreSQL would not have taken any of these in the first place.
        if source.is_postgres {
            return;
        }
        let user = source.user("player").0;
        let tracker = |id: &str, kind: &str, user: &str, intent: &str| {
            format!(
                "INSERT INTO import_trackers (import_id, kind, import_type, user_id, user_intent, time_started, \
                 instance) VALUES ('{id}', {kind}, 'x', {user}, {intent}, 0, '')"
            )
        };
        let user = user.to_string();
        let good: Vec<String> = (0..2000).map(|id| tracker(&format!("good {id}"), "1", &user, "1")).collect();
        execute(&source.url, &format!("BEGIN; {}; COMMIT", good.join(";")));
        let postgres_only = [("1", user.as_str(), "2", "Boolean"), ("99999", &user, "0", "Small")];
        let both = [("1", "77", "0", "")];
        for (kind, user, intent, reason) in postgres_only.into_iter().chain(both) {
            execute(&source.url, &tracker("bad", kind, user, intent));
            for goal in goals().into_iter().filter(|goal| reason.is_empty() || goal.is_postgres()) {
                let error = refused(&source.url, &goal.url);
                let CopyError::Refused { table, key, reason: said } = &error else { panic!("{error}") };
                assert_eq!((table.as_str(), key.as_str()), ("import_trackers", "import_id \"bad\""), "{error}");
                assert!(said.contains(reason), "{error}");
                is_empty(&goal);
            }
            execute(&source.url, "DELETE FROM import_trackers WHERE import_id = 'bad'");
        }
    });
}

#[test]
fn a_reference_that_is_checked_at_the_end_only_is_named() {
    on_both(|source| {
        if source.is_postgres {
            return;
        }
        let user = source.user("player").0;
        execute(
            &source.url,
            &format!(
                "INSERT INTO orphans (orphan_id, user_id, import_type, game, data, context, time_inserted, import_id) \
                 VALUES ('O1', {user}, 'x', 1, '', '', 0, 42)"
            ),
        );
        for goal in goals() {
            let error = refused(&source.url, &goal.url);
            let CopyError::Refused { table, key, reason } = &error else { panic!("{error}") };
            assert_eq!((table.as_str(), key.as_str()), ("orphans", "id 1"), "{error}");
            assert!(reason.contains("imports"), "{error}");
            is_empty(&goal);
        }
    });
}

#[test]
fn what_arrives_otherwise_than_it_was_sent_is_noticed() {
    on_all(|source, goal| {
        source.user("player");
        drop(goal.open());
        execute(
            &goal.url,
            if goal.is_postgres() {
                "CREATE FUNCTION bend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.about := 'bent'; RETURN NEW; END $$; \
             CREATE TRIGGER bend BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION bend()"
            } else {
                "CREATE TRIGGER bend AFTER INSERT ON users BEGIN UPDATE users SET about = 'bent' WHERE id = NEW.id; END"
            },
        );
        let before = goal.dump();
        let error = refused(&source.url, &goal.url);
        assert!(matches!(&error, CopyError::Different { table, .. } if table == "users"), "{error}");
        assert_eq!(goal.dump(), before);
    });
}

#[test]
fn a_table_that_only_one_side_has_is_refused() {
    on_all(|source, goal| {
        execute(&source.url, "CREATE TABLE mine (id INTEGER NOT NULL PRIMARY KEY)");
        let error = refused(&source.url, &goal.url);
        assert!(error.to_string().contains("only the source has a table mine"), "{error}");
        execute(&source.url, "DROP TABLE mine; ALTER TABLE meta ADD COLUMN more TEXT");
        let error = refused(&source.url, &goal.url);
        assert!(error.to_string().contains("meta.more"), "{error}");
    });
}

#[test]
fn a_source_has_to_exist_and_to_be_another_database() {
    on_both(|source| {
        let error = refused(&source.url, &source.url);
        assert!(matches!(error, CopyError::Same { .. }), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.db");
        let error = refused(&missing.display().to_string(), &source.url);
        assert!(error.to_string().contains("there is no such file"), "{error}");
        let nowhere = refused(&source.url, "postgre://nowhere/copy.db");
        assert!(nowhere.to_string().contains("postgres://USER@HOST/NAME"), "{nowhere}");
        assert!(!Path::new(&missing).exists());
    });
}

#[test]
fn the_counter_of_a_file_that_comes_back_is_the_same() {
    let Some(postgres) = empty_postgres_database() else { return };
    on_both(|source| {
        if source.is_postgres {
            return;
        }
        source.user("first");
        source.user("last");
        execute(&source.url, "DELETE FROM users");
        copied(&source.url, &postgres.url);
        let folder = tempfile::tempdir().unwrap();
        let back = folder.path().join("back.db").display().to_string();
        copied(&postgres.url, &back);
        let back = Database::open(&back, &Options::default()).unwrap();
        assert_eq!(number(&back, "SELECT seq AS number FROM sqlite_sequence WHERE name = 'users'"), 2);
    });
}
