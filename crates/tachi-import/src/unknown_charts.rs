//! The queue of charts that the catalogue does not hold: enough players who send one make it.
//! Source: `spec/orphans.md` 5, `spec/import-types/ir-beatoraja.md` 3.

use tachi_core::catalogue::Catalogue;
use tachi_core::ids::{ChartId, UserId};
use tachi_core::import_type::ImportType;
use tachi_db::catalogue::{song_and_chart_insert, song_next_id};
use tachi_db::unknown_charts::{unknown_chart_join, unknown_chart_take};
use tachi_db::{Conn, DbError};
use tachi_parsers::unknown_chart::UnknownChart;

use crate::importer::{ImportFailure, Importer, LIVE_WAIT, Request};

/// A chart that waits for more players.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many players have sent it.
    pub players: usize,
    /// How many it needs.
    pub needed: usize,
}

/// What became of the unknown charts of an import.
#[derive(Debug)]
pub(crate) enum Queued {
    /// The last of them waits, if there was one.
    Waiting(Option<Waiting>),
    /// The database has another catalogue than the input was converted with, and a chart may be in it.
    Again,
}

/// What became of one unknown chart.
#[derive(Debug)]
enum Joined {
    Waiting(Waiting),
    /// It is in the database's catalogue now; these players sent it.
    Created(Vec<UserId>),
    Stale,
}

impl Importer {
    /// Counts the sender of an import for its unknown charts. Each is a transaction of its own, before the import's:
    /// what follows a new chart needs the new catalogue.
    pub(crate) fn queue(
        &self,
        request: &Request,
        catalogue: &Catalogue,
        charts: &[UnknownChart],
    ) -> Result<Queued, ImportFailure> {
        let mut waiting = None;
        for unknown in charts.iter().filter(|_| !request.dry_run) {
            let needed = self.configuration().beatoraja_queue_size;
            let joined =
                self.database().write(LIVE_WAIT, |conn| join(conn, catalogue, unknown, request.user, needed))?;
            match joined {
                Joined::Waiting(queue) => waiting = Some(queue),
                Joined::Created(players) => {
                    self.refresh_catalogue()?;
                    self.retry_orphans_of_chart(&players, request.import_type, &unknown.sha256);
                    return Ok(Queued::Again);
                }
                Joined::Stale => return Ok(Queued::Again),
            }
        }
        Ok(Queued::Waiting(waiting))
    }

    /// Tries the orphans again that waited for a chart. What fails here is tried again with all others later.
    fn retry_orphans_of_chart(&self, players: &[UserId], import_type: ImportType, sha256: &str) {
        for player in players {
            let retried = self.retry_orphans_that(*player, |orphan| {
                orphan.import_type == import_type && orphan.context.get().contains(sha256)
            });
            if let Err(failure) = retried {
                log::warn!("the orphans of user {player} on a new chart wait: {failure}");
            }
        }
    }
}

/// Counts a player for an unknown chart, and makes song and chart when that is enough.
fn join(
    conn: &mut Conn,
    catalogue: &Catalogue,
    unknown: &UnknownChart,
    user: UserId,
    needed: usize,
) -> Result<Joined, DbError> {
    let key = (unknown.gpt, unknown.sha256.as_str());
    let Some(players) = unknown_chart_join(conn, catalogue.version(), key, unknown, user)? else {
        return Ok(Joined::Stale);
    };
    if players.len() < needed {
        return Ok(Joined::Waiting(Waiting { players: players.len(), needed }));
    }
    // The document of the first sender, whoever completes the queue.
    let first: UnknownChart = unknown_chart_take(conn, key)?.unwrap_or_else(|| unknown.clone());
    let song = song_next_id(conn, first.gpt.game())?;
    let chart = ChartId::new(const_hex::encode(rand::random::<[u8; 20]>()));
    song_and_chart_insert(conn, first.gpt, &first.song(song), &first.chart(chart.clone(), song))?;
    log::info!("{} players made the chart {chart} of {}", players.len(), first.gpt);
    Ok(Joined::Created(players))
}
