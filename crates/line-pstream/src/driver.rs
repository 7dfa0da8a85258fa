//! The task that performs what the signaling state machine decides.

use crate::{
    config::{PstreamLineConfig, TokenError, VoiceToken},
    line::LiveLegs,
    signaling::{Loss, Output, Settings, Signaling},
    socket::{Socket, SocketEvent},
    urls::Urls,
};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_pstream::{HEARTBEAT, MAX_RECONNECT_TIMEOUT};
use std::{collections::VecDeque, time::Instant};
use tokio::{sync::mpsc, task::JoinHandle, time};

type TokenFetch = JoinHandle<Result<VoiceToken, TokenError>>;

struct Driver {
    config: PstreamLineConfig,
    signaling: Signaling,
    socket: Option<Socket>,
    fetch: Option<TokenFetch>,
    /// Events the engine has not taken yet.
    unseen: VecDeque<LineEvent>,
    /// What the handle knows of them.
    legs: LiveLegs,
}

/// What woke the task.
enum Wake {
    Command(Option<LineCommand>),
    Socket(SocketEvent),
    Token(Result<VoiceToken, TokenError>),
    /// The engine can take an event.
    Room,
    /// The engine takes no events any more.
    SubscriberGone,
    Deadline,
}

/// Runs a line until its handle or the engine's end of the events is gone.
pub(crate) async fn run(
    config: PstreamLineConfig,
    mut commands: mpsc::Receiver<LineCommand>,
    events: mpsc::Sender<LineEvent>,
    legs: LiveLegs,
) {
    let settings = Settings {
        kind: config.kind,
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        user_agent: config.user_agent.clone(),
        call_signaling_timeout: config.call_signaling_timeout.min(MAX_RECONNECT_TIMEOUT),
    };
    let signaling = Signaling::new(settings, Urls::new(&config.urls), Box::new(rand::random), now());
    let mut driver = Driver { config, signaling, socket: None, fetch: None, unseen: VecDeque::new(), legs };
    loop {
        match driver.wait(&mut commands, &events).await {
            Wake::Command(None) | Wake::SubscriberGone => break,
            Wake::Command(Some(command)) => {
                // Its leg ended while the command was on its way, which is reported.
                if let Err(error) = driver.signaling.command(command, now()) {
                    tracing::debug!(%error, "a command came too late");
                }
            }
            Wake::Socket(SocketEvent::Opened) => driver.signaling.opened(now()),
            Wake::Socket(SocketEvent::Text(text)) => driver.signaling.received(&text, now()),
            Wake::Socket(SocketEvent::Lost(loss)) => {
                driver.socket = None;
                driver.signaling.lost(loss, now());
            }
            Wake::Token(result) => {
                driver.fetch = None;
                driver.signaling.token(result, now());
            }
            Wake::Room => driver.hand_over(&events),
            Wake::Deadline => driver.signaling.tick(now()),
        }
        driver.perform();
    }
    driver.finish(&events).await;
}

/// The runtime's clock, which tests can stop.
fn now() -> Instant {
    time::Instant::now().into_std()
}

impl Driver {
    /// Waits for the next thing to happen. Cancel-safe, as each part is.
    async fn wait(&mut self, commands: &mut mpsc::Receiver<LineCommand>, events: &mpsc::Sender<LineEvent>) -> Wake {
        let deadline = self.signaling.deadline();
        let has_unseen = !self.unseen.is_empty();
        tokio::select! {
            command = commands.recv() => Wake::Command(command),
            event = next_of(self.socket.as_mut()) => Wake::Socket(event),
            result = result_of(self.fetch.as_mut()) => Wake::Token(result),
            room = events.reserve(), if has_unseen => match room {
                // The permit is given back; nobody else sends, so the room stays.
                Ok(_permit) => Wake::Room,
                Err(_) => Wake::SubscriberGone,
            },
            () = events.closed() => Wake::SubscriberGone,
            () = until(deadline) => Wake::Deadline,
        }
    }

    fn perform(&mut self) {
        while let Some(output) = self.signaling.poll_output() {
            match output {
                Output::FetchToken => {
                    let tokens = self.config.tokens.clone();
                    self.fetch = Some(tokio::spawn(async move { tokens.fetch().await }));
                }
                Output::Connect(url) => {
                    self.socket = Some(Socket::connect(url, &self.config.user_agent, self.config.tls.clone()));
                }
                Output::Send(frame) => self.send(frame.to_text()),
                Output::Echo => self.send(HEARTBEAT.to_owned()),
                Output::CloseSocket => self.socket = None,
                Output::Event(event) => self.report(event),
            }
        }
    }

    fn report(&mut self, event: LineEvent) {
        match &event {
            LineEvent::Incoming(incoming) => self.legs.add(incoming.leg),
            LineEvent::Ended { leg, .. } => self.legs.remove(*leg),
            LineEvent::Registration(_)
            | LineEvent::Ringing { .. }
            | LineEvent::Answered { .. }
            | LineEvent::Merged { .. }
            | LineEvent::Renegotiated { .. }
            | LineEvent::NotRenegotiated { .. }
            | LineEvent::TransferFailed { .. }
            | LineEvent::Reoffered { .. }
            | LineEvent::SignalingLost { .. }
            | LineEvent::SignalingRestored { .. }
            | LineEvent::MessageTaken { .. }
            | LineEvent::MessageRefused { .. }
            | LineEvent::MessageReceived { .. }
            | LineEvent::Trouble { .. } => {}
        }
        self.unseen.push_back(event);
    }

    fn send(&mut self, text: String) {
        let is_stuck = self.socket.as_ref().is_some_and(|socket| !socket.send(text));
        if is_stuck {
            self.socket = None;
            self.signaling.lost(Loss::Broken("frames pile up".to_owned()), now());
        }
    }

    fn hand_over(&mut self, events: &mpsc::Sender<LineEvent>) {
        while let Some(event) = self.unseen.pop_front() {
            match events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event) | mpsc::error::TrySendError::Closed(event)) => {
                    return self.unseen.push_front(event);
                }
            }
        }
    }

    /// Says goodbye, within the time limits of the connection.
    async fn finish(mut self, events: &mpsc::Sender<LineEvent>) {
        self.signaling.shutdown();
        let mut socket = self.socket.take();
        while let Some(output) = self.signaling.poll_output() {
            match output {
                Output::Send(frame) => {
                    if let Some(socket) = &socket
                        && !socket.send(frame.to_text())
                    {
                        tracing::debug!("the connection does not keep up with the goodbye");
                    }
                }
                Output::CloseSocket => {
                    if let Some(socket) = socket.take() {
                        socket.close().await;
                    }
                }
                Output::Event(event) => self.report(event),
                Output::FetchToken | Output::Connect(_) | Output::Echo => {}
            }
        }
        if let Some(fetch) = self.fetch {
            fetch.abort();
        }
        for event in self.unseen {
            // Whoever dropped the handle need not read the events to the end, but may.
            if events.try_send(event).is_err() {
                break;
            }
        }
    }
}

async fn next_of(socket: Option<&mut Socket>) -> SocketEvent {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

async fn result_of(fetch: Option<&mut TokenFetch>) -> Result<VoiceToken, TokenError> {
    match fetch {
        Some(fetch) => fetch.await.unwrap_or_else(|error| {
            Err(TokenError { retryable: true, reason: format!("the token source failed: {error}") })
        }),
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => time::sleep_until(time::Instant::from_std(deadline)).await,
        None => std::future::pending().await,
    }
}
