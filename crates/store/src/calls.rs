//! What is asked of and told about calls.

use mobilecall_domain::{CallRecord, CallStatus, CompanyId, Direction, Timestamp, UserId};

/// Whose calls a question is about. A value of this type exists only for a company, so no query can forget it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallScope {
    /// The company.
    pub company: CompanyId,
    /// Only this agent's calls.
    pub agent: Option<UserId>,
}

/// Narrows a list; the empty filter lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Part of a number or name, as a person typed it; see [`crate::search`].
    pub q: Option<String>,
    /// Only this direction.
    pub direction: Option<Direction>,
    /// Only this status.
    pub status: Option<CallStatus>,
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

/// A call that is not over, as a starting server finds it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenCall {
    /// The record.
    pub record: CallRecord,
    /// When it was last known to be alive.
    pub last_alive_at: Option<Timestamp>,
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
