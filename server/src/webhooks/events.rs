//! What is told, and how.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use tachi_core::class::{ClassDelta, raises};
use tachi_core::game::Game;
use tachi_core::ids::GoalId;
use tachi_core::import_document::MilestoneImportInfo;
use tachi_db::catalogue::{goals_by_ids, quests_all};
use tachi_db::{Conn, DbError};
use tachi_import::News;

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    content: Value,
}

/// Of what is new, what was achieved: classes also go down, and goals have a progress.
pub fn achieved(mut news: News) -> News {
    news.classes.retain(is_raised);
    news.goals.retain(|goal| !goal.old.achieved && goal.new.achieved);
    news.milestones.retain(|milestone| !milestone.old.achieved && milestone.new.achieved);
    news
}

/// Whether there is anything to tell.
pub fn is_worth_telling(news: &News) -> bool {
    !(news.classes.is_empty() && news.goals.is_empty() && news.milestones.is_empty())
}

/// The events: classes, then the goals of each playtype, then milestones.
///
/// # Errors
/// Those of the database.
pub fn events(conn: &mut Conn, news: &News) -> Result<Vec<Event>, DbError> {
    let mut events: Vec<Event> = news.classes.iter().map(|delta| class(news, delta)).collect();
    events.extend(goals(conn, news)?);
    events.extend(quests(conn, news)?);
    Ok(events)
}

fn class(news: &News, delta: &ClassDelta) -> Event {
    let ClassDelta { game, set, playtype, old, new } = delta;
    let content = json!({
        "userID": news.user, "game": game, "playtype": playtype, "set": set, "old": old, "new": new,
    });
    Event { kind: "class-update/v1", content }
}

fn goals(conn: &mut Conn, news: &News) -> Result<Vec<Event>, DbError> {
    let ids: Vec<GoalId> = news.goals.iter().map(|info| info.goal_id.clone()).collect();
    let found = goals_by_ids(conn, &ids)?;
    let known: BTreeMap<&str, _> = found.iter().map(|(_, goal)| (goal.goal_id.as_str(), goal)).collect();
    let mut of_playtypes: BTreeMap<(Game, &str), Vec<Value>> = BTreeMap::new();
    for info in &news.goals {
        // One that a load took away since is not told of.
        let Some(goal) = known.get(info.goal_id.as_str()) else { continue };
        of_playtypes.entry((goal.game, &goal.playtype)).or_default().push(json!({
            "goalID": info.goal_id, "game": goal.game, "playtype": goal.playtype, "old": info.old, "new": info.new,
        }));
    }
    let event = |((game, _), goals): ((Game, &str), Vec<Value>)| Event {
        kind: "goals-achieved/v1",
        content: json!({"userID": news.user, "game": game, "goals": goals}),
    };
    Ok(of_playtypes.into_iter().map(event).collect())
}

fn quests(conn: &mut Conn, news: &News) -> Result<Vec<Event>, DbError> {
    if news.milestones.is_empty() {
        return Ok(Vec::new());
    }
    let quests = quests_all(conn)?;
    let event = |info: &MilestoneImportInfo| {
        let quest = quests.iter().find(|quest| quest.quest_id == info.milestone_id)?;
        let content = json!({
            "userID": news.user, "game": quest.game, "playtype": quest.playtype, "questID": info.milestone_id,
            "old": info.old, "new": info.new,
        });
        Some(Event { kind: "quest-achieved/v1", content })
    };
    Ok(news.milestones.iter().filter_map(event).collect())
}

/// Whether a class is higher than before: ratings may also take one away.
fn is_raised(delta: &ClassDelta) -> bool {
    let game: Option<Game> = delta.game.parse().ok();
    let set = game.and_then(|game| game.playtype(&delta.playtype)).and_then(|gpt| gpt.config().class_set(&delta.set));
    set.zip(delta.new.as_deref()).is_some_and(|(set, new)| raises(set, delta.old.as_deref(), new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_is_lost_is_no_news() {
        let delta = |set: &str, old: Option<&str>, new: Option<&str>| ClassDelta {
            game: "sdvx".to_owned(),
            set: set.to_owned(),
            playtype: "Single".to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        assert!(is_raised(&delta("vfClass", None, Some("DANDELION_I"))));
        assert!(is_raised(&delta("vfClass", Some("DANDELION_I"), Some("DANDELION_II"))));
        assert!(!is_raised(&delta("vfClass", Some("DANDELION_II"), Some("DANDELION_I"))));
        assert!(!is_raised(&delta("dan", Some("DAN_1"), None)));
    }
}
