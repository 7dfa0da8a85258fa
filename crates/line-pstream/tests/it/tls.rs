//! Encrypted connections and whom they trust.

use crate::{TIME_LIMIT, config, server::Server, stands};
use mobilecall_domain::Registration;
use mobilecall_line::{Line, LineCommand};
use mobilecall_line_pstream::PstreamLine;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use std::sync::Arc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

struct Certificate {
    public: CertificateDer<'static>,
    acceptor: TlsAcceptor,
}

fn certificate() -> Certificate {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let public = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![public.clone()], key)
        .unwrap();
    Certificate { public, acceptor: TlsAcceptor::from(Arc::new(config)) }
}

fn trusting(certificate: &CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

async fn line_at(server: &Server, trusted: &CertificateDer<'static>) -> (PstreamLine, crate::Events) {
    let url = server.url().replace("ws://127.0.0.1", "wss://localhost");
    let mut config = config(&url);
    config.tls = Some(trusting(trusted));
    let (line, events) = PstreamLine::connect(config);
    line.send(LineCommand::Register).unwrap();
    (line, events)
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_trusted_when_it_is_given() {
    let server = Server::start().await;
    let certificate = certificate();
    let (_line, mut events) = line_at(&server, &certificate.public).await;
    let encrypted = certificate.acceptor.accept(server.accept_tcp().await).await.unwrap();
    let mut socket = tokio_tungstenite::accept_async(encrypted).await.unwrap();
    use futures_util::{SinkExt, StreamExt};
    let listen = timeout(TIME_LIMIT, socket.next()).await.unwrap().unwrap().unwrap();
    assert!(listen.to_text().unwrap().contains("listen"));
    for frame in ["{\"type\":\"connected\"}", "{\"type\":\"ready\"}"] {
        socket.send(tokio_tungstenite::tungstenite::Message::text(frame)).await.unwrap();
    }
    stands(&mut events, Registration::Registered).await;
}

#[tokio::test]
async fn an_unknown_certificate_is_refused() {
    let server = Server::start().await;
    let (theirs, ours) = (certificate(), certificate());
    let (_line, mut events) = line_at(&server, &ours.public).await;
    assert!(theirs.acceptor.accept(server.accept_tcp().await).await.is_err());
    stands(&mut events, Registration::Registering { attempt: 1 }).await;
}
