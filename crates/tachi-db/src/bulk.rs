//! The one place that tells the databases apart in queries: inserts of many rows, upserts, look-ups by long lists.
//!
//! Everything else is written once, on [`Conn`](crate::Conn).

use std::fmt::Write;
use std::ops::RangeInclusive;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Double, Integer, Nullable, SmallInt, Text};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_core::score_id::DedupKey;

use crate::convert::{gpt_to_db, json_to_db};
use crate::error::DbError;
use crate::keys::{ScoreKey, SessionKey};
use crate::pool::Conn;

/// How many rows one statement inserts. A table has at most 32 columns, and SQLite takes 32,766 bound values in one
/// statement; more rows at a time are not faster.
pub(crate) const ROWS: usize = 1000;

/// How many keys one `IN (...)` holds; SQLite's limit again, with some room for the other values of the statement.
pub(crate) const KEYS: usize = 10_000;

/// Runs the same diesel expression on either connection, for what the common one cannot do.
macro_rules! on_backend {
    ($conn:expr, |$inner:ident| $body:expr) => {
        match $conn {
            $crate::pool::Conn::Pg($inner) => $body,
            $crate::pool::Conn::Sqlite($inner) => $body,
        }
    };
}

/// From how many rows on PostgreSQL's COPY is worth its additional round trip; it takes half the time of inserts.
pub(crate) const COPY: usize = 100;

/// A query whose statement the connection keeps prepared. Diesel keeps none with a text of our own, an upsert or a list
/// of rows in it, because there could be any number of them. Of those that every import sends there are few, and the
/// databases take longer to plan them than to run them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<Q>(pub(crate) Q);

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Kept<Q> {}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Kept<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Inserts a slice of rows, [`ROWS`] per statement, and returns how many were inserted or updated. The statement of a
/// single row is kept.
///
/// The optional part says what is to be done with conflicts: `|insert| insert.on_conflict_do_nothing()`.
macro_rules! insert_rows {
    ($conn:expr, $table:path, $rows:expr) => {{
        let rows = &$rows[..];
        match &mut *$conn {
            $crate::pool::Conn::Pg(inner) if rows.len() >= $crate::bulk::COPY => {
                let copy = diesel::copy_from($table).from_insertable(rows);
                diesel::ExecuteCopyFromDsl::execute(copy, inner)?
            }
            conn => insert_rows!(conn, $table, rows, |insert| insert),
        }
    }};
    ($conn:expr, $table:path, $rows:expr, |$insert:ident| $statement:expr) => {{
        let mut count = 0;
        for chunk in $rows.chunks($crate::bulk::ROWS) {
            count += on_backend!($conn, |inner| match chunk {
                [row] => {
                    let $insert = diesel::insert_into($table).values(row);
                    // What is executed is not kept, whatever it says of itself; what returns something is.
                    let returned = $statement.returning(diesel::dsl::sql::<diesel::sql_types::Integer>("1"));
                    diesel::RunQueryDsl::get_results::<i32>($crate::bulk::Kept(returned), inner).map(|rows| rows.len())
                }
                chunk => {
                    let $insert = diesel::insert_into($table).values(chunk);
                    diesel::RunQueryDsl::execute($statement, inner)
                }
            })?;
        }
        count
    }};
}

/// Inserts a slice of rows, [`ROWS`] per statement, and returns what the statement returns, in no particular order.
macro_rules! insert_rows_returning {
    ($conn:expr, $table:path, $rows:expr, |$insert:ident| $statement:expr) => {{
        let mut returned = Vec::new();
        for chunk in $rows.chunks($crate::bulk::ROWS) {
            returned.extend(on_backend!($conn, |inner| match chunk {
                [row] => {
                    let $insert = diesel::insert_into($table).values(row);
                    diesel::RunQueryDsl::get_results($crate::bulk::Kept($statement), inner)
                }
                chunk => {
                    let $insert = diesel::insert_into($table).values(chunk);
                    diesel::RunQueryDsl::get_results($statement, inner)
                }
            })?);
        }
        returned
    }};
}

/// Whether an insert of that many rows without a word about conflicts is a COPY.
pub(crate) const fn copies(conn: &Conn, rows: usize) -> bool {
    matches!(conn, Conn::Pg(_)) && rows >= COPY
}

/// Whether rows that one transaction inserts get numbers without a gap, and are so many that it is worth to count them.
pub(crate) const fn counts_rows(conn: &Conn, rows: usize) -> bool {
    matches!(conn, Conn::Sqlite(_)) && rows >= COPY
}

