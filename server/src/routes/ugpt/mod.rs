//! What a user did on a game: `/users/:userID/games/:game/:playtype`. Source: `spec/rest-api.md` 7.

mod destroy;
mod history;
mod pbs;
mod profile;
mod rivals;
mod scores;
mod sessions;
mod settings;
mod targets;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web;

use self::rivals::ManageRivals;
use self::settings::CustomiseProfile;
use self::targets::ManageTargets;
use crate::auth::Permission as _;
use crate::openapi::Access::{self, Everybody, Owner, SelfKey};
use crate::openapi::{Api, row};

use crate::limits;

/// How many PBs, scores or sessions a list has at most.
const LIMIT: usize = 100;
/// How many PBs or scores a search finds at most.
const FOUND: usize = 30;

const PBS: &str = "{pbs: PB[], songs: Song[], charts: Chart[]}";
const SCORES: &str = "{scores: Score[], songs: Song[], charts: Chart[]}";
const OWNER: Access = Owner(Some(ManageTargets::NAME));

/// The routes.
pub fn routes(api: &mut Api) {
    api.tag("A user on a game").with(profile_routes).with(pb_routes).with(score_routes).with(session_routes);
    api.tag("Rivals").with(rival_routes);
    api.tag("Goals and milestones").with(goal_routes);
    for name in ["quests", "milestones"] {
        quest_routes(api, name);
    }
}

fn at(path: &str) -> String {
    format!("/users/{{user}}/games/{{game}}/{{playtype}}{path}")
}

fn profile_routes(api: &mut Api) {
    const ROOT: &str = "{gameStats: GameStats, firstScore: Score?, mostRecentScore: Score?, totalScores: int, \
                        rankingData: Rankings, playtime: int}";
    const NEAR: &str = "{above: GameStats[], below: GameStats[], users: User[], thisUsersStats: GameStats, \
                        thisUsersRanking: Ranking?}";
    const SPAN: &str = "duration?: \"week\"|\"month\"|\"3mo\"|\"year\"|\"all\"";
    let customise = row(Owner(Some(CustomiseProfile::NAME)), "Changes what the user prefers", "ProfileSettings");
    let destroy =
        row(SelfKey, "Deletes the profile and everything on it", "{}").json("{!password: string(8..)}").fails(&[409]);
    api.get(&at(""), profile::root, row(Everybody, "The profile", ROOT))
        .get(&at("/most-played"), profile::most_played, row(Everybody, "PBs on the charts with most scores", PBS))
        .get(
            &at("/leaderboard-adjacent"),
            profile::adjacent,
            row(Everybody, "The players ranked next to the user", NEAR).query("alg?: string"),
        )
        .get(
            &at("/history"),
            history::get,
            row(Everybody, "What the profile was, day by day", "Snapshot[]").query(SPAN),
        )
        .get(&at("/settings"), settings::get, row(Everybody, "What the user prefers", "ProfileSettings"))
        .patch(&at("/settings"), settings::patch, customise.json(PREFERENCES))
        .delete(&at(""), destroy::destroy, destroy);
}

const PREFERENCES: &str = "{preferredScoreAlg?: string?, preferredSessionAlg?: string?, preferredProfileAlg?: string?, \
                           stats?: ProfileStat[]?, defaultTable?: string?, preferredRanking?: \"global\"|\"rival\"?, \
                           preferredDefaultEnum?: string?, gameSpecific?: object?}";

fn rival_routes(api: &mut Api) {
    const BEST: &str = "{pbs: PB[], songs: Song[], charts: Chart[], users: User[]}";
    let owner = Owner(Some(ManageRivals::NAME));
    let best = row(Everybody, "The best PBs of the user and the rivals", BEST);
    let on_chart = row(Everybody, "The rivals' PBs on a chart", "{pbs: PB[], rivals: User[]}");
    api.get(&at("/rivals"), rivals::list, row(Everybody, "The user's rivals", "User[]"))
        .put(&at("/rivals"), rivals::put, row(owner, "Replaces the rivals", "{}").json("{rivalIDs: int[]}"))
        .get(&at("/rivals/challengers"), rivals::challengers, row(Everybody, "Whose rival the user is", "User[]"))
        .get(&at("/rivals/pb-leaderboard"), rivals::pb_leaderboard, best.query("alg?: string"))
        .get(&at("/pbs/{chart}/rivals"), rivals::on_chart, on_chart);
}

