//! Songs and charts of a game, and who played them. Source: `spec/rest-api.md` 9.

use std::cmp::Reverse;
use std::sync::Arc;

use actix_web::HttpResponse;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde_json::json;
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey, SearchText, SongIdx};
use tachi_core::game::Game;
use tachi_core::ids::{SongId, UserId};
use tachi_db::Conn;
use tachi_db::catalogue::folders_of_chart;
use tachi_db::leaderboards::players_named;
use tachi_db::pbs::{pb_count_on_chart, pb_leaderboard, pb_players, pbs_on_chart, pbs_played};

use super::games::Counts;
use super::reading::{OnGame, Reading};
use super::{resolve, shown};
use crate::documents;
use crate::envelope::{ApiError, Kind};
use crate::openapi::Access::Everybody;
use crate::openapi::{Api, row};

/// How many charts or PBs a list has at most.
const LIMIT: usize = 100;
/// How many players a search takes into account at most.
const PLAYERS: i64 = 1000;

/// The routes.
pub fn routes(api: &mut Api) {
    const ONE: &str = "{chart: Chart, song: Song}";
    const PBS: &str = "{pbs: PB[], users: User[]}";
    let charts_row = row(Everybody, "Charts, those with most players first", "{charts: Chart[], songs: Song[]}");
    let at = |path: &str| format!("/games/{{game}}/{{playtype}}{path}");
    api.tag("Games")
        .get(&at("/songs/{song}"), one_song, row(Everybody, "A song", "{song: Song, charts: Chart[]}"))
        .get(&at("/charts"), charts, charts_row.query("search?: string, requesterHasPlayed?: presence"))
        .post(
            &at("/charts/resolve"),
            resolve::chart,
            row(Everybody, "The chart that an importer would find", ONE).json("ChartWanted"),
        )
        .get(&at("/charts/{chart}"), one_chart, row(Everybody, "A chart", ONE))
        .get(
            &at("/charts/{chart}/folders"),
            folders,
            row(Everybody, "The folders that hold a chart", "Folder[]").query("inactive?: presence"),
        )
        .get(&at("/charts/{chart}/playcount"), playcount, row(Everybody, "How many players it has", "{count: int}"))
        .get(
            &at("/charts/{chart}/pbs"),
            pbs,
            row(Everybody, "The leaderboard of a chart", PBS).query("startRanking?: int(1..)"),
        )
        .get(
            &at("/charts/{chart}/pbs/search"),
            search_pbs,
            row(Everybody, "The PBs on a chart by players' names", PBS).query("search: string"),
        );
}

/// The song of a game that a segment names.
pub fn song(catalogue: &Catalogue, game: Game, id: &str) -> Result<SongIdx, ApiError> {
    let found = id.parse().ok().and_then(|id| catalogue.song_by_id(game, SongId(id)));
    found
        .ok_or_else(|| ApiError::not_found(format!("The song {} does not exist on {}.", shown(id), game.config().name)))
}

/// `GET .../songs/:songID`: a song and its charts.
async fn one_song(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("song");
    on.answer("Retrieved song.", move |_, reading| {
        let catalogue = &reading.catalogue;
        let song = song(catalogue, reading.gpt.game(), &id)?;
        let charts = catalogue.charts_of_song(reading.gpt, song).map(|chart| catalogue.chart(chart).to_document());
        Ok(json!({"song": catalogue.song(song).to_document(), "charts": charts.collect::<Vec<_>>()}))
    })
    .await
}

/// `GET .../charts/:chartID`: a chart and its song.
async fn one_chart(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("chart");
    on.answer("Retrieved chart.", move |_, reading| {
        let chart = reading.chart(&id)?;
        Ok(json!({"chart": chart.to_document(), "song": reading.catalogue.song_of(chart).to_document()}))
    })
    .await
}

/// A chart with the number of its players.
#[derive(Serialize)]
struct Played {
    #[serde(flatten)]
    chart: ChartDocument,
    #[serde(rename = "__playcount")]
    playcount: i64,
}

/// `GET .../charts`: the charts that most players have played, of all or of songs that fit `search`.
async fn charts(on: OnGame) -> Result<HttpResponse, ApiError> {
    let mine = on.params.has("requesterHasPlayed");
    let me = on.caller.user().map(|user| user.id);
    if mine && me.is_none() {
        return Err(ApiError::new(Kind::Unauthorised, "You are not authorised to perform this action."));
    }
    let counts = Arc::clone(&on.app.counts);
    on.answer("Retrieved charts.", move |conn, reading| {
        let charts = most_played(conn, reading, &counts, me.filter(|_| mine))?;
        let keys: Vec<ChartKey> = charts.iter().map(|chart| chart.key).collect();
        let players = pb_players(conn, &keys)?;
        let count = |chart: &Chart| players.get(&chart.key).copied().unwrap_or(0);
        // Those that are shown are counted anew.
        let mut played: Vec<(i64, &Chart)> = charts.into_iter().map(|chart| (count(chart), chart)).collect();
        played.sort_by_key(|(count, _)| Reverse(*count));
        let songs = documents::songs_and_charts(&reading.catalogue, played.iter().map(|(_, chart)| chart.key)).songs;
        let played = played.into_iter().map(|(playcount, chart)| Played { chart: chart.to_document(), playcount });
        Ok(json!({"charts": played.collect::<Vec<_>>(), "songs": songs}))
    })
    .await
}

