//! The cloud: all rules, as a value. Frames, webhooks' answers, media events and the time go in, things to do come out.
//! No I/O, no clock, and no randomness of its own, so that every rule is tested by a table.
//!
//! | input | handled in |
//! | --- | --- |
//! | `listen`, `register`, tokens | [`device`] |
//! | other frames of softphones | [`signaling`] |
//! | calls to somebody, until they are answered | [`placing`] |
//! | what webhooks answer, verb by verb | [`script`], [`dial`], [`conference`], [`recording`] |
//! | the end of a call | [`ending`] |
//! | requests to the API | [`rest`] |

mod call;
mod conference;
mod device;
mod dial;
mod ending;
mod events;
mod fields;
mod ids;
mod io;
mod placing;
mod queue;
mod recording;
pub(crate) mod rest;
mod script;
mod signaling;
mod timers;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use ids::{IdSource, RandomIds};
pub use io::WebhookKind;
pub(crate) use io::{
    Document, Effect, FetchKey, FetchProblem, Input, LegKey, MediaCommand, MediaOutcome, Now, PauseBehavior, PhoneAct,
    PlayKey, SocketId, Sound, Track, Webhook,
};

use crate::account::Account;
use crate::phones::PhoneBook;
use call::{Call, Status};
use conference::Conference;
use device::Device;
use events::Sent;
use mobilecall_pstream::ServerFrame;
use mobilecall_twilio::{CallSid, ConferenceSid, RecordingSid};
use recording::Recording;
use script::Asked;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use timers::{Timer, Timers};

/// The whole state of the stand-in.
pub(crate) struct Cloud {
    pub(crate) account: Account,
    pub(crate) phones: PhoneBook,
    ids: Box<dyn IdSource>,
    now: Now,
    devices: BTreeMap<SocketId, Device>,
    calls: BTreeMap<CallSid, Call>,
    legs: HashMap<LegKey, CallSid>,
    asked: HashMap<FetchKey, Asked>,
    plays: HashMap<PlayKey, CallSid>,
    conferences: BTreeMap<ConferenceSid, Conference>,
    recordings: BTreeMap<RecordingSid, Recording>,
    alerts: Vec<Alert>,
    /// What was asked and told about each call.
    sent: BTreeMap<CallSid, Vec<Sent>>,
    /// Where the API is, without a slash at the end.
    api: String,
    timers: Timers,
    effects: Vec<Effect>,
    next_key: u64,
    /// Before this the API starts no further call.
    next_start: Duration,
    /// Wire codes with which the next calls of softphones are refused.
    refusals: Vec<u32>,
}

/// What Twilio's console would show as an error of the customer's application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Twilio's code, such as 12100.
    pub code: u32,
    /// The call it happened in.
    pub call: CallSid,
    /// More about it.
    pub text: String,
}

impl Cloud {
    pub(crate) fn new(account: Account, phones: PhoneBook, api: String, ids: Box<dyn IdSource>, now: Now) -> Self {
        Self {
            account,
            phones,
            ids,
            now,
            devices: BTreeMap::new(),
            calls: BTreeMap::new(),
            legs: HashMap::new(),
            asked: HashMap::new(),
            plays: HashMap::new(),
            conferences: BTreeMap::new(),
            recordings: BTreeMap::new(),
            alerts: Vec::new(),
            sent: BTreeMap::new(),
            api,
            timers: Timers::default(),
            effects: Vec::new(),
            next_key: 1,
            next_start: Duration::ZERO,
            refusals: Vec::new(),
        }
    }

    /// Takes one input and says what to do, in order.
    pub(crate) fn handle(&mut self, input: Input, now: Now) -> Vec<Effect> {
        self.now = now;
        match input {
            Input::SocketOpened(socket) => self.socket_opened(socket),
            Input::SocketGone(socket) => self.socket_gone(socket),
            Input::Frame(socket, frame) => self.frame(socket, frame),
            Input::Fetched(key, result) => self.fetched(key, result),
            Input::Media(leg, outcome) => self.media(leg, outcome),
            Input::Played(key, heard) => self.played(key, heard),
            Input::Recorded(recording, length) => self.recorded(recording, length),
            Input::Phone(act) => self.phone_acts(act),
            Input::TimePassed => self.time_passed(),
        }
        std::mem::take(&mut self.effects)
    }

    /// When [`Input::TimePassed`] is due next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// What went wrong in the customer's application so far.
    pub(crate) fn alerts(&self) -> &[Alert] {
        &self.alerts
    }

    /// Does something out of turn, at a time; what follows from it is to be done.
    pub(crate) fn visit(&mut self, now: Now, visit: impl FnOnce(&mut Self)) -> Vec<Effect> {
        self.now = now;
        visit(self);
        std::mem::take(&mut self.effects)
    }

    /// Ends all calls of softphones with a wire code.
    pub(crate) fn fail_calls(&mut self, code: u32) {
        let has_device = |call: &&Call| call.client().is_some_and(|client| client.device.is_some());
        let calls: Vec<_> = self.calls.values().filter(has_device).map(|call| call.sid).collect();
        for call in calls {
            self.end(call, Status::Failed, Some(code));
        }
    }

    /// Refuses the next call of a softphone with a wire code.
    pub(crate) fn refuse_next(&mut self, code: u32) {
        self.refusals.insert(0, code);
    }

    fn time_passed(&mut self) {
        while let Some(timer) = self.timers.pop_due(self.now.monotonic) {
            match timer {
                Timer::Token(socket) => self.token_ended(socket),
                Timer::Start(call) => self.place(call),
                Timer::PhoneActs(call) => self.phone_reacts(call),
                Timer::PhoneLeaves(call) => self.hung_up(call),
                Timer::NoAnswer(call) => self.gave_up_waiting(call),
                Timer::Wait(call) => self.waited(call),
                Timer::Limit(call) => self.hang_up(call),
                Timer::Grace(call) => self.grace_over(call),
                Timer::Record(recording) => self.stop_recording(recording),
            }
        }
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn send(&mut self, socket: SocketId, frame: ServerFrame) {
        self.effect(Effect::Send(socket, frame));
    }

    fn media_do(&mut self, command: MediaCommand) {
        self.effect(Effect::Media(command));
    }

    fn start_timer(&mut self, timer: Timer, after: Duration) {
        self.timers.set(timer, self.now.monotonic + after);
    }

    fn alert(&mut self, call: CallSid, code: u32, text: impl Into<String>) {
        let text = text.into();
        tracing::info!(%call, code, text, "the application made a mistake");
        self.alerts.push(Alert { code, call, text });
    }

    fn fresh_key(&mut self) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        key
    }

    /// A new session for a call.
    fn fresh_leg(&mut self, call: CallSid) -> LegKey {
        let leg = LegKey(self.fresh_key());
        self.legs.insert(leg, call);
        leg
    }

    /// A call that is not over.
    fn live(&mut self, call: CallSid) -> Option<&mut Call> {
        self.calls.get_mut(&call).filter(|call| !call.is_over())
    }

    fn leg_of(&self, call: CallSid) -> Option<LegKey> {
        self.calls.get(&call)?.leg
    }
}
