//! The task of one leg: does what the switch wants of its transport, and reports what happens on it.

use super::pump::{self, Route};
use super::{Transport, TransportFactory};
use crate::core::{LegKey, MediaOutcome, MediaProblem};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_transport::{NegotiatedAudio, TransportConfig, TransportError, TransportEvent, TransportStreams};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Descriptions of one leg come one by one, each after the answer to the one before.
pub(crate) const COMMAND_CAPACITY: usize = 8;
/// How long a session may take to say what was agreed on, after it has said that it was.
const AGREEMENT_TIMEOUT: Duration = Duration::from_secs(1);

/// What the leg's session shall do.
pub(super) enum LegCommand {
    Answer(SdpOffer),
    Offer,
    Accept(SdpAnswer),
    Reanswer(SdpOffer),
}

/// What other legs may use of this one.
#[derive(Clone)]
pub(super) struct LegLink {
    transport: Arc<OnceLock<Transport>>,
    audio: watch::Receiver<Option<NegotiatedAudio>>,
}

impl LegLink {
    /// The route to this leg, once its session is open.
    pub(super) fn route(&self) -> Option<Route> {
        let transport = Arc::clone(self.transport.get()?);
        Some(Route { transport, audio: self.audio.clone() })
    }
}

pub(super) struct LegTask {
    key: LegKey,
    commands: mpsc::Receiver<LegCommand>,
    reports: mpsc::Sender<(LegKey, MediaOutcome)>,
    audio: watch::Sender<Option<NegotiatedAudio>>,
    transport: Arc<OnceLock<Transport>>,
    route: watch::Receiver<Option<Route>>,
    closed: CancellationToken,
}

/// An open session with its events.
struct Open {
    transport: Transport,
    events: mpsc::Receiver<TransportEvent>,
}

impl LegTask {
    pub(super) fn new(
        key: LegKey,
        commands: mpsc::Receiver<LegCommand>,
        reports: mpsc::Sender<(LegKey, MediaOutcome)>,
        route: watch::Receiver<Option<Route>>,
        closed: CancellationToken,
    ) -> (Self, LegLink) {
        let (audio, audio_reader) = watch::channel(None);
        let transport = Arc::new(OnceLock::new());
        let link = LegLink { transport: Arc::clone(&transport), audio: audio_reader };
        (Self { key, commands, reports, audio, transport, route, closed }, link)
    }

    /// Opens the transport, serves it until the leg is closed, and closes it.
    pub(super) async fn run(mut self, transports: TransportFactory, config: TransportConfig) {
        let closed = self.closed.clone();
        let opened = closed.run_until_cancelled(transports(config)).await;
        let (transport, TransportStreams { events, packets }) = match opened {
            Some(Ok(opened)) => opened,
            Some(Err(error)) => {
                tracing::error!(leg = self.key.0, %error, "no media session could be opened");
                return self.report(MediaOutcome::Refused(MediaProblem::Ours)).await;
            }
            None => return,
        };
        self.transport.get_or_init(|| Arc::clone(&transport));
        let pump = tokio::spawn(pump::run(packets, self.audio.subscribe(), self.route.clone()));
        let mut open = Open { transport: Arc::clone(&transport), events };
        closed.run_until_cancelled(self.serve(&mut open)).await;
        transport.close().await;
        if let Err(error) = pump.await {
            tracing::error!(leg = self.key.0, %error, "the forwarding task broke");
        }
    }

    async fn serve(&mut self, open: &mut Open) {
        loop {
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.execute(open, command).await,
                    None => return,
                },
                event = open.events.recv() => match event {
                    Some(event) => self.handle_event(event).await,
                    None => return,
                },
            }
        }
    }

    async fn execute(&mut self, open: &mut Open, command: LegCommand) {
        let outcome = match command {
            LegCommand::Answer(offer) => match open.transport.create_answer(&offer).await {
                Ok(answer) => self.agreed(open).await.map(|audio| MediaOutcome::Answered { answer, audio }),
                Err(error) => Err(error),
            },
            LegCommand::Offer => open.transport.create_offer().await.map(MediaOutcome::Offered),
            LegCommand::Accept(answer) => match open.transport.accept_answer(&answer).await {
                Ok(()) => self.agreed(open).await.map(MediaOutcome::Accepted),
                Err(error) => Err(error),
            },
            LegCommand::Reanswer(offer) => {
                let result = open.transport.create_answer(&offer).await;
                Ok(MediaOutcome::Reanswered(result.map_err(|error| self.problem(&error))))
            }
        };
        let outcome = outcome.unwrap_or_else(|error| MediaOutcome::Refused(self.problem(&error)));
        self.report(outcome).await;
    }

    /// What the exchange that just ended agreed on; other events before it are reported on the way.
    async fn agreed(&mut self, open: &mut Open) -> Result<NegotiatedAudio, TransportError> {
        let find = async {
            while let Some(event) = open.events.recv().await {
                let agreed = match &event {
                    TransportEvent::Negotiated(audio) => Some(*audio),
                    TransportEvent::Connected
                    | TransportEvent::Disconnected
                    | TransportEvent::Failed
                    | TransportEvent::NoPath(_)
                    | TransportEvent::Closed => None,
                };
                self.handle_event(event).await;
                if agreed.is_some() {
                    return agreed;
                }
            }
            None
        };
        tokio::time::timeout(AGREEMENT_TIMEOUT, find).await.ok().flatten().ok_or(TransportError::Closed)
    }

    async fn handle_event(&self, event: TransportEvent) {
        match event {
            TransportEvent::Negotiated(audio) => {
                self.audio.send_replace(Some(audio));
            }
            TransportEvent::Connected => self.report(MediaOutcome::Connected).await,
            TransportEvent::Disconnected => tracing::debug!(leg = self.key.0, "media is interrupted"),
            // The softphone says it to its owner.
            TransportEvent::NoPath(_) => tracing::debug!(leg = self.key.0, "media has not come up yet"),
            TransportEvent::Failed | TransportEvent::Closed => self.report(MediaOutcome::Lost).await,
        }
    }

    fn problem(&self, error: &TransportError) -> MediaProblem {
        tracing::warn!(leg = self.key.0, %error, "media could not be negotiated");
        match error {
            TransportError::RemoteDescription(_) => MediaProblem::Malformed,
            TransportError::Incompatible(_) => MediaProblem::Incompatible,
            TransportError::LocalDescription(_)
            | TransportError::IceServer { .. }
            | TransportError::NoRelay
            | TransportError::Socket(_)
            | TransportError::PayloadType(_)
            | TransportError::Closed => MediaProblem::Ours,
        }
    }

    async fn report(&self, outcome: MediaOutcome) {
        if self.reports.send((self.key, outcome)).await.is_err() {
            tracing::debug!(leg = self.key.0, "the edge has ended before this leg");
        }
    }
}
