//! The public documents, made of what the database and the catalogue hold. Source: `spec/documents.md`.

mod folder_raises;
mod one_session;
mod pbs;
mod score_data;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey, SongDocument};
use tachi_core::game::{Gpt, GptConfig};
use tachi_core::ids::{ImportId, ScoreId, SessionId, UserId};
use tachi_core::import_document::ImportDocument;
use tachi_core::number;
use tachi_db::imports::import_by_public_id;
use tachi_db::profiles::{Profile, ProfileRank};
use tachi_db::scores::{Score, StoredScore, score_by_public_id, scores_of_import, session_score_ids};
use tachi_db::sessions::{StoredSession, sessions_by_public_ids};
use tachi_db::users::{User, users_by_ids};
use tachi_db::{Conn, DbError};

pub use folder_raises::folder_raises;
pub use one_session::{one_session, score_info};
pub use pbs::{PbDocument, PbList, pb_list, pbs};
use score_data::Data;

/// Rating algorithms and values, by name. Lists hold thousands of them.
#[derive(Debug)]
pub struct Ratings(Vec<(&'static str, Option<f64>)>);

impl Serialize for Ratings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = |value: Option<f64>| value.map_or(Value::Null, number::json);
        serializer.collect_map(self.0.iter().map(|(name, rating)| (name, value(*rating))))
    }
}

fn ratings(names: impl Iterator<Item = &'static str>, values: &[Option<f64>]) -> Ratings {
    Ratings(names.zip(values.iter().copied()).collect())
}

fn score_ratings(config: &'static GptConfig, values: &[Option<f64>]) -> Ratings {
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
    score_data: Data,
    score_meta: Map<String, Value>,
    calculated_data: Ratings,
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
        score_data: Data(score.data.clone()),
        score_meta: score.score_meta.clone(),
        calculated_data: score_ratings(config, &score.ratings),
    }
}

/// The chart that a stored row refers to; a row without one is a fault of the database.
pub fn chart_of(catalogue: &Catalogue, key: ChartKey) -> Result<&Chart, DbError> {
    catalogue
        .chart_by_key(key)
        .ok_or_else(|| DbError::data("a stored score or PB", format!("no chart has key {}", key.0)))
}

/// The documents of scores.
pub fn scores<'a>(
    catalogue: &Catalogue,
    scores: impl IntoIterator<Item = &'a StoredScore>,
) -> Result<Vec<ScoreDocument>, DbError> {
    let document = |stored: &StoredScore| Ok(score(&stored.score, chart_of(catalogue, stored.score.chart)?));
    scores.into_iter().map(document).collect()
}

/// Songs and charts, each once, in the order of first appearance.
#[derive(Debug, Default, Serialize)]
pub struct SongsAndCharts {
    /// The songs.
    pub songs: Vec<SongDocument>,
    /// The charts.
    pub charts: Vec<ChartDocument>,
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

impl UserDocument {
    /// The user's number.
    #[must_use]
    pub fn id(&self) -> UserId {
        UserId(self.id)
    }
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
    calculated_data: Ratings,
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
    let mut of_session = session_score_ids(conn, &keys)?;
    let document = |stored: StoredSession| {
        let scores = of_session.remove(&stored.key).unwrap_or_default();
        session(stored, scores)
    };
    Ok(stored.into_iter().map(document).collect())
}

/// Each of these once.
fn each_once<T: Copy + Eq + std::hash::Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = FxHashSet::default();
    all.filter(|one| seen.insert(*one)).collect()
}

/// Scores with their songs and charts.
#[derive(Debug, Serialize)]
pub struct ScoreList {
    scores: Vec<ScoreDocument>,
    #[serde(flatten)]
    related: SongsAndCharts,
}

/// The documents of scores, with their songs and charts.
pub fn score_list(catalogue: &Catalogue, stored: &[StoredScore]) -> Result<ScoreList, DbError> {
    let related = songs_and_charts(catalogue, stored.iter().map(|stored| stored.score.chart));
    Ok(ScoreList { scores: scores(catalogue, stored)?, related })
}

/// The public documents of users with these numbers, by number.
pub fn users(conn: &mut Conn, ids: impl Iterator<Item = UserId>) -> Result<Vec<UserDocument>, DbError> {
    Ok(users_by_ids(conn, &each_once(ids))?.into_iter().map(user).collect())
}

/// GameStats.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GameStats {
    #[serde(rename = "userID")]
    user_id: i32,
    game: &'static str,
    playtype: &'static str,
    ratings: Ratings,
    classes: BTreeMap<String, String>,
    #[serde(rename = "__rankingData", skip_serializing_if = "Option::is_none")]
    ranking_data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<i64>,
}

impl GameStats {
    /// The same with the profile's places, in the order of the configuration.
    #[must_use]
    pub fn with_rankings(self, gpt: Gpt, ranks: &[ProfileRank]) -> Self {
        Self { ranking_data: Some(rankings(gpt, ranks)), ..self }
    }

    /// The same with a place on a leaderboard.
    #[must_use]
    pub fn with_rank(self, rank: i64) -> Self {
        Self { rank: Some(rank), ..self }
    }
}

/// `{algorithm: {ranking, outOf}}`.
pub fn rankings(gpt: Gpt, ranks: &[ProfileRank]) -> Value {
    let names = gpt.config().profile_ratings.iter().map(|rating| rating.name.to_owned());
    let ranks = ranks.iter().map(|rank| json!({"ranking": rank.ranking, "outOf": rank.out_of}));
    names.zip(ranks).collect::<Map<String, Value>>().into()
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
        ranking_data: None,
        rank: None,
    }
}

/// An import and everything that belongs to it.
#[derive(Debug, Serialize)]
pub struct OneImport {
    import: ImportDocument,
    scores: Vec<ScoreDocument>,
    #[serde(flatten)]
    related: SongsAndCharts,
    sessions: Vec<SessionDocument>,
    user: Option<UserDocument>,
}

/// `GET /imports/:importID`: an import and everything that belongs to it; `None` when there is none.
pub fn import(conn: &mut Conn, catalogue: &Catalogue, id: ImportId) -> Result<Option<OneImport>, DbError> {
    let Some(import) = import_by_public_id(conn, id)? else { return Ok(None) };
    let stored = scores_of_import(conn, import.key)?;
    let related = songs_and_charts(catalogue, stored.iter().map(|stored| stored.score.chart));
    let ids: Vec<SessionId> = import.document.created_sessions.iter().map(|info| info.session_id).collect();
    let of_import = sessions_by_public_ids(conn, &ids)?;
    let owner = users_by_ids(conn, &[import.document.user_id])?.pop().map(user);
    let sessions = sessions(conn, of_import)?;
    let scores = scores(catalogue, &stored)?;
    Ok(Some(OneImport { import: import.document, scores, related, sessions, user: owner }))
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
