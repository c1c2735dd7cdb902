//! Highlights stored scores that a player sent again to have them highlighted. Source: `spec/import-types/ir-fervidex.md` 3.

use tachi_core::catalogue::ChartKey;
use tachi_core::ids::UserId;
use tachi_core::score_id::DedupKey;
use tachi_db::pbs::pbs_highlight;
use tachi_db::scores::{scores_highlight, scores_known};
use tachi_db::{Conn, DbError};

/// Highlights those of these scores that are stored, and the user's PBs on their charts. Comes before PBs are composed,
/// so that those composed anew see it.
pub fn highlight(conn: &mut Conn, user: UserId, wanted: &[(ChartKey, DedupKey)]) -> Result<(), DbError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let known = scores_known(conn, user, wanted)?.scores;
    scores_highlight(conn, &known.iter().map(|score| score.key).collect::<Vec<_>>())?;
    pbs_highlight(conn, user, &known.iter().map(|score| score.chart).collect::<Vec<_>>())
}
