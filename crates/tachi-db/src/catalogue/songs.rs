//! Replacing the songs and charts of a game.

use diesel::prelude::*;
use diesel::upsert::excluded;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tachi_core::canonical;
use tachi_core::catalogue::{ChartDocument, ChartKey, SongDocument};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::SongId;

use super::compare::{Changes, ContentHash, Written, compact, compare};
use super::{LoadReport, catalogue_changed, gpt_of};
use crate::bulk::{KEYS, lock_catalogue};
use crate::convert::{game_to_db, gpt_to_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{charts, folder_charts, goal_charts, pbs, scores, songs};

/// What a load did to the songs and charts of a game.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SongsAndCharts {
    /// The songs.
    pub songs: LoadReport,
    /// The charts.
    pub charts: LoadReport,
    /// Stored charts whose scores and PBs may have to change: a member that scoring depends on is different
    /// ([`GptConfig::recalculate_on`](tachi_core::game::GptConfig::recalculate_on)), or the chart became primary or
    /// ceased to be.
    pub recalculate: Vec<ChartKey>,
}

#[derive(Insertable)]
#[diesel(table_name = songs, treat_none_as_default_value = false)]
struct SongRow<'a> {
    game: i16,
    id: i32,
    document: &'a str,
    content_hash: &'a [u8],
}

#[derive(Insertable)]
#[diesel(table_name = charts, treat_none_as_default_value = false)]
struct NewChartRow<'a> {
    chart_id: &'a str,
    gpt: i16,
    game: i16,
    song_id: i32,
    is_primary: bool,
    document: &'a str,
    content_hash: &'a [u8],
    derive_hash: Vec<u8>,
}

/// A chart row under the key it has.
#[derive(Insertable)]
#[diesel(table_name = charts, treat_none_as_default_value = false)]
struct ChartRow<'a> {
    key: i32,
    #[diesel(embed)]
    row: NewChartRow<'a>,
}

/// What a stored chart is compared by, beside its hash.
struct StoredChart {
    key: i32,
    is_primary: bool,
    derive_hash: Vec<u8>,
}

/// Replaces the songs and the charts of a game; `None` leaves a collection as it is.
///
/// A chart that is missing in the load stays when scores, goals or PBs refer to it, and with it its song. It stops
/// being primary when the load has a primary chart for its song, playtype and difficulty, and loses the versions that
/// the load gives to another such chart, so that any catalogue can be replaced by any other.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice or a chart's song does not exist.
pub fn songs_and_charts_replace(
    conn: &mut Conn,
    game: Game,
    songs: Option<&[SongDocument]>,
    charts: Option<&[ChartDocument]>,
) -> Result<SongsAndCharts, DbError> {
    lock_catalogue(conn)?;
    let mut report = SongsAndCharts::default();
    let mut missing_songs = Vec::new();
    if let Some(songs) = songs {
        (report.songs, missing_songs) = songs_write(conn, game, songs)?;
    }
    let mut kept_changed = false;
    if let Some(charts) = charts {
        let changes = compare(stored_charts(conn, game)?, charts, |chart| chart.chart_id.as_str().to_owned())?;
        report.charts = changes.report();
        charts_write(conn, game, &changes, &mut report.recalculate)?;
        let missing: Vec<StoredChart> = changes.missing.into_iter().map(|(_, stored)| stored).collect();
        let kept = charts_remove(conn, &missing)?;
        report.charts.kept = kept.len();
        report.charts.removed = missing.len() - kept.len();
        kept_changed = kept_adjust(conn, game, &kept, charts, &mut report.recalculate)?;
    }
    report.songs.kept = songs_remove(conn, game, &missing_songs)?;
    report.songs.removed = missing_songs.len() - report.songs.kept;
    report.recalculate.sort_unstable();
    if report.songs.is_change() || report.charts.is_change() || kept_changed {
        catalogue_changed(conn)?;
    }
    Ok(report)
}