/// The numbers of the rows that were inserted last, which are so many; `None` when there are none. Only where rows are
/// counted.
pub(crate) fn last_rows(conn: &mut Conn, count: usize) -> Result<Option<RangeInclusive<i64>>, DbError> {
    if count == 0 {
        return Ok(None);
    }
    let last: i64 = diesel::select(diesel::dsl::sql::<BigInt>("last_insert_rowid()")).get_result(conn)?;
    Ok(Some(last + 1 - count as i64..=last))
}

/// Calls a function with each row of a query as it arrives, so that a large table never stands in memory as a whole.
macro_rules! for_each_row {
    ($conn:expr, $query:expr, $row:ty, $each:expr) => {{
        use diesel::RunQueryDsl;
        let mut each = $each;
        match $conn {
            $crate::pool::Conn::Pg(inner) => {
                for row in $query.load_iter::<$row, diesel::pg::PgRowByRowLoadingMode>(inner)? {
                    each(row?)?;
                }
            }
            $crate::pool::Conn::Sqlite(inner) => {
                for row in $query.load_iter::<$row, diesel::connection::DefaultLoadingMode>(inner)? {
                    each(row?)?;
                }
            }
        }
    }};
}

/// Makes loads of catalogue data wait for one another. SQLite has one writer anyway.
pub(crate) fn lock_catalogue(conn: &mut Conn) -> Result<(), DbError> {
    if let Conn::Pg(conn) = conn {
        conn.batch_execute("SELECT 1 FROM meta WHERE key = 'catalogue_version' FOR UPDATE")?;
    }
    Ok(())
}

/// The channel on which PostgreSQL tells of another catalogue.
pub(crate) const CATALOGUE_CHANNEL: &str = "tachi_catalogue";

/// Tells other processes of another catalogue, once this transaction is committed. SQLite has nothing of the kind.
pub(crate) fn notify_catalogue(conn: &mut Conn) -> Result<(), DbError> {
    if let Conn::Pg(conn) = conn {
        conn.batch_execute(&format!("NOTIFY {CATALOGUE_CHANNEL}"))?;
    }
    Ok(())
}

/// What is to be returned beside the rest by a statement that is its own transaction, so that its commit does not wait
/// for the disk. PostgreSQL may forget it when it crashes, but never keeps a later commit without it.
pub(crate) const fn without_waiting(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => ", set_config('synchronous_commit', 'off', true)",
        Conn::Sqlite(_) => "",
    }
}

/// A row of [`find_scores`].
#[derive(QueryableByName)]
pub(crate) struct FoundScore {
    /// Null for what is on the blacklist.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) id: Option<i64>,
    #[diesel(sql_type = Integer)]
    pub(crate) chart_key: i32,
    #[diesel(sql_type = Binary)]
    pub(crate) dedup_key: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub(crate) score_id: Vec<u8>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) time_achieved: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) session_id: Option<i64>,
}

/// Which of a user's scores with the given charts and keys are stored, and which are on the blacklist: one statement,
/// one look into an index per key and table. The joins are written so that nothing else can be done: a plan that reads
/// all scores of the user would be right, too, and slow for those who have many.
pub(crate) fn find_scores(
    conn: &mut Conn,
    user: UserId,
    keys: &[(ChartKey, DedupKey)],
) -> Result<Vec<FoundScore>, DbError> {
    Ok(match conn {
        Conn::Sqlite(conn) => {
            let query = diesel::sql_query(FIND_SCORES_SQLITE).bind::<Text, _>(keys_json(keys));
            Kept(query.bind::<Integer, _>(user.0)).load(conn)?
        }
        Conn::Pg(conn) => {
            let query = diesel::sql_query(FIND_SCORES_POSTGRES)
                .bind::<Array<Integer>, _>(keys.iter().map(|(chart, _)| chart.0).collect::<Vec<_>>())
                .bind::<Array<Binary>, _>(keys.iter().map(|(_, key)| key.as_slice()).collect::<Vec<_>>());
            let query = query.bind::<Integer, _>(user.0);
            // A plan that is kept may be of when there were hardly any scores. It takes another index then and reads all
            // of the user's for each key, until PostgreSQL has counted the table anew.
            if keys.len() < COPY { Kept(query).load(conn)? } else { query.load(conn)? }
        }
    })
}

