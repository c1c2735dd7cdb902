//! The check of a database: everything that follows from scores is made anew and compared with what is stored.
//!
//! It reads page by page, each page at one moment, so that it needs little memory and can run beside a server.

mod goals;
mod pbs;
mod scores;
mod sessions;

use std::fmt;

use tachi_core::catalogue::Catalogue;
use tachi_core::ids::{ImportId, OrphanId, UserId};
use tachi_db::catalogue::catalogue_load;
use tachi_db::dangling::dangling_references;
use tachi_db::imports::{ImportRow, RowCounts, RowStatus, import_by_public_id, import_rows_read, imports_page};
use tachi_db::orphans::orphans_to_retry;
use tachi_db::users::users_page;
use tachi_db::{Conn, Database, DbError, ImportKey, snapshot};

/// How many rows a page has.
const PAGE: i64 = 500;

macro_rules! invariants {
    ($($(#[$doc:meta])* $name:ident $text:literal $severity:ident;)*) => {
        /// What must hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Invariant {
            $($(#[$doc])* $name,)*
        }

        impl Invariant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in the output.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What it means when it does not hold.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }
        }
    };
}

invariants! {
    /// Rows can be read.
    Readable "readable" Fault;
    /// What rows refer to exists.
    References "references" Fault;
    /// A score's chart exists and is of its GPT.
    ScoreChart "score chart" Fault;
    /// The de-duplication key is that of user, chart and data.
    DedupKey "dedup key" Fault;
    /// A form T ID is the de-duplication key.
    ScoreId "score id" Fault;
    /// A form R ID is that of the score; not so where the chart was corrected after the score came.
    ScoreIdOfChart "score id of corrected chart" Warning;
    /// Derived metrics and ratings are what the chart gives; not so where it refuses the score.
    Derived "derived values" Warning;
    /// A score with a time is in a session, at a position; one without is in none.
    Membership "session membership" Fault;
    /// A session has scores.
    SessionEmpty "session without scores" Fault;
    /// The members of a session are scores of its user and GPT.
    SessionMembers "session members" Fault;
    /// The positions in a session are different, and less than that of its next score.
    SessionPositions "session positions" Fault;
    /// The members of a session lie within its bounds.
    SessionBounds "session bounds" Fault;
    /// The ratings of a session are those of its members.
    SessionRatings "session ratings" Fault;
    /// A PB is what its scores make it.
    Pb "pb" Fault;
    /// A PB refers to the scores it is composed of.
    PbComposition "pb composition" Fault;
    /// A PB stands on the leaderboard where its data says.
    PbRank "pb rank" Fault;
    /// The ranked ratings of a PB are its ratings.
    PbRatings "pb ratings" Fault;
    /// The ratings of a profile are those of its PBs.
    ProfileRatings "profile ratings" Fault;
    /// The leaderboard of profiles has their ratings.
    ProfileRank "profile rank" Fault;
    /// Derived classes follow from the ratings, and all classes are known.
    Classes "classes" Fault;
    /// Goals stand where the PBs put them.
    Goals "goals" Fault;
    /// Milestones stand where their goals put them.
    Milestones "milestones" Fault;
    /// The counts of an import are those of its rows.
    ImportCounts "import counts" Fault;
    /// An import has no more scores than it brought.
    ImportScores "import scores" Fault;
    /// An orphan's ID is that of its content.
    OrphanId "orphan id" Fault;
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Odd, but explained by corrections of the catalogue.
    Warning,
    /// Wrong.
    Fault,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What should.
    pub invariant: Invariant,
    /// Where, and how it is instead.
    pub text: String,
}

/// The parts of a check, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What rows refer to.
    References,
    /// Scores.
    Scores,
    /// Sessions.
    Sessions,
    /// PBs.
    Pbs,
    /// Profiles.
    Profiles,
    /// Goals and milestones.
    Goals,
    /// Imports.
    Imports,
    /// Orphans.
    Orphans,
}

/// A check under way.
struct Check<'a> {
    database: &'a Database,
    catalogue: Catalogue,
    found: &'a mut dyn FnMut(Finding),
}

