//! From `invite` until somebody rings: whom the caller means, the records, the caller's media, the offers.

use super::call::{Call, CalledAgent, Callee, Caller, RecordIds, Records, Stage};
use super::device::DeviceState;
use super::ending::Ending;
use super::io::{CallKey, LegKey, MediaCommand, MediaProblem, Output, SocketId};
use super::leg::{Leg, MediaPath, ReconnectTokens};
use super::party::Party;
use super::timers::Timer;
use super::{Switch, records};
use crate::host::{Agent, Destination, Elsewhere, HostError, Subscriber};
use mobilecall_domain::names::{self, UnfitText};
use mobilecall_domain::{CallId, Private, SdpAnswer, SdpOffer, UserId};
use mobilecall_pstream::client::Invite;
use mobilecall_pstream::server::{Hangup, Invite as IncomingInvite, Parameters, Ringing};
use mobilecall_pstream::{ServerFrame, WireError, code, params};
use mobilecall_transport::NegotiatedAudio;

/// A call that cannot even begin; no record is written, the caller's own history has it.
struct Refused(u32, &'static str);

impl Switch {
    pub(super) fn invite(&mut self, socket: SocketId, invite: Invite) {
        let Some(device) = self.devices.get(&socket) else { return };
        let DeviceState::Known(known) = &device.state else { return };
        let repeated = |key| self.legs.get(key).is_some_and(|leg: &Leg| leg.is(&invite.callsid));
        if device.legs.iter().any(repeated) {
            tracing::debug!(socket = socket.0, "the same invite came twice");
            return;
        }
        let query = invite.twilio.params.map(Private::into_inner).unwrap_or_default();
        let allowed = if known.expired {
            Err(Refused(code::TOKEN_EXPIRED, "the voice token has expired: fetch a new one"))
        } else if !known.subscriber.may_dial {
            Err(Refused(code::FORBIDDEN, "this token does not allow outgoing calls"))
        } else if self.calls_of(known.subscriber.agent.user) >= self.rules.max_calls {
            Err(Refused(code::RATE_EXCEEDED, "too many calls at once: end one first"))
        } else {
            dialed(&query)
        };
        match allowed {
            Err(Refused(code, message)) => self.send(
                socket,
                ServerFrame::Hangup(Hangup {
                    callsid: Some(invite.callsid),
                    error: Some(WireError::new(code, message)),
                }),
            ),
            Ok(dialed) => {
                let subscriber = known.subscriber.clone();
                let wanted = params::find(&query, "CallId").and_then(|id| id.parse().ok()).filter(CallId::is_v7);
                self.begin(socket, subscriber, invite.callsid, dialed, wanted, invite.sdp);
            }
        }
    }

    fn begin(
        &mut self,
        socket: SocketId,
        subscriber: Subscriber,
        temporary: String,
        dialed: String,
        wanted: Option<CallId>,
        offer: SdpOffer,
    ) {
        let (key, leg) = (CallKey(self.fresh_key()), LegKey(self.fresh_key()));
        let company = subscriber.company;
        let sid = self.ids.call_sid();
        tracing::info!(call.key = key.0, call.sid = %sid, user = %subscriber.agent.user, "call began");
        self.add_leg(leg, key, Party::Caller, subscriber.company, subscriber.agent.user, socket, sid);
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.temporary = Some(temporary);
        }
        let caller = Caller { agent: subscriber.agent, leg, wanted, offer: Some(offer) };
        self.output(Output::Resolve(key, company, Private::new(dialed.clone())));
        self.calls.insert(
            key,
            Call {
                company,
                started: self.now.wall,
                dialed,
                caller,
                callee: Callee::Unresolved,
                records: Records::None,
                stage: Stage::Resolving,
            },
        );
        self.start_timer(Timer::Setup(key), self.rules.setup_timeout);
    }

    #[expect(clippy::too_many_arguments, reason = "a leg's identity has as many parts, and a struct would repeat it")]
    fn add_leg(
        &mut self,
        key: LegKey,
        call: CallKey,
        party: Party,
        company: mobilecall_domain::CompanyId,
        user: UserId,
        socket: SocketId,
        sid: mobilecall_pstream::CallSid,
    ) {
        let Some(device) = self.devices.get_mut(&socket) else { return };
        device.legs.push(key);
        let leg = Leg {
            call,
            party,
            user,
            socket: Some(socket),
            grace: device.grace,
            sid,
            temporary: None,
            told: false,
            tokens: ReconnectTokens::default(),
            answer: None,
            audio: None,
            path: MediaPath::Connecting,
        };
        self.people.add_leg(company, user, key);
        self.legs.insert(key, leg);
    }

    pub(super) fn resolved(&mut self, key: CallKey, result: Result<Destination, HostError>) {
        let Some(call) = self.calls.get(&key) else { return };
        if call.stage != Stage::Resolving {
            return;
        }
        match result {
            Err(error) => {
                tracing::error!(call.key = key.0, %error, "a dialed text could not be resolved");
                self.end_call(key, Ending::Internal, None);
            }
            Ok(Destination::Echo) => self.prepare(key, Callee::Echo),
            Ok(Destination::Unknown) => self.refuse(key, Ending::Unknown),
            Ok(Destination::Agent { agent, .. }) if agent.user == call.caller.agent.user => {
                self.refuse(key, Ending::Busy);
            }
            Ok(Destination::Agent { agent, elsewhere }) => {
                let user = agent.user;
                if let Some(earlier) = self.waiting_call(user, call.caller.agent.user) {
                    return self.meet(earlier, key);
                }
                let called = CalledAgent { agent, sid: self.ids.call_sid(), legs: Vec::new(), met: None };
                let callee = Callee::Agent(called);
                match self.refusal_for(user, &elsewhere) {
                    Some(ending) => self.miss(key, callee, ending),
                    None => self.prepare(key, callee),
                }
            }
        }
    }

    /// Why a person cannot be rung now. What is here is known best here; `elsewhere` is what other servers said last.
    fn refusal_for(&self, user: UserId, elsewhere: &[Elsewhere]) -> Option<Ending> {
        if self.is_busy(user) || elsewhere.iter().any(|there| there.reachability.busy) {
            return Some(Ending::Busy);
        }
        if !self.people.registered(user).is_empty() {
            return None;
        }
        match elsewhere.iter().find(|there| there.reachability.registered) {
            Some(there) => {
                tracing::warn!(%user, node = %there.node, "called at this server, but registered at another only");
                Some(Ending::OtherServer)
            }
            None => Some(Ending::Offline),
        }
    }

    /// Nobody is called; the caller's history shows the attempt.
    fn refuse(&mut self, key: CallKey, ending: Ending) {
        self.open_records(key);
        self.end_call(key, ending, None);
    }

    /// The callee cannot be alerted; both histories show the attempt.
    fn miss(&mut self, key: CallKey, callee: Callee, ending: Ending) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.callee = callee;
        }
        self.refuse(key, ending);
    }

    fn prepare(&mut self, key: CallKey, callee: Callee) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        call.callee = callee;
        call.stage = Stage::Preparing;
        let (leg, offer) = (call.caller.leg, call.caller.offer.take());
        self.open_records(key);
        if let Some(offer) = offer {
            self.media_do(MediaCommand::Answer(leg, offer, None));
        }
    }

    /// The offer of a client that dialed is answered.
    pub(super) fn answered_offer(&mut self, key: LegKey, answer: SdpAnswer, audio: NegotiatedAudio) {
        let Some(leg) = self.legs.get_mut(&key) else { return };
        leg.answer = Some(answer);
        leg.audio = Some(audio);
        match (leg.party, leg.call) {
            (Party::Caller, call) => self.prepared(call),
            (Party::Callee, _) => self.accepted(key, audio),
        }
    }

    /// Goes on once the records are written and the caller's media is there.
    pub(super) fn prepared(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(&key) else { return };
        let written = matches!(call.records, Records::Open(_));
        let answered = self.legs.get(&call.caller.leg).is_some_and(|leg| leg.audio.is_some());
        if call.stage != Stage::Preparing || !answered || !written {
            return;
        }
        match &call.callee {
            Callee::Unresolved => {}
            Callee::Echo => self.start_echo(key),
            Callee::Agent(CalledAgent { met: Some(_), .. }) => self.answer_met(key),
            Callee::Agent(called) => {
                let user = called.agent.user;
                self.start_ringing(key, user);
            }
        }
    }

    fn start_ringing(&mut self, key: CallKey, user: UserId) {
        let devices = self.people.registered(user).to_vec();
        if devices.is_empty() {
            return self.end_call(key, Ending::Offline, None);
        }
        if let Some(call) = self.calls.get_mut(&key) {
            call.stage = Stage::Ringing;
        }
        for socket in devices {
            self.ring_device(key, socket);
        }
    }

    /// A device that registers while its person is called rings too: it may be the one that lost its socket.
    pub(super) fn ring_latecomer(&mut self, socket: SocketId, user: UserId) {
        let ringing: Vec<CallKey> = self
            .calls
            .iter()
            .filter(|(_, call)| call.stage == Stage::Ringing)
            .filter(|(_, call)| call.called().is_some_and(|called| called.agent.user == user))
            .map(|(key, _)| *key)
            .collect();
        for key in ringing {
            self.ring_device(key, socket);
        }
    }

    fn ring_device(&mut self, key: CallKey, socket: SocketId) {
        let Some(call) = self.calls.get(&key) else { return };
        let Some(called) = call.called() else { return };
        let rings = |leg| self.legs.get(leg).is_some_and(|leg: &Leg| leg.socket == Some(socket));
        if called.legs.iter().any(rings) {
            return;
        }
        let Some(audio) = self.legs.get(&call.caller.leg).and_then(|leg| leg.audio) else { return };
        let (company, user, sid) = (call.company, called.agent.user, called.sid.clone());
        let leg = LegKey(self.fresh_key());
        self.add_leg(leg, key, Party::Callee, company, user, socket, sid);
        if let Some(called) = self.calls.get_mut(&key).and_then(Call::called_mut) {
            called.legs.push(leg);
        }
        self.media_do(MediaCommand::Offer(leg, audio.codec));
    }

    /// A called device's offer is there: it rings, and with the first device the caller hears that.
    pub(super) fn offered(&mut self, key: LegKey, offer: SdpOffer) {
        let token = self.ids.reconnect_token();
        let Some(leg) = self.legs.get_mut(&key) else { return };
        let Some(call) = self.calls.get_mut(&leg.call) else { return };
        let (Some(socket), Stage::Ringing, Callee::Agent(called)) = (leg.socket, call.stage, &call.callee) else {
            return;
        };
        leg.told = true;
        leg.tokens.renew(token.clone());
        let invite = IncomingInvite {
            callsid: leg.sid.clone(),
            sdp: offer,
            parameters: parameters(&call.caller.agent, called, call.records, &self.rules.account_sid),
            reconnect: Some(token),
        };
        let call_key = leg.call;
        let caller = call.caller.leg;
        self.send(socket, ServerFrame::Invite(Box::new(invite)));
        if let Some(leg) = self.legs.get_mut(&caller)
            && !leg.told
        {
            leg.told = true;
            let frame = ServerFrame::Ringing(Ringing { callsid: leg.sid.clone(), sdp: leg.answer.take() });
            if let Some(socket) = leg.socket {
                self.send(socket, frame);
            }
            self.timers.clear(&Timer::Setup(call_key));
            self.start_timer(Timer::Ring(call_key), self.rules.ring_timeout);
            self.report_both(call_key, &records::ringing());
        }
    }

    /// A session that could not be made or used before the call was up.
    pub(super) fn refused_media(&mut self, key: LegKey, problem: MediaProblem) {
        let Some(leg) = self.legs.get(&key) else { return };
        let (call_key, party) = (leg.call, leg.party);
        let Some(call) = self.calls.get_mut(&call_key) else { return };
        let ending = match problem {
            MediaProblem::Malformed => Ending::Malformed(party),
            MediaProblem::Incompatible => Ending::Incompatible,
            MediaProblem::Ours => Ending::Internal,
        };
        match (party, call.stage) {
            (Party::Callee, Stage::Ringing) => {
                let left = call.called_mut().map_or(0, |called| {
                    called.legs.retain(|other| *other != key);
                    called.legs.len()
                });
                self.drop_leg(key);
                if left == 0 {
                    self.end_call(call_key, ending, None);
                }
            }
            (Party::Caller | Party::Callee, _) => self.end_call(call_key, ending, None),
        }
    }

    pub(super) fn setup_timed_out(&mut self, key: CallKey) {
        tracing::error!(call.key = key.0, "the host or the media took too long, the call is given up");
        self.end_call(key, Ending::Internal, None);
    }
}

