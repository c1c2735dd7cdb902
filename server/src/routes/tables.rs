//! Folders and tables of a game. Source: `spec/rest-api.md` 9 and 14.

use actix_web::{HttpRequest, HttpResponse};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, FolderDocument, SearchText, TableDocument, search_form};
use tachi_core::game::Gpt;
use tachi_core::ids::FolderId;
use tachi_db::catalogue::{
    folder_charts, folders_all_of_gpt, folders_by_ids, folders_of_gpt, table_by_id, tables_all_of_gpt, tables_of_gpt,
};
use tachi_db::{Conn, DbError, FolderKey};

use super::reading::{OnGame, Reading};
use super::shown;
use crate::documents;
use crate::envelope::ApiError;
use crate::openapi::Access::Everybody;
use crate::openapi::{Api, row};

/// How many folders a search finds at most.
const FOUND: usize = 100;

/// The routes.
pub fn routes(api: &mut Api) {
    const HEADER: &str = "{name: string, symbol: string, data_url: string, level_order: string[]}";
    const BODY: &str = "{md5: string?, sha256: string?, title: string, artist: string, level: string}[]";
    let found = row(Everybody, "Folders by name", "Folder[]").query("search: string, inactive?: presence");
    let at = |path: &str| format!("/games/{{game}}/{{playtype}}{path}");
    api.tag("Games")
        .get(&at("/folders"), search, found)
        .get(
            &at("/folders/{folder}"),
            folder,
            row(Everybody, "A folder", "{folder: Folder, songs: Song[], charts: Chart[]}"),
        )
        .get(&at("/tables"), tables, row(Everybody, "Tables", "Table[]").query("showInactive?: presence"))
        .get(&at("/tables/{table}"), table, row(Everybody, "A table", "{table: Table, folders: Folder[]}"))
        .get(
            &at("/custom-tables/{table}"),
            custom_header,
            row(Everybody, "A table as BMS players load it", HEADER).raw("application/json"),
        )
        .get(
            &at("/custom-tables/{table}/body"),
            custom_body,
            row(Everybody, "The charts of such a table", BODY).raw("application/json"),
        );
}

/// What a folder is searched by: its title and its search terms.
pub fn folder_texts(folder: &FolderDocument) -> impl Iterator<Item = &str> {
    std::iter::once(&folder.title).chain(&folder.search_terms).map(String::as_str)
}

/// Whether a folder fits a text, and how well.
fn fit(folder: &FolderDocument, text: &SearchText) -> Option<u8> {
    folder_texts(folder).filter_map(|one| text.fit(&search_form(one))).max()
}

/// `GET .../folders`: the folders that fit a text, best first; `inactive` finds hidden ones too.
async fn search(on: OnGame) -> Result<HttpResponse, ApiError> {
    let text = SearchText::new(on.params.required("search")?);
    on.answer("Retrieved folders.", move |conn, reading| {
        let folders = match reading.params.has("inactive") {
            true => folders_all_of_gpt(conn, reading.gpt)?,
            false => folders_of_gpt(conn, reading.gpt)?,
        };
        let mut found: Vec<(u8, FolderDocument)> =
            folders.into_iter().filter_map(|(_, folder)| Some((fit(&folder, &text)?, folder))).collect();
        found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        found.truncate(FOUND);
        Ok(found.into_iter().map(|(_, folder)| folder).collect::<Vec<_>>())
    })
    .await
}

/// `GET .../folders/:folderID`: a folder with its songs and charts.
async fn folder(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("folder");
    on.answer("Retrieved folder.", move |conn, reading| {
        let missing = || ApiError::not_found(format!("The folder {} does not exist.", shown(&id)));
        let found = folders_by_ids(conn, &[FolderId::new(id.as_str())])?.pop();
        let (key, folder) = found.filter(|(_, folder)| folder.gpt() == Some(reading.gpt)).ok_or_else(missing)?;
        let charts = folder_charts(conn, &[key])?.into_iter().map(|(_, chart)| chart);
        let related = documents::songs_and_charts(&reading.catalogue, charts);
        Ok(json!({"folder": folder, "songs": related.songs, "charts": related.charts}))
    })
    .await
}

