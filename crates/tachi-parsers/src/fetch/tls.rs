//! Whom to trust. The well-known authorities are built in, because the machine's own may be missing; an operator whose
//! services have a private one adds it.

use std::error::Error;
use std::io;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tonic::transport::{Certificate, ClientTlsConfig};

use super::services::ConfigurationError;

/// Authorities beside the well-known ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Authorities {
    pem: Option<String>,
}

impl Authorities {
    /// Those of a text with certificates in PEM form.
    ///
    /// # Errors
    /// When it holds none, or one that cannot be read.
    pub(super) fn new(pem: Option<String>) -> Result<Self, ConfigurationError> {
        let authorities = Self { pem };
        authorities.roots()?;
        Ok(authorities)
    }

    /// For connections over HTTP.
    pub(super) fn for_http(&self) -> Result<ClientConfig, ConfigurationError> {
        let config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(|error| ConfigurationError::Client(error.to_string()))?;
        Ok(config.with_root_certificates(self.roots()?).with_no_client_auth())
    }

    /// For connections over gRPC.
    pub(super) fn for_grpc(&self) -> ClientTlsConfig {
        let config = ClientTlsConfig::new().with_webpki_roots();
        self.pem.iter().fold(config, |config, pem| config.ca_certificate(Certificate::from_pem(pem)))
    }

    fn roots(&self) -> Result<RootCertStore, ConfigurationError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let Some(pem) = &self.pem else { return Ok(roots) };
        let known = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| ConfigurationError::Authorities(error.to_string()))?;
            roots.add(certificate).map_err(|error| ConfigurationError::Authorities(error.to_string()))?;
        }
        if roots.len() == known {
            let expected = "expected certificates in PEM form, found none";
            return Err(ConfigurationError::Authorities(expected.to_owned()));
        }
        Ok(roots)
    }
}

/// What is wrong with a service's certificate, where that is why there is no connection.
pub(super) fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(problem @ rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Some(problem.to_string());
        }
        // What an I/O error was made of does not count among its sources.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_certificates_is_refused() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for text in ["", "a certificate", broken, "-----BEGIN CERTIFICATE-----\n"] {
            let refused = Authorities::new(Some(text.to_owned()));
            assert!(matches!(refused, Err(ConfigurationError::Authorities(_))), "{text:?}: {refused:?}");
        }
        assert!(Authorities::new(None).is_ok());
    }
}
