//! Enrichment: a play that came again with more data completes what is stored. Source: `spec/pipeline.md` 15.

use rustc_hash::FxHashMap;
use tachi_core::catalogue::{Catalogue, Chart};
use tachi_core::hydrate::{self, HydrateError};
use tachi_db::scores::{self, Score};
use tachi_db::{Conn, DbError, ScoreKey};

use crate::convert::Candidate;
use crate::pipeline::Import;
use crate::row::RowStatus;
use super::separate::{Known, Play, Separated, same_play};

/// A stored score that was completed.
#[derive(Debug)]
pub struct Enriched {
    /// The score as it was stored.
    pub before: Score,
    /// What it is now.
    pub play: Play,
    /// What was filled in, as dotted paths.
    pub filled: Vec<String>,
}

impl Enriched {
    /// Whether the score had no time and has one now.
    pub fn gained_time(&self) -> bool {
        self.before.time_achieved.is_none() && self.play.time_achieved.is_some()
    }
}

/// Completes new scores of this import and stored ones from elements that repeat them. Rows are updated; nothing is
/// written yet.
pub fn enrich(
    conn: &mut Conn,
    import: &Import<'_>,
    separated: &mut Separated<'_>,
) -> Result<Vec<Enriched>, DbError> {
    let stored: Vec<ScoreKey> = separated
        .repeated
        .iter()
        .filter_map(|repeated| match repeated.known {
            Known::Stored(key) => Some(key),
            Known::New(_) => None,
        })
        .collect();
    let stored = scores::scores_by_keys(conn, &stored)?;
    let mut stored: FxHashMap<ScoreKey, Enriched> = stored.into_iter().map(|score| (score.key, start(score))).collect();
    for repeated in &separated.repeated {
        let chart = import.catalogue.chart(repeated.candidate.chart);
        let row = &mut separated.rows[repeated.row];
        let completed = match repeated.known {
            Known::New(index) => complete(&mut separated.new[index].play, repeated.candidate, chart),
            Known::Stored(key) => match stored.get_mut(&key) {
                Some(enriched) => complete(&mut enriched.play, repeated.candidate, chart)
                    .inspect(|filled| enriched.filled.extend_from_slice(filled)),
                None => continue,
            },
        };
        match completed {
            Ok(filled) if filled.is_empty() => {}
            Ok(_) => row.status = RowStatus::Enriched,
            Err(error) => row.message = Some(error.to_string()),
        }
    }
    let mut enriched: Vec<Enriched> = stored.into_values().filter(|enriched| !enriched.filled.is_empty()).collect();
    enriched.sort_by_key(|enriched| enriched.before.key);
    Ok(enriched)
}

fn start(score: Score) -> Enriched {
    let play = Play {
        data: score.data.clone(),
        ratings: score.ratings.clone(),
        meta: score.meta.clone(),
        time_achieved: score.time_achieved,
    };
    Enriched { before: score, play, filled: Vec::new() }
}

/// Fills what `play` lacks from a candidate. Nothing is filled when the result would not be valid.
fn complete(play: &mut Play, candidate: &Candidate, chart: &Chart) -> Result<Vec<String>, HydrateError> {
    let dry = &candidate.dry;
    if !same_play(play.time_achieved, dry.time_achieved) {
        return Ok(Vec::new());
    }
    let mut fuller = play.clone();
    let mut filled = fuller.data.enrich(&dry.data);
    let changed_data = !filled.is_empty();
    for (name, value) in &dry.score_meta {
        if !fuller.meta.contains_key(name) && !value.is_null() {
            fuller.meta.insert(name.clone(), value.clone());
            filled.push(format!("scoreMeta.{name}"));
        }
    }
    if let (None, Some(time)) = (fuller.time_achieved, dry.time_achieved) {
        fuller.time_achieved = Some(time);
        filled.push("timeAchieved".to_owned());
    }
    if changed_data {
        (fuller.data, fuller.ratings) = hydrate::derive(fuller.data, chart)?;
    }
    if !filled.is_empty() {
        *play = fuller;
    }
    Ok(filled)
}

/// The charts on which stored scores changed.
pub fn charts<'a>(
    enriched: &'a [Enriched],
    catalogue: &'a Catalogue,
) -> impl Iterator<Item = &'a Chart> + 'a {
    enriched.iter().filter_map(|enriched| catalogue.chart_by_key(enriched.before.chart))
}