/// The smallest song number of a game that is larger than all in use.
///
/// # Errors
/// Those of the database.
pub fn song_next_id(conn: &mut Conn, game: Game) -> Result<SongId, DbError> {
    let query = songs::table.filter(songs::game.eq(game_to_db(game)));
    let last: Option<i32> = query.select(diesel::dsl::max(songs::id)).first(conn)?;
    Ok(SongId(last.map_or(1, |last| last.saturating_add(1))))
}

/// Adds a song and its only chart to the catalogue.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when song or chart exist.
pub fn song_and_chart_insert(
    conn: &mut Conn,
    gpt: Gpt,
    song: &SongDocument,
    chart: &ChartDocument,
) -> Result<(), DbError> {
    lock_catalogue(conn)?;
    let written = write_document(song, "a song")?;
    diesel::insert_into(songs::table).values(&song_row(gpt.game(), &written)).execute(conn)?;
    let Written { document, text, hash } = write_document(chart, "a chart")?;
    let row = chart_row(gpt, document, &text, &hash, derive_hash(gpt, &text)?);
    diesel::insert_into(charts::table).values(&row).execute(conn)?;
    catalogue_changed(conn)
}

fn write_document<'a, D: serde::Serialize>(document: &'a D, what: &str) -> Result<Written<'a, D>, DbError> {
    let text = compact(json_to_db(document, what)?);
    let hash = Sha256::digest(&text).into();
    Ok(Written { document, text, hash })
}

fn songs_write(conn: &mut Conn, game: Game, documents: &[SongDocument]) -> Result<(LoadReport, Vec<SongId>), DbError> {
    let query = songs::table.filter(songs::game.eq(game_to_db(game))).select((songs::id, songs::content_hash));
    let stored: Vec<(i32, Vec<u8>)> = query.load(conn)?;
    let stored = stored.into_iter().map(|(id, hash)| (id, (hash, ()))).collect();
    let changes = compare(stored, documents, |song| song.id.0)?;
    let row = |written| song_row(game, written);
    let new: Vec<SongRow<'_>> = changes.new.iter().map(row).collect();
    insert_rows!(conn, songs::table, new);
    let changed: Vec<SongRow<'_>> = changes.changed.iter().map(|(written, ())| row(written)).collect();
    insert_rows!(conn, songs::table, changed, |insert| insert
        .on_conflict((songs::game, songs::id))
        .do_update()
        .set((songs::document.eq(excluded(songs::document)), songs::content_hash.eq(excluded(songs::content_hash)),)));
    Ok((changes.report(), changes.missing.into_iter().map(|(id, ())| SongId(id)).collect()))
}

fn song_row<'a>(game: Game, written: &'a Written<'_, SongDocument>) -> SongRow<'a> {
    SongRow { game: game_to_db(game), id: written.document.id.0, document: &written.text, content_hash: &written.hash }
}

/// Removes songs that no chart refers to; returns how many stay.
fn songs_remove(conn: &mut Conn, game: Game, missing: &[SongId]) -> Result<usize, DbError> {
    let mut needed: FxHashSet<i32> = FxHashSet::default();
    for chunk in missing.chunks(KEYS) {
        let query = charts::table.filter(charts::game.eq(game_to_db(game)));
        let query = query.filter(charts::song_id.eq_any(chunk.iter().map(|song| song.0)));
        needed.extend(query.select(charts::song_id).distinct().load::<i32>(conn)?);
    }
    let gone: Vec<i32> = missing.iter().map(|song| song.0).filter(|song| !needed.contains(song)).collect();
    for chunk in gone.chunks(KEYS) {
        let query = songs::table.filter(songs::game.eq(game_to_db(game))).filter(songs::id.eq_any(chunk));
        diesel::delete(query).execute(conn)?;
    }
    Ok(needed.len())
}