const FIND_SCORES_SQLITE: &str = "\
    SELECT s.id, s.chart_key, s.dedup_key, s.score_id, s.time_achieved, s.session_id \
    FROM json_each($1) k CROSS JOIN scores s \
    WHERE s.user_id = $2 AND s.chart_key = json_extract(k.value, '$[0]') \
        AND s.dedup_key = unhex(json_extract(k.value, '$[1]')) \
    UNION ALL \
    SELECT NULL, 0, b.dedup_key, b.score_id, NULL, NULL \
    FROM json_each($1) k CROSS JOIN score_blacklist b \
    WHERE b.user_id = $2 AND b.dedup_key = unhex(json_extract(k.value, '$[1]'))";

const FIND_SCORES_POSTGRES: &str = "\
    SELECT s.id, s.chart_key, s.dedup_key, s.score_id, s.time_achieved, s.session_id \
    FROM unnest($1::int4[], $2::bytea[]) AS k(chart_key, dedup_key) CROSS JOIN LATERAL ( \
        SELECT * FROM scores \
        WHERE user_id = $3 AND chart_key = k.chart_key AND dedup_key = k.dedup_key OFFSET 0 \
    ) s \
    UNION ALL \
    SELECT NULL, 0, b.dedup_key, b.score_id, NULL, NULL \
    FROM unnest($2::bytea[]) AS k(dedup_key) CROSS JOIN LATERAL ( \
        SELECT * FROM score_blacklist WHERE user_id = $3 AND dedup_key = k.dedup_key OFFSET 0 \
    ) b";

/// `[[12,"ab..."],...]`
fn keys_json(keys: &[(ChartKey, DedupKey)]) -> String {
    let mut json = String::with_capacity(keys.len() * 80 + 2);
    for (chart, key) in keys {
        json.push_str(if json.is_empty() { "[" } else { "," });
        // Writing into a String cannot fail.
        let _ = write!(json, "[{},\"{}\"]", chart.0, const_hex::encode(key));
    }
    json.push_str(if json.is_empty() { "[]" } else { "]" });
    json
}

/// Puts scores into sessions, each at its position, in one statement.
pub(crate) fn set_sessions(
    conn: &mut Conn,
    places: &[(ScoreKey, Option<SessionKey>, Option<i32>)],
) -> Result<usize, DbError> {
    Ok(match conn {
        Conn::Sqlite(conn) => {
            let places: Vec<_> =
                places.iter().map(|(score, session, place)| (score.0, session.map(|key| key.0), place)).collect();
            let json = json_to_db(&places, "places in sessions")?;
            diesel::sql_query(SET_SESSIONS_SQLITE).bind::<Text, _>(json).execute(conn)?
        }
        Conn::Pg(conn) => diesel::sql_query(SET_SESSIONS_POSTGRES)
            .bind::<Array<BigInt>, _>(places.iter().map(|(score, ..)| score.0).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(
                places.iter().map(|(_, session, _)| session.map(|key| key.0)).collect::<Vec<_>>(),
            )
            .bind::<Array<Nullable<Integer>>, _>(places.iter().map(|(.., place)| *place).collect::<Vec<_>>())
            .execute(conn)?,
    })
}

const SET_SESSIONS_SQLITE: &str = "\
    UPDATE scores SET session_id = json_extract(k.value, '$[1]'), session_pos = json_extract(k.value, '$[2]') \
    FROM json_each($1) k WHERE scores.id = json_extract(k.value, '$[0]')";

const SET_SESSIONS_POSTGRES: &str = "\
    UPDATE scores SET session_id = k.session_id, session_pos = k.place \
    FROM unnest($1::int8[], $2::int8[], $3::int4[]) AS k(id, session_id, place) \
    WHERE scores.id = k.id AND scores.id = ANY($1)";

/// A row of [`rank_pbs`].
#[derive(QueryableByName)]
pub(crate) struct RankedPb {
    #[diesel(sql_type = Integer)]
    pub(crate) user_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub(crate) gpt: i16,
    #[diesel(sql_type = Integer)]
    pub(crate) chart_key: i32,
    /// Those on the same chart with a larger first key, those without, and how many of the latter are better still.
    #[diesel(sql_type = BigInt)]
    pub(crate) above: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) not_above: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) tied_above: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) better_rivals: i64,
}

