//! Loads of the catalogue: checked as a whole, then written in one transaction.
//! Source: `spec/games/README.md` 12.

use std::time::Duration;

use tachi_core::catalogue::{
    Catalogue, ChartKey, CheckMode, Checked, CollectionError, Collections, Existing, FolderDocument, FolderMembers,
    FolderQuery, GoalDocument, Problem, QuestDocument, folder_members,
};
use tachi_core::game::Rules;
use tachi_db::catalogue::{self, LoadReport};
use tachi_db::recalculation::recalculation_add;
use tachi_db::{Conn, Database, DbError, FolderKey, snapshot};
use thiserror::Error;

/// How long a load waits for its turn to write.
const WAIT: Duration = Duration::from_secs(60);

/// Why a load changed nothing.
#[derive(Debug, Error)]
pub enum SeedsError {
    /// A file that cannot be read.
    #[error(transparent)]
    Collection(#[from] CollectionError),
    /// Documents that do not fit, all of them.
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// How many problems a message lists.
const LISTED: usize = 20;

fn list(problems: &[Problem]) -> String {
    let mut text = format!("{} problems; nothing was changed", problems.len());
    for problem in problems.iter().take(LISTED) {
        text.push_str(&format!("\n  {problem}"));
    }
    if problems.len() > LISTED {
        text.push_str(&format!("\n  and {} more", problems.len() - LISTED));
    }
    text
}

/// What a load did.
#[derive(Debug, Default)]
pub struct SeedsReport {
    /// What each collection went through.
    pub collections: Vec<(String, LoadReport)>,
    /// What is odd but was loaded all the same.
    pub warnings: Vec<Problem>,
    /// Charts whose scores may have to change; the database has them noted for
    /// [`Importer::rederive`](crate::Importer::rederive).
    pub recalculate: Vec<ChartKey>,
}

impl SeedsReport {
    /// Whether songs or charts are different from before, so that orphans may have become scores.
    #[must_use]
    pub fn changes_charts(&self) -> bool {
        let of_charts = |name: &str| name.starts_with("songs-") || name.starts_with("charts-");
        self.collections.iter().any(|(name, report)| of_charts(name) && report.is_change())
    }

    /// Whether anything is different from before.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.collections.iter().any(|(_, report)| report.is_change())
    }
}

/// The steps of a load, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Everything is checked.
    Check,
    /// Songs, charts and the rest are written.
    Write,
    /// Folders are filled.
    Folders,
}

/// Checks collections and loads them. Either all of it is loaded or nothing.
///
/// Collections without a file are left as they are.
///
/// # Errors
/// When a document does not fit, or the database fails.
pub fn load(database: &Database, collections: Collections, progress: impl Fn(Step)) -> Result<SeedsReport, SeedsError> {
    progress(Step::Check);
    let (checked, before) = check(database, collections)?;
    let warnings = checked.warnings().to_vec();
    let collections = checked.into_collections();
    let mut report = database.write(WAIT, |conn| {
        progress(Step::Write);
        let mut report = write(conn, &collections)?;
        if report.is_change() {
            progress(Step::Folders);
            let catalogue = catalogue::catalogue_load(conn)?;
            fill_folders(conn, &catalogue, &mut report)?;
            report.recalculate.extend(moved_charts(&before, &catalogue));
            report.recalculate.sort_unstable();
            report.recalculate.dedup();
            recalculation_add(conn, &report.recalculate)?;
        }
        Ok::<_, SeedsError>(report)
    })?;
    report.warnings = warnings;
    Ok(report)
}

/// Puts the operator's decisions about ratings in force. What they change is noted for
/// [`Importer::rederive`](crate::Importer::rederive).
///
/// # Errors
/// Those of the database.
pub fn apply_rules(database: &Database, rules: &Rules) -> Result<(), DbError> {
    if database.read(catalogue::rules_get)? == *rules {
        return Ok(());
    }
    database.write(WAIT, |conn| {
        let before = catalogue::catalogue_load(conn)?;
        catalogue::rules_set(conn, rules)?;
        let after = catalogue::catalogue_load(conn)?;
        recalculation_add(conn, &moved_charts(&before, &after).collect::<Vec<_>>())
    })
}

/// What the store has, for references out of the load.
struct Stored {
    catalogue: Catalogue,
    folders: Vec<FolderDocument>,
    goals: Vec<GoalDocument>,
    quests: Vec<QuestDocument>,
}

