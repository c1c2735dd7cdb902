//! Which tables and columns a database has, as it says itself: a new table is never forgotten.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::CopyError;
use crate::error::DbError;
use crate::pool::Conn;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Small,
    Integer,
    Big,
    Double,
    Text,
    Bytes,
}

impl Kind {
    /// SQLite has one kind of integer, and no booleans.
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "smallint" => Self::Small,
            "integer" => Self::Integer,
            "bigint" | "INTEGER" => Self::Big,
            "double precision" | "REAL" => Self::Double,
            "text" | "TEXT" => Self::Text,
            "bytea" | "BLOB" => Self::Bytes,
            _ => return None,
        })
    }

    /// What both databases call the same.
    const fn storage(self) -> &'static str {
        match self {
            Self::Boolean | Self::Small | Self::Integer | Self::Big => "integer",
            Self::Double => "real",
            Self::Text => "text",
            Self::Bytes => "bytes",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether it belongs to the primary key.
    pub(super) is_key: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The column that a counter of its own numbers: AUTOINCREMENT, or an identity.
    pub(super) counted: Option<String>,
    parents: BTreeSet<String>,
}

impl Table {
    /// The names of the columns, quoted and separated by commas.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// The names, and what is stored in them.
    fn describe(&self) -> BTreeMap<&str, &'static str> {
        self.columns.iter().map(|column| (column.name.as_str(), column.kind.storage())).collect()
    }
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    is_key: bool,
    #[diesel(sql_type = Bool)]
    counted: bool,
}

#[derive(QueryableByName)]
struct ReferenceRow {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

const SQLITE_COLUMNS: &str = "\
    SELECT t.name AS place, c.name AS name, c.type AS kind, c.pk > 0 AS is_key, \
        c.pk = 1 AND t.sql LIKE '%AUTOINCREMENT%' AS counted \
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
    ORDER BY t.name, c.cid";

const POSTGRES_COLUMNS: &str = "\
    SELECT t.relname::text AS place, a.attname::text AS name, format_type(a.atttypid, NULL) AS kind, \
        COALESCE(a.attnum = ANY(i.indkey), FALSE) AS is_key, a.attidentity <> '' AS counted \
    FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace \
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary \
    WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition \
        AND left(t.relname, 2) <> '__' \
    ORDER BY t.relname, a.attnum";

const SQLITE_REFERENCES: &str = "\
    SELECT t.name AS child, f.\"table\" AS parent FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f \
    WHERE t.type = 'table'";

const POSTGRES_REFERENCES: &str = "\
    SELECT t.relname::text AS child, p.relname::text AS parent FROM pg_constraint c \
    JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
    JOIN pg_class p ON p.oid = c.confrelid WHERE c.contype = 'f' AND n.nspname = current_schema()";

/// The tables of the program, each after those that it refers to. diesel's own, of the migrations, is left out.
pub(super) fn tables(conn: &mut Conn) -> Result<Vec<Table>, CopyError> {
    let (columns, references) = match conn {
        Conn::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        Conn::Pg(_) => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for row in diesel::sql_query(columns).load::<ColumnRow>(conn).map_err(DbError::from)? {
        let kind = Kind::parse(&row.kind).ok_or_else(|| CopyError::Schemas {
            reason: format!("{}.{} is {}, which is not copied yet", row.place, row.name, row.kind),
        })?;
        let name = row.place.clone();
        let table = tables.entry(row.place).or_insert_with(|| Table {
            name,
            columns: Vec::new(),
            counted: None,
            parents: BTreeSet::new(),
        });
        if row.counted {
            table.counted = Some(row.name.clone());
        }
        table.columns.push(Column { name: row.name, kind, is_key: row.is_key });
    }
    for ReferenceRow { child, parent } in diesel::sql_query(references).load(conn).map_err(DbError::from)? {
        if let Some(table) = tables.get_mut(&child).filter(|_| child != parent) {
            table.parents.insert(parent);
        }
    }
    parents_first(tables.into_values().collect())
}

/// Puts each table after those that it refers to.
fn parents_first(mut tables: Vec<Table>) -> Result<Vec<Table>, CopyError> {
    let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let placed: BTreeSet<&str> = ordered.iter().map(|table| table.name.as_str()).collect();
        let (next, later): (Vec<Table>, Vec<Table>) =
            tables.into_iter().partition(|table| table.parents.iter().all(|parent| placed.contains(parent.as_str())));
        if next.is_empty() {
            let names: Vec<&str> = later.iter().map(|table| table.name.as_str()).collect();
            return Err(CopyError::Schemas { reason: format!("{} refer to one another", names.join(", ")) });
        }
        ordered.extend(next);
        tables = later;
    }
    Ok(ordered)
}

/// Says what two databases do not have in common. Both are up to date, so that this is something made by hand.
pub(super) fn compare(from: &[Table], to: &[Table]) -> Result<(), CopyError> {
    let by_name = |tables: &[Table]| -> BTreeMap<String, Table> {
        tables.iter().map(|table| (table.name.clone(), table.clone())).collect()
    };
    let (from, to) = (by_name(from), by_name(to));
    for name in from.keys().chain(to.keys()) {
        let reason = match (from.get(name), to.get(name)) {
            (Some(from), Some(to)) if from.describe() == to.describe() => continue,
            (Some(from), Some(to)) => {
                let (from, to) = (from.describe(), to.describe());
                let column = from
                    .iter()
                    .chain(&to)
                    .find(|(column, kind)| from.get(*column) != Some(*kind) || to.get(*column) != Some(*kind));
                format!("they differ in {name}.{}", column.map_or("", |(column, _)| column))
            }
            (Some(_), None) => format!("only the source has a table {name}"),
            _ => format!("only the target has a table {name}"),
        };
        return Err(CopyError::Schemas { reason });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, parents: &[&str]) -> Table {
        Table {
            name: name.to_owned(),
            columns: Vec::new(),
            counted: None,
            parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
        }
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let tables = vec![table("a", &["b", "c"]), table("b", &["c"]), table("c", &[]), table("d", &["a"])];
        let ordered = parents_first(tables).unwrap();
        assert_eq!(ordered.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a", "d"]);
    }

    #[test]
    fn tables_in_a_circle_are_named() {
        let tables = vec![table("a", &["b"]), table("b", &["a"]), table("c", &[])];
        assert!(parents_first(tables).unwrap_err().to_string().contains("a, b refer to one another"));
    }
}