fn stored_charts(conn: &mut Conn, game: Game) -> Result<FxHashMap<String, (Vec<u8>, StoredChart)>, DbError> {
    let mut stored = FxHashMap::default();
    let query = charts::table.filter(charts::game.eq(game_to_db(game))).select((
        charts::chart_id,
        charts::key,
        charts::is_primary,
        charts::content_hash,
        charts::derive_hash,
    ));
    type Row = (String, i32, bool, Vec<u8>, Vec<u8>);
    for_each_row!(conn, query, Row, |(id, key, is_primary, hash, derive_hash): Row| {
        stored.insert(id, (hash, StoredChart { key, is_primary, derive_hash }));
        Ok::<(), DbError>(())
    });
    Ok(stored)
}

fn charts_write(
    conn: &mut Conn,
    game: Game,
    changes: &Changes<'_, ChartDocument, String, StoredChart>,
    recalculate: &mut Vec<ChartKey>,
) -> Result<(), DbError> {
    let row = |written: &'_ Written<'_, ChartDocument>| -> Result<_, DbError> {
        let gpt = gpt_of(game, &written.document.playtype, || format!("chart {}", written.document.chart_id))?;
        Ok((gpt, derive_hash(gpt, &written.text)?))
    };
    let mut new = Vec::with_capacity(changes.new.len());
    for written in &changes.new {
        let (gpt, derive_hash) = row(written)?;
        new.push(chart_row(gpt, written.document, &written.text, &written.hash, derive_hash));
    }
    insert_rows!(conn, charts::table, new);
    let mut changed = Vec::with_capacity(changes.changed.len());
    for (written, stored) in &changes.changed {
        let (gpt, derive_hash) = row(written)?;
        if stored.derive_hash != derive_hash || stored.is_primary != written.document.is_primary {
            recalculate.push(ChartKey(stored.key));
        }
        let row = chart_row(gpt, written.document, &written.text, &written.hash, derive_hash);
        changed.push(ChartRow { key: stored.key, row });
    }
    charts_update(conn, &changed)
}

fn chart_row<'a>(
    gpt: Gpt,
    document: &'a ChartDocument,
    text: &'a str,
    hash: &'a ContentHash,
    derive_hash: ContentHash,
) -> NewChartRow<'a> {
    NewChartRow {
        chart_id: document.chart_id.as_str(),
        gpt: gpt_to_db(gpt),
        game: game_to_db(gpt.game()),
        song_id: document.song_id.0,
        is_primary: document.is_primary,
        document: text,
        content_hash: hash,
        derive_hash: derive_hash.to_vec(),
    }
}

