//! A cloud with softphones, telephones and an application in the hands of a test.

use crate::account::{Account, Target};
use crate::core::ids::Counted;
use crate::core::rest::{Fields, Reply, Request, Verb};
use crate::core::{
    Cloud, Document, Effect, FetchKey, FetchProblem, Input, LegKey, MediaCommand, MediaOutcome, Now, PhoneAct, PlayKey,
    SocketId, Sound, Webhook, WebhookKind,
};
use crate::phones::{Phone, PhoneBook, Then};
use mobilecall_domain::{Private, SdpAnswer, SdpOffer, Timestamp};
use mobilecall_pstream::client::{Answer, Hangup, Invite, Listen, Register, Reject, TwilioParams};
use mobilecall_pstream::{ClientFrame, ServerFrame};
use mobilecall_twilio::settings::TokenSettings;
use mobilecall_twilio::token::{self, Grant};
use mobilecall_twilio::webhook::{ConferenceCallback, DialAction, RecordingCallback, StatusCallback, VoiceRequest};
use mobilecall_twilio::{AppSid, RecordingSid};
use std::collections::HashMap;
use std::time::Duration;

/// The account's number.
pub(super) const OWN: &str = "+966112345678";
/// A telephone that is answered after a second and never hung up.
pub(super) const SARA: &str = "+966500000001";
/// A telephone that is busy after a second.
pub(super) const BUSY: &str = "+966500000002";
/// A telephone that rings until somebody does something by hand.
pub(super) const SLOW: &str = "+966500000003";
/// No telephone.
pub(super) const NOBODY: &str = "+966500000004";

pub(super) struct World {
    pub(super) cloud: Cloud,
    now: Duration,
    sockets: HashMap<SocketId, String>,
    legs: HashMap<LegKey, String>,
    questions: Vec<FetchKey>,
    sounds: Vec<(LegKey, PlayKey)>,
    tapes: Vec<RecordingSid>,
    /// The last call that a softphone was invited to, and the last SID that its own call got.
    pub(super) sids: HashMap<String, String>,
    log: Vec<String>,
}

fn phone(then: Then) -> Phone {
    Phone { rings: Duration::from_secs(1), then, says: None, hangs_up_after: None }
}

impl World {
    pub(super) fn new() -> Self {
        let mut phones = PhoneBook::default();
        phones.set(SARA, phone(Then::Answers));
        phones.set(BUSY, phone(Then::IsBusy));
        phones.set(SLOW, phone(Then::RingsOn));
        phones.set(NOBODY, phone(Then::DoesNotExist));
        let account = Account::example(7, OWN, "http://app");
        let now = Now { monotonic: Duration::ZERO, wall: wall(Duration::ZERO) };
        Self {
            cloud: Cloud::new(account, phones, "http://api".to_owned(), Box::new(Counted(0xcafe)), now),
            now: Duration::ZERO,
            sockets: HashMap::new(),
            legs: HashMap::new(),
            questions: Vec::new(),
            sounds: Vec::new(),
            tapes: Vec::new(),
            sids: HashMap::new(),
            log: Vec::new(),
        }
    }

    /// What happened since the last look.
    pub(super) fn log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    pub(super) fn forget(&mut self) {
        self.log.clear();
    }

    fn time(&self) -> Now {
        Now { monotonic: self.now, wall: wall(self.now) }
    }

    pub(super) fn input(&mut self, input: Input) {
        let effects = self.cloud.handle(input, self.time());
        self.take(effects);
    }

