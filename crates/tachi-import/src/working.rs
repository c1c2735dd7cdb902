//! What this process is at: the imports and locks that it has in the database and has not forgotten about.
//!
//! An answer of the database may be lost on its way. What was taken then, or not given back, bears the name of a
//! process that lives; that it is not among these is how it is told from what the process works on.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Names of imports and of holders of locks.
#[derive(Debug, Default)]
pub(crate) struct Working(Mutex<BTreeSet<String>>);

impl Working {
    /// Notes a name until what this returns is dropped.
    pub(crate) fn on(&self, name: &str) -> At<'_> {
        self.names().insert(name.to_owned());
        At { working: self, name: name.to_owned() }
    }

    /// Whether the process works under that name.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.names().contains(name)
    }

    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something the process is at.
#[derive(Debug)]
pub(crate) struct At<'a> {
    working: &'a Working,
    name: String,
}

impl Drop for At<'_> {
    fn drop(&mut self) {
        self.working.names().remove(&self.name);
    }
}
