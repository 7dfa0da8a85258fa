//! The call record and the one rule by which reports change it.

use crate::{CallId, CallStatus, CompanyId, Direction, Disposition, LineKind, Private, Timestamp, UserId};
use std::fmt;

/// One agent's view of one call, as history keeps it. `Debug` shows neither numbers nor names.
#[derive(Clone, PartialEq)]
pub struct CallRecord {
    /// Key, made by whoever saw the call first.
    pub id: CallId,
    /// Owner of the row.
    pub company_id: CompanyId,
    /// The provider's id of the call; Twilio's name for it stays, because old pages join on it.
    pub twilio_call_sid: Option<String>,
    /// Caller's address: E.164, an extension, `client:name` or a SIP URI.
    pub from_number: String,
    /// Called address, as `from_number`.
    pub to_number: String,
    /// Seen from the agent.
    pub direction: Direction,
    /// Moves only forward, see [`CallStatus::may_become`].
    pub status: CallStatus,
    /// Whole seconds from answer to end; `None` until the call is over.
    pub duration_seconds: Option<u32>,
    /// Where the recording can be fetched.
    pub recording_url: Option<String>,
    /// The agent whose call this is.
    pub agent_id: Option<UserId>,
    /// The agent's name at the time.
    pub agent_name: Option<String>,
    /// The other party's name if known.
    pub customer_name: Option<String>,
    /// When the call began.
    pub created_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// The line that carried it.
    pub line: LineKind,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

/// What is known of a call as it begins.
#[derive(Clone)]
pub struct CallStart {
    /// Key of the record.
    pub id: CallId,
    /// Owner of the row.
    pub company_id: CompanyId,
    /// The line that carries it.
    pub line: LineKind,
    /// Caller's address, as in [`CallRecord::from_number`].
    pub from_number: String,
    /// Called address, as in [`CallRecord::from_number`].
    pub to_number: String,
    /// When it begins.
    pub at: Timestamp,
}

/// What somebody (an edge, a webhook, a client) says about a call; absent fields say nothing. `Debug` shows no name.
#[derive(Clone, PartialEq, Default)]
pub struct CallReport {
    /// New status.
    pub status: Option<CallStatus>,
    /// Provider's id.
    pub twilio_call_sid: Option<String>,
    /// Answer time.
    pub answered_at: Option<Timestamp>,
    /// End time.
    pub ended_at: Option<Timestamp>,
    /// Duration as the provider counted it.
    pub duration_seconds: Option<u32>,
    /// Recording.
    pub recording_url: Option<String>,
    /// Other party's name.
    pub customer_name: Option<String>,
}

impl CallRecord {
    /// A call that the agent places, of which nothing else is known yet.
    pub fn outgoing(start: CallStart) -> Self {
        Self::begun(start, Direction::Outgoing)
    }

    /// A call that comes to the agent, of which nothing else is known yet.
    pub fn incoming(start: CallStart) -> Self {
        Self::begun(start, Direction::Incoming)
    }

    fn begun(start: CallStart, direction: Direction) -> Self {
        let CallStart { id, company_id, line, from_number, to_number, at } = start;
        Self {
            id,
            company_id,
            twilio_call_sid: None,
            from_number,
            to_number,
            direction,
            status: CallStatus::Initiated,
            duration_seconds: None,
            recording_url: None,
            agent_id: None,
            agent_name: None,
            customer_name: None,
            created_at: at,
            answered_at: None,
            ended_at: None,
            line,
            updated_at: at,
        }
    }

    /// The same call, as this agent's.
    pub fn of_agent(self, id: UserId, name: Option<String>) -> Self {
        Self { agent_id: Some(id), agent_name: name, ..self }
    }

    /// Applies a report and says whether anything changed; if so `updated_at` becomes `now`.
    ///
    /// The status moves only forward, and facts once known stay: a late, repeated or contradicting report never
    /// rewinds a record. Applying the same report twice therefore changes nothing the second time.
    ///
    /// Nobody talks in a call that nobody answered, whatever is said of it in which order: a record that ended so takes no
    /// answer and lasted no time, and one that knows of an answer is completed in place of it.
    pub fn apply(&mut self, report: &CallReport, now: Timestamp) -> bool {
        let before = self.clone();
        if let Some(next) = report.status
            && self.status.may_become(next)
        {
            let contradicts = next.is_unanswered() && self.answered_at.is_some();
            self.status = if contradicts { CallStatus::Completed } else { next };
        }
        let nobody_answered = self.status.is_unanswered();
        fill(&mut self.twilio_call_sid, &report.twilio_call_sid);
        fill(&mut self.recording_url, &report.recording_url);
        fill(&mut self.customer_name, &report.customer_name);
        if !nobody_answered {
            fill(&mut self.answered_at, &report.answered_at);
        }
        if self.status == CallStatus::InProgress {
            self.answered_at.get_or_insert(now);
        }
        if self.status.is_final() {
            fill(&mut self.ended_at, &report.ended_at);
            let ended = *self.ended_at.get_or_insert(now);
            if !nobody_answered {
                fill(&mut self.duration_seconds, &report.duration_seconds);
            }
            let talked = self.answered_at.map_or(0, |answered| ended.since(answered).as_secs());
            self.duration_seconds.get_or_insert(u32::try_from(talked).unwrap_or(u32::MAX));
        }
        let changed = *self != before;
        if changed {
            self.updated_at = now;
        }
        changed
    }

