//! The times that a client says of a call, by a clock that may be wrong by any amount: no call is lost for that.
//!
//! Within a report they have to agree. Nothing is answered before it began. Nobody talks in a call that nobody answered, or
//! for longer than the call lasted, where its end is known. Nothing lasts longer than a day. A report whose clock is known to
//! be wrong, since it is of the future or from before computers, is moved as a whole to now.

use crate::error::ApiError;
use mobilecall_api::calls::{CallFacts, CallReport};
use mobilecall_domain::{CallRecord, CallStatus, LineKind, Timestamp};
use std::time::Duration;

/// No line lets a call go on for longer.
const LONGEST_CALL: Duration = Duration::from_secs(24 * 60 * 60);

/// A client's clock may be ahead by this much; a call from further ahead would stand above all others for days.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// Refuses times that contradict each other, and brings those of a wrong clock into ours.
pub(crate) fn of_report(report: &mut CallReport, now: Timestamp) -> Result<(), ApiError> {
    let CallReport { created_at, facts, .. } = report;
    check_answer(facts)?;
    check_order(Some(*created_at), facts)?;
    check_length(*created_at, facts)?;
    check_duration("createdAt", Some(*created_at), facts.ended_at, facts)?;
    let last = facts.ended_at.or(facts.answered_at).unwrap_or(*created_at);
    if *created_at < Timestamp::from_millis(0) || last > now.plus(MAX_CLOCK_SKEW) {
        let times = [Some(created_at), facts.answered_at.as_mut(), facts.ended_at.as_mut()];
        for time in times.into_iter().flatten() {
            *time = now.minus(last.since(*time));
        }
    }
    Ok(())
}

/// Refuses times that contradict each other or what is known of the call.
pub(crate) fn of_facts(facts: &mut CallFacts, known: &CallRecord, now: Timestamp) -> Result<(), ApiError> {
    check_answer(facts)?;
    match known.line {
        // It began by our clock and goes on by the client's.
        LineKind::Direct => {
            check_order(None, facts)?;
            check_duration("answeredAt", facts.answered_at, facts.ended_at, facts)?;
            if facts.ended_at.is_none() {
                // A softphone whose times disagree says how long it was and nothing else.
                check_span(now.since(known.created_at), "from the beginning of the call to now", facts)?;
            }
            let earliest = known.created_at.minus(MAX_CLOCK_SKEW);
            for (name, time) in [("answeredAt", &mut facts.answered_at), ("endedAt", &mut facts.ended_at)] {
                if time.is_some_and(|time| time < earliest) {
                    return Err(too_early(name));
                }
                *time = time.map(|time| time.max(known.created_at));
            }
        }
        LineKind::Twilio | LineKind::Sip => {
            check_order(Some(known.created_at), facts)?;
            check_duration("createdAt", Some(known.created_at), facts.ended_at.or(known.ended_at), facts)?;
        }
    }
    check_length(known.created_at, facts)
}

/// Refuses talk in a call that nobody answered. That it took no time is what providers say of one.
fn check_answer(facts: &CallFacts) -> Result<(), ApiError> {
    let Some(status) = facts.status.map(CallStatus::from).filter(|status| status.is_unanswered()) else {
        return Ok(());
    };
    let talk = [
        ("answeredAt", facts.answered_at.is_some()),
        ("durationSeconds", facts.duration_seconds.is_some_and(|seconds| seconds > 0)),
    ];
    match talk.iter().find(|(_, is_said)| *is_said) {
        Some((name, _)) => Err(ApiError::unprocessable(format!(
            "status is {status}, which says that nobody answered: leave {name} out, or say another status"
        ))),
        None => Ok(()),
    }
}

fn check_order(created_at: Option<Timestamp>, facts: &CallFacts) -> Result<(), ApiError> {
    let mut latest = created_at;
    for (name, time) in [("answeredAt", facts.answered_at), ("endedAt", facts.ended_at)] {
        let Some(time) = time else { continue };
        if latest.is_some_and(|latest| time < latest) {
            return Err(too_early(name));
        }
        latest = Some(time);
    }
    Ok(())
}

fn check_length(created_at: Timestamp, facts: &CallFacts) -> Result<(), ApiError> {
    let latest = created_at.plus(LONGEST_CALL);
    for (name, time) in [("answeredAt", facts.answered_at), ("endedAt", facts.ended_at)] {
        if time.is_some_and(|time| time > latest) {
            return Err(ApiError::unprocessable(format!(
                "{name} is more than a day after createdAt: no call is as long"
            )));
        }
    }
    if facts.duration_seconds.is_some_and(|seconds| u64::from(seconds) > LONGEST_CALL.as_secs()) {
        return Err(ApiError::unprocessable("durationSeconds is more than a day: no call is as long"));
    }
    Ok(())
}

/// Refuses a duration that does not fit between two times of the same clock.
fn check_duration(
    name: &str,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    facts: &CallFacts,
) -> Result<(), ApiError> {
    let (Some(start), Some(end)) = (start, end) else { return Ok(()) };
    check_span(end.since(start), &format!("from {name} to endedAt"), facts)
}

/// Refuses a duration that is longer than this. Whoever counted it may have rounded up, and a provider that counts from its
/// own answer may say more than what lies between ours and the end.
fn check_span(span: Duration, words: &str, facts: &CallFacts) -> Result<(), ApiError> {
    let longest = span.as_millis().div_ceil(1000);
    match facts.duration_seconds {
        Some(seconds) if u128::from(seconds) > longest => {
            Err(ApiError::unprocessable(format!("durationSeconds is {seconds}, but {words} are {longest} seconds")))
        }
        Some(_) | None => Ok(()),
    }
}

fn too_early(name: &str) -> ApiError {
    ApiError::unprocessable(format!("{name} lies before what came before it: times run from createdAt to endedAt"))
}
