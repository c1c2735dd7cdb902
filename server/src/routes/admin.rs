//! What admins may do to what belongs to others. Source: `spec/rest-api.md` 13, `spec/pipeline.md` 10 and 11.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, ChartKey};
use tachi_core::ids::{ChartId, SessionId};
use tachi_db::recalculation::recalculation_add;
use tachi_db::scores::StoredScore;

use super::changes::{blacklist, delete};
use super::games::find_gpt;
use super::reading::user_id;
use super::{BLACKLIST, shown};
use crate::app::{App, block};
use crate::auth::Admin;
use crate::body;
use crate::envelope::{ApiError, Nothing, accepted, success};
use crate::fields::{refuse, text};
use crate::openapi::{Access, Api, row};
use crate::owned::of_path;

/// How many charts a request names at most.
const MAX_CHARTS: usize = 10_000;

/// The routes.
pub fn routes(api: &mut Api) {
    let recalculate_row =
        row(Access::Admin, "Recalculates scores and all that follows from them", "{charts: int(0..)}")
            .json("{game?: string, playtype?: string, chartIDs?: string[]}")
            .accepted_only()
            .fails(&[503]);
    let delete = |what, body| row(Access::Admin, what, body).fails(&[409, 503]);
    api.tag("Administration")
        .post("/admin/recalculate", recalculate, recalculate_row)
        .delete("/admin/scores/{score}", delete_score, delete("Deletes anybody's score", "{}").json(BLACKLIST))
        .delete(
            "/admin/sessions/{session}",
            delete_session,
            delete("Deletes anybody's session with its scores", "{scores: int(1..)}").json(BLACKLIST),
        )
        .delete(
            "/admin/users/{user}/games/{game}/{playtype}",
            destroy_profile,
            delete("Deletes all that somebody has on a game and playtype", "{}"),
        );
}

/// `POST /admin/recalculate`: notes charts as a load does that changed them. Their scores, and the sessions, PBs, profiles
/// and goals that follow, are made anew by the scheduled work of one of the processes.
async fn recalculate(request: HttpRequest, _admin: Admin, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let charts = charts(&app, &body::object(&request, payload).await?)?;
    let count = charts.len();
    app.write(move |conn| recalculation_add(conn, &charts)).await?;
    Ok(accepted("Recalculation begins within two minutes.", json!({"charts": count})))
}

/// The charts that a body names: some, those of a game and playtype, or all.
fn charts(app: &App, body: &Map<String, Value>) -> Result<Vec<ChartKey>, ApiError> {
    let catalogue = app.catalogue();
    if let Some(ids) = body.get("chartIDs") {
        return named(&catalogue, ids);
    }
    let of = match (body.get("game"), body.get("playtype")) {
        (None, None) => None,
        _ => Some(find_gpt(app, text(body, "game")?, text(body, "playtype")?)?),
    };
    let charts = catalogue.charts().iter().filter(|chart| of.is_none_or(|gpt| chart.gpt == gpt));
    Ok(charts.map(|chart| chart.key).collect())
}

fn named(catalogue: &Catalogue, ids: &Value) -> Result<Vec<ChartKey>, ApiError> {
    let expected = || refuse("chartIDs", &format!("Expected an array of at most {MAX_CHARTS} chartIDs."), Some(ids));
    let list = ids.as_array().filter(|list| list.len() <= MAX_CHARTS).ok_or_else(expected)?;
    let chart = |id: &Value| {
        let id = id.as_str().ok_or_else(expected)?;
        let chart = catalogue.chart_by_id(&ChartId::new(id)).map(|chart| catalogue.chart(chart).key);
        chart.ok_or_else(|| ApiError::bad_request(format!("[chartIDs] The chart {} does not exist.", shown(id))))
    };
    list.iter().map(chart).collect()
}

/// `DELETE /admin/scores/:scoreID`; `blacklist` keeps later imports of its user from bringing it again.
async fn delete_score(request: HttpRequest, _admin: Admin, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let score: StoredScore = of_path(&request).await?;
    let blacklist = blacklist(&body::object(&request, payload).await?)?;
    delete(&App::of(&request)?, score, blacklist).await
}

/// `DELETE /admin/sessions/:sessionID`: with its scores, as a score with a time is always in a session.
async fn delete_session(
    request: HttpRequest,
    _admin: Admin,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let missing = || ApiError::not_found(format!("The session {} does not exist.", shown(&path)));
    let id: SessionId = path.parse().map_err(|_| missing())?;
    let blacklist = blacklist(&body::object(&request, payload).await?)?;
    let importer = Arc::clone(&App::of(&request)?.importer);
    let deleted = block(move || importer.delete_session(id, blacklist).map_err(ApiError::from)).await?;
    Ok(success("Deleted session.", json!({"scores": deleted.ok_or_else(missing)?})))
}

/// `DELETE /admin/users/:userID/games/:game/:playtype`.
async fn destroy_profile(
    request: HttpRequest,
    admin: Admin,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let (user, game, playtype) = path.into_inner();
    let gpt = find_gpt(&app, &game, &playtype)?;
    let importer = Arc::clone(&app.importer);
    let missing = ApiError::not_found(format!("{} has not played {}.", shown(&user), gpt.config().name));
    let destroyed = block(move || {
        let id = importer.database().read(|conn| user_id(conn, &user, Some(admin.user)))?;
        importer.destroy_profile(id, gpt).map_err(ApiError::from)
    });
    if !destroyed.await? {
        return Err(missing);
    }
    Ok(success("Deleted this profile.", Nothing {}))
}
