//! How long and how much. Source: `spec/integrations.md` 8.

use std::time::Duration;

/// The limits of outgoing requests. The defaults are those of the page; tests shorten them.
/// Source: `spec/import-types/api-myt.md` 1 and 3.
#[derive(Debug, Clone)]
pub struct Limits {
    /// To make a connection: 10 s.
    pub connect: Duration,
    /// For one request, its answer included: 60 s.
    pub request: Duration,
    /// For all that is fetched for one import: 15 minutes.
    pub import: Duration,
    /// Bytes of one answer, after decompression: 32 MiB.
    pub response: usize,
    /// Bytes of a transcript of pages: 256 MiB. That is some 700,000 scores.
    pub transcript: usize,
    /// Pages of one history: 500.
    pub pages: usize,
    /// For one gRPC call, its answer included: 10 minutes.
    pub call: Duration,
    /// Items of one stream: 1,000,000.
    pub items: usize,
    /// Bytes of a transcript of a stream: 512 MiB.
    pub stream: usize,
    /// How long to wait before each further try, give or take a quarter: 1 s, 4 s.
    pub retries: [Duration; 2],
    /// The longest wait that a service may ask for; asked for more, there is no further try: 30 s.
    pub longest_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(60),
            import: Duration::from_secs(15 * 60),
            response: 32 * MIB,
            transcript: 256 * MIB,
            pages: 500,
            call: Duration::from_secs(10 * 60),
            items: 1_000_000,
            stream: 512 * MIB,
            retries: [Duration::from_secs(1), Duration::from_secs(4)],
            longest_wait: Duration::from_secs(30),
        }
    }
}
