//! Inserts rows of any table, many per statement, and names the one that is refused.

use diesel::connection::Connection;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::BoxedSqlQuery;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Double, Integer, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;

use super::CopyError;
use super::layout::{Column, Kind, Table, quoted};
use super::values::{Row, Value};
use crate::bulk::ROWS;
use crate::error::DbError;
use crate::pool::Conn;

/// How many bytes one statement takes, roughly.
const BYTES: usize = 4 * 1024 * 1024;
/// How many values SQLite binds in one statement, with room to spare.
const BINDS: usize = 32_000;

/// Rows that wait to be inserted together.
pub(super) struct Batch<'a> {
    table: &'a Table,
    rows: Vec<Row>,
    size: usize,
}

impl<'a> Batch<'a> {
    pub(super) const fn new(table: &'a Table) -> Self {
        Self { table, rows: Vec::new(), size: 0 }
    }

    /// Adds a row; returns whether the batch is to be inserted.
    pub(super) fn push(&mut self, row: Row) -> bool {
        self.size += row.size();
        self.rows.push(row);
        self.size >= BYTES || self.rows.len() >= ROWS.min(BINDS / self.table.columns.len().max(1))
    }

    /// Inserts what waits, and returns how many rows that are.
    pub(super) fn insert(&mut self, conn: &mut Conn) -> Result<u64, CopyError> {
        insert(conn, self.table, &self.rows)?;
        let count = self.rows.len() as u64;
        self.rows.clear();
        self.size = 0;
        Ok(count)
    }
}

/// Inserts rows; when they are refused, halves of them, until the row is found.
fn insert(conn: &mut Conn, table: &Table, rows: &[Row]) -> Result<(), CopyError> {
    if rows.is_empty() {
        return Ok(());
    }
    let result = match conn {
        Conn::Sqlite(conn) => {
            let query = sqlite_insert(table, rows);
            conn.transaction(|conn| query.execute(conn))
        }
        Conn::Pg(conn) => {
            let query = postgres_insert(table, rows)?;
            conn.transaction(|conn| query.execute(conn))
        }
    };
    let Err(error) = result else { return Ok(()) };
    let reason = reason(&error);
    let error = DbError::from(error);
    match rows {
        _ if error.is_busy() => Err(error.into()),
        [row] => Err(refused(table, row, reason)),
        _ => {
            let (first, second) = rows.split_at(rows.len() / 2);
            insert(conn, table, first)?;
            insert(conn, table, second)
        }
    }
}

fn refused(table: &Table, row: &Row, reason: String) -> CopyError {
    CopyError::Refused { table: table.name.clone(), key: row.key(table), reason }
}

/// All that the database said.
fn reason(error: &DieselError) -> String {
    match error {
        DieselError::DatabaseError(_, information) => match information.details() {
            Some(details) => format!("{}: {details}", information.message()),
            None => information.message().to_owned(),
        },
        error => error.to_string(),
    }
}

fn sqlite_insert<'a>(table: &Table, rows: &'a [Row]) -> BoxedSqlQuery<'a, Sqlite, diesel::query_builder::SqlQuery> {
    let row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&table.name),
        table.column_list(),
        vec![row.as_str(); rows.len()].join(", ")
    );
    let mut query = diesel::sql_query(sql).into_boxed::<Sqlite>();
    for value in rows.iter().flat_map(|row| &row.0) {
        query = match value {
            Value::Null => query.bind::<Nullable<Integer>, _>(None::<i32>),
            Value::Integer(value) => query.bind::<BigInt, _>(*value),
            Value::Real(value) => query.bind::<Double, _>(*value),
            Value::Text(text) => query.bind::<Text, _>(text.as_str()),
            Value::Bytes(bytes) => query.bind::<Binary, _>(bytes.as_slice()),
        };
    }
    query
}

/// One array for each column.
fn postgres_insert<'a>(
    table: &Table,
    rows: &'a [Row],
) -> Result<BoxedSqlQuery<'a, Pg, diesel::query_builder::SqlQuery>, CopyError> {
    let arrays: Vec<String> = (1..=table.columns.len()).map(|number| format!("${number}")).collect();
    let sql = format!(
        "INSERT INTO {} ({}) SELECT * FROM unnest({})",
        quoted(&table.name),
        table.column_list(),
        arrays.join(", ")
    );
    let mut query = diesel::sql_query(sql).into_boxed::<Pg>();
    for (at, column) in table.columns.iter().enumerate() {
        let values = Values { table, rows, at, column };
        query = match column.kind {
            Kind::Boolean => query.bind::<Array<Nullable<Bool>>, _>(values.convert(|value| match value {
                Value::Integer(0) => Ok(false),
                Value::Integer(1) => Ok(true),
                _ => Err(Unfit),
            })?),
            Kind::Small => query.bind::<Array<Nullable<SmallInt>>, _>(values.convert(integer::<i16>)?),
            Kind::Integer => query.bind::<Array<Nullable<Integer>>, _>(values.convert(integer::<i32>)?),
            Kind::Big => query.bind::<Array<Nullable<BigInt>>, _>(values.convert(integer::<i64>)?),
            Kind::Double => query.bind::<Array<Nullable<Double>>, _>(values.convert(|value| match value {
                Value::Real(value) => Ok(*value),
                _ => Err(Unfit),
            })?),
            Kind::Text => query.bind::<Array<Nullable<Text>>, _>(values.convert(|value| match value {
                Value::Text(text) => Ok(text.as_str()),
                _ => Err(Unfit),
            })?),
            Kind::Bytes => query.bind::<Array<Nullable<Binary>>, _>(values.convert(|value| match value {
                Value::Bytes(bytes) => Ok(bytes.as_slice()),
                _ => Err(Unfit),
            })?),
        };
    }
    Ok(query)
}

/// A value is not one of the column's kind.
struct Unfit;

fn integer<T: TryFrom<i64>>(value: &Value) -> Result<T, Unfit> {
    match value {
        Value::Integer(value) => T::try_from(*value).map_err(|_| Unfit),
        _ => Err(Unfit),
    }
}

/// The values of one column.
struct Values<'t, 'a> {
    table: &'t Table,
    rows: &'a [Row],
    at: usize,
    column: &'t Column,
}

impl<'a> Values<'_, 'a> {
    fn convert<T>(&self, convert: impl Fn(&'a Value) -> Result<T, Unfit>) -> Result<Vec<Option<T>>, CopyError> {
        let convert = |row: &'a Row| match &row.0[self.at] {
            Value::Null => Ok(None),
            value => convert(value).map(Some).map_err(|Unfit| {
                let reason =
                    format!("{} cannot be {value}, it is of the kind {:?}", self.column.name, self.column.kind);
                refused(self.table, row, reason)
            }),
        };
        self.rows.iter().map(convert).collect()
    }
}