    /// Lets time pass, stopping at each deadline.
    pub(super) fn pass(&mut self, seconds: f64) {
        let end = self.now + Duration::from_secs_f64(seconds);
        while let Some(deadline) = self.cloud.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.input(Input::TimePassed);
        }
        self.now = end;
    }

    pub(super) fn rest(&mut self, verb: Verb, path: &str, form: &str) -> Reply {
        let fields = Fields::parse(form);
        let (query, form) = if verb == Verb::Get { (fields, Fields::default()) } else { (Fields::default(), fields) };
        let path = path.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        let (reply, effects) = self.cloud.rest(&Request { verb, path, query, form }, self.time());
        self.take(effects);
        reply
    }

    fn take(&mut self, effects: Vec<Effect>) {
        let mut replies = Vec::new();
        for effect in effects {
            match effect {
                Effect::Send(socket, frame) => self.sent(socket, &frame),
                Effect::Disconnect(socket) => self.note(format!("{} is let go", self.sockets[&socket])),
                Effect::Fetch(key, webhook) => {
                    check(&webhook);
                    self.questions.push(key);
                    self.note(format!("asks {}", describe(&webhook)));
                }
                Effect::Notify(webhook) => {
                    check(&webhook);
                    self.note(format!("tells {}", describe(&webhook)));
                }
                Effect::Media(command) => replies.extend(self.media(command)),
            }
        }
        for reply in replies {
            self.input(reply);
        }
    }

    fn note(&mut self, text: String) {
        self.log.push(text);
    }

    fn sent(&mut self, socket: SocketId, frame: &ServerFrame) {
        let name = self.sockets[&socket].clone();
        let text = match frame {
            ServerFrame::Invite(invite) => {
                self.sids.insert(name.clone(), invite.callsid.0.clone());
                let params = invite.parameters.get("Params").map(|it| format!(" with {it}")).unwrap_or_default();
                format!("invite from {}{params}", invite.parameters.get("From").unwrap_or_default())
            }
            ServerFrame::Ringing(ringing) => {
                self.sids.insert(name.clone(), ringing.callsid.0.clone());
                format!("ringing{}", if ringing.sdp.is_some() { " with sound" } else { "" })
            }
            ServerFrame::Answer(answer) => {
                self.sids.insert(name.clone(), answer.callsid.0.clone());
                format!("answer{}", if answer.sdp.is_some() { " with sound" } else { "" })
            }
            ServerFrame::Hangup(hangup) => match &hangup.error {
                Some(error) => format!("hangup {}", error.code),
                None => "hangup".to_owned(),
            },
            ServerFrame::Error(error) => format!("error {}", error.error.code),
            other => other.kind().to_owned(),
        };
        self.note(format!("{name} < {text}"));
    }

    /// The media does at once what it is told.
    fn media(&mut self, command: MediaCommand) -> Option<Input> {
        match command {
            MediaCommand::Answer(leg, offer) => {
                self.legs.insert(leg, offer.expose().to_owned());
                Some(Input::Media(leg, MediaOutcome::Answered(SdpAnswer::new("v=0"))))
            }
            MediaCommand::Offer(leg) => {
                self.legs.insert(leg, "callee".to_owned());
                Some(Input::Media(leg, MediaOutcome::Offered(SdpOffer::new("v=0"))))
            }
            MediaCommand::Accept(leg, answer) => {
                self.legs.insert(leg, answer.expose().to_owned());
                None
            }
            MediaCommand::Reanswer(leg, _) => Some(Input::Media(leg, MediaOutcome::Reanswered(SdpAnswer::new("v=0")))),
            MediaCommand::Phone(leg, number, _) => {
                self.legs.insert(leg, number);
                None
            }
            MediaCommand::Hear(leg, others) => {
                let others: Vec<&str> = others.iter().map(|other| self.legs[other].as_str()).collect();
                let others = if others.is_empty() { "nobody".to_owned() } else { others.join(" and ") };
                self.note(format!("{} hears {others}", self.legs[&leg]));
                None
            }
            MediaCommand::Play(leg, key, sound) => {
                self.sounds.push((leg, key));
                let sound = match sound {
                    Sound::Ringback => "ringback".to_owned(),
                    Sound::Music => "music".to_owned(),
                    Sound::Beep => "a beep".to_owned(),
                    Sound::Speech(_) => "a voice".to_owned(),
                    Sound::File(url) => url,
                };
                self.note(format!("{} hears {sound}", self.legs[&leg]));
                None
            }
            MediaCommand::Digits(leg, keys) => {
                self.note(format!("{} hears the keys {keys}", self.legs[&leg]));
                None
            }
            MediaCommand::Record(sid, channels) => {
                if !self.tapes.contains(&sid) {
                    self.tapes.push(sid);
                }
                self.note(format!("records {} channels", channels.len()));
                None
            }
            MediaCommand::StopRecording(sid) => Some(Input::Recorded(sid, Duration::from_secs(3))),
            MediaCommand::Pause(_, behavior) => {
                self.note(format!("pauses with {behavior:?}"));
                None
            }
            MediaCommand::Resume(_) => {
                self.note("resumes".to_owned());
                None
            }
            MediaCommand::Speak(_) | MediaCommand::Hush(_) | MediaCommand::Close(_) => None,
        }
    }

    /// The last question is answered with TwiML.
    pub(super) fn says(&mut self, verbs: &str) {
        self.answers(200, "text/xml", &format!("<Response>{verbs}</Response>"));
    }

    pub(super) fn answers(&mut self, status: u16, content_type: &str, body: &str) {
        let (content_type, body) = (content_type.to_owned(), body.to_owned());
        let key = self.questions.remove(0);
        self.input(Input::Fetched(key, Ok(Document { status, content_type, body })));
    }

    pub(super) fn is_silent(&mut self, problem: FetchProblem) {
        let key = self.questions.remove(0);
        self.input(Input::Fetched(key, Err(problem)));
    }

    /// The sound that was begun last comes to its end.
    pub(super) fn sound_ends(&mut self) {
        let (_, key) = self.sounds.pop().expect("a sound");
        self.input(Input::Played(key, true));
    }

    pub(super) fn acts(&mut self, act: PhoneAct) {
        self.input(Input::Phone(act));
    }

    /// A softphone with a good token.
    pub(super) fn softphone(&mut self, name: &str) -> SocketId {
        let socket = self.socket(name);
        let token = self.token(name.split(' ').next().unwrap_or_default());
        self.listens(socket, &token);
        socket
    }

    pub(super) fn socket(&mut self, name: &str) -> SocketId {
        let socket = SocketId(self.sockets.len() as u64 + 1);
        self.sockets.insert(socket, name.to_owned());
        self.input(Input::SocketOpened(socket));
        socket
    }

    pub(super) fn listens(&mut self, socket: SocketId, token: &str) {
        let token = Private::new(token.to_owned());
        let listen = Listen { token, browser_info: Default::default(), reconnect_timeout: 30 };
        self.frame(socket, ClientFrame::Listen(listen));
    }

    pub(super) fn token(&self, identity: &str) -> String {
        self.token_for(identity, self.cloud.account.applications[0].sid)
    }

    pub(super) fn token_for(&self, identity: &str, app: AppSid) -> String {
        let account = &self.cloud.account;
        let settings = TokenSettings {
            account: account.sid,
            key: account.key.sid,
            secret: account.key.secret.clone(),
            app,
            region: None,
        };
        let grant = Grant::full(identity.parse().unwrap());
        token::sign(&settings, grant, token::DEFAULT_LIFE, wall(self.now)).unwrap()
    }

    /// One that rings.
    pub(super) fn registered(&mut self, name: &str) -> SocketId {
        let socket = self.softphone(name);
        self.frame(socket, ClientFrame::Register(Register::ON));
        self.forget();
        socket
    }

    pub(super) fn frame(&mut self, socket: SocketId, frame: ClientFrame) {
        self.input(Input::Frame(socket, Ok(frame)));
    }

    /// The softphone calls.
    pub(super) fn dials(&mut self, socket: SocketId, params: &str) {
        let twilio = TwilioParams { params: Some(Private::new(params.to_owned())) };
        let sdp = SdpOffer::new(self.sockets[&socket].clone());
        self.frame(socket, ClientFrame::Invite(Invite { callsid: "TJS1".to_owned(), sdp, twilio }));
    }

    /// The call that a softphone was told of last.
    pub(super) fn sid_at(&self, socket: SocketId) -> String {
        self.sids.get(&self.sockets[&socket]).cloned().unwrap_or_default()
    }

    pub(super) fn takes(&mut self, socket: SocketId) {
        let sdp = SdpAnswer::new(self.sockets[&socket].clone());
        self.frame(socket, ClientFrame::Answer(Answer { callsid: self.sid_at(socket), sdp }));
    }

    pub(super) fn rejects(&mut self, socket: SocketId) {
        self.frame(socket, ClientFrame::Reject(Reject { callsid: self.sid_at(socket) }));
    }

    pub(super) fn hangs_up(&mut self, socket: SocketId) {
        self.frame(socket, ClientFrame::Hangup(Hangup { callsid: self.sid_at(socket), message: None }));
    }

    /// Calls that are not over.
    pub(super) fn live(&self) -> usize {
        self.cloud.calls.values().filter(|call| !call.is_over()).count()
    }

    /// Codes of what went wrong in the application.
    pub(super) fn alerts(&self) -> Vec<u32> {
        self.cloud.alerts().iter().map(|alert| alert.code).collect()
    }

    pub(super) fn set_voice_url(&mut self, url: &str) {
        self.cloud.account.applications[0].voice.url = Some(Target::post(url));
    }
}