fn dialed(query: &str) -> Result<String, Refused> {
    let missing = Refused(code::PARAMETERS_MISSING, "the invite says not whom to call: add the parameter To");
    match names::of_call(&params::find(query, "To").ok_or(missing)?) {
        Ok(to) if to.is_empty() => Err(Refused(code::NOT_FOUND, "nothing was dialed")),
        Ok(to) => Ok(to),
        Err(UnfitText::TooLong) => Err(Refused(code::NOT_FOUND, "too long to be dialed")),
        Err(UnfitText::Control) => Err(Refused(code::NOT_FOUND, "a control character cannot be dialed")),
    }
}

fn parameters(caller: &Agent, called: &CalledAgent, records: Records, account_sid: &str) -> Parameters {
    let id = match records {
        Records::Open(RecordIds { callee: Some(id), .. }) => id.to_string(),
        Records::Open(RecordIds { callee: None, .. }) | Records::None | Records::Opening => String::new(),
    };
    let custom = params::encode([
        ("CallId", id.as_str()),
        ("FromName", caller.name.as_str()),
        ("FromExtension", caller.extension.as_deref().unwrap_or_default()),
    ]);
    let pairs = [
        ("From", format!("client:{}", caller.username)),
        ("To", format!("client:{}", called.agent.username)),
        ("CallSid", called.sid.0.clone()),
        ("AccountSid", account_sid.to_owned()),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("Params", custom),
    ];
    Parameters(pairs.map(|(key, value)| (key.to_owned(), value)).into())
}
