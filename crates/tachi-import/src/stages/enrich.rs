//! Enrichment: a play that came again with more data completes what is stored. Source: `spec/pipeline.md` 15.

use rustc_hash::FxHashMap;
use tachi_core::catalogue::Chart;
use tachi_core::hydrate::{self, HydrateError};
use tachi_db::imports::RowStatus;
use tachi_db::scores::{Score, StoredScore, scores_by_keys};
use tachi_db::{Conn, DbError, ScoreKey};

use super::separate::{Original, Separated, same_play};
use crate::convert::Candidate;
use crate::pipeline::Scope;

/// A stored score that was completed.
#[derive(Debug)]
pub struct Enriched {
    /// What it is now.
    pub stored: StoredScore,
    /// What was filled in, as dotted paths.
    pub filled: Vec<String>,
}

/// How the time of a score is named among what was filled in.
pub const TIME: &str = "timeAchieved";
/// What the names of score meta begin with.
pub const META: &str = "scoreMeta.";

impl Enriched {
    /// Whether the score had no time and has one now.
    pub fn gained_time(&self) -> bool {
        self.filled.iter().any(|member| member == TIME)
    }
}

/// Completes new scores of this import and stored ones from elements that repeat them. Rows are updated; nothing is
/// written yet.
pub fn enrich(conn: &mut Conn, scope: &Scope<'_>, separated: &mut Separated<'_>) -> Result<Vec<Enriched>, DbError> {
    let keys: Vec<ScoreKey> = separated
        .repeated
        .iter()
        .filter_map(|repeated| match repeated.of {
            Original::Stored(key) => Some(key),
            Original::New(_) => None,
        })
        .collect();
    let stored = scores_by_keys(conn, &keys)?;
    let mut stored: FxHashMap<ScoreKey, Enriched> =
        stored.into_iter().map(|stored| (stored.key, Enriched { stored, filled: Vec::new() })).collect();
    for repeated in &separated.repeated {
        let chart = scope.catalogue.chart(repeated.candidate.chart);
        let row = &mut separated.rows[repeated.row];
        let filled = match repeated.of {
            Original::New(index) => complete(&mut separated.new[index].score, repeated.candidate, chart),
            Original::Stored(key) => {
                let Some(enriched) = stored.get_mut(&key) else { continue };
                complete(&mut enriched.stored.score, repeated.candidate, chart)
                    .inspect(|filled| enriched.filled.extend_from_slice(filled))
            }
        };
        match filled {
            Ok(filled) if filled.is_empty() => {}
            Ok(_) => row.status = RowStatus::Enriched,
            Err(error) => row.message = Some(error.to_string()),
        }
    }
    let mut enriched: Vec<Enriched> = stored.into_values().filter(|enriched| !enriched.filled.is_empty()).collect();
    enriched.sort_by_key(|enriched| enriched.stored.key);
    Ok(enriched)
}

/// Fills what a score lacks from a candidate; returns what. Nothing is filled when the result would not be valid.
fn complete(score: &mut Score, candidate: &Candidate, chart: &Chart) -> Result<Vec<String>, HydrateError> {
    let dry = &candidate.dry;
    if !same_play(score.time_achieved, dry.time_achieved) {
        return Ok(Vec::new());
    }
    let mut data = score.data.clone();
    let mut filled = data.enrich(&dry.data);
    if !filled.is_empty() {
        (score.data, score.ratings) = hydrate::derive(data, chart)?;
    }
    for (name, value) in &dry.score_meta {
        if !value.is_null() && score.score_meta.get(name).is_none_or(serde_json::Value::is_null) {
            score.score_meta.insert(name.clone(), value.clone());
            filled.push(format!("{META}{name}"));
        }
    }
    if let (None, Some(time)) = (score.time_achieved, dry.time_achieved) {
        score.time_achieved = Some(time);
        filled.push(TIME.to_owned());
    }
    Ok(filled)
}
