//! Plays everything around the switch: answers what it asks at once unless told to hold back, and writes down what
//! it says.

use crate::core::*;
use crate::host::{Agent, CallReported, Destination, Elsewhere, HostError, Reachability, Subscriber, TokenRejected};
pub(super) use mobilecall_domain::PresenceState as Presence;
use mobilecall_domain::{
    CallId, CallRecord, CallStatus, CompanyId, Private, SdpAnswer, SdpOffer, SessionId, Timestamp, UserId,
};
use mobilecall_pstream::client::{Answer, Hangup, Invite, Listen, Reconnect, Register, Reject, TwilioParams};
use mobilecall_pstream::{CallSid, ClientFrame, ServerFrame, params};
use mobilecall_transport::{Codec, MediaDirection, NegotiatedAudio};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use uuid::Uuid;

pub(super) const ALICE: SocketId = SocketId(1);
pub(super) const BOB: SocketId = SocketId(2);
pub(super) const BOB_TOO: SocketId = SocketId(3);
pub(super) const CAROL: SocketId = SocketId(4);

/// Hands out counters instead of randomness.
#[derive(Default)]
struct Counter(u128);

impl Counter {
    fn next(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}
impl IdSource for Counter {
    fn call_sid(&mut self) -> CallSid {
        CallSid::from_uuid(Uuid::from_u128(self.next()))
    }
    fn call_id(&mut self) -> CallId {
        CallId::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0000 + self.next()))
    }
    fn reconnect_token(&mut self) -> Private<String> {
        Private::new(format!("tok{}", self.next()))
    }
}

pub(super) struct World {
    pub(super) switch: Switch,
    pub(super) monotonic: Duration,
    /// Frames sent to each socket since they were last looked at.
    pub(super) sent: BTreeMap<SocketId, Vec<ServerFrame>>,
    pub(super) disconnected: Vec<SocketId>,
    /// Records as the host has them.
    pub(super) records: BTreeMap<CallId, CallRecord>,
    pub(super) reachable: HashMap<UserId, Reachability>,
    /// What other servers know of whoever is dialed.
    pub(super) elsewhere: Vec<Elsewhere>,
    /// How many transactions the host made for records.
    pub(super) transactions: usize,
    /// Media commands, as short words.
    pub(super) media: Vec<String>,
    pub(super) joined: Vec<(LegKey, LegKey)>,
    pub(super) offers: Vec<(LegKey, Codec)>,
    /// The codec that a caller's offer leads to.
    pub(super) caller_codec: Codec,
    /// The codec that a callee answers with.
    pub(super) callee_codec: Codec,
    /// What fails.
    pub(super) token: Option<TokenRejected>,
    pub(super) host_down: bool,
    pub(super) records_down: bool,
    pub(super) media_problem: Option<(MediaProblem, &'static str)>,
    /// Commands that are not answered until the test does it.
    pub(super) hold_media: bool,
    pub(super) hold_records: bool,
    pub(super) hold_checks: bool,
    pub(super) held: Vec<Output>,
    pub(super) may_dial: bool,
    pub(super) may_receive: bool,
    pub(super) expires_in: Duration,
}

pub(super) fn agent(name: &str) -> Agent {
    let number = name.bytes().fold(0u128, |sum, byte| sum * 256 + u128::from(byte));
    Agent {
        user: UserId::from_uuid(Uuid::from_u128(number)),
        username: name.to_owned(),
        name: format!("{name} علي"),
        extension: Some("101".to_owned()),
    }
}

pub(super) fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(9))
}

