//! The public documents, made of what the database and the catalogue hold. Source: `spec/documents.md`.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey, SongDocument};
use tachi_core::game::{Gpt, GptConfig};
use tachi_core::ids::{ImportId, ScoreId, SessionId};
use tachi_core::number;
use tachi_db::imports::import_by_public_id;
use tachi_db::pbs::{PbRank, StoredPb, pb_ranks};
use tachi_db::profiles::Profile;
use tachi_db::scores::{Score, score_by_public_id, scores_of_import, scores_of_session, scores_public_ids};
use tachi_db::sessions::{StoredSession, session_by_public_id};
use tachi_db::users::{User, users_by_ids};
use tachi_db::{Conn, DbError, ScoreKey};

/// Rating algorithms and values, by name.
fn ratings<'a>(names: impl Iterator<Item = &'a str>, values: &[Option<f64>]) -> Value {
    let value = |value: &Option<f64>| value.map_or(Value::Null, number::json);
    names.zip(values).map(|(name, rating)| (name.to_owned(), value(rating))).collect::<Map<String, Value>>().into()
}

fn score_ratings(config: &GptConfig, values: &[Option<f64>]) -> Value {
    ratings(config.score_ratings.iter().map(|rating| rating.name), values)
}

/// ScoreDocument.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreDocument {
    #[serde(rename = "scoreID")]
    score_id: ScoreId,
    #[serde(rename = "userID")]
    user_id: i32,
    #[serde(rename = "chartID")]
    chart_id: String,
    #[serde(rename = "songID")]
    song_id: i32,
    game: &'static str,
    playtype: &'static str,
    service: String,
    import_type: &'static str,
    time_achieved: Option<i64>,
    time_added: i64,
    is_primary: bool,
    highlight: bool,
    comment: Option<String>,
    score_data: Value,
    score_meta: Map<String, Value>,
    calculated_data: Value,
}

/// The document of a score on a chart.
pub fn score(score: &Score, chart: &Chart) -> ScoreDocument {
    let config = chart.config();
    ScoreDocument {
        score_id: score.id,
        user_id: score.user.0,
        chart_id: chart.id.to_string(),
        song_id: chart.song_id.0,
        game: config.game.id(),
        playtype: config.playtype,
        service: score.service.clone(),
        import_type: score.import_type.as_str(),
        time_achieved: score.time_achieved,
        time_added: score.time_added,
        is_primary: chart.is_primary,
        highlight: score.highlight,
        comment: score.comment.clone(),
        score_data: score.data.to_json(),
        score_meta: score.score_meta.clone(),
        calculated_data: score_ratings(config, &score.ratings),
    }
}

/// The chart that a stored row refers to; a row without one is a fault of the database.
fn chart_of(catalogue: &Catalogue, key: ChartKey) -> Result<&Chart, DbError> {
    catalogue
        .chart_by_key(key)
        .ok_or_else(|| DbError::data("a stored score or PB", format!("no chart has key {}", key.0)))
}

fn scores<'a>(catalogue: &Catalogue, scores: impl Iterator<Item = &'a Score>) -> Result<Vec<ScoreDocument>, DbError> {
    scores.map(|stored| Ok(score(stored, chart_of(catalogue, stored.chart)?))).collect()
}

/// Songs and charts, each once, in the order of first appearance.
#[derive(Debug, Default, Serialize)]
pub struct SongsAndCharts {
    songs: Vec<SongDocument>,
    charts: Vec<ChartDocument>,
}

/// The songs and charts with these keys.
pub fn songs_and_charts(catalogue: &Catalogue, keys: impl Iterator<Item = ChartKey>) -> SongsAndCharts {
    let mut found = SongsAndCharts::default();
    let (mut seen_songs, mut seen_charts) = (FxHashSet::default(), FxHashSet::default());
    for chart in keys.filter_map(|key| catalogue.chart_by_key(key)) {
        if seen_charts.insert(chart.key) {
            found.charts.push(chart.to_document());
        }
        if seen_songs.insert(chart.song) {
            found.songs.push(catalogue.song(chart.song).to_document());
        }
    }
    found
}

