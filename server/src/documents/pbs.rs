//! PBs. Source: `spec/documents.md` PBDocument, `spec/pbs.md` 3.

use serde::Serialize;
use tachi_core::catalogue::Catalogue;
use tachi_core::ids::{ScoreId, UserId};
use tachi_db::pbs::{PbRank, StoredPb, pb_ranks_of};
use tachi_db::scores::scores_public_ids;
use tachi_db::{Conn, DbError, ScoreKey};

use super::score_data::Data;
use super::{Ratings, SongsAndCharts, chart_of, each_once, score_ratings, songs_and_charts};

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
    score_data: Data,
    calculated_data: Ratings,
    composed_from: Vec<Part>,
    ranking_data: RankingData,
    #[serde(rename = "__playcount", skip_serializing_if = "Option::is_none")]
    playcount: Option<i64>,
}

/// What a score contributed to a PB.
#[derive(Debug, Serialize)]
struct Part {
    name: String,
    #[serde(rename = "scoreID")]
    score_id: ScoreId,
}

/// A PB's place on its chart.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RankingData {
    rank: Option<i64>,
    out_of: Option<i64>,
    rival_rank: Option<i64>,
}

impl RankingData {
    fn new(rank: Option<&PbRank>) -> Self {
        Self {
            rank: rank.map(|rank| rank.rank),
            out_of: rank.map(|rank| rank.out_of),
            rival_rank: rank.and_then(|rank| rank.rival_rank),
        }
    }
}

impl PbDocument {
    /// Its rank on the chart; the worst where it is unknown.
    #[must_use]
    pub fn rank(&self) -> i64 {
        self.ranking_data.rank.unwrap_or(i64::MAX)
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        UserId(self.user_id)
    }

    /// The same with the number of the user's scores on the chart.
    #[must_use]
    pub fn with_playcount(self, count: i64) -> Self {
        Self { playcount: Some(count), ..self }
    }
}

/// The documents of PBs of any users, in a fixed number of statements.
pub fn pbs(conn: &mut Conn, catalogue: &Catalogue, stored: Vec<StoredPb>) -> Result<Vec<PbDocument>, DbError> {
    let users = each_once(stored.iter().map(|pb| pb.user));
    let charts = each_once(stored.iter().map(|pb| pb.chart));
    let ranks = pb_ranks_of(conn, &users, &charts)?;
    let parts: Vec<ScoreKey> = stored.iter().flat_map(|pb| &pb.composed).map(|(_, key)| *key).collect();
    let ids = scores_public_ids(conn, &parts)?;
    let document = |pb: StoredPb| {
        let chart = chart_of(catalogue, pb.chart)?;
        let config = chart.config();
        let part = |(name, key): (String, ScoreKey)| Some(Part { name, score_id: *ids.get(&key)? });
        Ok(PbDocument {
            user_id: pb.user.0,
            chart_id: chart.id.to_string(),
            song_id: chart.song_id.0,
            game: config.game.id(),
            playtype: config.playtype,
            highlight: pb.highlight,
            is_primary: pb.is_primary,
            time_achieved: pb.time_achieved,
            calculated_data: score_ratings(config, &pb.ratings),
            score_data: Data(pb.data),
            composed_from: pb.composed.into_iter().filter_map(part).collect(),
            ranking_data: RankingData::new(ranks.get(&(pb.user, pb.chart))),
            playcount: None,
        })
    };
    stored.into_iter().map(document).collect()
}

/// PBs with their songs and charts.
#[derive(Debug, Serialize)]
pub struct PbList {
    /// The PBs.
    pub pbs: Vec<PbDocument>,
    /// Their songs and charts.
    #[serde(flatten)]
    pub related: SongsAndCharts,
}

/// The documents of PBs, with their songs and charts.
pub fn pb_list(conn: &mut Conn, catalogue: &Catalogue, stored: Vec<StoredPb>) -> Result<PbList, DbError> {
    let related = songs_and_charts(catalogue, stored.iter().map(|pb| pb.chart));
    Ok(PbList { pbs: pbs(conn, catalogue, stored)?, related })
}
