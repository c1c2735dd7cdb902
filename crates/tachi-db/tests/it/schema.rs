//! The two schemas are one.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use tachi_db::Conn;

use crate::support::on_both;

fn folders(backend: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_folders_list_the_same_migrations() {
    assert_eq!(folders("sqlite"), folders("postgres"));
    for name in folders("sqlite") {
        for backend in ["sqlite", "postgres"] {
            let file = format!("migrations/{backend}/{name}/up.sql");
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).is_file(), "{file}");
        }
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    required: bool,
}

const SQLITE_COLUMNS: &str = "
    SELECT t.name || '.' || c.name AS place, c.type AS kind, c.\"notnull\" AS required
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name || '.' || column_name AS place, data_type::text AS kind, is_nullable = 'NO' AS required
    FROM information_schema.columns WHERE table_schema = 'public' AND left(table_name, 2) <> '__'";

/// Primary keys, unique keys and other indexes, with the columns in order.
const SQLITE_INDEXES: &str = "
    SELECT t.name || (CASE WHEN i.\"unique\" THEN ' unique ' ELSE ' index ' END)
        || (SELECT group_concat(x.name, ',') FROM pragma_index_info(i.name) x)
        || (CASE WHEN i.partial THEN ' partial' ELSE '' END) AS line
    FROM sqlite_schema t JOIN pragma_index_list(t.name) i
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
    UNION
    SELECT t.name || ' unique ' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND c.pk = 1
        AND (SELECT count(*) FROM pragma_table_info(t.name) p WHERE p.pk > 0) = 1";

const POSTGRES_INDEXES: &str = "
    SELECT t.relname || (CASE WHEN i.indisunique THEN ' unique ' ELSE ' index ' END)
        || (SELECT string_agg(a.attname, ',' ORDER BY k.position)
            FROM unnest(i.indkey) WITH ORDINALITY k(number, position)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)
        || (CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END) AS line
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE n.nspname = 'public' AND left(t.relname, 2) <> '__'";

const SQLITE_FOREIGN_KEYS: &str = "
    SELECT t.name || ' ' || group_concat(f.\"from\", ',') || ' -> ' || f.\"table\" || ' '
        || group_concat(f.\"to\", ',') || ' ' || f.on_delete AS line
    FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
    GROUP BY t.name, f.id";

const POSTGRES_FOREIGN_KEYS: &str = "
    SELECT t.relname || ' '
        || (SELECT string_agg(a.attname, ',' ORDER BY k.position)
            FROM unnest(c.conkey) WITH ORDINALITY k(number, position)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number)
        || ' -> ' || f.relname || ' '
        || (SELECT string_agg(a.attname, ',' ORDER BY k.position)
            FROM unnest(c.confkey) WITH ORDINALITY k(number, position)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number)
        || ' ' || (CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END) AS line
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
    WHERE c.contype = 'f'";

fn lines(conn: &mut Conn, sqlite: &str, postgres: &str) -> BTreeSet<String> {
    let sql = if matches!(conn, Conn::Pg(_)) { postgres } else { sqlite };
    diesel::sql_query(sql).load::<Line>(conn).unwrap().into_iter().map(|line| line.line).collect()
}

/// What the two kinds of types have in common.
fn storage(kind: &str) -> &'static str {
    match kind {
        "INTEGER" | "smallint" | "integer" | "bigint" | "boolean" => "integer",
        "REAL" | "double precision" => "real",
        "TEXT" | "text" => "text",
        "BLOB" | "bytea" => "bytes",
        _ => panic!("no column should be {kind}"),
    }
}

/// The tables whose users PostgreSQL looks at once for an import, and not once for each row.
const WITHOUT_USERS: [&str; 5] = ["imports", "pbs", "profiles", "scores", "sessions"];

#[test]
fn both_schemas_have_the_same_tables_columns_keys_and_indexes() {
    let seen = std::cell::RefCell::new(Vec::new());
    on_both(|db| {
        let schema = db.read(|conn| {
            let sql = if db.is_postgres { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
            let columns: BTreeSet<String> = diesel::sql_query(sql)
                .load::<Column>(conn)?
                .into_iter()
                .map(|column| {
                    format!("{} {}{}", column.place, storage(&column.kind), if column.required { "" } else { "?" })
                })
                .collect();
            let indexes = lines(conn, SQLITE_INDEXES, POSTGRES_INDEXES);
            Ok([columns, indexes, lines(conn, SQLITE_FOREIGN_KEYS, POSTGRES_FOREIGN_KEYS)])
        });
        assert!(schema[0].contains("scores.session_pos integer?"), "{:?}", schema[0]);
        assert!(schema[1].contains("scores unique user_id,chart_key,dedup_key"), "{:?}", schema[1]);
        assert!(schema[1].contains("scores index import_id partial"), "{:?}", schema[1]);
        assert!(schema[2].contains("charts game,song_id -> songs game,id NO ACTION"), "{:?}", schema[2]);
        seen.borrow_mut().push(schema);
    });
    let mut seen = seen.into_inner();
    if let [sqlite, postgres] = seen.as_mut_slice() {
        for table in WITHOUT_USERS {
            assert!(sqlite[2].remove(&format!("{table} user_id -> users id CASCADE")), "{table}");
        }
        for (sqlite, postgres) in sqlite.iter().zip(postgres) {
            let different: Vec<_> = sqlite.symmetric_difference(postgres).collect();
            assert!(different.is_empty(), "{different:#?}");
        }
    }
}

#[test]
fn every_foreign_key_has_an_index_that_leads_with_it() {
    on_both(|db| {
        db.read(|conn| {
            let indexes = lines(conn, SQLITE_INDEXES, POSTGRES_INDEXES);
            for key in lines(conn, SQLITE_FOREIGN_KEYS, POSTGRES_FOREIGN_KEYS) {
                let mut words = key.split(' ');
                let (table, columns) = (words.next().unwrap(), words.next().unwrap());
                let leads = |index: &String| {
                    let mut words = index.split(' ');
                    let (on, _, of) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
                    on == table && (of == columns || of.starts_with(&format!("{columns},")))
                };
                assert!(indexes.iter().any(leads), "{key}");
            }
            Ok(())
        });
    });
}
