//! Searching everything. Source: `spec/rest-api.md` 10.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, Chart, ChartKey, SearchText};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::UserId;
use tachi_db::catalogue::folders_of_gpt;
use tachi_db::leaderboards::users_named;
use tachi_db::pbs::pb_players;
use tachi_db::profiles::profiles_of_user;
use tachi_db::rivals::rivals_of_user;
use tachi_db::{Conn, DbError};

use super::reading::{Params, answer};
use super::tables::fit;
use crate::app::App;
use crate::auth::Caller;
use crate::documents;
use crate::envelope::ApiError;
use crate::openapi::Access::Everybody;
use crate::openapi::{Api, row};

/// How many users, charts of one game, or folders are found at most.
const FOUND: usize = 25;

/// The routes.
pub fn routes(api: &mut Api) {
    const FOUND: &str = "{users: User[], charts: {*: {song: Song, chart: Chart, playcount: int}[]}, folders: Folder[]}";
    let by_hash = row(Everybody, "Charts by the hash of their file", "{charts: Chart[]}").query("search: string");
    api.tag("Searching")
        .get("/search", everything, row(Everybody, "Users, charts and folders", FOUND).query("search: string"))
        .get("/search/chart-hash", chart_hash, by_hash);
}

/// `GET /search`: users, charts and folders that fit a text; of the caller's games when somebody is signed in.
async fn everything(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let text = Params::of(&request).required("search")?.to_owned();
    let me = caller.user().map(|user| user.id);
    let games = app.settings.games.clone();
    answer(&app, "Searched.", move |conn, catalogue| {
        let gpts = searched(conn, me, &games)?;
        let wanted = SearchText::new(&text);
        let users = users(conn, me, &text)?;
        let mut charts = Map::new();
        for gpt in &gpts {
            let found = charts_of(conn, catalogue, *gpt, &wanted)?;
            if !found.is_empty() {
                charts.insert(gpt.id_string().to_owned(), Value::from(found));
            }
        }
        Ok(json!({"users": users, "charts": charts, "folders": folders(conn, &gpts, &wanted)?}))
    })
    .await
}

/// The GPTs that are searched: those that the caller plays, or all that are offered.
fn searched(conn: &mut Conn, me: Option<UserId>, games: &[Game]) -> Result<Vec<Gpt>, DbError> {
    let offered = |gpt: &Gpt| games.contains(&gpt.game());
    Ok(match me {
        Some(me) => profiles_of_user(conn, me)?.into_iter().map(|profile| profile.gpt).filter(offered).collect(),
        None => Gpt::ALL.iter().copied().filter(offered).collect(),
    })
}

fn users(conn: &mut Conn, me: Option<UserId>, text: &str) -> Result<Vec<Value>, DbError> {
    let rivals = match me {
        Some(me) => rivals_of_user(conn, me, Gpt::ALL)?,
        None => Vec::new(),
    };
    let users = users_named(conn, text, FOUND as i64)?;
    let document = |user: tachi_db::users::User| {
        let is_rival = rivals.contains(&user.id);
        let mut document = json!(documents::user(user));
        document["__isRival"] = is_rival.into();
        document
    };
    Ok(users.into_iter().map(document).collect())
}

/// Charts of the songs that fit best, with their songs and numbers of players.
fn charts_of(conn: &mut Conn, catalogue: &Catalogue, gpt: Gpt, text: &SearchText) -> Result<Vec<Value>, DbError> {
    let songs = catalogue.search_songs(gpt.game(), text).into_iter().map(|(song, _)| song);
    let charts = songs.flat_map(|song| catalogue.charts_of_song(gpt, song)).map(|chart| catalogue.chart(chart));
    let charts: Vec<&Chart> = charts.take(FOUND).collect();
    let players = pb_players(conn, &charts.iter().map(|chart| chart.key).collect::<Vec<ChartKey>>())?;
    let entry = |chart: &&Chart| {
        let playcount = players.get(&chart.key).copied().unwrap_or(0);
        let song = catalogue.song_of(chart).to_document();
        json!({"song": song, "chart": chart.to_document(), "playcount": playcount})
    };
    Ok(charts.iter().map(entry).collect())
}

fn folders(conn: &mut Conn, gpts: &[Gpt], text: &SearchText) -> Result<Vec<Value>, DbError> {
    let mut found = Vec::new();
    for gpt in gpts {
        let folders = folders_of_gpt(conn, *gpt)?.into_iter().map(|(_, folder)| folder);
        found.extend(folders.filter_map(|folder| Some((fit(&folder, text)?, folder))));
    }
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    found.truncate(FOUND);
    Ok(found.into_iter().map(|(_, folder)| json!(folder)).collect())
}

/// `GET /search/chart-hash`: the charts whose files have a hash.
async fn chart_hash(request: HttpRequest, _caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let hash = Params::of(&request).required("search")?.to_ascii_lowercase();
    let games = app.settings.games.clone();
    answer(&app, "Searched.", move |_, catalogue| {
        let charts = catalogue.charts_with_text(&hash).map(|chart| catalogue.chart(chart));
        let charts = charts.filter(|chart| is_hash_of(chart, &hash) && games.contains(&chart.gpt.game()));
        Ok(json!({"charts": charts.map(Chart::to_document).collect::<Vec<_>>()}))
    })
    .await
}

/// Whether a text, in lower case, is the hash of a chart's file: those of BMS and PMS, ITG and USC are searched.
fn is_hash_of(chart: &Chart, hash: &str) -> bool {
    let members: &[&str] = match chart.gpt.game() {
        Game::Bms | Game::Pms => &["hashMD5", "hashSHA256"],
        Game::Itg => &["hashGSv3"],
        Game::Usc => &["hashSHA1"],
        _ => return false,
    };
    let data = chart.data_json();
    let is = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(hash));
    members.iter().any(|member| match &data[*member] {
        Value::Array(values) => values.iter().any(is),
        value => is(value),
    })
}
