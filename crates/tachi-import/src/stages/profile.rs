//! Brings profile ratings and classes up to date. Source: `spec/classes.md` 4 and 5.

use tachi_core::catalogue::Catalogue;
use tachi_core::class::{self, ClassDelta};
use tachi_core::game::{ClassSource, Gpt, GptConfig, ProfileRule, RatedChart};
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;
use tachi_core::rating::profile_best;
use tachi_db::pbs::{BestWanted, best_ratings};
use tachi_db::profiles::{ClassAchievement, Profile, class_achievements_insert, profile_upsert};
use tachi_db::{Conn, DbError};
use tachi_parsers::format::{ClassChange, ProvidedClass};

use crate::pipeline::Scope;

/// Updates the profiles of playtypes; returns what changed, in the order of playtypes and sets.
///
/// `old` are the user's profiles before, `scored` the playtypes on which PBs changed: the ratings of the others are
/// what they were.
pub fn profiles(
    conn: &mut Conn,
    scope: &Scope<'_>,
    old: &[Profile],
    playtypes: &[Gpt],
    scored: &[Gpt],
    provided: &[ProvidedClass],
) -> Result<Vec<ClassDelta>, DbError> {
    let mut deltas = Vec::new();
    for gpt in playtypes {
        let provided: Vec<ProvidedClass> = provided.iter().filter(|class| class.gpt == *gpt).copied().collect();
        if scored.contains(gpt) || !provided.is_empty() {
            let old = old.iter().find(|profile| profile.gpt == *gpt).cloned();
            deltas.extend(profile(conn, scope, old, *gpt, scored.contains(gpt), &provided)?);
        }
    }
    Ok(deltas)
}

fn profile(
    conn: &mut Conn,
    scope: &Scope<'_>,
    old: Option<Profile>,
    gpt: Gpt,
    is_scored: bool,
    provided: &[ProvidedClass],
) -> Result<Vec<ClassDelta>, DbError> {
    let (user, config) = (scope.user, gpt.config());
    // A class needs a profile, and a profile needs a score.
    if old.is_none() && !is_scored {
        return Ok(Vec::new());
    }
    let mut profile =
        old.unwrap_or_else(|| Profile { user, gpt, ratings: Ratings::default(), classes: Default::default() });
    if is_scored {
        profile.ratings = ratings(conn, user, config, scope.catalogue)?;
    }
    let deltas = move_classes(&mut profile, config, provided);
    profile_upsert(conn, &profile)?;
    let achieved: Vec<ClassAchievement> =
        deltas.iter().filter_map(|delta| achievement(scope, config, delta, provided)).collect();
    class_achievements_insert(conn, &achieved)?;
    Ok(deltas)
}

/// The profile ratings of a GPT, in its order, from the index of PB ratings.
pub fn ratings(
    conn: &mut Conn,
    user: UserId,
    config: &'static GptConfig,
    catalogue: &Catalogue,
) -> Result<Ratings, DbError> {
    let wanted: Vec<BestWanted> =
        config.profile_ratings.iter().flat_map(|rating| wanted(config, &rating.rule)).collect();
    let mut lists = best_ratings(conn, user, config.gpt, &wanted)?.into_iter();
    let rate = |rating: &tachi_core::game::ProfileRating| match &rating.rule {
        ProfileRule::Best { best, how, .. } => {
            let values: Vec<f64> = lists.next().unwrap_or_default().into_iter().map(|(value, _)| value).collect();
            profile_best(&values, *best, *how)
        }
        ProfileRule::Own { inputs, calculate } => {
            let rated = |list: Vec<_>| -> Vec<RatedChart<'_>> {
                let known = list
                    .into_iter()
                    .filter_map(|(value, chart)| Some(RatedChart { value, chart: catalogue.chart_by_key(chart)? }));
                known.collect()
            };
            calculate(&lists.by_ref().take(inputs.len()).map(rated).collect::<Vec<_>>())
        }
    };
    Ok(config.profile_ratings.iter().map(rate).collect())
}

/// The lists of best values that a rule needs.
fn wanted(config: &GptConfig, rule: &ProfileRule) -> Vec<BestWanted> {
    let want = |of: &str, bucket, limit| config.score_rating(of).map(|rating| BestWanted { rating, bucket, limit });
    match rule {
        ProfileRule::Best { of, best, .. } => want(of, None, *best).into_iter().collect(),
        ProfileRule::Own { inputs, .. } => {
            inputs.iter().filter_map(|input| want(input.of, input.bucket, input.limit)).collect()
        }
    }
}

/// Moves the classes of a profile to what its ratings and the import say; returns what changed.
pub fn move_classes(profile: &mut Profile, config: &GptConfig, provided: &[ProvidedClass]) -> Vec<ClassDelta> {
    let mut deltas = Vec::new();
    for set in config.classes {
        let old = profile.classes.get(set.id).map(String::as_str);
        let delta = match set.source {
            ClassSource::Provided => match told(provided, set.id) {
                None => None,
                Some(ClassChange::Raise(new)) => class::delta(config, set, old, new),
                Some(ClassChange::Replace(new)) => class::stated(config, set, old, Some(new)),
                Some(ClassChange::Clear) => class::stated(config, set, old, None),
            },
            ClassSource::Derived { rating, .. } => {
                let position = config.profile_ratings.iter().position(|known| known.name == rating);
                let rating = position.and_then(|position| profile.ratings.get(position).copied().flatten());
                let new = class::derive(set, rating);
                let delta = new.and_then(|new| class::delta(config, set, old, new));
                // Happens only after deletions and changes of the data; not worth a delta.
                if rating.is_none() {
                    profile.classes.remove(set.id);
                }
                delta
            }
        };
        let Some(delta) = delta else { continue };
        match &delta.new {
            Some(new) => profile.classes.insert(set.id.to_owned(), new.clone()),
            None => profile.classes.remove(set.id),
        };
        deltas.push(delta);
    }
    deltas
}

/// What an import tells of a class set.
fn told(provided: &[ProvidedClass], set: &str) -> Option<ClassChange> {
    provided.iter().find(|class| class.set == set).map(|class| class.change)
}

/// A change as something to celebrate. Losing a derived class is not, nor is giving one back; whatever class a player
/// states is, with a note that it was stated.
fn achievement(
    scope: &Scope<'_>,
    config: &'static GptConfig,
    delta: &ClassDelta,
    provided: &[ProvidedClass],
) -> Option<ClassAchievement> {
    let value = delta.new.clone()?;
    let set = config.class_set(&delta.set)?;
    let is_manual = matches!(told(provided, set.id), Some(ClassChange::Replace(_)));
    (is_manual || class::raises(set, delta.old.as_deref(), &value)).then(|| ClassAchievement {
        user: scope.user,
        gpt: config.gpt,
        class_set: delta.set.clone(),
        old_value: delta.old.clone(),
        value,
        time_achieved: scope.now,
        is_manual,
    })
}
