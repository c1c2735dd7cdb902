//! Rows that refer to what does not exist. The databases prevent them; a file that was edited by hand, or a disk that
//! lied, may have them all the same.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::error::DbError;
use crate::pool::Conn;

/// References: table, its columns, the table they refer to, the columns there. A null column refers to nothing.
const REFERENCES: &[(&str, &[&str], &str, &[&str])] = &[
    ("scores", &["user_id"], "users", &["id"]),
    ("scores", &["import_id"], "imports", &["id"]),
    ("scores", &["session_id"], "sessions", &["id"]),
    ("scores", &["chart_key"], "charts", &["key"]),
    ("scores", &["user_id", "chart_key"], "pbs", &["user_id", "chart_key"]),
    ("score_blacklist", &["user_id"], "users", &["id"]),
    ("sessions", &["user_id"], "users", &["id"]),
    ("pbs", &["user_id"], "users", &["id"]),
    ("pbs", &["chart_key"], "charts", &["key"]),
    ("pbs", &["user_id", "gpt"], "profiles", &["user_id", "gpt"]),
    ("profiles", &["user_id"], "users", &["id"]),
    ("class_achievements", &["user_id"], "users", &["id"]),
    ("class_bans", &["user_id"], "users", &["id"]),
    ("imports", &["user_id"], "users", &["id"]),
    ("import_rows", &["import_id"], "imports", &["id"]),
    ("import_fills", &["import_id"], "imports", &["id"]),
    ("import_fills", &["score_id"], "scores", &["id"]),
    ("orphans", &["user_id"], "users", &["id"]),
    ("orphans", &["import_id"], "imports", &["id"]),
    ("goal_subscriptions", &["user_id"], "users", &["id"]),
    ("goal_subscriptions", &["goal_key"], "goals", &["key"]),
    ("quest_subscriptions", &["user_id"], "users", &["id"]),
    ("quest_subscriptions", &["quest_id"], "quests", &["quest_id"]),
    ("api_tokens", &["user_id"], "users", &["id"]),
];

/// Rows of one table that refer to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// What refers to what: `scores.session_id -> sessions`.
    pub reference: String,
    /// How many rows do.
    pub rows: i64,
}

/// Counts rows that refer to what does not exist, by reference; those without any are left out.
///
/// # Errors
/// Those of the database.
pub fn dangling_references(conn: &mut Conn) -> Result<Vec<Dangling>, DbError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let mut found = Vec::new();
    for (table, columns, other, keys) in REFERENCES {
        let join: Vec<String> =
            columns.iter().zip(*keys).map(|(column, key)| format!("o.{key} = c.{column}")).collect();
        let given: Vec<String> = columns.iter().map(|column| format!("c.{column} IS NOT NULL")).collect();
        let (join, given) = (join.join(" AND "), given.join(" AND "));
        let sql = format!(
            "SELECT count(*) AS rows FROM {table} c WHERE {given} AND NOT EXISTS (SELECT 1 FROM {other} o WHERE {join})"
        );
        let rows = diesel::sql_query(sql).get_result::<Count>(conn)?.rows;
        if rows > 0 {
            found.push(Dangling { reference: format!("{table}.{} -> {other}", columns.join(", ")), rows });
        }
    }
    Ok(found)
}
