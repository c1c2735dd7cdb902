//! What the operator has set up, checked. Source: `spec/integrations.md` 2.

use reqwest::Url;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use thiserror::Error;

use super::http::Http;
use super::limits::Limits;
use super::myt::{ConfigError, MytConfig};
use super::secret::Secret;
use super::tls::Authorities;
use crate::api::source::{ArcGame, CgService, KaiService, Source};

/// What the operator may set up, as it was written.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// The instance's name, for `User-Agent` and some texts.
    pub instance: String,
    /// The instance's version, for `User-Agent`.
    pub version: String,
    /// Where users reach the instance, without a slash at the end.
    pub our_url: String,
    /// FLO.
    pub flo: KaiConfiguration,
    /// EAG.
    pub eag: KaiConfiguration,
    /// MIN.
    pub min: KaiConfiguration,
    /// ARC.
    pub arc: ArcConfiguration,
    /// CG's development service.
    pub cg_dev: CgConfiguration,
    /// NAG.
    pub cg_nag: CgConfiguration,
    /// GAN.
    pub cg_gan: CgConfiguration,
    /// MYT.
    pub myt: MytConfiguration,
    /// Certificates, in PEM form, of authorities that are trusted beside the well-known ones.
    pub authorities: Option<String>,
    /// How long and how much.
    pub limits: Limits,
}

/// A service of the kai family.
#[derive(Debug, Clone, Default)]
pub struct KaiConfiguration {
    /// Its bare origin: no path, no slash at the end.
    pub url: Option<String>,
    /// This instance's name there.
    pub client_id: Option<String>,
    /// This instance's password there.
    pub client_secret: Option<Secret>,
    /// The page that users return to after they have linked.
    pub redirect_uri: Option<String>,
}

/// The ARC service.
#[derive(Debug, Clone, Default)]
pub struct ArcConfiguration {
    /// Its bare origin.
    pub url: Option<String>,
    /// The token for all users.
    pub token: Option<Secret>,
    /// The path of IIDX scores, with `{id}`; by default [`IIDX_PATH`](Self::IIDX_PATH).
    pub iidx_path: Option<String>,
    /// The path of SDVX scores, with `{id}`; by default [`SDVX_PATH`](Self::SDVX_PATH).
    pub sdvx_path: Option<String>,
    /// The path of IIDX profiles, with `{id}`; by default [`IIDX_PROFILE_PATH`](Self::IIDX_PROFILE_PATH).
    pub iidx_profile_path: Option<String>,
}

impl ArcConfiguration {
    /// The path of IIDX scores.
    pub const IIDX_PATH: &'static str = "/api/v1/iidx/28/player_bests/?profile_id={id}";
    /// The path of SDVX scores.
    pub const SDVX_PATH: &'static str = "/api/v1/sdvx/6/player_bests/?profile_id={id}";
    /// The path of IIDX profiles.
    pub const IIDX_PROFILE_PATH: &'static str = "/api/v1/iidx/28/profiles/?_id={id}";
}

/// A service of the CG family.
#[derive(Debug, Clone, Default)]
pub struct CgConfiguration {
    /// Its address, to which `/<game>-scores` is added.
    pub url: Option<String>,
    /// This instance's password there.
    pub api_key: Option<Secret>,
}

/// MYT.
#[derive(Debug, Clone, Default)]
pub struct MytConfiguration {
    /// `host` or `host:port`.
    pub host: Option<String>,
    /// The token for all users.
    pub token: Option<Secret>,
    /// Whether to do without TLS, which is for hosts on this machine.
    pub plaintext: bool,
}

/// A configuration with which nobody should start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigurationError {
    /// Some of the settings that only make sense together.
    #[error("{service}: {settings} must be set together, or none of them.")]
    Incomplete {
        /// The service.
        service: String,
        /// The settings.
        settings: &'static str,
    },
    /// An address that is none, or that must not be used.
    #[error("{service}: the URL {url:?} {problem}.")]
    Url {
        /// The service.
        service: String,
        /// The address.
        url: String,
        /// What is wrong with it, and what was expected.
        problem: &'static str,
    },
    /// A path without a place for the account.
    #[error("ARC: the path {0:?} must begin with a slash and hold {{id}} where the account belongs.")]
    Path(String),
    /// A host or token of MYT that cannot be used.
    #[error("MYT: {0}.")]
    Myt(#[from] ConfigError),
    /// A name that cannot be sent.
    #[error("The instance's name and version cannot be sent as User-Agent: they hold control characters.")]
    UserAgent,
    /// Authorities that cannot be read.
    #[error("The certificates of authorities cannot be used: {0}.")]
    Authorities(String),
    /// No client can be made.
    #[error("No HTTP client can be made: {0}.")]
    Client(String),
}

