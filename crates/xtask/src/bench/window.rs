//! The app's window, used through WebKit's driver.

use super::desktop::{Desktop, Part};
use super::gauges::children;
use super::load::{Connection, request};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long the app may take for anything.
const LIMIT: Duration = Duration::from_secs(40);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Types the echo test's code, as the field's own event, and takes the button once it is a promise.
const DIAL_THE_ECHO_TEST: &str = "\
const named = (id) => document.querySelector(`[data-testid=${id}]`);
const field = named('dial-field');
if (field.value !== '*43') {
  field.value = '*43';
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
const button = named('dial-button');
if (!button.classList.contains('ready')) return 'not yet';
button.click();
return 'dialed';";

/// The open window of the app, which ends with it.
pub(crate) struct Window {
    driver: Part,
    connection: RefCell<Connection>,
    session: String,
}

impl Window {
    /// Starts the app on a desktop and waits until it is ready for calls.
    pub(crate) fn open(desktop: &Desktop, program: &Path) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let driver = desktop.run("WebKitWebDriver", &["--host=127.0.0.1", &format!("--port={port}")])?;
        let options = json!({ "binary": program, "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let mut connection = connect(port)?;
        let opened = value(connection.exchange(&request("POST", "/session", None, Some(&wanted)))?)?;
        let session = opened["sessionId"].as_str().context("the driver names no session")?.to_owned();
        let window = Self { driver, connection: RefCell::new(connection), session };
        window.becomes("return document.querySelector('[data-testid=status-strip]')?.dataset.standing", "ready")?;
        Ok(window)
    }

    /// The process of the app.
    pub(crate) fn app(&self) -> Result<u32> {
        children(self.driver.id())?.first().copied().context("the app has ended")
    }

    /// Calls the echo test.
    pub(crate) fn call_the_echo_test(&self) -> Result<()> {
        self.becomes(DIAL_THE_ECHO_TEST, "dialed")?;
        self.becomes("return document.querySelector('[data-testid=call-card]')?.dataset.state", "active")
    }

    fn becomes(&self, script: &str, wanted: &str) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let found = self.script(script)?;
            if found == wanted {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the window shows {found} where \"{wanted}\" was to be");
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    fn script(&self, script: &str) -> Result<Value> {
        let path = format!("/session/{}/execute/sync", self.session);
        let body = json!({ "script": script, "args": [] });
        value(self.connection.borrow_mut().exchange(&request("POST", &path, None, Some(&body)))?)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let end = request("DELETE", &format!("/session/{}", self.session), None, None);
        // The app ends with the session; one that has ended already is as good.
        let _ended = self.connection.borrow_mut().exchange(&end);
    }
}

/// The driver takes a moment to listen.
fn connect(port: u16) -> Result<Connection> {
    let deadline = Instant::now() + LIMIT;
    loop {
        match Connection::open(port) {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() > deadline => return Err(error.context("WebKit's driver does not listen")),
            Err(_) => thread::sleep(LOOK_EVERY),
        }
    }
}

fn value(answer: &[u8]) -> Result<Value> {
    let mut answer: Value = serde_json::from_slice(answer).context("WebKit's driver does not answer in JSON")?;
    Ok(answer["value"].take())
}
