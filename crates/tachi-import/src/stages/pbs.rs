//! Composes the PBs of the charts that an import touched.
//!
//! A PB is made of all scores on its chart. Where scores are only added, those that the old PB was composed of speak
//! for all others that are stored: each of them is the best there is in what it contributed. So the cost is that of
//! the import, however often the charts were played. Where a stored score changed, all scores of the chart are read.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::{Catalogue, Chart, ChartIdx, ChartKey};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_core::pb::{self, PbCandidate};
use tachi_db::pbs::{PbRating, StoredPb, pb_ratings_replace, pbs_delete, pbs_of_charts, pbs_upsert};
use tachi_db::scores::{Score, StoredScore, scores_by_keys, scores_of_charts};
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
        let mut scores: Vec<(ScoreKey, &Score)> =
            stored.get(&chart.key).into_iter().flatten().map(|stored| (stored.key, &stored.score)).collect();
        // Where all scores of a chart were read, the new ones are among them.
        if !changed.contains(&chart.key) {
            scores.extend(new.get(&chart.key).into_iter().flatten());
        }
        composed.extend(compose(scope.user, chart, &scores));
    }
    write(conn, scope.user, scope.catalogue, &composed)?;
    Ok(touched)
}

/// The stored scores that the PBs of charts have to be composed of.
fn stored(
    conn: &mut Conn,
    scope: &Scope<'_>,
    touched: &[ChartIdx],
    changed: &FxHashSet<ChartKey>,
) -> Result<FxHashMap<ChartKey, Vec<StoredScore>>, DbError> {
    let keys = touched.iter().map(|chart| scope.catalogue.chart(*chart).key);
    let (all, some): (Vec<ChartKey>, Vec<ChartKey>) = keys.partition(|chart| changed.contains(chart));
    let user = scope.user;
    let mut found = scores_of_charts(conn, user, &all)?;
    let old = pbs_of_charts(conn, user, &some)?;
    let parts = old.iter().flat_map(|pb| &pb.composed).map(|(_, key)| *key).collect::<FxHashSet<ScoreKey>>();
    found.extend(scores_by_keys(conn, &parts.into_iter().collect::<Vec<_>>())?);
    let mut stored: FxHashMap<ChartKey, Vec<StoredScore>> = FxHashMap::default();
    for score in found {
        stored.entry(score.score.chart).or_default().push(score);
    }
    Ok(stored)
}

/// How many charts are composed at a time from all their scores.
const CHARTS: usize = 1000;

/// Composes the PBs of charts from all their scores; charts without any lose theirs.
pub fn recompose(conn: &mut Conn, scope: &Scope<'_>, charts: &[ChartKey]) -> Result<(), DbError> {
    for charts in charts.chunks(CHARTS) {
        let mut stored: FxHashMap<ChartKey, Vec<StoredScore>> = FxHashMap::default();
        for score in scores_of_charts(conn, scope.user, charts)? {
            stored.entry(score.score.chart).or_default().push(score);
        }
        let mut composed = Vec::with_capacity(charts.len());
        let mut empty = Vec::new();
        for key in charts {
            let of_chart = stored.get(key).into_iter().flatten();
            let scores: Vec<(ScoreKey, &Score)> = of_chart.map(|stored| (stored.key, &stored.score)).collect();
            match compose(scope.user, scope.chart(*key)?, &scores) {
                Some(pb) => composed.push(pb),
                None => empty.push(*key),
            }
        }
        pbs_delete(conn, scope.user, &empty)?;
        write(conn, scope.user, scope.catalogue, &composed)?;
    }
    Ok(())
}

/// The PB of a user's scores on a chart; `None` when there are none.
pub fn compose(user: UserId, chart: &Chart, scores: &[(ScoreKey, &Score)]) -> Option<StoredPb> {
    let candidates: Vec<PbCandidate<'_>> = scores
        .iter()
        .map(|(_, score)| PbCandidate {
            id: score.id,
            data: &score.data,
            time_achieved: score.time_achieved,
            highlight: score.highlight,
        })
        .collect();
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
    })
}

/// Writes PBs and the ratings of theirs that profiles and leaderboards rank.
pub fn write(conn: &mut Conn, user: UserId, catalogue: &Catalogue, pbs: &[StoredPb]) -> Result<(), DbError> {
    pbs_upsert(conn, pbs)?;
    let mut by_gpt: FxHashMap<Gpt, (Vec<ChartKey>, Vec<PbRating>)> = FxHashMap::default();
    for pb in pbs {
        let (charts, ratings) = by_gpt.entry(pb.data.config().gpt).or_default();
        charts.push(pb.chart);
        if let Some(chart) = catalogue.chart_by_key(pb.chart) {
            ratings.extend(rated(catalogue, chart, pb));
        }
    }
    for (gpt, (charts, ratings)) in by_gpt {
        pb_ratings_replace(conn, user, gpt, &charts, &ratings)?;
    }
    Ok(())
}

/// The ranked ratings of a PB; only those on primary charts count.
pub fn rated<'a>(catalogue: &Catalogue, chart: &'a Chart, pb: &'a StoredPb) -> impl Iterator<Item = PbRating> + 'a {
    let bucket = catalogue.bucket(chart);
    let ratings = pb.ratings.iter().enumerate().filter(|_| chart.is_primary);
    ratings.filter_map(move |(rating, value)| Some(PbRating { chart: chart.key, rating, bucket, value: (*value)? }))
}
