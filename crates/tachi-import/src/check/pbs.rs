//! PBs and profiles.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tachi_core::catalogue::ChartKey;
use tachi_core::class;
use tachi_core::game::{ClassSource, Gpt};
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;
use tachi_db::pbs::{PbRating, StoredPb, pb_ratings_of_charts, pbs_page};
use tachi_db::profiles::{Profile, profiles_page};
use tachi_db::scores::{Score, StoredScore, scores_of_charts};
use tachi_db::{DbError, ScoreKey};

use super::{Check, Invariant, PAGE};
use crate::stages::pbs::{compose, rated};
use crate::stages::profile::ratings;

/// What PBs of one user follow from.
#[derive(Default)]
struct Sources {
    scores: FxHashMap<ChartKey, Vec<StoredScore>>,
    ratings: FxHashMap<ChartKey, Vec<PbRating>>,
}

/// Checks all PBs.
pub fn pbs(check: &mut Check<'_>) -> Result<(), DbError> {
    let mut last: Option<(UserId, ChartKey)> = None;
    loop {
        let (page, sources) = check.read(|conn| {
            let page = pbs_page(conn, last, PAGE)?;
            let mut charts: BTreeMap<UserId, Vec<ChartKey>> = BTreeMap::new();
            for (pb, _) in &page {
                charts.entry(pb.user).or_default().push(pb.chart);
            }
            let mut sources: FxHashMap<UserId, Sources> = FxHashMap::default();
            for (user, charts) in &charts {
                let of_user = sources.entry(*user).or_default();
                for score in scores_of_charts(conn, *user, charts)? {
                    of_user.scores.entry(score.score.chart).or_default().push(score);
                }
                for rating in pb_ratings_of_charts(conn, *user, charts)? {
                    of_user.ratings.entry(rating.chart).or_default().push(rating);
                }
            }
            Ok((page, sources))
        })?;
        let Some((end, _)) = page.last() else { return Ok(()) };
        last = Some((end.user, end.chart));
        for (stored, is_ranked) in &page {
            if let Some(sources) = sources.get(&stored.user) {
                pb(check, stored, *is_ranked, sources);
            }
        }
    }
}

fn pb(check: &mut Check<'_>, stored: &StoredPb, is_ranked: bool, sources: &Sources) {
    let name = format!("pb of user {} on chart {}", stored.user, stored.chart.0);
    check.expect(is_ranked, Invariant::PbRank, || {
        format!("{name}: its place on the leaderboard is not that of its data")
    });
    let Some(chart) = check.catalogue.chart_by_key(stored.chart) else {
        check.found(Invariant::Pb, format!("{name}: there is no such chart"));
        return;
    };
    let scores = sources.scores.get(&stored.chart).into_iter().flatten();
    let scores: Vec<(ScoreKey, &Score)> = scores.map(|stored| (stored.key, &stored.score)).collect();
    let expected = compose(stored.user, chart, &scores);
    let expected_ratings: Vec<PbRating> = rated(&check.catalogue, chart, stored).collect();
    let ratings = sources.ratings.get(&stored.chart).map_or(&[][..], Vec::as_slice);
    check.expect(ratings == expected_ratings, Invariant::PbRatings, || {
        format!("{name}: {ratings:?} are ranked, {expected_ratings:?} should be")
    });
    let Some(expected) = expected else {
        check.found(Invariant::Pb, format!("{name}: there is no score on the chart"));
        return;
    };
    check.expect(stored.composed == expected.composed, Invariant::PbComposition, || {
        format!("{name}: it is composed of {:?}, not of {:?}", expected.composed, stored.composed)
    });
    let same = StoredPb { composed: stored.composed.clone(), ..expected };
    check.expect(*stored == same, Invariant::Pb, || format!("{name}: its scores give another"));
}

/// Checks all profiles.
pub fn profiles(check: &mut Check<'_>) -> Result<(), DbError> {
    let mut last: Option<(UserId, Gpt)> = None;
    loop {
        let page = check.read(|conn| {
            let mut page = Vec::new();
            for (profile, is_ranked) in profiles_page(conn, last, PAGE)? {
                let expected = ratings(conn, profile.user, profile.gpt.config(), &check.catalogue)?;
                page.push((profile, is_ranked, expected));
            }
            Ok(page)
        })?;
        let Some((end, ..)) = page.last() else { return Ok(()) };
        last = Some((end.user, end.gpt));
        for (stored, is_ranked, expected) in &page {
            profile(check, stored, *is_ranked, expected);
        }
    }
}

fn profile(check: &mut Check<'_>, stored: &Profile, is_ranked: bool, expected: &Ratings) {
    let name = format!("profile of user {} on {}", stored.user, stored.gpt);
    check.expect(is_ranked, Invariant::ProfileRank, || format!("{name}: the leaderboard has other ratings"));
    // A profile that holds only classes that were told has no ratings yet.
    let is_unrated = stored.ratings.is_empty() && expected.iter().all(Option::is_none);
    check.expect(is_unrated || stored.ratings == *expected, Invariant::ProfileRatings, || {
        format!("{name}: it has {:?}, its PBs give {expected:?}", stored.ratings)
    });
    for (set, value) in &stored.classes {
        let known = stored.gpt.config().class_set(set).is_some_and(|set| set.index_of(value).is_some());
        check.expect(known, Invariant::Classes, || format!("{name}: there is no class {value} of {set}"));
    }
    let config = stored.gpt.config();
    for set in config.classes {
        let ClassSource::Derived { rating, .. } = set.source else { continue };
        let position = config.profile_ratings.iter().position(|known| known.name == rating);
        let rating = position.and_then(|position| stored.ratings.get(position).copied().flatten());
        let (held, derived) = (stored.classes.get(set.id).map(String::as_str), class::derive(set, rating));
        check.expect(held == derived, Invariant::Classes, || {
            format!("{name}: {} is {held:?}, its rating gives {derived:?}", set.id)
        });
    }
}
