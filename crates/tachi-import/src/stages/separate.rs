//! Tells new scores from known ones.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::ChartKey;
use tachi_core::hydrate::Hydrated;
use tachi_core::score_id::DedupKey;
use tachi_db::imports::{ImportRow, RowStatus};
use tachi_db::scores::{Known, KnownScore, Score, scores_known};
use tachi_db::{Conn, DbError, ScoreKey};

use crate::convert::{Candidate, Element, ElementOutcome, fail_hydration};
use crate::pipeline::Scope;

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
    /// The score as it will be stored.
    pub score: Score,
    /// The row that reports it.
    pub row: usize,
}

/// A known score that came again.
#[derive(Debug)]
pub struct Repeated<'a> {
    /// What came.
    pub candidate: &'a Candidate,
    /// What it repeats.
    pub of: Original,
    /// The row that reports it.
    pub row: usize,
}

/// What a repeated score is a repetition of.
#[derive(Debug, Clone, Copy)]
pub enum Original {
    /// A stored score.
    Stored(ScoreKey),
    /// A new score of this import, by its position in [`Separated::new`].
    New(usize),
}

/// Sorts the scores of an import into new and known ones.
pub fn separate<'a>(conn: &mut Conn, scope: &Scope<'_>, elements: &'a [Element]) -> Result<Separated<'a>, DbError> {
    let Known { scores: stored, blacklisted } = scores_known(conn, scope.user, &keys(elements))?;
    let stored: FxHashMap<DedupKey, KnownScore> = stored.into_iter().map(|score| (score.dedup_key, score)).collect();

    let mut separated = Separated::default();
    let mut queued: FxHashMap<DedupKey, usize> = FxHashMap::default();
    for element in elements {
        let number = separated.rows.len();
        let mut row = element.row.clone();
        if let ElementOutcome::Score(candidate) = &element.outcome {
            let key = &candidate.dedup_key;
            if blacklisted.contains(key) {
                row.status = RowStatus::Skipped;
                row.message = Some("This score is on your blacklist.".to_owned());
            } else if let Some(known) = stored.get(key) {
                row.status = RowStatus::Known;
                row.score_id = Some(known.id);
                if same_play(known.time_achieved, candidate.dry.time_achieved) {
                    separated.repeated.push(Repeated { candidate, of: Original::Stored(known.key), row: number });
                }
            } else if let Some(index) = queued.get(key) {
                row.status = RowStatus::Known;
                row.score_id = Some(separated.new[*index].score.id);
                separated.repeated.push(Repeated { candidate, of: Original::New(*index), row: number });
            } else {
                match &candidate.hydrated {
                    Ok(hydrated) => {
                        row.score_id = Some(hydrated.id);
                        queued.insert(*key, separated.new.len());
                        let score = new_score(scope, candidate, hydrated);
                        separated.new.push(NewScore { candidate, score, row: number });
                    }
                    Err(error) => fail_hydration(&mut row, error.clone()),
                }
            }
        }
        separated.rows.push(row);
    }
    Ok(separated)
}

/// What tells the scores of an import apart, each once.
fn keys(elements: &[Element]) -> Vec<(ChartKey, DedupKey)> {
    let mut seen = FxHashSet::default();
    let candidates = elements.iter().filter_map(|element| match &element.outcome {
        ElementOutcome::Score(candidate) => Some((candidate.chart_key, candidate.dedup_key)),
        ElementOutcome::Orphan(_) | ElementOutcome::Nothing => None,
    });
    candidates.filter(|(_, key)| seen.insert(*key)).collect()
}

fn new_score(scope: &Scope<'_>, candidate: &Candidate, hydrated: &Hydrated) -> Score {
    Score {
        id: hydrated.id,
        dedup_key: candidate.dedup_key,
        user: scope.user,
        chart: candidate.chart_key,
        import: None,
        session: None,
        session_pos: None,
        time_achieved: candidate.dry.time_achieved,
        time_added: scope.now,
        import_type: candidate.import_type,
        service: candidate.dry.service.clone(),
        comment: candidate.dry.comment.clone(),
        highlight: false,
        data: hydrated.data.clone(),
        score_meta: candidate.dry.score_meta.clone(),
        ratings: hydrated.ratings.clone(),
    }
}

/// Whether two elements with one de-duplication key are the same play: with two different times they are not, though
/// the score ID cannot tell them apart.
pub fn same_play(a: Option<i64>, b: Option<i64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}
