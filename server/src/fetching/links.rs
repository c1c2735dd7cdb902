//! What a user has linked, as fetching asks for it. Source: `spec/integrations.md` 9.

use std::sync::Arc;
use std::time::Duration;

use tachi_core::ids::UserId;
use tachi_db::links::Link;
use tachi_import::Importer;
use tachi_parsers::api::source::{ArcGame, CgService, KaiService};
use tachi_parsers::error::{FatalError, FatalKind};
use tachi_parsers::fetch::{CgCard, Links, Reply, Secret, TokenPair};
use tokio::task::spawn_blocking;

use crate::integrations::{self, LinkError};
use crate::vault::Vault;

/// How long a new pair waits for its turn to be written: the old one is worth nothing any more.
const WAIT: Duration = Duration::from_secs(60);

/// The links of one user.
pub struct UserLinks {
    importer: Arc<Importer>,
    vault: Arc<Vault>,
    user: UserId,
}

impl UserLinks {
    /// Those of a user.
    pub fn new(importer: &Arc<Importer>, vault: &Arc<Vault>, user: UserId) -> Self {
        Self { importer: Arc::clone(importer), vault: Arc::clone(vault), user }
    }

    async fn get<const N: usize>(&self, link: Link) -> Result<Option<[Secret; N]>, FatalError> {
        let (importer, vault, user) = (Arc::clone(&self.importer), Arc::clone(&self.vault), self.user);
        let read = spawn_blocking(move || integrations::read(importer.database(), &vault, user, link));
        let values = read.await.map_err(ours)?.map_err(unreadable)?;
        let array = |values: Vec<Secret>| <[Secret; N]>::try_from(values).map_err(|_| ours("a link of another shape"));
        values.map(array).transpose()
    }

    async fn put(&self, link: Link, values: Vec<Secret>) -> Result<(), FatalError> {
        let (importer, vault, user) = (Arc::clone(&self.importer), Arc::clone(&self.vault), self.user);
        let store = spawn_blocking(move || integrations::store(importer.database(), &vault, user, link, &values, WAIT));
        store.await.map_err(ours)?.map_err(unreadable)
    }
}

impl Links for UserLinks {
    fn kai(&self, service: KaiService) -> Reply<'_, Option<TokenPair>> {
        Box::pin(async move {
            let pair = self.get(kai(service)).await?;
            Ok(pair.map(|[access, refresh]| TokenPair { access, refresh }))
        })
    }

    fn replace_kai(&self, service: KaiService, pair: TokenPair) -> Reply<'_, ()> {
        Box::pin(self.put(kai(service), vec![pair.access, pair.refresh]))
    }

    fn arc(&self, account: ArcGame) -> Reply<'_, Option<Secret>> {
        let link = match account {
            ArcGame::Iidx => Link::ArcIidx,
            ArcGame::Sdvx => Link::ArcSdvx,
        };
        Box::pin(async move { Ok(self.get(link).await?.map(|[account]| account)) })
    }

    fn cg(&self, service: CgService) -> Reply<'_, Option<CgCard>> {
        let link = match service {
            CgService::Dev => Link::CgDev,
            CgService::Nag => Link::CgNag,
            CgService::Gan => Link::CgGan,
        };
        Box::pin(async move {
            let card = self.get(link).await?;
            Ok(card.map(|[card_id, pin]| CgCard { card_id, pin }))
        })
    }

    fn myt(&self) -> Reply<'_, Option<Secret>> {
        Box::pin(async move { Ok(self.get(Link::Myt).await?.map(|[code]| code)) })
    }
}

/// Where the pair for a service is stored.
pub const fn kai(service: KaiService) -> Link {
    match service {
        KaiService::Flo => Link::Flo,
        KaiService::Eag => Link::Eag,
        KaiService::Min => Link::Min,
    }
}

/// Why a link cannot be used. What is wrong with the key is told, what is wrong with the database is not.
fn unreadable(error: LinkError) -> FatalError {
    match error {
        LinkError::Database(error) => ours(error),
        LinkError::Vault(error) => {
            log::error!("{error}");
            FatalError::new(FatalKind::Unconfigured, error.to_string())
        }
    }
}

/// A fault of ours; the detail is for the log.
fn ours(detail: impl std::fmt::Display) -> FatalError {
    log::error!("a link cannot be read or stored: {detail}");
    let text = "An internal service error has occurred. This has been reported!";
    FatalError::new(FatalKind::Unconfigured, text)
}
