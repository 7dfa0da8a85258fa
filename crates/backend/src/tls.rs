//! Certificates for a server that speaks TLS itself.

use mobilecall_domain::{
    Private,
    pem::{self, NotPem},
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error, PemObject as _},
    },
};
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Far more than any chain of certificates needs.
const LARGEST_FILE_BYTES: u64 = 1024 * 1024;

/// Why TLS cannot be set up. None of it shows what is in the files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{what} {} cannot be read: give a PEM file that this user may read", path.display())]
    File {
        /// Certificate or key.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is in another form than PEM.
    #[error("{what} {} is not in PEM form", path.display())]
    NotPem {
        /// Certificate or key.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// In which.
        #[source]
        source: NotPem,
    },
    /// A file in PEM form has nothing that can be used.
    #[error("{what} {} cannot be used: {reason}", path.display())]
    Unusable {
        /// Certificate or key.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why, and what to do about it.
        reason: &'static str,
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
    let unreadable = |source| TlsError::File { what, path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE_BYTES {
        let reason = "it is larger than any certificate or key: give another file";
        return Err(TlsError::Unusable { what, path: path.to_owned(), reason });
    }
    let text = pem::text(&bytes);
    text.map(Private::new).map_err(|source| TlsError::NotPem { what, path: path.to_owned(), source })
}

/// What is wrong with a file in PEM form. The library's own words would show its content, which may be a key.
const fn reason(error: &Error) -> &'static str {
    match error {
        Error::NoItemsFound => {
            "it has no private key without a password: make one with 'openssl pkey -in FILE -out FILE.pem'"
        }
        Error::MissingSectionEnd { .. } => {
            "a block in it has no END line of its own: give the file with its line breaks, whole"
        }
        Error::IllegalSectionStart { .. } => "the first line of a block in it is damaged: give the file as it was made",
        _ => "a block in it is damaged: give the file as it was made",
    }
}

/// Reads a PEM certificate chain and its key. HTTP/2 and HTTP/1.1 are offered.
pub fn load(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unusable = |what, path: &Path| {
        let path = path.to_owned();
        move |error: Error| TlsError::Unusable { what, path, reason: reason(&error) }
    };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(read("the certificate", certificate)?.expose().as_bytes())
            .collect::<Result<_, _>>()
            .map_err(unusable("the certificate", certificate))?;
    if chain.is_empty() {
        return Err(TlsError::Empty(certificate.to_owned()));
    }
    let key_der =
        PrivateKeyDer::from_pem_slice(read("the key", key)?.expose().as_bytes()).map_err(unusable("the key", key))?;
    let provider = Arc::new(ring::default_provider());
    // Apart from the comparison with the certificate, which may be as good as the key is bad. The library gives no reason.
    provider.key_provider.load_private_key(key_der.clone_key()).map_err(|_| TlsError::Unusable {
        what: "the key",
        path: key.to_owned(),
        reason: "it is damaged, or of a kind that is not served here: use RSA of 2048 to 4096 bits, ECDSA over P-256 or \
                 P-384, or Ed25519, and a certificate for it",
    })?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key_der))
        .map_err(TlsError::Mismatch)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
