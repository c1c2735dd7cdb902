//! What a user did on a game. Source: `spec/rest-api.md` 7.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_db::pbs::{BestWanted, best_ratings, pbs_of_charts};
use tachi_db::profiles::{Profile, profile_get};
use tachi_db::scores::scores_count;
use tachi_db::sessions::sessions_recent;
use tachi_db::users::{user_by_id, user_by_name};
use tachi_db::{Conn, DbError};

use super::games::find_gpt;
use super::shown;
use crate::app::App;
use crate::auth::Caller;
use crate::documents;
use crate::envelope::{ApiError, Kind, success};

/// How many PBs or sessions a list has at most.
const LIMIT: usize = 100;

/// `:userID`, `:game` and `:playtype` of a path.
pub type Path = web::Path<(String, String, String)>;

/// A user who has played a GPT.
struct Played {
    gpt: Gpt,
    profile: Profile,
}

/// The user whom a path names: a number, a name, or `me`.
pub fn find_user(conn: &mut Conn, text: &str, me: Option<UserId>) -> Result<Option<UserId>, DbError> {
    if text == "me" {
        return Ok(me);
    }
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let found = match text.parse() {
        Ok(id) if is_number => user_by_id(conn, UserId(id))?,
        _ if is_number => None,
        _ => user_by_name(conn, text)?,
    };
    Ok(found.map(|user| user.id))
}

async fn played(app: &App, caller: &Caller, path: &Path) -> Result<Played, ApiError> {
    let (user, game, playtype) = (path.0.clone(), &path.1, &path.2);
    let me = caller.user().map(|user| user.id);
    if user == "me" && me.is_none() {
        return Err(ApiError::new(Kind::Unauthorised, "You are not authorised to perform this action."));
    }
    let gpt = find_gpt(app, game, playtype)?;
    let name = user.clone();
    let found = app
        .read(move |conn| {
            let Some(user) = find_user(conn, &user, me)? else { return Ok(None) };
            Ok(Some(profile_get(conn, user, gpt)?))
        })
        .await?;
    let profile = found.ok_or_else(|| ApiError::not_found(format!("The user {} does not exist.", shown(&name))))?;
    let profile = profile
        .ok_or_else(|| ApiError::not_found(format!("{} has not played {}.", shown(&name), gpt.config().name)))?;
    Ok(Played { gpt, profile })
}

/// `GET /users/:userID/games/:game/:playtype`: the profile.
pub async fn profile(request: HttpRequest, caller: Caller, path: Path) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let Played { gpt, profile } = played(&app, &caller, &path).await?;
    let user = profile.user;
    let total = app.read(move |conn| scores_count(conn, user, gpt)).await?;
    let body = json!({ "gameStats": documents::game_stats(profile), "totalScores": total });
    Ok(success("Retrieved user statistics.", body))
}

/// `GET .../pbs/best`: the best PBs by the default rating.
pub async fn best_pbs(request: HttpRequest, caller: Caller, path: Path) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let Played { gpt, profile } = played(&app, &caller, &path).await?;
    let catalogue = app.catalogue();
    let user = profile.user;
    let read_catalogue = Arc::clone(&catalogue);
    let pbs = app
        .read(move |conn| {
            let config = gpt.config();
            let rating = config.score_rating(config.default_score_rating).unwrap_or(0);
            let wanted = BestWanted { rating, bucket: None, limit: LIMIT };
            let best = best_ratings(conn, user, gpt, &[wanted])?.pop().unwrap_or_default();
            let order: Vec<_> = best.iter().map(|(_, chart)| *chart).collect();
            let mut pbs = pbs_of_charts(conn, user, &order)?;
            pbs.sort_by_key(|pb| order.iter().position(|chart| *chart == pb.chart));
            let related = documents::songs_and_charts(&read_catalogue, pbs.iter().map(|pb| pb.chart));
            Ok((documents::pbs(conn, &read_catalogue, &pbs)?, related))
        })
        .await?;
    let (pbs, related) = pbs;
    let mut body = serde_json::to_value(related).map_err(ApiError::internal)?;
    body["pbs"] = serde_json::to_value(pbs).map_err(ApiError::internal)?;
    Ok(success("Retrieved best PBs.", body))
}

/// `GET .../sessions/recent`: the latest sessions.
pub async fn recent_sessions(request: HttpRequest, caller: Caller, path: Path) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let Played { gpt, profile } = played(&app, &caller, &path).await?;
    let sessions = app
        .read(move |conn| {
            let recent = sessions_recent(conn, profile.user, gpt, LIMIT as i64)?;
            documents::sessions(conn, recent)
        })
        .await?;
    Ok(success("Retrieved recent sessions.", sessions))
}
