//! The stages of an import, in their order. Source: `spec/pipeline.md` 1.

use std::fmt;
use std::time::Instant;

use tachi_db::DbError;

use crate::observe;

/// A stage of the pipeline: the one source for progress, logs and failure points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Takes the user's import lock.
    Lock,
    /// Asks a service for the scores; imports that come with theirs do not pass it.
    Fetch,
    /// Checks the input's structure and converts its elements.
    Parse,
    /// Derives, rates and names the scores.
    Hydrate,
    /// Tells new scores from known ones.
    Separate,
    /// Makes and extends sessions.
    Sessions,
    /// Stores the new scores.
    Scores,
    /// Composes the PBs of the touched charts.
    Pbs,
    /// Brings profile ratings and classes up to date.
    Profile,
    /// Evaluates goals.
    Goals,
    /// Evaluates milestones.
    Milestones,
    /// Stores the import itself.
    Document,
}

impl Stage {
    /// Every stage of an import that comes with its scores, in order.
    pub const ALL: &[Self] = &[
        Self::Lock,
        Self::Parse,
        Self::Hydrate,
        Self::Separate,
        Self::Sessions,
        Self::Scores,
        Self::Pbs,
        Self::Profile,
        Self::Goals,
        Self::Milestones,
        Self::Document,
    ];

    /// The name in logs and trackers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Fetch => "fetch",
            Self::Parse => "parse",
            Self::Hydrate => "hydrate",
            Self::Separate => "separate",
            Self::Sessions => "sessions",
            Self::Scores => "scores",
            Self::Pbs => "pbs",
            Self::Profile => "profile",
            Self::Goals => "goals",
            Self::Milestones => "milestones",
            Self::Document => "document",
        }
    }

    /// Runs the stage; how long it took goes to the log and to whoever watches.
    ///
    /// # Errors
    /// Those of the work.
    pub fn run<T, E: From<DbError>>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.begin()?;
        let begun = Instant::now();
        let made = work();
        let took = begun.elapsed();
        log::debug!("stage {self}: {:.1} ms", took.as_secs_f64() * 1000.0);
        observe::stage(self, took);
        made
    }

    /// Passes the failure point of the stage.
    pub(crate) fn begin(self) -> Result<(), DbError> {
        #[cfg(feature = "failpoints")]
        crate::failpoints::reach(self)?;
        Ok(())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
