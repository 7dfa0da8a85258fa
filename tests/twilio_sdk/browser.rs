//! The browser and its pages, each page a phone made of Twilio's SDK.

use crate::support::{artifacts, source};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::sync::oneshot;

/// Longer than anything the pages wait for, so that their own message is the one that is seen.
const LIMIT: Duration = Duration::from_secs(40);

type Reply = Result<Value, String>;

/// The driver program. It ends when this test program does, because its input ends then.
pub(crate) struct Browser {
    input: Mutex<ChildStdin>,
    waiting: Arc<Mutex<HashMap<u64, oneshot::Sender<Reply>>>>,
    next: AtomicU64,
    _driver: Child,
}

impl Browser {
    /// The one that all tests share.
    pub(crate) fn shared() -> &'static Self {
        static BROWSER: OnceLock<Browser> = OnceLock::new();
        BROWSER.get_or_init(|| Self::start("twilio-sdk-browser"))
    }

    /// One for a test that breaks it; what it says goes into a folder of this name.
    pub(crate) fn start(logs: &str) -> Self {
        let folder = source("tests/twilio_sdk/page");
        if !folder.join("node_modules").is_dir() {
            let installed = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).status();
            assert!(installed.is_ok_and(|status| status.success()), "npm could not install the SDK's packages");
        }
        let mut command = Command::new("node");
        command.arg("driver.mjs").current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        // What the browser itself says, which nothing else tells after a crash.
        let log = File::create(artifacts(logs).join("browser.log")).expect("the log can be made");
        command.env("DEBUG", "pw:browser").stderr(log);
        let mut driver = command.spawn().expect("node is installed");
        let input = Mutex::new(driver.stdin.take().expect("its input is a pipe"));
        let output = BufReader::new(driver.stdout.take().expect("its output is a pipe"));
        let waiting: Arc<Mutex<HashMap<u64, oneshot::Sender<Reply>>>> = Arc::default();
        let askers = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for line in output.lines() {
                deliver(&line.expect("the driver writes text"), &askers);
            }
            // Whoever still waits hears that no answer will come.
            askers.lock().unwrap().clear();
        });
        Self { input, waiting, next: AtomicU64::new(1), _driver: driver }
    }

    /// Asks the driver for something and waits for the answer.
    pub(crate) async fn ask(&self, action: &str, mut request: Value) -> Reply {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        request["id"] = id.into();
        request["do"] = action.into();
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(id, sender);
        writeln!(self.input.lock().unwrap(), "{request}").expect("the driver is running");
        let answer = tokio::time::timeout(LIMIT, answer).await;
        answer.unwrap_or_else(|_| panic!("no answer to {action} within {LIMIT:?}")).expect("the driver is running")
    }

    /// Opens a page.
    pub(crate) async fn page(&'static self) -> Page {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.ask("open", json!({"page": id})).await.expect("a page opens");
        Page { browser: self, id }
    }
}

fn deliver(line: &str, askers: &Mutex<HashMap<u64, oneshot::Sender<Reply>>>) {
    let reply: Value = serde_json::from_str(line).expect("the driver writes JSON");
    let asker = reply["id"].as_u64().and_then(|id| askers.lock().unwrap().remove(&id));
    let result = match reply.get("error").and_then(Value::as_str) {
        Some(error) => Err(error.to_owned()),
        None => Ok(reply["result"].clone()),
    };
    // A test that failed meanwhile does not wait any more, and nobody asked for the driver's greeting.
    if let Some(asker) = asker {
        drop(asker.send(result));
    }
}

/// One phone. `phone.js` says what it can do.
pub(crate) struct Page {
    browser: &'static Browser,
    id: u64,
}

impl Page {
    /// Calls a function of the phone.
    pub(crate) async fn call(&self, name: &str, args: Value) -> Value {
        let request = json!({"page": self.id, "name": name, "args": args});
        let reply = self.browser.ask("call", request).await;
        reply.unwrap_or_else(|error| panic!("phone {} could not {name}: {error}", self.id))
    }

    /// Calls a function of the phone that takes nothing.
    pub(crate) async fn run(&self, name: &str) -> Value {
        self.call(name, json!([])).await
    }

    /// Waits for an event of the device or its call; gives its detail.
    pub(crate) async fn wait(&self, event: &str) -> Value {
        self.call("wait", json!([event])).await
    }

    /// Places a call.
    pub(crate) async fn dial(&self, to: &str) {
        self.call("dial", json!([{"To": to}])).await;
    }

    /// Waits until the call is up and something is heard in it.
    pub(crate) async fn talks(&self) {
        self.wait("accept").await;
        self.run("hears").await;
    }

    /// Waits until a tone is heard as clearly as nothing else.
    pub(crate) async fn hears_tone(&self, hertz: f64) {
        self.call("hearsTones", json!([[hertz]])).await;
    }

    /// Waits until the two tones of a telephone's key are heard.
    pub(crate) async fn hears_key(&self, key: &str) {
        self.call("hearsKey", json!([key])).await;
    }

    /// Waits for an error of the call or the device; gives its code.
    pub(crate) async fn error(&self, of: &str) -> u64 {
        self.wait(&format!("{of} error")).await["code"].as_u64().expect("errors have codes")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Nothing waits for it: the driver closes the page in its own time, or at its end.
        let request = json!({"id": 0, "do": "close", "page": self.id});
        if let Ok(mut input) = self.browser.input.lock() {
            drop(writeln!(input, "{request}"));
        }
    }
}
