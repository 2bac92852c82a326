use std::{fmt, io, path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

/// The certificate with which connections are protected.
#[derive(Clone)]
pub struct Tls(pub(crate) TlsAcceptor);

/// The certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadTls {
    /// A file cannot be read or is not PEM.
    #[error("{0} cannot be read")]
    File(String, #[source] io::Error),
    /// The two do not go together.
    #[error("the certificate and its key cannot be used")]
    Pair(#[from] rustls::Error),
}

impl Tls {
    /// Reads the certificate (with those above it) and its key from PEM files.
    ///
    /// # Errors
    /// [`BadTls`].
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, BadTls> {
        let bad = |file: &Path, error: rustls::pki_types::pem::Error| {
            BadTls::File(file.display().to_string(), io::Error::other(error))
        };
        let chain = CertificateDer::pem_file_iter(certificate).map_err(|error| bad(certificate, error))?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|error| bad(certificate, error))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
