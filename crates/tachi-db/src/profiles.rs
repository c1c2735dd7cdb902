//! Profiles: what a user is on a GPT. Source: `spec/classes.md`, `spec/pbs.md` 4.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer};
use diesel::upsert::excluded;
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::UserId;

use crate::bulk::KEYS;
use crate::convert::{RATINGS, gpt_from_db, gpt_to_db, json_from_db, json_to_db, rating_column, text_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{class_achievements, class_bans, profiles};
use crate::score_data::{ratings_from_db, ratings_to_db};

/// What a user is on a GPT.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Whose it is.
    pub user: UserId,
    /// On what.
    pub gpt: Gpt,
    /// Ratings, in the order of the GPT's configuration.
    pub ratings: Ratings,
    /// Classes, by class set.
    pub classes: BTreeMap<String, String>,
}

/// A class that a user reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassAchievement {
    /// Who.
    pub user: UserId,
    /// On what.
    pub gpt: Gpt,
    /// The class set.
    pub class_set: String,
    /// The class held before.
    pub old_value: Option<String>,
    /// The class reached.
    pub value: String,
    /// When, UNIX milliseconds.
    pub time_achieved: i64,
    /// Whether the player stated it by hand.
    pub is_manual: bool,
}

/// A profile's place among those of its GPT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileRank {
    /// 1 and how many profiles have a larger rating; no rating counts as 0.
    pub ranking: i64,
    /// How many profiles there are.
    pub out_of: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = profiles, treat_none_as_default_value = false)]
struct ProfileRow {
    user_id: i32,
    gpt: i16,
    ratings: String,
    classes: String,
    rating0: Option<f64>,
    rating1: Option<f64>,
    rating2: Option<f64>,
    rating3: Option<f64>,
}

impl ProfileRow {
    fn new(profile: &Profile) -> Result<Self, DbError> {
        if profile.ratings.len() > RATINGS {
            return Err(DbError::data("a profile", format!("it has more than {RATINGS} ratings")));
        }
        let rating = |index: usize| profile.ratings.get(index).copied().flatten();
        Ok(Self {
            user_id: profile.user.0,
            gpt: gpt_to_db(profile.gpt),
            ratings: ratings_to_db(&profile.ratings)?,
            classes: json_to_db(&profile.classes, "classes")?,
            rating0: rating(0),
            rating1: rating(1),
            rating2: rating(2),
            rating3: rating(3),
        })
    }

    fn ranked(&self) -> [Option<f64>; RATINGS] {
        [self.rating0, self.rating1, self.rating2, self.rating3]
    }

    fn into_profile(self) -> Result<Profile, DbError> {
        Ok(Profile {
            user: UserId(self.user_id),
            gpt: gpt_from_db(self.gpt)?,
            ratings: ratings_from_db(&self.ratings)?,
            classes: json_from_db(&self.classes, "classes")?,
        })
    }
}

/// A user's profile on a GPT.
///
/// # Errors
/// Those of the database.
pub fn profile_get(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Option<Profile>, DbError> {
    let query = profiles::table.find((user.0, gpt_to_db(gpt)));
    let row = query.select(ProfileRow::as_select()).first(conn).optional()?;
    row.map(ProfileRow::into_profile).transpose()
}

/// The profiles of those users on a GPT, by user; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn profiles_of_users(conn: &mut Conn, gpt: Gpt, users: &[UserId]) -> Result<Vec<Profile>, DbError> {
    let mut found = Vec::with_capacity(users.len());
    for chunk in users.chunks(KEYS) {
        let query = profiles::table.filter(profiles::user_id.eq_any(chunk.iter().map(|user| user.0)));
        let query = query.filter(profiles::gpt.eq(gpt_to_db(gpt))).order(profiles::user_id);
        for row in query.select(ProfileRow::as_select()).load(conn)? {
            found.push(row.into_profile()?);
        }
    }
    Ok(found)
}

/// How many users have a profile on a GPT.
///
/// # Errors
/// Those of the database.
pub fn profiles_count(conn: &mut Conn, gpt: Gpt) -> Result<i64, DbError> {
    Ok(profiles::table.filter(profiles::gpt.eq(gpt_to_db(gpt))).count().get_result(conn)?)
}

/// A user's profiles, in the order of the GPTs.
///
/// # Errors
/// Those of the database.
pub fn profiles_of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Profile>, DbError> {
    let query = profiles::table.filter(profiles::user_id.eq(user.0)).order(profiles::gpt);
    let rows = query.select(ProfileRow::as_select()).load(conn)?;
    rows.into_iter().map(ProfileRow::into_profile).collect()
}

/// All profiles in pages, by user and GPT: the next `limit` after `after`. With each, whether the leaderboard has its
/// ratings.
///
/// # Errors
/// Those of the database.
pub fn profiles_page(
    conn: &mut Conn,
    after: Option<(UserId, Gpt)>,
    limit: i64,
) -> Result<Vec<(Profile, bool)>, DbError> {
    let mut query = profiles::table.select(ProfileRow::as_select()).into_boxed();
    if let Some((user, gpt)) = after {
        let later = profiles::user_id.eq(user.0).and(profiles::gpt.gt(gpt_to_db(gpt)));
        query = query.filter(profiles::user_id.gt(user.0).or(later));
    }
    let mut found = Vec::new();
    for row in query.order((profiles::user_id, profiles::gpt)).limit(limit).load(conn)? {
        let ranked = row.ranked();
        let profile = row.into_profile()?;
        let is_ranked = ProfileRow::new(&profile)?.ranked() == ranked;
        found.push((profile, is_ranked));
    }
    Ok(found)
}

