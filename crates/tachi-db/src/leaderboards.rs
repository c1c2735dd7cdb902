//! Profiles among one another, and players by name. Source: `spec/pbs.md` 4, `spec/rest-api.md` 9.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::convert::{gpt_to_db, rating_column};
use crate::error::DbError;
use crate::pool::Conn;
use crate::profiles::ProfileRank;
use crate::schema::{profiles, users};
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
    // No rating counts as 0, which is above what is less than nothing.
    let rank = |gpt: i16, rating: usize| {
        let column = rating_column(rating)?;
        let of_gpt = format!("SELECT count(*) FROM profiles o WHERE o.gpt = {gpt}");
        Ok(format!(
            "SELECT {gpt} AS gpt, {rating} AS rating, ({of_gpt} AND o.{column} > COALESCE(me.{column}, 0)) + \
             (CASE WHEN me.{column} < 0 THEN ({of_gpt}) - ({of_gpt} AND o.{column} IS NOT NULL) ELSE 0 END) AS better, \
             ({of_gpt}) AS out_of \
             FROM (SELECT 1) AS once LEFT JOIN profiles me ON me.user_id = $1 AND me.gpt = {gpt}"
        ))
    };
    let all =
        gpts.iter().flat_map(|gpt| (0..gpt.config().profile_ratings.len()).map(|rating| rank(gpt_to_db(*gpt), rating)));
    let sql = all.collect::<Result<Vec<String>, DbError>>()?.join(" UNION ALL ");
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

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Integer)]
    user_id: i32,
}

/// The users of profiles of a GPT: `rest` says which and in which order, `value` is bound in it.
fn users_of(conn: &mut Conn, gpt: Gpt, rest: &str, value: f64) -> Result<Vec<UserId>, DbError> {
    let sql = format!("SELECT user_id FROM profiles WHERE gpt = {} AND {rest}", gpt_to_db(gpt));
    let users: Vec<Found> = diesel::sql_query(sql).bind::<Double, _>(value).load(conn)?;
    Ok(users.into_iter().map(|found| UserId(found.user_id)).collect())
}

/// Users whose profiles lack a rating, by number.
fn unrated(conn: &mut Conn, gpt: Gpt, rating: usize, limit: i64) -> Result<Vec<UserId>, DbError> {
    let column = rating_column(rating)?;
    let sql = format!(
        "SELECT user_id FROM profiles WHERE gpt = {} AND {column} IS NULL ORDER BY user_id LIMIT {limit}",
        gpt_to_db(gpt)
    );
    let users: Vec<Found> = diesel::sql_query(sql).load(conn)?;
    Ok(users.into_iter().map(|found| UserId(found.user_id)).collect())
}

fn unrated_count(conn: &mut Conn, gpt: Gpt, rating: usize) -> Result<i64, DbError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        unrated: i64,
    }
    let column = rating_column(rating)?;
    let sql = format!("SELECT count(*) AS unrated FROM profiles WHERE gpt = {} AND {column} IS NULL", gpt_to_db(gpt));
    Ok(diesel::sql_query(sql).get_result::<Count>(conn)?.unrated)
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
    let column = rating_column(rating)?;
    let above = format!("{column} > $1 ORDER BY {column}, user_id DESC LIMIT {each}");
    let mut above = users_of(conn, gpt, &above, value)?;
    above.reverse();
    let below = format!("{column} <= $1 AND user_id <> {user} ORDER BY {column} DESC, user_id LIMIT {each}");
    let mut below = users_of(conn, gpt, &below, value)?;
    let missing = each - below.len() as i64;
    if missing > 0 && value >= 0.0 {
        let unrated = unrated(conn, gpt, rating, missing + 1)?;
        below.extend(unrated.into_iter().filter(|other| *other != user));
        below.truncate(each.max(0) as usize);
    }
    Ok((above, below))
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
