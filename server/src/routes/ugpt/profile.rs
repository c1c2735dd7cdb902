//! A user's profile on a game, and what they played most.

use std::cmp::Reverse;

use actix_web::HttpResponse;
use rustc_hash::FxHashMap;
use serde_json::json;
use tachi_core::catalogue::ChartKey;
use tachi_core::ids::UserId;
use tachi_db::leaderboards::{profile_neighbours, profile_ranks};
use tachi_db::pbs::pbs_of_charts;
use tachi_db::profiles::profiles_of_users;
use tachi_db::scores::{score_first, scores_count, scores_counts_by_chart, scores_recent};
use tachi_db::sessions::sessions_playtime;
use tachi_db::{Conn, DbError};

use super::LIMIT;
use crate::documents::{self, GameStats};
use crate::envelope::ApiError;
use crate::routes::reading::{Reading, Ugpt};

/// How many profiles above and below one are shown.
const NEIGHBOURS: i64 = 5;

/// `GET ""`: the profile.
pub async fn root(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved user statistics.", |conn, reading, profile| {
        let (user, gpt) = (profile.user, reading.gpt);
        let ranks = profile_ranks(conn, user, &[gpt])?.pop().map(|(_, ranks)| ranks).unwrap_or_default();
        let ends = [score_first(conn, user, gpt)?, scores_recent(conn, user, gpt, 1)?.pop()];
        let [first, last] = ends.map(|score| documents::scores(&reading.catalogue, &score));
        Ok(json!({
            "gameStats": documents::game_stats(profile),
            "firstScore": first?.pop(),
            "mostRecentScore": last?.pop(),
            "totalScores": scores_count(conn, user, gpt)?,
            "rankingData": documents::rankings(gpt, &ranks),
            "playtime": sessions_playtime(conn, user, gpt)?,
        }))
    })
    .await
}

/// `GET /most-played`: PBs on the charts with the most scores.
pub async fn most_played(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved most played charts.", |conn, reading, profile| {
        let mut counts = scores_counts_by_chart(conn, profile.user)?;
        let of_gpt = |chart| reading.catalogue.chart_by_key(chart).is_some_and(|chart| chart.gpt == reading.gpt);
        counts.retain(|(chart, _)| of_gpt(*chart));
        counts.sort_unstable_by_key(|(chart, count)| (Reverse(*count), *chart));
        counts.truncate(LIMIT);
        let places: FxHashMap<ChartKey, usize> = counts.iter().map(|(chart, _)| *chart).zip(0..).collect();
        let charts: Vec<ChartKey> = counts.iter().map(|(chart, _)| *chart).collect();
        let mut pbs = pbs_of_charts(conn, profile.user, &charts)?;
        pbs.sort_by_key(|pb| places.get(&pb.chart).copied());
        let counts: FxHashMap<ChartKey, i64> = counts.into_iter().collect();
        let playcounts: Vec<i64> = pbs.iter().map(|pb| counts.get(&pb.chart).copied().unwrap_or(0)).collect();
        let related = documents::songs_and_charts(&reading.catalogue, charts.into_iter());
        let pbs = documents::pbs(conn, &reading.catalogue, pbs)?.into_iter().zip(playcounts);
        let pbs = pbs.map(|(pb, count)| pb.with_playcount(count)).collect();
        Ok(documents::PbList { pbs, related })
    })
    .await
}

/// `GET /leaderboard-adjacent`: the profiles next to the user's by a profile rating.
pub async fn adjacent(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let config = ugpt.on.gpt.config();
    let names = config.profile_ratings.iter().map(|rating| rating.name);
    let rating = ugpt.on.params.algorithm(names, config.default_profile_rating)?;
    ugpt.answer("Retrieved adjacent players.", move |conn, reading, profile| {
        let (user, gpt) = (profile.user, reading.gpt);
        let value = profile.ratings.get(rating).copied().flatten();
        let (above, below) = profile_neighbours(conn, user, gpt, (rating, value), NEIGHBOURS)?;
        let rank = profile_ranks(conn, user, &[gpt])?.pop().and_then(|(_, ranks)| ranks.get(rating).copied());
        let everybody = above.iter().chain(&below).copied().chain([user]);
        let users = documents::users(conn, everybody)?;
        Ok(json!({
            "above": stats(conn, reading, &above)?,
            "below": stats(conn, reading, &below)?,
            "users": users,
            "thisUsersStats": documents::game_stats(profile),
            "thisUsersRanking": rank.map(|rank| json!({"ranking": rank.ranking, "outOf": rank.out_of})),
        }))
    })
    .await
}

/// The profiles of users, in their order.
fn stats(conn: &mut Conn, reading: &Reading, users: &[UserId]) -> Result<Vec<GameStats>, DbError> {
    let mut profiles = profiles_of_users(conn, reading.gpt, users)?;
    profiles.sort_by_key(|profile| users.iter().position(|user| *user == profile.user));
    Ok(profiles.into_iter().map(documents::game_stats).collect())
}
