//! Requests over kept connections, as many as a server answers.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// A kept connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).context("the server does not take a connection")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), body: Vec::new() })
    }

    /// Sends a request and reads the whole answer, which must be a good one.
    pub(crate) fn exchange(&mut self, request: &str) -> Result<&[u8]> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length, mut status) = (String::new(), 0, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("the server closed the connection");
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            match text.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
                Some(_) => {}
                None => text.clone_into(&mut status),
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        if !status.starts_with("HTTP/1.1 2") {
            bail!("{status}: {}", String::from_utf8_lossy(&self.body));
        }
        Ok(&self.body)
    }
}

/// The text of a request with a session's token.
pub(crate) fn request(method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> String {
    let authorization = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    let body = body.map_or_else(String::new, Value::to_string);
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{authorization}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

/// How long each of the answered requests took.
pub(crate) struct Answered {
    pub(crate) latencies: Vec<Duration>,
    pub(crate) took: Duration,
}

/// Asks over so many connections at once for so long; `next` makes the request of a connection, by its number and that of
/// the request.
pub(crate) fn run(
    port: u16,
    connections: usize,
    length: Duration,
    next: impl Fn(usize, usize) -> String + Sync,
) -> Result<Answered> {
    let (begun, next) = (Instant::now(), &next);
    let ask = move |number: usize| -> Result<Vec<Duration>> {
        let (mut connection, mut latencies) = (Connection::open(port)?, Vec::new());
        while begun.elapsed() < length {
            let request = next(number, latencies.len());
            let sent = Instant::now();
            connection.exchange(&request)?;
            latencies.push(sent.elapsed());
        }
        Ok(latencies)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|number| scope.spawn(move || ask(number))).collect();
        let mut latencies = Vec::new();
        for thread in threads {
            let Ok(answered) = thread.join() else { bail!("a thread of the load panicked") };
            latencies.extend(answered?);
        }
        Ok(Answered { latencies, took: begun.elapsed() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn answers_are_read_whole_and_bad_ones_are_told() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in ["200 OK\r\nContent-Length: 5\r\n\r\nhello", "404 Not Found\r\ncontent-length: 4\r\n\r\nnone"]
            {
                let mut asked = [0; 512];
                assert!(stream.read(&mut asked).unwrap() > 0);
                write!(stream, "HTTP/1.1 {answer}").unwrap();
            }
        });
        let mut connection = Connection::open(port).unwrap();
        let ask = request("GET", "/", Some("token"), None);
        assert_eq!(connection.exchange(&ask).unwrap(), b"hello");
        let refused = connection.exchange(&ask).unwrap_err().to_string();
        assert_eq!(refused, "HTTP/1.1 404 Not Found: none");
        server.join().unwrap();
    }
}
