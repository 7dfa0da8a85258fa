//! The connection to a relay, cut into whole messages.

use crate::framing;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::UdpSocket;

/// What waits for a stream that takes nothing: a second of audio. What comes later is dropped, since it would be late.
const MAX_QUEUED: usize = 16 * 1024;
/// Larger than any datagram.
const MAX_DATAGRAM: usize = 65_536;

/// A stream of bytes, with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Reads whole messages.
pub(crate) enum Reader {
    Datagrams { socket: Arc<UdpSocket>, buffer: Vec<u8> },
    Stream { half: ReadHalf<Box<dyn Stream>>, buffer: BytesMut },
}

/// Writes whole messages.
pub(crate) enum Writer {
    Datagrams { socket: Arc<UdpSocket>, queue: VecDeque<Vec<u8>> },
    Stream { half: WriteHalf<Box<dyn Stream>>, buffer: BytesMut, unflushed: bool },
}

pub(crate) fn datagrams(socket: UdpSocket) -> (Reader, Writer) {
    let socket = Arc::new(socket);
    (
        Reader::Datagrams { socket: Arc::clone(&socket), buffer: vec![0; MAX_DATAGRAM] },
        Writer::Datagrams { socket, queue: VecDeque::new() },
    )
}

pub(crate) fn stream(stream: Box<dyn Stream>) -> (Reader, Writer) {
    let (read, write) = tokio::io::split(stream);
    (
        Reader::Stream { half: read, buffer: BytesMut::new() },
        Writer::Stream { half: write, buffer: BytesMut::new(), unflushed: false },
    )
}

impl Reader {
    /// The next message; an error if there will be none. Cancel-safe.
    pub(crate) async fn next(&mut self) -> io::Result<Bytes> {
        match self {
            Self::Datagrams { socket, buffer } => loop {
                match socket.recv(buffer).await {
                    Ok(length) => return Ok(Bytes::copy_from_slice(&buffer[..length])),
                    Err(error) if is_passing(&error) => {}
                    Err(error) => return Err(error),
                }
            },
            Self::Stream { half, buffer } => loop {
                match framing::next(buffer) {
                    Ok(Some(message)) => return Ok(message),
                    Ok(None) => {}
                    Err(framing::NotTurn) => return Err(io::ErrorKind::InvalidData.into()),
                }
                if half.read_buf(buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            },
        }
    }
}

impl Writer {
    /// Lets a message wait for [`Self::flush`].
    pub(crate) fn queue(&mut self, message: Vec<u8>) {
        match self {
            Self::Datagrams { queue, .. } => queue.push_back(message),
            Self::Stream { buffer, .. } => framing::write(buffer, &message),
        }
    }

    /// Nothing more should be queued but what matters.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Datagrams { queue, .. } => queue.iter().map(Vec::len).sum::<usize>() > MAX_QUEUED,
            Self::Stream { buffer, .. } => buffer.len() > MAX_QUEUED,
        }
    }

    /// There is something to flush.
    pub(crate) fn is_waiting(&self) -> bool {
        match self {
            Self::Datagrams { queue, .. } => !queue.is_empty(),
            Self::Stream { buffer, unflushed, .. } => !buffer.is_empty() || *unflushed,
        }
    }

    /// Writes what waits. Cancel-safe: what was not written waits on.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Datagrams { socket, queue } => {
                while let Some(message) = queue.front() {
                    match socket.send(message).await {
                        Ok(_) => {}
                        // Lost, as datagrams may be.
                        Err(error) if is_passing(&error) => {}
                        Err(error) => return Err(error),
                    }
                    queue.pop_front();
                }
            }
            Self::Stream { half, buffer, unflushed } => {
                while !buffer.is_empty() {
                    *unflushed = true;
                    half.write_buf(buffer).await?;
                }
                half.flush().await?;
                *unflushed = false;
            }
        }
        Ok(())
    }

    /// Says that nothing follows.
    pub(crate) async fn shut_down(&mut self) -> io::Result<()> {
        match self {
            Self::Datagrams { .. } => Ok(()),
            Self::Stream { half, .. } => half.shutdown().await,
        }
    }
}

/// The network is away for the moment. Unlike a refusal, which says that nobody is there: what this relay knew of us is
/// gone then.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::Interrupted
            | io::ErrorKind::WouldBlock
            | io::ErrorKind::PermissionDenied
    )
}
