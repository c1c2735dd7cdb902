//! A user's scores on a game.

use std::cell::RefCell;
use std::cmp::Reverse;

use actix_web::HttpResponse;
use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use tachi_core::catalogue::{Catalogue, ChartKey, SearchText};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_db::pbs::pbs_played;
use tachi_db::scores::{scores_each, scores_latest_on, scores_of_charts, scores_recent};
use tachi_db::{Conn, DbError};

use super::pbs::fits;
use super::{FOUND, LIMIT};
use crate::documents;
use crate::envelope::{ApiError, success_bytes};
use crate::routes::reading::Ugpt;

/// `GET /scores`: scores on songs that fit `search`, latest first.
pub async fn search(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let text = SearchText::new(ugpt.on.params.required("search")?);
    ugpt.answer("Retrieved scores.", move |conn, reading, profile| {
        let played = pbs_played(conn, profile.user, reading.gpt)?.into_iter().map(|(chart, _)| chart);
        let charts: Vec<ChartKey> = played.filter(|chart| fits(reading, *chart, &text)).collect();
        let scores = scores_latest_on(conn, profile.user, reading.gpt, &charts, FOUND)?;
        Ok(documents::score_list(&reading.catalogue, &scores)?)
    })
    .await
}

/// `GET /scores/recent`: the latest scores.
pub async fn recent(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Retrieved recent scores.", |conn, reading, profile| {
        let scores = scores_recent(conn, profile.user, reading.gpt, LIMIT as i64)?;
        Ok(documents::score_list(&reading.catalogue, &scores)?)
    })
    .await
}

/// `GET /scores/:chartID`: the user's scores on a chart, latest first, those without a time last.
pub async fn on_chart(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = ugpt.on.segment("chart");
    ugpt.answer("Retrieved scores.", move |conn, reading, profile| {
        let chart = reading.chart(&id)?;
        let mut scores = scores_of_charts(conn, profile.user, &[chart.key])?;
        scores.sort_by_key(|stored| Reverse((stored.score.time_achieved, stored.key)));
        Ok(documents::scores(&reading.catalogue, &scores)?)
    })
    .await
}

/// `GET /scores/all`: every score on a primary chart.
pub async fn all(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.bytes(|conn, reading, profile| {
        let all = AllScores {
            conn: RefCell::new(conn),
            catalogue: &reading.catalogue,
            user: profile.user,
            gpt: reading.gpt,
            charts: RefCell::default(),
        };
        success_bytes("Retrieved all scores.", &all)
    })
    .await
}

/// All scores of a user, read while they are written: they never stand in memory together.
struct AllScores<'a> {
    conn: RefCell<&'a mut Conn>,
    catalogue: &'a Catalogue,
    user: UserId,
    gpt: Gpt,
    charts: RefCell<Vec<ChartKey>>,
}

impl Serialize for AllScores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scores", &Scores(self))?;
        let related = documents::songs_and_charts(self.catalogue, self.charts.take().into_iter());
        map.serialize_entry("songs", &related.songs)?;
        map.serialize_entry("charts", &related.charts)?;
        map.end()
    }
}

struct Scores<'a, 'b>(&'a AllScores<'b>);

impl Serialize for Scores<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0;
        let mut list = serializer.serialize_seq(None)?;
        let (mut charts, mut conn) = (all.charts.borrow_mut(), all.conn.borrow_mut());
        let written = scores_each(&mut conn, all.user, all.gpt, |stored| {
            let chart = documents::chart_of(all.catalogue, stored.score.chart)?;
            if chart.is_primary {
                charts.push(chart.key);
                let document = documents::score(&stored.score, chart);
                list.serialize_element(&document).map_err(|error| DbError::data("a score", error))?;
            }
            Ok(())
        });
        written.map_err(S::Error::custom)?;
        list.end()
    }
}
