//! Opening the line of a session.

use crate::{failure, message::LineMessage, post::Post, tries::Tries};
use async_trait::async_trait;
use mobilecall_client::{ClientError, Session};
use mobilecall_domain::{LineKind, Private, Registration};
use mobilecall_ipc::Failure;
use mobilecall_line::{Line, LineCommand, LineError, LineEvent};
use mobilecall_line_pstream::{PstreamLine, PstreamLineConfig, TokenError, TokenSource, VoiceToken};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use url::Url;

/// First pause between attempts to get a voice token from a server that does not answer.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Time for hang-ups and the leave-taking itself to reach the server.
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

/// The line in use, if any.
pub(crate) struct LinePart {
    line: Option<Arc<dyn Line>>,
    pub(crate) registration: Registration,
    task: Option<AbortOnDropHandle<()>>,
    leaving: CancellationToken,
}

impl LinePart {
    pub(crate) fn none() -> Self {
        Self { line: None, registration: Registration::Unregistered, task: None, leaving: CancellationToken::new() }
    }

    /// Being opened by the task, which is told when the line is left.
    pub(crate) fn opening(open: impl FnOnce(CancellationToken) -> JoinHandle<()>) -> Self {
        let leaving = CancellationToken::new();
        let task = Some(AbortOnDropHandle::new(open(leaving.clone())));
        Self { line: None, registration: Registration::Registering { attempt: 0 }, task, leaving }
    }

    /// Leaves the line in good order, as far as it was there. What it was told before reaches the server first.
    pub(crate) async fn leave(self) {
        let Some(line) = self.line else { return };
        self.leaving.cancel();
        if let Err(error) = line.send(LineCommand::Unregister).await {
            tracing::debug!(%error, "the line was gone before it was left");
        }
        let Some(task) = self.task else { return };
        match tokio::time::timeout(LEAVE_LIMIT, task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the task of the line panicked"),
            Err(_) => tracing::debug!("the line was not left in time"),
        }
    }

    pub(crate) fn is_open_or_opening(&self) -> bool {
        self.line.is_some() || self.task.is_some()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.line.is_some()
    }

    pub(crate) fn opened(&mut self, line: Arc<dyn Line>) {
        self.line = Some(line);
    }

    pub(crate) fn kind(&self) -> LineKind {
        self.line.as_ref().map_or(LineKind::Direct, |line| line.kind())
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.line.is_some() && self.registration == Registration::Registered
    }

    pub(crate) async fn send(&self, command: LineCommand) -> Result<(), LineError> {
        match &self.line {
            Some(line) => line.send(command).await,
            None => Err(LineError::Closed),
        }
    }
}

/// Fetches a voice token to learn where the line's signaling is, opens the line, and passes on what happens on it.
pub(crate) async fn run_line(session: Session, hurry: Arc<Notify>, post: Post, leaving: CancellationToken) {
    let (urls, kind) = match find_signaling(&session, &hurry, &post).await {
        Ok(found) => found,
        Err(error) => {
            post.line(LineMessage::Failed(error)).await;
            return;
        }
    };
    let tls = session.http().tls().clone();
    let tokens = Arc::new(SessionTokens(session));
    let config = PstreamLineConfig { tls: Some(tls), ..PstreamLineConfig::new(kind, urls, tokens) };
    let (line, events) = PstreamLine::connect(config);
    pump(Arc::new(line), events, post, leaving).await;
}

/// Reports a line and everything that happens on it, until it closes or was left.
pub(crate) async fn pump(
    line: Arc<dyn Line>,
    mut events: mpsc::Receiver<LineEvent>,
    post: Post,
    leaving: CancellationToken,
) {
    post.line(LineMessage::Opened(line)).await;
    while let Some(event) = events.recv().await {
        let left = matches!(event, LineEvent::Registration(Registration::Unregistered)) && leaving.is_cancelled();
        post.line(LineMessage::Event(event)).await;
        if left {
            return;
        }
    }
}

async fn find_signaling(session: &Session, hurry: &Notify, post: &Post) -> Result<(Vec<Url>, LineKind), Failure> {
    let mut tries = Tries::new(FIRST_PAUSE, LONGEST_PAUSE);
    let token = loop {
        match session.voice_token().await {
            Ok(token) => break token,
            Err(error) => {
                let attempt = tries.failed(error, post).await?;
                post.line(LineMessage::NotYet { attempt }).await;
                tries.pause(hurry).await;
            }
        }
    };
    let url = if token.signaling.starts_with('/') {
        session.http().server().socket_at(&token.signaling)
    } else {
        token.signaling.parse().map_err(|error: url::ParseError| failure::internal(&error))?
    };
    Ok((vec![url], token.line.into()))
}

/// Voice tokens of the signed-in person.
struct SessionTokens(Session);

#[async_trait]
impl TokenSource for SessionTokens {
    async fn fetch(&self) -> Result<VoiceToken, TokenError> {
        match self.0.voice_token().await {
            Ok(token) => Ok(VoiceToken { token: Private::new(token.token), identity: token.identity }),
            Err(error) => {
                let retryable = error.is_retryable() || !matches!(error, ClientError::SessionEnded);
                Err(TokenError { retryable, reason: failure::chain(&error) })
            }
        }
    }
}
