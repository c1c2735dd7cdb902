//! Settings about the services that scores are fetched from, and the key that keeps what users link with us.
//! Source: `spec/integrations.md` 2.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::Limits;

use super::url::{is_loopback, origin, secure};
use crate::secret::Secret;
use crate::vault::Key;

option_group! {
    /// The services that scores are fetched from.
    UpstreamOptions, "Services elsewhere",
    {
        /// FLO, as https://HOST
        flo_api_url: String, "TACHI_FLO_API_URL";
        /// Our name at FLO
        flo_oauth2_client_id: String, "TACHI_FLO_OAUTH2_CLIENT_ID";
        /// Our secret at FLO
        flo_oauth2_client_secret: String, "TACHI_FLO_OAUTH2_CLIENT_SECRET";
        /// Where FLO sends users back to
        flo_oauth2_redirect_uri: String, "TACHI_FLO_OAUTH2_REDIRECT_URI";
        /// EAG, as https://HOST
        eag_api_url: String, "TACHI_EAG_API_URL";
        /// Our name at EAG
        eag_oauth2_client_id: String, "TACHI_EAG_OAUTH2_CLIENT_ID";
        /// Our secret at EAG
        eag_oauth2_client_secret: String, "TACHI_EAG_OAUTH2_CLIENT_SECRET";
        /// Where EAG sends users back to
        eag_oauth2_redirect_uri: String, "TACHI_EAG_OAUTH2_REDIRECT_URI";
        /// MIN, as https://HOST
        min_api_url: String, "TACHI_MIN_API_URL";
        /// Our name at MIN
        min_oauth2_client_id: String, "TACHI_MIN_OAUTH2_CLIENT_ID";
        /// Our secret at MIN
        min_oauth2_client_secret: String, "TACHI_MIN_OAUTH2_CLIENT_SECRET";
        /// Where MIN sends users back to
        min_oauth2_redirect_uri: String, "TACHI_MIN_OAUTH2_REDIRECT_URI";
        /// ARC, as https://HOST
        arc_api_url: String, "TACHI_ARC_API_URL";
        /// Our token at ARC
        arc_auth_token: String, "TACHI_ARC_AUTH_TOKEN";
        /// The path of ARC's IIDX scores, with {id} [default: /api/v1/iidx/28/player_bests/?profile_id={id}]
        arc_iidx_path: String, "TACHI_ARC_IIDX_PATH";
        /// The path of ARC's SDVX scores, with {id} [default: /api/v1/sdvx/6/player_bests/?profile_id={id}]
        arc_sdvx_path: String, "TACHI_ARC_SDVX_PATH";
        /// The path of ARC's IIDX profiles, with {id} [default: /api/v1/iidx/28/profiles/?_id={id}]
        arc_iidx_profile_path: String, "TACHI_ARC_IIDX_PROFILE_PATH";
        /// CG Dev
        cg_dev_url: String, "TACHI_CG_DEV_URL";
        /// Our key at CG Dev
        cg_dev_api_key: String, "TACHI_CG_DEV_API_KEY";
        /// CG NAG
        cg_nag_url: String, "TACHI_CG_NAG_URL";
        /// Our key at CG NAG
        cg_nag_api_key: String, "TACHI_CG_NAG_API_KEY";
        /// CG GAN
        cg_gan_url: String, "TACHI_CG_GAN_URL";
        /// Our key at CG GAN
        cg_gan_api_key: String, "TACHI_CG_GAN_API_KEY";
        /// MYT, as HOST or HOST:PORT
        myt_api_host: String, "TACHI_MYT_API_HOST";
        /// Our token at MYT
        myt_auth_token: String, "TACHI_MYT_AUTH_TOKEN";
        /// Speak to MYT without encryption; on loopback only [default: false]
        myt_plaintext: bool, "TACHI_MYT_PLAINTEXT";
        /// A file with certificates (PEM) of authorities to trust beside the well-known ones
        upstream_ca: PathBuf, "TACHI_UPSTREAM_CA";
        /// The key under which what users link is stored: 64 hex digits, as tachi secret new prints them
        secret_key: String, "TACHI_SECRET_KEY";
        /// A file that holds the key
        secret_key_file: PathBuf, "TACHI_SECRET_KEY_FILE";
    }
}

