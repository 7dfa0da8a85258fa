//! Desktop notifications of calls that ring and calls that were missed.
//!
//! A notification that rings offers to answer and to decline, and is withdrawn when the ringing ends. Where there is
//! no service for notifications, or the agent does not want them, the window itself comes up, without the focus.

use crate::{call_notices::Notice, paths, tray, window, words::Words};
use mobilecall_domain::{CallId, names};
use mobilecall_ipc::{CallView, Command};
use mobilecall_softphone::Engine;
use std::collections::HashMap;
use tauri::AppHandle;
use tokio_util::sync::CancellationToken;

/// Shows and withdraws notifications.
pub(crate) struct Notifier {
    app: AppHandle,
    engine: Engine,
    shown: HashMap<CallId, CancellationToken>,
}

/// A notification in the agent's language. Not to be printed: it says who calls.
#[derive(Clone)]
struct Card {
    title: String,
    body: String,
    ring: Option<RingWords>,
    icon: &'static str,
    /// What it is about, in the words of the notification specification.
    category: Option<&'static str>,
}

/// The labels of a notification that rings.
#[derive(Clone, Debug)]
struct RingWords {
    answer: String,
    decline: String,
}

/// What the agent did with a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Open,
    Answer,
    Decline,
    /// Closed, timed out or withdrawn.
    Nothing,
}

impl Notifier {
    /// Nothing is shown yet.
    pub(crate) fn new(app: AppHandle, engine: Engine) -> Self {
        Self { app, engine, shown: HashMap::new() }
    }

    /// Shows and withdraws what is due.
    pub(crate) fn handle(&mut self, notices: Vec<Notice>, wanted: bool, words: &Words) {
        for notice in notices {
            match notice {
                Notice::Ring(call) if wanted => self.ring(&call, words),
                Notice::Ring(_) => window::call_for_attention(&self.app),
                Notice::Withdraw(call) => self.withdraw(call),
                Notice::Missed(call) if wanted => self.missed(&call, words),
                Notice::Missed(_) => {}
            }
        }
    }

    /// Withdraws everything that rings.
    pub(crate) fn withdraw_all(&mut self) {
        for (_, shown) in self.shown.drain() {
            shown.cancel();
        }
    }

    fn withdraw(&mut self, call: CallId) {
        if let Some(shown) = self.shown.remove(&call) {
            shown.cancel();
        }
    }

    fn ring(&mut self, call: &CallView, words: &Words) {
        let withdrawn = CancellationToken::new();
        self.shown.insert(call.id, withdrawn.clone());
        let ring = RingWords { answer: words.text("notify-answer"), decline: words.text("notify-decline") };
        let card = Card {
            title: who(call, words),
            body: words.text("notify-incoming"),
            ring: Some(ring),
            icon: "call-start",
            category: Some("call.incoming"),
        };
        let (app, engine, id) = (self.app.clone(), self.engine.clone(), call.id);
        tauri::async_runtime::spawn(async move {
            let sent = match present(card, withdrawn).await {
                Ok(Chosen::Open) => {
                    window::show(&app, Some(window::Part::Call));
                    Ok(())
                }
                Ok(Chosen::Answer) => {
                    window::show(&app, Some(window::Part::Call));
                    engine.send(Command::Answer { call: id }).await.map(|_| ())
                }
                Ok(Chosen::Decline) => engine.send(Command::Decline { call: id }).await.map(|_| ()),
                Ok(Chosen::Nothing) => Ok(()),
                Err(error) => {
                    tracing::info!(%error, "no desktop notification; the window is shown instead");
                    window::call_for_attention(&app);
                    Ok(())
                }
            };
            if let Err(failure) = sent {
                engine.report(failure).await;
            }
        });
    }

    fn missed(&self, call: &CallView, words: &Words) {
        let card = Card {
            title: who(call, words),
            body: words.text("notify-missed"),
            ring: None,
            icon: "call-missed",
            category: Some("call.unanswered"),
        };
        let app = self.app.clone();
        tauri::async_runtime::spawn(async move {
            match present(card, CancellationToken::new()).await {
                Ok(Chosen::Open) => window::show(&app, Some(window::Part::History)),
                Ok(Chosen::Answer | Chosen::Decline | Chosen::Nothing) => {}
                // The tray icon and the history tell of it as well.
                Err(error) => tracing::info!(%error, "no desktop notification of a missed call"),
            }
        });
    }
}

