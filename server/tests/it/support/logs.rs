//! What is logged by all tests of the binary: there is one logger for a process.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};

/// Keeps errors and warnings, and every line that holds what nobody may see.
struct Logger {
    errors: Mutex<Vec<String>>,
    warnings: Mutex<Vec<String>>,
    secrets: Mutex<Vec<String>>,
    leaks: Mutex<Vec<String>>,
    lines: Mutex<usize>,
}

static LOGGER: Logger = Logger {
    errors: Mutex::new(Vec::new()),
    warnings: Mutex::new(Vec::new()),
    secrets: Mutex::new(Vec::new()),
    leaks: Mutex::new(Vec::new()),
    lines: Mutex::new(0),
};

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = ["tachi", "reqwest", "hyper", "tonic", "rustls"];
        metadata.level() == Level::Error || ours.iter().any(|name| metadata.target().starts_with(name))
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = record.args().to_string();
        if locked(&self.secrets).iter().any(|secret| line.contains(secret.as_str())) {
            locked(&self.leaks).push(line.clone());
        }
        *locked(&self.lines) += 1;
        match record.level() {
            Level::Error => locked(&self.errors).push(line),
            Level::Warn => locked(&self.warnings).push(line),
            _ => {}
        }
    }

    fn flush(&self) {}
}

/// Starts to listen.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LOGGER).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

/// Starts to look for texts.
pub fn watch(secrets: &[&str]) {
    listen();
    let mut known = locked(&LOGGER.secrets);
    for secret in secrets {
        if !known.iter().any(|known| known == secret) {
            known.push((*secret).to_owned());
        }
    }
}

/// The errors so far.
pub fn errors() -> Vec<String> {
    locked(&LOGGER.errors).clone()
}

/// The warnings so far.
pub fn warnings() -> Vec<String> {
    locked(&LOGGER.warnings).clone()
}

/// The lines so far that hold one of those texts.
pub fn leaks() -> Vec<String> {
    locked(&LOGGER.leaks).clone()
}

/// How many lines there were.
pub fn lines() -> usize {
    *locked(&LOGGER.lines)
}