/// The services that this instance fetches from.
#[derive(Debug)]
pub struct Services {
    pub(super) http: Http,
    pub(super) instance: String,
    pub(super) our_url: String,
    kai: [Option<Kai>; 3],
    arc: Option<Arc>,
    cg: [Option<Cg>; 3],
    myt: MytConfig,
}

/// A service of the kai family.
#[derive(Debug)]
pub(super) struct Kai {
    pub(super) base: String,
    pub(super) credentials: Option<Credentials>,
}

/// What this instance shows to a token endpoint.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) redirect_uri: String,
}

/// The ARC service.
#[derive(Debug)]
pub(super) struct Arc {
    pub(super) base: String,
    pub(super) token: Secret,
    iidx: String,
    sdvx: String,
    iidx_profile: String,
}

impl Arc {
    /// The path of a game's scores.
    pub(super) fn scores(&self, game: ArcGame) -> &str {
        match game {
            ArcGame::Iidx => &self.iidx,
            ArcGame::Sdvx => &self.sdvx,
        }
    }

    /// The path of a game's profile, where it is of use.
    pub(super) fn profile(&self, game: ArcGame) -> Option<&str> {
        match game {
            ArcGame::Iidx => Some(&self.iidx_profile),
            ArcGame::Sdvx => None,
        }
    }
}

/// A service of the CG family.
#[derive(Debug)]
pub(super) struct Cg {
    pub(super) url: String,
    pub(super) api_key: Secret,
}

impl Services {
    /// Checks a configuration.
    ///
    /// # Errors
    /// Names the service and what is wrong.
    pub fn new(configuration: Configuration) -> Result<Self, ConfigurationError> {
        let Configuration { instance, version, our_url, limits, .. } = configuration;
        let kai = |service: KaiService, configuration| Kai::new(service.as_str(), configuration);
        let cg = |service: CgService, configuration| Cg::new(service.as_str(), configuration);
        let authorities = Authorities::new(configuration.authorities)?;
        Ok(Self {
            http: client(&instance, &version, &authorities, limits.clone())?,
            instance,
            our_url: our_url.trim_end_matches('/').to_owned(),
            kai: [
                kai(KaiService::Flo, configuration.flo)?,
                kai(KaiService::Eag, configuration.eag)?,
                kai(KaiService::Min, configuration.min)?,
            ],
            arc: Arc::new(configuration.arc)?,
            cg: [
                cg(CgService::Dev, configuration.cg_dev)?,
                cg(CgService::Nag, configuration.cg_nag)?,
                cg(CgService::Gan, configuration.cg_gan)?,
            ],
            myt: MytConfig::new(
                configuration.myt.host.as_deref(),
                configuration.myt.token.as_ref().map(Secret::expose),
                configuration.myt.plaintext,
            )?
            .with(authorities, limits),
        })
    }

    /// Whether all is set up that fetching from there needs. Using it nevertheless is answered with 500, so whoever
    /// offers such a type to users should warn the operator.
    #[must_use]
    pub fn is_configured(&self, source: Source) -> bool {
        match source {
            Source::Kai { service, .. } => self.kai(service).is_some_and(|kai| kai.credentials.is_some()),
            Source::Arc(_) => self.arc.is_some(),
            Source::Cg { service, .. } => self.cg(service).is_some(),
            Source::Myt(_) => self.myt.is_complete(),
        }
    }

    pub(super) fn myt(&self) -> &MytConfig {
        &self.myt
    }

    pub(super) fn kai(&self, service: KaiService) -> Option<&Kai> {
        self.kai[service as usize].as_ref()
    }

    pub(super) fn arc(&self) -> Option<&Arc> {
        self.arc.as_ref()
    }

    pub(super) fn cg(&self, service: CgService) -> Option<&Cg> {
        self.cg[service as usize].as_ref()
    }
}

