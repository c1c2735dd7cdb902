//! A user's PBs on a game.

use actix_web::{HttpResponse, web};
use serde_json::json;
use tachi_core::catalogue::{Chart, ChartKey, SearchText};
use tachi_core::ids::UserId;
use tachi_db::Conn;
use tachi_db::pbs::{StoredPb, pb_neighbours, pbs_best, pbs_of_charts, pbs_of_user, pbs_played};
use tachi_db::scores::scores_by_keys;

use super::{FOUND, LIMIT};
use crate::documents;
use crate::envelope::ApiError;
use crate::routes::reading::{Reading, Ugpt};
use crate::routes::resolve::Wanted;
use crate::routes::songs::song;

/// How many PBs above and below one are shown.
const NEIGHBOURS: i64 = 5;

/// `GET /pbs`: PBs on songs that fit `search`, latest first.
pub async fn search(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let text = SearchText::new(ugpt.on.params.required("search")?);
    ugpt.answer("Retrieved PBs.", move |conn, reading, profile| {
        let played = pbs_played(conn, profile.user, reading.gpt)?.into_iter().map(|(chart, _)| chart);
        let charts: Vec<ChartKey> = played.filter(|chart| fits(reading, *chart, &text)).take(FOUND).collect();
        let mut pbs = pbs_of_charts(conn, profile.user, &charts)?;
        pbs.sort_by_key(|pb| charts.iter().position(|chart| *chart == pb.chart));
        Ok(documents::pb_list(conn, &reading.catalogue, pbs)?)
    })
    .await
}

/// Whether a chart is of a song that fits a text.
pub fn fits(reading: &Reading, chart: ChartKey, text: &SearchText) -> bool {
    let catalogue = &reading.catalogue;
    catalogue.chart_by_key(chart).is_some_and(|chart| catalogue.song_fits(chart.song, text))
}

/// `GET /pbs/best`: the best PBs by a score rating.
pub async fn best(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let config = ugpt.on.gpt.config();
    let names = config.score_ratings.iter().map(|rating| rating.name);
    let rating = ugpt.on.params.algorithm(names, config.default_score_rating)?;
    ugpt.answer("Retrieved best PBs.", move |conn, reading, profile| {
        let pbs = pbs_best(conn, profile.user, reading.gpt, rating, LIMIT)?;
        Ok(documents::pb_list(conn, &reading.catalogue, pbs)?)
    })
    .await
}

/// `GET /pbs/all`: every PB on a primary chart.
pub async fn all(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved all PBs.", |conn, reading, profile| {
        let pbs = pbs_of_user(conn, profile.user, reading.gpt)?;
        Ok(documents::pb_list(conn, &reading.catalogue, pbs)?)
    })
    .await
}

/// The user's PB on a chart.
fn pb_on(conn: &mut Conn, user: UserId, chart: &Chart) -> Result<StoredPb, ApiError> {
    let missing = || ApiError::not_found(format!("This user has not played the chart {}.", chart.id));
    pbs_of_charts(conn, user, &[chart.key])?.pop().ok_or_else(missing)
}

/// `GET /pbs/:chartID`; `getComposition` adds the scores it is made of.
pub async fn on_chart(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = ugpt.on.segment("chart");
    ugpt.answer("Retrieved PB.", move |conn, reading, profile| {
        let chart = reading.chart(&id)?;
        let stored = pb_on(conn, profile.user, chart)?;
        let parts: Vec<_> = stored.composed.iter().map(|(_, score)| *score).collect();
        let pb = documents::pbs(conn, &reading.catalogue, vec![stored])?.pop();
        let mut body = json!({"pb": pb, "chart": chart.to_document()});
        if reading.params.has("getComposition") {
            let mut scores = scores_by_keys(conn, &parts)?;
            scores.sort_by_key(|score| parts.iter().position(|key| *key == score.key));
            body["scores"] = json!(documents::scores(&reading.catalogue, &scores)?);
        }
        Ok(body)
    })
    .await
}

/// `GET /pbs/:chartID/leaderboard-adjacent`: the PBs ranked next to the user's.
pub async fn adjacent(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = ugpt.on.segment("chart");
    ugpt.answer("Retrieved adjacent PBs.", move |conn, reading, profile| {
        let chart = reading.chart(&id)?;
        pb_on(conn, profile.user, chart)?;
        let around = pb_neighbours(conn, chart.key, profile.user, NEIGHBOURS)?;
        let mut pbs: Vec<StoredPb> = around.into_iter().map(|(_, pb)| pb).collect();
        let users = documents::users(conn, pbs.iter().map(|pb| pb.user))?;
        let mine = pbs.iter().position(|pb| pb.user == profile.user).unwrap_or(0);
        let below = pbs.split_off((mine + 1).min(pbs.len()));
        let mine = pbs.pop();
        Ok(json!({
            "adjacentAbove": documents::pbs(conn, &reading.catalogue, pbs)?,
            "adjacentBelow": documents::pbs(conn, &reading.catalogue, below)?,
            "pb": documents::pbs(conn, &reading.catalogue, mine.into_iter().collect())?.pop(),
            "chart": chart.to_document(),
            "users": users,
        }))
    })
    .await
}

/// `GET /pbs/song/:songID`: the PBs on the charts of a song.
pub async fn of_song(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = ugpt.on.segment("song");
    ugpt.answer("Retrieved PBs.", move |conn, reading, profile| {
        let catalogue = &reading.catalogue;
        let song = song(catalogue, reading.gpt.game(), &id)?;
        let charts: Vec<ChartKey> =
            catalogue.charts_of_song(reading.gpt, song).map(|chart| catalogue.chart(chart).key).collect();
        let pbs = pbs_of_charts(conn, profile.user, &charts)?;
        Ok(documents::pb_list(conn, catalogue, pbs)?)
    })
    .await
}

/// `POST /pbs/resolve`: the PB on a chart that is named as importers name charts.
pub async fn resolve(ugpt: Ugpt, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::receive(ugpt.on.request(), payload).await?;
    ugpt.answer("Retrieved PB.", move |conn, reading, profile| {
        let chart = wanted.find(reading)?;
        let stored = pb_on(conn, profile.user, chart)?;
        let pb = documents::pbs(conn, &reading.catalogue, vec![stored])?.pop();
        let song = reading.catalogue.song_of(chart).to_document();
        Ok(json!({"pb": pb, "chart": chart.to_document(), "song": song}))
    })
    .await
}
