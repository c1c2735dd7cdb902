//! A score as a row, and back.

use diesel::prelude::*;
use serde_json::{Map, Value};
use tachi_core::catalogue::ChartKey;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::{ScoreId, UserId};
use tachi_core::import_type::ImportType;
use tachi_core::pb::PbCandidate;
use tachi_core::score::ScoreData;
use tachi_core::score_id::DedupKey;

use crate::convert::{bytes_from_db, gpt_from_db, gpt_to_db, import_type_from_db, text_to_db};
use crate::error::DbError;
use crate::keys::{ImportKey, ScoreKey, SessionKey};
use crate::schema::scores;
use crate::score_data::{Columns, data_from_db, data_to_db, ratings_from_db, ratings_to_db};

/// A score.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The public ID.
    pub id: ScoreId,
    /// The key of de-duplication.
    pub dedup_key: DedupKey,
    /// Whose it is.
    pub user: UserId,
    /// The chart.
    pub chart: ChartKey,
    /// The import that brought it.
    pub import: Option<ImportKey>,
    /// The session it is in.
    pub session: Option<SessionKey>,
    /// Its position in the session.
    pub session_pos: Option<i32>,
    /// When it was achieved, UNIX milliseconds.
    pub time_achieved: Option<i64>,
    /// When it was stored, UNIX milliseconds.
    pub time_added: i64,
    /// How it arrived.
    pub import_type: ImportType,
    /// Where it comes from, for people.
    pub service: String,
    /// What the player says about it.
    pub comment: Option<String>,
    /// Whether the player highlighted it.
    pub highlight: bool,
    /// Metrics and judgements.
    pub data: ScoreData,
    /// Options of the play.
    pub score_meta: Map<String, Value>,
    /// Ratings, in the order of the GPT's configuration.
    pub ratings: Ratings,
}

/// A score that is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredScore {
    /// Its number.
    pub key: ScoreKey,
    /// The score.
    pub score: Score,
}

impl Score {
    /// The score as the composition of PBs sees it.
    #[must_use]
    pub fn as_candidate(&self) -> PbCandidate<'_> {
        let Self { id, data, time_achieved, highlight, .. } = self;
        PbCandidate { id: *id, data, time_achieved: *time_achieved, highlight: *highlight }
    }
}

impl PbScore {
    /// The score as the composition of PBs sees it.
    #[must_use]
    pub fn as_candidate(&self) -> PbCandidate<'_> {
        let Self { id, data, time_achieved, highlight, .. } = self;
        PbCandidate { id: *id, data, time_achieved: *time_achieved, highlight: *highlight }
    }
}

/// A stored score as the composition of PBs sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PbScore {
    /// Its number.
    pub key: ScoreKey,
    /// The public ID.
    pub id: ScoreId,
    /// The chart.
    pub chart: ChartKey,
    /// When it was achieved, UNIX milliseconds.
    pub time_achieved: Option<i64>,
    /// Whether the player highlighted it.
    pub highlight: bool,
    /// Metrics and judgements.
    pub data: ScoreData,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scores)]
pub(super) struct PbScoreRow {
    id: ScoreKey,
    score_id: Vec<u8>,
    gpt: i16,
    chart_key: i32,
    time_achieved: Option<i64>,
    highlight: bool,
    score: Option<f64>,
    percent: Option<f64>,
    lamp: Option<i16>,
    grade: Option<i16>,
    data: String,
}

pub(super) fn pb_score_from_db(row: PbScoreRow) -> Result<PbScore, DbError> {
    let columns = Columns { score: row.score, percent: row.percent, lamp: row.lamp, grade: row.grade, data: row.data };
    let (data, _) = data_from_db(gpt_from_db(row.gpt)?, &columns)?;
    Ok(PbScore {
        key: row.id,
        id: super::id_from_db(&row.score_id)?,
        chart: ChartKey(row.chart_key),
        time_achieved: row.time_achieved,
        highlight: row.highlight,
        data,
    })
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scores, treat_none_as_default_value = false)]
pub(super) struct NewScoreRow {
    score_id: Vec<u8>,
    dedup_key: Vec<u8>,
    user_id: i32,
    gpt: i16,
    chart_key: i32,
    import_id: Option<ImportKey>,
    session_id: Option<SessionKey>,
    session_pos: Option<i32>,
    time_achieved: Option<i64>,
    time_added: i64,
    import_type: String,
    service: String,
    comment: Option<String>,
    highlight: bool,
    score: Option<f64>,
    percent: Option<f64>,
    lamp: Option<i16>,
    grade: Option<i16>,
    data: String,
    ratings: String,
}

/// A row with its number.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scores, treat_none_as_default_value = false)]
pub(super) struct ScoreRow {
    id: ScoreKey,
    #[diesel(embed)]
    row: NewScoreRow,
}

pub(super) fn score_to_db(score: &Score) -> Result<NewScoreRow, DbError> {
    let Columns { score: number, percent, lamp, grade, data } = data_to_db(&score.data, &score.score_meta)?;
    Ok(NewScoreRow {
        score_id: score.id.to_bytes().to_vec(),
        dedup_key: score.dedup_key.to_vec(),
        user_id: score.user.0,
        gpt: gpt_to_db(score.data.config().gpt),
        chart_key: score.chart.0,
        import_id: score.import,
        session_id: score.session,
        session_pos: score.session_pos,
        time_achieved: score.time_achieved,
        time_added: score.time_added,
        import_type: score.import_type.as_str().to_owned(),
        service: text_to_db(&score.service).into_owned(),
        comment: score.comment.as_deref().map(|comment| text_to_db(comment).into_owned()),
        highlight: score.highlight,
        score: number,
        percent,
        lamp,
        grade,
        data,
        ratings: ratings_to_db(&score.ratings)?,
    })
}

pub(super) fn keyed_to_db(key: ScoreKey, score: &Score) -> Result<ScoreRow, DbError> {
    Ok(ScoreRow { id: key, row: score_to_db(score)? })
}

pub(super) fn score_from_db(ScoreRow { id, row }: ScoreRow) -> Result<StoredScore, DbError> {
    let columns = Columns { score: row.score, percent: row.percent, lamp: row.lamp, grade: row.grade, data: row.data };
    let (data, score_meta) = data_from_db(gpt_from_db(row.gpt)?, &columns)?;
    let score = Score {
        id: super::id_from_db(&row.score_id)?,
        dedup_key: bytes_from_db(&row.dedup_key, "a de-duplication key")?,
        user: UserId(row.user_id),
        chart: ChartKey(row.chart_key),
        import: row.import_id,
        session: row.session_id,
        session_pos: row.session_pos,
        time_achieved: row.time_achieved,
        time_added: row.time_added,
        import_type: import_type_from_db(&row.import_type)?,
        service: row.service,
        comment: row.comment,
        highlight: row.highlight,
        data,
        score_meta,
        ratings: ratings_from_db(&row.ratings)?,
    };
    Ok(StoredScore { key: id, score })
}
