//! Queues: who waits there, and who serves them. What `waitUrl` and the `url` of `<Queue>` would play is not asked for:
//! whoever waits hears music.

use super::call::{Call, Status};
use super::fields::{Form, put};
use super::script::Doing;
use super::{Cloud, Sound};
use mobilecall_domain::Timestamp;
use mobilecall_twilio::CallSid;
use mobilecall_twilio::twiml::{DialOptions, Enqueue, Queue};

/// Longest queue unless `<Enqueue>` says otherwise.
const MAX_SIZE: u32 = 1000;

/// What a call does that is with others, or waits for them.
#[derive(Debug)]
pub(super) enum Waiting {
    /// `<Dial><Conference>`.
    Conference(DialOptions),
    /// `<Enqueue>`.
    Queued { enqueue: Enqueue, since: Timestamp, served: bool },
    /// `<Dial><Queue>`.
    Serving { queue: Queue, options: DialOptions, since: Option<Timestamp> },
}

impl Cloud {
    pub(super) fn enqueue(&mut self, sid: CallSid, enqueue: Enqueue) {
        self.pick_up(sid);
        let name = enqueue.name.clone();
        if self.queue_size(&name) >= enqueue.max_queue_size.unwrap_or(MAX_SIZE) as usize {
            return self.after_queue(sid, &enqueue, "queue-full", self.now.wall);
        }
        self.start_sound(sid, Sound::Music);
        let waiting = Waiting::Queued { enqueue, since: self.now.wall, served: false };
        self.set_doing(sid, Doing::Waiting(Box::new(waiting)));
        self.serve(&name);
    }

    pub(super) fn dial_queue(&mut self, sid: CallSid, queue: Queue, options: DialOptions) {
        let name = queue.name.clone();
        let waiting = Waiting::Serving { queue, options, since: None };
        self.set_doing(sid, Doing::Waiting(Box::new(waiting)));
        self.serve(&name);
    }

    fn queue_size(&self, name: &str) -> usize {
        self.waiting_calls(|waiting| is_queued(waiting, name)).len()
    }

    /// Calls that wait in a certain way, the oldest first.
    fn waiting_calls(&self, wanted: impl Fn(&Waiting) -> bool) -> Vec<CallSid> {
        let waits = |call: &&Call| {
            let doing = call.script.as_ref().map(|script| &script.doing);
            !call.is_over() && matches!(doing, Some(Doing::Waiting(waiting)) if wanted(waiting))
        };
        let mut found: Vec<_> = self.calls.values().filter(waits).map(|call| (call.number, call.sid)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, sid)| sid).collect()
    }

    /// Connects who waits longest with who serves, as long as there are both.
    fn serve(&mut self, name: &str) {
        let free =
            |waiting: &Waiting| matches!(waiting, Waiting::Serving { queue, since: None, .. } if queue.name == name);
        let served = self.waiting_calls(|waiting| is_queued(waiting, name)).into_iter();
        let serving = self.waiting_calls(free).into_iter();
        let now = self.now.wall;
        for (caller, agent) in served.zip(serving) {
            if let Some(Waiting::Queued { served, .. }) = self.waiting(caller) {
                *served = true;
            }
            if let Some(Waiting::Serving { since, .. }) = self.waiting(agent) {
                *since = Some(now);
            }
            self.hush(caller);
            self.connect(agent, caller);
        }
    }

    fn waiting(&mut self, sid: CallSid) -> Option<&mut Waiting> {
        let doing = &mut self.live(sid)?.script.as_mut()?.doing;
        if let Doing::Waiting(waiting) = doing { Some(waiting) } else { None }
    }

    /// Whom a call was connected with is gone, or does something else.
    pub(super) fn partner_left(&mut self, sid: CallSid) {
        let is_with_queue = matches!(self.waiting(sid), Some(Waiting::Queued { .. } | Waiting::Serving { .. }));
        if is_with_queue {
            self.waiting_over(sid);
        }
    }

    /// The conference or the conversation is over: what follows is asked, or is the next verb.
    pub(super) fn waiting_over(&mut self, sid: CallSid) {
        let Doing::Waiting(waiting) = self.take_doing(sid) else { return };
        match *waiting {
            Waiting::Queued { enqueue, since, .. } => self.after_queue(sid, &enqueue, "bridged", since),
            Waiting::Conference(options) | Waiting::Serving { options, .. } => {
                if let Some(call) = self.live(sid) {
                    call.dialed = Some((Status::Completed, None));
                }
                self.after_dial(sid, options.action.as_deref(), options.method, completed());
            }
        }
    }

    fn after_queue(&mut self, sid: CallSid, enqueue: &Enqueue, result: &str, since: Timestamp) {
        let form = self.queue_fields(result, since);
        self.after_dial(sid, enqueue.action.as_deref(), enqueue.method, form);
    }

    fn queue_fields(&self, result: &str, since: Timestamp) -> Form {
        let mut form = Form::new();
        put(&mut form, "QueueResult", result);
        put(&mut form, "QueueTime", self.now.wall.since(since).as_secs());
        form
    }

    /// The call does something else, or is over.
    pub(super) fn abandon_waiting(&mut self, sid: CallSid, waiting: &Waiting) {
        self.hush(sid);
        match waiting {
            Waiting::Queued { enqueue, since, served } => {
                let form = self.queue_fields(if *served { "bridged" } else { "hangup" }, *since);
                self.tell_action(sid, enqueue.action.as_deref(), enqueue.method, form);
            }
            Waiting::Conference(options) | Waiting::Serving { options, .. } => {
                self.tell_action(sid, options.action.as_deref(), options.method, completed());
            }
        }
    }
}

fn is_queued(waiting: &Waiting, name: &str) -> bool {
    matches!(waiting, Waiting::Queued { enqueue, served: false, .. } if enqueue.name == name)
}

fn completed() -> Form {
    vec![("DialCallStatus".to_owned(), Status::Completed.as_str().to_owned())]
}
