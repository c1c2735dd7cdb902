//! What a user's profile was, day by day. Source: `spec/documents.md` (Snapshot).

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_db::leaderboards::profile_ranks;
use tachi_db::profiles::ProfileRank;
use tachi_db::scores::scores_count;
use tachi_db::snapshots::{Snapshot, snapshots_since};

use crate::app::now;
use crate::documents;
use crate::envelope::ApiError;
use crate::routes::reading::{Params, Ugpt};
use crate::routes::shown;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How many snapshots are returned at most: those of some ten years.
const LIMIT: i64 = 4000;

/// The spans that may be asked for, in days.
const DURATIONS: [(&str, i64); 5] = [("week", 7), ("month", 30), ("3mo", 90), ("year", 365), ("all", i64::MAX / DAY)];

fn since(params: &Params, now: i64) -> Result<i64, ApiError> {
    let wanted = params.get("duration").unwrap_or("3mo");
    let found = DURATIONS.iter().find(|(name, _)| *name == wanted).map(|(_, days)| now.saturating_sub(days * DAY));
    found.ok_or_else(|| {
        let names = DURATIONS.map(|(name, _)| name).join(", ");
        ApiError::bad_request(format!("[duration] Expected any of {names}. (Received {})", shown(wanted)))
    })
}

/// `GET /history`: the snapshots of a span, newest first, after what the profile is now.
pub async fn get(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let time = now();
    let since = since(&ugpt.on.params, time)?;
    ugpt.answer("Returned history.", move |conn, reading, profile| {
        let (user, gpt) = (profile.user, reading.gpt);
        let ranks = profile_ranks(conn, user, &[gpt])?.pop().map(|(_, ranks)| ranks).unwrap_or_default();
        let live = Snapshot {
            taken_at: time,
            ratings: profile.ratings,
            classes: profile.classes,
            rankings: ranks.iter().map(|rank| rank.ranking).collect(),
            out_of: ranks.first().map_or(0, |rank| rank.out_of),
            playcount: scores_count(conn, user, gpt)?,
        };
        let stored = snapshots_since(conn, user, gpt, since, LIMIT)?;
        Ok(std::iter::once(live).chain(stored).map(|snapshot| document(gpt, snapshot)).collect::<Vec<_>>())
    })
    .await
}

fn document(gpt: Gpt, snapshot: Snapshot) -> Value {
    let rank = |ranking: &i64| ProfileRank { ranking: *ranking, out_of: snapshot.out_of };
    let ranks: Vec<ProfileRank> = snapshot.rankings.iter().map(rank).collect();
    json!({
        "ratings": named(gpt, &snapshot.ratings), "classes": snapshot.classes,
        "rankings": documents::rankings(gpt, &ranks), "playcount": snapshot.playcount, "timestamp": snapshot.taken_at,
    })
}

fn named(gpt: Gpt, ratings: &Ratings) -> Map<String, Value> {
    let names = gpt.config().profile_ratings.iter().map(|rating| rating.name.to_owned());
    let values = ratings.iter().copied().chain(std::iter::repeat(None));
    names.zip(values.map(|value| value.map_or(Value::Null, tachi_core::number::json))).collect()
}
