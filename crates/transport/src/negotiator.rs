//! One task that owns offer and answer.
//!
//! Requests are taken one at a time and always run to their end, whether or not the asking future is still there: an
//! exchange that stopped half way would leave the session unusable. Closing is the exception; it ends everything.
//!
//! Offer and answer are decided here, on our own descriptions. The [`Engine`] takes part only in the first exchange and
//! in ICE restarts, the two that change something for it; hold and resume never reach it.

use crate::engine::{Engine, OfferKind};
use crate::events::EventSink;
use crate::peers::{self, MAX_CANDIDATES};
use crate::sdp::stack::StackTransport;
use crate::sdp::{
    AudioCodec, Layout, LocalDescription, PayloadTypes, RemoteDescription, SdpError, Setup, candidate, codecs,
};
use crate::tap::TapState;
use crate::{Codec, MediaDirection, NegotiatedAudio, TransportConfig, TransportError, TransportEvent};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

type Reply<T> = oneshot::Sender<Result<T, TransportError>>;

/// What the handle asks of the task.
pub(crate) enum Request {
    Offer { restart: bool, reply: Reply<SdpOffer> },
    Answer { offer: SdpOffer, reply: Reply<SdpAnswer> },
    Accept { answer: SdpAnswer, reply: Reply<()> },
}

/// Offer and answer of one session.
pub(crate) struct Negotiator {
    pub(crate) config: TransportConfig,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) tap: Arc<TapState>,
    pub(crate) events: Arc<EventSink>,
    /// What the owner wants from the next exchange on.
    pub(crate) wish: Arc<Mutex<MediaDirection>>,
    pub(crate) ssrc: u32,
    pub(crate) cname: String,
    pub(crate) state: Negotiation,
}

/// What was agreed so far.
pub(crate) struct Negotiation {
    session_id: u64,
    session_version: u64,
    layout: Layout,
    payload_types: PayloadTypes,
    /// Our part in the DTLS handshake, which stays for the life of the session.
    role: Option<Setup>,
    peer: Option<RemoteDescription>,
    agreed: Option<AudioCodec>,
    pending: Option<PendingOffer>,
    /// Waits for the first connection.
    watch: Option<AbortOnDropHandle<()>>,
}

/// An offer of ours that waits for its answer.
#[derive(Clone, Copy)]
struct PendingOffer {
    direction: MediaDirection,
    /// The engine knows of it: the first one, or a restart.
    in_engine: bool,
}

impl Negotiation {
    pub(crate) fn new(session_id: u64) -> Self {
        Self {
            session_id,
            session_version: 1,
            layout: Layout::ours(),
            payload_types: PayloadTypes::default(),
            role: None,
            peer: None,
            agreed: None,
            pending: None,
            watch: None,
        }
    }
}

