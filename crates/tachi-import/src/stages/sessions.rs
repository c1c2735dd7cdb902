//! Makes and extends sessions. They are written before the scores, which refer to them.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::SessionId;
use tachi_core::import_document::{SessionInfo, SessionInfoKind};
use tachi_core::session::{self, TWO_HOURS};
use tachi_db::scores::{SessionMember, session_members};
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
    pub touched: Vec<(SessionKey, SessionInfo)>,
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
        let members = members(conn, extended(&planned, &near), enriched)?;
        Plan { scope, gpt, planned, near, timed, members, separated, enriched }.write(conn, &mut done)?;
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

fn extended(planned: &[Planned<usize>], near: &[StoredSession]) -> Vec<SessionKey> {
    planned.iter().filter_map(|planned| Some(near[planned.extends?].key)).collect()
}

/// The scores that sessions hold, by session.
type Members = FxHashMap<SessionKey, Vec<SessionMember>>;

/// The scores that sessions hold already, with the ratings that enrichment gave them.
fn members(conn: &mut Conn, sessions: Vec<SessionKey>, enriched: &[Enriched]) -> Result<Members, DbError> {
    let fuller: FxHashMap<ScoreKey, &Ratings> =
        enriched.iter().map(|enriched| (enriched.stored.key, &enriched.stored.score.ratings)).collect();
    let mut members = Members::default();
    for mut member in session_members(conn, &sessions)? {
        if let Some(ratings) = fuller.get(&member.score) {
            member.ratings = (*ratings).clone();
        }
        members.entry(member.session).or_default().push(member);
    }
    Ok(members)
}

/// The plan of one GPT with what it speaks of.
struct Plan<'a, 'b> {
    scope: &'a Scope<'b>,
    gpt: Gpt,
    planned: Vec<Planned<usize>>,
    near: Vec<StoredSession>,
    timed: Vec<(Timed, i64)>,
    members: Members,
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
            let (key, info) = if planned.extends.is_some() {
                let Some(stored) = appended.next() else { continue };
                (stored.key, SessionInfo { session_id: stored.session.id, kind: SessionInfoKind::Appended })
            } else {
                let Some((key, session)) = created.next() else { continue };
                (key, SessionInfo { session_id: session.id, kind: SessionInfoKind::Created })
            };
            self.place(planned, key, done);
            done.touched.push((key, info));
        }
        Ok(())
    }

    fn create(&self, planned: &Planned<usize>) -> Session {
        Session {
            id: SessionId::from_bytes(rand::random()),
            user: self.scope.user,
            gpt: self.gpt,
            name: session_name::random(),
            description: None,
            highlight: false,
            time_inserted: self.scope.now,
            time_started: planned.start,
            time_ended: planned.end,
            ratings: self.ratings(planned, &[]),
        }
    }

    fn append(&self, planned: &Planned<usize>) -> Option<StoredSession> {
        let mut stored = self.near[planned.extends?].clone();
        stored.session.time_started = planned.start;
        stored.session.time_ended = planned.end;
        stored.session.ratings = self.ratings(planned, self.members_of(stored.key));
        Some(stored)
    }

    fn members_of(&self, key: SessionKey) -> &[SessionMember] {
        self.members.get(&key).map_or(&[], Vec::as_slice)
    }

    fn ratings(&self, planned: &Planned<usize>, members: &[SessionMember]) -> Ratings {
        let added = planned.scores.iter().map(|score| match self.timed[*score].0 {
            Timed::New(index) => &*self.separated.new[index].score.ratings,
            Timed::Stored(index) => &*self.enriched[index].stored.score.ratings,
        });
        let all: Vec<&[Option<f64>]> = members.iter().map(|member| &*member.ratings).chain(added).collect();
        session::ratings(self.gpt.config(), all.iter().copied()).into()
    }

    /// Gives the planned scores their positions, behind those that are there.
    fn place(&self, planned: &Planned<usize>, key: SessionKey, done: &mut SessionsDone) {
        let first = self.members_of(key).iter().map(|member| member.position + 1).max().unwrap_or(0);
        for (position, score) in (first..).zip(&planned.scores) {
            match self.timed[*score].0 {
                Timed::New(index) => done.of_new.insert(index, (key, position)),
                Timed::Stored(index) => done.of_stored.insert(self.enriched[index].stored.key, (key, position)),
            };
        }
    }
}

/// Rates the sessions again that hold an enriched score and were not written anyway.
fn rerate(conn: &mut Conn, enriched: &[Enriched], done: &SessionsDone) -> Result<(), DbError> {
    let written: FxHashSet<SessionKey> = done.touched.iter().map(|(key, _)| *key).collect();
    let mut keys: Vec<SessionKey> = enriched.iter().filter_map(|enriched| enriched.stored.score.session).collect();
    keys.retain(|key| !written.contains(key));
    keys.sort_unstable();
    keys.dedup();
    let mut sessions = sessions_by_keys(conn, &keys)?;
    let members = members(conn, keys, enriched)?;
    for stored in &mut sessions {
        rate(stored, members.get(&stored.key).map_or(&[], Vec::as_slice));
    }
    sessions_update_bounds(conn, &sessions)
}

/// Rates a session by its scores.
pub fn rate(stored: &mut StoredSession, members: &[SessionMember]) {
    let ratings: Vec<&[Option<f64>]> = members.iter().map(|member| &*member.ratings).collect();
    stored.session.ratings = session::ratings(stored.session.gpt.config(), ratings.iter().copied()).into();
}
