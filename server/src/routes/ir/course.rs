//! Courses of BMS: they earn classes, not scores. Source: `spec/classes.md` 7.

use actix_web::HttpResponse;
use serde::Serialize;
use tachi_core::ids::UserId;
use tachi_db::catalogue::bms_course_find;

use crate::app::App;
use crate::envelope::{ApiError, success};

#[derive(Serialize)]
struct Earned {
    set: String,
    value: String,
}

/// Gives a user the class that a cleared course stands for. `md5s` are those of its charts in play order,
/// concatenated; `unknown` is the text for courses that stand for none.
pub async fn submit(app: &App, user: UserId, md5s: String, unknown: String) -> Result<HttpResponse, ApiError> {
    let course = app.read(move |conn| bms_course_find(conn, &md5s)).await?;
    let course = course.ok_or_else(|| ApiError::not_found(unknown))?;
    let earned = Earned { set: course.class_set.clone(), value: course.value.clone() };
    let changed = super::set_class(app, user, course.gpt, course.class_set, course.value).await?;
    let text = if changed.is_some() { "Successfully updated class." } else { "Class not updated." };
    Ok(success(text, earned))
}