impl Kai {
    fn new(service: &str, configuration: KaiConfiguration) -> Result<Option<Self>, ConfigurationError> {
        let KaiConfiguration { url, client_id, client_secret, redirect_uri } = configuration;
        let incomplete = |settings| ConfigurationError::Incomplete { service: service.to_owned(), settings };
        let credentials = match (client_id, client_secret, redirect_uri) {
            (Some(client_id), Some(client_secret), Some(redirect_uri)) => {
                Some(Credentials { client_id, client_secret, redirect_uri })
            }
            (None, None, None) => None,
            _ => return Err(incomplete("OAuth2 client ID, client secret and redirect URI")),
        };
        match url {
            Some(base) => {
                check_origin(service, &base)?;
                Ok(Some(Self { base, credentials }))
            }
            None if credentials.is_some() => Err(incomplete("API URL and OAuth2 credentials")),
            None => Ok(None),
        }
    }
}

impl Arc {
    /// Half a configuration is none: the token of an instance that once used the service may have stayed behind.
    fn new(configuration: ArcConfiguration) -> Result<Option<Self>, ConfigurationError> {
        let ArcConfiguration { url, token, iidx_path, sdvx_path, iidx_profile_path } = configuration;
        if let Some(url) = &url {
            check_origin("ARC", url)?;
        }
        let path = |path: Option<String>, default: &str| {
            let path = path.unwrap_or_else(|| default.to_owned());
            let is_template = path.starts_with('/') && path.contains("{id}");
            if is_template { Ok(path) } else { Err(ConfigurationError::Path(path)) }
        };
        let iidx = path(iidx_path, ArcConfiguration::IIDX_PATH)?;
        let sdvx = path(sdvx_path, ArcConfiguration::SDVX_PATH)?;
        let iidx_profile = path(iidx_profile_path, ArcConfiguration::IIDX_PROFILE_PATH)?;
        let both = url.zip(token);
        Ok(both.map(|(base, token)| Self { base, token, iidx, sdvx, iidx_profile }))
    }
}

impl Cg {
    fn new(service: &str, configuration: CgConfiguration) -> Result<Option<Self>, ConfigurationError> {
        match (configuration.url, configuration.api_key) {
            (None, None) => Ok(None),
            (Some(url), Some(api_key)) => {
                check_url(&format!("CG {service}"), &url)?;
                Ok(Some(Self { url, api_key }))
            }
            _ => Err(ConfigurationError::Incomplete { service: format!("CG {service}"), settings: "URL and API key" }),
        }
    }
}

/// Refuses what is no bare origin.
fn check_origin(service: &str, text: &str) -> Result<(), ConfigurationError> {
    let url = check_url(service, text)?;
    if url.path() == "/" {
        return Ok(());
    }
    Err(bad_url(service, text, "must be a bare origin, without a path"))
}

/// Refuses addresses that must not be used.
fn check_url(service: &str, text: &str) -> Result<Url, ConfigurationError> {
    let refuse = |problem| bad_url(service, text, problem);
    let url: Url = text.parse().map_err(|_| refuse("is not an absolute URL"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(refuse("must begin with https://; http:// is for this machine only")),
        _ => return Err(refuse("must begin with https://")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The address itself would show the password.
        return Err(bad_url(service, "", "must hold neither a user name nor a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("must have neither a query nor a fragment"));
    }
    if text.ends_with('/') {
        return Err(refuse("must not end with a slash"));
    }
    Ok(url)
}

fn bad_url(service: &str, url: &str, problem: &'static str) -> ConfigurationError {
    ConfigurationError::Url { service: service.to_owned(), url: url.to_owned(), problem }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Neither redirects nor cookies nor a proxy: requests go to the service, or nowhere.
fn client(
    instance: &str,
    version: &str,
    authorities: &Authorities,
    limits: Limits,
) -> Result<Http, ConfigurationError> {
    let agent = HeaderValue::from_bytes(format!("{instance}/{version}").as_bytes());
    let agent = agent.map_err(|_| ConfigurationError::UserAgent)?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(authorities.for_http()?)
        .user_agent(agent)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(limits.connect)
        .timeout(limits.request)
        // A connection that a service has closed meanwhile costs a token request, which is never tried again.
        .pool_idle_timeout(std::time::Duration::from_secs(5))
        .build();
    let client = client.map_err(|error| ConfigurationError::Client(error.to_string()))?;
    Ok(Http::new(client, limits))
}
