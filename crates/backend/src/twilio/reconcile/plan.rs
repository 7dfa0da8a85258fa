//! What is done about what Twilio lists: without I/O, and without a clock.
//!
//! Lists are filtered by when calls began, so each look goes back a while before the end of the last one ([`OVERLAP`]): a call
//! that was being placed then may have begun by its answer, and Twilio's lists are a little behind. Calls that began earlier
//! and are not over as far as is known here are asked for one by one. So nothing is lost between two looks, and what a look
//! costs grows with what happened since the last one.

use crate::twilio::webhook::Named;
use mobilecall_domain::{CallId, CallStatus, CompanyId, Private, Timestamp};
use mobilecall_store::{KnownLeg, LegFacts, OpenLeg, call_legs::Outcome};
use mobilecall_twilio::{
    identity::Identity,
    rest::{Call, CallEvent},
    sid::CallSid,
    status::CallDirection,
};
use std::{collections::BTreeMap, time::Duration};

/// What is listed at once: a long downtime is gone through in parts, each of which is noted.
const SPAN: Duration = Duration::from_secs(60 * 60);
/// A call rings for at most 10 minutes.
pub(super) const OVERLAP: Duration = Duration::from_secs(15 * 60);
/// How far back the first look at an account goes.
const FIRST: Duration = Duration::from_secs(60 * 60);
/// No look goes back further.
const LONGEST_BACK: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// From here on after a call's end Twilio shows what it asked and told about it; it says 15 minutes.
const EVENTS_AFTER: Duration = Duration::from_secs(20 * 60);

/// The addresses that we give to Twilio.
const OURS: &str = "/api/calls/webhook/";
/// How Twilio shows the parameter in which a softphone says the id that it gave to its call.
const GIVEN_ID: &str = "call_id";
/// And that in which it says whom to call.
const DIALED: &str = "to";

/// Calls that began between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    /// `None` for the last one: what Twilio's clock is ahead of ours is not to be missed.
    pub(super) until: Option<Timestamp>,
    /// What was gone through after it.
    pub(super) reached: Timestamp,
}

/// What to list, the oldest first.
pub(super) fn windows(looked_until: Option<Timestamp>, now: Timestamp) -> Vec<Window> {
    let mut begin = looked_until.unwrap_or(now.minus(FIRST)).clamp(now.minus(LONGEST_BACK), now);
    let mut windows = Vec::new();
    loop {
        let (from, reached) = (begin.minus(OVERLAP), begin.plus(SPAN).min(now));
        let is_last = reached >= now;
        windows.push(Window { from, until: (!is_last).then_some(reached), reached });
        if is_last {
            return windows;
        }
        begin = reached;
    }
}

/// Whether it is time again; another node may have looked since.
pub(super) fn is_due(looked_until: Option<Timestamp>, now: Timestamp, every: Duration) -> bool {
    looked_until.is_none_or(|reached| now.since(reached) >= every / 2)
}

/// What was listed at once: callers before those whom they dialed, who are found by them.
pub(super) struct CallList {
    calls: Vec<Call>,
    dialed: BTreeMap<CallSid, Vec<usize>>,
}

impl CallList {
    pub(super) fn new(mut calls: Vec<Call>) -> Self {
        calls.sort_by_key(|call| (call.date_created, call.parent_call_sid.is_some(), call.sid));
        let mut dialed: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (place, call) in calls.iter().enumerate() {
            if let Some(parent) = call.parent_call_sid {
                dialed.entry(parent).or_default().push(place);
            }
        }
        Self { calls, dialed }
    }

    pub(super) fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Whom a leg dialed, the first before the others.
    fn dialed_by(&self, leg: CallSid) -> impl Iterator<Item = &Call> {
        self.dialed.get(&leg).into_iter().flatten().map(|place| &self.calls[*place])
    }
}

/// Where a leg comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// It was dialed by another leg.
    Dialed(CallSid),
    /// A softphone called.
    Softphone(Identity),
    /// Somebody called this number.
    Caller(String),
    /// REST asked for it, with this number to be shown.
    Rest(String),
    /// Of no kind that calls here have.
    Foreign,
}

pub(super) fn origin(call: &Call) -> Origin {
    if let Some(parent) = call.parent_call_sid {
        return Origin::Dialed(parent);
    }
    let address =
        |party: &Option<Private<String>>| party.as_ref().map_or_else(String::new, |address| address.expose().clone());
    let from = address(&call.from);
    match (call.direction, client(&from)) {
        (Some(CallDirection::OutboundApi), _) => Origin::Rest(from),
        (Some(CallDirection::OutboundDial), _) => Origin::Foreign,
        (Some(CallDirection::Inbound) | None, Some(identity)) => Origin::Softphone(identity),
        (Some(CallDirection::Inbound) | None, None) => Origin::Caller(address(&call.to)),
    }
}

/// The softphone of an address `client:name`, which may have parameters behind it.
pub(super) fn client(address: &str) -> Option<Identity> {
    let name = address.strip_prefix("client:")?;
    name.split('?').next()?.parse().ok()
}