/// UserDocument.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserDocument {
    id: i32,
    username: String,
    username_lowercase: String,
    about: String,
    status: Option<String>,
    social_media: Map<String, Value>,
    join_date: i64,
    last_seen: i64,
    custom_pfp_location: Option<String>,
    custom_banner_location: Option<String>,
    badges: Vec<String>,
    auth_level: i16,
    clan: Option<String>,
    is_supporter: bool,
}

/// The public document of a user.
pub fn user(user: User) -> UserDocument {
    UserDocument {
        id: user.id.0,
        username_lowercase: user.username.to_lowercase(),
        username: user.username,
        about: user.about,
        status: user.status,
        social_media: user.social_media,
        join_date: user.join_date,
        last_seen: user.last_seen,
        custom_pfp_location: None,
        custom_banner_location: None,
        badges: user.badges,
        auth_level: user.auth_level.number(),
        clan: None,
        is_supporter: false,
    }
}

/// SessionDocument.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionDocument {
    #[serde(rename = "sessionID")]
    session_id: SessionId,
    name: String,
    game: &'static str,
    playtype: &'static str,
    #[serde(rename = "userID")]
    user_id: i32,
    desc: Option<String>,
    #[serde(rename = "scoreIDs")]
    score_ids: Vec<ScoreId>,
    time_inserted: i64,
    time_started: i64,
    time_ended: i64,
    calculated_data: Value,
    highlight: bool,
}

/// The document of a session with these scores.
pub fn session(stored: StoredSession, score_ids: Vec<ScoreId>) -> SessionDocument {
    let session = stored.session;
    let config = session.gpt.config();
    SessionDocument {
        session_id: session.id,
        name: session.name,
        game: config.game.id(),
        playtype: config.playtype,
        user_id: session.user.0,
        desc: session.description,
        score_ids,
        time_inserted: session.time_inserted,
        time_started: session.time_started,
        time_ended: session.time_ended,
        calculated_data: ratings(config.session_ratings.iter().map(|rating| rating.name), &session.ratings),
        highlight: session.highlight,
    }
}

/// The documents of sessions, with their scores.
pub fn sessions(conn: &mut Conn, stored: Vec<StoredSession>) -> Result<Vec<SessionDocument>, DbError> {
    let keys: Vec<_> = stored.iter().map(|session| session.key).collect();
    let members = tachi_db::scores::session_members(conn, &keys)?;
    let ids = scores_public_ids(conn, &members.iter().map(|member| member.score).collect::<Vec<ScoreKey>>())?;
    let mut of_session: FxHashMap<_, Vec<ScoreId>> = FxHashMap::default();
    for member in &members {
        of_session.entry(member.session).or_default().extend(ids.get(&member.score));
    }
    let document = |stored: StoredSession| {
        let scores = of_session.remove(&stored.key).unwrap_or_default();
        session(stored, scores)
    };
    Ok(stored.into_iter().map(document).collect())
}

/// PBDocument.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PbDocument {
    #[serde(rename = "userID")]
    user_id: i32,
    #[serde(rename = "chartID")]
    chart_id: String,
    #[serde(rename = "songID")]
    song_id: i32,
    game: &'static str,
    playtype: &'static str,
    highlight: bool,
    is_primary: bool,
    time_achieved: Option<i64>,
    score_data: Value,
    calculated_data: Value,
    composed_from: Vec<Value>,
    ranking_data: Value,
}

/// The documents of PBs of one user.
pub fn pbs(conn: &mut Conn, catalogue: &Catalogue, stored: &[StoredPb]) -> Result<Vec<PbDocument>, DbError> {
    let Some(user) = stored.first().map(|pb| pb.user) else { return Ok(Vec::new()) };
    let charts: Vec<ChartKey> = stored.iter().map(|pb| pb.chart).collect();
    let ranks: FxHashMap<ChartKey, PbRank> = pb_ranks(conn, user, &charts)?.into_iter().collect();
    let parts: Vec<ScoreKey> = stored.iter().flat_map(|pb| &pb.composed).map(|(_, key)| *key).collect();
    let ids = scores_public_ids(conn, &parts)?;
    let document = |pb: &StoredPb| {
        let chart = chart_of(catalogue, pb.chart)?;
        let config = chart.config();
        let part = |(name, key): &(String, ScoreKey)| Some(json!({"name": name, "scoreID": ids.get(key)?}));
        let rank = ranks.get(&pb.chart);
        Ok(PbDocument {
            user_id: pb.user.0,
            chart_id: chart.id.to_string(),
            song_id: chart.song_id.0,
            game: config.game.id(),
            playtype: config.playtype,
            highlight: pb.highlight,
            is_primary: pb.is_primary,
            time_achieved: pb.time_achieved,
            score_data: pb.data.to_json(),
            calculated_data: score_ratings(config, &pb.ratings),
            composed_from: pb.composed.iter().filter_map(part).collect(),
            ranking_data: json!({
                "rank": rank.map(|rank| rank.rank), "outOf": rank.map(|rank| rank.out_of), "rivalRank": null,
            }),
        })
    };
    stored.iter().map(document).collect()
}

