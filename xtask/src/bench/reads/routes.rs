//! Every route that is read, and what is called of it.

use std::collections::BTreeMap;

/// What is asked of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A list or document that is bounded, whoever it is about.
    Bounded,
    /// All that a user, an import or a table has: measured for a user of a thousand scores, and shown for the largest.
    Whole,
}

/// A route that is called.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Its path with `{names}` as the OpenAPI document has it, and a query with more of them.
    pub path: &'static str,
    /// What is asked of it.
    pub answer: Answer,
    /// Whether it is for the user alone.
    pub own: bool,
    /// What it is about besides what the path names.
    pub about: Option<&'static str>,
}

const fn read(path: &'static str) -> Read {
    Read { path, answer: Answer::Bounded, own: false, about: None }
}

const fn own(path: &'static str) -> Read {
    Read { own: true, ..read(path) }
}

const fn whole(path: &'static str) -> Read {
    Read { answer: Answer::Whole, ..read(path) }
}

macro_rules! gpt {
    ($rest:literal) => {
        concat!("/api/v1/games/{game}/{playtype}", $rest)
    };
}

macro_rules! ugpt {
    ($rest:literal) => {
        concat!("/api/v1/users/{user}/games/{game}/{playtype}", $rest)
    };
}

/// Every GET.
pub const READS: &[Read] = &[
    read("/api/v1/status?echo=hello"),
    read("/api/v1/config"),
    read("/api/v1/config/max-rivals"),
    read("/api/v1/docs"),
    read("/api/v1/openapi.json"),
    read("/api/v1/schemas/batch-manual.json"),
    // Imports.
    read("/api/v1/imports"),
    read("/api/v1/imports?importType=file/batch-manual"),
    read("/api/v1/imports/failed"),
    whole("/api/v1/imports/{import}"),
    whole("/api/v1/imports/{import}/poll-status"),
    own("/api/v1/imports/{import}/rows"),
    own("/api/v1/imports/{import}/rows?status=orphan"),
    own("/api/v1/import/orphans"),
    own("/api/v1/import/orphans/{orphan}"),
    // Users.
    read("/api/v1/users"),
    read("/api/v1/users?search={name}"),
    read("/api/v1/users?online"),
    read("/api/v1/users/{user}"),
    read("/api/v1/users/{user}/settings"),
    whole("/api/v1/users/{user}/imports"),
    read("/api/v1/users/{user}/imports/failed"),
    read("/api/v1/users/{user}/recent-imports"),
    read("/api/v1/users/{user}/stats"),
    read("/api/v1/users/{user}/game-stats"),
    read("/api/v1/users/{user}/game-profiles"),
    own("/api/v1/users/{user}/api-tokens"),
    own("/api/v1/users/{user}/import-timestops"),
    own("/api/v1/users/{user}/integrations/arc"),
    own("/api/v1/users/{user}/integrations/cg/{cg}"),
    own("/api/v1/users/{user}/integrations/fervidex/settings"),
    own("/api/v1/users/{user}/integrations/kai/{kai}"),
    own("/api/v1/users/{user}/integrations/kshook-sv6c/settings"),
    own("/api/v1/users/{user}/integrations/myt"),
    own("/api/v1/users/{user}/email"),
    own("/api/v1/users/{user}/is-email-verified"),
    read("/api/v1/users/{user}/pfp"),
    // A user on a game.
    read(ugpt!("")),
    read(ugpt!("/most-played")),
    read(ugpt!("/leaderboard-adjacent")),
    read(ugpt!("/history?duration=all")),
    read(ugpt!("/settings")),
    read(ugpt!("/pbs?search={word}")),
    read(ugpt!("/pbs/best")),
    whole(ugpt!("/pbs/all")),
    read(ugpt!("/pbs/{chart}?getComposition")),
    read(ugpt!("/pbs/{chart}/leaderboard-adjacent")),
    read(ugpt!("/pbs/{chart}/rivals")),
    read(ugpt!("/pbs/song/{song}")),
    read(ugpt!("/scores?search={word}")),
    read(ugpt!("/scores?search=e")),
    read(ugpt!("/scores/recent")),
    whole(ugpt!("/scores/all")),
    read(ugpt!("/scores/{chart}")),
    read(ugpt!("/sessions?search=a")),
    read(ugpt!("/sessions/best")),
    read(ugpt!("/sessions/highlighted")),
    read(ugpt!("/sessions/recent")),
    read(ugpt!("/sessions/last")),
    whole(ugpt!("/sessions/calendar")),
    read(ugpt!("/goals")),
    read(ugpt!("/milestones")),
    read(ugpt!("/targets/goals")),
    read(ugpt!("/targets/goals/{goal}")),
    read(ugpt!("/targets/milestones")),
    read(ugpt!("/targets/milestones/{quest}")),
    read(ugpt!("/targets/quests")),
    read(ugpt!("/targets/quests/{quest}")),
    read(ugpt!("/rivals")),
    read(ugpt!("/rivals/challengers")),
    read(ugpt!("/rivals/pb-leaderboard")),
    // Scores and sessions.
    read("/api/v1/scores/{score}"),
    read("/api/v1/scores/{score}?getRelated"),
    read("/api/v1/sessions/{session}"),
    read("/api/v1/sessions/{session}/adjacent"),
    read("/api/v1/sessions/{session}/folder-raises"),
    // Games.
    read("/api/v1/games"),
    read("/api/v1/games/{game}"),
    read(gpt!("")),
    read(gpt!("/leaderboard")),
    read(gpt!("/leaderboard?limit=500")),
    read(gpt!("/pb-leaderboard")),
    read(gpt!("/score-leaderboard")),
    read(gpt!("/players?search={name}")),
    read(gpt!("/songs/{song}")),
    read(gpt!("/charts")),
    read(gpt!("/charts?search={word}")),
    own(gpt!("/charts?requesterHasPlayed")),
    read(gpt!("/charts/{chart}")),
    read(gpt!("/charts/{chart}/folders")),
    read(gpt!("/charts/{chart}/playcount")),
    read(gpt!("/charts/{chart}/pbs")),
    read(gpt!("/charts/{chart}/pbs/search?search={name}")),
    read(gpt!("/folders?search={word}")),
    whole(gpt!("/folders/{folder}")),
    read(gpt!("/tables")),
    read(gpt!("/tables/{table}")),
    read(gpt!("/custom-tables/{table}")),
    whole(gpt!("/custom-tables/{table}/body")),
    // Searching.
    read("/api/v1/search?search={word}"),
    read("/api/v1/search/chart-hash?search={hash}"),
    // Clients of others.
    own("/api/v1/clients"),
    own("/api/v1/clients/{client}"),
    own("/api/v1/oauth/clients"),
    own("/api/v1/oauth/clients/{client}"),
    Read { own: true, ..whole("/ir/beatoraja/charts/{sha256}/scores") },
    Read { own: true, about: Some("sha256"), ..whole("/ir/beatoraja/players/{user}/scores") },
    own("/ir/beatoraja/rivals"),
    Read { about: Some("hash"), ..own("/ir/usc/{playtype}") },
    own("/ir/usc/{playtype}/charts/{hash}"),
    own("/ir/usc/{playtype}/charts/{hash}/leaderboard?mode=best&n=10"),
    own("/ir/usc/{playtype}/charts/{hash}/record"),
    // Watching.
    read("/healthz"),
    read("/.deploy/up"),
    read("/readyz"),
    read("/metrics"),
    // Pages.
    own("/client-file-flow/{client}"),
    read("/pages.css"),
];

