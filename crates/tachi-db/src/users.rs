//! Users.

use diesel::prelude::*;
use serde_json::{Map, Value};
use tachi_core::ids::UserId;

use crate::bulk::KEYS;
use crate::convert::{json_from_db, json_to_db, text_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{user_settings, users};

/// What a user may do beyond playing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AuthLevel {
    /// Nothing at all.
    Banned,
    /// Nothing.
    #[default]
    User,
    /// Moderation.
    Mod,
    /// Everything.
    Admin,
}

impl AuthLevel {
    /// The number in documents: 0 to 3.
    #[must_use]
    pub const fn number(self) -> i16 {
        self as i16
    }

    fn from_db(number: i16) -> Result<Self, DbError> {
        let known = [Self::Banned, Self::User, Self::Mod, Self::Admin].into_iter();
        let mut known = known.filter(|level| level.number() == number);
        known.next().ok_or_else(|| DbError::data("a user's level", format!("there is no level {number}")))
    }
}

/// A user, without what only the user may know.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The number.
    pub id: UserId,
    /// The name as the user writes it.
    pub username: String,
    /// What the user says about themselves.
    pub about: String,
    /// A short message.
    pub status: Option<String>,
    /// Names elsewhere, by service.
    pub social_media: Map<String, Value>,
    /// Badges.
    pub badges: Vec<String>,
    /// When the user joined, UNIX milliseconds.
    pub join_date: i64,
    /// When the user was last seen, UNIX milliseconds.
    pub last_seen: i64,
    /// What the user may do.
    pub auth_level: AuthLevel,
}

/// A user to be made.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewUser<'a> {
    /// The name; unique without regard to case.
    pub username: &'a str,
    /// The hash of the password; without one the user cannot log in by password.
    pub password_hash: Option<&'a str>,
    /// The mail address, in lower case; unique.
    pub email: Option<&'a str>,
    /// What the user says about themselves.
    pub about: &'a str,
    /// When the user joined, UNIX milliseconds.
    pub join_date: i64,
    /// What the user may do.
    pub auth_level: AuthLevel,
}

/// What proves that someone is a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub id: UserId,
    /// The hash of the password, if one is set.
    pub password_hash: Option<String>,
    /// The mail address, if known.
    pub email: Option<String>,
    /// Whether the user showed that they read what is sent there.
    pub is_email_verified: bool,
}

type CredentialsRow = (i32, Option<String>, Option<String>, Option<i64>);

