//! A user who is logged in, and services elsewhere that they link.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::kai::{CLIENT_ID, CLIENT_SECRET, REDIRECT_URI};
use crate::process::run_with;

/// The password of every user made here.
pub const PASSWORD: &str = "a password for the demo";

/// A user who is logged in.
#[derive(Debug)]
pub struct Login {
    client: Client,
    url: String,
    cookie: String,
}

impl Login {
    /// Makes a user on the command line and returns their number.
    ///
    /// # Errors
    /// When the binary fails.
    pub fn add_user(binary: &Path, storage: &[&str], name: &str) -> Result<String> {
        run_with(binary, &[&["user", "add", name, "--password-stdin"][..], storage].concat(), PASSWORD)
    }

    /// Logs such a user in.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn new(client: &Client, url: &str, name: &str) -> Result<Self> {
        let request = client.post(format!("{url}/api/v1/auth/login"));
        let answer = request.json(&json!({"username": name, "!password": PASSWORD})).send()?;
        let cookie = answer.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        let cookie = cookie.with_context(|| format!("{name} cannot log in: {}", answer.status()))?;
        Ok(Self { client: client.clone(), url: url.to_owned(), cookie })
    }

    /// POSTs JSON and returns the answer's body.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::POST, path, body)
    }

    /// Sends JSON by any method and returns the answer's body.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.request(method.clone(), format!("{}{path}", self.url)).header(COOKIE, &self.cookie);
        let answer = request.timeout(std::time::Duration::from_secs(600)).json(body).send()?;
        let status = answer.status();
        let mut envelope: Value = answer.json()?;
        ensure!(status.is_success(), "{method} {path} failed: {status} {envelope}");
        Ok(envelope["body"].take())
    }

    /// The cookie, as the header has it.
    #[must_use]
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Links an account of FLO, as the page does that users return to.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn link_flo(&self, code: &str) -> Result<()> {
        self.post("/api/v1/users/me/integrations/kai/flo/oauth2callback", &json!({"code": code})).map(|_| ())
    }

    /// Imports what an account of FLO holds.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn import_flo(&self) -> Result<Value> {
        self.post("/api/v1/import/from-api", &json!({"importType": "api/flo-iidx"}))
    }
}

/// The flags of a server that knows the service at that address as FLO.
pub fn flo_args(origin: &str) -> Vec<&str> {
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let mut args = vec!["--flo-api-url", origin, "--flo-oauth2-client-id", CLIENT_ID];
    args.extend(["--flo-oauth2-client-secret", CLIENT_SECRET, "--flo-oauth2-redirect-uri", REDIRECT_URI]);
    args.extend(["--secret-key", key]);
    args
}
