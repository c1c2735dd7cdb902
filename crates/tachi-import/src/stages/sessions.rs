//! Makes and extends sessions. They are written before the scores, which refer to them.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::SessionId;
use tachi_core::import_document::{SessionInfo, SessionInfoKind};
use tachi_core::session::{self, TWO_HOURS};
use tachi_db::sessions::{self, NewSession, Session, SessionMember};
use tachi_db::{Conn, DbError, ScoreKey, SessionKey};

use super::enrich::Enriched;
use super::separate::Separated;
use crate::pipeline::Import;
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
    import: &Import<'_>,
    separated: &Separated<'_>,
    enriched: &[Enriched],
) -> Result<SessionsDone, DbError> {
    let mut done = SessionsDone::default();
    let mut rewritten: FxHashSet<SessionKey> = FxHashSet::default();
    for gpt in playtypes(separated, enriched) {
        let timed = timed(gpt, separated, enriched);
        let times: Vec<i64> = timed.iter().map(|(_, time)| *time).collect();
        let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { continue };
        let near = sessions::sessions_near(conn, import.request.user, gpt, first - TWO_HOURS, last + TWO_HOURS)?;
        let spans: Vec<Span<usize>> = near
            .iter()
            .enumerate()
            .map(|(index, session)| Span { key: index, start: session.time_started, end: session.time_ended })
            .collect();
        let planned = plan(&times, &spans);
        write(conn, import, gpt, Plan { planned, near, timed, separated, enriched }, &mut rewritten, &mut done)?;
    }
    rerate(conn, enriched, &rewritten)?;
    Ok(done)
}

/// The GPTs with scores to place, in the order of first appearance.
fn playtypes(separated: &Separated<'_>, enriched: &[Enriched]) -> Vec<Gpt> {
    let mut playtypes = Vec::new();
    let new = separated.new.iter().map(|score| score.candidate.gpt);
    for gpt in new.chain(enriched.iter().map(|enriched| enriched.before.gpt)) {
        if !playtypes.contains(&gpt) {
            playtypes.push(gpt);
        }
    }
    playtypes
}

fn timed(gpt: Gpt, separated: &Separated<'_>, enriched: &[Enriched]) -> Vec<(Timed, i64)> {
    let new = separated.new.iter().enumerate().filter(|(_, score)| score.candidate.gpt == gpt);
    let new = new.filter_map(|(index, score)| Some((Timed::New(index), score.play.time_achieved?)));
    let stored = enriched.iter().enumerate().filter(|(_, score)| score.before.gpt == gpt && score.gained_time());
    let stored = stored.filter_map(|(index, score)| Some((Timed::Stored(index), score.play.time_achieved?)));
    new.chain(stored).collect()
}

/// The plan of one GPT with what it speaks of.
struct Plan<'a, 'b> {
    planned: Vec<Planned<usize>>,
    near: Vec<Session>,
    timed: Vec<(Timed, i64)>,
    separated: &'a Separated<'b>,
    enriched: &'a [Enriched],
}

impl Plan<'_, '_> {
    fn ratings(&self, score: usize) -> &Ratings {
        match self.timed[score].0 {
            Timed::New(index) => &self.separated.new[index].play.ratings,
            Timed::Stored(index) => &self.enriched[index].play.ratings,
        }
    }
}

fn write(
    conn: &mut Conn,
    import: &Import<'_>,
    gpt: Gpt,
    plan: Plan<'_, '_>,
    rewritten: &mut FxHashSet<SessionKey>,
    done: &mut SessionsDone,
) -> Result<(), DbError> {
    let extended: Vec<SessionKey> =
        plan.planned.iter().filter_map(|planned| planned.extends).map(|index| plan.near[index].key).collect();
    let members = members(conn, &extended, plan.enriched)?;
    let mut rows = Vec::with_capacity(plan.planned.len());
    for planned in &plan.planned {
        let stored = planned.extends.map(|index| &plan.near[index]);
        let old = stored.and_then(|session| members.get(&session.key)).map_or(&[][..], Vec::as_slice);
        let added = planned.scores.iter().map(|score| &**plan.ratings(*score));
        let ratings: Vec<&[Option<f64>]> = old.iter().map(|member| &*member.ratings).chain(added).collect();
        rows.push(NewSession {
            session_id: stored.map_or_else(|| SessionId::from_bytes(rand::random()), |session| session.session_id),
            user: import.request.user,
            gpt,
            name: stored.map_or_else(session_name::random, |session| session.name.clone()),
            time_inserted: stored.map_or(import.now, |session| session.time_inserted),
            time_started: planned.start,
            time_ended: planned.end,
            ratings: session::ratings(gpt.config(), ratings.iter().copied()),
        });
    }
    let keys = sessions::sessions_upsert(conn, &rows)?;
    for ((planned, row), key) in plan.planned.iter().zip(&rows).zip(keys) {
        let old = members.get(&key).map_or(&[][..], Vec::as_slice);
        let first = old.iter().map(|member| member.position + 1).max().unwrap_or(0);
        for (position, score) in (first..).zip(&planned.scores) {
            match plan.timed[*score].0 {
                Timed::New(index) => done.of_new.insert(index, (key, position)),
                Timed::Stored(index) => done.of_stored.insert(plan.enriched[index].before.key, (key, position)),
            };
        }
        let kind = if planned.extends.is_some() { SessionInfoKind::Appended } else { SessionInfoKind::Created };
        done.touched.push((key, SessionInfo { session_id: row.session_id, kind }));
        rewritten.insert(key);
    }
    Ok(())
}

/// The scores that sessions hold already, with the ratings that enrichment gave them.
fn members(
    conn: &mut Conn,
    keys: &[SessionKey],
    enriched: &[Enriched],
) -> Result<FxHashMap<SessionKey, Vec<SessionMember>>, DbError> {
    let fuller: FxHashMap<ScoreKey, &Ratings> =
        enriched.iter().map(|enriched| (enriched.before.key, &enriched.play.ratings)).collect();
    let mut members: FxHashMap<SessionKey, Vec<SessionMember>> = FxHashMap::default();
    for mut member in sessions::session_members(conn, keys)? {
        if let Some(ratings) = fuller.get(&member.score) {
            member.ratings = (*ratings).clone();
        }
        members.entry(member.session).or_default().push(member);
    }
    Ok(members)
}

/// Rates the sessions again that hold an enriched score and were not written anyway.
fn rerate(conn: &mut Conn, enriched: &[Enriched], rewritten: &FxHashSet<SessionKey>) -> Result<(), DbError> {
    let mut sessions: Vec<(SessionKey, Gpt)> = enriched
        .iter()
        .filter_map(|enriched| Some((enriched.before.session?, enriched.before.gpt)))
        .filter(|(session, _)| !rewritten.contains(session))
        .collect();
    sessions.sort_unstable();
    sessions.dedup();
    let keys: Vec<SessionKey> = sessions.iter().map(|(session, _)| *session).collect();
    let members = members(conn, &keys, enriched)?;
    let ratings: Vec<(SessionKey, Vec<Option<f64>>)> = sessions
        .iter()
        .filter_map(|(session, gpt)| {
            let ratings: Vec<&[Option<f64>]> = members.get(session)?.iter().map(|member| &*member.ratings).collect();
            Some((*session, session::ratings(gpt.config(), ratings.iter().copied())))
        })
        .collect();
    sessions::session_ratings_set(conn, &ratings)
}