/// Everybody has one session.
pub(super) fn session(name: &str) -> SessionId {
    SessionId::from_uuid(agent(name).user.as_uuid())
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Rules::default())
    }

    pub(super) fn with(rules: Rules) -> Self {
        let now = Now { monotonic: Duration::ZERO, wall: Timestamp::from_millis(1_700_000_000_000) };
        Self {
            switch: Switch::new(rules, Box::new(Counter::default()), now),
            monotonic: Duration::ZERO,
            sent: BTreeMap::new(),
            disconnected: Vec::new(),
            records: BTreeMap::new(),
            reachable: HashMap::new(),
            elsewhere: Vec::new(),
            transactions: 0,
            media: Vec::new(),
            joined: Vec::new(),
            offers: Vec::new(),
            caller_codec: Codec::Opus,
            callee_codec: Codec::Opus,
            token: None,
            host_down: false,
            records_down: false,
            media_problem: None,
            hold_media: false,
            hold_records: false,
            hold_checks: false,
            held: Vec::new(),
            may_dial: true,
            may_receive: true,
            expires_in: Duration::from_secs(3600),
        }
    }

    /// Alice on one device, Bob on two, Carol on one, all registered, with 30 s of grace.
    pub(super) fn office() -> Self {
        let mut world = Self::new();
        for (socket, name) in [(ALICE, "alice"), (BOB, "bob"), (BOB_TOO, "bob"), (CAROL, "carol")] {
            world.sign_in(socket, name);
        }
        world.sent.clear();
        world
    }

    fn now(&self) -> Now {
        let wall = Timestamp::from_millis(1_700_000_000_000).plus(self.monotonic);
        Now { monotonic: self.monotonic, wall }
    }

    pub(super) fn input(&mut self, input: Input) {
        let mut outputs = self.switch.handle(input, self.now());
        while !outputs.is_empty() {
            let mut more = Vec::new();
            for output in outputs {
                if let Some(reply) = self.perform(output) {
                    more.extend(self.switch.handle(reply, self.now()));
                }
            }
            outputs = more;
        }
    }

    fn perform(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Send(socket, frame) => self.sent.entry(socket).or_default().push(frame),
            Output::Disconnect(socket) => self.disconnected.push(socket),
            output @ Output::Authenticate(..) if self.hold_checks => self.held.push(output),
            Output::Authenticate(socket, check, token) => {
                let result = self.token.map_or_else(|| Ok(self.subscriber(token.expose())), Err);
                return Some(Input::Authenticated(socket, check, result));
            }
            Output::Resolve(call, _, dialed) => return Some(Input::Resolved(call, self.resolve(dialed.expose()))),
            output @ Output::OpenRecords(..) if self.hold_records => self.held.push(output),
            Output::OpenRecords(call, _) if self.records_down => {
                return Some(Input::RecordsOpened(call, Err(HostError::Failed("disk full".into()))));
            }
            Output::OpenRecords(call, records) => {
                self.transactions += 1;
                let ids = records.iter().map(|record| record.id).collect();
                for record in records {
                    assert!(self.records.insert(record.id, record).is_none(), "a record is opened once");
                }
                return Some(Input::RecordsOpened(call, Ok(ids)));
            }
            Output::Report(_, reports) => {
                self.transactions += 1;
                let wall = self.now().wall;
                for CallReported { call, report, .. } in reports.records {
                    self.records.get_mut(&call).expect("reports come after the record").apply(&report, wall);
                }
            }
            Output::Media(command) => return self.media(command),
            Output::Reachability(_, user, now) => {
                assert_ne!(self.reachable.insert(user, now), Some(now), "it is told when it changes");
            }
        }
        None
    }

    /// A token of the tests is the name of its owner.
    pub(super) fn subscriber(&self, token: &str) -> Subscriber {
        Subscriber {
            company: company(),
            agent: agent(token),
            session: session(token),
            expires_in: self.expires_in,
            may_receive: self.may_receive,
            may_dial: self.may_dial,
        }
    }

    fn resolve(&self, dialed: &str) -> Result<Destination, HostError> {
        match dialed {
            _ if self.host_down => Err(HostError::Unavailable("no connection".into())),
            "*43" => Ok(Destination::Echo),
            "nobody" => Ok(Destination::Unknown),
            name => Ok(Destination::Agent { agent: agent(name), elsewhere: self.elsewhere.clone() }),
        }
    }

    fn audio(&self, codec: Codec) -> NegotiatedAudio {
        let (payload_type, event) = match codec {
            Codec::Opus => (111, 110),
            Codec::Pcmu => (0, 126),
        };
        NegotiatedAudio { codec, payload_type, telephone_event: Some(event), direction: MediaDirection::SendRecv }
    }

    fn media(&mut self, command: MediaCommand) -> Option<Input> {
        let word = match &command {
            MediaCommand::Answer(..) => "answer",
            MediaCommand::Offer(leg, codec) => {
                self.offers.push((*leg, *codec));
                "offer"
            }
            MediaCommand::Accept(..) => "accept",
            MediaCommand::Reanswer(..) => "reanswer",
            MediaCommand::Join(a, b) => {
                self.joined.push((*a, *b));
                "join"
            }
            MediaCommand::Echo(_) => "echo",
            MediaCommand::Close(_) => "close",
        };
        self.media.push(word.to_owned());
        let fails = self.media_problem.filter(|(_, what)| *what == word).map(|(problem, _)| problem);
        if self.hold_media {
            self.held.push(Output::Media(command));
            return None;
        }
        let (leg, outcome) = match command {
            MediaCommand::Reanswer(leg, _) => {
                let result = fails.map_or_else(|| Ok(SdpAnswer::new("reanswered")), Err);
                (leg, MediaOutcome::Reanswered(result))
            }
            MediaCommand::Answer(leg, ..) | MediaCommand::Offer(leg, _) | MediaCommand::Accept(leg, _)
                if fails.is_some() =>
            {
                (leg, MediaOutcome::Refused(fails.unwrap()))
            }
            MediaCommand::Answer(leg, _, codec) => {
                let codec = codec.unwrap_or(self.caller_codec);
                let (answer, audio) = (SdpAnswer::new("answer"), self.audio(codec));
                (leg, MediaOutcome::Answered { answer, audio })
            }
            MediaCommand::Offer(leg, _) => (leg, MediaOutcome::Offered(SdpOffer::new("offer"))),
            MediaCommand::Accept(leg, _) => (leg, MediaOutcome::Accepted(self.audio(self.callee_codec))),
            MediaCommand::Join(..) | MediaCommand::Echo(_) | MediaCommand::Close(_) => return None,
        };
        Some(Input::Media(leg, outcome))
    }

    /// Answers what was held back.
    pub(super) fn release(&mut self) {
        (self.hold_media, self.hold_records, self.hold_checks) = (false, false, false);
        for output in std::mem::take(&mut self.held) {
            if let Some(reply) = self.perform(output) {
                self.input(reply);
            }
        }
    }

    /// Gives the next reply of what was held back, and goes on holding back.
    pub(super) fn release_one(&mut self) {
        let holds = (self.hold_media, self.hold_records, self.hold_checks);
        while !self.held.is_empty() {
            (self.hold_media, self.hold_records, self.hold_checks) = (false, false, false);
            let output = self.held.remove(0);
            let reply = self.perform(output);
            (self.hold_media, self.hold_records, self.hold_checks) = holds;
            if let Some(reply) = reply {
                return self.input(reply);
            }
        }
    }

    /// Lets time pass, timer by timer.
    pub(super) fn pass(&mut self, span: Duration) {
        let end = self.monotonic + span;
        while let Some(deadline) = self.switch.deadline().filter(|deadline| *deadline <= end) {
            self.monotonic = deadline.max(self.monotonic);
            self.input(Input::TimePassed);
        }
        self.monotonic = end;
    }

    pub(super) fn frame(&mut self, socket: SocketId, frame: ClientFrame) {
        self.input(Input::Frame(socket, Ok(frame)));
    }

    pub(super) fn listen(&mut self, socket: SocketId, name: &str, reconnect_timeout: u64) {
        let token = Private::new(name.to_owned());
        let listen = Listen { token, browser_info: Default::default(), reconnect_timeout };
        self.frame(socket, ClientFrame::Listen(listen));
    }

    pub(super) fn sign_in(&mut self, socket: SocketId, name: &str) {
        self.input(Input::SocketOpened(socket));
        self.listen(socket, name, 30);
        self.frame(socket, ClientFrame::Register(Register::ON));
    }

    pub(super) fn dial(&mut self, socket: SocketId, to: &str) {
        self.invite(socket, "TJS1", &params::encode([("To", to)]));
    }

    pub(super) fn invite(&mut self, socket: SocketId, temporary: &str, query: &str) {
        let twilio = TwilioParams { params: Some(Private::new(query.to_owned())) };
        let invite = Invite { callsid: temporary.to_owned(), sdp: SdpOffer::new("caller"), twilio };
        self.frame(socket, ClientFrame::Invite(invite));
    }

    pub(super) fn accept(&mut self, socket: SocketId, callsid: &str) {
        let answer = Answer { callsid: callsid.to_owned(), sdp: SdpAnswer::new("callee") };
        self.frame(socket, ClientFrame::Answer(answer));
    }

    pub(super) fn reject(&mut self, socket: SocketId, callsid: &str) {
        self.frame(socket, ClientFrame::Reject(Reject { callsid: callsid.to_owned() }));
    }

    pub(super) fn hang_up(&mut self, socket: SocketId, callsid: &str) {
        self.frame(socket, ClientFrame::Hangup(Hangup { callsid: callsid.to_owned(), message: None }));
    }

    pub(super) fn reconnect(&mut self, socket: SocketId, callsid: &str, token: &str) {
        let reconnect = Reconnect {
            callsid: callsid.to_owned(),
            reconnect: Private::new(token.to_owned()),
            sdp: None,
            twilio: TwilioParams::default(),
        };
        self.frame(socket, ClientFrame::Reconnect(reconnect));
    }

    /// What was sent to the socket since the last look, each frame as a short word with what matters of it.
    pub(super) fn heard(&mut self, socket: SocketId) -> Vec<String> {
        self.sent.remove(&socket).unwrap_or_default().iter().map(word).collect()
    }

    /// Alice calls Bob; gives Alice's and Bob's call identifiers.
    pub(super) fn ringing(&mut self) -> (String, String) {
        self.dial(ALICE, "bob");
        let sid = |world: &Self, socket: SocketId| match world.sent.get(&socket).and_then(|frames| frames.last()) {
            Some(ServerFrame::Ringing(ringing)) => ringing.callsid.0.clone(),
            Some(ServerFrame::Invite(invite)) => invite.callsid.0.clone(),
            other => panic!("no call rings on {socket:?}: {other:?}"),
        };
        (sid(self, ALICE), sid(self, BOB))
    }

    /// Alice talks with Bob's first device; gives the call identifiers and the last reconnect tokens.
    pub(super) fn talking(&mut self) -> [(String, String); 2] {
        let (alice, bob) = self.ringing();
        self.accept(BOB, &bob);
        let pair = [(ALICE, alice), (BOB, bob)].map(|(socket, sid)| {
            let token = last_token(self.sent.get(&socket).map(Vec::as_slice).unwrap_or_default());
            (sid, token)
        });
        self.sent.clear();
        for leg in self.joined.last().map(|(a, b)| [*a, *b]).unwrap() {
            self.input(Input::Media(leg, MediaOutcome::Connected));
        }
        pair
    }

    /// Status of the caller's and the callee's record, as far as there are any.
    pub(super) fn statuses(&self) -> Vec<(String, CallStatus)> {
        let name = |record: &CallRecord| record.agent_name.clone().unwrap_or_default();
        let short = |name: String| name.split(' ').next().unwrap_or_default().to_owned();
        self.records.values().map(|record| (short(name(record)), record.status)).collect()
    }

    pub(super) fn presence_of(&self, name: &str) -> Presence {
        self.reachable.get(&agent(name).user).copied().unwrap_or(Reachability::NONE).presence()
    }
}