/// Says once, when the window is first closed, that the app goes on, and where it is ended.
pub(crate) fn explain_closing(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let told = match paths::data_dir(&app) {
            Ok(folder) => paths::closing_explained(&folder),
            Err(error) => return tracing::debug!(%error, "where to note what was explained is not known"),
        };
        if tokio::fs::try_exists(&told).await.unwrap_or(true) {
            return;
        }
        let in_tray = tokio::task::spawn_blocking(tray::is_shown).await.unwrap_or(false);
        let words = Words::of_setting(window::language(&app));
        let body = words.text(if in_tray { "notify-still-running-tray" } else { "notify-still-running-no-tray" });
        let title = words.text("notify-still-running");
        // Noted first: rather not explained than explained twice.
        if let Err(error) = tokio::fs::write(&told, "").await {
            tracing::debug!(%error, "that closing was explained could not be noted");
            return;
        }
        let card = Card { title, body, ring: None, icon: "mobile-call", category: None };
        match present(card, CancellationToken::new()).await {
            Ok(Chosen::Open) => window::show(&app, None),
            Ok(Chosen::Answer | Chosen::Decline | Chosen::Nothing) => {}
            Err(error) => tracing::info!(%error, "no desktop notification that the app goes on"),
        }
    });
}

/// The caller as the notification names them. Addresses are isolated, so that a number stays in order in Arabic text, and
/// names, so that they turn nothing that a desktop puts beside them.
fn who(call: &CallView, words: &Words) -> String {
    if let Some(name) = call.name.as_deref().map(names::isolated).filter(|name| !name.is_empty()) {
        return name;
    }
    match names::clean(call.address.trim_start_matches("client:")) {
        address if address.is_empty() => words.text("call-unknown"),
        address => format!("\u{2066}{address}\u{2069}"),
    }
}

/// Shows a card and waits until the agent chose, it was closed, or it is withdrawn.
#[cfg(all(unix, not(target_os = "macos")))]
async fn present(card: Card, withdrawn: CancellationToken) -> notify_rust::error::Result<Chosen> {
    use notify_rust::{Hint, NotificationResponse, Timeout, Urgency};
    let mut notification = base(&card);
    notification.action("default", &card.title).hint(Hint::DesktopEntry("mobile-call".to_owned()));
    if let Some(ring) = &card.ring {
        notification.action("answer", &ring.answer).action("decline", &ring.decline);
        notification.urgency(Urgency::Critical).timeout(Timeout::Never);
    }
    if let Some(category) = card.category {
        notification.hint(Hint::Category(category.to_owned()));
    }
    let shown = notification.show_async().await?;
    let mut chosen = Chosen::Nothing;
    let answered = shown.wait_for_action_async(|response| {
        chosen = match response {
            NotificationResponse::Default => Chosen::Open,
            NotificationResponse::Action(action) if action == "answer" => Chosen::Answer,
            NotificationResponse::Action(action) if action == "decline" => Chosen::Decline,
            NotificationResponse::Action(_) | NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => {
                Chosen::Nothing
            }
        };
    });
    tokio::select! {
        () = answered => {}
        () = withdrawn.cancelled() => shown.close_async().await,
    }
    Ok(chosen)
}

/// Shows a card. Elsewhere the library offers neither actions nor withdrawing.
#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn present(card: Card, _withdrawn: CancellationToken) -> notify_rust::error::Result<Chosen> {
    let shown = tokio::task::spawn_blocking(move || base(&card).show().map(|_| ())).await;
    match shown {
        Ok(result) => result.map(|()| Chosen::Nothing),
        Err(panicked) => {
            tracing::error!(%panicked, "a notification failed");
            Ok(Chosen::Nothing)
        }
    }
}

fn base(card: &Card) -> notify_rust::Notification {
    let mut notification = notify_rust::Notification::new();
    notification.appname("Mobile Call").summary(&card.title).body(&card.body).icon(card.icon);
    notification
}