impl Credentials {
    fn from_row((id, password_hash, email, verified_at): CredentialsRow) -> Self {
        Self { id: UserId(id), password_hash, email, is_email_verified: verified_at.is_some() }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: i32,
    username: String,
    about: String,
    status: Option<String>,
    social_media: String,
    badges: String,
    join_date: i64,
    last_seen: i64,
    auth_level: i16,
}

impl UserRow {
    pub(crate) fn into_user(self) -> Result<User, DbError> {
        Ok(User {
            id: UserId(self.id),
            username: self.username,
            about: self.about,
            status: self.status,
            social_media: json_from_db(&self.social_media, "a user's names elsewhere")?,
            badges: json_from_db(&self.badges, "a user's badges")?,
            join_date: self.join_date,
            last_seen: self.last_seen,
            auth_level: AuthLevel::from_db(self.auth_level)?,
        })
    }
}

/// The form under which names are unique.
fn lower(username: &str) -> String {
    username.to_lowercase()
}

/// Makes a user and returns their number, which no other user had or will have.
///
/// # Errors
/// [`DbError::Conflict`] on `username` or `email` when it is taken.
pub fn user_insert(conn: &mut Conn, user: &NewUser<'_>) -> Result<UserId, DbError> {
    let id = diesel::insert_into(users::table)
        .values((
            users::username.eq(text_to_db(user.username)),
            users::username_lower.eq(lower(&text_to_db(user.username))),
            users::password_hash.eq(user.password_hash),
            users::email.eq(user.email),
            users::about.eq(text_to_db(user.about)),
            users::social_media.eq("{}"),
            users::badges.eq("[]"),
            users::join_date.eq(user.join_date),
            users::last_seen.eq(user.join_date),
            users::auth_level.eq(user.auth_level.number()),
        ))
        .returning(users::id)
        .get_result(conn)?;
    Ok(UserId(id))
}

/// The user with that number.
///
/// # Errors
/// Those of the database.
pub fn user_by_id(conn: &mut Conn, user: UserId) -> Result<Option<User>, DbError> {
    let row = users::table.find(user.0).select(UserRow::as_select()).first(conn).optional()?;
    row.map(UserRow::into_user).transpose()
}

/// The user with that name, in any case.
///
/// # Errors
/// Those of the database.
pub fn user_by_name(conn: &mut Conn, username: &str) -> Result<Option<User>, DbError> {
    let query = users::table.filter(users::username_lower.eq(lower(&text_to_db(username))));
    let row = query.select(UserRow::as_select()).first(conn).optional()?;
    row.map(UserRow::into_user).transpose()
}

/// The user with that mail address, in lower case.
///
/// # Errors
/// Those of the database.
pub fn user_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>, DbError> {
    let query = users::table.filter(users::email.eq(text_to_db(email)));
    let row = query.select(UserRow::as_select()).first(conn).optional()?;
    row.map(UserRow::into_user).transpose()
}

/// The users with those numbers, by number; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn users_by_ids(conn: &mut Conn, users: &[UserId]) -> Result<Vec<User>, DbError> {
    let mut found = Vec::with_capacity(users.len());
    for chunk in users.chunks(KEYS) {
        let query = users::table.filter(users::id.eq_any(chunk.iter().map(|user| user.0)));
        for row in query.order(users::id).select(UserRow::as_select()).load(conn)? {
            found.push(row.into_user()?);
        }
    }
    Ok(found)
}

