//! The queue of charts that the catalogue does not hold: enough players who send one make it.
//! Source: `spec/orphans.md` 5, `spec/import-types/ir-beatoraja.md` 3.

use tachi_core::catalogue::Catalogue;
use tachi_core::ids::{ChartId, UserId};
use tachi_db::catalogue::{song_and_chart_insert, song_next_id};
use tachi_db::unknown_charts::{unknown_chart_join, unknown_chart_take};
use tachi_db::{Conn, DbError};
use tachi_parsers::unknown_chart::UnknownChart;

/// A chart that waits for more players.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many players have sent it.
    pub players: i64,
    /// How many it needs.
    pub needed: i64,
}

/// What became of an unknown chart.
#[derive(Debug)]
pub enum Joined {
    /// It waits.
    Waiting(Waiting),
    /// It is in the database's catalogue now.
    Created,
    /// The database has another catalogue than the input was converted with; the chart may be in it.
    Stale,
}

/// Counts a player for an unknown chart, and makes song and chart when that is enough.
pub fn join(
    conn: &mut Conn,
    catalogue: &Catalogue,
    unknown: &UnknownChart,
    user: UserId,
    needed: i64,
) -> Result<Joined, DbError> {
    let key = (unknown.gpt, unknown.sha256.as_str());
    let Some(players) = unknown_chart_join(conn, catalogue.version(), key, unknown, user)? else {
        return Ok(Joined::Stale);
    };
    if players < needed {
        return Ok(Joined::Waiting(Waiting { players, needed }));
    }
    // The document of the first sender, whoever completes the queue.
    let first: UnknownChart = unknown_chart_take(conn, key)?.unwrap_or_else(|| unknown.clone());
    let song = song_next_id(conn, first.gpt.game())?;
    let chart = ChartId::new(const_hex::encode(rand::random::<[u8; 20]>()));
    song_and_chart_insert(conn, first.gpt, &first.song(song), &first.chart(chart.clone(), song))?;
    log::info!("{players} players made the chart {chart} of {}", first.gpt);
    Ok(Joined::Created)
}
