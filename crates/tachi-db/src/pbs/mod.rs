//! Personal bests, and the ratings that are ranked. Source: `spec/pbs.md`.

mod ranks;
mod ratings;
mod read;

use diesel::prelude::*;
use diesel::upsert::excluded;
use serde_json::Map;
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;
use tachi_core::pb::rank_values;
use tachi_core::score::ScoreData;

use crate::bulk::{KEYS, ROWS};
use crate::convert::{gpt_from_db, gpt_to_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::keys::{FolderKey, ScoreKey};
use crate::pool::Conn;
use crate::schema::{folder_charts, pbs};
use crate::score_data::{Columns, data_from_db, data_to_db, ratings_from_db, ratings_to_db};

pub use ranks::{PbRank, pb_count_on_chart, pb_leaderboard, pb_ranks, pb_ranks_of};
pub use ratings::{BUCKETS, BestWanted, PbRating, best_ratings, pb_ratings_of_charts, pb_ratings_replace};
pub use read::*;

/// A user's PB on a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPb {
    /// Whose it is.
    pub user: UserId,
    /// The chart.
    pub chart: ChartKey,
    /// Whether the chart is primary.
    pub is_primary: bool,
    /// Whether a contributing score is highlighted.
    pub highlight: bool,
    /// When it was achieved, UNIX milliseconds.
    pub time_achieved: Option<i64>,
    /// The merged data.
    pub data: ScoreData,
    /// Ratings of the merged data, in the order of the GPT's configuration.
    pub ratings: Ratings,
    /// The contributing scores with what they contributed, the base first.
    pub composed: Vec<(String, ScoreKey)>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pbs, treat_none_as_default_value = false)]
struct PbRow {
    user_id: i32,
    gpt: i16,
    chart_key: i32,
    is_primary: bool,
    highlight: bool,
    time_achieved: Option<i64>,
    score: Option<f64>,
    percent: Option<f64>,
    lamp: Option<i16>,
    grade: Option<i16>,
    data: String,
    ratings: String,
    composed: String,
    rank0: f64,
    rank1: Option<f64>,
    rank2: Option<f64>,
    rank3: Option<f64>,
    rank4: Option<f64>,
}

/// How many keys of a leaderboard's order there is room for.
const RANK_KEYS: usize = 5;

impl PbRow {
    fn new(pb: &StoredPb) -> Result<Self, DbError> {
        let Columns { score, percent, lamp, grade, data } = data_to_db(&pb.data, &Map::new())?;
        let ranks = rank_values(&pb.data);
        if ranks.len() > RANK_KEYS {
            return Err(DbError::data("a PB", format!("its leaderboard has more than {RANK_KEYS} keys")));
        }
        let rank = |index: usize| ranks.get(index).copied().flatten();
        let composed: Vec<(&str, i64)> = pb.composed.iter().map(|(name, key)| (name.as_str(), key.0)).collect();
        Ok(Self {
            user_id: pb.user.0,
            gpt: gpt_to_db(pb.data.config().gpt),
            chart_key: pb.chart.0,
            is_primary: pb.is_primary,
            highlight: pb.highlight,
            time_achieved: pb.time_achieved,
            score,
            percent,
            lamp,
            grade,
            data,
            ratings: ratings_to_db(&pb.ratings)?,
            composed: json_to_db(&composed, "the scores of a PB")?,
            // The first key is a metric that every score has.
            rank0: rank(0).unwrap_or(f64::MIN),
            rank1: rank(1),
            rank2: rank(2),
            rank3: rank(3),
            rank4: rank(4),
        })
    }

    fn ranks(&self) -> [Option<f64>; RANK_KEYS] {
        [Some(self.rank0), self.rank1, self.rank2, self.rank3, self.rank4]
    }

    fn into_stored(self) -> Result<StoredPb, DbError> {
        let columns =
            Columns { score: self.score, percent: self.percent, lamp: self.lamp, grade: self.grade, data: self.data };
        let (data, _) = data_from_db(gpt_from_db(self.gpt)?, &columns)?;
        let composed: Vec<(String, i64)> = json_from_db(&self.composed, "the scores of a PB")?;
        Ok(StoredPb {
            user: UserId(self.user_id),
            chart: ChartKey(self.chart_key),
            is_primary: self.is_primary,
            highlight: self.highlight,
            time_achieved: self.time_achieved,
            data,
            ratings: ratings_from_db(&self.ratings)?,
            composed: composed.into_iter().map(|(name, key)| (name, ScoreKey(key))).collect(),
        })
    }
}

fn stored(rows: Vec<PbRow>) -> Result<Vec<StoredPb>, DbError> {
    rows.into_iter().map(PbRow::into_stored).collect()
}

