//! Personal bests: composed of a user's scores on one chart. Source: `spec/pbs.md` 1 and 3.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::catalogue::Chart;
use crate::game::{Group, Merger, Pick};
use crate::hydrate::{Ratings, rate};
use crate::ids::ScoreId;
use crate::score::{MetricIdx, ScoreData};

/// A score as composition sees it.
#[derive(Debug, Clone, Copy)]
pub struct PbCandidate<'a> {
    /// The score's ID, which breaks the last tie.
    pub id: ScoreId,
    /// Its data, hydrated.
    pub data: &'a ScoreData,
    /// When it was achieved.
    pub time_achieved: Option<i64>,
    /// Whether the player highlighted it.
    pub highlight: bool,
}

/// A score that a PB is composed of, and what it contributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposedFrom {
    /// What it contributed: `Best Score`, `Best Lamp`...
    pub name: String,
    /// The score.
    #[serde(rename = "scoreID")]
    pub score_id: ScoreId,
}

/// A composed PB.
#[derive(Debug, Clone, PartialEq)]
pub struct Pb {
    /// The merged data.
    pub data: ScoreData,
    /// Ratings of the merged data.
    pub ratings: Ratings,
    /// When the last contributing score was achieved.
    pub time_achieved: Option<i64>,
    /// Whether any contributing score is highlighted.
    pub highlight: bool,
    /// The contributing scores, the base first.
    pub composed_from: Vec<ComposedFrom>,
}

/// The PB of these scores of one user on one chart; `None` when there are none.
///
/// The order of the scores does not matter.
#[must_use]
pub fn compose(scores: &[PbCandidate<'_>], chart: &Chart) -> Option<Pb> {
    let config = chart.config();
    let base = best(scores.iter(), config.default_metric, Pick::Largest)?;
    let mut pb = Pb {
        data: base.data.clone(),
        ratings: Ratings::default(),
        time_achieved: base.time_achieved,
        highlight: base.highlight,
        composed_from: vec![ComposedFrom { name: config.pb.base.to_owned(), score_id: base.id }],
    };
    for merger in config.pb.mergers {
        merge(&mut pb, merger, base, scores);
    }
    pb.ratings = rate(config, &pb.data, chart);
    Some(pb)
}

fn merge(pb: &mut Pb, merger: &Merger, base: &PbCandidate<'_>, scores: &[PbCandidate<'_>]) {
    let eligible = |score: &&PbCandidate<'_>| merger.eligible.is_none_or(|eligible| eligible(score.data));
    let picked = best(scores.iter().filter(eligible), merger.metric, merger.pick);
    let Some(picked) = picked else {
        // What only an ineligible base had must not stay on the PB.
        if !eligible(&base) {
            for metric in merger.copies {
                pb.data.set(*metric, None);
            }
        }
        return;
    };
    for metric in merger.copies {
        pb.data.set(*metric, picked.data.get(*metric).cloned());
    }
    pb.highlight |= picked.highlight;
    if let (Some(before), Some(now)) = (pb.time_achieved, picked.time_achieved) {
        pb.time_achieved = Some(before.max(now));
    }
    if pb.composed_from.iter().all(|reference| reference.score_id != picked.id) {
        pb.composed_from.push(ComposedFrom { name: merger.name.to_owned(), score_id: picked.id });
    }
}

/// The score with the best value of a metric; ties go to the older one, then to the smaller ID.
fn best<'a, 'b>(
    scores: impl Iterator<Item = &'a PbCandidate<'b>>,
    metric: MetricIdx,
    pick: Pick,
) -> Option<&'a PbCandidate<'b>>
where
    'b: 'a,
{
    let valued = scores.filter_map(|score| Some((score.data.rank(metric)?, score)));
    let best = valued.min_by(|(a_value, a), (b_value, b)| {
        let by_value = match pick {
            Pick::Largest => b_value.total_cmp(a_value),
            Pick::Smallest => a_value.total_cmp(b_value),
        };
        by_value.then_with(|| earlier(a.time_achieved, b.time_achieved)).then_with(|| a.id.cmp(&b.id))
    });
    best.map(|(_, score)| score)
}

/// Earlier first, unknown last.
fn earlier(a: Option<i64>, b: Option<i64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// The values a leaderboard sorts by, each larger first, absent last; those where smaller is better are negated.
#[must_use]
pub fn rank_values(data: &ScoreData) -> Vec<Option<f64>> {
    let keys = data.config().pb.rank.iter();
    keys.map(|key| data.rank(key.metric).map(|value| if key.ascending { -value } else { value })).collect()
}

/// Whether a score's metrics are enough for a PB: every provided and derived metric is there.
#[must_use]
pub fn is_complete(data: &ScoreData) -> bool {
    let config = data.config();
    [Group::Provided, Group::Derived]
        .into_iter()
        .flat_map(|group| config.metrics_of(group))
        .all(|(metric, _)| data.get(metric).is_some())
}