/// Checks a load against what is stored; returns the stored catalogue, too.
fn check(database: &Database, collections: Collections) -> Result<(Checked, Catalogue), SeedsError> {
    let stored = database.read(|conn| {
        Ok::<_, DbError>(Stored {
            catalogue: catalogue::catalogue_load(conn)?,
            folders: catalogue::folders_all(conn)?.into_iter().map(|(_, folder)| folder).collect(),
            goals: catalogue::goals_all(conn)?.into_iter().map(|(_, goal)| goal).collect(),
            quests: catalogue::quests_all(conn)?,
        })
    })?;
    let existing = Existing {
        catalogue: Some(&stored.catalogue),
        folders: &stored.folders,
        goals: &stored.goals,
        quests: &stored.quests,
    };
    let checked = collections.check(CheckMode::Load, existing).map_err(SeedsError::Problems)?;
    Ok((checked, stored.catalogue))
}

/// Charts that count for another part of a profile than before. What decides it may be a member of their songs, of
/// which the comparison of charts knows nothing.
fn moved_charts<'a>(before: &'a Catalogue, after: &'a Catalogue) -> impl Iterator<Item = ChartKey> + 'a {
    let moved = before.charts().iter().filter(move |old| {
        let new = after.chart_by_key(old.key).filter(|new| new.gpt == old.gpt);
        new.is_some_and(|new| before.bucket(old) != after.bucket(new))
    });
    moved.map(|chart| chart.key)
}

fn write(conn: &mut Conn, collections: &Collections) -> Result<SeedsReport, DbError> {
    let mut report = SeedsReport::default();
    let mut games: Vec<_> = collections.songs.keys().chain(collections.charts.keys()).copied().collect();
    games.sort_unstable();
    games.dedup();
    for game in games {
        let songs = collections.songs.get(&game).map(|documents| &**documents);
        let charts = collections.charts.get(&game).map(|documents| &**documents);
        let done = catalogue::songs_and_charts_replace(conn, game, songs, charts)?;
        report.collections.push((format!("songs-{game}"), done.songs));
        report.collections.push((format!("charts-{game}"), done.charts));
        report.recalculate.extend(done.recalculate);
    }
    let mut add = |name: &str, done: LoadReport| report.collections.push((name.to_owned(), done));
    if collections.folders.is_loaded() {
        add("folders", catalogue::folders_replace(conn, &collections.folders)?);
    }
    if collections.tables.is_loaded() {
        add("tables", catalogue::tables_replace(conn, &collections.tables)?);
    }
    if collections.goals.is_loaded() {
        add("goals", catalogue::goals_replace(conn, &collections.goals)?);
    }
    if collections.quests.is_loaded() {
        add("quests", catalogue::quests_replace(conn, &collections.quests)?.counts);
    }
    if collections.questlines.is_loaded() {
        add("questlines", catalogue::questlines_replace(conn, &collections.questlines)?);
    }
    if collections.bms_courses.is_loaded() {
        add("bms-course-lookup", catalogue::bms_courses_replace(conn, &collections.bms_courses)?);
    }
    Ok(report)
}

/// Finds out anew which charts each folder holds: those that came since the last load, described by players' games, may
/// belong to some. Returns how many folders changed. Source: `spec/pipeline.md` 13.
///
/// # Errors
/// Those of the database.
pub fn refill_folders(database: &Database) -> Result<usize, DbError> {
    let (version, members) = database.read(|conn| {
        snapshot(conn, |conn| {
            let catalogue = catalogue::catalogue_load(conn)?;
            Ok::<_, DbError>((catalogue::catalogue_version(conn)?, members(conn, &catalogue)?))
        })
    })?;
    database.write(WAIT, |conn| {
        // A load that came between has filled them itself.
        if catalogue::catalogue_hold(conn)? != version {
            return Ok(0);
        }
        catalogue::folder_charts_replace(conn, &members)
    })
}

fn fill_folders(conn: &mut Conn, catalogue: &Catalogue, report: &mut SeedsReport) -> Result<(), DbError> {
    let members = members(conn, catalogue)?;
    let changed = catalogue::folder_charts_replace(conn, &members)?;
    report.collections.push(("folder charts".to_owned(), LoadReport { changed, ..LoadReport::default() }));
    Ok(())
}

/// Which charts each folder holds.
fn members(conn: &mut Conn, catalogue: &Catalogue) -> Result<Vec<(FolderKey, Vec<ChartKey>)>, DbError> {
    let folders = catalogue::folders_all(conn)?;
    let mut queries = Vec::with_capacity(folders.len());
    for (_, folder) in &folders {
        let query = FolderQuery::compile(folder);
        queries.push(query.map_err(|error| DbError::data(format!("folder {}", folder.folder_id), error))?);
    }
    let members = folder_members(catalogue, &queries).into_iter();
    let keys = |charts: FolderMembers| charts.into_iter().map(|chart| catalogue.chart(chart).key).collect();
    Ok(folders.iter().zip(members).map(|((key, _), charts)| (*key, keys(charts))).collect())
}
