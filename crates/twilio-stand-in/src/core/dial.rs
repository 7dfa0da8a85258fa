//! `<Dial>`: calls of its own to everybody it names, and the connection with the first who answers.

use super::call::{Callback, Client, Direction, Party, Purpose, Status, With};
use super::conference::Entry;
use super::fields::{Form, put};
use super::recording::{Recorder, Source};
use super::script::Doing;
use super::timers::Timer;
use super::{Cloud, Sound, WebhookKind};
use crate::account::{Target, is_e164};
use mobilecall_domain::Timestamp;
use mobilecall_pstream::code;
use mobilecall_twilio::callback::{LegEvent, Method};
use mobilecall_twilio::twiml::{self, Dial, DialOptions, DialRecord, DialTarget};
use mobilecall_twilio::{CallSid, RecordingSid};
use std::collections::VecDeque;
use std::time::Duration;

/// How long a `<Dial>` rings unless it says otherwise.
const TIMEOUT: u32 = 30;

/// A `<Dial>` that is under way.
#[derive(Debug)]
pub(super) struct Dialing {
    options: DialOptions,
    /// Those that ring.
    rings: Vec<CallSid>,
    /// Those that ring after them.
    later: VecDeque<CallSid>,
    /// Who has answered.
    pub(super) bridged: Option<CallSid>,
    /// The last of them that is over, and how.
    last: Option<CallSid>,
    outcome: (Status, Option<u32>),
    rings_back: bool,
    since: Option<Timestamp>,
    recording: Option<RecordingSid>,
}

/// What one party of a `<Dial>` is called with.
struct Callee {
    from: String,
    to: String,
    party: Party,
    whisper: Option<Target>,
    callback: Option<Callback>,
    keys: Option<String>,
}

/// Why a party is not called.
type Impossible = (u32, String);

impl Cloud {
    pub(super) fn dial(&mut self, sid: CallSid, dial: Dial) {
        let Dial { options, target } = dial;
        match target {
            DialTarget::Parties(parties) => self.dial_parties(sid, options, parties.iter()),
            DialTarget::Conference(conference) => {
                self.pick_up(sid);
                self.enter_conference(sid, Entry::of(*conference), options);
            }
            DialTarget::Queue(queue) => {
                self.pick_up(sid);
                self.dial_queue(sid, queue, options);
            }
        }
    }

