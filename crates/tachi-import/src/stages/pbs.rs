//! Composes the PBs of the charts that an import touched.
//!
//! A PB is made of all scores on its chart. Where scores are only added, those that the old PB was composed of speak
//! for all others that are stored: each of them is the best there is in what it contributed. So the cost is that of
//! the import, however often the charts were played. Where a stored score changed, all scores of the chart are read.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::{Chart, ChartIdx, ChartKey};
use tachi_core::pb::{self, PbCandidate};
use tachi_db::pbs::{self, NewPb, PbRating};
use tachi_db::scores::{self, Score};
use tachi_db::{Conn, DbError, ScoreKey};

use super::enrich::Enriched;
use super::separate::Separated;
use crate::pipeline::Import;

/// Charts whose PBs were composed anew.
pub type Touched = Vec<ChartIdx>;

/// Composes and writes PBs.
pub fn pbs(
    conn: &mut Conn,
    import: &Import<'_>,
    separated: &Separated<'_>,
    enriched: &[Enriched],
    keys: &[Option<ScoreKey>],
) -> Result<Touched, DbError> {
    let mut new: FxHashMap<ChartKey, Vec<(ScoreKey, PbCandidate<'_>)>> = FxHashMap::default();
    let mut touched = Touched::new();
    for (score, key) in separated.new.iter().zip(keys) {
        let Some(key) = key else { continue };
        let candidates = new.entry(score.candidate.chart_key).or_insert_with(|| {
            touched.push(score.candidate.chart);
            Vec::new()
        });
        let candidate = PbCandidate {
            id: score.id,
            data: &score.play.data,
            time_achieved: score.play.time_achieved,
            highlight: false,
        };
        candidates.push((*key, candidate));
    }
    let changed: FxHashSet<ChartKey> = enriched.iter().map(|enriched| enriched.before.chart).collect();
    for chart in &changed {
        if let (false, Some(chart)) = (new.contains_key(chart), import.catalogue.chart_by_key(*chart)) {
            touched.extend(import.catalogue.chart_by_id(&chart.id));
        }
    }
    let stored = stored(conn, import, &touched, &changed)?;
    let charts = touched.iter().map(|chart| import.catalogue.chart(*chart));
    let composed: Vec<Composed<'_>> = charts
        .filter_map(|chart| {
            let old = stored.get(&chart.key).map_or(&[][..], Vec::as_slice);
            let new = new.get(&chart.key).map_or(&[][..], Vec::as_slice);
            // Where all scores of a chart were read, the new ones are among them.
            let new = if changed.contains(&chart.key) { &[] } else { new };
            compose(chart, old, new)
        })
        .collect();
    write(conn, import, &composed)?;
    Ok(touched)
}

/// The stored scores that the PBs of charts have to be composed of.
fn stored(
    conn: &mut Conn,
    import: &Import<'_>,
    touched: &[ChartIdx],
    changed: &FxHashSet<ChartKey>,
) -> Result<FxHashMap<ChartKey, Vec<Score>>, DbError> {
    let keys = touched.iter().map(|chart| import.catalogue.chart(*chart).key);
    let (all, some): (Vec<ChartKey>, Vec<ChartKey>) = keys.partition(|chart| changed.contains(chart));
    let user = import.request.user;
    let mut found = scores::scores_of_charts(conn, user, &all)?;
    found.extend(pbs::scores_of_pbs(conn, user, &some)?);
    let mut stored: FxHashMap<ChartKey, Vec<Score>> = FxHashMap::default();
    for score in found {
        stored.entry(score.chart).or_default().push(score);
    }
    Ok(stored)
}

/// A composed PB with its chart and the numbers of the scores it is made of.
struct Composed<'a> {
    chart: &'a Chart,
    pb: pb::Pb,
    made_of: Vec<(String, ScoreKey)>,
}

fn compose<'a>(chart: &'a Chart, old: &[Score], new: &[(ScoreKey, PbCandidate<'_>)]) -> Option<Composed<'a>> {
    let old = old.iter().map(|score| {
        let candidate = PbCandidate {
            id: score.score_id,
            data: &score.data,
            time_achieved: score.time_achieved,
            highlight: score.highlight,
        };
        (score.key, candidate)
    });
    let all: Vec<(ScoreKey, PbCandidate<'_>)> = old.chain(new.iter().copied()).collect();
    let candidates: Vec<PbCandidate<'_>> = all.iter().map(|(_, candidate)| *candidate).collect();
    let pb = pb::compose(&candidates, chart)?;
    let made_of = pb.composed_from.iter().filter_map(|part| {
        let (key, _) = all.iter().find(|(_, candidate)| candidate.id == part.score_id)?;
        Some((part.name.clone(), *key))
    });
    Some(Composed { chart, made_of: made_of.collect(), pb })
}

fn write(conn: &mut Conn, import: &Import<'_>, composed: &[Composed<'_>]) -> Result<(), DbError> {
    let user = import.request.user;
    let rows: Vec<NewPb<'_>> = composed
        .iter()
        .map(|composed| NewPb {
            user,
            gpt: composed.chart.gpt,
            chart: composed.chart.key,
            is_primary: composed.chart.is_primary,
            highlight: composed.pb.highlight,
            time_achieved: composed.pb.time_achieved,
            data: &composed.pb.data,
            ratings: &composed.pb.ratings,
            composed: &composed.made_of,
        })
        .collect();
    pbs::pbs_upsert(conn, &rows)?;
    let charts: Vec<ChartKey> = composed.iter().map(|composed| composed.chart.key).collect();
    let ratings: Vec<PbRating> = composed.iter().flat_map(|composed| rated(import, composed)).collect();
    pbs::pb_ratings_replace(conn, user, &charts, &ratings)
}

/// The ratings that profiles and leaderboards rank; charts that are not primary have none.
fn rated<'a>(import: &'a Import<'_>, composed: &'a Composed<'_>) -> impl Iterator<Item = PbRating> + 'a {
    let chart = composed.chart;
    let bucket = (chart.config().pb.bucket)(import.catalogue.song_of(chart), chart);
    let ratings = composed.pb.ratings.iter().enumerate().filter(|_| chart.is_primary);
    ratings.filter_map(move |(rating, value)| {
        Some(PbRating { gpt: chart.gpt, chart: chart.key, rating, bucket, value: (*value)? })
    })
}
