//! A way to the server that can be cut, as a network does it.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards TCP connections until they are cut; later ones pass again.
pub(crate) struct Way {
    pub(crate) address: SocketAddr,
    cuts: watch::Sender<u32>,
}

impl Way {
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, _) = watch::channel(0);
        let cutter = cuts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server, cutter.subscribe()));
            }
        });
        Self { address, cuts }
    }

    /// Ends every connection that there is, without a farewell.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
    }
}

async fn forward(mut client: TcpStream, server: SocketAddr, mut cut: watch::Receiver<u32>) {
    let mut server = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        // Either end may go whenever it likes.
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = cut.changed() => {}
    }
}
