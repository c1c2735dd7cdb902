//! The import pipeline of a rhythm-game score tracker: from an import request to an ImportDocument.
//!
//! [`Importer::import`] takes a [`Request`] and does everything that follows from it: it parses and converts the
//! input, tells new scores from known ones, and stores scores, sessions, PBs, ratings and classes in one transaction.
#![deny(missing_docs)]

mod archive;
mod background;
pub mod check;
mod classes;
pub mod convert;
mod delete;
mod destroy;
mod edit;
#[cfg(feature = "failpoints")]
pub mod failpoints;
mod fetched;
mod heal;
mod importer;
mod lock;
mod news;
pub mod observe;
mod orphans;
mod pipeline;
mod rederive;
mod revert;
pub mod seeds;
mod session_name;
mod session_plan;
pub mod stage;
mod stages;
mod targets;
mod unknown_charts;
mod working;

pub use background::Ran;
pub use edit::{ScoreEdit, SessionEdit};
pub use fetched::{Begun, Counter, Fetched};
pub use heal::{Healed, Others};
pub use importer::{Configuration, FailureKind, ImportFailure, Imported, Importer, Request};
pub use news::News;
pub use orphans::OrphanCounts;
pub use rederive::Rederived;
pub use targets::{Subscribed, TargetError};
pub use unknown_charts::Waiting;
