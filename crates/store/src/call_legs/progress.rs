//! From the legs of a call to how it goes.
//!
//! | the agent's view | what decides |
//! | --- | --- |
//! | outgoing | whoever was dialed; before that nothing but the end of the first leg |
//! | incoming | whoever answered; that nobody did is known when the first leg, the caller's, is over |
//!
//! The agent's own leg says little: it is answered before anybody is dialed, or with the one who was, and it ends as
//! completed also if nobody answered. Where nothing is known of those who were dialed, what the provider said became of
//! dialing decides, and without that the first leg.

use super::{CallLeg, LegFacts};
use mobilecall_domain::{CallReport, CallStatus, Direction, Timestamp, UserId};
use std::cmp::Reverse;

/// How a call goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What the record should say; no name, no recording.
    pub report: CallReport,
    /// The agent who took it.
    pub agent: Option<UserId>,
}

/// What the legs of one call say of it.
pub fn progress(direction: Direction, legs: &[CallLeg]) -> Progress {
    let first = legs.iter().find(|leg| leg.parent.is_none());
    let dialed: Vec<_> = legs.iter().filter(|leg| leg.parent.is_some()).collect();
    // Whoever talks last has the call.
    let answered = dialed.iter().filter(|leg| leg.was_answered());
    let answered = answered.max_by_key(|leg| (leg.facts.ended_at.is_none(), leg.facts.ended_at, Reverse(&leg.sid)));
    let mut report = match answered {
        Some(leg) => talk(&leg.facts, first),
        None => unanswered(direction, first, &dialed),
    };
    report.twilio_call_sid = first.map(|leg| leg.sid.clone());
    Progress { report, agent: answered.and_then(|leg| leg.agent) }
}

/// Somebody talks, or has talked. They do no longer once the first leg is over, though their own end was not told.
fn talk(facts: &LegFacts, first: Option<&CallLeg>) -> CallReport {
    let known = first.map(|leg| leg.facts).unwrap_or_default();
    let is_over = facts.status == Some(CallStatus::Completed) || first.is_some_and(CallLeg::is_over);
    if is_over || known.outcome.is_some() {
        let counted = facts.duration_seconds.or(known.outcome.and_then(|outcome| outcome.duration_seconds));
        return over(counted, facts.answered_at, facts.ended_at.or(known.ended_at));
    }
    CallReport { answered_at: facts.answered_at, ..status(CallStatus::InProgress) }
}

/// The end and the length are said together, so the answer is where both leave it, whether or not it was told.
fn over(seconds: Option<u32>, answered_at: Option<Timestamp>, ended_at: Option<Timestamp>) -> CallReport {
    let span = seconds.map(|seconds| std::time::Duration::from_secs(seconds.into()));
    let counted = ended_at.zip(span).map(|(ended, span)| ended.minus(span));
    CallReport {
        answered_at: counted.or(answered_at),
        ended_at,
        duration_seconds: seconds,
        ..status(CallStatus::Completed)
    }
}

fn unanswered(direction: Direction, first: Option<&CallLeg>, dialed: &[&CallLeg]) -> CallReport {
    let known = first.map(|leg| leg.facts).unwrap_or_default();
    let over_first = known.status.filter(|status| status.is_final());
    let ended_at = dialed.iter().filter_map(|leg| leg.facts.ended_at).max().or(known.ended_at);
    if let Some(outcome) = known.outcome
        && outcome.status == CallStatus::Completed
    {
        return over(outcome.duration_seconds, None, known.ended_at);
    }
    let refused = outcome_of(dialed).or_else(|| known.outcome.map(|outcome| outcome.status));
    let end = match direction {
        Direction::Outgoing => refused.or_else(|| over_first.map(|end| given_up(end, !dialed.is_empty()))),
        // Others may be rung while the caller waits.
        Direction::Incoming => over_first.map(|end| match (refused, end) {
            (Some(refused), _) => refused,
            (None, CallStatus::Completed) => CallStatus::NoAnswer,
            (None, end) => end,
        }),
    };
    match (end, direction) {
        (Some(CallStatus::Completed), _) => over(known.duration_seconds, known.answered_at, known.ended_at),
        (Some(end), Direction::Outgoing) => CallReport { ended_at, duration_seconds: Some(0), ..status(end) },
        (Some(end), Direction::Incoming) => {
            CallReport { ended_at: known.ended_at, duration_seconds: Some(0), ..status(end) }
        }
        (None, _) => status(alerting(direction, first, dialed)),
    }
}

/// How it ended with those who were dialed, if it has with all of them.
fn outcome_of(dialed: &[&CallLeg]) -> Option<CallStatus> {
    if dialed.is_empty() || !dialed.iter().all(|leg| leg.is_over()) {
        return None;
    }
    let first_of = |wanted: CallStatus| dialed.iter().any(|leg| leg.status() == Some(wanted)).then_some(wanted);
    [CallStatus::NoAnswer, CallStatus::Busy, CallStatus::Canceled, CallStatus::Failed].into_iter().find_map(first_of)
}

/// The first leg ended while somebody was being dialed: whoever dialed has given up. If nobody was, as far as is known, its own
/// end is the call's.
const fn given_up(end: CallStatus, was_dialing: bool) -> CallStatus {
    match end {
        CallStatus::Completed if was_dialing => CallStatus::Canceled,
        end => end,
    }
}

/// A call that waits for the agent's own phone to be picked up is queued till then.
fn alerting(direction: Direction, first: Option<&CallLeg>, dialed: &[&CallLeg]) -> CallStatus {
    let rings = dialed.iter().any(|leg| leg.status() == Some(CallStatus::Ringing));
    let waits = dialed.is_empty() && !first.is_some_and(CallLeg::was_answered);
    match direction {
        Direction::Outgoing if waits => CallStatus::Queued,
        Direction::Outgoing if !rings => CallStatus::Initiated,
        Direction::Outgoing | Direction::Incoming => CallStatus::Ringing,
    }
}

fn status(status: CallStatus) -> CallReport {
    CallReport { status: Some(status), ..CallReport::default() }
}

#[cfg(test)]
mod tests;