impl Negotiator {
    /// Serves requests until the handle is gone or the session closed, then closes the engine.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>, closed: CancellationToken) {
        let engine = Arc::clone(&self.engine);
        let serve = async {
            while let Some(request) = requests.recv().await {
                self.serve(request).await;
            }
        };
        tokio::select! {
            () = closed.cancelled() => {}
            () = engine.stopped() => warn!("the media session stopped by itself"),
            () = serve => {}
        }
        closed.cancel();
        self.engine.close().await;
        self.tap.close();
        self.events.close();
    }

    /// An asker that went away misses the result; the exchange counts all the same.
    async fn serve(&mut self, request: Request) {
        match request {
            Request::Offer { restart, reply } => drop(reply.send(self.offer(restart).await)),
            Request::Answer { offer, reply } => drop(reply.send(self.answer(&offer).await)),
            Request::Accept { answer, reply } => drop(reply.send(self.accept(&answer).await)),
        }
    }

    async fn offer(&mut self, restart: bool) -> Result<SdpOffer, TransportError> {
        let first = self.state.peer.is_none();
        let already = self.state.pending.is_some_and(|pending| pending.in_engine);
        let kind = match (first, restart) {
            (true, _) if already => None,
            (true, _) => Some(OfferKind::First),
            (false, true) => Some(OfferKind::Restart),
            (false, false) => None,
        };
        if let Some(kind) = kind {
            self.engine.offer(kind).await?;
        }
        let direction = self.wish();
        self.state.pending = Some(PendingOffer { direction, in_engine: kind.is_some() || already });
        let codecs = self.offered_codecs();
        Ok(SdpOffer::new(self.describe(&codecs, direction, Setup::ActPass).await?))
    }

    async fn accept(&mut self, answer: &SdpAnswer) -> Result<(), TransportError> {
        let pending = self.state.pending.ok_or_else(|| refuse("there is no offer of ours that it could answer"))?;
        let remote = self.read(answer.expose(), Setup::Active)?;
        let codec = codecs::first_of_answer(&self.config.codecs, &remote.formats).map_err(unusable)?;
        self.check_identity(&remote)?;
        self.events.hold();
        let applied = if pending.in_engine { self.engine.accept(&remote).await } else { self.follow(&remote).await };
        if let Err(error) = applied {
            self.events.release(None);
            return Err(error);
        }
        self.state.pending = None;
        self.state.role.get_or_insert(match remote.setup {
            Setup::Passive => Setup::Active,
            Setup::Active | Setup::ActPass => Setup::Passive,
        });
        let direction = remote.direction.mirrored().and(pending.direction);
        self.agree(remote, codec, direction);
        Ok(())
    }

    async fn answer(&mut self, offer: &SdpOffer) -> Result<SdpAnswer, TransportError> {
        let remote = self.read(offer.expose(), Setup::ActPass)?;
        let codec = codecs::choose(&self.preferences(), &remote.formats).map_err(unusable)?;
        self.check_identity(&remote)?;
        self.withdraw_offer().await?;
        match &self.state.peer {
            Some(peer) if peer.ice == remote.ice => self.follow(&remote).await?,
            Some(_) | None => self.engine.answer(&remote).await?,
        }
        self.state.layout = remote.layout.clone();
        let direction = remote.direction.mirrored().and(self.wish());
        let role = match self.state.role {
            Some(role) => role,
            None => self.engine.transport().await?.setup,
        };
        self.state.role = Some(role);
        let text = self.describe(&[codec], direction, role).await?;
        self.agree(remote, codec, direction);
        Ok(SdpAnswer::new(text))
    }

    /// Reads a description of the peer, with the candidates that are to be checked.
    fn read(&self, text: &str, setup: Setup) -> Result<RemoteDescription, TransportError> {
        let mut remote = RemoteDescription::parse(text, setup).map_err(unusable)?;
        remote.candidates = peers::checked(remote.candidates, self.config.named, self.config.peers);
        Ok(remote)
    }

    /// Both sides offered at once: ours is taken back in favor of theirs (RFC 9429 §4.1.10.2). Signaling must not
    /// deliver an answer to it any more; it would be refused.
    async fn withdraw_offer(&mut self) -> Result<(), TransportError> {
        match self.state.pending.take() {
            Some(pending) if pending.in_engine => self.engine.withdraw().await,
            Some(_) | None => Ok(()),
        }
    }

    /// A further description that changes nothing for the engine, except that it may name more candidates.
    async fn follow(&self, remote: &RemoteDescription) -> Result<(), TransportError> {
        let Some(known) = &self.state.peer else { return Ok(()) };
        if known.ice != remote.ice {
            return Err(refuse("it changes the ICE password without having been asked to"));
        }
        // Also one description after the other names no more of them.
        let room = MAX_CANDIDATES.saturating_sub(known.candidates.len());
        for candidate in remote.candidates.iter().filter(|it| !known.candidates.contains(it)).take(room) {
            self.engine.add_candidate(candidate).await?;
        }
        Ok(())
    }

    /// The engine cannot make a second DTLS association, so a far end that was replaced needs a new session.
    fn check_identity(&self, remote: &RemoteDescription) -> Result<(), TransportError> {
        match &self.state.peer {
            Some(peer) if peer.fingerprint != remote.fingerprint => {
                Err(refuse("its certificate is another one than before; the call needs a new media session"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn agree(&mut self, mut remote: RemoteDescription, codec: AudioCodec, direction: MediaDirection) {
        if self.state.peer.is_none() {
            self.watch_path();
        }
        // Those that are checked already are not forgotten because they are not named again.
        if let Some(before) = self.state.peer.take().filter(|before| before.ice == remote.ice) {
            let named = std::mem::replace(&mut remote.candidates, before.candidates);
            let fresh: Vec<_> = named.into_iter().filter(|it| !remote.candidates.contains(it)).collect();
            remote.candidates.extend(fresh);
            remote.candidates.truncate(MAX_CANDIDATES);
        }
        self.state.payload_types.learn(codec);
        self.state.agreed = Some(codec);
        self.tap.agree(codec, self.state.payload_types.digits(&remote.formats), direction);
        self.state.peer = Some(remote);
        let AudioCodec { codec, payload_type, telephone_event } = codec;
        let negotiated = NegotiatedAudio { codec, payload_type, telephone_event, direction };
        self.events.release(Some(TransportEvent::Negotiated(negotiated)));
    }

    /// Both descriptions are there, so a connection has to come up.
    fn watch_path(&mut self) {
        let (engine, events, limit) = (Arc::clone(&self.engine), Arc::clone(&self.events), self.config.path_within);
        self.state.watch = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            events.no_path(engine.relays());
        })));
    }

    fn offered_codecs(&self) -> Vec<AudioCodec> {
        self.preferences().into_iter().map(|codec| self.state.payload_types.of(codec)).collect()
    }

    /// What is in use comes first, so that a hold never changes the codec.
    fn preferences(&self) -> Vec<Codec> {
        let in_use = self.state.agreed.map(|agreed| agreed.codec);
        let others = self.config.codecs.iter().copied().filter(|codec| Some(*codec) != in_use);
        in_use.into_iter().chain(others).collect()
    }

    async fn describe(
        &mut self,
        codecs: &[AudioCodec],
        direction: MediaDirection,
        setup: Setup,
    ) -> Result<String, TransportError> {
        let StackTransport { ice, fingerprint, mut candidates, .. } = self.engine.transport().await?;
        if let Some(advertised) = self.config.advertised {
            candidate::advertise(&mut candidates, advertised);
        }
        let description = LocalDescription {
            session_id: self.state.session_id,
            session_version: self.state.session_version,
            layout: &self.state.layout,
            codecs,
            direction,
            ice: &ice,
            fingerprint: &fingerprint,
            setup,
            candidates: &candidates,
            ssrc: self.ssrc,
            cname: &self.cname,
        };
        let text = description.to_string();
        self.state.session_version += 1;
        Ok(text)
    }

    fn wish(&self) -> MediaDirection {
        *self.wish.lock().expect("nothing panics while it holds the lock")
    }
}

fn unusable(error: SdpError) -> TransportError {
    let text = error.to_string();
    match error {
        SdpError::Syntax(_) | SdpError::Missing(_) | SdpError::Unreadable(_) => TransportError::RemoteDescription(text),
        SdpError::NoAudio | SdpError::AudioRefused | SdpError::NotSecure(_) | SdpError::NoCommonCodec(_) => {
            TransportError::Incompatible(text)
        }
    }
}

fn refuse(reason: impl Into<String>) -> TransportError {
    TransportError::RemoteDescription(reason.into())
}