/// Stores a profile, over the one there may be.
///
/// # Errors
/// Those of the database.
pub fn profile_upsert(conn: &mut Conn, profile: &Profile) -> Result<(), DbError> {
    let rows = [ProfileRow::new(profile)?];
    insert_rows!(conn, profiles::table, rows, |insert| insert
        .on_conflict((profiles::user_id, profiles::gpt))
        .do_update()
        .set((
            profiles::ratings.eq(excluded(profiles::ratings)),
            profiles::classes.eq(excluded(profiles::classes)),
            profiles::rating0.eq(excluded(profiles::rating0)),
            profiles::rating1.eq(excluded(profiles::rating1)),
            profiles::rating2.eq(excluded(profiles::rating2)),
            profiles::rating3.eq(excluded(profiles::rating3)),
        )));
    Ok(())
}

/// The best profiles of a GPT by one of its ratings, with the rating; ties are ordered by user.
///
/// # Errors
/// Those of the database.
pub fn profile_leaderboard(
    conn: &mut Conn,
    gpt: Gpt,
    rating: usize,
    limit: i64,
) -> Result<Vec<(UserId, f64)>, DbError> {
    #[derive(QueryableByName)]
    struct Place {
        #[diesel(sql_type = Integer)]
        user_id: i32,
        #[diesel(sql_type = Double)]
        value: f64,
    }
    let (column, gpt) = (rating_column(rating)?, gpt_to_db(gpt));
    let sql = format!(
        "SELECT user_id, {column} AS value FROM profiles WHERE gpt = {gpt} AND {column} IS NOT NULL \
         ORDER BY {column} DESC, user_id LIMIT $1"
    );
    let places: Vec<Place> = diesel::sql_query(sql).bind::<BigInt, _>(limit).load(conn)?;
    Ok(places.into_iter().map(|place| (UserId(place.user_id), place.value)).collect())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = class_achievements, treat_none_as_default_value = false)]
struct AchievementRow {
    user_id: i32,
    gpt: i16,
    class_set: String,
    old_value: Option<String>,
    value: String,
    time_achieved: i64,
    is_manual: bool,
}

/// Notes classes that were reached.
///
/// # Errors
/// Those of the database.
pub fn class_achievements_insert(conn: &mut Conn, achievements: &[ClassAchievement]) -> Result<(), DbError> {
    let row = |achievement: &ClassAchievement| AchievementRow {
        user_id: achievement.user.0,
        gpt: gpt_to_db(achievement.gpt),
        class_set: text_to_db(&achievement.class_set).into_owned(),
        old_value: achievement.old_value.as_deref().map(|value| text_to_db(value).into_owned()),
        value: text_to_db(&achievement.value).into_owned(),
        time_achieved: achievement.time_achieved,
        is_manual: achievement.is_manual,
    };
    let rows: Vec<AchievementRow> = achievements.iter().map(row).collect();
    insert_rows!(conn, class_achievements::table, rows);
    Ok(())
}

/// The classes a user reached, latest first.
///
/// # Errors
/// Those of the database.
pub fn class_achievements_of_user(conn: &mut Conn, user: UserId, limit: i64) -> Result<Vec<ClassAchievement>, DbError> {
    let query = class_achievements::table.filter(class_achievements::user_id.eq(user.0));
    let query = query.order((class_achievements::time_achieved.desc(), class_achievements::id.desc())).limit(limit);
    achievements(query.select(AchievementRow::as_select()).load(conn)?)
}

/// The classes that anybody reached on a GPT, latest first.
///
/// # Errors
/// Those of the database.
pub fn class_achievements_of_gpt(conn: &mut Conn, gpt: Gpt, limit: i64) -> Result<Vec<ClassAchievement>, DbError> {
    let query = class_achievements::table.filter(class_achievements::gpt.eq(gpt_to_db(gpt)));
    let query = query.order((class_achievements::time_achieved.desc(), class_achievements::id.desc())).limit(limit);
    achievements(query.select(AchievementRow::as_select()).load(conn)?)
}

fn achievements(rows: Vec<AchievementRow>) -> Result<Vec<ClassAchievement>, DbError> {
    let achievement = |row: AchievementRow| {
        Ok(ClassAchievement {
            user: UserId(row.user_id),
            gpt: gpt_from_db(row.gpt)?,
            class_set: row.class_set,
            old_value: row.old_value,
            value: row.value,
            time_achieved: row.time_achieved,
            is_manual: row.is_manual,
        })
    };
    rows.into_iter().map(achievement).collect()
}

/// Whether a user may state classes by hand.
///
/// # Errors
/// Those of the database.
pub fn may_state_classes(conn: &mut Conn, user: UserId) -> Result<bool, DbError> {
    Ok(class_bans::table.find(user.0).count().get_result::<i64>(conn)? == 0)
}

/// Lets a user state classes by hand, or forbids it.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is no such user.
pub fn let_state_classes(conn: &mut Conn, user: UserId, may: bool) -> Result<(), DbError> {
    if may {
        diesel::delete(class_bans::table.find(user.0)).execute(conn)?;
    } else {
        let ban = class_bans::user_id.eq(user.0);
        on_backend!(conn, |conn| diesel::insert_into(class_bans::table)
            .values(ban)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(())
}