/// The settings in force.
#[derive(Debug, Clone, Default)]
pub struct Upstream {
    /// FLO.
    pub flo: Kai,
    /// EAG.
    pub eag: Kai,
    /// MIN.
    pub min: Kai,
    /// ARC.
    pub arc: Option<Arc>,
    /// CG Dev.
    pub cg_dev: Option<Cg>,
    /// CG NAG.
    pub cg_nag: Option<Cg>,
    /// CG GAN.
    pub cg_gan: Option<Cg>,
    /// MYT.
    pub myt: Option<Myt>,
    /// Certificates of authorities in PEM form, trusted beside the well-known ones.
    pub authorities: Option<String>,
    /// How long and how much; no setting changes it.
    pub limits: Limits,
}

/// One of FLO, EAG and MIN.
#[derive(Debug, Clone, Default)]
pub struct Kai {
    /// Its origin, without a slash at the end.
    pub api_url: Option<String>,
    /// What it knows us by; not without `api_url`.
    pub oauth2: Option<OAuth2>,
}

/// What a service of the OAuth2 kind knows us by.
#[derive(Debug, Clone)]
pub struct OAuth2 {
    /// Our name.
    pub client_id: Secret,
    /// Our secret.
    pub client_secret: Secret,
    /// Where users are sent back to.
    pub redirect_uri: String,
}

/// ARC.
#[derive(Debug, Clone)]
pub struct Arc {
    /// Its origin, without a slash at the end.
    pub api_url: String,
    /// Our token.
    pub auth_token: Secret,
    /// The path of IIDX scores, with `{id}`.
    pub iidx_path: String,
    /// The path of SDVX scores, with `{id}`.
    pub sdvx_path: String,
    /// The path of IIDX profiles, with `{id}`.
    pub iidx_profile_path: String,
}

/// A CG service.
#[derive(Debug, Clone)]
pub struct Cg {
    /// Its address, without a slash at the end.
    pub url: String,
    /// Our key.
    pub api_key: Secret,
}

/// MYT.
#[derive(Debug, Clone)]
pub struct Myt {
    /// Host or host:port.
    pub host: String,
    /// Our token.
    pub auth_token: Secret,
    /// Whether it is spoken to without encryption.
    pub plaintext: bool,
}

impl Upstream {
    pub(super) fn resolve(options: UpstreamOptions) -> Result<Self> {
        let UpstreamOptions { flo_api_url, eag_api_url, min_api_url, .. } = options;
        let flo = [options.flo_oauth2_client_id, options.flo_oauth2_client_secret, options.flo_oauth2_redirect_uri];
        let eag = [options.eag_oauth2_client_id, options.eag_oauth2_client_secret, options.eag_oauth2_redirect_uri];
        let min = [options.min_oauth2_client_id, options.min_oauth2_client_secret, options.min_oauth2_redirect_uri];
        let paths = [options.arc_iidx_path, options.arc_sdvx_path, options.arc_iidx_profile_path];
        Ok(Self {
            flo: kai("flo", flo_api_url, flo)?,
            eag: kai("eag", eag_api_url, eag)?,
            min: kai("min", min_api_url, min)?,
            arc: arc(options.arc_api_url, options.arc_auth_token, paths)?,
            cg_dev: cg("cg_dev", options.cg_dev_url, options.cg_dev_api_key)?,
            cg_nag: cg("cg_nag", options.cg_nag_url, options.cg_nag_api_key)?,
            cg_gan: cg("cg_gan", options.cg_gan_url, options.cg_gan_api_key)?,
            myt: myt(options.myt_api_host, options.myt_auth_token, options.myt_plaintext.unwrap_or(false))?,
            authorities: options.upstream_ca.as_deref().map(authorities).transpose()?,
            limits: Limits::default(),
        })
    }