fn wall(now: Duration) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000).plus(now)
}

/// Our own server must be able to read it.
fn check(webhook: &Webhook) {
    let form = &webhook.form;
    let read = match webhook.kind {
        WebhookKind::Voice => VoiceRequest::read(form).map(drop),
        WebhookKind::Status => StatusCallback::read(form).map(drop),
        WebhookKind::Recording => RecordingCallback::read(form).map(drop),
        WebhookKind::Conference => ConferenceCallback::read(form).map(drop),
        WebhookKind::Action if form.iter().any(|(name, _)| name == "DialCallSid") => DialAction::read(form).map(drop),
        WebhookKind::Action => Ok(()),
    };
    assert_eq!(read, Ok(()), "{form:?}");
}

/// Where a webhook goes and what it says of the call, in words.
fn describe(webhook: &Webhook) -> String {
    let form = Fields(webhook.form.clone());
    let get = |name: &str| form.get(name).map(str::to_owned);
    let path = webhook.target.url.strip_prefix("http://app").unwrap_or(&webhook.target.url).to_owned();
    let path = path.rsplit('/').next().unwrap_or_default().to_owned();
    let status = get("StatusCallbackEvent").or(get("RecordingStatus")).or(get("CallStatus")).unwrap_or_default();
    let more =
        ["DialCallStatus", "QueueResult", "CallDuration", "SequenceNumber", "ParticipantLabel", "RecordingDuration"];
    let more = more.into_iter().filter_map(|name| Some(format!(" {name}={}", form.get(name)?)));
    format!("{path}: {status}{}", more.collect::<String>())
}
