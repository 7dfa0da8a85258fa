//! One connection to the server: commands and their answers, and what the server says unasked.

use super::{
    identity,
    server::{self, Address},
};
use pulseaudio::protocol::{
    AuthParams, AuthReply, Command, CommandReply, MAX_MEMBLOCKQ_LENGTH, MAX_VERSION, ProtocolError, PulseError,
    SetClientNameReply, TagStructReader, read_descriptor, write_command_message,
};
use std::{
    ffi::CString,
    io::{self, BufReader, Read, Write},
    net::{Shutdown, TcpStream, ToSocketAddrs as _},
    os::unix::net::UnixStream,
    time::Duration,
};

/// A server that does not answer for so long hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// A control message; what else comes belongs to a stream.
const CONTROL: u32 = u32::MAX;

/// Why the server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// Nobody listens anywhere.
    #[error("no server listens")]
    NoServer,
    /// The connection broke, or the server does not answer.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// It said no.
    #[error("{0}")]
    Refused(PulseError),
    /// It said something that is not understood.
    #[error("the answer is not understood: {0}")]
    Protocol(String),
}

impl From<ProtocolError> for Fault {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::Io(error) => Self::Connection(error),
            ProtocolError::ServerError(error) => Self::Refused(error),
            other => Self::Protocol(other.to_string()),
        }
    }
}

/// A connected socket of either kind.
#[derive(Debug)]
pub(super) enum Socket {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    fn connect(address: &Address) -> io::Result<Self> {
        match address {
            Address::Unix(path) => UnixStream::connect(path).map(Self::Unix),
            Address::Tcp(host, port) => connect_to_host(host, *port).map(Self::Tcp),
        }
    }

    /// Another handle on the same connection.
    pub(super) fn share(&self) -> io::Result<Self> {
        match self {
            Self::Unix(socket) => socket.try_clone().map(Self::Unix),
            Self::Tcp(socket) => socket.try_clone().map(Self::Tcp),
        }
    }

    /// Ends the connection, and whatever waits for it.
    pub(super) fn shut_down(&self) {
        let outcome = match self {
            Self::Unix(socket) => socket.shutdown(Shutdown::Both),
            Self::Tcp(socket) => socket.shutdown(Shutdown::Both),
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "the connection to the sound server had ended already");
        }
    }

    fn limit(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(socket) => socket.set_read_timeout(limit).and_then(|()| socket.set_write_timeout(limit)),
            Self::Tcp(socket) => socket.set_read_timeout(limit).and_then(|()| socket.set_write_timeout(limit)),
        }
    }
}

/// A computer that does not answer must not hold up whoever opens a device.
fn connect_to_host(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut wrong = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, ANSWER_LIMIT) {
            Ok(socket) => {
                // Sound is sent in small pieces, each of them at once.
                socket.set_nodelay(true)?;
                return Ok(socket);
            }
            Err(error) => wrong = error,
        }
    }
    Err(wrong)
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(socket) => socket.read(buffer),
            Self::Tcp(socket) => socket.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unix(socket) => socket.write(bytes),
            Self::Tcp(socket) => socket.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the server sent, as far as anybody here wants to know.
