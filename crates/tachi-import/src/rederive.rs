//! Recalculation: after a load changed charts, the scores on them are derived and rated anew.
//! Source: `spec/pipeline.md` 10.

use std::ops::AddAssign;

use tachi_core::catalogue::ChartKey;
use tachi_db::recalculation::{played_charts, players, recalculation_done, recalculation_pending};
use tachi_db::scores::{StoredScore, scores_of_charts, scores_rewrite};
use tachi_db::{Conn, DbError};

use crate::importer::{ImportFailure, Importer, WAIT};
use crate::pipeline::Scope;
use crate::stages::settle::{Affected, rederived, settle};

/// How many charts of a user are recalculated in one transaction.
const PAGE: usize = 500;

/// What a recalculation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rederived {
    /// Scores that were looked at.
    pub scores: usize,
    /// Scores that are different now.
    pub changed: usize,
    /// Scores whose old values are kept because their charts refuse them.
    pub refused: usize,
}

impl AddAssign for Rederived {
    fn add_assign(&mut self, other: Self) {
        self.scores += other.scores;
        self.changed += other.changed;
        self.refused += other.refused;
    }
}

impl Importer {
    /// Recalculates the scores on all charts that loads noted for it; `progress` is told how many users are done, and
    /// of how many. What ends halfway is done again from its beginning by the next call, to the same end.
    ///
    /// # Errors
    /// When the database is busy or fails. The users that were done stay done.
    pub fn rederive(&self, progress: impl Fn(usize, usize)) -> Result<Rederived, ImportFailure> {
        let charts = self.database().read(recalculation_pending)?;
        let users = self.database().read(|conn| players(conn, &charts))?;
        let mut report = Rederived::default();
        for (done, user) in users.iter().enumerate() {
            progress(done, users.len());
            let played = self.database().read(|conn| played_charts(conn, *user, &charts))?;
            for page in played.chunks(PAGE) {
                report += self.write_scoped(*user, WAIT, |conn, scope| Ok(rederive(conn, scope, page)?))?;
            }
        }
        if !charts.is_empty() {
            self.database().write(WAIT, |conn| recalculation_done(conn, &charts))?;
        }
        progress(users.len(), users.len());
        Ok(report)
    }
}

fn rederive(conn: &mut Conn, scope: &Scope<'_>, charts: &[ChartKey]) -> Result<Rederived, DbError> {
    let stored = scores_of_charts(conn, scope.user, charts)?;
    let mut report = Rederived { scores: stored.len(), ..Rederived::default() };
    // PBs follow from more of a chart than scores do, e.g. from whether it is primary.
    let mut affected = Affected { charts: charts.iter().copied().collect(), ..Affected::default() };
    let mut changed: Vec<StoredScore> = Vec::new();
    for mut stored in stored {
        match rederived(&stored.score.data, scope.chart(stored.score.chart)?) {
            Ok((data, ratings)) if data != stored.score.data || ratings != stored.score.ratings => {
                (stored.score.data, stored.score.ratings) = (data, ratings);
                affected.add(&stored);
                changed.push(stored);
            }
            Ok(_) => {}
            Err(reason) => {
                log::warn!("score {} keeps its derived values: {reason}", stored.score.id);
                report.refused += 1;
            }
        }
    }
    report.changed = changed.len();
    scores_rewrite(conn, &changed)?;
    settle(conn, scope, &affected)?;
    Ok(report)
}
