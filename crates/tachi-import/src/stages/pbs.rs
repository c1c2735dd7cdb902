//! Composes the PBs of the charts that an import touched.
//!
//! A PB is made of all scores on its chart. Where scores are only added, those that the old PB was composed of speak
//! for all others that are stored: each of them is the best there is in what it contributed. So the cost is that of
//! the import, however often the charts were played. Where a stored score changed, all scores of the chart are read.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::{Catalogue, Chart, ChartIdx, ChartKey};
use tachi_core::ids::UserId;
use tachi_core::pb::{self, PbCandidate};
use tachi_db::pbs::{StoredPb, pbs_delete, pbs_upsert};
use tachi_db::scores::{PbScore, Score, scores_for_pbs, scores_of_pbs};
use tachi_db::{Conn, DbError, ScoreKey};

use super::enrich::Enriched;
use super::separate::Separated;
use crate::pipeline::Scope;

/// Composes and writes PBs; returns the charts whose PBs are new.
pub fn pbs(
    conn: &mut Conn,
    scope: &Scope<'_>,
    separated: &Separated<'_>,
    enriched: &[Enriched],
    keys: &[Option<ScoreKey>],
) -> Result<Vec<ChartIdx>, DbError> {
    let mut touched: Vec<ChartIdx> = Vec::new();
    let mut new: FxHashMap<ChartKey, Vec<(ScoreKey, &Score)>> = FxHashMap::default();
    for (new_score, key) in separated.new.iter().zip(keys) {
        let Some(key) = key else { continue };
        let of_chart = new.entry(new_score.score.chart).or_insert_with(|| {
            touched.push(new_score.candidate.chart);
            Vec::new()
        });
        of_chart.push((*key, &new_score.score));
    }
    let changed: FxHashSet<ChartKey> = enriched.iter().map(|enriched| enriched.stored.score.chart).collect();
    for chart in changed.iter().filter(|chart| !new.contains_key(chart)) {
        let chart = scope.catalogue.chart_by_key(*chart);
        touched.extend(chart.and_then(|chart| scope.catalogue.chart_by_id(&chart.id)));
    }
    let stored = stored(conn, scope, &touched, &changed)?;
    let mut composed = Vec::with_capacity(touched.len());
    for chart in &touched {
        let chart = scope.catalogue.chart(*chart);
        let mut scores: Vec<Candidate<'_>> =
            stored.get(&chart.key).into_iter().flatten().map(|stored| (stored.key, stored.as_candidate())).collect();
        // Where all scores of a chart were read, the new ones are among them.
        if !changed.contains(&chart.key) {
            let new = new.get(&chart.key).into_iter().flatten();
            scores.extend(new.map(|(key, score)| (*key, score.as_candidate())));
        }
        composed.extend(compose(scope.user, scope.catalogue, chart, &scores));
    }
    pbs_upsert(conn, &composed)?;
    Ok(touched)
}

/// The stored scores that the PBs of charts have to be composed of, by chart.
fn stored(
    conn: &mut Conn,
    scope: &Scope<'_>,
    touched: &[ChartIdx],
    changed: &FxHashSet<ChartKey>,
) -> Result<FxHashMap<ChartKey, Vec<PbScore>>, DbError> {
    let keys = touched.iter().map(|chart| scope.catalogue.chart(*chart).key);
    let (all, some): (Vec<ChartKey>, Vec<ChartKey>) = keys.partition(|chart| changed.contains(chart));
    let mut found = scores_for_pbs(conn, scope.user, &all)?;
    found.extend(scores_of_pbs(conn, scope.user, &some)?);
    Ok(by_chart(found))
}

fn by_chart(scores: Vec<PbScore>) -> FxHashMap<ChartKey, Vec<PbScore>> {
    let mut by_chart: FxHashMap<ChartKey, Vec<PbScore>> = FxHashMap::default();
    for score in scores {
        by_chart.entry(score.chart).or_default().push(score);
    }
    by_chart
}

/// How many charts are composed at a time from all their scores.
const CHARTS: usize = 1000;

/// Composes the PBs of charts from all their scores; charts without any lose theirs.
pub fn recompose(conn: &mut Conn, scope: &Scope<'_>, charts: &[ChartKey]) -> Result<(), DbError> {
    for charts in charts.chunks(CHARTS) {
        let stored = by_chart(scores_for_pbs(conn, scope.user, charts)?);
        let mut composed = Vec::with_capacity(charts.len());
        let mut empty = Vec::new();
        for key in charts {
            let of_chart = stored.get(key).into_iter().flatten();
            let scores: Vec<Candidate<'_>> = of_chart.map(|stored| (stored.key, stored.as_candidate())).collect();
            match compose(scope.user, scope.catalogue, scope.chart(*key)?, &scores) {
                Some(pb) => composed.push(pb),
                None => empty.push(*key),
            }
        }
        pbs_delete(conn, scope.user, &empty)?;
        pbs_upsert(conn, &composed)?;
    }
    Ok(())
}

/// A score that a PB may be composed of.
pub type Candidate<'a> = (ScoreKey, PbCandidate<'a>);

/// The PB of a user's scores on a chart; `None` when there are none.
pub fn compose(user: UserId, catalogue: &Catalogue, chart: &Chart, scores: &[Candidate<'_>]) -> Option<StoredPb> {
    let candidates: Vec<PbCandidate<'_>> = scores.iter().map(|(_, score)| *score).collect();
    let pb = pb::compose(&candidates, chart)?;
    let composed = pb.composed_from.into_iter().filter_map(|part| {
        let (key, _) = scores.iter().find(|(_, score)| score.id == part.score_id)?;
        Some((part.name, *key))
    });
    Some(StoredPb {
        user,
        chart: chart.key,
        is_primary: chart.is_primary,
        highlight: pb.highlight,
        time_achieved: pb.time_achieved,
        composed: composed.collect(),
        data: pb.data,
        ratings: pb.ratings,
        bucket: catalogue.bucket(chart),
    })
}