/// The charts with the most players.
fn most_played<'a>(
    conn: &mut Conn,
    reading: &'a Reading,
    counts: &Counts,
    player: Option<UserId>,
) -> Result<Vec<&'a Chart>, ApiError> {
    let catalogue = &reading.catalogue;
    let players = counts.players(conn)?;
    let own: Option<FxHashSet<ChartKey>> = match player {
        Some(player) => Some(pbs_played(conn, player, reading.gpt)?.into_iter().map(|(chart, _)| chart).collect()),
        None => None,
    };
    let wanted = |chart: &&Chart| own.as_ref().is_none_or(|own| own.contains(&chart.key));
    let text = reading.params.get("search").map(SearchText::new);
    let candidates: Vec<&Chart> = match (&text, &own) {
        (Some(text), _) => {
            let songs = catalogue.search_songs(reading.gpt.game(), text).into_iter().map(|(song, _)| song);
            let charts = songs.flat_map(|song| catalogue.charts_of_song(reading.gpt, song));
            charts.map(|chart| catalogue.chart(chart)).filter(wanted).collect()
        }
        (None, Some(own)) => own.iter().filter_map(|chart| catalogue.chart_by_key(*chart)).collect(),
        (None, None) => most_played_of_all(reading, &players),
    };
    let count = |chart: &Chart| players.get(&chart.key).copied().unwrap_or(0);
    let mut ranked: Vec<(i64, usize, &Chart)> =
        candidates.into_iter().enumerate().map(|(place, chart)| (count(chart), place, chart)).collect();
    let order = |(count, place, _): &(i64, usize, &Chart)| (Reverse(*count), *place);
    if ranked.len() > LIMIT {
        ranked.select_nth_unstable_by_key(LIMIT, order);
        ranked.truncate(LIMIT);
    }
    ranked.sort_unstable_by_key(order);
    Ok(ranked.into_iter().map(|(.., chart)| chart).collect())
}

/// The charts of a GPT that anybody has played, and as many others as fill a list.
fn most_played_of_all<'a>(reading: &'a Reading, players: &FxHashMap<ChartKey, i64>) -> Vec<&'a Chart> {
    let catalogue = &reading.catalogue;
    let of_gpt = |chart: &&Chart| chart.gpt == reading.gpt;
    let mut charts: Vec<&Chart> =
        players.keys().filter_map(|chart| catalogue.chart_by_key(*chart)).filter(of_gpt).collect();
    charts.sort_unstable_by_key(|chart| chart.key);
    if charts.len() < LIMIT {
        let others = catalogue.charts().iter().filter(of_gpt).filter(|chart| !players.contains_key(&chart.key));
        let missing = LIMIT - charts.len();
        charts.extend(others.take(missing));
    }
    charts
}

/// `GET .../charts/:chartID/folders`: the folders that hold a chart; `inactive` shows hidden ones too.
async fn folders(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("chart");
    on.answer("Retrieved folders.", move |conn, reading| {
        let chart = reading.chart(&id)?;
        let mut folders = folders_of_chart(conn, chart.key)?;
        folders.retain(|folder| !folder.inactive || reading.params.has("inactive"));
        Ok(folders)
    })
    .await
}

/// `GET .../charts/:chartID/playcount`: how many players a chart has.
async fn playcount(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("chart");
    on.answer("Retrieved playcount.", move |conn, reading| {
        let chart = reading.chart(&id)?;
        Ok(json!({"count": pb_count_on_chart(conn, chart.key)?}))
    })
    .await
}

/// `GET .../charts/:chartID/pbs`: the leaderboard of a chart, from a rank on.
async fn pbs(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("chart");
    let start = on.params.integer("startRanking", 1..=i64::MAX, 1)?;
    on.answer("Retrieved PBs.", move |conn, reading| {
        let chart = reading.chart(&id)?;
        let ranked = pb_leaderboard(conn, chart.key, start, LIMIT as i64)?;
        let users = documents::users(conn, ranked.iter().map(|(_, pb)| pb.user))?;
        let pbs = ranked.into_iter().map(|(_, pb)| pb).collect();
        Ok(json!({"pbs": documents::pbs(conn, &reading.catalogue, pbs)?, "users": users}))
    })
    .await
}

/// `GET .../charts/:chartID/pbs/search`: the PBs on a chart of players whose names hold a text, best first.
async fn search_pbs(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("chart");
    let name = on.params.required("search")?.to_owned();
    on.answer("Retrieved PBs.", move |conn, reading| {
        let chart = reading.chart(&id)?;
        let players = players_named(conn, reading.gpt, &name, PLAYERS)?;
        let players: Vec<UserId> = players.into_iter().map(|user| user.id).collect();
        let pbs = pbs_on_chart(conn, chart.key, &players)?;
        let mut pbs = documents::pbs(conn, &reading.catalogue, pbs)?;
        pbs.sort_by_key(documents::PbDocument::rank);
        pbs.truncate(LIMIT);
        let users = documents::users(conn, pbs.iter().map(documents::PbDocument::user))?;
        Ok(json!({"pbs": pbs, "users": users}))
    })
    .await
}
