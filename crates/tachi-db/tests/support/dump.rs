//! Everything that a database holds, as text: what must be the same before and after can be compared. Any crate's
//! tests may include this file by `#[path]`.

use diesel::prelude::*;
use diesel::sql_types::Text;
use tachi_db::{Conn, DbError};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const SQLITE_TABLES: &str = "\
    SELECT 'SELECT ''' || t.name || ': '' || ' || group_concat('quote(\"' || c.name || '\")', ' || '','' || ') \
        || ' AS line FROM \"' || t.name || '\" ORDER BY 1' AS line, t.name AS name \
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
    GROUP BY t.name ORDER BY t.name";

const POSTGRES_TABLES: &str = "\
    SELECT 'SELECT ''' || table_name || ': '' || t::text AS line FROM \"' || table_name || '\" t ORDER BY 1' AS line, \
        table_name::text AS name \
    FROM information_schema.tables WHERE table_schema = 'public' AND left(table_name, 2) <> '__' ORDER BY table_name";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    line: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every row of every table, in a fixed order, those of some tables aside.
pub fn dump(conn: &mut Conn, without: &[&str]) -> Result<Vec<String>, DbError> {
    let tables = if matches!(conn, Conn::Pg(_)) { POSTGRES_TABLES } else { SQLITE_TABLES };
    let tables: Vec<Table> = diesel::sql_query(tables).load(conn)?;
    assert!(without.iter().all(|name| tables.iter().any(|table| table.name == *name)), "{without:?}");
    let mut lines = Vec::new();
    for table in tables.iter().filter(|table| !without.contains(&table.name.as_str())) {
        lines.extend(diesel::sql_query(&table.line).load::<Line>(conn)?.into_iter().map(|row| row.line));
    }
    Ok(lines)
}
