//! Setting a class outside an import. Source: `spec/classes.md` 7.

use tachi_core::class::{self, ClassDelta};
use tachi_core::game::{ClassSource, Gpt};
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;
use tachi_db::profiles::{ClassAchievement, Profile, class_achievements_insert, profile_get, profile_upsert};
use tachi_db::{Conn, DbError};

use crate::importer::{ImportFailure, Importer, LIVE_WAIT, now};
use crate::news::News;

impl Importer {
    /// Gives a user a class that a course earned, unless the one held is as high; returns what changed. Without a
    /// profile one is made, which an import would not do.
    ///
    /// # Errors
    /// When the user's other writers take too long, or the database fails.
    pub fn set_class(
        &self,
        user: UserId,
        gpt: Gpt,
        set: &str,
        value: &str,
    ) -> Result<Option<ClassDelta>, ImportFailure> {
        let raised = self.database().write_of_user(user, LIVE_WAIT, |conn| raise(conn, user, gpt, (set, value)))?;
        let classes = raised.iter().cloned().collect();
        self.tell(News { user, classes, goals: Vec::new(), milestones: Vec::new() });
        Ok(raised)
    }
}

fn raise(conn: &mut Conn, user: UserId, gpt: Gpt, (set, value): (&str, &str)) -> Result<Option<ClassDelta>, DbError> {
    let config = gpt.config();
    let provided = config.class_set(set).filter(|set| matches!(set.source, ClassSource::Provided));
    let Some(set) = provided else {
        log::warn!("{gpt} has no class set {set:?} that players are given");
        return Ok(None);
    };
    let profile = profile_get(conn, user, gpt)?;
    let mut profile =
        profile.unwrap_or_else(|| Profile { user, gpt, ratings: Ratings::default(), classes: Default::default() });
    let held = profile.classes.get(set.id).map(String::as_str);
    let Some(delta) = class::delta(config, set, held, value) else { return Ok(None) };
    profile.classes.insert(delta.set.clone(), value.to_owned());
    profile_upsert(conn, &profile)?;
    let achievement = ClassAchievement {
        user,
        gpt,
        class_set: delta.set.clone(),
        old_value: delta.old.clone(),
        value: value.to_owned(),
        time_achieved: now(),
        is_manual: false,
    };
    class_achievements_insert(conn, &[achievement])?;
    Ok(Some(delta))
}
