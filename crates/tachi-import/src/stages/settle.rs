//! Brings up to date what follows from stored scores once they were changed or removed.
//!
//! The stages of an import add to what is there; here it is made anew from the scores that are left.
//! Source: `spec/pipeline.md` 10 and 11.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use tachi_core::catalogue::{Chart, ChartKey};
use tachi_core::game::Gpt;
use tachi_core::hydrate::{self, Ratings};
use tachi_core::score::ScoreData;
use tachi_core::session::SessionBest;
use tachi_core::validate;
use tachi_db::open::open;
use tachi_db::scores::{SessionMember, StoredScore, session_members};
use tachi_db::sessions::{StoredSession, sessions_by_keys, sessions_delete, sessions_update_bounds};
use tachi_db::{Conn, DbError, SessionKey};

use super::goals::goals;
use super::pbs::recompose;
use super::profile::profiles;
use super::sessions::rate;
use crate::pipeline::Scope;

/// What changed or removed scores of one user touch.
#[derive(Debug, Default)]
pub struct Affected {
    /// The charts whose PBs have to be composed anew.
    pub charts: BTreeSet<ChartKey>,
    /// The sessions that hold the scores, or held them.
    pub sessions: BTreeSet<SessionKey>,
}

impl Affected {
    /// Adds what a score touches.
    pub fn add(&mut self, stored: &StoredScore) {
        self.charts.insert(stored.score.chart);
        self.sessions.extend(stored.score.session);
    }
}

/// Makes sessions, PBs, profiles and goals what the stored scores say.
pub fn settle(conn: &mut Conn, scope: &Scope<'_>, affected: &Affected) -> Result<(), DbError> {
    let charts: Vec<ChartKey> = affected.charts.iter().copied().collect();
    let mut playtypes = BTreeSet::<Gpt>::new();
    for chart in &charts {
        playtypes.insert(scope.chart(*chart)?.gpt);
    }
    let playtypes: Vec<Gpt> = playtypes.into_iter().collect();
    sessions(conn, &affected.sessions.iter().copied().collect::<Vec<_>>())?;
    recompose(conn, scope, &charts)?;
    let opened = open(conn, scope.user, &playtypes, &charts)?;
    profiles(conn, scope, &opened.profiles, &playtypes, &playtypes, &[])?;
    if opened.has_goals {
        goals(conn, &scope.evaluation(&playtypes), &charts)?;
    }
    Ok(())
}

/// Rates sessions anew and removes those that are empty. Their bounds stay: they tell when was played, whatever
/// became of the scores.
fn sessions(conn: &mut Conn, keys: &[SessionKey]) -> Result<(), DbError> {
    let mut members: FxHashMap<SessionKey, Vec<SessionMember>> = FxHashMap::default();
    for member in session_members(conn, keys)? {
        members.entry(member.session).or_default().push(member);
    }
    let empty: Vec<SessionKey> = keys.iter().copied().filter(|key| !members.contains_key(key)).collect();
    sessions_delete(conn, &empty)?;
    let mut stored = sessions_by_keys(conn, keys)?;
    for StoredSession { key, session } in &mut stored {
        let ratings = members.get(key).into_iter().flatten().map(|member| &*member.ratings);
        rate(session, SessionBest::of(session.gpt.config(), ratings));
    }
    sessions_update_bounds(conn, &stored)
}

/// Data and ratings as a chart makes them now. What is stored is not validated again, as far as that goes.
///
/// # Errors
/// Why nothing can be derived: the chart has fewer notes by now than the score hit.
pub fn rederived(data: &ScoreData, chart: &Chart) -> Result<(ScoreData, Ratings), String> {
    let mut data = data.clone();
    hydrate::derive_metrics(&mut data, chart)?;
    if let Some(reason) = validate::out_of_bounds(&data, chart) {
        return Err(reason);
    }
    let ratings = hydrate::rate(data.config(), &data, chart);
    Ok((data, ratings))
}
