//! Profiles among one another, and players by name. Source: `spec/pbs.md` 4, `spec/rest-api.md` 9.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::convert::gpt_to_db;
use crate::error::DbError;
use crate::pool::Conn;
use crate::profiles::ProfileRank;
use crate::schema::{profile_ratings, profiles, users};
use crate::users::{User, UserRow};

#[derive(QueryableByName)]
struct RankRow {
    #[diesel(sql_type = Integer)]
    gpt: i32,
    #[diesel(sql_type = Integer)]
    rating: i32,
    #[diesel(sql_type = BigInt)]
    better: i64,
    #[diesel(sql_type = BigInt)]
    out_of: i64,
}

/// The places of a user's profiles on those GPTs by each of the GPTs' profile ratings, in the order of the
/// configuration; all with one statement.
///
/// # Errors
/// Those of the database.
pub fn profile_ranks(conn: &mut Conn, user: UserId, gpts: &[Gpt]) -> Result<Vec<(Gpt, Vec<ProfileRank>)>, DbError> {
    if gpts.is_empty() {
        return Ok(Vec::new());
    }
    let all = gpts.iter().flat_map(|gpt| {
        (0..gpt.config().profile_ratings.len()).map(|rating| format!("({}, {rating})", gpt_to_db(*gpt)))
    });
    // No rating counts as 0, which is above what is less than nothing.
    let sql = format!(
        "WITH w(gpt, rating) AS (VALUES {}) SELECT w.gpt, w.rating, \
         (SELECT count(*) FROM profile_ratings o WHERE o.gpt = w.gpt AND o.rating = w.rating \
             AND o.value > COALESCE(me.value, 0)) + \
         (CASE WHEN me.value < 0 THEN (SELECT count(*) FROM profiles p WHERE p.gpt = w.gpt) - \
             (SELECT count(*) FROM profile_ratings o WHERE o.gpt = w.gpt AND o.rating = w.rating) ELSE 0 END) \
             AS better, \
         (SELECT count(*) FROM profiles p WHERE p.gpt = w.gpt) AS out_of \
         FROM w LEFT JOIN profile_ratings me ON me.user_id = $1 AND me.gpt = w.gpt AND me.rating = w.rating",
        all.collect::<Vec<_>>().join(", ")
    );
    let rows: Vec<RankRow> = diesel::sql_query(sql).bind::<Integer, _>(user.0).load(conn)?;
    let mut found = Vec::with_capacity(gpts.len());
    for gpt in gpts {
        let mut of_gpt: Vec<&RankRow> = rows.iter().filter(|row| row.gpt == i32::from(gpt_to_db(*gpt))).collect();
        of_gpt.sort_unstable_by_key(|row| row.rating);
        let rank = |row: &RankRow| ProfileRank { ranking: row.better + 1, out_of: row.out_of };
        found.push((*gpt, of_gpt.into_iter().map(rank).collect()));
    }
    Ok(found)
}

/// A place on a leaderboard of profiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Who.
    pub user: UserId,
    /// The rating.
    pub value: Option<f64>,
    /// 1 and how many profiles have a larger rating; no rating counts as 0.
    pub rank: i64,
}

/// The best profiles of a GPT by one of its ratings, those without one last; ties are ordered by user.
///
/// # Errors
/// Those of the database.
pub fn profile_standings(conn: &mut Conn, gpt: Gpt, rating: usize, limit: i64) -> Result<Vec<Standing>, DbError> {
    let rated = crate::profiles::profile_leaderboard(conn, gpt, rating, limit)?;
    let missing = limit - rated.len() as i64;
    let unrated = if missing > 0 { unrated(conn, gpt, rating, missing)? } else { Vec::new() };
    let any_negative = rated.last().is_some_and(|(_, value)| *value < 0.0);
    let zeros = if any_negative { unrated_count(conn, gpt, rating)? } else { 0 };
    let positive = rated.iter().filter(|(_, value)| *value > 0.0).count();
    let mut found: Vec<Standing> = Vec::with_capacity(rated.len() + unrated.len());
    for (better, (user, value)) in (0..).zip(&rated) {
        let above = if *value < 0.0 { zeros } else { 0 };
        let rank = match found.last() {
            Some(last) if last.value == Some(*value) => last.rank,
            _ => better + above + 1,
        };
        found.push(Standing { user: *user, value: Some(*value), rank });
    }
    let rank = positive as i64 + 1;
    found.extend(unrated.into_iter().map(|user| Standing { user, value: None, rank }));
    Ok(found)
}