/// All users in pages, by number: the next `limit` after `after`.
///
/// # Errors
/// Those of the database.
pub fn users_page(conn: &mut Conn, after: Option<UserId>, limit: i64) -> Result<Vec<UserId>, DbError> {
    let query = users::table.filter(users::id.gt(after.map_or(i32::MIN, |user| user.0)));
    let ids: Vec<i32> = query.order(users::id).limit(limit).select(users::id).load(conn)?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// What proves that someone is the user of that name, in any case.
///
/// # Errors
/// Those of the database.
pub fn user_credentials(conn: &mut Conn, username: &str) -> Result<Option<Credentials>, DbError> {
    let query = users::table.filter(users::username_lower.eq(lower(&text_to_db(username))));
    let query = query.select((users::id, users::password_hash, users::email, users::email_verified_at));
    Ok(query.first(conn).optional()?.map(Credentials::from_row))
}

/// What proves that someone is the user with that number.
///
/// # Errors
/// Those of the database.
pub fn user_credentials_by_id(conn: &mut Conn, user: UserId) -> Result<Option<Credentials>, DbError> {
    let query = users::table.find(user.0);
    let query = query.select((users::id, users::password_hash, users::email, users::email_verified_at));
    Ok(query.first(conn).optional()?.map(Credentials::from_row))
}

/// The users who were seen last, latest first; `since` leaves out those who were not seen after that time.
///
/// # Errors
/// Those of the database.
pub fn users_recent(conn: &mut Conn, since: Option<i64>, limit: i64) -> Result<Vec<User>, DbError> {
    let mut query = users::table.select(UserRow::as_select()).into_boxed();
    if let Some(since) = since {
        query = query.filter(users::last_seen.gt(since));
    }
    let rows = query.order((users::last_seen.desc(), users::id.desc())).limit(limit).load(conn)?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// The users whose names contain a text, in any case, by name; `since` as for [`users_recent`].
///
/// # Errors
/// Those of the database.
pub fn users_search(conn: &mut Conn, text: &str, since: Option<i64>, limit: i64) -> Result<Vec<User>, DbError> {
    let literal = lower(&text_to_db(text)).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let like = users::username_lower.like(format!("%{literal}%")).escape('\\');
    let mut query = users::table.filter(like).select(UserRow::as_select()).into_boxed();
    if let Some(since) = since {
        query = query.filter(users::last_seen.gt(since));
    }
    let rows = query.order(users::username_lower).limit(limit).load(conn)?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// Sets a user's password by its hash. Returns whether the user exists.
///
/// # Errors
/// Those of the database.
pub fn user_password_set(conn: &mut Conn, user: UserId, password_hash: &str) -> Result<bool, DbError> {
    let query = diesel::update(users::table.find(user.0)).set(users::password_hash.eq(password_hash));
    Ok(query.execute(conn)? > 0)
}

/// Sets a user's mail address, in lower case. Another one than before is not verified. Returns whether it is another.
///
/// # Errors
/// [`DbError::Conflict`] on `email` when it is taken.
pub fn user_email_set(conn: &mut Conn, user: UserId, email: &str) -> Result<bool, DbError> {
    let query = users::table.filter(users::id.eq(user.0));
    let query = query.filter(users::email.is_null().or(users::email.ne(email)));
    let query = diesel::update(query).set((users::email.eq(email), users::email_verified_at.eq(None::<i64>)));
    Ok(query.execute(conn)? > 0)
}

/// Notes that a mail address is a user's own. Returns whether it is the one that the user has.
///
/// # Errors
/// Those of the database.
pub fn user_email_verify(conn: &mut Conn, user: UserId, email: &str, now: i64) -> Result<bool, DbError> {
    let query = users::table.filter(users::id.eq(user.0)).filter(users::email.eq(email));
    Ok(diesel::update(query).set(users::email_verified_at.eq(now)).execute(conn)? > 0)
}

/// When a user changed their name last, UNIX milliseconds.
///
/// # Errors
/// Those of the database.
pub fn user_name_changed_at(conn: &mut Conn, user: UserId) -> Result<Option<i64>, DbError> {
    let query = users::table.find(user.0).select(users::username_changed_at);
    Ok(query.first::<Option<i64>>(conn).optional()?.flatten())
}

/// Gives a user another name. Returns whether the user exists.
///
/// # Errors
/// [`DbError::Conflict`] on `username` when it is taken.
pub fn user_name_set(conn: &mut Conn, user: UserId, username: &str, now: i64) -> Result<bool, DbError> {
    let query = diesel::update(users::table.find(user.0)).set((
        users::username.eq(text_to_db(username)),
        users::username_lower.eq(lower(&text_to_db(username))),
        users::username_changed_at.eq(now),
    ));
    Ok(query.execute(conn)? > 0)
}

/// Stores what a user may change about themselves, and their badges and level. Returns whether the user exists.
///
/// # Errors
/// Those of the database.
pub fn user_update(conn: &mut Conn, user: &User) -> Result<bool, DbError> {
    let query = diesel::update(users::table.find(user.id.0)).set((
        users::about.eq(text_to_db(&user.about)),
        users::status.eq(user.status.as_deref().map(text_to_db)),
        users::social_media.eq(json_to_db(&user.social_media, "a user's names elsewhere")?),
        users::badges.eq(json_to_db(&user.badges, "a user's badges")?),
        users::auth_level.eq(user.auth_level.number()),
    ));
    Ok(query.execute(conn)? > 0)
}

/// Notes when a user was seen, unless the user does not want it known; never moves backwards.
///
/// # Errors
/// Those of the database.
pub fn user_seen_unless_invisible(conn: &mut Conn, user: UserId, now: i64) -> Result<(), DbError> {
    let wish = user_settings::table.filter(user_settings::user_id.eq(user.0)).filter(user_settings::invisible.eq(true));
    let query = users::table.filter(users::id.eq(user.0)).filter(users::last_seen.lt(now));
    let query = diesel::update(query.filter(diesel::dsl::not(diesel::dsl::exists(wish))));
    query.set(users::last_seen.eq(now)).execute(conn)?;
    Ok(())
}