fn pb_routes(api: &mut Api) {
    const NEAR: &str = "{pb: PB, chart: Chart, adjacentAbove: PB[], adjacentBelow: PB[], users: User[]}";
    let on_chart = row(Everybody, "The PB on a chart", "{pb: PB, chart: Chart, scores?: Score[]}");
    let resolve =
        row(Everybody, "The PB on the chart that an importer would find", "{pb: PB, chart: Chart, song: Song}");
    api.get(&at("/pbs"), pbs::search, row(Everybody, "PBs by song", PBS).query("search: string"))
        .get(&at("/pbs/best"), pbs::best, row(Everybody, "The best PBs", PBS).query("alg?: string"))
        .route(
            Method::GET,
            &at("/pbs/all"),
            web::get().to(pbs::all).wrap(from_fn(limits::aggressive)),
            row(Everybody, "All PBs on primary charts", PBS),
        )
        .post(&at("/pbs/resolve"), pbs::resolve, resolve.json("ChartWanted"))
        .get(&at("/pbs/song/{song}"), pbs::of_song, row(Everybody, "The PBs on the charts of a song", PBS))
        .get(&at("/pbs/{chart}"), pbs::on_chart, on_chart.query("getComposition?: presence"))
        .get(
            &at("/pbs/{chart}/leaderboard-adjacent"),
            pbs::adjacent,
            row(Everybody, "The PBs ranked next to it", NEAR),
        );
}

fn score_routes(api: &mut Api) {
    api.get(&at("/scores"), scores::search, row(Everybody, "Scores by song", SCORES).query("search: string"))
        .get(&at("/scores/recent"), scores::recent, row(Everybody, "The latest scores", SCORES))
        .route(
            Method::GET,
            &at("/scores/all"),
            web::get().to(scores::all).wrap(from_fn(limits::hyper_aggressive)),
            row(Everybody, "All scores on primary charts", SCORES),
        )
        .get(&at("/scores/{chart}"), scores::on_chart, row(Everybody, "The scores on a chart", "Score[]"));
}

fn session_routes(api: &mut Api) {
    const LAST: &str = "{session: Session, scoreInfo: SessionScoreInfo[]}";
    let list = |summary| row(Everybody, summary, "Session[]");
    api.get(&at("/sessions"), sessions::search, list("Sessions by name").query("search: string"))
        .get(&at("/sessions/best"), sessions::best, list("The best sessions").query("alg?: string"))
        .get(&at("/sessions/highlighted"), sessions::highlighted, list("The latest highlighted sessions"))
        .get(&at("/sessions/recent"), sessions::recent, list("The latest sessions"))
        .get(&at("/sessions/last"), sessions::last, row(Everybody, "The latest session", LAST))
        .get(&at("/sessions/calendar"), sessions::calendar, row(Everybody, "When all were", "SessionOfCalendar[]"));
}

/// Goals.
fn goal_routes(api: &mut Api) {
    const GOALS: &str = "{userGoals: GoalSubscription[], goals: Goal[]}";
    const MILESTONES: &str = "{userMilestones: MilestoneSubscription[], milestones: Milestone[]}";
    const TARGETS: &str =
        "{goalSubs: GoalSubscription[], goals: Goal[], questSubs: QuestSubscription[], quests: Quest[]}";
    const GOAL: &str = "{goal: Goal, goalSub: GoalSubscription}";
    const NEW: &str = "{charts: GoalCharts, criteria: GoalCriteria}";
    let unachieved = |summary, body| row(Everybody, summary, body).query("unachieved?: presence");
    api.get(&at("/goals"), targets::user_goals, unachieved("The user's goals", GOALS))
        .get(&at("/milestones"), targets::user_milestones, unachieved("The user's milestones", MILESTONES))
        .get(&at("/targets/goals"), targets::goals, row(Everybody, "The user's goals and quests", TARGETS))
        .post(
            &at("/targets/goals/add-goal"),
            targets::add_goal,
            row(OWNER, "Subscribes to a goal", GOAL).json(NEW).fails(&[409]),
        )
        .get(&at("/targets/goals/{goal}"), targets::goal, row(Everybody, "One of the user's goals", GOAL))
        .delete(&at("/targets/goals/{goal}"), targets::remove_goal, row(OWNER, "Unsubscribes from a goal", "{}"));
}

/// Milestones, which are also called quests.
fn quest_routes(api: &mut Api, name: &str) {
    const QUESTS: &str = "{questSubs: QuestSubscription[], quests: Quest[]}";
    const QUEST: &str = "{quest: Quest, questSub: QuestSubscription, goals: Goal[], goalSubs: GoalSubscription[]}";
    const ADDED: &str = "{quest: Quest, questSub: QuestSubscription}";
    let (all, one) = (at(&format!("/targets/{name}")), at(&format!("/targets/{name}/{{quest}}")));
    api.get(&all, targets::quests, row(Everybody, "The user's quests", QUESTS))
        .get(&one, targets::quest, row(Everybody, "One of the user's quests", QUEST))
        .put(&one, targets::add_quest, row(OWNER, "Subscribes to a quest", ADDED).fails(&[409]))
        .delete(&one, targets::remove_quest, row(OWNER, "Unsubscribes from a quest", "{}").fails(&[409]));
}
