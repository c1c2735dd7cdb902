//! Rows as values that do not depend on a database, and checksums over them.

use std::num::Wrapping;

use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::pg::{Pg, PgValue};
use diesel::row::{Field, NamedRow, Row as Fields};
use diesel::sql_types::{BigInt, Binary, Bool, Double, Integer, SmallInt, Text};
use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};
use sha2::{Digest, Sha256};

use super::CopyError;
use super::layout::{Table, quoted};
use crate::error::DbError;
use crate::pool::Conn;

/// A stored value. Booleans are integers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Integer(value) => value.fmt(f),
            Self::Real(value) => value.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => f.write_str(&const_hex::encode(bytes)),
        }
    }
}

impl Value {
    /// Roughly how much memory it takes, in bytes.
    const fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 24,
            Self::Bytes(bytes) => bytes.len() + 24,
            _ => 24,
        }
    }

    /// Feeds a hash so that no two rows of different values feed it the same.
    fn hash(&self, hash: &mut Sha256) {
        let mut sized = |tag: u8, bytes: &[u8]| {
            hash.update([tag]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        match self {
            Self::Null => sized(0, &[]),
            Self::Integer(value) => sized(1, &value.to_le_bytes()),
            // SQLite does not store the sign of zero.
            Self::Real(value) => sized(2, &(if *value == 0.0 { 0.0 } else { *value }).to_bits().to_le_bytes()),
            Self::Text(text) => sized(3, text.as_bytes()),
            Self::Bytes(bytes) => sized(4, bytes),
        }
    }
}

/// A row, in the order of the columns that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row(pub(super) Vec<Value>);

impl Row {
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(Value::size).sum()
    }

    /// The primary key, for people.
    pub(super) fn key(&self, table: &Table) -> String {
        let columns = table.columns.iter().zip(&self.0).filter(|(column, _)| column.is_key);
        columns.map(|(column, value)| format!("{} {value}", column.name)).collect::<Vec<_>>().join(", ")
    }
}

impl QueryableByName<Sqlite> for Row {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let value = |index: usize| {
            let field = Fields::get(row, index).ok_or("a column is missing")?;
            field.value().map_or(Ok(Value::Null), from_sqlite)
        };
        (0..row.field_count()).map(value).collect::<deserialize::Result<_>>().map(Self)
    }
}

fn from_sqlite(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Value> {
    Ok(match value.value_type() {
        None => Value::Null,
        Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
            Value::Integer(FromSql::<BigInt, Sqlite>::from_sql(value)?)
        }
        Some(SqliteType::Float | SqliteType::Double) => Value::Real(FromSql::<Double, Sqlite>::from_sql(value)?),
        Some(SqliteType::Text) => Value::Text(FromSql::<Text, Sqlite>::from_sql(value)?),
        Some(SqliteType::Binary) => Value::Bytes(FromSql::<Binary, Sqlite>::from_sql(value)?),
    })
}

impl QueryableByName<Pg> for Row {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let value = |index: usize| {
            let field = Fields::get(row, index).ok_or("a column is missing")?;
            field.value().map_or(Ok(Value::Null), from_postgres)
        };
        (0..row.field_count()).map(value).collect::<deserialize::Result<_>>().map(Self)
    }
}

/// The numbers are those of PostgreSQL's `pg_type`; they never change.
fn from_postgres(value: PgValue<'_>) -> deserialize::Result<Value> {
    Ok(match value.get_oid().get() {
        16 => Value::Integer(<bool as FromSql<Bool, Pg>>::from_sql(value)?.into()),
        17 => Value::Bytes(FromSql::<Binary, Pg>::from_sql(value)?),
        20 => Value::Integer(FromSql::<BigInt, Pg>::from_sql(value)?),
        21 => Value::Integer(<i16 as FromSql<SmallInt, Pg>>::from_sql(value)?.into()),
        23 => Value::Integer(<i32 as FromSql<Integer, Pg>>::from_sql(value)?.into()),
        25 => Value::Text(FromSql::<Text, Pg>::from_sql(value)?),
        701 => Value::Real(FromSql::<Double, Pg>::from_sql(value)?),
        oid => return Err(format!("values of the type {oid} are not copied yet").into()),
    })
}

/// How many rows there are and what they hold, whatever their order: the sum of their hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) rows: u64,
    sum: Wrapping<u128>,
}

impl Checksum {
    pub(super) fn add(&mut self, row: &Row) {
        let mut hash = Sha256::new();
        row.0.iter().for_each(|value| value.hash(&mut hash));
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        self.rows += 1;
        self.sum += u128::from_le_bytes(half);
    }
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.sum)
    }
}

/// Calls a function with each row of a table as it arrives, or with the first `limit`.
pub(super) fn for_each(
    conn: &mut Conn,
    table: &Table,
    limit: Option<u64>,
    mut each: impl FnMut(Row) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let limit = limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"));
    let sql = format!("SELECT {} FROM {}{limit}", table.column_list(), quoted(&table.name));
    let unreadable = |error| CopyError::Unreadable { table: table.name.clone(), error: DbError::from(error) };
    let mut read = || -> Result<(), Failed> {
        for_each_row!(conn, diesel::sql_query(sql.as_str()), Row, |row: Row| each(row).map_err(Failed::Each));
        Ok(())
    };
    read().map_err(|failed| match failed {
        Failed::Read(error) => unreadable(error),
        Failed::Each(error) => error,
    })
}

enum Failed {
    Read(diesel::result::Error),
    Each(CopyError),
}

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self::Read(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[Value]]) -> Checksum {
        let mut sum = Checksum::default();
        rows.iter().for_each(|row| sum.add(&Row(row.to_vec())));
        sum
    }

    #[test]
    fn checksums_tell_values_apart_and_not_orders() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(sum(&[&[Value::Integer(1)], &[Value::Null]]), sum(&[&[Value::Null], &[Value::Integer(1)]]));
        assert_eq!(sum(&[&[Value::Real(-0.0)]]), sum(&[&[Value::Real(0.0)]]));
        let different = [
            sum(&[]),
            sum(&[&[Value::Null]]),
            sum(&[&[Value::Integer(0)]]),
            sum(&[&[Value::Real(0.0)]]),
            sum(&[&[text("")]]),
            sum(&[&[Value::Bytes(Vec::new())]]),
            sum(&[&[text("ab"), text("c")]]),
            sum(&[&[text("a"), text("bc")]]),
            sum(&[&[text("c"), text("ab")]]),
            sum(&[&[Value::Null], &[Value::Null]]),
        ];
        for (at, one) in different.iter().enumerate() {
            assert!(different[at + 1..].iter().all(|other| other != one), "{at}");
        }
    }
}
