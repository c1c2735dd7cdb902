//! Makes and extends sessions. They are written before the scores, which refer to them.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::SessionId;
use tachi_core::import_document::{SessionInfo, SessionInfoKind};
use tachi_core::session::{SessionBest, TWO_HOURS};
use tachi_db::scores::session_members;
use tachi_db::sessions::{
    Session, StoredSession, sessions_by_keys, sessions_insert, sessions_overlapping, sessions_update_bounds,
};
use tachi_db::{Conn, DbError, ScoreKey, SessionKey};

use super::enrich::Enriched;
use super::separate::Separated;
use crate::pipeline::Scope;
use crate::session_name;
use crate::session_plan::{Planned, Span, plan};

/// Where the scores of an import belong, and what there is to report.
#[derive(Debug, Default)]
pub struct SessionsDone {
    /// Session and position of each new score that has one, by its position among the new scores.
    pub of_new: FxHashMap<usize, (SessionKey, i32)>,
    /// Session and position of each stored score that gained a time.
    pub of_stored: FxHashMap<ScoreKey, (SessionKey, i32)>,
    /// The sessions touched, in the order of the report.
    pub touched: Vec<SessionInfo>,
    /// The same.
    written: FxHashSet<SessionKey>,
}

/// A score with a time: a new one by position, or a stored one that gained its time.
#[derive(Debug, Clone, Copy)]
enum Timed {
    New(usize),
    Stored(usize),
}

/// Plans and writes the sessions of an import.
pub fn sessions(
    conn: &mut Conn,
    scope: &Scope<'_>,
    separated: &Separated<'_>,
    enriched: &[Enriched],
) -> Result<SessionsDone, DbError> {
    let mut done = SessionsDone::default();
    for gpt in playtypes(separated, enriched) {
        let timed = timed(gpt, separated, enriched);
        let times: Vec<i64> = timed.iter().map(|(_, time)| *time).collect();
        let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { continue };
        let (from, to) = (first.saturating_sub(TWO_HOURS), last.saturating_add(TWO_HOURS));
        let near = sessions_overlapping(conn, scope.user, gpt, from, to)?;
        let spans = near.iter().enumerate().map(|(key, stored)| Span {
            key,
            start: stored.session.time_started,
            end: stored.session.time_ended,
        });
        let planned = plan(&times, &spans.collect::<Vec<_>>());
        let changed = holders(enriched).filter(|key| planned.iter().any(|planned| extends(planned, &near, *key)));
        let changed = best(conn, changed.collect(), enriched)?;
        Plan { scope, gpt, planned, near, timed, changed, separated, enriched }.write(conn, &mut done)?;
    }
    rerate(conn, enriched, &done)?;
    Ok(done)
}

/// The GPTs with scores to place, in the order of first appearance.
fn playtypes(separated: &Separated<'_>, enriched: &[Enriched]) -> Vec<Gpt> {
    let mut playtypes = Vec::new();
    let new = separated.new.iter().map(|new| new.candidate.gpt);
    for gpt in new.chain(enriched.iter().map(|enriched| enriched.stored.score.data.config().gpt)) {
        if !playtypes.contains(&gpt) {
            playtypes.push(gpt);
        }
    }
    playtypes
}

fn timed(gpt: Gpt, separated: &Separated<'_>, enriched: &[Enriched]) -> Vec<(Timed, i64)> {
    let new = separated.new.iter().enumerate().filter(|(_, new)| new.candidate.gpt == gpt);
    let new = new.filter_map(|(index, new)| Some((Timed::New(index), new.score.time_achieved?)));
    let stored = enriched
        .iter()
        .enumerate()
        .filter(|(_, enriched)| enriched.stored.score.data.config().gpt == gpt && enriched.gained_time());
    let stored =
        stored.filter_map(|(index, enriched)| Some((Timed::Stored(index), enriched.stored.score.time_achieved?)));
    new.chain(stored).collect()
}

/// The sessions that hold an enriched score.
fn holders(enriched: &[Enriched]) -> impl Iterator<Item = SessionKey> {
    let keys: BTreeSet<SessionKey> = enriched.iter().filter_map(|enriched| enriched.stored.score.session).collect();
    keys.into_iter()
}

fn extends(planned: &Planned<usize>, near: &[StoredSession], key: SessionKey) -> bool {
    planned.extends.is_some_and(|index| near[index].key == key)
}

/// What the scores of sessions make, with the ratings that enrichment gave them.
fn best(
    conn: &mut Conn,
    sessions: Vec<SessionKey>,
    enriched: &[Enriched],
) -> Result<FxHashMap<SessionKey, SessionBest>, DbError> {
    let fuller: FxHashMap<ScoreKey, &Enriched> =
        enriched.iter().map(|enriched| (enriched.stored.key, enriched)).collect();
    let mut best: FxHashMap<SessionKey, SessionBest> = FxHashMap::default();
    let gpts: FxHashMap<SessionKey, Gpt> = enriched
        .iter()
        .filter_map(|enriched| Some((enriched.stored.score.session?, enriched.stored.score.data.config().gpt)))
        .collect();
    for member in session_members(conn, &sessions)? {
        let Some(gpt) = gpts.get(&member.session) else { continue };
        let ratings = fuller.get(&member.score).map_or(&member.ratings, |fuller| &fuller.stored.score.ratings);
        best.entry(member.session).or_default().add(gpt.config(), ratings);
    }
    Ok(best)
}