    fn dial_parties<'a>(
        &mut self,
        sid: CallSid,
        options: DialOptions,
        parties: impl Iterator<Item = &'a twiml::Party>,
    ) {
        if options.answer_on_bridge != Some(true) {
            self.pick_up(sid);
        }
        let patience = Duration::from_secs(options.timeout.unwrap_or(TIMEOUT).into());
        let mut children = VecDeque::new();
        for party in parties {
            match self.callee(sid, &options, party) {
                Ok(callee) => children.push_back(self.add_child(sid, callee, patience)),
                Err((code, text)) => self.alert(sid, code, text),
            }
        }
        let later =
            if options.sequential == Some(true) { children.split_off(children.len().min(1)) } else { VecDeque::new() };
        let rings: Vec<CallSid> = children.into();
        let dialing = Dialing {
            options,
            rings: rings.clone(),
            later,
            bridged: None,
            last: None,
            outcome: (Status::Failed, Some(code::NOT_FOUND)),
            rings_back: false,
            since: None,
            recording: None,
        };
        self.set_doing(sid, Doing::Dialing(Box::new(dialing)));
        self.record_dial(sid, |record| matches!(record, DialRecord::FromRinging | DialRecord::FromRingingDual));
        if rings.is_empty() {
            return self.dial_over(sid);
        }
        for child in rings {
            self.place(child);
        }
    }

    /// Whether and how a party can be called.
    fn callee(&self, sid: CallSid, options: &DialOptions, party: &twiml::Party) -> Result<Callee, Impossible> {
        let own = self.calls.get(&sid).map(|call| (call.from.clone(), call.to.clone())).unwrap_or_default();
        let from = options.caller_id.as_ref().map_or_else(|| own.0.clone(), |shown| shown.expose().clone());
        let target =
            |url: &Option<String>, method| url.as_ref().map(|url| Target::new(self.absolute(sid, url), method));
        let callback = |url: &Option<String>, method, events: &Option<Vec<LegEvent>>| {
            target(url, method).map(|target| Callback::new(target, events.clone().unwrap_or_default()))
        };
        match party {
            twiml::Party::Number(number) => {
                let to = number.number.expose().clone();
                self.check_number(&own, &from, &to)?;
                let party = Party::Phone(to.clone());
                let whisper = target(&number.url, number.method);
                let events = &number.status_callback_event;
                let callback = callback(&number.status_callback, number.status_callback_method, events);
                Ok(Callee { from, to, party, whisper, callback, keys: number.send_digits.clone() })
            }
            twiml::Party::Client(client) => {
                let identity = client.identity.as_str().to_owned();
                let to = client.identity.address();
                let named = client.parameters.iter();
                let parameters = named.filter_map(|it| Some((it.name.clone()?, it.value.as_ref()?.expose().clone())));
                let parameters = parameters.collect();
                let party = Party::Client(Client { identity, parameters, ..Client::default() });
                let whisper = target(&client.options.url, client.options.method);
                let events = &client.options.status_callback_event;
                let method = client.options.status_callback_method;
                let callback = callback(&client.options.status_callback, method, events);
                Ok(Callee { from, to, party, whisper, callback, keys: None })
            }
        }
    }

    /// A number must be one that may be called, and be shown one of the account's, or one of the call itself.
    fn check_number(&self, own: &(String, String), from: &str, to: &str) -> Result<(), Impossible> {
        if !is_e164(to) {
            return Err((13_223, format!("Dial: Invalid phone number format: {to}")));
        }
        let is_own = is_e164(from) && (*from == own.0 || *from == own.1);
        if !is_own && !self.account.may_show(from) {
            return Err((13_214, format!("Dial: Invalid callerId value: {from}")));
        }
        if !self.account.may_call_country_of(to) {
            return Err((13_227, format!("Dial: No International Permission: {to}")));
        }
        let is_foreign_to_trial = self.account.permissions.trial && !self.account.is_verified(to);
        if is_foreign_to_trial || !self.account.can_reach(to) {
            return Err((13_224, format!("Dial: Twilio does not support calling this number: {to}")));
        }
        Ok(())
    }

    fn add_child(&mut self, parent: CallSid, callee: Callee, patience: Duration) -> CallSid {
        let Callee { from, to, party, whisper, callback, keys } = callee;
        let sid = self.add_call(Direction::OutboundDial, from, to, party, Purpose::Dialed(whisper));
        if let Some(child) = self.live(sid) {
            child.parent = Some(parent);
            child.callback = callback;
            child.keys = keys;
            child.patience = patience;
        }
        sid
    }

    fn dialing(&mut self, sid: CallSid) -> Option<&mut Dialing> {
        let doing = &mut self.live(sid)?.script.as_mut()?.doing;
        if let Doing::Dialing(dialing) = doing { Some(dialing) } else { None }
    }

    /// Somebody of the `<Dial>` is alerted: the caller hears it ring.
    pub(super) fn child_rings(&mut self, parent: CallSid) {
        let Some(dialing) = self.dialing(parent) else { return };
        if std::mem::replace(&mut dialing.rings_back, true) {
            return;
        }
        if self.live(parent).is_some_and(|call| call.answered.is_none()) {
            self.tell_ringing(parent);
        }
        self.start_sound(parent, Sound::Ringback);
    }

    /// Somebody of the `<Dial>` has answered: the others ring no more.
    pub(super) fn child_answered(&mut self, child: CallSid, whisper: Option<Target>) {
        let Some(parent) = self.live(child).and_then(|call| call.parent) else { return };
        let Some(dialing) = self.dialing(parent).filter(|dialing| dialing.bridged.is_none()) else {
            return self.hang_up(child);
        };
        dialing.bridged = Some(child);
        let mut others = std::mem::take(&mut dialing.rings);
        others.extend(std::mem::take(&mut dialing.later));
        for other in others.into_iter().filter(|other| *other != child) {
            self.end(other, Status::Canceled, None);
        }
        match whisper {
            Some(whisper) => {
                let form = self.question_fields(child);
                self.ask(child, WebhookKind::Voice, whisper, None, form);
            }
            None => self.bridge(child),
        }
    }

    /// Connects who answered with the caller.
    pub(super) fn bridge(&mut self, child: CallSid) {
        let now = self.now.wall;
        let Some(parent) = self.live(child).and_then(|call| call.parent) else { return };
        self.pick_up(parent);
        let Some(dialing) = self.dialing(parent) else { return self.hang_up(child) };
        dialing.since = Some(now);
        let limit = dialing.options.time_limit;
        self.hush(parent);
        self.connect(parent, child);
        if let Some(seconds) = limit {
            self.start_timer(Timer::Wait(parent), Duration::from_secs(seconds.into()));
        }
        self.record_dial(parent, |record| matches!(record, DialRecord::FromAnswer | DialRecord::FromAnswerDual));
    }

    /// Whether who dialed may leave the conversation with `*`; who it is with then.
    pub(super) fn leaves_with_star(&mut self, sid: CallSid) -> Option<CallSid> {
        self.dialing(sid).filter(|dialing| dialing.options.hangup_on_star == Some(true))?.bridged
    }

    /// Lets two calls hear each other and nobody else.
    pub(super) fn connect(&mut self, one: CallSid, other: CallSid) {
        for (call, with) in [(one, other), (other, one)] {
            if let Some(call) = self.live(call) {
                call.with = With::Call(with);
            }
            self.hear(call, &[with]);
        }
    }

    /// Begins the recording that the `<Dial>` wants, if this is its time.
    fn record_dial(&mut self, sid: CallSid, is_time: fn(DialRecord) -> bool) {
        let Some(options) = self.dialing(sid).map(|dialing| dialing.options.clone()) else { return };
        let Some(record) = options.record.filter(|record| is_time(*record)) else { return };
        let dual = matches!(record, DialRecord::FromAnswerDual | DialRecord::FromRingingDual);
        let callback = options.recording_status_callback.as_ref();
        let callback =
            callback.map(|url| Target::new(self.absolute(sid, url), options.recording_status_callback_method));
        let events = options.recording_status_callback_event.clone().unwrap_or_default();
        let recording = self.begin_recording(sid, Recorder::new(Source::DialVerb, dual, callback, events));
        if let Some(dialing) = self.dialing(sid) {
            dialing.recording = recording;
        }
    }

    /// One of the `<Dial>`'s calls is over.
    pub(super) fn child_ended(&mut self, parent: CallSid, child: CallSid, error: Option<u32>) {
        let Some(status) = self.calls.get(&child).map(|call| call.status) else { return };
        let Some(dialing) = self.dialing(parent) else { return };
        let was_known = dialing.bridged == Some(child) || dialing.rings.contains(&child);
        if !was_known {
            return;
        }
        dialing.rings.retain(|other| *other != child);
        dialing.last = Some(child);
        if dialing.bridged == Some(child) {
            dialing.outcome = (Status::Completed, None);
            return self.dial_over(parent);
        }
        dialing.outcome = heavier(dialing.outcome, (status, error));
        if let Some(next) = dialing.later.pop_front() {
            dialing.rings.push(next);
            return self.place(next);
        }
        if dialing.rings.is_empty() {
            self.dial_over(parent);
        }
    }

    /// All calls of the `<Dial>` are over: what follows is asked, or is the next verb.
    fn dial_over(&mut self, sid: CallSid) {
        let Doing::Dialing(dialing) = self.take_doing(sid) else { return };
        self.timers.clear(Timer::Wait(sid));
        self.hush(sid);
        if let Some(recording) = dialing.recording {
            self.stop_recording(recording);
        }
        if let Some(call) = self.live(sid) {
            call.dialed = Some(dialing.outcome);
        }
        let form = self.dial_fields(&dialing);
        self.after_dial(sid, dialing.options.action.as_deref(), dialing.options.method, form);
    }

    pub(super) fn after_dial(&mut self, sid: CallSid, action: Option<&str>, method: Option<Method>, form: Form) {
        match action {
            Some(action) => self.ask_after(sid, action, method, form),
            None => self.go_on(sid),
        }
    }

    fn dial_fields(&self, dialing: &Dialing) -> Form {
        let mut form = Form::new();
        put(&mut form, "DialCallStatus", dialing.outcome.0.as_str());
        if let Some(child) = dialing.bridged.or(dialing.last) {
            put(&mut form, "DialCallSid", child);
        }
        put(&mut form, "DialBridged", dialing.since.is_some());
        if let Some(since) = dialing.since {
            put(&mut form, "DialCallDuration", self.now.wall.since(since).as_millis().div_ceil(1000));
        }
        if let Some(recording) = dialing.recording {
            put(&mut form, "RecordingSid", recording);
            put(&mut form, "RecordingUrl", self.recording_url(recording));
        }
        form
    }

    /// The caller does something else, or is gone: then who asked for the `<Dial>` is told how far it came.
    pub(super) fn abandon_dial(&mut self, sid: CallSid, mut dialing: Dialing) {
        self.hush(sid);
        if let Some(recording) = dialing.recording {
            self.stop_recording(recording);
        }
        let children = dialing.bridged.into_iter().chain(dialing.rings.drain(..)).chain(dialing.later.drain(..));
        let children: Vec<CallSid> = children.collect();
        for child in &children {
            self.hang_up(*child);
        }
        dialing.last = children.first().copied();
        dialing.outcome.0 = if dialing.since.is_some() { Status::Completed } else { Status::Canceled };
        let form = self.dial_fields(&dialing);
        self.tell_action(sid, dialing.options.action.as_deref(), dialing.options.method, form);
    }

    /// Tells an action of what a call that is over did last; what it answers is nobody's concern.
    pub(super) fn tell_action(&mut self, sid: CallSid, action: Option<&str>, method: Option<Method>, extra: Form) {
        let Some(action) = action.filter(|_| self.live(sid).is_none()) else { return };
        let target = Target::new(self.absolute(sid, action), method);
        let mut form = self.question_fields(sid);
        form.extend(extra);
        self.notify(WebhookKind::Action, sid, target, form);
    }

    /// A call that a `<Dial>` made goes its own way: for the `<Dial>` it is over.
    pub(super) fn leave_dial(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        let Some(parent) = call.parent else { return };
        call.purpose = Purpose::Moved;
        if let Some(dialing) = self.dialing(parent).filter(|dialing| dialing.bridged == Some(sid)) {
            dialing.outcome = (Status::Completed, None);
            self.dial_over(parent);
        }
    }
}

/// Of two outcomes the one that says more to the caller.
fn heavier(one: (Status, Option<u32>), other: (Status, Option<u32>)) -> (Status, Option<u32>) {
    let weight = |status: Status| match status {
        Status::Busy => 3,
        Status::NoAnswer => 2,
        Status::Canceled => 1,
        Status::Failed | Status::Completed => 0,
        Status::Queued | Status::Initiated | Status::Ringing | Status::InProgress => 0,
    };
    if weight(other.0) >= weight(one.0) { other } else { one }
}
