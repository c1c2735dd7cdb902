//! `DELETE ""`: deleting a profile with everything that belongs to it. Source: `spec/pipeline.md` 11.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use tachi_db::users::user_credentials_by_id;

use crate::app::{App, block};
use crate::body;
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::password;
use crate::routes::account::new_password;
use crate::routes::games::find_gpt;
use crate::self_key::SelfKey;

/// For the user alone, who proves it with the password once more.
pub async fn destroy(
    request: HttpRequest,
    me: SelfKey,
    path: web::Path<(String, String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let (_, game, playtype) = path.into_inner();
    let gpt = find_gpt(&app, &game, &playtype)?;
    let body = body::object(&request, payload).await?;
    // One that is too short to be a password is none.
    let password = new_password(&body)?.to_owned();
    let user = me.user.id;
    let stored = app.read(move |conn| user_credentials_by_id(conn, user)).await?;
    if !password::verify_later(password, stored.and_then(|stored| stored.password_hash)).await? {
        return Err(ApiError::new(Kind::Forbidden, "Invalid password."));
    }
    let importer = Arc::clone(&app.importer);
    if !block(move || importer.destroy_profile(user, gpt).map_err(ApiError::from)).await? {
        return Err(ApiError::not_found(format!("You have not played {}.", gpt.config().name)));
    }
    Ok(success("Deleted this profile.", Nothing {}))
}
