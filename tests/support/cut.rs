//! A way to the server that can be cut, as a network does it.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards TCP connections until they are cut; later ones pass again, unless the way is closed.
pub(crate) struct Way {
    pub(crate) address: SocketAddr,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    cuts: u32,
    closed: bool,
    stalled: bool,
}

impl Way {
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (state, seen) = watch::channel(State::default());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = *seen.borrow();
                if !state.closed {
                    tokio::spawn(forward(client, server, seen.clone(), state.cuts));
                }
            }
        });
        Self { address, state }
    }

    /// Ends every connection that there is, without a closing handshake.
    pub(crate) fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Ends every connection, and lets none pass until the way is opened again.
    pub(crate) fn close(&self) {
        self.state.send_modify(|state| (state.cuts, state.closed) = (state.cuts + 1, true));
    }

    pub(crate) fn open(&self) {
        self.state.send_modify(|state| state.closed = false);
    }

    /// Holds everything back, as a network that is gone for a while, or lets it flow again.
    pub(crate) fn set(&self, flows: bool) {
        self.state.send_modify(|state| state.stalled = !flows);
    }
}

async fn forward(client: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>, cuts: u32) {
    let server = TcpStream::connect(server).await.expect("the server listens").into_split();
    let client = client.into_split();
    let flows = state.clone();
    let both = async { tokio::join!(pass(client.0, server.1, flows.clone()), pass(server.0, client.1, flows)) };
    tokio::select! {
        _ = both => {}
        _ = state.wait_for(|state| state.cuts != cuts) => {}
    }
}

/// Either end may go whenever it likes.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) {
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if state.wait_for(|state| !state.stalled).await.is_err() || to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