    /// What the import types of services whose keys are missing begin with, for those that are among `import_types`.
    #[must_use]
    pub fn missing(&self, import_types: &[ImportType]) -> Vec<&'static str> {
        let services = [
            ("api/flo-", self.flo.oauth2.is_some()),
            ("api/eag-", self.eag.oauth2.is_some()),
            ("api/min-", self.min.oauth2.is_some()),
            ("api/arc-", self.arc.is_some()),
            ("api/cg-dev-", self.cg_dev.is_some()),
            ("api/cg-nag-", self.cg_nag.is_some()),
            ("api/cg-gan-", self.cg_gan.is_some()),
            ("api/myt-", self.myt.is_some()),
        ];
        let offers = |prefix: &str| import_types.iter().any(|each| each.as_str().starts_with(prefix));
        let missing = services.into_iter().filter(|(prefix, configured)| !configured && offers(prefix));
        missing.map(|(prefix, _)| prefix).collect()
    }
}

/// The key of the settings; the files are read here.
pub(super) fn key(text: Option<String>, file: Option<PathBuf>) -> Result<Option<Key>> {
    match (text, file) {
        (Some(_), Some(_)) => bail!("secret_key and secret_key_file: give one of them"),
        (Some(text), None) => Ok(Some(Key::parse(&text).context("secret_key")?)),
        (None, Some(file)) => Ok(Some(Key::read(&file).context("secret_key_file")?)),
        (None, None) => Ok(None),
    }
}

fn authorities(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("upstream_ca: {} cannot be read", file.display()))
}

fn kai(service: &str, api_url: Option<String>, oauth2: [Option<String>; 3]) -> Result<Kai> {
    if let Some(url) = &api_url {
        let name = format!("{service}_api_url");
        origin(&name, url)?;
        secure(&name, url)?;
    }
    let oauth2 = match oauth2 {
        [None, None, None] => None,
        [Some(client_id), Some(client_secret), Some(redirect_uri)] => {
            ensure!(api_url.is_some(), "{service}_oauth2_client_id: {service}_api_url is missing");
            let is_url = redirect_uri.starts_with("https://") || redirect_uri.starts_with("http://");
            ensure!(is_url, "{service}_oauth2_redirect_uri: expected http:// or https://, got {redirect_uri:?}");
            let (client_id, client_secret) = (Secret::new(client_id), Secret::new(client_secret));
            Some(OAuth2 { client_id, client_secret, redirect_uri })
        }
        _ => bail!(
            "{service}: give all of {service}_oauth2_client_id, {service}_oauth2_client_secret and \
             {service}_oauth2_redirect_uri, or none"
        ),
    };
    Ok(Kai { api_url, oauth2 })
}

fn arc(api_url: Option<String>, auth_token: Option<String>, paths: [Option<String>; 3]) -> Result<Option<Arc>> {
    let [iidx, sdvx, profile] = paths;
    let iidx_path = path("arc_iidx_path", iidx, "/api/v1/iidx/28/player_bests/?profile_id={id}")?;
    let sdvx_path = path("arc_sdvx_path", sdvx, "/api/v1/sdvx/6/player_bests/?profile_id={id}")?;
    let iidx_profile_path = path("arc_iidx_profile_path", profile, "/api/v1/iidx/28/profiles/?_id={id}")?;
    let Some((api_url, auth_token)) = both("arc_api_url", api_url, "arc_auth_token", auth_token)? else {
        return Ok(None);
    };
    origin("arc_api_url", &api_url)?;
    secure("arc_api_url", &api_url)?;
    Ok(Some(Arc { api_url, auth_token: Secret::new(auth_token), iidx_path, sdvx_path, iidx_profile_path }))
}

fn path(name: &str, given: Option<String>, default: &str) -> Result<String> {
    let path = given.unwrap_or_else(|| default.to_owned());
    ensure!(path.starts_with('/') && path.contains("{id}"), "{name}: expected a path with {{id}} in it, got {path:?}");
    Ok(path)
}

fn cg(service: &str, url: Option<String>, api_key: Option<String>) -> Result<Option<Cg>> {
    let (name, key) = (format!("{service}_url"), format!("{service}_api_key"));
    let Some((url, api_key)) = both(&name, url, &key, api_key)? else { return Ok(None) };
    ensure!(!url.ends_with('/'), "{name}: expected no slash at the end, got {url:?}");
    secure(&name, &url)?;
    Ok(Some(Cg { url, api_key: Secret::new(api_key) }))
}

