//! Signaling as a table of inputs and what they lead to: no socket, no clock, no waiting.

mod beside;
mod calls;
mod chaos;
mod recovery;
mod registration;

use super::{Loss, Output, Settings, Signaling};
use crate::{config::VoiceToken, urls::Urls};
use mobilecall_domain::{Address, CallId, LegId, LineKind, Private, SdpAnswer, SdpOffer};
use mobilecall_line::{CallParameters, LineCommand, LineError, LineEvent};
use mobilecall_pstream::ClientFrame;
use std::time::{Duration, Instant};

/// Random numbers of the bench: the delays are then exactly those of the formula without jitter.
const NO_JITTER: f64 = 0.0;

/// The state machine, its clock, and what it did.
struct Bench {
    signaling: Signaling,
    start: Instant,
    now: Instant,
    /// The last leg that a command or an event named.
    leg: LegId,
    /// The temporary identifier of the last invite.
    temporary: String,
    tokens: u32,
}

impl Bench {
    fn new(urls: &[&str]) -> Self {
        Self::of_kind(LineKind::Direct, urls)
    }

    fn of_kind(kind: LineKind, urls: &[&str]) -> Self {
        let start = Instant::now();
        let settings = Settings {
            kind,
            platform: "test".into(),
            user_agent: "bench".into(),
            call_signaling_timeout: Duration::from_secs(30),
        };
        let urls: Vec<_> = urls.iter().map(|url| url.parse().unwrap()).collect();
        let signaling = Signaling::new(settings, Urls::new(&urls), Box::new(|| NO_JITTER), start);
        Self { signaling, start, now: start, leg: LegId::generate(), temporary: String::new(), tokens: 0 }
    }

    /// Registered with the first server.
    fn registered() -> Self {
        Self::new(&["wss://a/signal"]).registers()
    }

    fn registers(self) -> Self {
        let mut bench = self;
        bench.command(LineCommand::Register);
        bench.token();
        bench.opened();
        bench.receive(r#"{"type":"connected","payload":{"token":{"identity":"agent","ttl":3600}}}"#);
        bench.receive(r#"{"type":"ready"}"#);
        bench.did();
        bench
    }

    /// In an answered outgoing call that can be recovered.
    fn in_call() -> Self {
        Self::registered().calls()
    }

    fn calls(self) -> Self {
        let mut bench = self;
        bench.invite();
        bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"theirs","reconnect":"tok1"}}"#);
        bench.did();
        bench
    }

    fn command(&mut self, command: LineCommand) {
        self.try_command(command).unwrap();
    }
    fn try_command(&mut self, command: LineCommand) -> Result<(), LineError> {
        self.signaling.command(command, self.now)
    }
    fn invite(&mut self) {
        self.leg = LegId::generate();
        self.command(LineCommand::Invite {
            leg: self.leg,
            call: CallId::from_uuid(uuid::Uuid::nil()),
            destination: Address::Service("*43".into()),
            offer: SdpOffer::new("offer"),
            parameters: CallParameters::default(),
        });
    }
    fn accept(&mut self) {
        self.command(LineCommand::Accept { leg: self.leg, answer: SdpAnswer::new("answer") });
    }
    fn reoffer(&mut self, sdp: &str) {
        self.command(LineCommand::Reoffer { leg: self.leg, offer: SdpOffer::new(sdp) });
    }
    fn hang_up(&mut self) {
        self.command(LineCommand::HangUp { leg: self.leg });
    }
    fn token(&mut self) {
        self.tokens += 1;
        let token = VoiceToken { token: Private::new(format!("jwt{}", self.tokens)), identity: "agent".into() };
        self.signaling.token(Ok(token), self.now);
    }
    fn opened(&mut self) {
        self.signaling.opened(self.now);
    }
    fn broken(&mut self) {
        self.signaling.lost(Loss::Broken("test".into()), self.now);
    }
    fn receive(&mut self, text: &str) {
        self.signaling.received(&text.replace("TEMPORARY", &self.temporary), self.now);
    }
    /// The server takes the next attempt to connect.
    fn reconnects(&mut self) {
        self.tick();
        self.opened();
        self.receive(r#"{"type":"connected"}"#);
    }
    /// Lets time run up to the next deadline and does what is due then; tells how long that took.
    fn tick(&mut self) -> f64 {
        let deadline = self.signaling.deadline().expect("something is due some time");
        let waited = deadline.saturating_duration_since(self.now);
        self.now = self.now.max(deadline);
        self.signaling.tick(self.now);
        waited.as_secs_f64()
    }
    /// Lets time run for so long, with every tick in it.
    fn run(&mut self, seconds: f64) {
        let until = self.now + Duration::from_secs_f64(seconds);
        while let Some(deadline) = self.signaling.deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            self.signaling.tick(self.now);
        }
        self.now = until;
    }

