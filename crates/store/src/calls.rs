//! Call records.

use crate::{error::Result, scope::Scope};
use async_trait::async_trait;
use mobilecall_domain::{
    CallId, CallRecord, CallReport, CallStatus, CompanyId, Direction, LineKind, NodeId, Timestamp, UserId,
};
use std::{fmt, time::Duration};

/// A softphone's report of a call and the edge's own are not further apart than this.
const REPORTED_JUST_NOW: Duration = Duration::from_secs(60);

/// Call records.
#[async_trait]
pub trait Calls: Send + Sync {
    /// Opens calls that `node` carries, all or none. A record whose id is known either means the same call, which its
    /// softphone reported first (see [`is_same_call`]), and is joined with it; or the id is another call's, and the
    /// record gets a fresh one.
    async fn open_calls(&self, records: &[CallRecord], node: NodeId, now: Timestamp) -> Result<Vec<CallChange>>;
    /// Softphones' own records, all or none: adds each, or, if the same agent of the same company has one with this id,
    /// applies its facts by [`CallRecord::apply`]. `Conflict` if an id is another's.
    ///
    /// A softphone sees its own part of a call; a node that carries the call, or a provider that tells of its legs, sees all of
    /// it. So as long as a living node carries it, and once a leg of it is known, the softphone's word on status and times
    /// does not count.
    async fn save_calls(&self, records: &[CallRecord], now: Timestamp) -> Result<Vec<CallChange>>;
    /// Saves one record; see [`Self::save_calls`].
    async fn save_call(&self, record: &CallRecord, now: Timestamp) -> Result<CallChange> {
        let mut changes = self.save_calls(std::slice::from_ref(record), now).await?;
        changes.pop().ok_or(crate::StoreError::NotFound("call"))
    }
    /// What a softphone adds to a call, by the rules of [`Self::save_calls`]; `NotFound` outside the scope.
    async fn amend_call(&self, scope: Scope, call: CallId, facts: &CallReport, now: Timestamp) -> Result<CallChange>;
    /// Applies reports by [`CallRecord::apply`], all or none; `NotFound` if a call is outside its scope. The sequence
    /// moves only for records that changed.
    async fn report_calls(&self, reports: &[ScopedReport], now: Timestamp) -> Result<Vec<CallChange>>;
    /// Applies one report; see [`Self::report_calls`].
    async fn report_call(&self, scope: Scope, call: CallId, report: &CallReport, now: Timestamp) -> Result<CallChange> {
        let report = ScopedReport { scope, call, report: report.clone() };
        let mut changes = self.report_calls(std::slice::from_ref(&report), now).await?;
        changes.pop().ok_or(crate::StoreError::NotFound("call"))
    }

    /// One record.
    async fn call(&self, scope: Scope, call: CallId) -> Result<Option<CallRecord>>;
    /// A page of at most `limit` records, newest first by creation, from `cursor` on. Records made after the first page
    /// was read do not move those that follow.
    async fn calls(&self, scope: Scope, filter: &CallFilter, cursor: Option<&str>, limit: u32) -> Result<CallPage>;
    /// The page of [`Self::calls`], written row by row as it is read.
    async fn write_calls(
        &self,
        scope: Scope,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: u32,
        write: WriteRow,
    ) -> Result<WrittenPage>;
    /// At most `limit` records changed after `since`, oldest change first. A `since` that this company has not reached
    /// (the database was put back from a backup) counts as 0, so that the reader catches up.
    async fn calls_since(&self, scope: Scope, filter: &CallFilter, since: u64, limit: u32) -> Result<CallChanges>;
    /// Calls made at or after `from`, counted by direction and status.
    async fn count_calls(&self, scope: Scope, from: Timestamp) -> Result<Vec<StatusCount>>;
}

/// A report and the call it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopedReport {
    /// Whose calls may be reported.
    pub scope: Scope,
    /// The call.
    pub call: CallId,
    /// What is said of it.
    pub report: CallReport,
}

/// Whether a known record and one that a node opens under the same id mean the same call. A call that was hung up at
/// once may be over before the node opens it, so its status says nothing; that it was reported a moment ago does. Also a
/// node that tries again to open its call finds it that way.
pub fn is_same_call(known: &CallRecord, opened: &CallRecord) -> bool {
    known.company_id == opened.company_id
        && known.agent_id == opened.agent_id
        && known.line == LineKind::Direct
        && known.direction == opened.direction
        && known.to_number == opened.to_number
        && opened.created_at.since(known.updated_at) < REPORTED_JUST_NOW
}