/// GameStats.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GameStats {
    #[serde(rename = "userID")]
    user_id: i32,
    game: &'static str,
    playtype: &'static str,
    ratings: Value,
    classes: BTreeMap<String, String>,
}

/// The document of a profile.
pub fn game_stats(profile: Profile) -> GameStats {
    let config = profile.gpt.config();
    GameStats {
        user_id: profile.user.0,
        game: config.game.id(),
        playtype: config.playtype,
        ratings: ratings(config.profile_ratings.iter().map(|rating| rating.name), &profile.ratings),
        classes: profile.classes,
    }
}

/// `GET /imports/:importID`: an import and everything that belongs to it; `None` when there is none.
pub fn import(conn: &mut Conn, catalogue: &Catalogue, id: ImportId) -> Result<Option<Value>, DbError> {
    let Some(import) = import_by_public_id(conn, id)? else { return Ok(None) };
    let stored = scores_of_import(conn, import.key)?;
    let related = songs_and_charts(catalogue, stored.iter().map(|stored| stored.score.chart));
    let mut of_import = Vec::new();
    for info in &import.document.created_sessions {
        of_import.extend(session_by_public_id(conn, info.session_id)?);
    }
    let owner = users_by_ids(conn, &[import.document.user_id])?.pop().map(user);
    Ok(Some(json!({
        "import": import.document,
        "scores": scores(catalogue, stored.iter().map(|stored| &stored.score))?,
        "songs": related.songs, "charts": related.charts,
        "sessions": sessions(conn, of_import)?,
        "user": owner,
    })))
}

/// `GET /scores/:scoreID`; `None` when there is none.
pub fn one_score(
    conn: &mut Conn,
    catalogue: &Catalogue,
    id: ScoreId,
    with_related: bool,
) -> Result<Option<Value>, DbError> {
    let Some(stored) = score_by_public_id(conn, id)? else { return Ok(None) };
    let chart = chart_of(catalogue, stored.score.chart)?;
    let document = score(&stored.score, chart);
    if !with_related {
        return Ok(Some(json!({ "score": document })));
    }
    let owner = users_by_ids(conn, &[stored.score.user])?.pop().map(user);
    Ok(Some(json!({
        "score": document, "user": owner,
        "song": catalogue.song_of(chart).to_document(), "chart": chart.to_document(),
    })))
}

/// `GET /sessions/:sessionID`; `None` when there is none.
pub fn one_session(conn: &mut Conn, catalogue: &Catalogue, id: SessionId) -> Result<Option<Value>, DbError> {
    let Some(stored) = session_by_public_id(conn, id)? else { return Ok(None) };
    let members = scores_of_session(conn, stored.key)?;
    let related = songs_and_charts(catalogue, members.iter().map(|member| member.score.chart));
    let owner = users_by_ids(conn, &[stored.session.user])?.pop().map(user);
    let ids = members.iter().map(|member| member.score.id).collect();
    Ok(Some(json!({
        "session": session(stored, ids),
        "scores": scores(catalogue, members.iter().map(|member| &member.score))?,
        "songs": related.songs, "charts": related.charts, "user": owner,
    })))
}

/// A GPT as paths name it.
pub fn gpt(game: &str, playtype: &str) -> Option<Gpt> {
    game.parse::<tachi_core::game::Game>().ok()?.playtype(playtype)
}
