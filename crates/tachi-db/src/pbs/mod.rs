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
use crate::convert::{RATINGS, gpt_from_db, gpt_to_db};
use crate::error::DbError;
use crate::keys::{FolderKey, ScoreKey};
use crate::pool::Conn;
use crate::schema::{folder_charts, pbs};
use crate::score_data::{Columns, data_from_db, data_to_db, ratings_from_db, ratings_to_db};

pub use ranks::{PbRank, pb_count_on_chart, pb_leaderboard, pb_ranks, pb_ranks_of};
pub use ratings::{BestWanted, best_ratings};
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
    /// The contributing scores with what they contributed, the base first, mergers in the GPT's order.
    pub composed: Vec<(String, ScoreKey)>,
    /// Which part of a profile the chart counts for; less than [`BUCKETS`].
    pub bucket: u8,
}

/// What is read of a PB. What places it on leaderboards is for the database.
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
    part0: ScoreKey,
    part1: Option<ScoreKey>,
    part2: Option<ScoreKey>,
    part3: Option<ScoreKey>,
    part4: Option<ScoreKey>,
    bucket: i16,
}

/// All that is stored of a PB.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pbs, treat_none_as_default_value = false)]
struct RankedPbRow {
    #[diesel(embed)]
    pb: PbRow,
    rank0: f64,
    rank1: Option<f64>,
    rank2: Option<f64>,
    rank3: Option<f64>,
    rank4: Option<f64>,
    rating0: Option<f64>,
    rating1: Option<f64>,
    rating2: Option<f64>,
    rating3: Option<f64>,
}

/// How many keys of a leaderboard's order there is room for.
const RANK_KEYS: usize = 5;
/// How many mergers there is room for.
const MERGERS: usize = 4;
/// How many buckets the PBs of a profile may fall into.
pub const BUCKETS: u8 = 4;

/// A PB of a check, and whether the columns that others read are what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedPb {
    /// The PB.
    pub pb: StoredPb,
    /// Whether the leaderboard has it where its data says.
    pub is_ranked: bool,
    /// Whether the lists of best ratings have its ratings.
    pub is_rated: bool,
}

impl RankedPbRow {
    fn new(pb: &StoredPb) -> Result<Self, DbError> {
        let Columns { score, percent, lamp, grade, data } = data_to_db(&pb.data, &Map::new())?;
        let ranks = rank_values(&pb.data);
        if ranks.len() > RANK_KEYS {
            return Err(DbError::data("a PB", format!("its leaderboard has more than {RANK_KEYS} keys")));
        }
        let rank = |index: usize| ranks.get(index).copied().flatten();
        let [part0, part1, part2, part3, part4] = parts(pb)?;
        let part0 = part0.ok_or_else(|| DbError::data("a PB", "it has no base"))?;
        let [rating0, rating1, rating2, rating3] = rated(pb)?;
        Ok(Self {
            pb: PbRow {
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
                part0,
                part1,
                part2,
                part3,
                part4,
                bucket: i16::from(pb.bucket),
            },
            // The first key is a metric that every score has.
            rank0: rank(0).unwrap_or(f64::MIN),
            rank1: rank(1),
            rank2: rank(2),
            rank3: rank(3),
            rank4: rank(4),
            rating0,
            rating1,
            rating2,
            rating3,
        })
    }

    fn ranks(&self) -> [Option<f64>; RANK_KEYS] {
        [Some(self.rank0), self.rank1, self.rank2, self.rank3, self.rank4]
    }

    fn ratings(&self) -> [Option<f64>; RATINGS] {
        [self.rating0, self.rating1, self.rating2, self.rating3]
    }
}

impl PbRow {
    fn into_stored(self) -> Result<StoredPb, DbError> {
        let columns =
            Columns { score: self.score, percent: self.percent, lamp: self.lamp, grade: self.grade, data: self.data };
        let gpt = gpt_from_db(self.gpt)?;
        let (data, _) = data_from_db(gpt, &columns)?;
        let mergers = [self.part1, self.part2, self.part3, self.part4];
        let merged = gpt.config().pb.mergers.iter().zip(mergers);
        let merged = merged.filter_map(|(merger, key)| Some((merger.name.to_owned(), key?)));
        let composed = std::iter::once((gpt.config().pb.base.to_owned(), self.part0)).chain(merged).collect();
        Ok(StoredPb {
            user: UserId(self.user_id),
            chart: ChartKey(self.chart_key),
            is_primary: self.is_primary,
            highlight: self.highlight,
            time_achieved: self.time_achieved,
            data,
            ratings: ratings_from_db(&self.ratings)?,
            composed,
            bucket: u8::try_from(self.bucket).map_err(|error| DbError::data("a bucket", error))?,
        })
    }
}

