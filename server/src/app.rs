//! What every handler shares, and the route table.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::{HttpRequest, web};
use chrono::Utc;
use tachi_core::catalogue::Catalogue;
use tachi_db::{Conn, DbError, Target};
use tachi_import::Importer;

use crate::background::Background;
use crate::captcha::Captcha;
use crate::config::Settings;
use crate::envelope::{ApiError, Kind};
use crate::fetching::{Fetching, services};
use crate::limits::Limits;
use crate::login::Seen;
use crate::mail::Mailer;
use crate::metrics;
use crate::routes::games::Counts;
use crate::routes::search::FolderTexts;
use crate::vault::Vault;
use crate::webhooks::Webhooks;

/// How long a request waits for its turn to write.
pub const WAIT: Duration = Duration::from_secs(2);

/// A running instance. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// The pipeline, with the database and the catalogue.
    pub importer: Arc<Importer>,
    /// When the instance started, UNIX milliseconds.
    pub started: i64,
    /// What makes imports that go on after their request was answered.
    pub background: Arc<Background>,
    /// What tells programs of others.
    pub webhooks: Arc<Webhooks>,
    /// How much there is of each game, as last counted.
    pub counts: Arc<Counts>,
    /// What folders are searched by.
    pub folders: Arc<FolderTexts>,
    /// When users were noted as seen.
    pub seen: Arc<Seen>,
    /// How often clients did what is limited, as this process counts.
    pub limits: Arc<Limits>,
    /// What checks captchas, if they are asked for.
    pub captcha: Option<Arc<Captcha>>,
    /// What sends mail.
    pub mailer: Arc<Mailer>,
    /// Keeps what users link.
    pub vault: Arc<Vault>,
    /// What fetches from the services that users have linked.
    pub fetching: Arc<Fetching>,
    /// Whether the process was told to end: no new requests are to be sent to it.
    pub ending: Arc<AtomicBool>,
}

impl App {
    /// An instance that starts now.
    ///
    /// # Errors
    /// When what the settings say of services elsewhere cannot be used.
    pub fn new(importer: Arc<Importer>, settings: Arc<Settings>) -> anyhow::Result<Self> {
        metrics::start();
        let vault = Arc::new(vault(&settings, importer.database().target()));
        let captcha = settings.access.captcha.clone().map(Captcha::new).transpose()?.map(Arc::new);
        let fetching = Arc::new(Fetching::start(&importer, &vault, services::of(&settings)?)?);
        let webhooks = Arc::new(Webhooks::start(&importer, &vault, settings.webhooks_to_loopback));
        // The thread that tells them knows the importer, so that this must not keep it.
        let told = Arc::downgrade(&webhooks);
        importer.listen(move |news| {
            if let Some(webhooks) = told.upgrade() {
                webhooks.tell(news);
            }
        });
        let mailer = Arc::new(Mailer::start(&importer, &settings));
        let background = Arc::new(Background::start(&importer, &fetching));
        Ok(Self {
            settings,
            importer,
            started: now(),
            background,
            webhooks,
            counts: Arc::default(),
            folders: Arc::default(),
            seen: Arc::default(),
            limits: Arc::default(),
            captcha,
            mailer,
            vault,
            fetching,
            ending: Arc::default(),
        })
    }

    /// The instance that serves a request.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let app = request.app_data::<web::Data<Self>>();
        app.map(|app| app.get_ref().clone()).ok_or_else(|| ApiError::internal("the route has no instance"))
    }

    /// Runs queries on a blocking thread.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let importer = Arc::clone(&self.importer);
        block(move || importer.database().read(query).map_err(ApiError::from)).await
    }

    /// Runs a transaction on a blocking thread.
    pub async fn write<T: Send + 'static>(
        &self,
        transaction: impl FnMut(&mut Conn) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let importer = Arc::clone(&self.importer);
        block(move || importer.database().write(WAIT, transaction).map_err(ApiError::from)).await
    }

    /// The catalogue in force.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.importer.catalogue()
    }
}

/// What keeps what users link.
#[must_use]
pub fn vault(settings: &Settings, target: &Target) -> Vault {
    // Where several processes share a database, a key made by one of them would be of no use to the others.
    let key_file = match target {
        Target::Sqlite(_) => Some(settings.data_dir.join("secret.key")),
        Target::Postgres(_) => None,
    };
    Vault::new(settings.secret_key.clone(), key_file)
}

/// The time now, UNIX milliseconds.
#[must_use]
pub fn now() -> i64 {
    Utc::now().timestamp_millis()
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        if error.is_busy() {
            return Self::new(Kind::Unavailable, "The server is busy. Please try again in a moment.");
        }
        let source = std::error::Error::source(&error).map_or_else(String::new, |source| format!(": {source}"));
        Self::internal(format!("{error}{source}"))
    }
}

/// Runs blocking work away from the threads that serve requests.
pub async fn block<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    // The log lines of the work are those of the request.
    let span = tracing::Span::current();
    web::block(move || span.in_scope(work)).await.map_err(ApiError::internal)?
}
