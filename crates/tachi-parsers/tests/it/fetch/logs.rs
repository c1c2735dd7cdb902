//! What the log tells. One logger for the whole binary, so it sees what all tests do.

use std::sync::{Mutex, Once};

use log::{LevelFilter, Log, Metadata, Record};
use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::Services;

use super::cg::{self, API_KEY, CARD};
use super::{Stored, configuration, run};
use crate::support::kai::{CLIENT_SECRET, Kai};
use crate::support::upstream::{Reply, Upstream};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Logger;

impl Log for Logger {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.lock().unwrap().push(format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Logger).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

#[test]
fn the_log_holds_no_secret_and_nothing_that_a_service_sent() {
    listen();
    for reply in [
        Reply::ok("the body"),
        Reply::status(400, "the body"),
        Reply::status(302, "the body").with("Location", "/elsewhere"),
        Reply::Silence,
        Reply::Reset,
        Reply::Stall(b"the body".to_vec()),
    ] {
        let upstream = Upstream::start(move |_| reply.clone());
        let services = cg::services(&upstream);
        let _ = run(&services, ImportType::ApiCgDevPopn, &cg::user(), None);
        let _ = run(&services, ImportType::ApiFloIidx, &Stored::linked(), None);
    }
    let kai = Kai::start();
    let services = Services::new(configuration(&kai.upstream.origin())).unwrap();
    let _ = run(&services, ImportType::ApiFloIidx, &Stored::linked(), None);
    // Nobody there.
    let origin = kai.upstream.origin();
    drop(kai);
    let _ = run(&Services::new(configuration(&origin)).unwrap(), ImportType::ApiFloIidx, &Stored::linked(), None);

    let lines = LINES.lock().unwrap();
    assert!(lines.iter().any(|line| line.starts_with("tachi_parsers::fetch")), "nothing was logged");
    let key = API_KEY.replace(' ', "+");
    for secret in [CARD, &key, API_KEY, "pin=", CLIENT_SECRET, "access-token-", "refresh-token-", "the body"] {
        let found = lines.iter().find(|line| line.contains(secret));
        assert_eq!(found, None, "{secret}");
    }
}