/// A user's PBs on those charts, by chart; charts without one are left out.
///
/// # Errors
/// Those of the database.
pub fn pbs_of_charts(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<StoredPb>, DbError> {
    let mut found = Vec::with_capacity(charts.len());
    for chunk in charts.chunks(KEYS) {
        let query = pbs::table.filter(pbs::user_id.eq(user.0));
        let query = query.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        found.extend(stored(query.order(pbs::chart_key).select(PbRow::as_select()).load(conn)?)?);
    }
    Ok(found)
}

/// A user's PBs on the charts of folders, by folder and chart.
///
/// # Errors
/// Those of the database.
pub fn pbs_of_folders(
    conn: &mut Conn,
    user: UserId,
    folders: &[FolderKey],
) -> Result<Vec<(FolderKey, StoredPb)>, DbError> {
    let mut found = Vec::new();
    for chunk in folders.chunks(KEYS) {
        let query = folder_charts::table.inner_join(pbs::table.on(pbs::chart_key.eq(folder_charts::chart_key)));
        let query = query.filter(pbs::user_id.eq(user.0)).filter(folder_charts::folder_key.eq_any(chunk));
        let query = query.order((folder_charts::folder_key, folder_charts::chart_key));
        for (folder, row) in query.select((folder_charts::folder_key, PbRow::as_select())).load(conn)? {
            found.push((folder, row.into_stored()?));
        }
    }
    Ok(found)
}

/// All PBs of a user on primary charts of a GPT, by chart.
///
/// # Errors
/// Those of the database.
pub fn pbs_of_user(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Vec<StoredPb>, DbError> {
    let query = pbs::table.filter(pbs::user_id.eq(user.0)).filter(pbs::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(pbs::is_primary.eq(true)).order(pbs::chart_key);
    stored(query.select(PbRow::as_select()).load(conn)?)
}

/// All PBs in pages, by user and chart: the next `limit` after `after`. With each, whether the leaderboard has it where
/// its data says.
///
/// # Errors
/// Those of the database.
pub fn pbs_page(
    conn: &mut Conn,
    after: Option<(UserId, ChartKey)>,
    limit: i64,
) -> Result<Vec<(StoredPb, bool)>, DbError> {
    let mut query = pbs::table.select(PbRow::as_select()).into_boxed();
    if let Some((user, chart)) = after {
        let later = pbs::user_id.eq(user.0).and(pbs::chart_key.gt(chart.0));
        query = query.filter(pbs::user_id.gt(user.0).or(later));
    }
    let mut found = Vec::new();
    for row in query.order((pbs::user_id, pbs::chart_key)).limit(limit).load(conn)? {
        let ranks = row.ranks();
        let pb = row.into_stored()?;
        let is_ranked = PbRow::new(&pb)?.ranks() == ranks;
        found.push((pb, is_ranked));
    }
    Ok(found)
}

/// Stores PBs, over those there may be.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a chart does not exist.
pub fn pbs_upsert(conn: &mut Conn, pbs: &[StoredPb]) -> Result<(), DbError> {
    for chunk in pbs.chunks(ROWS) {
        let rows = chunk.iter().map(PbRow::new).collect::<Result<Vec<_>, _>>()?;
        insert_rows!(conn, pbs::table, rows, |insert| insert
            .on_conflict((pbs::user_id, pbs::chart_key))
            .do_update()
            .set((
                pbs::gpt.eq(excluded(pbs::gpt)),
                pbs::is_primary.eq(excluded(pbs::is_primary)),
                pbs::highlight.eq(excluded(pbs::highlight)),
                pbs::time_achieved.eq(excluded(pbs::time_achieved)),
                pbs::score.eq(excluded(pbs::score)),
                pbs::percent.eq(excluded(pbs::percent)),
                pbs::lamp.eq(excluded(pbs::lamp)),
                pbs::grade.eq(excluded(pbs::grade)),
                pbs::data.eq(excluded(pbs::data)),
                pbs::ratings.eq(excluded(pbs::ratings)),
                pbs::composed.eq(excluded(pbs::composed)),
                pbs::rank0.eq(excluded(pbs::rank0)),
                pbs::rank1.eq(excluded(pbs::rank1)),
                pbs::rank2.eq(excluded(pbs::rank2)),
                pbs::rank3.eq(excluded(pbs::rank3)),
                pbs::rank4.eq(excluded(pbs::rank4)),
            )));
    }
    Ok(())
}

/// Highlights a user's PBs on those charts.
///
/// # Errors
/// Those of the database.
pub fn pbs_highlight(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<(), DbError> {
    for chunk in charts.chunks(KEYS) {
        let query = pbs::table.filter(pbs::user_id.eq(user.0));
        let query = query.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        diesel::update(query).set(pbs::highlight.eq(true)).execute(conn)?;
    }
    Ok(())
}

/// Removes a user's PBs on those charts, and their ratings. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn pbs_delete(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<usize, DbError> {
    let mut removed = 0;
    for chunk in charts.chunks(KEYS) {
        let query = pbs::table.filter(pbs::user_id.eq(user.0));
        let query = query.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        removed += diesel::delete(query).execute(conn)?;
    }
    Ok(removed)
}
