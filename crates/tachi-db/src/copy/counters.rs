//! The counters that number new rows: AUTOINCREMENT on SQLite, sequences of identities on PostgreSQL.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::layout::{Table, quoted};
use crate::error::DbError;
use crate::pool::Conn;

/// The last number given in each table that has a counter.
pub(super) type Counters = BTreeMap<String, i64>;

#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    last: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    last: i64,
}

/// Reads the counters. A number that was given and is not in use any more counts.
pub(super) fn read(conn: &mut Conn, tables: &[Table]) -> Result<Counters, DbError> {
    if matches!(conn, Conn::Sqlite(_)) {
        let rows: Vec<Sequence> = diesel::sql_query("SELECT name, seq AS last FROM sqlite_sequence").load(conn)?;
        return Ok(rows.into_iter().map(|row| (row.name, row.last)).collect());
    }
    let mut counters = Counters::new();
    for table in tables {
        let Some(column) = &table.counted else { continue };
        let Name { name } = diesel::sql_query("SELECT pg_get_serial_sequence($1, $2) AS name")
            .bind::<Text, _>(quoted(&table.name))
            .bind::<Text, _>(column)
            .get_result(conn)?;
        let sql = format!("SELECT last_value - (CASE WHEN is_called THEN 0 ELSE 1 END) AS last FROM {name}");
        let Last { last } = diesel::sql_query(sql).get_result(conn)?;
        counters.insert(table.name.clone(), last);
    }
    Ok(counters)
}

/// Lets the counters go on after the source's, and after every number in use.
pub(super) fn write(conn: &mut Conn, tables: &[Table], source: &Counters) -> Result<(), DbError> {
    for table in tables {
        let Some(column) = &table.counted else { continue };
        let (name, column) = (quoted(&table.name), quoted(column));
        let sql = format!("SELECT CAST(COALESCE(MAX({column}), 0) AS BIGINT) AS last FROM {name}");
        let Last { last } = diesel::sql_query(sql).get_result(conn)?;
        let last = last.max(source.get(&table.name).copied().unwrap_or_default());
        match conn {
            // Other than setval(), this is undone by a rollback.
            Conn::Pg(conn) => {
                let next = last.saturating_add(1);
                conn.batch_execute(&format!("ALTER TABLE {name} ALTER COLUMN {column} RESTART WITH {next}"))?;
            }
            Conn::Sqlite(conn) => {
                // A table without a number given has no row there.
                diesel::sql_query("DELETE FROM sqlite_sequence WHERE name = $1")
                    .bind::<Text, _>(&table.name)
                    .execute(conn)?;
                if last > 0 {
                    diesel::sql_query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)")
                        .bind::<Text, _>(&table.name)
                        .bind::<BigInt, _>(last)
                        .execute(conn)?;
                }
            }
        }
    }
    Ok(())
}
