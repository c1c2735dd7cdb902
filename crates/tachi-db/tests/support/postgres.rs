//! A PostgreSQL of its own for the tests of one binary; any crate's tests may include this file by `#[path]`. They
//! need `tachi-db` and `diesel` among their dependencies.
//!
//! The server is made by the machine's own `initdb` and `postgres`, in a temporary folder, and listens on a socket in
//! it. It goes with the test process, however that ends. `TACHI_TEST_POSTGRES_URL` names another server to use, with
//! a user who may make databases. Without either the tests say so and run on SQLite only, unless `CI` is set: then
//! they fail.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use tachi_db::{Database, Options};

/// A database with the current schema and nothing else in it.
pub struct PostgresDatabase {
    /// Its URL.
    pub url: String,
    name: String,
}

/// A new database, or `None` when there is no PostgreSQL.
pub fn postgres_database() -> Option<PostgresDatabase> {
    let server = server()?;
    let template = server.template();
    let name = server.new_name();
    server.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
    Some(PostgresDatabase { url: server.url(&name), name })
}

/// A new database without any schema, or `None` when there is no PostgreSQL.
pub fn empty_postgres_database() -> Option<PostgresDatabase> {
    let server = server()?;
    let name = server.new_name();
    server.execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
    Some(PostgresDatabase { url: server.url(&name), name })
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        // A server of our own goes as a whole.
        if let Some(server) = server().filter(|server| server.private.is_none()) {
            server.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

struct Server {
    /// The URL of a database that always exists.
    admin: String,
    template: OnceLock<String>,
    making: Mutex<()>,
    names: AtomicU32,
    /// The process that ends and removes the server when its standard input, which we hold, is closed.
    private: Option<Child>,
}

/// How a server ends before it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Everybody is told, what was not committed is rolled back.
    Fast,
    /// As if it had crashed.
    Immediate,
}

/// A database on a server of its own, which may be started again without disturbing other tests.
pub struct RestartablePostgres {
    /// Its URL.
    pub url: String,
    server: Server,
}

/// Such a database, or `None` when there are no programs to make it with.
pub fn restartable_postgres() -> Option<RestartablePostgres> {
    let server = Server::private(&programs()?);
    Some(RestartablePostgres { url: server.url(server.template()), server })
}

impl RestartablePostgres {
    /// Ends the server and starts it again; returns when it answers.
    pub fn restart(&mut self, how: Restart) {
        let before = self.started();
        let line: &[u8] = match how {
            Restart::Fast => b"INT\n",
            Restart::Immediate => b"QUIT\n",
        };
        let process = self.server.private.as_mut().unwrap();
        process.stdin.as_mut().unwrap().write_all(line).unwrap();
        let begun = Instant::now();
        while self.started().is_none_or(|started| Some(started) == before) {
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL did not start again");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// When the server started, in its own words; `None` while it does not answer.
    fn started(&self) -> Option<String> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            started: String,
        }
        let Ok(mut conn) = PgConnection::establish(&self.server.admin) else { return None };
        let query = diesel::sql_query("SELECT pg_postmaster_start_time()::text AS started");
        let Ok(Row { started }) = query.get_result(&mut conn) else { return None };
        Some(started)
    }
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(Server::start).as_ref()
}

impl Server {
    fn start() -> Option<Self> {
        if let Ok(url) = std::env::var("TACHI_TEST_POSTGRES_URL") {
            return Some(Self::new(url, None));
        }
        let Some(programs) = programs() else {
            let text = "no PostgreSQL: put initdb and postgres into PATH or set TACHI_TEST_POSTGRES_URL";
            assert!(std::env::var_os("CI").is_none(), "{text}");
            eprintln!("{text}; these tests run on SQLite only");
            return None;
        };
        Some(Self::private(&programs))
    }

    fn new(admin: String, private: Option<Child>) -> Self {
        Self { admin, template: OnceLock::new(), making: Mutex::new(()), names: AtomicU32::new(0), private }
    }

    /// A server of our own.
    fn private(programs: &Path) -> Self {
        let folder = private_folder();
        let process = spawn(programs, &folder);
        let admin = format!("postgres:///postgres?host={}&user=tachi", folder.display());
        Self::new(admin, Some(wait_for(&folder, process)))
    }

    fn url(&self, name: &str) -> String {
        let (before, query) = self.admin.split_once('?').unwrap_or((&self.admin, ""));
        let (host, _) = before.rsplit_once('/').unwrap();
        format!("{host}/{name}?{query}")
    }

    fn new_name(&self) -> String {
        format!("tachi_test_{}_{}", std::process::id(), self.names.fetch_add(1, Ordering::Relaxed))
    }

    fn template(&self) -> &str {
        self.template.get_or_init(|| {
            let name = self.new_name();
            self.execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
            // The database is closed again at once: one in use cannot be copied.
            Database::open(&self.url(&name), &Options::default()).unwrap();
            name
        })
    }

    /// Runs a statement, one at a time: two copies of one database would be in each other's way.
    fn execute(&self, sql: &str) {
        let _turn = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        PgConnection::establish(&self.admin).unwrap().batch_execute(sql).unwrap();
    }
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(installed.map(|version| version.path().join("bin")));
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// A new folder; its path is short enough for a socket in it.
fn private_folder() -> PathBuf {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("tachi-pg-{}-{count}-{}", std::process::id(), since.subsec_nanos());
    let folder = Path::new("/tmp").join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// Makes a cluster, serves it until standard input ends, then removes everything. A line of standard input is the
/// signal that ends it before it is started again. The texts sort as in a dictionary,
/// so that a query notices when it relies on bytes.
const SCRIPT: &str = r#"
programs=$1; folder=$2; data=$folder/data
cd "$folder"
init() { "$programs/initdb" -D "$data" -U tachi -A trust -E UTF8 --no-sync "$@" >>"$folder/log" 2>&1; }
init --locale=C --locale-provider=icu --icu-locale=en || { rm -rf "$data"; init --locale=C; } || exit 1
start() {
    "$programs/postgres" -D "$data" -k "$folder" -c listen_addresses= -c max_connections=200 \
        -c fsync=off -c full_page_writes=off -c deadlock_timeout=100ms >>"$folder/log" 2>&1 &
    server=$!
}
start
while read -r signal; do kill -"$signal" "$server"; wait "$server"; start; done
kill -INT "$server"
wait "$server"
rm -rf "$folder"
"#;

fn spawn(programs: &Path, folder: &Path) -> Child {
    let mut command = Command::new("sh");
    command.arg("-c").arg(SCRIPT).arg("sh").arg(programs).arg(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // PostgreSQL refuses to run as root.
    if let Some((user, group)) = unprivileged_user() {
        use std::os::unix::process::CommandExt;
        std::os::unix::fs::chown(folder, Some(user), Some(group)).unwrap();
        command.uid(user).gid(group);
    }
    command.spawn().unwrap()
}

/// Whom the server runs as when we are root.
fn unprivileged_user() -> Option<(u32, u32)> {
    let id = Command::new("id").arg("-u").output().unwrap();
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let mut fields = fields.filter(|fields| fields.len() > 3 && fields[0] == name);
        fields.next().map(|fields| (fields[2].parse().unwrap(), fields[3].parse().unwrap()))
    };
    Some(find("postgres").or_else(|| find("nobody")).unwrap())
}

/// Waits until the server answers.
fn wait_for(folder: &Path, mut process: Child) -> Child {
    let url = format!("postgres:///postgres?host={}&user=tachi", folder.display());
    let begun = Instant::now();
    while PgConnection::establish(&url).is_err() {
        let ended = process.try_wait().unwrap();
        if ended.is_some() || begun.elapsed() > Duration::from_secs(60) {
            let log = std::fs::read_to_string(folder.join("log"));
            panic!("PostgreSQL did not start ({ended:?}): {log:#?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    process
}
