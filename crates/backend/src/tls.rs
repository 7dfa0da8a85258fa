//! Certificates for a server that speaks TLS itself.

use mobilecall_domain::{
    Private,
    pem::{self, NotPem},
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or is not PEM.
    #[error("{what} {} cannot be read: give a PEM file that this user may read", path.display())]
    File {
        /// Certificate or key.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// A file is in another form than PEM.
    #[error("{what} {} is not in PEM form: {source}", path.display())]
    NotPem {
        /// Certificate or key.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// In which.
        #[source]
        source: NotPem,
    },
    /// The file has no certificate.
    #[error("{} holds no certificate: give a PEM file with the server's certificate first, then its chain", .0.display())]
    Empty(PathBuf),
    /// Certificate and key do not make a server.
    #[error("certificate and key do not fit together: give the key that belongs to the certificate")]
    Mismatch(#[source] rustls::Error),
}

/// What is read may be a key.
fn read(what: &'static str, path: &Path) -> Result<Private<String>, TlsError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let (path, source) = (path.to_owned(), rustls::pki_types::pem::Error::Io(error));
        TlsError::File { what, path, source }
    })?;
    let text = pem::text(&bytes);
    text.map(Private::new).map_err(|source| TlsError::NotPem { what, path: path.to_owned(), source })
}

/// Reads a PEM certificate chain and its key. HTTP/2 and HTTP/1.1 are offered.
pub fn load(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |what, path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::File { what, path, source }
    };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(read("the certificate", certificate)?.expose().as_bytes())
            .collect::<Result<_, _>>()
            .map_err(unreadable("the certificate", certificate))?;
    if chain.is_empty() {
        return Err(TlsError::Empty(certificate.to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_slice(read("the key", key)?.expose().as_bytes()).map_err(unreadable("the key", key))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Mismatch)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
