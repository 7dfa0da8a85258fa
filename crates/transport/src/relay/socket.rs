//! A socket of the stack, past which goes what is for our own relay.

use super::{ADDRESSES, Claim, Relays, session};
use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

/// Packets between the stack and a relay, each way: more than a second of audio.
const CAPACITY: usize = 128;

pub(crate) struct RelayedSocket {
    inner: Arc<dyn AsyncUdpSocket>,
    relays: Arc<Relays>,
    /// To the session, once the stack has asked for something. Its end is the session's.
    session: OnceLock<Conversation>,
    answers: mpsc::Sender<Vec<u8>>,
    answered: Mutex<mpsc::Receiver<Vec<u8>>>,
}

struct Conversation {
    requests: mpsc::Sender<Vec<u8>>,
    /// Whom the stack addressed, and who must seem to answer.
    with: SocketAddr,
    /// Ends with the socket, so that one that takes its place is the first again, whatever the session still does.
    _claim: Option<Claim>,
}

impl RelayedSocket {
    pub(crate) fn new(inner: Arc<dyn AsyncUdpSocket>, relays: Arc<Relays>) -> Self {
        let (answers, answered) = mpsc::channel(CAPACITY);
        Self { inner, relays, session: OnceLock::new(), answers, answered: Mutex::new(answered) }
    }

    fn ask(&self, with: SocketAddr, message: &[u8]) {
        let conversation = self.session.get_or_init(|| {
            let (requests, received) = mpsc::channel(CAPACITY);
            let claim = self.relays.claim();
            let (relays, is_first) = (Arc::clone(&self.relays), claim.is_some());
            tokio::spawn(session::serve(relays, is_first, received, self.answers.clone()));
            Conversation { requests, with, _claim: claim }
        });
        if conversation.requests.try_send(message.to_vec()).is_err() {
            tracing::trace!("a packet for a relay was dropped");
        }
    }

    fn poll_answered(&self, context: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        self.answered.lock().expect("nothing panics while it holds the lock").poll_recv(context)
    }
}

impl fmt::Debug for RelayedSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayedSocket").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl AsyncUdpSocket for RelayedSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn poll_send(&self, context: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        if !ADDRESSES.contains(&transmit.destination.ip()) {
            return self.inner.poll_send(context, transmit);
        }
        let length = transmit.contents.len();
        for message in transmit.contents.chunks(transmit.segment_size.unwrap_or(length).max(1)) {
            self.ask(transmit.destination, message);
        }
        Poll::Ready(Ok(length))
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(meta)) = (buffers.first_mut(), metas.first_mut()) else { return Poll::Ready(Ok(0)) };
        while let (Poll::Ready(Some(answer)), Some(conversation)) = (self.poll_answered(context), self.session.get()) {
            // Larger than any packet of ours; a socket would cut it off.
            let Some(space) = buffer.get_mut(..answer.len()) else { continue };
            space.copy_from_slice(&answer);
            let mut read = RecvMeta::default();
            (read.addr, read.len, read.stride) = (conversation.with, answer.len(), answer.len().max(1));
            *meta = read;
            return Poll::Ready(Ok(1));
        }
        self.inner.poll_recv(context, buffers, metas)
    }

    fn max_gso_segments(&self) -> usize {
        self.inner.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}