/// Writes charts over those with the same keys.
fn charts_update(conn: &mut Conn, rows: &[ChartRow<'_>]) -> Result<(), DbError> {
    insert_rows!(conn, charts::table, rows, |insert| insert.on_conflict(charts::key).do_update().set((
        charts::gpt.eq(excluded(charts::gpt)),
        charts::song_id.eq(excluded(charts::song_id)),
        charts::is_primary.eq(excluded(charts::is_primary)),
        charts::document.eq(excluded(charts::document)),
        charts::content_hash.eq(excluded(charts::content_hash)),
        charts::derive_hash.eq(excluded(charts::derive_hash)),
    )));
    Ok(())
}

/// The hash of the members of a chart that scoring depends on: another one means that scores have to be recalculated.
/// Source: `spec/pipeline.md` 10.
fn derive_hash(gpt: Gpt, text: &str) -> Result<ContentHash, DbError> {
    let document: Value = json_from_db(text, "a chart")?;
    let mut members = Map::new();
    for path in gpt.config().recalculate_on {
        let value = path.split('.').try_fold(&document, |value, name| value.get(name));
        if let Some(value) = value {
            members.insert((*path).to_owned(), value.clone());
        }
    }
    Ok(Sha256::digest(canonical::to_string(&Value::Object(members))).into())
}

/// Removes charts that nothing refers to; returns the keys of those that stay.
fn charts_remove(conn: &mut Conn, missing: &[StoredChart]) -> Result<Vec<i32>, DbError> {
    let mut needed: FxHashSet<i32> = FxHashSet::default();
    for chunk in missing.chunks(KEYS) {
        let keys: Vec<i32> = chunk.iter().map(|chart| chart.key).collect();
        let query = pbs::table.filter(pbs::chart_key.eq_any(&keys));
        needed.extend(query.select(pbs::chart_key).distinct().load::<i32>(conn)?);
        let query = goal_charts::table.filter(goal_charts::chart_key.eq_any(&keys));
        needed.extend(query.select(goal_charts::chart_key).distinct().load::<i32>(conn)?);
        // No index helps here, which is bearable for what happens only when charts vanish.
        let query = scores::table.filter(scores::chart_key.eq_any(&keys));
        needed.extend(query.select(scores::chart_key).distinct().load::<i32>(conn)?);
    }
    let gone: Vec<i32> = missing.iter().map(|chart| chart.key).filter(|key| !needed.contains(key)).collect();
    for chunk in gone.chunks(KEYS) {
        diesel::delete(folder_charts::table.filter(folder_charts::chart_key.eq_any(chunk))).execute(conn)?;
        diesel::delete(charts::table.filter(charts::key.eq_any(chunk))).execute(conn)?;
    }
    let mut kept: Vec<i32> = needed.into_iter().collect();
    kept.sort_unstable();
    Ok(kept)
}

/// A song's difficulty on one playtype.
type Slot<'a> = (SongId, &'a str, &'a str);

fn slot(chart: &ChartDocument) -> Slot<'_> {
    (chart.song_id, &chart.playtype, &chart.difficulty)
}

/// Makes kept charts give way to those of the load; returns whether any of them changed.
fn kept_adjust(
    conn: &mut Conn,
    game: Game,
    kept: &[i32],
    load: &[ChartDocument],
    recalculate: &mut Vec<ChartKey>,
) -> Result<bool, DbError> {
    let mut in_load: FxHashMap<Slot<'_>, Vec<&ChartDocument>> = FxHashMap::default();
    if !kept.is_empty() {
        for chart in load {
            in_load.entry(slot(chart)).or_default().push(chart);
        }
    }
    let mut changed: Vec<(i32, ChartDocument)> = Vec::new();
    for chunk in kept.chunks(KEYS) {
        let query = charts::table.filter(charts::key.eq_any(chunk)).select((charts::key, charts::document));
        for (key, text) in query.load::<(i32, String)>(conn)? {
            let mut chart: ChartDocument = json_from_db(&text, "a chart")?;
            let others = in_load.get(&slot(&chart)).cloned().unwrap_or_default();
            let gives_way = chart.is_primary && others.iter().any(|other| other.is_primary);
            let versions = chart.versions.len();
            chart.versions.retain(|version| !others.iter().any(|other| other.versions.contains(version)));
            if gives_way {
                chart.is_primary = false;
                recalculate.push(ChartKey(key));
            }
            if gives_way || chart.versions.len() != versions {
                log::info!("chart {} is not in the load and gives way to others of its song", chart.chart_id);
                changed.push((key, chart));
            }
        }
    }
    let mut written = Vec::with_capacity(changed.len());
    for (_, document) in &changed {
        let text = compact(json_to_db(document, "a chart")?);
        let hash: ContentHash = Sha256::digest(&text).into();
        written.push(Written { document, text, hash });
    }
    let mut rows = Vec::with_capacity(changed.len());
    for ((key, _), Written { document, text, hash }) in changed.iter().zip(&written) {
        let gpt = gpt_of(game, &document.playtype, || format!("chart {}", document.chart_id))?;
        rows.push(ChartRow { key: *key, row: chart_row(gpt, document, text, hash, derive_hash(gpt, text)?) });
    }
    charts_update(conn, &rows)?;
    Ok(!rows.is_empty())
}
