//! Moves everything from one database to another, of the same kind or the other.
//!
//! The tables and their columns are those that the databases say they have, so that none is forgotten; databases that
//! do not have the same ones are refused. The source is read in one snapshot, row by row; the target is written in one
//! transaction, which ends with reading everything back and comparing counts and checksums of the values.
//!
//! Rows are copied as they are, those of locks, of running imports and of waiting ones too: a lock whose process gives
//! no sign of life is taken over, as after a crash, and an import that waits goes on at the target. Encrypted secrets
//! are copied as they are, so that the key has to move along.

mod counters;
mod layout;
mod values;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use thiserror::Error;

use crate::connection::{Database, Options, snapshot};
use crate::error::DbError;
use crate::migrate::fresh;
use crate::pool::Conn;
use crate::target::Target;
use layout::{Table, quoted};
use values::{Checksum, Row};
use write::Batch;

/// How long the copy waits for its turn to write.
const PATIENCE: Duration = Duration::from_secs(30);
/// After how many rows read back it is said how far the copy is.
const REPORT: u64 = 1000;

/// Why a database was not copied. The target is as it was then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A database failed.
    #[error(transparent)]
    Database(#[from] DbError),

    /// Source and target are one.
    #[error("the source and the target are the same database: {database}")]
    Same {
        /// The database, without a password.
        database: String,
    },

    /// The databases do not have the same tables and columns, or some that cannot be copied.
    #[error("the databases do not fit each other: {reason}")]
    Schemas {
        /// What is wrong.
        reason: String,
    },

    /// The target holds something already.
    #[error(
        "the target {database} is not empty: its table {table} holds rows. Name a database that holds nothing yet, \
         or a new file"
    )]
    NotEmpty {
        /// The target, without a password.
        database: String,
        /// The first table that is not as a new database has it.
        table: String,
    },

    /// A table of the source, or what was written to the target, cannot be read.
    #[error("the table {table} cannot be read")]
    Unreadable {
        /// The table.
        table: String,
        /// Why.
        #[source]
        error: DbError,
    },

    /// The target does not take a row.
    #[error("the target refuses the row of {table} with {key}: {reason}")]
    Refused {
        /// The table.
        table: String,
        /// The row's primary key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },

    /// What was written is not what was read.
    #[error(
        "the table {table} did not arrive as it is: {sent_rows} rows with the checksum {sent} were read, \
         {arrived_rows} with {arrived} written"
    )]
    Different {
        /// The table.
        table: String,
        /// How many rows the source has.
        sent_rows: u64,
        /// The checksum of the source's rows.
        sent: String,
        /// How many rows the target has.
        arrived_rows: u64,
        /// The checksum of the target's rows.
        arrived: String,
    },
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// What a copy is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It writes.
    Copying,
    /// It reads back what it wrote.
    Comparing,
}

/// How far a copy is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// What it is doing.
    pub step: Step,
    /// The table it is at.
    pub table: &'a str,
    /// How many rows are done; each counts twice, once for each step.
    pub done: u64,
    /// How many there are to do.
    pub all: u64,
}

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// A checksum of their values, in hexadecimal; the same for the same rows on any database.
    pub checksum: String,
}

