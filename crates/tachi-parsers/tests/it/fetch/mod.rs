//! Fetching over real HTTP from services on loopback.

mod arc;
mod cg;
mod kai;
mod logs;
mod oauth;
mod services;

use std::sync::Mutex;
use std::time::Duration;

use tachi_core::import_type::ImportType;
use tachi_parsers::api::source::{ArcGame, CgService, KaiService};
use tachi_parsers::error::{FatalError, FatalKind};
use tachi_parsers::fetch::{
    CgCard, Configuration, KaiConfiguration, Limits, Links, Progress, Reply, Secret, Services, TokenPair, fetch,
};

use crate::support::kai::{ACCESS_1, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, REFRESH_1};

/// What a user has stored.
#[derive(Debug, Default)]
pub struct Stored {
    pub kai: Mutex<Option<TokenPair>>,
    pub arc: Option<Secret>,
    pub cg: Option<CgCard>,
    /// Nothing can be stored.
    pub broken: bool,
}

impl Stored {
    /// Someone who has linked a service of the kai family.
    pub fn linked() -> Self {
        let pair = TokenPair { access: Secret::new(ACCESS_1), refresh: Secret::new(REFRESH_1) };
        Self { kai: Mutex::new(Some(pair)), ..Self::default() }
    }

    /// The number of the tokens that are stored.
    pub fn tokens(&self) -> (String, String) {
        let pair = self.kai.lock().unwrap().clone().unwrap();
        (pair.access.expose().to_owned(), pair.refresh.expose().to_owned())
    }
}

impl Links for Stored {
    fn kai(&self, _service: KaiService) -> Reply<'_, Option<TokenPair>> {
        Box::pin(async { Ok(self.kai.lock().unwrap().clone()) })
    }

    fn replace_kai(&self, _service: KaiService, pair: TokenPair) -> Reply<'_, ()> {
        Box::pin(async {
            if self.broken {
                return Err(FatalError::new(FatalKind::Upstream, "the storage is broken"));
            }
            *self.kai.lock().unwrap() = Some(pair);
            Ok(())
        })
    }

    fn arc(&self, game: ArcGame) -> Reply<'_, Option<Secret>> {
        Box::pin(async move { Ok(self.arc.clone().filter(|_| game == ArcGame::Iidx)) })
    }

    fn cg(&self, service: CgService) -> Reply<'_, Option<CgCard>> {
        Box::pin(async move { Ok(self.cg.clone().filter(|_| service == CgService::Dev)) })
    }

    fn myt(&self) -> Reply<'_, Option<Secret>> {
        Box::pin(async { Ok(None) })
    }
}

/// The limits of the page where they do not make tests slow.
pub fn quick() -> Limits {
    Limits {
        request: Duration::from_millis(600),
        retries: [Duration::from_millis(10), Duration::from_millis(20)],
        ..Limits::default()
    }
}

/// An instance that has set up FLO at that address.
pub fn configuration(origin: &str) -> Configuration {
    Configuration {
        instance: "Foo".to_owned(),
        version: "1.2.3".to_owned(),
        our_url: "https://foo.example".to_owned(),
        flo: KaiConfiguration {
            url: Some(origin.to_owned()),
            client_id: Some(CLIENT_ID.to_owned()),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            redirect_uri: Some(REDIRECT_URI.to_owned()),
        },
        limits: quick(),
        ..Configuration::default()
    }
}

pub fn block_on<T>(future: impl Future<Output = T> + Send) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Fetches, and notes the progress told.
pub fn run(
    services: &Services,
    import_type: ImportType,
    links: &Stored,
    cursor: Option<i64>,
) -> (Result<String, FatalError>, Vec<Progress>) {
    let told = Mutex::new(Vec::new());
    let progress = |progress| told.lock().unwrap().push(progress);
    let mut out = Vec::new();
    let result = block_on(fetch(services, import_type, links, &progress, cursor, &mut out));
    let text = result.map(|()| String::from_utf8(out).unwrap());
    (text, told.into_inner().unwrap())
}

/// The status that the server answers a failure with.
pub fn status(error: &FatalError) -> u16 {
    match error.kind {
        FatalKind::BadInput => 400,
        FatalKind::Unauthorised => 401,
        FatalKind::Forbidden => 403,
        FatalKind::Unconfigured | FatalKind::Upstream => 500,
        FatalKind::EndlessUpstream => 508,
    }
}

/// The failure of pages that are none.
pub const INVALID: &str = "Received invalid response from their API. Are they down?";