/// How a part of the check is made.
type Run = fn(&mut Check<'_>) -> Result<(), DbError>;

/// The parts in the order in which they run.
const PARTS: &[(Part, Run)] = &[
    (Part::References, references),
    (Part::Scores, scores::scores),
    (Part::Sessions, sessions::sessions),
    (Part::Pbs, pbs::pbs),
    (Part::Profiles, pbs::profiles),
    (Part::Goals, goals::goals),
    (Part::Imports, imports),
    (Part::Orphans, orphans),
];

/// Checks a database: `found` is told everything that does not hold, `progress` which part is next.
///
/// # Errors
/// When the database fails; what is stored wrongly is no error.
pub fn check(database: &Database, progress: impl Fn(Part), found: &mut dyn FnMut(Finding)) -> Result<(), DbError> {
    let catalogue = database.read(catalogue_load)?;
    let mut check = Check { database, catalogue, found };
    for (part, run) in PARTS {
        progress(*part);
        match run(&mut check) {
            // The rest of the part cannot be reached past a row that cannot be read.
            Err(error @ DbError::Data { .. }) => check.found(Invariant::Readable, format!("{part:?}: {error}")),
            done => done?,
        }
    }
    Ok(())
}

impl Check<'_> {
    fn found(&mut self, invariant: Invariant, text: impl Into<String>) {
        (self.found)(Finding { invariant, text: text.into() });
    }

    /// Notes a finding unless something holds.
    fn expect(&mut self, holds: bool, invariant: Invariant, text: impl FnOnce() -> String) {
        if !holds {
            self.found(invariant, text());
        }
    }

    /// Reads a page at one moment.
    fn read<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> Result<T, DbError> {
        self.database.read(|conn| snapshot(conn, f))
    }
}

fn references(check: &mut Check<'_>) -> Result<(), DbError> {
    for dangling in check.read(dangling_references)? {
        let text = format!("{}: {} rows refer to what does not exist", dangling.reference, dangling.rows);
        check.found(Invariant::References, text);
    }
    Ok(())
}

fn imports(check: &mut Check<'_>) -> Result<(), DbError> {
    let mut last: Option<ImportKey> = None;
    loop {
        let page = check.read(|conn| imports_page(conn, last, PAGE))?;
        let Some((end, _)) = page.last() else { return Ok(()) };
        last = Some(*end);
        for (_, id) in page {
            import(check, id)?;
        }
    }
}

fn import(check: &mut Check<'_>, id: ImportId) -> Result<(), DbError> {
    let found = check.read(|conn| {
        let Some(import) = import_by_public_id(conn, id)? else { return Ok(None) };
        let mut rows: Vec<ImportRow> = Vec::new();
        let mut counts = Vec::new();
        loop {
            let after = rows.last().map(|row| row.row);
            rows = import_rows_read(conn, import.key, after, None, PAGE as usize)?;
            if rows.is_empty() {
                return Ok(Some((import, sum(&counts))));
            }
            counts.push(RowCounts::of(&rows));
        }
    })?;
    let Some((import, counted)) = found else { return Ok(()) };
    let stored = RowStatus::ALL.map(|status| import.counts.get(status));
    check.expect(stored == counted, Invariant::ImportCounts, || {
        format!("import {id}: it counts {stored:?}, its rows are {counted:?}")
    });
    let (scores, new) = (import.document.score_ids.len(), import.counts.get(RowStatus::New) as usize);
    check.expect(scores <= new, Invariant::ImportScores, || {
        format!("import {id}: it brought {new} scores and has {scores}")
    });
    Ok(())
}

fn sum(pages: &[RowCounts]) -> [u32; 8] {
    RowStatus::ALL.map(|status| pages.iter().map(|counts| counts.get(status)).sum())
}

/// Calls a function for each user.
fn each_user(
    check: &mut Check<'_>,
    mut f: impl FnMut(&mut Check<'_>, UserId) -> Result<(), DbError>,
) -> Result<(), DbError> {
    let mut last: Option<UserId> = None;
    loop {
        let page = check.read(|conn| users_page(conn, last, PAGE))?;
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(*end);
        for user in page {
            f(check, user)?;
        }
    }
}

fn orphans(check: &mut Check<'_>) -> Result<(), DbError> {
    each_user(check, |check, user| {
        let mut last: Option<(i64, OrphanId)> = None;
        loop {
            let after = last.as_ref().map(|(time, id)| (*time, id));
            let page = check.read(|conn| orphans_to_retry(conn, user, after, PAGE))?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some((end.orphan.time_inserted, end.orphan.id.clone()));
            for stored in page {
                let orphan = &stored.orphan;
                let definition = serde_json::json!({
                    "importType": orphan.import_type, "data": orphan.data, "context": orphan.context,
                    "userID": orphan.user,
                });
                let expected = OrphanId::of(&definition);
                check.expect(expected == orphan.id, Invariant::OrphanId, || {
                    format!("orphan {}: its content gives {expected}", orphan.id)
                });
            }
        }
    })
}