    /// What was done since the last look, in words.
    fn did(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Some(output) = self.signaling.poll_output() {
            words.push(self.word(output));
        }
        words
    }

    fn word(&mut self, output: Output) -> String {
        match output {
            Output::FetchToken => "fetch token".into(),
            Output::Connect(url) => format!("connect {url}"),
            Output::Echo => "> heartbeat".into(),
            Output::CloseSocket => "close".into(),
            Output::Send(frame) => format!("> {}", self.frame(&frame)),
            Output::Event(event) => self.event(event),
        }
    }

    fn frame(&mut self, frame: &ClientFrame) -> String {
        let short = |sid: &str| if sid.starts_with("TJS") { "TJS".to_owned() } else { sid.to_owned() };
        match frame {
            ClientFrame::Listen(listen) => format!("listen {} {}", listen.token.expose(), listen.reconnect_timeout),
            ClientFrame::Register(register) => format!("register {}", register.media.audio),
            ClientFrame::Invite(invite) => {
                self.temporary.clone_from(&invite.callsid);
                let params = invite.twilio.params.as_ref().map_or("", |params| params.expose());
                format!("invite {} {} {params}", short(&invite.callsid), invite.sdp.expose())
            }
            ClientFrame::Reconnect(again) => {
                let sdp = again.sdp.as_ref().map_or("", |sdp| sdp.expose());
                format!("reconnect {} {} {sdp}", again.callsid, again.reconnect.expose())
            }
            ClientFrame::Answer(answer) => format!("answer {} {}", answer.callsid, answer.sdp.expose()),
            ClientFrame::Reinvite(again) => format!("reinvite {} {}", again.callsid, again.sdp.expose()),
            ClientFrame::Hangup(hangup) => format!("hangup {}", short(&hangup.callsid)),
            ClientFrame::Reject(reject) => format!("reject {}", reject.callsid),
            ClientFrame::Dtmf(dtmf) => format!("dtmf {} {}", dtmf.callsid, dtmf.dtmf.expose()),
            ClientFrame::Message(message) => {
                let event = &message.voiceeventsid[..4];
                format!("message {} {event} {} {}", message.callsid, message.messagetype, message.content)
            }
        }
    }

    fn event(&mut self, event: LineEvent) -> String {
        let text = |answer: Option<SdpAnswer>| answer.map_or("-".to_owned(), |answer| answer.expose().to_owned());
        let sid = |sid: Option<mobilecall_domain::ProviderCallId>| sid.map_or("-".to_owned(), |sid| sid.0);
        match event {
            LineEvent::Registration(standing) => format!("{standing:?}"),
            LineEvent::Incoming(incoming) => {
                self.leg = incoming.leg;
                let name = incoming.from_name.unwrap_or_default();
                let call = incoming.call.map_or("no call", |_| "call");
                let offer = incoming.offer.expose();
                format!("incoming {} {name} {} {call} {offer}", incoming.from, sid(incoming.provider_call_id))
            }
            LineEvent::Ringing { provider_call_id, answer, .. } => {
                format!("ringing {} {}", sid(provider_call_id), text(answer))
            }
            LineEvent::Answered { provider_call_id, answer, .. } => {
                format!("answered {} {}", sid(provider_call_id), text(answer))
            }
            LineEvent::Merged { call, .. } => format!("merged into {call}"),
            LineEvent::Renegotiated { answer, .. } => format!("renegotiated {}", answer.expose()),
            LineEvent::NotRenegotiated { .. } => "not renegotiated".to_owned(),
            LineEvent::TransferFailed { .. } => panic!("nothing is handed over"),
            LineEvent::Reoffered { .. } => panic!("servers do not offer anew"),
            LineEvent::SignalingLost { .. } => "signaling lost".into(),
            LineEvent::SignalingRestored { .. } => "signaling restored".into(),
            LineEvent::MessageTaken { .. } => "message taken".into(),
            LineEvent::MessageRefused { code, .. } => format!("message refused {code}"),
            LineEvent::MessageReceived { message, .. } => {
                format!("message {} {}", message.kind, message.content.expose())
            }
            LineEvent::Trouble { code } => format!("trouble {code}"),
            LineEvent::Ended { reason, code, .. } => {
                format!("ended {reason} {}", code.map_or("-".to_owned(), |code| code.to_string()))
            }
        }
    }

    /// Seconds since the bench was made.
    fn elapsed(&self) -> f64 {
        (self.now - self.start).as_secs_f64()
    }
}