pub(super) enum Message<'a> {
    /// An answer, with the number of the command and its bytes.
    Answer(u32, &'a [u8]),
    /// A refusal, with the number of the command.
    Refusal(u32, PulseError),
    /// Devices changed.
    Changed,
    /// A stream wants so many bytes to play.
    Wanted(u32),
    /// Samples of a recording.
    Samples(&'a [u8]),
    /// The server moved a stream to this device.
    Moved(CString),
    /// The server ended a stream.
    Killed,
    /// Anything else.
    Other,
}

impl<'a> Message<'a> {
    fn new(number: u32, command: Command, rest: &'a [u8]) -> Self {
        match command {
            Command::Reply => Self::Answer(number, rest),
            Command::Error(error) => Self::Refusal(number, error),
            Command::SubscribeEvent(_) => Self::Changed,
            Command::Request(request) => Self::Wanted(request.length),
            Command::PlaybackStreamMoved(moved) => Self::Moved(moved.device_name),
            Command::RecordStreamMoved(moved) => Self::Moved(moved.device_name),
            Command::PlaybackStreamKilled(_) | Command::RecordStreamKilled(_) => Self::Killed,
            _ => Self::Other,
        }
    }
}

/// An open connection.
pub(super) struct Connection {
    socket: BufReader<Socket>,
    version: u16,
    last: u32,
    payload: Vec<u8>,
    /// The server told of a change while something else was waited for.
    pub(super) told: bool,
}

impl Connection {
    /// Connects to the server that the environment names, with a limit on each answer.
    pub(super) fn open() -> Result<Self, Fault> {
        let variable = |name: &str| std::env::var_os(name);
        let addresses = server::addresses(variable, &server::machine_id());
        let mut wrong = Fault::NoServer;
        for address in &addresses {
            match Socket::connect(address) {
                Ok(socket) => return Self::greet(socket, server::cookie(variable, std::env::home_dir().as_deref())),
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {}
                Err(error) => wrong = error.into(),
            }
        }
        Err(wrong)
    }

    fn greet(socket: Socket, cookie: Vec<u8>) -> Result<Self, Fault> {
        socket.limit(Some(ANSWER_LIMIT))?;
        let socket = BufReader::with_capacity(16 * 1024, socket);
        let mut connection = Self { socket, version: MAX_VERSION, last: 0, payload: Vec::new(), told: false };
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let reply: AuthReply = connection.ask(&Command::Auth(auth))?;
        connection.version = MAX_VERSION.min(reply.version);
        let _: SetClientNameReply = connection.ask(&Command::SetClientName(identity::of_program()))?;
        Ok(connection)
    }

    /// From now on waits for the server as long as it takes.
    pub(super) fn wait_without_limit(&self) -> io::Result<()> {
        self.socket.get_ref().limit(None)
    }

    pub(super) fn limit_answers(&self) -> io::Result<()> {
        self.socket.get_ref().limit(Some(ANSWER_LIMIT))
    }

    pub(super) fn share(&self) -> io::Result<Socket> {
        self.socket.get_ref().share()
    }

    /// Sends a command and waits for its answer.
    pub(super) fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, Fault> {
        let number = self.send(command)?;
        let version = self.version;
        self.answer_to(number, |mut rest| Ok(TagStructReader::new(&mut rest, version).read()?))
    }

    /// Sends a command whose answer says nothing.
    pub(super) fn order(&mut self, command: &Command) -> Result<(), Fault> {
        let number = self.send(command)?;
        self.answer_to(number, |_| Ok(()))
    }

    /// Sends a command and returns its number.
    fn send(&mut self, command: &Command) -> Result<u32, Fault> {
        self.last = self.last.wrapping_add(1);
        let mut message = Vec::new();
        write_command_message(&mut message, self.last, command, self.version)?;
        self.socket.get_mut().write_all(&message)?;
        Ok(self.last)
    }

    fn answer_to<R>(&mut self, wanted: u32, read: impl Fn(&[u8]) -> Result<R, Fault>) -> Result<R, Fault> {
        loop {
            let told = match self.next()? {
                Message::Answer(number, rest) if number == wanted => return read(rest),
                Message::Refusal(number, error) if number == wanted => return Err(Fault::Refused(error)),
                message => matches!(message, Message::Changed),
            };
            self.told |= told;
        }
    }

    /// Sends bytes as they are.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.get_mut().write_all(bytes)
    }

    /// Waits for the next message. What is not understood is passed over.
    pub(super) fn next(&mut self) -> Result<Message<'_>, Fault> {
        loop {
            let header = read_descriptor(&mut self.socket)?;
            let length = header.length as usize;
            if length > MAX_MEMBLOCKQ_LENGTH {
                return Err(Fault::Protocol(format!("a message of {length} bytes")));
            }
            self.payload.resize(length, 0);
            self.socket.read_exact(&mut self.payload)?;
            if header.channel != CONTROL {
                return Ok(Message::Samples(&self.payload));
            }
            let mut rest = &self.payload[..];
            match Command::read_tag_prefixed(&mut rest, self.version) {
                Ok((number, command)) => {
                    let read = self.payload.len() - rest.len();
                    return Ok(Message::new(number, command, &self.payload[read..]));
                }
                Err(error) => tracing::debug!(%error, "a message of the sound server is not understood"),
            }
        }
    }
}

/// A name as the protocol wants it; what cannot be one names nothing.
pub(super) fn name(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}
