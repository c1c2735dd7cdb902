//! The one place that tells the databases apart in queries: inserts of many rows, upserts, look-ups by long lists.
//!
//! Everything else is written once, on [`Conn`](crate::Conn).

use diesel::connection::SimpleConnection;

use crate::error::DbError;
use crate::pool::Conn;

/// How many rows one statement inserts. A table has at most 32 columns, and SQLite takes 32,766 bound values in one
/// statement; more rows at a time are not faster.
pub(crate) const ROWS: usize = 1000;

/// How many keys one `IN (...)` holds; SQLite's limit again, with some room for the other values of the statement.
pub(crate) const KEYS: usize = 10_000;

/// Runs the same diesel expression on either connection, for what the common one cannot do.
macro_rules! on_backend {
    ($conn:expr, |$inner:ident| $body:expr) => {
        match $conn {
            $crate::pool::Conn::Pg($inner) => $body,
            $crate::pool::Conn::Sqlite($inner) => $body,
        }
    };
}

/// Inserts a slice of rows, [`ROWS`] per statement, and returns how many were inserted or updated.
///
/// The optional part says what is to be done with conflicts: `|insert| insert.on_conflict_do_nothing()`.
macro_rules! insert_rows {
    ($conn:expr, $table:path, $rows:expr) => {
        insert_rows!($conn, $table, $rows, |insert| insert)
    };
    ($conn:expr, $table:path, $rows:expr, |$insert:ident| $statement:expr) => {{
        let mut count = 0;
        for chunk in $rows.chunks($crate::bulk::ROWS) {
            count += on_backend!($conn, |inner| {
                let $insert = diesel::insert_into($table).values(chunk);
                diesel::RunQueryDsl::execute($statement, inner)
            })?;
        }
        count
    }};
}

/// Inserts a slice of rows, [`ROWS`] per statement, and returns what the statement returns, in no particular order.
macro_rules! insert_rows_returning {
    ($conn:expr, $table:path, $rows:expr, |$insert:ident| $statement:expr) => {{
        let mut returned = Vec::new();
        for chunk in $rows.chunks($crate::bulk::ROWS) {
            returned.extend(on_backend!($conn, |inner| {
                let $insert = diesel::insert_into($table).values(chunk);
                diesel::RunQueryDsl::get_results($statement, inner)
            })?);
        }
        returned
    }};
}

/// Calls a function with each row of a query as it arrives, so that a large table never stands in memory as a whole.
macro_rules! for_each_row {
    ($conn:expr, $query:expr, $row:ty, $each:expr) => {{
        use diesel::RunQueryDsl;
        let mut each = $each;
        match $conn {
            $crate::pool::Conn::Pg(inner) => {
                for row in $query.load_iter::<$row, diesel::pg::PgRowByRowLoadingMode>(inner)? {
                    each(row?)?;
                }
            }
            $crate::pool::Conn::Sqlite(inner) => {
                for row in $query.load_iter::<$row, diesel::connection::DefaultLoadingMode>(inner)? {
                    each(row?)?;
                }
            }
        }
    }};
}

/// Makes loads of catalogue data wait for one another. SQLite has one writer anyway.
pub(crate) fn lock_catalogue(conn: &mut Conn) -> Result<(), DbError> {
    if let Conn::Pg(conn) = conn {
        conn.batch_execute("SELECT 1 FROM meta WHERE key = 'catalogue_version' FOR UPDATE")?;
    }
    Ok(())
}
