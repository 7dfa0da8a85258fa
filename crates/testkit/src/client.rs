//! HTTP clients that follow no proxy and no redirect.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{path::Path, sync::Arc};

/// One that trusts nobody, for servers without TLS.
pub fn plain_client() -> reqwest::Client {
    client(RootCertStore::empty())
}

/// One that trusts this authority only.
pub fn tls_client(ca_file: &Path) -> reqwest::Client {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(ca_file).expect("the authority's file is PEM");
    roots.add(authority).expect("the authority is one");
    client(roots)
}

fn client(roots: RootCertStore) -> reqwest::Client {
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client can be made")
}
