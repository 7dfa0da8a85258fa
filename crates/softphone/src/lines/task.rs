//! The task that keeps one line open.

use super::{
    LineContext,
    factory::{LineFactory, OpenedLine},
};
use crate::{failure, message::LineMessage, post::LinePost};
use mobilecall_domain::Registration;
use mobilecall_ipc::LineSettings;
use mobilecall_line::{Line, LineEvent};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Pause before a line that ended by itself is opened again, and the longest it grows to while that goes on. A line
/// outlasts every loss of connection, so this is for its own faults.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a line came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// It was left.
    Left,
    /// By itself, and whether it was ever registered.
    ByItself { registered: bool },
}

/// Opens a line, passes on what happens on it, and opens it again if it ends by itself, until it is left.
pub(crate) fn start(
    factory: Arc<dyn LineFactory>,
    description: LineSettings,
    context: LineContext,
    leaving: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut pause = FIRST_PAUSE;
        loop {
            match open(&factory, &description, &context).await {
                Some((line, events)) => match pump(line, events, &context.post, &leaving).await {
                    LineEnd::Left => return,
                    LineEnd::ByItself { registered: true } => pause = FIRST_PAUSE,
                    LineEnd::ByItself { registered: false } => {}
                },
                None => return,
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = context.hurry.notified() => {}
                () = leaving.cancelled() => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    })
}

/// `None` if it cannot be opened, which the owner is told. What goes wrong in a factory stays in a task of its own.
async fn open(factory: &Arc<dyn LineFactory>, description: &LineSettings, context: &LineContext) -> Option<OpenedLine> {
    let (factory, description, own) = (Arc::clone(factory), description.clone(), context.clone());
    let opening = tokio::spawn(async move { factory.open(&description, &own).await });
    let failure = match AbortOnDropHandle::new(opening).await {
        Ok(Ok(opened)) => return Some(opened),
        Ok(Err(failure)) => failure,
        Err(error) => failure::internal(&error),
    };
    context.post.tell(LineMessage::Failed(failure)).await;
    None
}

/// Reports a line and everything that happens on it, until it closes or was left.
pub(crate) async fn pump(
    line: Arc<dyn Line>,
    mut events: mpsc::Receiver<LineEvent>,
    post: &LinePost,
    leaving: &CancellationToken,
) -> LineEnd {
    let mut registered = false;
    post.tell(LineMessage::Opened(line)).await;
    while let Some(event) = events.recv().await {
        let left = matches!(event, LineEvent::Registration(Registration::Unregistered)) && leaving.is_cancelled();
        registered |= matches!(event, LineEvent::Registration(Registration::Registered));
        post.tell(LineMessage::Event(event)).await;
        if left {
            return LineEnd::Left;
        }
    }
    if leaving.is_cancelled() {
        return LineEnd::Left;
    }
    post.tell(LineMessage::Closed).await;
    LineEnd::ByItself { registered }
}
