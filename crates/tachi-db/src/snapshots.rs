//! What profiles were on earlier days. Source: `spec/documents.md` (Snapshot), `spec/pipeline.md` 13.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;

use crate::convert::{gpt_to_db, json_from_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::profile_snapshots;
use crate::score_data::ratings_from_db;

/// What a profile was at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When, UNIX milliseconds.
    pub taken_at: i64,
    /// Ratings, in the order of the GPT's configuration.
    pub ratings: Ratings,
    /// Classes, by class set.
    pub classes: BTreeMap<String, String>,
    /// The places by each rating, in the order of the configuration.
    pub rankings: Vec<i64>,
    /// How many profiles there were.
    pub out_of: i64,
    /// How many scores the user had.
    pub playcount: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = profile_snapshots)]
struct Row {
    taken_at: i64,
    ratings: String,
    classes: String,
    rank0: i64,
    rank1: i64,
    rank2: i64,
    rank3: i64,
    out_of: i64,
    playcount: i64,
}

/// Takes a snapshot of every profile of a GPT, in one statement; those taken at that time already stay. Returns how
/// many were taken.
///
/// # Errors
/// Those of the database.
pub fn snapshots_take(conn: &mut Conn, gpt: Gpt, now: i64) -> Result<usize, DbError> {
    // No rating counts as 0.
    let rank = |rating: usize| format!("rank() OVER (ORDER BY COALESCE(p.rating{rating}, 0) DESC)");
    let sql = format!(
        "INSERT INTO profile_snapshots (user_id, gpt, taken_at, ratings, classes, rank0, rank1, rank2, rank3, out_of, \
             playcount) \
         SELECT p.user_id, p.gpt, $1, p.ratings, p.classes, {}, {}, {}, {}, count(*) OVER (), \
             (SELECT count(*) FROM scores s WHERE s.user_id = p.user_id AND s.gpt = p.gpt) \
         FROM profiles p WHERE p.gpt = {} ON CONFLICT DO NOTHING",
        rank(0),
        rank(1),
        rank(2),
        rank(3),
        gpt_to_db(gpt)
    );
    Ok(diesel::sql_query(sql).bind::<BigInt, _>(now).execute(conn)?)
}

/// What a user's profile was since a time, newest first.
///
/// # Errors
/// Those of the database.
pub fn snapshots_since(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    since: i64,
    limit: i64,
) -> Result<Vec<Snapshot>, DbError> {
    let query = profile_snapshots::table.filter(profile_snapshots::user_id.eq(user.0));
    let query = query.filter(profile_snapshots::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(profile_snapshots::taken_at.ge(since)).order(profile_snapshots::taken_at.desc());
    let rows: Vec<Row> = query.limit(limit).select(Row::as_select()).load(conn)?;
    let snapshot = |row: Row| {
        Ok(Snapshot {
            taken_at: row.taken_at,
            ratings: ratings_from_db(&row.ratings)?,
            classes: json_from_db(&row.classes, "classes")?,
            rankings: vec![row.rank0, row.rank1, row.rank2, row.rank3],
            out_of: row.out_of,
            playcount: row.playcount,
        })
    };
    rows.into_iter().map(snapshot).collect()
}
