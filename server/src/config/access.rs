//! Settings about who may come in, and how often. Source: `spec/rest-api.md` 3, 6 and 15.

use std::net::IpAddr;

use anyhow::{Context, Result, ensure};
use ipnet::IpNet;
use reqwest::Url;

use super::names;
use super::url::{origin, secure};
use crate::secret::Secret;

option_group! {
    /// Who may come in, and how often.
    AccessOptions, "Access",
    {
        /// Requests of one client in 60 s; 0 switches every limit off [default: 500]
        rate_limit: u32, "TACHI_RATE_LIMIT";
        /// Imports with one token in 60 s; 0 for no limit [default: 60]
        import_rate_limit: u32, "TACHI_IMPORT_RATE_LIMIT";
        /// Whose X-Forwarded-For is believed, as addresses or networks separated by commas [default: loopback,
        /// link-local and private addresses]
        trusted_proxies: String, "TACHI_TRUSTED_PROXIES";
        /// The origin of a web client in development, such as http://localhost:3000; it may send cookies
        dev_client: String, "TACHI_DEV_CLIENT";
        /// Whether anybody may register [default: true]
        signups: bool, "TACHI_SIGNUPS";
        /// Whether registering takes an invite [default: false]
        invites: bool, "TACHI_INVITES";
        /// Our secret at a provider of captchas; with it, whoever registers or logs in has to solve one
        captcha_secret: String, "TACHI_CAPTCHA_SECRET";
        /// Where captchas are checked; hCaptcha and Turnstile have an address of their own
        /// [default: https://www.google.com/recaptcha/api/siteverify]
        captcha_url: String, "TACHI_CAPTCHA_URL";
        /// How many rivals a user has at most [default: 5]
        rivals_cap: u32, "TACHI_RIVALS_CAP";
        /// How many goals of one game and playtype a user may be subscribed to [default: 1000]
        max_goal_subscriptions: usize, "TACHI_MAX_GOAL_SUBSCRIPTIONS";
        /// How many quests of one game and playtype a user may be subscribed to [default: 100]
        max_quest_subscriptions: usize, "TACHI_MAX_QUEST_SUBSCRIPTIONS";
        /// How many OAuth2 clients a user who is no admin may have [default: 15]
        oauth_client_cap: usize, "TACHI_OAUTH_CLIENT_CAP";
    }
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Access {
    /// Requests of one client in 60 s; 0 switches every limit off.
    pub rate_limit: u32,
    /// Imports with one token in 60 s; 0 for no limit.
    pub import_rate_limit: u32,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The origin of a web client in development.
    pub dev_client: Option<String>,
    /// Whether anybody may register.
    pub signups: bool,
    /// Whether registering takes an invite.
    pub invites: bool,
    /// How many rivals a user has at most.
    pub rivals_cap: u32,
    /// How many goals of one GPT a user may be subscribed to.
    pub max_goal_subscriptions: usize,
    /// How many quests of one GPT a user may be subscribed to.
    pub max_quest_subscriptions: usize,
    /// How many OAuth2 clients a user who is no admin may have.
    pub oauth_client_cap: usize,
    /// Where captchas are checked, if they are asked for.
    pub captcha: Option<CaptchaSettings>,
}

/// Where captchas are checked.
#[derive(Debug, Clone)]
pub struct CaptchaSettings {
    /// Our secret there.
    pub secret: Secret,
    /// The address.
    pub url: Url,
}

/// Where captchas are checked unless another address is set.
const CAPTCHA_URL: &str = "https://www.google.com/recaptcha/api/siteverify";

fn captcha(secret: Option<String>, url: Option<String>) -> Result<Option<CaptchaSettings>> {
    let url = url.unwrap_or_else(|| CAPTCHA_URL.to_owned());
    secure("captcha_url", &url)?;
    let url = Url::parse(&url).with_context(|| format!("captcha_url: {url:?} is no address"))?;
    let Some(secret) = secret else { return Ok(None) };
    ensure!(!secret.is_empty(), "captcha_secret: expected what the provider of captchas gave, got nothing");
    Ok(Some(CaptchaSettings { secret: Secret::new(secret), url }))
}

/// Loopback, link-local and private addresses.
const PROXIES: &str = "127.0.0.0/8, ::1/128, 169.254.0.0/16, fe80::/10, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, \
                       fc00::/7";

impl Access {
    pub(super) fn resolve(options: AccessOptions) -> Result<Self> {
        let proxies = options.trusted_proxies.as_deref().unwrap_or(PROXIES);
        let dev_client = options.dev_client.map(|client| origin("dev_client", &client).map(|()| client));
        Ok(Self {
            rate_limit: options.rate_limit.unwrap_or(500),
            import_rate_limit: options.import_rate_limit.unwrap_or(60),
            trusted_proxies: names(proxies).map(network).collect::<Result<_>>().context("trusted_proxies")?,
            dev_client: dev_client.transpose()?,
            signups: options.signups.unwrap_or(true),
            invites: options.invites.unwrap_or(false),
            rivals_cap: options.rivals_cap.unwrap_or(5),
            max_goal_subscriptions: options.max_goal_subscriptions.unwrap_or(1000),
            max_quest_subscriptions: options.max_quest_subscriptions.unwrap_or(100),
            oauth_client_cap: options.oauth_client_cap.unwrap_or(15),
            captcha: captcha(options.captcha_secret, options.captcha_url)?,
        })
    }

    /// Whether an address is one of the trusted proxies.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Result<IpNet> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().or_else(|_| address()).with_context(|| format!("{text:?} is no address and no network"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captchas_are_checked_over_tls_and_with_a_secret() {
        let of = |secret: Option<&str>, url: Option<&str>| captcha(secret.map(str::to_owned), url.map(str::to_owned));
        assert!(of(None, None).unwrap().is_none());
        let settings = of(Some("the-secret"), None).unwrap().unwrap();
        assert_eq!(settings.url.as_str(), "https://www.google.com/recaptcha/api/siteverify");
        assert!(!format!("{settings:?}").contains("the-secret"));
        assert!(of(Some("x"), Some("https://api.hcaptcha.com/siteverify")).is_ok());
        for url in ["http://example.com/siteverify", "example.com", "https://", ""] {
            assert!(format!("{:#}", of(Some("x"), Some(url)).unwrap_err()).contains("captcha_url"), "{url}");
        }
        assert!(format!("{:#}", of(Some(""), None).unwrap_err()).contains("captcha_secret"));
    }
}
