//! Figures for whoever watches over the process, in Prometheus' text format. They are the process's own: whoever wants
//! those of all replicas adds them up. Source: `spec/rest-api.md` 13.

use std::any::Any;
use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::Duration;

use actix_web::http::Method;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use tachi_core::import_type::ImportType;
use tachi_db::background::background_count;
use tachi_db::imports::{RowCounts, RowStatus};
use tachi_import::observe::Observer;
use tachi_import::stage::Stage;
use tachi_import::{FailureKind, Importer, Request};

/// Upper bounds of durations, in seconds: from a statement to what a client waits for at most.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What is counted as it happens.
struct Metrics {
    registry: Registry,
    imports: IntCounterVec,
    rows: IntCounterVec,
    stages: HistogramVec,
    requests: IntCounterVec,
    request_durations: HistogramVec,
}

/// Only a name that Prometheus does not allow could fail here, and a test reads them all.
static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics::new().expect("names of metrics are valid"));

impl Metrics {
    fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            prometheus::Result::Ok(counter)
        };
        let durations = |name: &str, help: &str, labels: &[&str]| {
            let options = HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
            let histogram = HistogramVec::new(options, labels)?;
            registry.register(Box::new(histogram.clone()))?;
            prometheus::Result::Ok(histogram)
        };
        Ok(Self {
            imports: counter("tachi_imports_total", "Imports that came to an end.", &["type", "outcome"])?,
            rows: counter("tachi_import_rows_total", "Elements of imports.", &["status"])?,
            stages: durations("tachi_import_stage_seconds", "How long stages of imports took.", &["stage"])?,
            requests: counter("tachi_http_requests_total", "Requests.", &["method", "route", "status"])?,
            request_durations: durations(
                "tachi_http_request_seconds",
                "How long requests took until their answer began.",
                &["method", "route"],
            )?,
            registry,
        })
    }
}

/// Counts a request; `route` is the pattern of the route, or nothing where no route fits.
pub fn request(method: &Method, route: Option<&str>, status: u16, took: Duration) {
    let (method, route) = (known(method), route.unwrap_or("none"));
    METRICS.requests.with_label_values(&[method, route, status.to_string().as_str()]).inc();
    METRICS.request_durations.with_label_values(&[method, route]).observe(took.as_secs_f64());
}

/// A method that anybody could make up must not make a series.
fn known(method: &Method) -> &'static str {
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
    known.into_iter().find(|name| method.as_str() == *name).unwrap_or("other")
}

/// The label of a failure.
const fn outcome(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::BadInput => "bad_input",
        FailureKind::Unauthorised => "unauthorised",
        FailureKind::Forbidden => "forbidden",
        FailureKind::Locked => "locked",
        FailureKind::Upstream => "upstream",
        FailureKind::EndlessUpstream => "endless_upstream",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Internal => "internal",
    }
}

/// The label of what became of an element.
const fn row_status(status: RowStatus) -> &'static str {
    match status {
        RowStatus::New => "new",
        RowStatus::Known => "known",
        RowStatus::Enriched => "enriched",
        RowStatus::Skipped => "skipped",
        RowStatus::Orphan => "orphan",
        RowStatus::Invalid => "invalid",
        RowStatus::Ambiguous => "ambiguous",
        RowStatus::Internal => "internal",
    }
}

/// Counts imports, and gives their log lines the import's ID.
struct Watch;

impl Observer for Watch {
    fn enter(&self, request: &Request) -> Box<dyn Any> {
        // At this level so that a filter which leaves out everything but errors still shows which import they are of.
        Box::new(tracing::error_span!("import", import = %request.import_id).entered())
    }

    fn stage(&self, stage: Stage, took: Duration) {
        METRICS.stages.with_label_values(&[stage.name()]).observe(took.as_secs_f64());
    }

    fn ended(&self, import_type: ImportType, result: Result<&RowCounts, FailureKind>) {
        let outcome = result.map_or_else(outcome, |_| "success");
        METRICS.imports.with_label_values(&[import_type.as_str(), outcome]).inc();
        let mut new = 0;
        if let Ok(counts) = result {
            new = counts.get(RowStatus::New);
            for status in RowStatus::ALL {
                let count = u64::from(counts.get(status));
                METRICS.rows.with_label_values(&[row_status(status)]).inc_by(count);
            }
        }
        tracing::info!(r#type = import_type.as_str(), outcome, new, "an import ended");
    }
}

/// Watches the imports of this process from now on.
pub fn start() {
    tachi_import::observe::observe(&Watch);
}

/// Everything, as Prometheus reads it.
///
/// # Errors
/// When something cannot be written.
pub fn text(importer: &Importer) -> prometheus::Result<Vec<u8>> {
    let mut families = METRICS.registry.gather();
    families.extend(of_now(importer)?.gather());
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text)?;
    Ok(text)
}

/// What is not counted but looked up. Blocks.
fn of_now(importer: &Importer) -> prometheus::Result<Registry> {
    let registry = Registry::new();
    let gauge = |name: &str, help: &str, value: i64| {
        let gauge = IntGauge::new(name, help)?;
        gauge.set(value);
        registry.register(Box::new(gauge))
    };
    let database = importer.database();
    let pool = database.pool_use();
    gauge("tachi_database_connections_max", "Connections that may be open.", pool.max.into())?;
    gauge("tachi_database_connections_open", "Connections that are open.", pool.open.into())?;
    gauge("tachi_database_connections_idle", "Connections that are open and not in use.", pool.idle.into())?;
    // A database that does not answer must not hide the rest.
    if let Ok(waiting) = database.read(background_count) {
        gauge("tachi_background_imports", "Imports in the background of all processes, not ended yet.", waiting)?;
    }
    gauge("tachi_catalogue_version", "The catalogue in force.", importer.catalogue().version())?;
    let retries = IntCounter::new("tachi_database_retries_total", "Transactions that were run again.")?;
    retries.inc_by(database.retries());
    registry.register(Box::new(retries))?;
    Ok(registry)
}

/// Whether figures may be shown to whoever sits at an address: this machine or a private network.
#[must_use]
pub fn may_see(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_private_networks_see_figures() {
        let may_see = |address: &str| may_see(address.parse().unwrap());
        for address in ["127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "fd00::1"] {
            assert!(may_see(address), "{address}");
        }
        assert!(may_see("::ffff:10.0.0.1"));
        for address in ["203.0.113.1", "172.32.0.1", "8.8.8.8", "2001:db8::1", "::ffff:8.8.8.8", "169.254.0.1"] {
            assert!(!may_see(address), "{address}");
        }
    }

    #[test]
    fn every_name_is_one_that_prometheus_allows() {
        assert!(Metrics::new().is_ok());
    }

    #[test]
    fn made_up_methods_make_no_series() {
        assert_eq!(known(&Method::PATCH), "PATCH");
        assert_eq!(known(&Method::from_bytes(b"NONSENSE").unwrap()), "other");
    }
}
