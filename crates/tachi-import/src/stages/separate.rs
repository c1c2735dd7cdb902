//! Tells new scores from known ones.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};
use tachi_core::catalogue::ChartKey;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::ScoreId;
use tachi_core::score::ScoreData;
use tachi_core::score_id::DedupKey;
use tachi_db::scores::{self, KnownScore};
use tachi_db::{Conn, DbError, ScoreKey};

use crate::convert::{Candidate, Converted, ElementOutcome};
use crate::pipeline::Import;
use crate::row::{ImportRow, RowStatus};

/// What an import brings, once what is known has been told apart.
#[derive(Debug, Default)]
pub struct Separated<'a> {
    /// One row for each element, in order.
    pub rows: Vec<ImportRow>,
    /// The new scores, in the order of the input.
    pub new: Vec<NewScore<'a>>,
    /// Known scores that came again, in the order of the input.
    pub repeated: Vec<Repeated<'a>>,
}

/// A score that is not stored yet.
#[derive(Debug)]
pub struct NewScore<'a> {
    /// What conversion made of the element.
    pub candidate: &'a Candidate,
    /// The public ID.
    pub id: ScoreId,
    /// Everything that a later element of the same play may complete.
    pub play: Play,
    /// The row that reports it.
    pub row: usize,
}

/// The part of a score that an element of the same play may complete.
#[derive(Debug, Clone)]
pub struct Play {
    /// Metrics and judgements.
    pub data: ScoreData,
    /// Ratings of the data.
    pub ratings: Ratings,
    /// Options of the play.
    pub meta: Map<String, Value>,
    /// When it was achieved.
    pub time_achieved: Option<i64>,
}

/// A known score that came again.
#[derive(Debug)]
pub struct Repeated<'a> {
    /// What came.
    pub candidate: &'a Candidate,
    /// What is known.
    pub known: Known,
    /// The row that reports it.
    pub row: usize,
}

/// What a repeated score is a repetition of.
#[derive(Debug, Clone, Copy)]
pub enum Known {
    /// A stored score.
    Stored(ScoreKey),
    /// A new score of this import, by its position in [`Separated::new`].
    New(usize),
}

/// Sorts the scores of an import into new and known ones.
pub fn separate<'a>(
    conn: &mut Conn,
    import: &Import<'_>,
    converted: &'a Converted,
) -> Result<Separated<'a>, DbError> {
    let keys: Vec<(ChartKey, DedupKey)> =
        candidates(converted).map(|candidate| (candidate.chart_key, candidate.dedup_key)).collect();
    let user = import.request.user;
    let stored = scores::scores_known(conn, user, &keys)?;
    let stored: FxHashMap<DedupKey, KnownScore> = stored.into_iter().map(|score| (score.dedup_key, score)).collect();
    let keys: Vec<DedupKey> = keys.into_iter().map(|(_, key)| key).collect();
    let blacklisted: FxHashSet<DedupKey> = scores::scores_blacklisted(conn, user, &keys)?.into_iter().collect();

    let mut separated = Separated::default();
    let mut queued: FxHashMap<DedupKey, usize> = FxHashMap::default();
    for element in &converted.elements {
        let number = separated.rows.len();
        let mut row = element.row.clone();
        if let ElementOutcome::Score(candidate) = &element.outcome {
            let key = &candidate.dedup_key;
            if blacklisted.contains(key) {
                row.status = RowStatus::Skipped;
                row.message = Some("This score is on your blacklist.".to_owned());
            } else if let Some(known) = stored.get(key) {
                row.status = RowStatus::Known;
                row.score_id = Some(known.score_id);
                if same_play(known.time_achieved, candidate.dry.time_achieved) {
                    separated.repeated.push(Repeated { candidate, known: Known::Stored(known.key), row: number });
                }
            } else if let Some(index) = queued.get(key) {
                row.status = RowStatus::Known;
                row.score_id = Some(separated.new[*index].id);
                separated.repeated.push(Repeated { candidate, known: Known::New(*index), row: number });
            } else {
                match &candidate.hydrated {
                    Ok(hydrated) => {
                        row.score_id = Some(hydrated.id);
                        queued.insert(*key, separated.new.len());
                        let play = Play {
                            data: hydrated.data.clone(),
                            ratings: hydrated.ratings.clone(),
                            meta: candidate.dry.score_meta.clone(),
                            time_achieved: candidate.dry.time_achieved,
                        };
                        separated.new.push(NewScore { candidate, id: hydrated.id, play, row: number });
                    }
                    Err(error) => row.fail_hydration(error.clone()),
                }
            }
        }
        separated.rows.push(row);
    }
    Ok(separated)
}

fn candidates(converted: &Converted) -> impl Iterator<Item = &Candidate> {
    converted.elements.iter().filter_map(|element| match &element.outcome {
        ElementOutcome::Score(candidate) => Some(&**candidate),
        ElementOutcome::Orphan(_) | ElementOutcome::Nothing => None,
    })
}

/// Whether two elements with one de-duplication key are the same play: with two different times they are not, though
/// the score ID cannot tell them apart.
pub fn same_play(a: Option<i64>, b: Option<i64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}
