//! PBs and profiles.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tachi_core::catalogue::ChartKey;
use tachi_core::class;
use tachi_core::game::{ClassSource, Gpt};
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;
use tachi_db::DbError;
use tachi_db::pbs::{CheckedPb, StoredPb, pbs_page};
use tachi_db::profiles::{Profile, profiles_page};
use tachi_db::scores::{PbScore, scores_for_pbs};

use super::{Check, Invariant, PAGE};
use crate::stages::pbs::{Candidate, compose};
use crate::stages::profile::ratings;

/// The scores of users by chart.
type Sources = FxHashMap<(UserId, ChartKey), Vec<PbScore>>;

/// Checks all PBs.
pub fn pbs(check: &mut Check<'_>) -> Result<(), DbError> {
    let mut last: Option<(UserId, ChartKey)> = None;
    loop {
        let (page, sources) = check.read(|conn| {
            let page = pbs_page(conn, last, PAGE)?;
            let mut charts: BTreeMap<UserId, Vec<ChartKey>> = BTreeMap::new();
            for CheckedPb { pb, .. } in &page {
                charts.entry(pb.user).or_default().push(pb.chart);
            }
            let mut sources = Sources::default();
            for (user, charts) in &charts {
                for score in scores_for_pbs(conn, *user, charts)? {
                    sources.entry((*user, score.chart)).or_default().push(score);
                }
            }
            Ok((page, sources))
        })?;
        let Some(CheckedPb { pb: end, .. }) = page.last() else { return Ok(()) };
        last = Some((end.user, end.chart));
        for checked in &page {
            pb(check, checked, sources.get(&(checked.pb.user, checked.pb.chart)).map_or(&[], Vec::as_slice));
        }
    }
}

fn pb(check: &mut Check<'_>, CheckedPb { pb: stored, is_ranked, is_rated }: &CheckedPb, scores: &[PbScore]) {
    let name = format!("pb of user {} on chart {}", stored.user, stored.chart.0);
    check.expect(*is_ranked, Invariant::PbRank, || {
        format!("{name}: its place on the leaderboard is not that of its data")
    });
    check.expect(*is_rated, Invariant::PbRatings, || format!("{name}: lists of the best have other ratings"));
    let Some(chart) = check.catalogue.chart_by_key(stored.chart) else {
        check.found(Invariant::Pb, format!("{name}: there is no such chart"));
        return;
    };
    let scores: Vec<Candidate<'_>> = scores.iter().map(|score| (score.key, score.as_candidate())).collect();
    let Some(expected) = compose(stored.user, &check.catalogue, chart, &scores) else {
        check.found(Invariant::Pb, format!("{name}: there is no score on the chart"));
        return;
    };
    check.expect(stored.bucket == expected.bucket, Invariant::PbRatings, || {
        format!("{name}: it counts for part {} of the profile, not {}", stored.bucket, expected.bucket)
    });
    check.expect(stored.composed == expected.composed, Invariant::PbComposition, || {
        format!("{name}: it is composed of {:?}, not of {:?}", expected.composed, stored.composed)
    });
    let same = StoredPb { composed: stored.composed.clone(), bucket: stored.bucket, ..expected };
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
