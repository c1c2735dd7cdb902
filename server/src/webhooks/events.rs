//! What is told, and how.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use tachi_core::class::{ClassDelta, raises};
use tachi_core::game::Game;
use tachi_core::ids::{GoalId, UserId};
use tachi_core::import_document::{GoalImportInfo, ImportDocument, MilestoneImportInfo};
use tachi_db::catalogue::{goals_by_ids, quests_all};
use tachi_db::{Conn, DbError};

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    content: Value,
}

/// What is new about a user.
#[derive(Debug, Clone)]
pub struct News {
    /// Who.
    pub user: UserId,
    /// Classes that were raised.
    pub classes: Vec<ClassDelta>,
    /// Goals that are achieved now.
    pub goals: Vec<GoalImportInfo>,
    /// Milestones that are achieved now.
    pub milestones: Vec<MilestoneImportInfo>,
}

impl News {
    /// Nothing new.
    pub fn nothing(user: UserId) -> Self {
        Self { user, classes: Vec::new(), goals: Vec::new(), milestones: Vec::new() }
    }

    /// What an import brought about.
    pub fn of_import(document: &ImportDocument) -> Self {
        let goals = document.goal_info.iter().filter(|goal| !goal.old.achieved && goal.new.achieved);
        let milestones = document.milestone_info.iter().filter(|info| !info.old.achieved && info.new.achieved);
        Self {
            user: document.user_id,
            classes: document.class_deltas.iter().filter(|delta| is_raised(delta)).cloned().collect(),
            goals: goals.cloned().collect(),
            milestones: milestones.cloned().collect(),
        }
    }

    /// Whether there is nothing to tell.
    pub fn is_nothing(&self) -> bool {
        self.classes.is_empty() && self.goals.is_empty() && self.milestones.is_empty()
    }

    /// The events: classes, then the goals of each playtype, then milestones.
    ///
    /// # Errors
    /// Those of the database.
    pub fn events(&self, conn: &mut Conn) -> Result<Vec<Event>, DbError> {
        let mut events: Vec<Event> = self.classes.iter().map(|delta| self.class(delta)).collect();
        events.extend(self.goals(conn)?);
        events.extend(self.quests(conn)?);
        Ok(events)
    }

    fn class(&self, delta: &ClassDelta) -> Event {
        let ClassDelta { game, set, playtype, old, new } = delta;
        let content = json!({
            "userID": self.user, "game": game, "playtype": playtype, "set": set, "old": old, "new": new,
        });
        Event { kind: "class-update/v1", content }
    }

    fn goals(&self, conn: &mut Conn) -> Result<Vec<Event>, DbError> {
        let ids: Vec<GoalId> = self.goals.iter().map(|info| info.goal_id.clone()).collect();
        let found = goals_by_ids(conn, &ids)?;
        let known: BTreeMap<&str, _> = found.iter().map(|(_, goal)| (goal.goal_id.as_str(), goal)).collect();
        let mut of_playtypes: BTreeMap<(Game, &str), Vec<Value>> = BTreeMap::new();
        for info in &self.goals {
            // One that a load took away since is not told of.
            let Some(goal) = known.get(info.goal_id.as_str()) else { continue };
            of_playtypes.entry((goal.game, &goal.playtype)).or_default().push(json!({
                "goalID": info.goal_id, "game": goal.game, "playtype": goal.playtype, "old": info.old, "new": info.new,
            }));
        }
        let event = |((game, _), goals): ((Game, &str), Vec<Value>)| Event {
            kind: "goals-achieved/v1",
            content: json!({"userID": self.user, "game": game, "goals": goals}),
        };
        Ok(of_playtypes.into_iter().map(event).collect())
    }

    fn quests(&self, conn: &mut Conn) -> Result<Vec<Event>, DbError> {
        if self.milestones.is_empty() {
            return Ok(Vec::new());
        }
        let quests = quests_all(conn)?;
        let event = |info: &MilestoneImportInfo| {
            let quest = quests.iter().find(|quest| quest.quest_id == info.milestone_id)?;
            let content = json!({
                "userID": self.user, "game": quest.game, "playtype": quest.playtype, "questID": info.milestone_id,
                "old": info.old, "new": info.new,
            });
            Some(Event { kind: "quest-achieved/v1", content })
        };
        Ok(self.milestones.iter().filter_map(event).collect())
    }
}

/// Whether a class is higher than before: ratings may also take one away.
fn is_raised(delta: &ClassDelta) -> bool {
    let game: Option<Game> = delta.game.parse().ok();
    let set = game.and_then(|game| game.playtype(&delta.playtype)).and_then(|gpt| gpt.config().class_set(&delta.set));
    set.is_some_and(|set| raises(set, delta.old.as_deref(), &delta.new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_is_lost_is_no_news() {
        let delta = |set: &str, old: Option<&str>, new: &str| ClassDelta {
            game: "sdvx".to_owned(),
            set: set.to_owned(),
            playtype: "Single".to_owned(),
            old: old.map(str::to_owned),
            new: new.to_owned(),
        };
        assert!(is_raised(&delta("vfClass", None, "DANDELION_I")));
        assert!(is_raised(&delta("vfClass", Some("DANDELION_I"), "DANDELION_II")));
        assert!(!is_raised(&delta("vfClass", Some("DANDELION_II"), "DANDELION_I")));
    }
}