fn myt(host: Option<String>, auth_token: Option<String>, plaintext: bool) -> Result<Option<Myt>> {
    let Some((host, auth_token)) = both("myt_api_host", host, "myt_auth_token", auth_token)? else {
        return Ok(None);
    };
    let address = format!("https://{host}");
    ensure!(origin("", &address).is_ok(), "myt_api_host: expected HOST or HOST:PORT, got {host:?}");
    ensure!(!plaintext || is_loopback(&address), "myt_plaintext: {host:?} is not this machine");
    Ok(Some(Myt { host, auth_token: Secret::new(auth_token), plaintext }))
}

/// Two settings that make no sense alone.
pub(super) fn both(
    name: &str,
    first: Option<String>,
    other: &str,
    second: Option<String>,
) -> Result<Option<(String, String)>> {
    match (first, second) {
        (Some(first), Some(second)) => Ok(Some((first, second))),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("{name}: {other} is missing"),
        (None, Some(_)) => bail!("{other}: {name} is missing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flo() -> UpstreamOptions {
        UpstreamOptions {
            flo_api_url: Some("https://flo.example.com".to_owned()),
            flo_oauth2_client_id: Some("the-id".to_owned()),
            flo_oauth2_client_secret: Some("the-secret".to_owned()),
            flo_oauth2_redirect_uri: Some("https://us.example.com/oauth/flo".to_owned()),
            ..UpstreamOptions::default()
        }
    }

    fn refused(options: UpstreamOptions) -> String {
        format!("{:#}", Upstream::resolve(options).unwrap_err())
    }

    #[test]
    fn oauth2_settings_come_all_or_not_at_all_and_with_an_address() {
        assert!(Upstream::resolve(flo()).unwrap().flo.oauth2.is_some());
        assert!(refused(UpstreamOptions { flo_oauth2_client_secret: None, ..flo() }).contains("or none"));
        assert!(refused(UpstreamOptions { flo_api_url: None, ..flo() }).contains("flo_api_url is missing"));
    }

    #[test]
    fn a_service_is_a_bare_origin_and_encrypted_unless_it_is_on_this_machine() {
        for url in ["https://flo.example.com", "https://flo.example.com:8443", "http://127.0.0.1:9", "http://localhost"]
        {
            let options = UpstreamOptions { flo_api_url: Some(url.to_owned()), ..flo() };
            assert!(Upstream::resolve(options).is_ok(), "{url}");
        }
        for url in
            ["https://flo.example.com/", "https://flo.example.com/api", "http://flo.example.com", "flo.example.com", ""]
        {
            let text = refused(UpstreamOptions { flo_api_url: Some(url.to_owned()), ..flo() });
            assert!(text.contains("flo_api_url"), "{url}: {text}");
        }
    }

    #[test]
    fn halves_of_pairs_are_refused_by_name() {
        let host = Some("myt.example.com".to_owned());
        let token = Some("token".to_owned());
        let options = UpstreamOptions { myt_api_host: host.clone(), ..UpstreamOptions::default() };
        assert!(refused(options).contains("myt_auth_token is missing"));
        let options = UpstreamOptions { cg_dev_api_key: token.clone(), ..UpstreamOptions::default() };
        assert!(refused(options).contains("cg_dev_url is missing"));
        let plain = |host| UpstreamOptions {
            myt_api_host: host,
            myt_auth_token: token.clone(),
            myt_plaintext: Some(true),
            ..UpstreamOptions::default()
        };
        assert!(refused(plain(host)).contains("myt_plaintext"));
        assert!(Upstream::resolve(plain(Some("localhost:50051".to_owned()))).is_ok());
    }

    #[test]
    fn services_that_are_offered_without_their_keys_are_known() {
        let upstream = Upstream::resolve(flo()).unwrap();
        let types = [ImportType::ApiFloIidx, ImportType::ApiEagIidx, ImportType::FileBatchManual];
        assert_eq!(upstream.missing(&types), ["api/eag-"]);
    }

    #[test]
    fn nothing_secret_is_printed() {
        let printed = format!("{:?}", Upstream::resolve(flo()).unwrap());
        assert!(printed.contains("flo.example.com") && !printed.contains("the-"), "{printed}");
    }
}