/// Copies everything from the database that one URL names to that of another, all or nothing, and returns what was
/// copied.
///
/// The source is brought up to date first, as whenever it is opened. The target has to be empty, and is made as
/// [`Database::open`] makes one; a file that was made is removed again after a failure. What others write to the source
/// meanwhile is not copied. `progress` may start anew, when the target's server asks for the transaction again.
///
/// # Errors
/// See [`CopyError`].
pub fn copy(from: &str, to: &str, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<CopiedTable>, CopyError> {
    let (source, target) = (Target::parse(from)?, Target::parse(to)?);
    if let Target::Sqlite(path) = &source
        && !path.is_file()
    {
        let reason = "there is no such file".to_owned();
        return Err(DbError::Open { database: source.to_string(), reason }.into());
    }
    if is_same(&source, &target) {
        return Err(CopyError::Same { database: source.to_string() });
    }
    let options = Options { connections: 1, wait: PATIENCE, count_statements: false };
    let source = Database::open(from, &options)?;
    let mut made = MadeFile::at(&target);
    let target = Database::open(to, &options)?;
    let copied = source.read(|from| {
        snapshot(from, |from| target.write(PATIENCE, |to| copy_all(from, to, &target.target().to_string(), progress)))
    })?;
    made.keep();
    Ok(copied)
}

fn is_same(one: &Target, other: &Target) -> bool {
    match (one, other) {
        (Target::Sqlite(one), Target::Sqlite(other)) => {
            matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
        }
        _ => one == other,
    }
}

/// A file of SQLite that did not exist before. Dropping it removes the file.
struct MadeFile(Option<PathBuf>);

impl MadeFile {
    fn at(target: &Target) -> Self {
        Self(match target {
            Target::Sqlite(path) if !path.exists() => Some(path.clone()),
            _ => None,
        })
    }

    fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for MadeFile {
    fn drop(&mut self) {
        let Some(path) = &self.0 else { return };
        for file in [path.clone(), beside(path, "-wal"), beside(path, "-shm")] {
            if let Err(error) = std::fs::remove_file(&file)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                log::warn!("{} could not be removed: {error}", file.display());
            }
        }
    }
}

/// The path with something added to its end.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Copies everything inside of the target's transaction.
fn copy_all(
    from: &mut Conn,
    to: &mut Conn,
    database: &str,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<CopiedTable>, CopyError> {
    let tables = layout::tables(to)?;
    let source = layout::tables(from)?;
    layout::compare(&source, &tables)?;
    prepare(to, &tables)?;
    empty(to, &tables, database)?;
    let mut meter = Meter { done: 0, all: 2 * count(from, &tables)?, progress };
    let mut sums = Vec::with_capacity(tables.len());
    for table in &tables {
        sums.push(write_table(from, to, table, &mut meter)?);
    }
    check_references(to, &tables)?;
    for (table, sum) in tables.iter().zip(&sums) {
        compare_table(to, table, sum, &mut meter)?;
    }
    let numbers = counters::read(from, &source)?;
    counters::write(to, &tables, &numbers)?;
    analyze(to, &tables)?;
    let copied = tables.into_iter().zip(sums);
    Ok(copied.map(|(table, sum)| CopiedTable { name: table.name, rows: sum.rows, checksum: sum.to_string() }).collect())
}

/// Keeps others from writing to the target. References are checked at once, where they can be, so that the row is known.
fn prepare(to: &mut Conn, tables: &[Table]) -> Result<(), CopyError> {
    if let Conn::Pg(to) = to {
        to.batch_execute(&format!(
            "LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE; SET CONSTRAINTS ALL IMMEDIATE",
            names(tables)
        ))?;
    }
    Ok(())
}

fn names(tables: &[Table]) -> String {
    tables.iter().map(|table| quoted(&table.name)).collect::<Vec<_>>().join(", ")
}

/// Makes sure that the target holds only what the migrations put there, and removes that.
fn empty(to: &mut Conn, tables: &[Table], database: &str) -> Result<(), CopyError> {
    let mut fresh = fresh()?;
    for table in tables {
        let (mut expected, mut found) = (Checksum::default(), Checksum::default());
        values::for_each(&mut fresh, table, None, |row| {
            expected.add(&row);
            Ok(())
        })?;
        values::for_each(to, table, Some(expected.rows + 1), |row| {
            found.add(&row);
            Ok(())
        })?;
        if found != expected {
            return Err(CopyError::NotEmpty { database: database.to_owned(), table: table.name.clone() });
        }
        if expected.rows > 0 {
            diesel::sql_query(format!("DELETE FROM {}", quoted(&table.name))).execute(to)?;
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(conn: &mut Conn, tables: &[Table]) -> Result<u64, CopyError> {
    let mut all = 0;
    for table in tables {
        let sql = format!("SELECT count(*) AS count FROM {}", quoted(&table.name));
        all += diesel::sql_query(sql).get_result::<Count>(conn)?.count.unsigned_abs();
    }
    Ok(all)
}

struct Meter<'a> {
    done: u64,
    all: u64,
    progress: &'a mut dyn FnMut(Progress<'_>),
}

impl Meter<'_> {
    fn add(&mut self, rows: u64, step: Step, table: &str) {
        self.done += rows;
        (self.progress)(Progress { step, table, done: self.done, all: self.all });
    }
}

fn write_table(from: &mut Conn, to: &mut Conn, table: &Table, meter: &mut Meter<'_>) -> Result<Checksum, CopyError> {
    let mut sum = Checksum::default();
    let mut batch = Batch::new(table);
    meter.add(0, Step::Copying, &table.name);
    values::for_each(from, table, None, |row| {
        sum.add(&row);
        if batch.push(row) {
            meter.add(batch.insert(to)?, Step::Copying, &table.name);
        }
        Ok(())
    })?;
    meter.add(batch.insert(to)?, Step::Copying, &table.name);
    Ok(sum)
}

fn compare_table(to: &mut Conn, table: &Table, sent: &Checksum, meter: &mut Meter<'_>) -> Result<(), CopyError> {
    let mut arrived = Checksum::default();
    values::for_each(to, table, None, |row| {
        arrived.add(&row);
        if arrived.rows % REPORT == 0 {
            meter.add(REPORT, Step::Comparing, &table.name);
        }
        Ok(())
    })?;
    meter.add(arrived.rows % REPORT, Step::Comparing, &table.name);
    if arrived == *sent {
        return Ok(());
    }
    Err(CopyError::Different {
        table: table.name.clone(),
        sent_rows: sent.rows,
        sent: sent.to_string(),
        arrived_rows: arrived.rows,
        arrived: arrived.to_string(),
    })
}

#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rowid: Option<i64>,
    #[diesel(sql_type = Text)]
    parent: String,
}

/// SQLite checks some references at the commit only, and does not say then what is wrong.
fn check_references(to: &mut Conn, tables: &[Table]) -> Result<(), CopyError> {
    if !matches!(to, Conn::Sqlite(_)) {
        return Ok(());
    }
    let sql = "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1";
    let Some(dangling) = diesel::sql_query(sql).get_result::<Dangling>(to).optional()? else { return Ok(()) };
    let mut key = "an unknown key".to_owned();
    if let (Some(table), Some(rowid)) = (tables.iter().find(|table| table.name == dangling.table), dangling.rowid) {
        let sql = format!("SELECT {} FROM {} WHERE rowid = {rowid}", table.column_list(), quoted(&table.name));
        let row: Row = match to {
            Conn::Sqlite(to) => diesel::sql_query(sql).get_result(to)?,
            Conn::Pg(to) => diesel::sql_query(sql).get_result(to)?,
        };
        key = row.key(table);
    }
    let reason = format!("it refers to a row of {} that is not there", dangling.parent);
    Err(CopyError::Refused { table: dangling.table, key, reason })
}

/// Lets PostgreSQL know what it holds now: it would plan for empty tables.
fn analyze(to: &mut Conn, tables: &[Table]) -> Result<(), CopyError> {
    if let Conn::Pg(to) = to {
        to.batch_execute(&format!("ANALYZE {}", names(tables)))?;
    }
    Ok(())
}
