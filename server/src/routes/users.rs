//! Users by the names that paths give them. Source: `spec/rest-api.md` 2.

use tachi_core::ids::UserId;
use tachi_db::users::{user_by_id, user_by_name};
use tachi_db::{Conn, DbError};

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
