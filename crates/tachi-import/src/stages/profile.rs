//! Brings profile ratings and classes up to date. Source: `spec/classes.md` 4 and 5.

use rustc_hash::FxHashMap;
use tachi_core::catalogue::Catalogue;
use tachi_core::class::{self, ClassDelta};
use tachi_core::game::{ClassSource, Gpt, GptConfig, ProfileRule, RatedChart};
use tachi_core::ids::UserId;
use tachi_core::rating::profile_best;
use tachi_db::profiles::{self, NewAchievement, Profile};
use tachi_db::{Conn, DbError, pbs};
use tachi_parsers::format::ProvidedClass;

use crate::pipeline::Import;

/// Updates the profiles of every playtype of a game; returns what changed, in the order of playtypes and sets.
///
/// `scored` are the playtypes on which PBs changed: the ratings of the others are what they were.
pub fn profiles(
    conn: &mut Conn,
    import: &Import<'_>,
    playtypes: &[Gpt],
    scored: &[Gpt],
    provided: &[ProvidedClass],
) -> Result<Vec<ClassDelta>, DbError> {
    let mut deltas = Vec::new();
    for gpt in playtypes {
        let provided: Vec<ProvidedClass> = provided.iter().filter(|class| class.gpt == *gpt).copied().collect();
        if scored.contains(gpt) || !provided.is_empty() {
            deltas.extend(profile(conn, import, *gpt, scored.contains(gpt), &provided)?);
        }
    }
    Ok(deltas)
}

fn profile(
    conn: &mut Conn,
    import: &Import<'_>,
    gpt: Gpt,
    has_new_scores: bool,
    provided: &[ProvidedClass],
) -> Result<Vec<ClassDelta>, DbError> {
    let user = import.request.user;
    let config = gpt.config();
    let old = profiles::profile_get(conn, user, gpt)?;
    // A class needs a profile, and a profile needs a score.
    if old.is_none() && !has_new_scores {
        return Ok(Vec::new());
    }
    let ratings = match &old {
        Some(profile) if !has_new_scores => profile.ratings.clone(),
        _ => ratings(conn, user, config, import.catalogue)?,
    };
    let mut profile = Profile { ratings, classes: old.map(|profile| profile.classes).unwrap_or_default() };
    let deltas = move_classes(&mut profile, config, provided);
    profiles::profile_upsert(conn, user, gpt, &profile)?;
    let achieved: Vec<NewAchievement<'_>> = deltas
        .iter()
        .filter(|delta| is_achievement(config, delta))
        .map(|delta| NewAchievement { user, gpt, set: &delta.set, old: delta.old.as_deref(), new: &delta.new })
        .collect();
    profiles::achievements_insert(conn, &achieved, import.now)?;
    Ok(deltas)
}

/// The profile ratings of a GPT, in its order, from the index of PB ratings.
pub fn ratings(
    conn: &mut Conn,
    user: UserId,
    config: &'static GptConfig,
    catalogue: &Catalogue,
) -> Result<Vec<Option<f64>>, DbError> {
    let mut ratings = Vec::with_capacity(config.profile_ratings.len());
    for rating in config.profile_ratings {
        let mut best = |of: &str, bucket: Option<u8>, limit: usize| match config.score_rating(of) {
            Some(index) => pbs::best_ratings(conn, user, config.gpt, index, bucket, limit),
            None => Ok(Vec::new()),
        };
        ratings.push(match &rating.rule {
            ProfileRule::Best { of, best: n, how } => {
                let values: Vec<f64> = best(of, None, *n)?.into_iter().map(|(value, _)| value).collect();
                profile_best(&values, *n, *how)
            }
            ProfileRule::Own { inputs, calculate } => {
                let mut lists = Vec::with_capacity(inputs.len());
                for input in *inputs {
                    let rated = best(input.of, input.bucket, input.limit)?;
                    let rated = rated.into_iter().filter_map(|(value, chart)| {
                        Some(RatedChart { value, chart: catalogue.chart_by_key(chart)? })
                    });
                    lists.push(rated.collect());
                }
                calculate(&lists)
            }
        });
    }
    Ok(ratings)
}

/// Moves the classes of a profile to what its ratings and the import say; returns what changed.
pub fn move_classes(profile: &mut Profile, config: &GptConfig, provided: &[ProvidedClass]) -> Vec<ClassDelta> {
    let rated: FxHashMap<&str, Option<f64>> = config
        .profile_ratings
        .iter()
        .map(|rating| rating.name)
        .zip(profile.ratings.iter().copied())
        .collect();
    let mut deltas = Vec::new();
    for set in config.classes {
        let new = match set.source {
            ClassSource::Provided => {
                provided.iter().find(|class| class.set == set.id).map(|class| class.value)
            }
            ClassSource::Derived { rating, .. } => {
                let value = class::derive(set, rated.get(rating).copied().flatten());
                // Happens only after deletions and changes of the data; not worth a delta.
                if value.is_none() {
                    profile.classes.remove(set.id);
                }
                value
            }
        };
        let old = profile.classes.get(set.id).map(String::as_str);
        if let Some(delta) = new.and_then(|new| class::delta(config, set, old, new)) {
            profile.classes.insert(set.id.to_owned(), delta.new.clone());
            deltas.push(delta);
        }
    }
    deltas
}

/// Losing a derived class is told but celebrated nowhere.
fn is_achievement(config: &GptConfig, delta: &ClassDelta) -> bool {
    config.class_set(&delta.set).is_some_and(|set| class::raises(set, delta.old.as_deref(), &delta.new))
}
