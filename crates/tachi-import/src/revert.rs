//! Reverting imports: what one brought goes, and what it filled into known scores is taken out again.
//! Source: `spec/pipeline.md` 11 and 15.

use rustc_hash::FxHashMap;
use tachi_core::ids::ImportId;
use tachi_db::imports::{import_by_public_id, import_delete, import_fills};
use tachi_db::orphans::orphans_delete_of_import;
use tachi_db::scores::{Score, scores_by_keys, scores_of_import, scores_rewrite, scores_session_set};
use tachi_db::{Conn, DbError, ImportKey, ScoreKey};

use crate::delete::remove;
use crate::importer::{FailureKind, ImportFailure, Importer, WAIT, random_name};
use crate::pipeline::Scope;
use crate::stages::enrich::{META, TIME};
use crate::stages::settle::{Affected, rederived, settle};

impl Importer {
    /// Reverts an import: deletes its scores, its orphans and its document. Returns whether there was one.
    ///
    /// # Errors
    /// When an import or a revert of the user is running, or the database fails. Nothing is changed then.
    pub fn revert(&self, id: ImportId) -> Result<bool, ImportFailure> {
        let Some(import) = self.database().read(|conn| import_by_public_id(conn, id))? else { return Ok(false) };
        let user = import.document.user_id;
        let reverted = self.with_import_lock(user, &random_name(), |holder| {
            self.write_scoped(user, WAIT, |conn, scope| {
                let reverted = revert(conn, scope, id)?;
                holder.give_back(conn)?;
                Ok(reverted)
            })
        });
        reverted.map_err(refused)
    }
}

/// What whoever wanted a revert is told when another is running.
fn refused(failure: ImportFailure) -> ImportFailure {
    match failure.kind {
        FailureKind::Locked => {
            ImportFailure { message: "You already have an import or a revert ongoing.".to_owned(), ..failure }
        }
        _ => failure,
    }
}

fn revert(conn: &mut Conn, scope: &Scope<'_>, id: ImportId) -> Result<bool, DbError> {
    let Some(import) = import_by_public_id(conn, id)? else { return Ok(false) };
    let brought = scores_of_import(conn, import.key)?;
    let mut affected = remove(conn, &brought)?;
    take_out(conn, scope, import.key, &mut affected)?;
    settle(conn, scope, &affected)?;
    orphans_delete_of_import(conn, import.key)?;
    import_delete(conn, import.key)
}

/// Takes out of the scores of other imports what this one filled in. A score without a time is in no session.
fn take_out(conn: &mut Conn, scope: &Scope<'_>, import: ImportKey, affected: &mut Affected) -> Result<(), DbError> {
    let mut filled: FxHashMap<ScoreKey, Vec<String>> = FxHashMap::default();
    for (score, members) in import_fills(conn, import)? {
        filled.entry(score).or_default().extend(members);
    }
    let mut keys: Vec<ScoreKey> = filled.keys().copied().collect();
    keys.sort_unstable();
    let mut scores = scores_by_keys(conn, &keys)?;
    let mut homeless = Vec::new();
    for stored in &mut scores {
        affected.add(stored);
        for member in filled.get(&stored.key).into_iter().flatten() {
            impoverish(&mut stored.score, member);
        }
        if stored.score.time_achieved.is_none() && stored.score.session.is_some() {
            homeless.push((stored.key, None, None));
        }
        match rederived(&stored.score.data, scope.chart(stored.score.chart)?) {
            Ok((data, ratings)) => (stored.score.data, stored.score.ratings) = (data, ratings),
            Err(reason) => log::warn!("score {} keeps its derived values: {reason}", stored.score.id),
        }
    }
    scores_rewrite(conn, &scores)?;
    scores_session_set(conn, &homeless)
}

/// Takes out one member that was filled in.
fn impoverish(score: &mut Score, member: &str) {
    if member == TIME {
        score.time_achieved = None;
    } else if let Some(name) = member.strip_prefix(META) {
        score.score_meta.remove(name);
    } else {
        score.data.impoverish(member);
    }
}
