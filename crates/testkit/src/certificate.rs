//! A certificate authority of its own for one test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use std::path::{Path, PathBuf};

/// A server certificate for `localhost` and 127.0.0.1, its key, and the authority that signed it, as PEM files.
#[derive(Debug)]
pub struct TestCertificate {
    directory: PathBuf,
}

impl TestCertificate {
    /// Writes `ca.pem`, `cert.pem` and `key.pem` into `directory`.
    pub fn write(directory: &Path) -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key can be made");
        let authority = CertifiedIssuer::self_signed(authority, key).expect("an authority signs itself");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let key = KeyPair::generate().expect("a key can be made");
        let server = CertificateParams::new(names).expect("both names are valid");
        let certificate = server.signed_by(&key, &authority).expect("the authority signs");
        let files = [("ca.pem", authority.pem()), ("cert.pem", certificate.pem()), ("key.pem", key.serialize_pem())];
        for (name, pem) in files {
            std::fs::write(directory.join(name), pem).expect("the directory can be written");
        }
        Self { directory: directory.to_owned() }
    }

    /// The authority that clients must trust.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }
    /// The server's certificate.
    pub fn certificate_file(&self) -> PathBuf {
        self.directory.join("cert.pem")
    }
    /// The certificate's key.
    pub fn key_file(&self) -> PathBuf {
        self.directory.join("key.pem")
    }
}
