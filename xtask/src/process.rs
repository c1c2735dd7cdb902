//! The built server as a process, and plain HTTP to it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::blocking::Client;

/// The workspace's root folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// Builds the server and returns the path of the binary.
///
/// # Errors
/// When it does not compile.
pub fn build(profile: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--package", "tachi-server", "--profile", profile])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "the server does not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut binaries = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    binaries.next_back().context("cargo named no binary")
}

/// A running server; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// The address, without a slash at the end.
    pub url: String,
}

impl Server {
    /// Starts `tachi serve` on a free port and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(binary: &Path, args: &[&str]) -> Result<Self> {
        let mut child = Command::new(binary)
            // Whoever measures or shows something is not one of many players.
            .args(["serve", "--bind", "127.0.0.1:0", "--rate-limit", "0"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take().context("the server has no output")?;
        for line in BufReader::new(stdout).lines() {
            if let Some(url) = line?.strip_prefix("listening on ") {
                return Ok(Self { child, url: url.to_owned() });
            }
        }
        let status = child.wait()?;
        bail!("the server ended at once: {status}")
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the server ends by itself.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn wait(&mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nothing more to do about it then.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Runs the binary to its end and returns what it printed, without the line end.
///
/// # Errors
/// When it fails.
pub fn run(binary: &Path, args: &[&str]) -> Result<String> {
    run_with(binary, args, "")
}

/// [`run`] with something to read.
///
/// # Errors
/// When it fails.
pub fn run_with(binary: &Path, args: &[&str], input: &str) -> Result<String> {
    let mut command = Command::new(binary);
    let command = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever does not read it needs none.
        let _unread = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "tachi {} failed: {}", args.join(" "), output.status);
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// A client for plain HTTP.
///
/// # Errors
/// When none can be made.
pub fn client() -> Result<Client> {
    // Plain HTTP on loopback: no certificates are needed, and none may be there.
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = rustls::crypto::ring::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder().tls_backend_preconfigured(config).build()?)
}

/// Does something and returns how long it took beside what came of it.
///
/// # Errors
/// Its own.
pub fn timed<T>(action: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let begun = Instant::now();
    let made = action()?;
    Ok((begun.elapsed(), made))
}
