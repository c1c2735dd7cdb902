//! How long SQLite alone takes to insert the rows of a user: the yardstick of `cargo xtask bench`.
//!
//! `bare_insertion FILE USER RUNS` takes the user's rows out of a copy of the database, puts them back from the
//! original in one transaction, and prints the seconds of that, a line for each run. Nothing is bound, converted or
//! looked up, so the time is a lower bound of what any program can reach.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

/// The tables that an import writes, those that others refer to first, and how to tell a user's rows.
const TABLES: [(&str, &str); 6] = [
    ("imports", USER),
    ("sessions", USER),
    ("scores", USER),
    ("import_rows", IMPORT),
    ("pbs", USER),
    ("profiles", USER),
];
const USER: &str = "user_id = $user";
const IMPORT: &str = "import_id IN (SELECT id FROM original.imports WHERE user_id = $user)";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, user, runs] = &*args else { return Err("usage: bare_insertion FILE USER RUNS".into()) };
    let user: i32 = user.parse()?;
    // A server that was killed leaves commits in the file beside it, which a copy would miss.
    SqliteConnection::establish(file)?.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    for _ in 0..runs.parse()? {
        println!("{}", insert(Path::new(file), user)?);
    }
    Ok(())
}

/// The seconds of one insertion.
fn insert(file: &Path, user: i32) -> Result<f64, Box<dyn Error>> {
    let copy = file.with_extension("copy");
    std::fs::copy(file, &copy)?;
    let mut conn = SqliteConnection::establish(copy.to_str().ok_or("the file's name is no text")?)?;
    let original = file.to_str().ok_or("the file's name is no text")?;
    conn.batch_execute(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; \
         PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY; ATTACH DATABASE '{original}' AS original; PRAGMA foreign_keys = OFF"
    ))?;
    let statements = |verb: &str| -> String {
        let statement = |(table, rows): &(&str, &str)| {
            let rows = rows.replace("$user", &user.to_string());
            match verb {
                "DELETE" => format!("DELETE FROM main.{table} WHERE {rows};"),
                _ => format!("INSERT INTO main.{table} SELECT * FROM original.{table} WHERE {rows};"),
            }
        };
        TABLES.iter().map(statement).collect()
    };
    conn.batch_execute(&format!("BEGIN; {} COMMIT", statements("DELETE")))?;
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA foreign_keys = ON")?;
    let begun = Instant::now();
    conn.batch_execute(&format!("BEGIN IMMEDIATE; {} COMMIT", statements("INSERT")))?;
    let time = begun.elapsed().as_secs_f64();
    drop(conn);
    std::fs::remove_file(&copy)?;
    Ok(time)
}