    /// Joins what is known of a call to the provider that carries it, and says whether anything changed; if so `updated_at`
    /// becomes `now`.
    ///
    /// The provider sees all of the call, and what it said first may be less than what it says in the end. So, unlike in
    /// [`Self::apply`], its word on how the call went and when takes the place of what was known; but the status still
    /// never moves back.
    pub fn correct(&mut self, known: &CallReport, now: Timestamp) -> bool {
        let before = self.clone();
        if let Some(status) = known.status
            && status.rank() >= self.status.rank()
        {
            self.status = status;
            self.correct_times(known, now);
        }
        fill(&mut self.twilio_call_sid, &known.twilio_call_sid);
        fill(&mut self.recording_url, &known.recording_url);
        fill(&mut self.customer_name, &known.customer_name);
        let changed = *self != before;
        if changed {
            self.updated_at = now;
        }
        changed
    }

    /// Another clock than ours may say that the call was answered before it began.
    fn correct_times(&mut self, known: &CallReport, now: Timestamp) {
        let answered_at = known.answered_at.map(|answered| answered.max(self.created_at));
        self.answered_at = match self.status {
            CallStatus::Queued | CallStatus::Initiated | CallStatus::Ringing => return,
            CallStatus::InProgress => answered_at.or(self.answered_at).or(Some(now)),
            CallStatus::Completed => answered_at.or(self.answered_at),
            CallStatus::Busy | CallStatus::NoAnswer | CallStatus::Canceled | CallStatus::Failed => None,
        };
        if self.status.is_final() {
            let ended = known.ended_at.map(|ended| ended.max(self.created_at)).or(self.ended_at).unwrap_or(now);
            let talked = self.answered_at.map_or(0, |answered| ended.since(answered).as_secs());
            self.ended_at = Some(ended);
            self.duration_seconds = known.duration_seconds.or(Some(u32::try_from(talked).unwrap_or(u32::MAX)));
        }
    }

    /// The facts of this record as a report, so that two copies of one call can be joined with [`Self::apply`].
    pub fn as_report(&self) -> CallReport {
        CallReport {
            status: Some(self.status),
            twilio_call_sid: self.twilio_call_sid.clone(),
            answered_at: self.answered_at,
            ended_at: self.ended_at,
            duration_seconds: self.duration_seconds,
            recording_url: self.recording_url.clone(),
            customer_name: self.customer_name.clone(),
        }
    }

    /// How history shows it.
    pub fn disposition(&self) -> Disposition {
        match (self.status, self.direction) {
            (CallStatus::Queued | CallStatus::Initiated | CallStatus::Ringing | CallStatus::InProgress, _) => {
                Disposition::Ongoing
            }
            (CallStatus::Completed, _) => Disposition::Answered,
            (CallStatus::Busy, _) => Disposition::Declined,
            (CallStatus::Failed, _) => Disposition::Failed,
            (CallStatus::NoAnswer | CallStatus::Canceled, Direction::Incoming) => Disposition::Missed,
            (CallStatus::NoAnswer | CallStatus::Canceled, Direction::Outgoing) => Disposition::Unanswered,
        }
    }
}

fn fill<T: Clone>(known: &mut Option<T>, reported: &Option<T>) {
    if known.is_none() {
        known.clone_from(reported);
    }
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRecord")
            .field("id", &self.id)
            .field("company_id", &self.company_id)
            .field("twilio_call_sid", &self.twilio_call_sid)
            .field("from_number", &hidden(&self.from_number))
            .field("to_number", &hidden(&self.to_number))
            .field("direction", &self.direction)
            .field("status", &self.status)
            .field("duration_seconds", &self.duration_seconds)
            .field("recording_url", &self.recording_url.as_deref().map(hidden))
            .field("agent_id", &self.agent_id)
            .field("agent_name", &self.agent_name.as_deref().map(hidden))
            .field("customer_name", &self.customer_name.as_deref().map(hidden))
            .field("created_at", &self.created_at)
            .field("answered_at", &self.answered_at)
            .field("ended_at", &self.ended_at)
            .field("line", &self.line)
            .field("updated_at", &self.updated_at)
            .finish()
    }
}

impl fmt::Debug for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallReport")
            .field("status", &self.status)
            .field("twilio_call_sid", &self.twilio_call_sid)
            .field("answered_at", &self.answered_at)
            .field("ended_at", &self.ended_at)
            .field("duration_seconds", &self.duration_seconds)
            .field("recording_url", &self.recording_url.as_deref().map(hidden))
            .field("customer_name", &self.customer_name.as_deref().map(hidden))
            .finish()
    }
}

const fn hidden(text: &str) -> Private<&str> {
    Private::new(text)
}

#[cfg(test)]
mod tests;
