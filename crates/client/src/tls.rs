//! Whom a TLS connection trusts.

use crate::TlsError;
use mobilecall_domain::pem;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{path::Path, sync::Arc};

/// The TLS configuration of all connections to a server: HTTP, events and signaling. Trusts the system's authorities
/// and those in the PEM file `authority`, if given.
pub fn trust(authority: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!(%error, "a certificate of the system's store was skipped");
    }
    roots.add_parsable_certificates(native.certs);
    if let Some(path) = authority {
        for certificate in read_authority(path)? {
            let refused = |source| TlsError::Certificate { path: path.to_owned(), source };
            roots.add(certificate).map_err(refused)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Provider)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn read_authority(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = std::fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })?;
    let text = pem::text(&bytes).map_err(|source| TlsError::NotPem { path: path.to_owned(), source })?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(TlsError::NoCertificate { path: path.to_owned() }),
    }
}