/// What is asked about the PBs `me`: where they stand on their charts, and how many of their users' rivals are better.
/// Most are told apart by the first key, which the index holds; it is read once from end to end for each of them.
fn ranking(wanted: &str, any_rivals: bool) -> String {
    let rest = |table: &str| {
        format!(
            "COALESCE({table}.rank1, {LAST}), COALESCE({table}.rank2, {LAST}), COALESCE({table}.rank3, {LAST}), \
             COALESCE({table}.rank4, {LAST}), -COALESCE({table}.time_achieved, {NEVER})"
        )
    };
    let (others, mine) = (rest("o"), rest("me"));
    let better_rivals = match any_rivals {
        false => "CAST(0 AS BIGINT)".to_owned(),
        true => format!(
            "(SELECT count(*) FROM rivals r CROSS JOIN pbs o \
             WHERE r.user_id = me.user_id AND r.gpt = me.gpt AND o.user_id = r.rival_id \
             AND o.chart_key = me.chart_key AND o.rank0 >= me.rank0 \
             AND (o.rank0, {others}) > (me.rank0, {mine}))"
        ),
    };
    format!(
        "SELECT me.user_id, me.gpt, me.chart_key, \
         (SELECT count(*) FROM pbs o WHERE o.chart_key = me.chart_key AND o.rank0 > me.rank0) AS above, \
         (SELECT count(*) FROM pbs o WHERE o.chart_key = me.chart_key AND o.rank0 <= me.rank0) AS not_above, \
         (SELECT count(*) FROM pbs o WHERE o.chart_key = me.chart_key AND o.rank0 = me.rank0 \
             AND o.id <> me.id AND ({others}) > ({mine})) AS tied_above, \
         {better_rivals} AS better_rivals \
         FROM pbs me WHERE {wanted}"
    )
}

/// The places of users' PBs on charts; without a look at rivals if nobody has any.
pub(crate) fn rank_pbs(
    conn: &mut Conn,
    users: &[UserId],
    charts: &[ChartKey],
    any_rivals: bool,
) -> Result<Vec<RankedPb>, DbError> {
    let users: Vec<i32> = users.iter().map(|user| user.0).collect();
    let charts: Vec<i32> = charts.iter().map(|chart| chart.0).collect();
    Ok(match conn {
        Conn::Sqlite(conn) => {
            let list = |number: u8| format!("(SELECT value FROM json_each(${number}))");
            let sql = ranking(&format!("me.user_id IN {} AND me.chart_key IN {}", list(1), list(2)), any_rivals);
            let query = diesel::sql_query(sql).bind::<Text, _>(json_to_db(&users, "users")?);
            query.bind::<Text, _>(json_to_db(&charts, "chart keys")?).load(conn)?
        }
        Conn::Pg(conn) => {
            let query = diesel::sql_query(ranking("me.user_id = ANY($1) AND me.chart_key = ANY($2)", any_rivals));
            query.bind::<Array<Integer>, _>(users).bind::<Array<Integer>, _>(charts).load(conn)?
        }
    })
}

/// The best ratings of one bucket.
pub(crate) struct BestPart {
    /// Which list they belong to.
    pub(crate) list: usize,
    /// The rating's column.
    pub(crate) column: &'static str,
    pub(crate) bucket: u8,
    pub(crate) limit: usize,
}

/// A row of [`best_parts`].
#[derive(QueryableByName)]
pub(crate) struct BestRow {
    #[diesel(sql_type = Integer)]
    pub(crate) list: i32,
    #[diesel(sql_type = Double)]
    pub(crate) value: f64,
    #[diesel(sql_type = Integer)]
    pub(crate) chart_key: i32,
}

/// The best ratings of a user, part by part, in one statement that reads as much of an index as it returns. Only
/// numbers are written into its text.
pub(crate) fn best_parts(conn: &mut Conn, user: UserId, gpt: Gpt, parts: &[BestPart]) -> Result<Vec<BestRow>, DbError> {
    let gpt = gpt_to_db(gpt);
    let part = |BestPart { list, column, bucket, limit }: &BestPart| {
        format!(
            "SELECT {list} AS list, value, chart_key FROM (SELECT {column} AS value, chart_key FROM pbs \
             WHERE user_id = $1 AND gpt = {gpt} AND bucket = {bucket} AND {column} IS NOT NULL \
             ORDER BY {column} DESC LIMIT {limit}) AS best{list}"
        )
    };
    let sql = parts.iter().map(part).collect::<Vec<_>>().join(" UNION ALL ");
    Ok(Kept(diesel::sql_query(sql).bind::<Integer, _>(user.0)).load(conn)?)
}

/// Less than any value of a leaderboard: what is absent comes last. The databases do not agree where nulls belong.
pub(crate) const LAST: &str = "-1.7976931348623157e308";
/// Later than any time: what has none comes last.
pub(crate) const NEVER: &str = "9223372036854775807";