/// Narrows a list; the empty filter lets everything through. `Debug` leaves out what was typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Part of a number or name, as a person typed it; see [`crate::search`].
    pub q: Option<String>,
    /// Besides what `q` finds, calls from or to the people with these user names. Nothing without `q`.
    pub people: Vec<String>,
    /// Only this direction.
    pub direction: Option<Direction>,
    /// Only this status.
    pub status: Option<CallStatus>,
}

impl fmt::Debug for CallFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFilter")
            .field("direction", &self.direction)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A page of calls, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct CallPage {
    /// The calls.
    pub calls: Vec<CallRecord>,
    /// Position of the next page if there is one; opaque to the caller.
    pub next: Option<String>,
    /// Change sequence of the company when the page was read.
    pub sequence: u64,
}

/// A call record as it lies in the store, borrowed from the row.
#[expect(missing_docs, reason = "each is documented at the field of the same name of CallRecord")]
pub struct CallRow<'row> {
    pub id: CallId,
    pub company_id: CompanyId,
    pub twilio_call_sid: Option<&'row str>,
    pub from_number: &'row str,
    pub to_number: &'row str,
    pub direction: Direction,
    pub status: CallStatus,
    pub duration_seconds: Option<u32>,
    pub recording_url: Option<&'row str>,
    pub agent_id: Option<UserId>,
    pub agent_name: Option<&'row str>,
    pub customer_name: Option<&'row str>,
    pub created_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub line: LineKind,
    pub updated_at: Timestamp,
}

impl CallRow<'_> {
    /// The record itself.
    pub fn to_record(&self) -> CallRecord {
        let text = |text: Option<&str>| text.map(str::to_owned);
        CallRecord {
            id: self.id,
            company_id: self.company_id,
            twilio_call_sid: text(self.twilio_call_sid),
            from_number: self.from_number.to_owned(),
            to_number: self.to_number.to_owned(),
            direction: self.direction,
            status: self.status,
            duration_seconds: self.duration_seconds,
            recording_url: text(self.recording_url),
            agent_id: self.agent_id,
            agent_name: text(self.agent_name),
            customer_name: text(self.customer_name),
            created_at: self.created_at,
            answered_at: self.answered_at,
            ended_at: self.ended_at,
            line: self.line,
            updated_at: self.updated_at,
        }
    }
}

/// Writes one row after what is written already.
pub type WriteRow = fn(&CallRow<'_>, &mut Vec<u8>);

/// A page of calls as [`WriteRow`] wrote it, newest first.
#[derive(Clone, PartialEq, Eq)]
pub struct WrittenPage {
    /// What was written.
    pub written: Vec<u8>,
    /// Position of the next page if there is one; opaque to the caller.
    pub next: Option<String>,
    /// Change sequence of the company when the page was read.
    pub sequence: u64,
}

/// Changed calls, oldest change first.
#[derive(Clone, Debug, PartialEq)]
pub struct CallChanges {
    /// The changed records; each appears once, as it stands.
    pub calls: Vec<SequencedCall>,
    /// How far this page brings the reader: changes up to and including this number are in it or outside its scope.
    pub upto: u64,
    /// Whether there is more after `upto`.
    pub more: bool,
}

/// A record and its place among the changes of its company.
#[derive(Clone, Debug, PartialEq)]
pub struct SequencedCall {
    /// Change sequence of the record's last change.
    pub sequence: u64,
    /// The record.
    pub record: CallRecord,
}

/// What a write did.
#[derive(Clone, Debug, PartialEq)]
pub struct CallChange {
    /// Whether it did anything.
    pub kind: ChangeKind,
    /// The record as it stands now.
    pub call: SequencedCall,
}

/// Whether a write did anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The record is new.
    Created,
    /// The record knows something new.
    Updated,
    /// Everything was known already.
    Unchanged,
}

/// Calls of one direction and status within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCount {
    /// Direction.
    pub direction: Direction,
    /// Status.
    pub status: CallStatus,
    /// How many.
    pub calls: u64,
    /// Sum of their talk time in seconds.
    pub duration_seconds: u64,
}

/// A report without what only a node that carries the call can say.
pub fn without_progress(facts: &CallReport) -> CallReport {
    CallReport { status: None, answered_at: None, ended_at: None, duration_seconds: None, ..facts.clone() }
}
