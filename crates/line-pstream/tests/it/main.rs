//! The line over real sockets on loopback, against a server that speaks the real protocol.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod conformance;
mod connection;
mod nearest;
mod recovery;
mod server;
mod tls;

use async_trait::async_trait;
use mobilecall_domain::{LineKind, Private, Registration};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_line_pstream::{PstreamLine, PstreamLineConfig, TokenError, TokenSource, VoiceToken};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// No step takes longer, unless it never ends.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Numbers its tokens.
#[derive(Default)]
struct Tokens(AtomicU32);

#[async_trait]
impl TokenSource for Tokens {
    async fn fetch(&self) -> Result<VoiceToken, TokenError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(VoiceToken { token: Private::new(format!("jwt{number}")), identity: "agent".into() })
    }
}

fn config(url: &str) -> PstreamLineConfig {
    PstreamLineConfig::new(LineKind::Direct, vec![url.parse().unwrap()], Arc::new(Tokens::default()))
}

type Events = mpsc::Receiver<LineEvent>;

async fn next(events: &mut Events) -> LineEvent {
    timeout(TIME_LIMIT, events.recv()).await.expect("an event in time").expect("the line is alive")
}

/// Reads until the standing is reported.
async fn stands(events: &mut Events, wanted: Registration) {
    loop {
        if let LineEvent::Registration(standing) = next(events).await
            && standing == wanted
        {
            return;
        }
    }
}

/// A line that is registered at the server, and the server's end of its connection.
async fn registered(server: &server::Server) -> (PstreamLine, Events, server::Peer) {
    use mobilecall_line::Line;
    let (line, mut events) = PstreamLine::connect(config(&server.url()));
    line.send(LineCommand::Register).unwrap();
    let mut peer = server.accept().await;
    peer.sign_in("jwt1").await;
    stands(&mut events, Registration::Registered).await;
    (line, events, peer)
}
