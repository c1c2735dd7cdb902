//! What scores brought about for their user, for whoever wants to hear of it once it is stored.

use std::fmt;
use std::sync::OnceLock;

use tachi_core::class::ClassDelta;
use tachi_core::ids::UserId;
use tachi_core::import_document::{GoalImportInfo, ImportDocument, MilestoneImportInfo};

use crate::importer::Importer;

/// What an import, orphans or a course changed for a user.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// Whom it is about.
    pub user: UserId,
    /// Classes that changed.
    pub classes: Vec<ClassDelta>,
    /// Goals whose progress changed.
    pub goals: Vec<GoalImportInfo>,
    /// Milestones whose progress changed.
    pub milestones: Vec<MilestoneImportInfo>,
}

impl News {
    pub(crate) fn of_import(document: &ImportDocument) -> Self {
        Self {
            user: document.user_id,
            classes: document.class_deltas.clone(),
            goals: document.goal_info.clone(),
            milestones: document.milestone_info.clone(),
        }
    }

    fn is_nothing(&self) -> bool {
        self.classes.is_empty() && self.goals.is_empty() && self.milestones.is_empty()
    }
}

/// Who hears of it.
#[derive(Default)]
pub(crate) struct Listener(OnceLock<Box<dyn Fn(News) + Send + Sync>>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.0.get().is_some()).finish()
    }
}

impl Importer {
    /// Has a function called after each commit that changed classes, goals or milestones, on the thread of the import:
    /// it must not take long. Only the first one that is given counts.
    pub fn listen(&self, listener: impl Fn(News) + Send + Sync + 'static) {
        if self.listener().0.set(Box::new(listener)).is_err() {
            log::error!("somebody listens to the importer already");
        }
    }

    /// Tells whoever listens, if there is anything new.
    pub(crate) fn tell(&self, news: News) {
        if let Some(listener) = self.listener().0.get().filter(|_| !news.is_nothing()) {
            listener(news);
        }
    }
}