/// The documented routes that are not called, and why.
pub const EXCLUDED: &[(&str, &str)] = &[
    ("/api/v1/users/{user}/integrations/kai", "always refuses"),
    ("/oauth/request-auth", "reads one client, as /client-file-flow/{client} does, and wants one that redirects"),
];

impl Read {
    /// The names in the path and its query, and what it is about besides.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let named = self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        named.chain(self.about)
    }

    /// The path and query with what stands for the names; `None` when something is missing.
    pub fn fill(&self, values: &BTreeMap<&'static str, String>) -> Option<String> {
        let mut path = self.path.to_owned();
        for name in self.names() {
            path = path.replace(&format!("{{{name}}}"), values.get(name)?);
        }
        Some(path)
    }
}

/// The documented routes that are neither called nor excluded, or are excluded without being there.
pub fn forgotten(document: &serde_json::Value) -> Vec<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let documented: Vec<&String> = paths.filter(|(_, item)| item.get("get").is_some()).map(|(path, _)| path).collect();
    let is_called = |path: &str| READS.iter().any(|read| read.path.split('?').next() == Some(path));
    let is_excluded = |path: &str| EXCLUDED.iter().any(|(excluded, _)| *excluded == path);
    let missing = documented.iter().filter(|path| !is_called(path) && !is_excluded(path)).map(|path| path.to_string());
    let gone = EXCLUDED.iter().filter(|(excluded, _)| !documented.iter().any(|path| path == excluded));
    missing.chain(gone.map(|(path, _)| (*path).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_where_everything_is_known_that_its_path_names() {
        let search = Read { about: Some("hash"), ..read("/users/{user}/x?search={word}") };
        let mut values = BTreeMap::from([("user", "7".to_owned()), ("word", "love".to_owned())]);
        assert_eq!(search.fill(&values), None);
        values.insert("hash", "ab".to_owned());
        assert_eq!(search.fill(&values).unwrap(), "/users/7/x?search=love");
    }

    #[test]
    fn a_route_that_is_neither_called_nor_excluded_is_named() {
        let mut paths: serde_json::Map<_, _> =
            EXCLUDED.iter().map(|(path, _)| ((*path).to_owned(), serde_json::json!({"get": {}}))).collect();
        paths.insert("/api/v1/status".to_owned(), serde_json::json!({"get": {}, "post": {}}));
        assert_eq!(forgotten(&serde_json::json!({ "paths": paths })), Vec::<String>::new());
        paths.insert("/api/v1/new/{thing}".to_owned(), serde_json::json!({"get": {}}));
        paths.insert("/api/v1/written".to_owned(), serde_json::json!({"post": {}}));
        assert_eq!(forgotten(&serde_json::json!({ "paths": paths })), ["/api/v1/new/{thing}"]);
        assert_eq!(forgotten(&serde_json::json!({ "paths": {} })).len(), EXCLUDED.len());
    }
}
