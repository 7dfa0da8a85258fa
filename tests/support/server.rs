//! A real `mobile-call-server` over a database in a temporary folder.

use super::process::{Running, wait_for};
use super::program;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long the server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The running server and what it keeps.
pub(crate) struct Server {
    port: u16,
    folder: PathBuf,
    process: Running,
    starts: u32,
}

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) username: &'static str,
    pub(crate) password_file: PathBuf,
}

impl Account {
    /// The password.
    pub(crate) fn password(&self) -> String {
        let file = fs::read_to_string(&self.password_file).expect("the password file is ours");
        file.trim().to_owned()
    }
}

impl Server {
    /// Starts a server with an empty database in the folder.
    pub(crate) fn start(folder: &Path) -> Self {
        // The system chooses a port, and the server says which: nobody can take it in between.
        let (process, port) = start_process(0, folder, 1).expect("loopback has a free port");
        Self { port, folder: folder.to_path_buf(), process, starts: 1 }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Its address for clients.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes an agent of the company "Test".
    pub(crate) fn add_agent(&self, username: &'static str, extension: &str) -> Account {
        self.add_person(username, username, extension)
    }

    /// Makes an agent of the company "Test" with a name of their own.
    pub(crate) fn add_person(&self, username: &'static str, name: &str, extension: &str) -> Account {
        let password_file = self.folder.join(format!("{username}.password"));
        fs::write(&password_file, format!("password of {username}\n")).expect("the password file can be written");
        let mut command = Command::new(program("mobile-call-server"));
        command.args(["--database-url", &database(&self.folder)]).args(["user", "add"]);
        command.args(["--username", username, "--name", name, "--extension", extension]);
        command.args(["--company", "Test", "--create-company"]);
        let added = command.arg("--password-file").arg(&password_file).output().expect("the server's program starts");
        assert!(added.status.success(), "no user {username}: {}", String::from_utf8_lossy(&added.stderr));
        Account { username, password_file }
    }

    /// Asks the server for JSON over plain HTTP, with a bearer token if there is one.
    pub(crate) fn http(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{authorization}\r\n{body}",
            self.port,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.write_all(request.as_bytes()).expect("the server reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("the server answers in text");
        let (head, body) = response.split_once("\r\n\r\n").expect("an HTTP response");
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {head}\n{body}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{method} {path}: {error}: {body}"))
    }

    /// Signs an agent in; the result is the bearer token.
    pub(crate) fn sign_in(&self, account: &Account) -> String {
        let credentials = json!({ "username": account.username, "password": account.password() });
        let session = self.http("POST", "/api/auth/login", None, Some(&credentials));
        session["token"].as_str().expect("sign-in gives a token").to_owned()
    }

    /// The calls the server keeps for whom the token belongs to, newest first.
    pub(crate) fn calls(&self, token: &str) -> Vec<Value> {
        let calls = self.http("GET", "/api/calls", Some(token), None);
        calls.as_array().expect("a list").clone()
    }

    /// Ends the server as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again over the same database, on the same port, as soon as nobody uses that: a connection of another test
    /// may have been given it meanwhile.
    pub(crate) fn restart(&mut self) {
        self.process = wait_for("the server's port to be free", START_LIMIT, || {
            self.starts += 1;
            start_process(self.port, &self.folder, self.starts).map(|(process, _)| process)
        });
    }
}

fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("server.sqlite").display())
}

/// Starts the program and waits until it serves; gives its port, or nothing if somebody else uses that.
fn start_process(port: u16, folder: &Path, start: u32) -> Option<(Running, u16)> {
    let mut command = Command::new(program("mobile-call-server"));
    command.args(["--listen", &format!("127.0.0.1:{port}"), "--database-url", &database(folder)]);
    let log = folder.join(format!("server-{start}.log"));
    let mut process = Running::start(&mut command, &log);
    let port = wait_for("the server to listen", START_LIMIT, || {
        let said = fs::read_to_string(&log).expect("the log is ours");
        let port = said.lines().find_map(|line| line.strip_prefix("listening on http://127.0.0.1:")?.parse().ok());
        let in_use = !process.is_running() && said.contains("another program uses this port");
        assert!(in_use || port.is_some() || process.is_running(), "the server did not start: {said}");
        if in_use { Some(None) } else { port.map(Some) }
    })?;
    wait_for("the server to answer", START_LIMIT, || healthy(port).ok());
    Some((process, port))
}

/// The server listens before its database is ready; this asks whether it is.
fn healthy(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let ok = response.starts_with("HTTP/1.1 200");
    ok.then_some(()).ok_or_else(|| std::io::Error::other(response))
}
