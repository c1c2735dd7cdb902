//! What calls to other hosts have in common.

use anyhow::Result;
use rustls::{ClientConfig, RootCertStore};

/// TLS that trusts the roots compiled in: the machine may have no certificates of its own.
///
/// # Errors
/// When the library offers no version of TLS.
pub fn tls() -> Result<ClientConfig> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = rustls::crypto::ring::default_provider();
    let versions = ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// What this program calls itself.
pub const USER_AGENT: &str = concat!("tachi/", env!("CARGO_PKG_VERSION"));
