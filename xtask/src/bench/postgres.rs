//! PostgreSQL with its durable defaults: a server of our own from the machine's programs, or one that is named.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Names a server to use, with a user who may make databases.
const VARIABLE: &str = "TACHI_TEST_POSTGRES_URL";
/// How long a server of our own may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes a cluster, serves it until standard input ends, then removes everything.
const SCRIPT: &str = r#"
programs=$1; folder=$2; data=$folder/data
cd "$folder"
"$programs/initdb" -D "$data" -U tachi -A trust -E UTF8 --locale=C >>"$folder/log" 2>&1 || { rm -rf "$data"; exit 1; }
"$programs/postgres" -D "$data" -k "$folder" -c listen_addresses= >>"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$data" "$folder/log"
"#;

/// A server.
#[derive(Debug)]
pub struct Postgres {
    psql: PathBuf,
    /// The URL of a database that always exists.
    admin: String,
    databases: AtomicU32,
    /// The process that ends the server when its standard input, which we hold, is closed; and its folder.
    private: Option<(Child, PathBuf)>,
}

impl Postgres {
    /// Starts a server, or takes the one that is named.
    ///
    /// # Errors
    /// When there is none.
    pub fn start() -> Result<Self> {
        let databases = AtomicU32::new(0);
        if let Ok(admin) = std::env::var(VARIABLE) {
            return Ok(Self { psql: psql(programs().as_deref()), admin, databases, private: None });
        }
        let programs =
            programs().with_context(|| format!("no PostgreSQL: install it, or name a server by {VARIABLE}"))?;
        let folder = private_folder()?;
        let child = spawn(&programs, &folder)?;
        let admin = format!("postgres:///postgres?host={}&user=tachi", folder.display());
        let mut server = Self { psql: psql(Some(&programs)), admin, databases, private: Some((child, folder)) };
        server.wait()?;
        Ok(server)
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while self.execute("SELECT 1").is_err() {
            let Some((child, folder)) = &mut self.private else { bail!("the server does not answer") };
            if child.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start: {log}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// A new database.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn database(&self) -> Result<PostgresDatabase> {
        let name = format!("tachi_bench_{}_{}", std::process::id(), self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))?;
        let (before, query) = self.admin.split_once('?').unwrap_or((&self.admin, ""));
        let (host, _) = before.rsplit_once('/').context("the server's URL names no database")?;
        let drop = self.private.is_none().then(|| self.command(&format!("DROP DATABASE {name} WITH (FORCE)")));
        Ok(PostgresDatabase { url: format!("{host}/{name}?{query}"), drop })
    }

    fn execute(&self, sql: &str) -> Result<()> {
        let output = self.command(sql).output().context("cannot run psql")?;
        ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    fn command(&self, sql: &str) -> Command {
        let mut command = Command::new(&self.psql);
        command.args(["--no-psqlrc", "--quiet", "--command", sql, &self.admin]);
        command.stdout(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some((child, folder)) = &mut self.private {
            drop(child.stdin.take());
            // Nothing more can be done about what is left of it.
            let _ended = child.wait();
            let _removed = std::fs::remove_dir_all(folder);
        }
    }
}

/// A database of a server.
#[derive(Debug)]
pub struct PostgresDatabase {
    /// Its URL.
    pub url: String,
    /// Removes it; a server of our own goes as a whole.
    drop: Option<Command>,
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        if let Some(drop) = &mut self.drop {
            // What stays is named after us and can be removed by hand.
            let _dropped = drop.status();
        }
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

/// The client, which may have been installed apart from the server.
fn psql(programs: Option<&Path>) -> PathBuf {
    let beside = programs.map(|folder| folder.join("psql")).filter(|program| program.is_file());
    beside.unwrap_or_else(|| PathBuf::from("psql"))
}

/// A new folder; its path is short enough for a socket in it.
fn private_folder() -> Result<PathBuf> {
    let folder = Path::new("/tmp").join(format!("tachi-bench-pg-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

fn spawn(programs: &Path, folder: &Path) -> Result<Child> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(SCRIPT).arg("sh").arg(programs).arg(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // PostgreSQL refuses to run as root.
    #[cfg(unix)]
    if let Some((user, group)) = unprivileged_user()? {
        use std::os::unix::process::CommandExt;
        std::os::unix::fs::chown(folder, Some(user), Some(group))?;
        command.uid(user).gid(group);
    }
    command.spawn().context("cannot start PostgreSQL")
}

/// Whom the server runs as when we are root.
#[cfg(unix)]
fn unprivileged_user() -> Result<Option<(u32, u32)>> {
    let id = Command::new("id").arg("-u").output().context("cannot run id")?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let find = |name: &str| {
        let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let mut fields = fields.filter(|fields| fields.len() > 3 && fields[0] == name);
        fields.find_map(|fields| Some((fields[2].parse().ok()?, fields[3].parse().ok()?)))
    };
    Ok(Some(find("postgres").or_else(|| find("nobody")).context("there is no user postgres or nobody")?))
}