/// The plan of one GPT with what it speaks of.
struct Plan<'a, 'b> {
    scope: &'a Scope<'b>,
    gpt: Gpt,
    planned: Vec<Planned<usize>>,
    near: Vec<StoredSession>,
    timed: Vec<(Timed, i64)>,
    /// What the scores make of sessions that hold an enriched one.
    changed: FxHashMap<SessionKey, SessionBest>,
    separated: &'a Separated<'b>,
    enriched: &'a [Enriched],
}

impl Plan<'_, '_> {
    fn write(&self, conn: &mut Conn, done: &mut SessionsDone) -> Result<(), DbError> {
        let created: Vec<Session> = self
            .planned
            .iter()
            .filter(|planned| planned.extends.is_none())
            .map(|planned| self.create(planned))
            .collect();
        let keys = sessions_insert(conn, &created)?;
        let appended: Vec<StoredSession> = self.planned.iter().filter_map(|planned| self.append(planned)).collect();
        sessions_update_bounds(conn, &appended)?;

        let mut created = keys.into_iter().zip(&created);
        let mut appended = appended.iter();
        for planned in &self.planned {
            let (key, session, kind) = if planned.extends.is_some() {
                let Some(stored) = appended.next() else { continue };
                (stored.key, &stored.session, SessionInfoKind::Appended)
            } else {
                let Some((key, session)) = created.next() else { continue };
                (key, session, SessionInfoKind::Created)
            };
            self.place(planned, key, session, done);
            done.touched.push(SessionInfo { session_id: session.id, kind });
            done.written.insert(key);
        }
        Ok(())
    }

    fn create(&self, planned: &Planned<usize>) -> Session {
        let mut session = Session {
            id: SessionId::from_bytes(rand::random()),
            user: self.scope.user,
            gpt: self.gpt,
            name: session_name::random(),
            description: None,
            highlight: false,
            time_inserted: self.scope.now,
            time_started: planned.start,
            time_ended: planned.end,
            ratings: Ratings::default(),
            next_pos: 0,
            best: SessionBest::default(),
        };
        self.join(&mut session, planned);
        session
    }

    fn append(&self, planned: &Planned<usize>) -> Option<StoredSession> {
        let mut stored = self.near[planned.extends?].clone();
        stored.session.time_started = planned.start;
        stored.session.time_ended = planned.end;
        if let Some(best) = self.changed.get(&stored.key) {
            stored.session.best = best.clone();
        }
        self.join(&mut stored.session, planned);
        Some(stored)
    }

    /// Lets the planned scores join a session.
    fn join(&self, session: &mut Session, planned: &Planned<usize>) {
        let config = self.gpt.config();
        for score in &planned.scores {
            session.best.add(
                config,
                match self.timed[*score].0 {
                    Timed::New(index) => &self.separated.new[index].score.ratings,
                    Timed::Stored(index) => &self.enriched[index].stored.score.ratings,
                },
            );
        }
        session.ratings = session.best.ratings(config).into();
        // A session has as many scores as the database has rows at most.
        session.next_pos += i32::try_from(planned.scores.len()).unwrap_or(i32::MAX);
    }

    /// Gives the planned scores their positions: the last ones of the session that they joined.
    fn place(&self, planned: &Planned<usize>, key: SessionKey, session: &Session, done: &mut SessionsDone) {
        for (from_end, score) in (1..).zip(planned.scores.iter().rev()) {
            let place = (key, session.next_pos - from_end);
            match self.timed[*score].0 {
                Timed::New(index) => done.of_new.insert(index, place),
                Timed::Stored(index) => done.of_stored.insert(self.enriched[index].stored.key, place),
            };
        }
    }
}

/// Rates the sessions again that hold an enriched score and were not written anyway.
fn rerate(conn: &mut Conn, enriched: &[Enriched], done: &SessionsDone) -> Result<(), DbError> {
    let keys: Vec<SessionKey> = holders(enriched).filter(|key| !done.written.contains(key)).collect();
    let mut sessions = sessions_by_keys(conn, &keys)?;
    let mut best = best(conn, keys, enriched)?;
    for stored in &mut sessions {
        rate(&mut stored.session, best.remove(&stored.key).unwrap_or_default());
    }
    sessions_update_bounds(conn, &sessions)
}

/// Rates a session by what its scores make.
pub fn rate(session: &mut Session, best: SessionBest) {
    session.ratings = best.ratings(session.gpt.config()).into();
    session.best = best;
}