pub(super) fn last_token(frames: &[ServerFrame]) -> String {
    let token = frames.iter().rev().find_map(|frame| match frame {
        ServerFrame::Answer(answer) => answer.reconnect.clone(),
        ServerFrame::Invite(invite) => invite.reconnect.clone(),
        _ => None,
    });
    token.expect("a reconnect token was given").into_inner()
}

fn word(frame: &ServerFrame) -> String {
    match frame {
        ServerFrame::Hangup(hangup) => match &hangup.error {
            Some(error) => format!("hangup {}", error.code),
            None => "hangup".to_owned(),
        },
        ServerFrame::Cancel(cancel) => format!("cancel {:?}", cancel.reason.unwrap()),
        ServerFrame::Error(error) => format!("error {}", error.error.code),
        ServerFrame::Ringing(ringing) if ringing.sdp.is_some() => "ringing sdp".to_owned(),
        ServerFrame::Answer(answer) => match (&answer.sdp, &answer.reconnect) {
            (Some(_), Some(_)) => "answer sdp token".to_owned(),
            (Some(_), None) => "answer sdp".to_owned(),
            (None, Some(_)) => "answer token".to_owned(),
            (None, None) => "answer".to_owned(),
        },
        other => other.kind().to_owned(),
    }
}

pub(super) const EXPIRED: TokenRejected = TokenRejected::Expired;
pub(super) const REVOKED: TokenRejected = TokenRejected::Revoked;