/// The scores of a PB by what they contributed: the base, and what each merger of the GPT took.
fn parts(pb: &StoredPb) -> Result<[Option<ScoreKey>; MERGERS + 1], DbError> {
    let config = pb.data.config();
    let mut parts = [None; MERGERS + 1];
    for (name, key) in &pb.composed {
        let merger = config.pb.mergers.iter().position(|merger| merger.name == *name).map(|index| index + 1);
        let place = if *name == config.pb.base { Some(0) } else { merger };
        let place = place.and_then(|place| parts.get_mut(place));
        *place.ok_or_else(|| DbError::data("a PB", format!("{} has no {name:?}", config.gpt)))? = Some(*key);
    }
    Ok(parts)
}

/// The ratings that count for lists of the best: those on primary charts.
fn rated(pb: &StoredPb) -> Result<[Option<f64>; RATINGS], DbError> {
    let is_finite = pb.ratings.iter().flatten().all(|value| value.is_finite());
    if pb.bucket >= BUCKETS || pb.ratings.len() > RATINGS || !is_finite {
        return Err(DbError::data("the ratings of a PB", format!("{:?} in bucket {}", pb.ratings, pb.bucket)));
    }
    let mut rated = [None; RATINGS];
    if pb.is_primary {
        rated[..pb.ratings.len()].copy_from_slice(&pb.ratings);
    }
    Ok(rated)
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
    let query = query.filter(pbs::is_primary.eq(true));
    // Asked for in order, SQLite reads the PBs on all GPTs by the index that has this order.
    let mut found = stored(query.select(PbRow::as_select()).load(conn)?)?;
    found.sort_unstable_by_key(|pb| pb.chart);
    Ok(found)
}

/// All PBs in pages, by user and chart: the next `limit` after `after`.
///
/// # Errors
/// Those of the database.
pub fn pbs_page(conn: &mut Conn, after: Option<(UserId, ChartKey)>, limit: i64) -> Result<Vec<CheckedPb>, DbError> {
    let mut query = pbs::table.select(RankedPbRow::as_select()).into_boxed();
    if let Some((user, chart)) = after {
        let later = pbs::user_id.eq(user.0).and(pbs::chart_key.gt(chart.0));
        query = query.filter(pbs::user_id.gt(user.0).or(later));
    }
    let mut found = Vec::new();
    for row in query.order((pbs::user_id, pbs::chart_key)).limit(limit).load(conn)? {
        let (ranks, ratings) = (row.ranks(), row.ratings());
        let pb = row.pb.into_stored()?;
        let expected = RankedPbRow::new(&pb)?;
        let (is_ranked, is_rated) = (expected.ranks() == ranks, expected.ratings() == ratings);
        found.push(CheckedPb { pb, is_ranked, is_rated });
    }
    Ok(found)
}

/// Stores PBs, over those there may be.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a chart does not exist.
pub fn pbs_upsert(conn: &mut Conn, pbs: &[StoredPb]) -> Result<(), DbError> {
    for chunk in pbs.chunks(ROWS) {
        let rows = chunk.iter().map(RankedPbRow::new).collect::<Result<Vec<_>, _>>()?;
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
                pbs::part0.eq(excluded(pbs::part0)),
                pbs::part1.eq(excluded(pbs::part1)),
                pbs::part2.eq(excluded(pbs::part2)),
                pbs::part3.eq(excluded(pbs::part3)),
                pbs::part4.eq(excluded(pbs::part4)),
                pbs::rank0.eq(excluded(pbs::rank0)),
                pbs::rank1.eq(excluded(pbs::rank1)),
                pbs::rank2.eq(excluded(pbs::rank2)),
                pbs::rank3.eq(excluded(pbs::rank3)),
                pbs::rank4.eq(excluded(pbs::rank4)),
                pbs::bucket.eq(excluded(pbs::bucket)),
                pbs::rating0.eq(excluded(pbs::rating0)),
                pbs::rating1.eq(excluded(pbs::rating1)),
                pbs::rating2.eq(excluded(pbs::rating2)),
                pbs::rating3.eq(excluded(pbs::rating3)),
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