/// Users whose profiles lack a rating, by number.
fn unrated(conn: &mut Conn, gpt: Gpt, rating: usize, limit: i64) -> Result<Vec<UserId>, DbError> {
    let rating = number(rating)?;
    let rated = profile_ratings::table.filter(profile_ratings::user_id.eq(profiles::user_id));
    let rated = rated.filter(profile_ratings::gpt.eq(profiles::gpt)).filter(profile_ratings::rating.eq(rating));
    let query = profiles::table.filter(profiles::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(diesel::dsl::not(diesel::dsl::exists(rated))).order(profiles::user_id).limit(limit);
    let users: Vec<i32> = query.select(profiles::user_id).load(conn)?;
    Ok(users.into_iter().map(UserId).collect())
}

fn unrated_count(conn: &mut Conn, gpt: Gpt, rating: usize) -> Result<i64, DbError> {
    let rated = profile_ratings::table.filter(profile_ratings::gpt.eq(gpt_to_db(gpt)));
    let rated: i64 = rated.filter(profile_ratings::rating.eq(number(rating)?)).count().get_result(conn)?;
    Ok(crate::profiles::profiles_count(conn, gpt)? - rated)
}

fn number(rating: usize) -> Result<i16, DbError> {
    i16::try_from(rating).map_err(|error| DbError::data("a rating", error))
}

/// The users whose profiles are next to one's by a rating, given by position and value (no rating counts as 0): those
/// strictly above it, nearest last, and those not above it, nearest first; up to `each` of both.
///
/// # Errors
/// Those of the database.
pub fn profile_neighbours(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    (rating, value): (usize, Option<f64>),
    each: i64,
) -> Result<(Vec<UserId>, Vec<UserId>), DbError> {
    let value = value.unwrap_or(0.0);
    let rated = profile_ratings::table.filter(profile_ratings::gpt.eq(gpt_to_db(gpt)));
    let rated = rated.filter(profile_ratings::rating.eq(number(rating)?));
    let above = rated.filter(profile_ratings::value.gt(value));
    let above = above.order((profile_ratings::value, profile_ratings::user_id.desc())).limit(each);
    let mut above: Vec<i32> = above.select(profile_ratings::user_id).load(conn)?;
    above.reverse();
    let below = rated.filter(profile_ratings::value.le(value)).filter(profile_ratings::user_id.ne(user.0));
    let below = below.order((profile_ratings::value.desc(), profile_ratings::user_id)).limit(each);
    let below: Vec<i32> = below.select(profile_ratings::user_id).load(conn)?;
    let mut below: Vec<UserId> = below.into_iter().map(UserId).collect();
    let missing = each - below.len() as i64;
    if missing > 0 && value >= 0.0 {
        let unrated = unrated(conn, gpt, rating, missing + 1)?;
        below.extend(unrated.into_iter().filter(|other| *other != user));
        below.truncate(each.max(0) as usize);
    }
    Ok((above.into_iter().map(UserId).collect(), below))
}

/// The pattern of texts that hold another one, taken as it is.
fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// The players of a GPT whose names hold a text, in any case; by number.
///
/// # Errors
/// Those of the database.
pub fn players_named(conn: &mut Conn, gpt: Gpt, text: &str, limit: i64) -> Result<Vec<User>, DbError> {
    let pattern = holding(&crate::convert::text_to_db(text).to_lowercase());
    let query = profiles::table.inner_join(users::table.on(users::id.eq(profiles::user_id)));
    let query = query.filter(profiles::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(users::username_lower.like(pattern).escape('\\')).order(users::id).limit(limit);
    let rows: Vec<UserRow> = query.select(UserRow::as_select()).load(conn)?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// The users whose names hold a text, in any case; by number.
///
/// # Errors
/// Those of the database.
pub fn users_named(conn: &mut Conn, text: &str, limit: i64) -> Result<Vec<User>, DbError> {
    let pattern = holding(&crate::convert::text_to_db(text).to_lowercase());
    let query = users::table.filter(users::username_lower.like(pattern).escape('\\')).order(users::id).limit(limit);
    let rows: Vec<UserRow> = query.select(UserRow::as_select()).load(conn)?;
    rows.into_iter().map(UserRow::into_user).collect()
}

#[cfg(test)]
mod tests {
    use super::holding;

    #[test]
    fn pattern_characters_are_taken_as_they_are() {
        assert_eq!(holding("a_b%\\"), "%a\\_b\\%\\\\%");
    }
}
