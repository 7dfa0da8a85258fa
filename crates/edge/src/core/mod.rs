//! The switch: who is signed in where, who calls whom, and what each side is told. Pure: frames, answers of the host,
//! media events and the time go in, things to do come out. No I/O, no clock, no randomness of its own, so that every
//! rule is tested by a table.
//!
//! ```text
//! call:  Resolving ─▶ Preparing ─▶ Ringing ─▶ Answering ─▶ Talking     any ─▶ gone (with an Ending)
//!                        └── echo ─────────────────────────▶
//! leg:   on a socket ⇄ in its grace period (socket lost, reconnect token out)
//! ```
//!
//! | input | handled in |
//! | --- | --- |
//! | socket opened or gone, `listen`, `register`, token checks, sessions that end | [`device`] |
//! | `invite` until somebody rings | [`setup`] |
//! | an `invite` to somebody who waits for the inviter | [`meeting`] |
//! | `answer`, `reject`, ring timeout | [`ringing`] |
//! | `hangup`, `reinvite`, reconnect, `message`, `dtmf`, media events | [`live`] |
//! | the end of a call: [`ending`] says why and what each side hears | [`teardown`] |

mod call;
mod device;
mod ending;
mod ids;
mod io;
mod leg;
mod limits;
mod live;
mod meeting;
mod party;
mod people;
mod records;
mod ringing;
mod rules;
mod setup;
mod teardown;
mod timers;

#[cfg(test)]
mod tests;

pub(crate) use ids::{IdSource, RandomIds};
pub(crate) use io::{
    CallKey, CheckId, Input, LegKey, MediaCommand, MediaOutcome, MediaProblem, Now, Output, Reports, SocketId,
};
pub(crate) use rules::Rules;

use call::Call;
use device::Device;
use leg::{Ended, Leg};
use mobilecall_domain::UserId;
use mobilecall_pstream::{CallSid, ServerFrame};
use people::People;
use records::LateEnd;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use timers::{Timer, Timers};

/// The whole state of one edge.
pub(crate) struct Switch {
    rules: Rules,
    ids: Box<dyn IdSource>,
    now: Now,
    devices: HashMap<SocketId, Device>,
    people: People,
    calls: HashMap<CallKey, Call>,
    legs: HashMap<LegKey, Leg>,
    /// Legs that ended while their client had no socket, so that it can be told when it comes back.
    ended: HashMap<CallSid, Ended>,
    /// Calls that ended while their records were still being written.
    late_ends: HashMap<CallKey, LateEnd>,
    timers: Timers,
    touched: BTreeSet<UserId>,
    outputs: Vec<Output>,
    next_key: u64,
    stopping: bool,
}

impl Switch {
    pub(crate) fn new(rules: Rules, ids: Box<dyn IdSource>, now: Now) -> Self {
        Self {
            rules,
            ids,
            now,
            devices: HashMap::new(),
            people: People::default(),
            calls: HashMap::new(),
            legs: HashMap::new(),
            ended: HashMap::new(),
            late_ends: HashMap::new(),
            timers: Timers::default(),
            touched: BTreeSet::new(),
            outputs: Vec::new(),
            next_key: 1,
            stopping: false,
        }
    }

    /// Takes one input and says what to do, in order.
    pub(crate) fn handle(&mut self, input: Input, now: Now) -> Vec<Output> {
        self.now = now;
        match input {
            Input::SocketOpened(socket) => self.socket_opened(socket),
            Input::SocketGone(socket) => self.socket_gone(socket),
            Input::Frame(socket, frame) => self.frame(socket, frame),
            Input::Authenticated(socket, check, result) => self.authenticated(socket, check, result),
            Input::SessionEnded(session) => self.session_ended(session),
            Input::Resolved(call, result) => self.resolved(call, result),
            Input::RecordsOpened(call, result) => self.records_opened(call, result),
            Input::Media(leg, outcome) => self.media(leg, outcome),
            Input::TellEverybody => self.tell_everybody(),
            Input::TimePassed => self.time_passed(),
            Input::Shutdown => self.shut_down(),
        }
        self.settle_reachability();
        std::mem::take(&mut self.outputs)
    }

    /// When [`Input::TimePassed`] is due next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    fn time_passed(&mut self) {
        while let Some(timer) = self.timers.pop_due(self.now.monotonic) {
            match timer {
                Timer::Listen(socket) => self.output(Output::Disconnect(socket)),
                Timer::Recheck(socket) => self.recheck(socket),
                Timer::Setup(call) => self.setup_timed_out(call),
                Timer::Ring(call) => self.ring_timed_out(call),
                Timer::Grace(leg) => self.grace_over(leg),
                Timer::Media(leg) => self.media_timed_out(leg),
                Timer::Forget(sid) => {
                    self.ended.remove(&sid);
                }
            }
        }
    }

    fn shut_down(&mut self) {
        self.stopping = true;
        let calls: Vec<CallKey> = self.calls.keys().copied().collect();
        for call in calls {
            self.end_call(call, ending::Ending::Interrupted, None);
        }
        let sockets: Vec<SocketId> = self.devices.keys().copied().collect();
        for socket in sockets {
            self.output(Output::Disconnect(socket));
        }
    }

    fn output(&mut self, output: Output) {
        self.outputs.push(output);
    }

    fn send(&mut self, socket: SocketId, frame: ServerFrame) {
        self.output(Output::Send(socket, frame));
    }

    fn media_do(&mut self, command: MediaCommand) {
        self.output(Output::Media(command));
    }

    fn start_timer(&mut self, timer: Timer, after: Duration) {
        self.timers.set(timer, self.now.monotonic + after);
    }

    fn fresh_key(&mut self) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        key
    }
}