/// What Twilio says of a leg; `left` is what becomes of an agent's call that ends without having dialed anybody.
pub(super) fn facts(call: &Call, left: Option<CallStatus>) -> LegFacts {
    let is_final = call.status.is_final();
    let talked = matches!(call.status, CallStatus::InProgress | CallStatus::Completed);
    // The agent's own leg ends as completed also if it came to nothing.
    let left = left.filter(|_| call.status == CallStatus::Completed);
    LegFacts {
        status: Some(call.status),
        answered_at: call.start_time.filter(|_| talked),
        ended_at: call.end_time.filter(|_| is_final),
        duration_seconds: call.duration.filter(|_| is_final),
        outcome: left.map(|status| Outcome { status, duration_seconds: Some(0) }),
    }
}

/// What becomes of an agent's call that dials nobody, as far as was listed. Whoever it dialed after all counts more. A softphone's
/// comes to nothing because it was refused or this server did not answer; one by way of the agent's own phone, because the agent
/// hung up.
pub(super) fn left(origin: &Origin, call: &Call, listed: &CallList) -> Option<CallStatus> {
    let status = match origin {
        Origin::Softphone(_) => CallStatus::Failed,
        Origin::Rest(_) => CallStatus::Canceled,
        Origin::Dialed(_) | Origin::Caller(_) | Origin::Foreign => return None,
    };
    first_dialed(call, listed).is_none().then_some(status)
}

/// Whether something is said that is not known.
pub(super) fn says_more(known: &KnownLeg, said: &LegFacts) -> bool {
    known.facts.is_none_or(|facts| {
        let mut joined = facts;
        joined.join(said);
        joined != facts
    })
}

/// The end of a leg of which Twilio knows nothing any more: nobody can say when it was.
pub(super) fn forgotten(leg: &OpenLeg) -> LegFacts {
    let answered = leg.facts.status == Some(CallStatus::InProgress);
    LegFacts {
        status: Some(if answered { CallStatus::Completed } else { CallStatus::Failed }),
        ended_at: Some(leg.facts.answered_at.unwrap_or(leg.created_at)),
        duration_seconds: Some(0),
        ..LegFacts::default()
    }
}

/// What tells whose a call is that is not known here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hint {
    /// The call, as addresses of ours name it, with its company.
    pub(super) ours: Option<(CompanyId, CallId)>,
    /// The id that the softphone gave it.
    pub(super) given: Option<CallId>,
    /// What was dialed there.
    pub(super) dialed: Option<Private<String>>,
}

impl Hint {
    /// From what Twilio asked and told about a call.
    pub(super) fn read(events: &[CallEvent]) -> Self {
        let requests = || events.iter().filter_map(|event| event.request.as_ref());
        let url = |url: &Private<String>| named(url.expose());
        let given = |text: &str| text.parse().ok().filter(CallId::is_v7);
        Self {
            ours: requests().find_map(|request| request.url.as_ref().and_then(url)),
            given: requests().find_map(|request| request.parameter(GIVEN_ID).and_then(given)),
            dialed: requests().find_map(|request| request.parameter(DIALED)).map(|to| Private::new(to.to_owned())),
        }
    }

    /// From whom it dialed, where that is known.
    pub(super) fn of_dialed(call: &Call, listed: &CallList, known: &BTreeMap<String, KnownLeg>) -> Self {
        let mut dialed = listed.dialed_by(call.sid);
        let ours = dialed.find_map(|other| known.get(&other.sid.to_string()).map(|leg| (leg.company, leg.call)));
        Self { ours, ..Self::default() }
    }
}

fn named(url: &str) -> Option<(CompanyId, CallId)> {
    let (path, query) = url.split_once('?')?;
    let named: Named = serde_urlencoded::from_str(query).ok()?;
    named.company.zip(named.call).filter(|_| path.contains(OURS))
}

/// What is done about a first leg that is not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// It is a leg of this call of this company.
    Join(CompanyId, CallId),
    /// It gets a record; under this id if there is one.
    Open(Option<CallId>),
    /// Whose it is can be asked later.
    Later,
    /// It is not ours.
    Nothing,
}

/// A call of a softphone has a record on the device already, under an id that Twilio does not list. Without it there would be
/// two, so it is waited for as long as Twilio may still tell it. What REST asked for is ours only if an address of ours is in it.
pub(super) fn opening(origin: &Origin, hint: &Hint, call: &Call, now: Timestamp) -> Opening {
    if let Some((company, id)) = hint.ours {
        return Opening::Join(company, id);
    }
    let is_early = call.end_time.is_none_or(|ended| now.since(ended) < EVENTS_AFTER);
    match (origin, hint.given) {
        (Origin::Softphone(_), Some(given)) => Opening::Open(Some(given)),
        (Origin::Softphone(_) | Origin::Rest(_), _) if is_early => Opening::Later,
        (Origin::Softphone(_) | Origin::Caller(_), _) => Opening::Open(None),
        (Origin::Rest(_) | Origin::Dialed(_) | Origin::Foreign, _) => Opening::Nothing,
    }
}

/// When a call began, for its record and for looks that must find it again.
pub(super) fn began_at(call: &Call) -> Option<Timestamp> {
    call.date_created.into_iter().chain(call.start_time).min()
}

/// The called as Twilio lists whom a leg dialed first; a softphone's own leg does not name them.
pub(super) fn first_dialed<'a>(call: &Call, listed: &'a CallList) -> Option<&'a Call> {
    listed.dialed_by(call.sid).next()
}

#[cfg(test)]
mod tests;
