//! Deleting everything of a user on one GPT. Source: `spec/pipeline.md` 11.

use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_db::destroy::profile_destroy;

use crate::importer::{ImportFailure, Importer, WAIT, random_name};

impl Importer {
    /// Deletes a profile and everything that belongs to it. Ranks of others need nothing: they are counted when they
    /// are read. Returns whether there was a profile.
    ///
    /// # Errors
    /// When an import or a revert of the user is running, or the database fails. Nothing is deleted then.
    pub fn destroy_profile(&self, user: UserId, gpt: Gpt) -> Result<bool, ImportFailure> {
        self.with_import_lock(user, &random_name(), |holder| {
            self.write_scoped(user, WAIT, |conn, _| {
                let destroyed = profile_destroy(conn, user, gpt)?;
                holder.give_back(conn)?;
                Ok(destroyed)
            })
        })
    }
}
