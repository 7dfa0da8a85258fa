//! A real relay for one test: the program `turnserver` of the package `coturn`, on loopback.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The one user.
pub const USERNAME: &str = "agent";
/// That user's password.
pub const PASSWORD: &str = "spoken only in tests";
const REALM: &str = "relay.test";
/// RFC 8489 §5, with an id of zeros.
const BINDING_REQUEST: [u8; 20] = *b"\0\x01\0\0\x21\x12\xa4\x42\0\0\0\0\0\0\0\0\0\0\0\0";
/// Starting takes a tenth of a second.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Another program may take a port between our look and its start.
const TRIES: usize = 5;

/// A running relay. Dropping it kills it.
#[derive(Debug)]
pub struct Coturn {
    child: Child,
    folder: TempDir,
    authority: CertificateDer<'static>,
    port: u16,
    tls_port: u16,
}

impl Coturn {
    /// Starts it for UDP, TCP and TLS, with further options of `turnserver`.
    ///
    /// # Panics
    /// If it does not run: the package `coturn` is missing, or an option is wrong.
    pub fn start(options: &[&str]) -> Self {
        (0..TRIES).find_map(|_| Self::try_start(options)).expect("coturn starts")
    }

    fn try_start(options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = write_certificate(folder.path());
        let (port, tls_port) = (free_port(), free_port());
        let log = File::create(folder.path().join("log")).expect("a log file");
        let file = |name: &str| folder.path().join(name).display().to_string();
        let child = Command::new("turnserver")
            .args(["-n", "--verbose", "--simple-log", "--log-file=stdout", "--no-cli", "--no-dtls"])
            .args(["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers", "--lt-cred-mech"])
            .arg(format!("--listening-port={port}"))
            .arg(format!("--tls-listening-port={tls_port}"))
            .arg(format!("--realm={REALM}"))
            .arg(format!("--user={USERNAME}:{PASSWORD}"))
            .args([format!("--userdb={}", file("users")), format!("--pidfile={}", file("pid"))])
            .args([format!("--cert={}", file("cert.pem")), format!("--pkey={}", file("key.pem"))])
            .args(options)
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a file handle can be copied"))
            .stdout(log)
            .spawn()
            .expect("`turnserver` of the package `coturn` is installed");
        let mut coturn = Self { child, folder, authority, port, tls_port };
        coturn.listens().then_some(coturn)
    }

    /// Where it is reached over UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Where it is reached over TLS. Its certificate is for `localhost` and 127.0.0.1.
    pub fn tls_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.tls_port).into()
    }

    /// Trusts the authority of its certificate, and nobody else.
    pub fn trust(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone()).expect("an authority");
        trusting(roots)
    }

    /// What it said until now.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("the log can be read")
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("a killed child can be waited for");
    }

    /// Waits until it can be reached; `false` if it ended instead, as where a port was taken.
    fn listens(&mut self) -> bool {
        let begin = Instant::now();
        while TcpStream::connect(self.tls_address()).is_err() || !self.answers() {
            if self.child.try_wait().expect("a child can be waited for").is_some() || begin.elapsed() > START_LIMIT {
                eprintln!("coturn does not run: {}", self.log());
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

impl Coturn {
    /// UDP, which it listens to last, and by then to TCP too.
    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<usize> {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.set_read_timeout(Some(Duration::from_millis(100)))?;
            socket.connect(self.address())?;
            socket.send(&BINDING_REQUEST)?;
            socket.recv(&mut [0; 1500])
        };
        ask().is_ok() && TcpStream::connect(self.address()).is_ok()
    }
}

impl Drop for Coturn {
    fn drop(&mut self) {
        // Also while a failed test unwinds, so nothing here may panic.
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

/// Trusts nobody.
pub fn trust_nobody() -> Arc<ClientConfig> {
    trusting(RootCertStore::empty())
}

fn trusting(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// Free for UDP and TCP.
fn free_port() -> u16 {
    let free = (0..100).find_map(|_| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let port = listener.local_addr().ok()?.port();
        UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok().map(|_| port)
    });
    free.expect("a free port")
}

/// Writes `cert.pem` and `key.pem`; returns the authority that signed.
fn write_certificate(folder: &Path) -> CertificateDer<'static> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key can be made");
    let authority = CertifiedIssuer::self_signed(authority, key).expect("an authority signs itself");
    let key = KeyPair::generate().expect("a key can be made");
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let server = CertificateParams::new(names).expect("both names are valid");
    let certificate = server.signed_by(&key, &authority).expect("the authority signs");
    for (name, pem) in [("cert.pem", certificate.pem()), ("key.pem", key.serialize_pem())] {
        std::fs::write(folder.join(name), pem).expect("the folder can be written");
    }
    authority.der().clone()
}
