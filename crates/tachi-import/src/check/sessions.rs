//! Sessions: their members, bounds and ratings.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::session::SessionBest;
use tachi_db::scores::{StoredScore, scores_of_sessions};
use tachi_db::sessions::{StoredSession, sessions_page};
use tachi_db::{DbError, SessionKey};

use super::{Check, Invariant};

/// Sessions have many scores, so that their pages are short.
const PAGE: i64 = 100;

/// Checks all sessions.
pub fn sessions(check: &mut Check<'_>) -> Result<(), DbError> {
    let mut last: Option<SessionKey> = None;
    loop {
        let (page, scores) = check.read(|conn| {
            let page = sessions_page(conn, last, PAGE)?;
            let keys: Vec<SessionKey> = page.iter().map(|stored| stored.key).collect();
            let scores = scores_of_sessions(conn, &keys)?;
            Ok((page, scores))
        })?;
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(end.key);
        let mut members: FxHashMap<SessionKey, Vec<StoredScore>> = FxHashMap::default();
        for score in scores {
            if let Some(session) = score.score.session {
                members.entry(session).or_default().push(score);
            }
        }
        for stored in &page {
            look(check, stored, members.get(&stored.key).map_or(&[], Vec::as_slice));
        }
    }
}

fn look(check: &mut Check<'_>, stored: &StoredSession, members: &[StoredScore]) {
    let session = &stored.session;
    let id = session.id;
    if members.is_empty() {
        check.found(Invariant::SessionEmpty, format!("session {id}: it has no scores"));
        return;
    }
    let mut positions = FxHashSet::default();
    for StoredScore { score, .. } in members {
        let belongs = score.user == session.user && score.data.config().gpt == session.gpt;
        check.expect(belongs, Invariant::SessionMembers, || {
            format!("session {id}: score {} is of another user or game", score.id)
        });
        let is_within =
            score.time_achieved.is_none_or(|time| (session.time_started..=session.time_ended).contains(&time));
        check.expect(is_within, Invariant::SessionBounds, || {
            format!("session {id}: score {} lies outside of its bounds", score.id)
        });
        let is_alone = score.session_pos.is_none_or(|at| at < session.next_pos && positions.insert(at));
        check.expect(is_alone, Invariant::SessionPositions, || {
            format!("session {id}: score {} has the position of another, or of one to come", score.id)
        });
    }
    let ratings = members.iter().map(|member| &*member.score.ratings);
    let best = SessionBest::of(session.gpt.config(), ratings);
    let expected = best.ratings(session.gpt.config());
    check.expect(*expected == *session.ratings, Invariant::SessionRatings, || {
        format!("session {id}: it has {:?}, its scores give {expected:?}", session.ratings)
    });
    check.expect(best == session.best, Invariant::SessionRatings, || {
        format!("session {id}: it keeps {:?}, its scores give {best:?}", session.best)
    });
}
