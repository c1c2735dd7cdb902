//! A user's sessions on a game.

use std::cmp::Reverse;

use actix_web::HttpResponse;
use serde_json::{Value, json};
use tachi_core::catalogue::{SearchText, search_form};
use tachi_db::scores::scores_of_session;
use tachi_db::sessions::{
    StoredSession, sessions_best, sessions_highlighted, sessions_in_order, sessions_names, sessions_of_user,
    sessions_recent,
};

use super::LIMIT;
use crate::documents;
use crate::envelope::ApiError;
use crate::routes::reading::Ugpt;

/// `GET /sessions`: sessions whose names fit `search`, best first.
pub async fn search(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let text = SearchText::new(ugpt.on.params.required("search")?);
    ugpt.answer("Retrieved sessions.", move |conn, reading, profile| {
        let names = sessions_names(conn, profile.user, reading.gpt)?;
        let fit = |name: &str| text.fit(&search_form(name));
        let mut found: Vec<_> = names.iter().filter_map(|(key, name)| Some((*key, fit(name)?))).collect();
        found.sort_by_key(|(_, fit)| Reverse(*fit));
        found.truncate(LIMIT);
        let order: Vec<_> = found.iter().map(|(key, _)| *key).collect();
        let sessions = sessions_in_order(conn, &order)?;
        let mut documents = json!(documents::sessions(conn, sessions)?);
        for (document, (_, fit)) in documents.as_array_mut().into_iter().flatten().zip(&found) {
            document["__textScore"] = json!(fit);
        }
        Ok(documents)
    })
    .await
}

/// `GET /sessions/best`: the best sessions by a session rating.
pub async fn best(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let config = ugpt.on.gpt.config();
    let names = config.session_ratings.iter().map(|rating| rating.name);
    let rating = ugpt.on.params.algorithm(names, config.default_session_rating)?;
    ugpt.answer("Retrieved best sessions.", move |conn, reading, profile| {
        let sessions = sessions_best(conn, profile.user, reading.gpt, rating, LIMIT)?;
        Ok(documents::sessions(conn, sessions)?)
    })
    .await
}

/// `GET /sessions/highlighted`: the latest highlighted sessions.
pub async fn highlighted(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved highlighted sessions.", |conn, reading, profile| {
        let sessions = sessions_highlighted(conn, profile.user, reading.gpt, LIMIT as i64)?;
        Ok(documents::sessions(conn, sessions)?)
    })
    .await
}

/// `GET /sessions/recent`: the latest sessions.
pub async fn recent(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved recent sessions.", |conn, reading, profile| {
        let sessions = sessions_recent(conn, profile.user, reading.gpt, LIMIT as i64)?;
        Ok(documents::sessions(conn, sessions)?)
    })
    .await
}

/// `GET /sessions/last`: the latest session, compared with what was there before it.
pub async fn last(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved last session.", |conn, reading, profile| {
        let session = sessions_recent(conn, profile.user, reading.gpt, 1)?.pop();
        let session = session.ok_or_else(|| ApiError::not_found("This user has no sessions."))?;
        let members = scores_of_session(conn, session.key)?;
        let info = documents::score_info(conn, &reading.catalogue, &session, &members)?;
        let ids = members.iter().map(|member| member.score.id).collect();
        Ok(json!({"session": documents::session(session, ids), "scoreInfo": info}))
    })
    .await
}

/// `GET /sessions/calendar`: when all sessions were.
pub async fn calendar(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved session calendar.", |conn, reading, profile| {
        let sessions = sessions_of_user(conn, profile.user, reading.gpt)?;
        Ok(sessions.into_iter().map(calendar_form).collect::<Vec<Value>>())
    })
    .await
}

fn calendar_form(stored: StoredSession) -> Value {
    let session = stored.session;
    json!({
        "sessionID": session.id, "name": session.name, "desc": session.description, "highlight": session.highlight,
        "timeStarted": session.time_started, "timeEnded": session.time_ended,
        "game": session.gpt.game(), "playtype": session.gpt.playtype(),
    })
}
