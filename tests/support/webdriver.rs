//! The real app's window, driven as a person would: by what is on it. Elements are named by their `data-testid`.

use super::desktop::Desktop;
use super::process::{Running, children_of, listeners, runs, signal, wait_for};
use super::{free_port, program};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the window may take for anything that has no limit of its own.
const LIMIT: Duration = Duration::from_secs(20);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The running app with its window.
pub(crate) struct App<'a> {
    desktop: &'a Desktop,
    client: Client,
    driver: Running,
    log: PathBuf,
}

impl<'a> App<'a> {
    /// Starts the app on a desktop.
    pub(crate) async fn start(desktop: &'a Desktop, log: &Path) -> Self {
        let (driver, port) = start_driver(desktop, log);
        let options = json!({ "binary": program("mobile-call"), "args": [] });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{port}");
        let what = format!("a WebDriver session (see {})", log.display());
        let client = within(&what, LIMIT, async || builder.connect(&address).await.ok()).await;
        Self { desktop, client, driver, log: log.to_path_buf() }
    }

    /// The element, as soon as it is there.
    pub(crate) async fn find(&self, id: &str) -> Element {
        self.find_within(id, LIMIT).await
    }

    /// As [`Self::find`], for what may take longer.
    pub(crate) async fn find_within(&self, id: &str, limit: Duration) -> Element {
        let selector = selector(id);
        within(&selector, limit, async || self.client.find(Locator::Css(&selector)).await.ok()).await
    }

    /// Is the element there now?
    pub(crate) async fn has(&self, id: &str) -> bool {
        self.client.find(Locator::Css(&selector(id))).await.is_ok()
    }

    /// Waits until the element is gone.
    pub(crate) async fn gone(&self, id: &str) {
        within(&format!("{id} to go"), LIMIT, async || (!self.has(id).await).then_some(())).await;
    }

    /// Clicks the element.
    pub(crate) async fn click(&self, id: &str) {
        // A click can meet the moment in which the window draws the element anew.
        within(&format!("a click on {id}"), LIMIT, async || self.find(id).await.click().await.ok()).await;
    }

    /// Clicks the button of this name within the element.
    pub(crate) async fn click_in(&self, id: &str, name: &str) {
        let button = format!("{} button[aria-label=\"{name}\"]", selector(id));
        let click = async || self.client.find(Locator::Css(&button)).await.ok()?.click().await.ok();
        within(&format!("a click on {button}"), LIMIT, click).await;
    }

    /// Types into the element.
    pub(crate) async fn type_into(&self, id: &str, text: &str) {
        let field = self.find(id).await;
        answered(&format!("typing into {id}"), field.send_keys(text)).await;
    }

    /// Types into the element in place of what stands there.
    pub(crate) async fn retype(&self, id: &str, text: &str) {
        let field = self.find(id).await;
        answered(&format!("emptying {id}"), field.clear()).await;
        self.type_into(id, text).await;
    }

    /// Presses keys together, wherever the focus is.
    pub(crate) async fn press(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        answered(&format!("pressing {keys:?}"), self.client.perform_actions(actions)).await;
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, id: &str) -> String {
        answered(&format!("reading {id}"), self.find(id).await.prop("value")).await.unwrap_or_default()
    }

    /// The element's visible text, as soon as it satisfies the condition.
    pub(crate) async fn text(&self, id: &str, condition: impl Fn(&str) -> bool) -> String {
        let selector = selector(id);
        within(&format!("the text of {id}"), LIMIT, async || {
            // The driver's own reading finds no text where one that is too long would be cut.
            let text = self.client.find(Locator::Css(&selector)).await.ok()?.prop("innerText").await.ok()??;
            // Values in a text stand between invisible marks that keep their direction.
            let text = text.replace(['\u{2068}', '\u{2069}'], "").trim().to_owned();
            condition(&text).then_some(text)
        })
        .await
    }

