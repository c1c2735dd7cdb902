//! What this process is at: the imports and locks that it has in the database and has not forgotten about.
//!
//! An answer of the database may be lost on its way. What was taken then, or not given back, bears the name of a
//! process that lives; that it is not among these is how it is told from what the process works on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Names of imports and of holders of locks, and how often each is worked under: an import in the background has a lock
/// of the same name.
#[derive(Debug, Default)]
pub(crate) struct Working(Mutex<BTreeMap<String, usize>>);

impl Working {
    /// Notes a name until what this returns is dropped.
    pub(crate) fn on(self: &Arc<Self>, name: &str) -> At {
        *self.names().entry(name.to_owned()).or_default() += 1;
        At { working: Arc::clone(self), name: name.to_owned() }
    }

    /// Whether the process works under that name.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.names().contains_key(name)
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something the process is at.
#[derive(Debug)]
pub(crate) struct At {
    working: Arc<Working>,
    name: String,
}

impl Drop for At {
    fn drop(&mut self) {
        let mut names = self.working.names();
        if let Some(times) = names.get_mut(&self.name) {
            *times -= 1;
            if *times == 0 {
                names.remove(&self.name);
            }
        }
    }
}
