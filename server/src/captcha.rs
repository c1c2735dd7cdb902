//! Captchas: whoever registers or logs in shows that they are no program, if the operator asks for it. The protocol is
//! the `siteverify` of reCAPTCHA, which hCaptcha and Turnstile speak too. Source: `spec/rest-api.md` 6 and 15.
//!
//! A provider that cannot be asked lets nobody pass. The page for logging in asks for no captcha, as it loads nothing from
//! other hosts; there the limit on guesses has to do.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use anyhow::{Context, Result, bail, ensure};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::config::access::CaptchaSettings;
use crate::envelope::{ApiError, Kind};
use crate::fields::refuse;
use crate::limits;
use crate::outgoing::{USER_AGENT, tls};

/// How long a connection to the provider may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long all of it may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer of a provider, in bytes.
const ANSWER: usize = 64 << 10;
/// The longest text that is passed on, in bytes; those of the providers have some 2,000.
const LONGEST: usize = 16 << 10;

/// What asks the provider.
#[derive(Debug)]
pub struct Captcha {
    client: Client,
    settings: CaptchaSettings,
}

/// What a provider answers.
#[derive(Debug, Deserialize)]
struct Verdict {
    success: bool,
    #[serde(rename = "error-codes", default)]
    error_codes: Vec<String>,
}

impl Captcha {
    /// For the provider of the settings.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn new(settings: CaptchaSettings) -> Result<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .redirect(Policy::none())
            .no_proxy()
            // Each worker has a runtime of its own, with which a connection that is kept would end.
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .user_agent(USER_AGENT);
        Ok(Self { client: client.build().context("the HTTP client cannot be made")?, settings })
    }

    /// Whether the provider says that a captcha was solved.
    async fn is_solved(&self, response: &str, address: Option<IpAddr>) -> Result<bool> {
        let mut form = vec![("secret", self.settings.secret.expose()), ("response", response)];
        let address = address.map(|address| address.to_string());
        form.extend(address.as_deref().map(|address| ("remoteip", address)));
        let verdict = self.ask(&form).await?;
        // Nobody's captcha would ever do.
        if let Some(code) = verdict.error_codes.iter().find(|code| code.ends_with("-input-secret")) {
            bail!("captcha_secret: the provider does not know it ({code})");
        }
        Ok(verdict.success)
    }

    async fn ask(&self, form: &[(&str, &str)]) -> Result<Verdict> {
        let request = self.client.post(self.settings.url.clone()).form(form);
        let mut answer = request.send().await.map_err(reqwest::Error::without_url)?;
        ensure!(answer.status() == StatusCode::OK, "its answer has status {}", answer.status());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            ensure!(body.len() + chunk.len() <= ANSWER, "its answer has more than {ANSWER} bytes");
            body.extend_from_slice(&chunk);
        }
        // What it holds instead is not for the log.
        serde_json::from_slice(&body).ok().context("its answer is no verdict")
    }
}

/// Refuses a request without a solved captcha in its member `captcha`, if the instance asks for one.
///
/// # Errors
/// 400 when it is missing or not solved, 503 when nobody can tell.
pub async fn check(request: &HttpRequest, app: &App, body: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(captcha) = &app.captcha else { return Ok(()) };
    let received = body.get("captcha");
    let response = received.and_then(Value::as_str).filter(|text| (1..=LONGEST).contains(&text.len()));
    let response = response.ok_or_else(|| refuse("captcha", "Expected the response of a solved captcha.", received))?;
    let address = limits::address_of(request, &app.settings.access);
    match captcha.is_solved(response, address).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(ApiError::bad_request("[captcha] The captcha was not solved, or is too old. Please try again."))
        }
        Err(error) => {
            log::error!("a captcha could not be checked: {error:#}");
            let text = "The captcha could not be checked. Please try again in a moment.";
            Err(ApiError::new(Kind::Unavailable, text))
        }
    }
}