    /// An attribute of the element.
    pub(crate) async fn attribute(&self, id: &str, name: &str) -> Option<String> {
        answered(&format!("reading {name} of {id}"), self.find(id).await.attr(name)).await
    }

    /// Waits until the attribute has this value.
    pub(crate) async fn attribute_becomes(&self, id: &str, name: &str, wanted: &str, limit: Duration) {
        let what = format!("{name} of {id} to be \"{wanted}\"");
        within(&what, limit, async || (self.look_at(id, name).await? == wanted).then_some(())).await;
    }

    /// Waits until the attribute has another value.
    pub(crate) async fn attribute_changes(&self, id: &str, name: &str, from: Option<String>) {
        let what = format!("{name} of {id} to change from {from:?}");
        within(&what, LIMIT, async || (Some(self.look_at(id, name).await?) != from).then_some(())).await;
    }

    /// The attribute if the element is there now.
    async fn look_at(&self, id: &str, name: &str) -> Option<String> {
        self.client.find(Locator::Css(&selector(id))).await.ok()?.attr(name).await.ok()?
    }

    /// How many such elements there are now.
    pub(crate) async fn count(&self, id: &str) -> usize {
        answered("searching the window", self.client.find_all(Locator::Css(&selector(id)))).await.len()
    }

    /// Waits until a script returns this text.
    pub(crate) async fn page_becomes(&self, script: &str, wanted: &str) {
        within(&format!("`{script}` to be \"{wanted}\""), LIMIT, async || {
            (self.script(script).await == wanted).then_some(())
        })
        .await;
    }

    /// Runs a script in the window.
    pub(crate) async fn script(&self, script: &str) -> Value {
        answered(&format!("`{script}`"), self.client.execute(script, Vec::new())).await
    }

    /// Saves a picture of the window as it is on the screen. The driver's own pictures wait for the next time that the
    /// page is drawn, which on a busy machine may not come.
    pub(crate) async fn screenshot(&self, path: &Path) {
        let drawn = "const done = arguments[0]; setTimeout(done, 1000); \
                     requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        answered("drawing the window", self.client.execute_async(drawn, Vec::new())).await;
        self.desktop.screenshot_of_app(path);
    }

    /// Asks the app to end, as a log-out does, and waits until it has ended: the next start would be handed over to it. The
    /// driver's own way would kill it in the middle of what it writes, or leave it behind.
    pub(crate) async fn close(mut self) {
        let app = children_of(self.driver.id());
        app.iter().for_each(|process| signal(*process, "TERM"));
        let what = format!("the app to end (see {})", self.log.display());
        wait_for(&what, LIMIT, || (!app.iter().any(|process| runs(*process))).then_some(()));
        self.driver.stop();
    }
}

/// The driver cannot be asked for any free port and tell which, so it is given one; another if that was taken meanwhile.
fn start_driver(desktop: &Desktop, log: &Path) -> (Running, u16) {
    wait_for("the WebDriver to listen", LIMIT, || {
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command.args(["--host=127.0.0.1", &format!("--port={port}")]);
        // Tauri lets its web view be driven only if it is told so; the app inherits this from the driver.
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").env("RUST_BACKTRACE", "1");
        let mut driver = Running::start(&mut command, log);
        // Without its port it ends at once.
        let listens = wait_for("the WebDriver to listen or end", LIMIT, || {
            let listens = listeners(driver.id()).contains(&port);
            (listens || !driver.is_running()).then_some(listens)
        });
        listens.then_some((driver, port))
    })
}

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// What the driver answers, which must not take long: a driver that is stuck would keep the test waiting for ever.
async fn answered<T>(what: &str, asked: impl Future<Output = Result<T, CmdError>>) -> T {
    let answer = tokio::time::timeout(LIMIT, asked).await;
    let answer = answer.unwrap_or_else(|_| panic!("{what} took more than {LIMIT:?}"));
    answer.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// Looks again and again until there is something to see. An answer that does not come is one that did not fit.
async fn within<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if let Ok(Some(seen)) = tokio::time::timeout(left, look()).await {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} for {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
