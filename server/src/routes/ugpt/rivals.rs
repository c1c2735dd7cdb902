//! Whom a user compares themselves with on a game.

use actix_web::{HttpResponse, web};
use rustc_hash::FxHashSet;
use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::Conn;
use tachi_db::pbs::{pbs_best_of_users, pbs_on_chart};
use tachi_db::profiles::profiles_of_users;
use tachi_db::rivals::{challengers as challengers_of, rivals_in_order, rivals_replace};

use crate::auth::Permission;
use crate::body;
use crate::documents::{self, UserDocument};
use crate::envelope::{ApiError, Nothing, success};
use crate::fields::refuse;
use crate::routes::reading::Ugpt;

/// How many challengers are listed at most.
const LISTED: i64 = 100;
/// How many PBs the leaderboard of rivals has at most.
const BEST: i64 = 50;

/// May change rivals.
#[derive(Debug)]
pub struct ManageRivals;

impl Permission for ManageRivals {
    const NAME: &'static str = "manage_rivals";
}

/// Users in a given order.
fn in_order(conn: &mut Conn, order: &[UserId]) -> Result<Vec<UserDocument>, ApiError> {
    let mut users = documents::users(conn, order.iter().copied())?;
    users.sort_by_key(|user| order.iter().position(|id| *id == user.id()));
    Ok(users)
}

/// `GET /rivals`: in the user's order.
pub async fn list(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned rivals.", |conn, reading, profile| {
        let rivals = rivals_in_order(conn, profile.user, reading.gpt)?;
        in_order(conn, &rivals)
    })
    .await
}

/// `GET /rivals/challengers`: who has the user as a rival.
pub async fn challengers(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned challengers.", |conn, reading, profile| {
        let found = challengers_of(conn, profile.user, reading.gpt, LISTED)?;
        in_order(conn, &found)
    })
    .await
}

/// `GET /rivals/pb-leaderboard`: the best PBs of the user and the rivals by a score rating.
pub async fn pb_leaderboard(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let config = ugpt.on.gpt.config();
    let names = config.score_ratings.iter().map(|rating| rating.name);
    let rating = ugpt.on.params.algorithm(names, config.default_score_rating)?;
    ugpt.answer("Returned the best PBs among rivals.", move |conn, reading, profile| {
        let mut users = rivals_in_order(conn, profile.user, reading.gpt)?;
        users.push(profile.user);
        let pbs = pbs_best_of_users(conn, &users, reading.gpt, rating, BEST)?;
        let owners = documents::users(conn, pbs.iter().map(|pb| pb.user))?;
        let list = documents::pb_list(conn, &reading.catalogue, pbs)?;
        let (songs, charts) = (list.related.songs, list.related.charts);
        Ok(json!({"pbs": list.pbs, "songs": songs, "charts": charts, "users": owners}))
    })
    .await
}

/// `GET /pbs/:chartID/rivals`: the rivals' PBs on a chart, best first.
pub async fn on_chart(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = ugpt.on.segment("chart");
    ugpt.answer("Returned rivals' PBs.", move |conn, reading, profile| {
        let chart = reading.chart(&id)?;
        let rivals = rivals_in_order(conn, profile.user, reading.gpt)?;
        let stored = pbs_on_chart(conn, chart.key, &rivals)?;
        let mut pbs = documents::pbs(conn, &reading.catalogue, stored)?;
        pbs.sort_by_key(documents::PbDocument::rank);
        Ok(json!({"pbs": pbs, "rivals": in_order(conn, &rivals)?}))
    })
    .await
}

/// `PUT /rivals`: replaces them.
pub async fn put(ugpt: Ugpt, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let user = ugpt.owner::<ManageRivals>().await?;
    let body = body::object(ugpt.on.request(), payload).await?;
    let cap = ugpt.on.app.settings.access.rivals_cap as usize;
    let rivals = wanted(body.get("rivalIDs"), user, cap)?;
    let gpt = ugpt.on.gpt;
    let played = ugpt.on.app.write(move |conn| {
        if profiles_of_users(conn, gpt, &rivals)?.len() < rivals.len() {
            return Ok(false);
        }
        rivals_replace(conn, user, gpt, &rivals)?;
        Ok(true)
    });
    if !played.await? {
        let text = format!("Expected users who have played {}.", gpt.config().name);
        return Err(refuse("rivalIDs", &text, body.get("rivalIDs")));
    }
    Ok(success("Set rivals.", Nothing {}))
}

fn wanted(given: Option<&Value>, user: UserId, cap: usize) -> Result<Vec<UserId>, ApiError> {
    let number = |value: &Value| value.as_i64().and_then(|id| i32::try_from(id).ok()).map(UserId);
    let rivals: Option<Vec<UserId>> = given.and_then(Value::as_array).and_then(|ids| ids.iter().map(number).collect());
    let rivals = rivals.ok_or_else(|| refuse("rivalIDs", "Expected an array of users' numbers.", given))?;
    if rivals.len() > cap {
        return Err(refuse("rivalIDs", &format!("Expected at most {cap} rivals."), given));
    }
    if rivals.contains(&user) {
        return Err(refuse("rivalIDs", "Nobody is their own rival.", given));
    }
    let mut seen = FxHashSet::default();
    if !rivals.iter().all(|rival| seen.insert(*rival)) {
        return Err(refuse("rivalIDs", "Expected each rival once.", given));
    }
    Ok(rivals)
}
