//! What an import looks at before it writes, in one statement: a live score is worth few round trips.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::bulk::Kept;
use crate::convert::{gpt_from_db, gpt_to_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::profiles::Profile;
use crate::score_data::ratings_from_db;

/// What there is before an import writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The number of the stored catalogue, as [`catalogue_version`](crate::catalogue::catalogue_version) gives it.
    pub catalogue_version: i64,
    /// The user's profiles on the GPTs asked for.
    pub profiles: Vec<Profile>,
    /// Whether the user is subscribed to a goal that scores on the charts asked for may move.
    pub has_goals: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Bool)]
    has_goals: bool,
    #[diesel(sql_type = Nullable<SmallInt>)]
    gpt: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    ratings: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    classes: Option<String>,
}

/// What there is before an import of a user writes on these GPTs and charts.
///
/// # Errors
/// Those of the database; [`DbError::Data`] when there is no such user.
pub fn open(conn: &mut Conn, user: UserId, gpts: &[Gpt], charts: &[ChartKey]) -> Result<Opened, DbError> {
    // Nothing is equal to null: the list of no GPTs.
    let gpts = gpts.iter().fold("NULL".to_owned(), |list, gpt| format!("{list}, {}", gpt_to_db(*gpt)));
    let charts: Vec<i32> = charts.iter().map(|chart| chart.0).collect();
    let listed = match conn {
        Conn::Sqlite(_) => "IN (SELECT value FROM json_each($2))",
        Conn::Pg(_) => "= ANY($2)",
    };
    let sql = format!(
        "SELECT (SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'catalogue_version') AS version, \
         EXISTS (SELECT 1 FROM goal_subscriptions s JOIN goals g ON g.key = s.goal_key WHERE s.user_id = $1 \
             AND g.gpt IN ({gpts}) AND (\
                 EXISTS (SELECT 1 FROM goal_charts c WHERE c.goal_key = g.key AND c.chart_key {listed}) \
                 OR EXISTS (SELECT 1 FROM folder_charts f WHERE f.folder_key = g.folder_key AND f.chart_key {listed})\
             )) AS has_goals, \
         p.gpt, p.ratings, p.classes \
         FROM users u LEFT JOIN profiles p ON p.user_id = u.id AND p.gpt IN ({gpts}) WHERE u.id = $1"
    );
    let query = diesel::sql_query(sql).bind::<Integer, _>(user.0);
    let rows: Vec<Row> = match conn {
        Conn::Sqlite(conn) => Kept(query.bind::<Text, _>(json_to_db(&charts, "chart keys")?)).load(conn)?,
        Conn::Pg(conn) => Kept(query.bind::<Array<Integer>, _>(charts)).load(conn)?,
    };
    // PostgreSQL has no foreign keys from what an import writes to the user.
    if rows.is_empty() {
        return Err(DbError::data("what an import brings", format!("there is no user {user}")));
    }
    let mut opened = Opened { catalogue_version: 0, profiles: Vec::new(), has_goals: false };
    for row in rows {
        (opened.catalogue_version, opened.has_goals) = (row.version, row.has_goals);
        if let (Some(gpt), Some(ratings), Some(classes)) = (row.gpt, row.ratings, row.classes) {
            let (ratings, classes) = (ratings_from_db(&ratings)?, json_from_db(&classes, "classes")?);
            opened.profiles.push(Profile { user, gpt: gpt_from_db(gpt)?, ratings, classes });
        }
    }
    Ok(opened)
}
