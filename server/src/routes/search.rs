//! Searching everything. Source: `spec/rest-api.md` 10.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{HttpRequest, HttpResponse};
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Value, json};
use tachi_core::catalogue::{
    Catalogue, Chart, ChartDocument, ChartKey, FolderDocument, SearchText, SongDocument, SongIdx, search_form,
};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::{FolderId, UserId};
use tachi_db::catalogue::{folders_by_ids, folders_of_gpt};
use tachi_db::leaderboards::users_named;
use tachi_db::pbs::pb_players;
use tachi_db::profiles::profiles_of_user;
use tachi_db::rivals::rivals_of_user;
use tachi_db::{Conn, DbError};

use super::reading::{Params, answer};
use super::tables::folder_texts;
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
    let (games, kept) = (app.settings.games.clone(), Arc::clone(&app.folders));
    answer(&app, "Searched.", move |conn, catalogue| {
        let gpts = searched(conn, me, &games)?;
        let wanted = SearchText::new(&text);
        let users = users(conn, me, &text)?;
        let charts = charts(conn, catalogue, &gpts, &wanted)?;
        let texts = kept.of(conn, catalogue.version())?;
        Ok(Everything { users, charts, folders: folders(conn, &texts, &gpts, &wanted)? })
    })
    .await
}

/// What a search found.
#[derive(Debug, Serialize)]
struct Everything {
    users: Vec<FoundUser>,
    charts: BTreeMap<&'static str, Vec<FoundChart>>,
    folders: Vec<FolderDocument>,
}

#[derive(Debug, Serialize)]
struct FoundUser {
    #[serde(flatten)]
    user: documents::UserDocument,
    #[serde(rename = "__isRival")]
    is_rival: bool,
}

#[derive(Debug, Serialize)]
struct FoundChart {
    song: SongDocument,
    chart: ChartDocument,
    playcount: i64,
}

/// The GPTs that are searched: those that the caller plays, or all that are offered.
fn searched(conn: &mut Conn, me: Option<UserId>, games: &[Game]) -> Result<Vec<Gpt>, DbError> {
    let offered = |gpt: &Gpt| games.contains(&gpt.game());
    Ok(match me {
        Some(me) => profiles_of_user(conn, me)?.into_iter().map(|profile| profile.gpt).filter(offered).collect(),
        None => Gpt::ALL.iter().copied().filter(offered).collect(),
    })
}

fn users(conn: &mut Conn, me: Option<UserId>, text: &str) -> Result<Vec<FoundUser>, DbError> {
    let rivals = match me {
        Some(me) => rivals_of_user(conn, me, Gpt::ALL)?,
        None => Vec::new(),
    };
    let users = users_named(conn, text, FOUND as i64)?.into_iter();
    Ok(users.map(|user| FoundUser { is_rival: rivals.contains(&user.id), user: documents::user(user) }).collect())
}

/// Charts of the songs that fit best, with their songs and numbers of players, by GPT.
fn charts(
    conn: &mut Conn,
    catalogue: &Catalogue,
    gpts: &[Gpt],
    text: &SearchText,
) -> Result<BTreeMap<&'static str, Vec<FoundChart>>, DbError> {
    let mut songs: FxHashMap<Game, Vec<SongIdx>> = FxHashMap::default();
    let mut charts: Vec<&Chart> = Vec::new();
    for gpt in gpts {
        let of_game = || catalogue.search_songs(gpt.game(), text).into_iter().map(|(song, _)| song).collect();
        let songs = songs.entry(gpt.game()).or_insert_with(of_game).iter();
        let of_gpt = songs.flat_map(|song| catalogue.charts_of_song(*gpt, *song)).take(FOUND);
        charts.extend(of_gpt.map(|chart| catalogue.chart(chart)));
    }
    let players = pb_players(conn, &charts.iter().map(|chart| chart.key).collect::<Vec<ChartKey>>())?;
    let mut found: BTreeMap<&'static str, Vec<FoundChart>> = BTreeMap::new();
    for chart in charts {
        let playcount = players.get(&chart.key).copied().unwrap_or(0);
        let song = catalogue.song_of(chart).to_document();
        found.entry(chart.gpt.id_string()).or_default().push(FoundChart {
            song,
            chart: chart.to_document(),
            playcount,
        });
    }
    Ok(found)
}

/// What folders are searched by, of the catalogue of a version: to read and normalise thousands of titles takes longer
/// than to search them.
#[derive(Debug, Default)]
pub struct FolderTexts(Mutex<Option<(i64, Arc<Vec<FolderText>>)>>);

/// What a folder is searched by.
#[derive(Debug)]
struct FolderText {
    gpt: Gpt,
    id: FolderId,
    forms: Vec<String>,
}

impl FolderTexts {
    /// Those of a catalogue's version, by GPT and title.
    fn of(&self, conn: &mut Conn, version: i64) -> Result<Arc<Vec<FolderText>>, DbError> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of_version, texts)) = &*kept()
            && *of_version == version
        {
            return Ok(Arc::clone(texts));
        }
        let mut texts = Vec::new();
        for gpt in Gpt::ALL {
            for (_, folder) in folders_of_gpt(conn, *gpt)? {
                let forms = folder_texts(&folder).map(search_form).collect();
                texts.push(FolderText { gpt: *gpt, id: folder.folder_id, forms });
            }
        }
        let texts = Arc::new(texts);
        *kept() = Some((version, Arc::clone(&texts)));
        Ok(texts)
    }
}

fn folders(
    conn: &mut Conn,
    texts: &[FolderText],
    gpts: &[Gpt],
    text: &SearchText,
) -> Result<Vec<FolderDocument>, DbError> {
    let fit = |folder: &FolderText| folder.forms.iter().filter_map(|form| text.fit(form)).max();
    let wanted = texts.iter().filter(|folder| gpts.contains(&folder.gpt));
    let mut found: Vec<(u8, &FolderId)> = wanted.filter_map(|folder| Some((fit(folder)?, &folder.id))).collect();
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    let order: Vec<FolderId> = found.into_iter().take(FOUND).map(|(_, id)| id.clone()).collect();
    let mut folders: Vec<FolderDocument> =
        folders_by_ids(conn, &order)?.into_iter().map(|(_, folder)| folder).collect();
    folders.sort_by_key(|folder| order.iter().position(|id| *id == folder.folder_id));
    Ok(folders)
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