/// `GET .../tables`: the tables; `showInactive` shows hidden ones too.
async fn tables(on: OnGame) -> Result<HttpResponse, ApiError> {
    on.answer("Retrieved tables.", |conn, reading| {
        Ok(match reading.params.has("showInactive") {
            true => tables_all_of_gpt(conn, reading.gpt)?,
            false => tables_of_gpt(conn, reading.gpt)?,
        })
    })
    .await
}

/// The table of a GPT that a segment names, with its folders in its order.
fn find_table(
    conn: &mut Conn,
    gpt: Gpt,
    id: &str,
) -> Result<(TableDocument, Vec<(FolderKey, FolderDocument)>), ApiError> {
    let missing = || ApiError::not_found(format!("The table {} does not exist.", shown(id)));
    let table = table_by_id(conn, id)?.filter(|table| table.gpt() == Some(gpt)).ok_or_else(missing)?;
    let mut folders = folders_by_ids(conn, &table.folders)?;
    folders.sort_by_key(|(_, folder)| table.folders.iter().position(|id| *id == folder.folder_id));
    Ok((table, folders))
}

/// `GET .../tables/:tableID`: a table with its folders.
async fn table(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("table");
    on.answer("Retrieved table.", move |conn, reading| {
        let (table, folders) = find_table(conn, reading.gpt, &id)?;
        let folders: Vec<FolderDocument> = folders.into_iter().map(|(_, folder)| folder).collect();
        Ok(json!({"table": table, "folders": folders}))
    })
    .await
}

/// `GET .../custom-tables/:table`: the header of a table as BMS players load it. There is no envelope around it.
async fn custom_header(on: OnGame, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let body = format!("{}{}/body", on.app.settings.our_url, request.path());
    let id = on.segment("table");
    on.plain(move |conn, reading| {
        let (table, folders) = find_table(conn, reading.gpt, &id)?;
        let levels: Vec<String> = folders.into_iter().map(|(_, folder)| folder.title).collect();
        Ok(json!({"name": table.title, "symbol": "", "data_url": body, "level_order": levels}))
    })
    .await
}

/// `GET .../custom-tables/:table/body`: the charts of such a table.
async fn custom_body(on: OnGame) -> Result<HttpResponse, ApiError> {
    let id = on.segment("table");
    on.plain(move |conn, reading| {
        let (_, folders) = find_table(conn, reading.gpt, &id)?;
        Ok(Value::from(entries(conn, reading, folders)?))
    })
    .await
}

/// The charts of folders that have hashes of their files, in the folders' order.
fn entries(
    conn: &mut Conn,
    reading: &Reading,
    folders: Vec<(FolderKey, FolderDocument)>,
) -> Result<Vec<Value>, DbError> {
    let keys: Vec<FolderKey> = folders.iter().map(|(key, _)| *key).collect();
    let mut of_folder: FxHashMap<FolderKey, Vec<&Chart>> = FxHashMap::default();
    for (folder, chart) in folder_charts(conn, &keys)? {
        of_folder.entry(folder).or_default().extend(reading.catalogue.chart_by_key(chart));
    }
    let mut entries = Vec::new();
    for (key, folder) in folders {
        for chart in of_folder.remove(&key).unwrap_or_default() {
            let (song, data) = (reading.catalogue.song_of(chart), chart.data_json());
            if data["hashMD5"].is_string() || data["hashSHA256"].is_string() {
                entries.push(json!({
                    "md5": data["hashMD5"], "sha256": data["hashSHA256"], "title": &*song.title,
                    "artist": &*song.artist, "level": folder.title,
                }));
            }
        }
    }
    Ok(entries)
}
