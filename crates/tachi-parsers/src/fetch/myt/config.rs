//! How MYT is reached.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;
use tonic::codegen::http::uri::Authority;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use super::upstream;
use crate::error::{FatalError, FatalKind};
use crate::fetch::Limits;
use crate::fetch::tls::Authorities;

/// How MYT is reached. What is missing is noticed when it is needed.
#[derive(Clone)]
pub struct MytConfig {
    host: Option<Authority>,
    bearer: Option<MetadataValue<Ascii>>,
    plaintext: bool,
    authorities: Authorities,
    /// How long and how much.
    pub limits: Limits,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The host is none.
    #[error("the host of MYT is not `host` or `host:port`, without scheme and path")]
    Host,
    /// The token cannot be sent.
    #[error("the token of MYT holds characters that a header cannot hold")]
    Token,
    /// Plaintext would leave this machine.
    #[error("MYT without TLS is for hosts on this machine only")]
    Plaintext,
}

impl MytConfig {
    /// A configuration for `host` or `host:port` and the operator's token. With `plaintext`, which is for tests, the
    /// connection is not encrypted.
    ///
    /// # Errors
    /// When a value cannot be used.
    pub fn new(host: Option<&str>, token: Option<&str>, plaintext: bool) -> Result<Self, ConfigError> {
        let host = host.map(parse_host).transpose()?;
        if plaintext && host.as_ref().is_some_and(|host| !is_loopback(host.host())) {
            return Err(ConfigError::Plaintext);
        }
        let bearer = token.map(bearer).transpose()?;
        Ok(Self { host, bearer, plaintext, authorities: Authorities::default(), limits: Limits::default() })
    }

    /// The same under other limits, and trusting these authorities too.
    pub(in crate::fetch) fn with(self, authorities: Authorities, limits: Limits) -> Self {
        Self { authorities, limits, ..self }
    }

    /// Whether host and token are there.
    pub(in crate::fetch) fn is_complete(&self) -> bool {
        self.host.is_some() && self.bearer.is_some()
    }

    /// A channel that connects when it is used.
    pub(super) fn channel(&self) -> Result<Channel, FatalError> {
        let host = self.host.as_ref();
        let host = host.ok_or_else(|| unconfigured("Tried to get MYT API server host, yet was not defined?"))?;
        let endpoint = if self.plaintext {
            Endpoint::from_shared(format!("http://{host}"))
        } else {
            let tls = self.authorities.for_grpc();
            Endpoint::from_shared(format!("https://{host}")).and_then(|endpoint| endpoint.tls_config(tls))
        };
        let endpoint = endpoint.and_then(|endpoint| endpoint.user_agent(USER_AGENT));
        let endpoint = endpoint.map_err(|_| upstream("Failed to look up card at MYT. Are they down?"))?;
        Ok(endpoint.connect_timeout(self.limits.connect).http2_adaptive_window(true).connect_lazy())
    }

    /// The header that authorises the operator.
    pub(super) fn bearer(&self) -> Result<MetadataValue<Ascii>, FatalError> {
        let bearer = self.bearer.clone();
        bearer.ok_or_else(|| unconfigured("Tried to get MYT auth token, yet was not defined?"))
    }
}

impl fmt::Debug for MytConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MytConfig")
            .field("host", &self.host)
            .field("token", &self.bearer.as_ref().map(|_| "***"))
            .field("plaintext", &self.plaintext)
            .finish_non_exhaustive()
    }
}

fn unconfigured(text: &str) -> FatalError {
    FatalError::new(FatalKind::Unconfigured, text)
}

const USER_AGENT: &str = concat!("tachi/", env!("CARGO_PKG_VERSION"));

fn parse_host(host: &str) -> Result<Authority, ConfigError> {
    let authority = host.parse::<Authority>().map_err(|_| ConfigError::Host)?;
    let port_is_one = authority.as_str() == authority.host() || authority.port_u16().is_some_and(|port| port != 0);
    if port_is_one && !host.contains('@') { Ok(authority) } else { Err(ConfigError::Host) }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn bearer(token: &str) -> Result<MetadataValue<Ascii>, ConfigError> {
    let mut bearer = format!("Bearer {token}").parse::<MetadataValue<Ascii>>().map_err(|_| ConfigError::Token)?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(host: &str, plaintext: bool) -> Result<MytConfig, ConfigError> {
        MytConfig::new(Some(host), Some("hunter2"), plaintext)
    }

    #[test]
    fn hosts_have_no_scheme_and_no_path() {
        for host in ["myt.example.com", "myt.example.com:8443", "127.0.0.1:50051", "[::1]:50051"] {
            assert!(new(host, false).is_ok(), "{host}");
        }
        for host in [
            "",
            "https://myt.example.com",
            "myt.example.com/",
            "a@myt.example.com",
            "a b",
            "host:port",
            "host:",
            "host:0",
        ] {
            assert_eq!(new(host, false).err(), Some(ConfigError::Host), "{host}");
        }
    }

    #[test]
    fn plaintext_stays_on_this_machine() {
        for host in ["localhost:1", "LOCALHOST", "127.0.0.1", "127.1.2.3:1", "[::1]:1"] {
            assert!(new(host, true).is_ok(), "{host}");
        }
        for host in ["myt.example.com", "localhost.example.com", "10.0.0.1:1", "0.0.0.0:1", "[::2]"] {
            assert_eq!(new(host, true).err(), Some(ConfigError::Plaintext), "{host}");
        }
    }

    #[test]
    fn tokens_are_one_line() {
        assert_eq!(MytConfig::new(None, Some("a\nb"), false).err(), Some(ConfigError::Token));
    }

    #[test]
    fn the_token_is_not_shown() {
        let shown = format!("{:?}", new("myt.example.com", false).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
