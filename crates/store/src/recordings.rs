//! Recordings of calls, which lie with the provider; here is what is known of each.

use crate::{error::Result, scope::Scope};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CompanyId, Timestamp};
use std::{fmt, str::FromStr};

/// Recordings, by the provider's id of each.
#[async_trait]
pub trait Recordings: Send + Sync {
    /// Joins what is said of a recording with what is known by [`Recording::join`], or adds it; its call's record then says
    /// where the call's first finished recording can be fetched. The call is the one of the recorded leg, else the one whose
    /// softphone told the leg's id. `NotFound("call")` without.
    async fn save_recording(&self, report: &RecordingReport, now: Timestamp) -> Result<Recording>;
    /// At most `limit` recordings of the calls in the scope, newest first.
    async fn recordings(&self, scope: Scope, limit: u32) -> Result<Vec<Recording>>;
    /// The recordings of the call that a leg is part of, newest first.
    async fn recordings_of(&self, scope: Scope, call_sid: &str) -> Result<Vec<Recording>>;
    /// One recording.
    async fn recording(&self, scope: Scope, sid: &str) -> Result<Option<Recording>>;
}

/// What is known of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The provider's id, unique in a company.
    pub sid: String,
    /// Owner of the row.
    pub company_id: CompanyId,
    /// The call.
    pub call: CallId,
    /// The call's leg that was recorded.
    pub call_sid: String,
    /// How far it has come.
    pub status: RecordingStatus,
    /// Its length.
    pub duration_seconds: Option<u32>,
    /// When it began.
    pub created_at: Timestamp,
}

/// What is said of a recording; absent fields say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingReport {
    /// Whose recording it is.
    pub company: CompanyId,
    /// The provider's id.
    pub sid: String,
    /// The leg that was recorded.
    pub call_sid: String,
    /// How far it has come.
    pub status: RecordingStatus,
    /// Its length.
    pub duration_seconds: Option<u32>,
    /// When it began.
    pub started_at: Option<Timestamp>,
}

impl Recording {
    /// The recording as it is first told of.
    pub fn new(report: &RecordingReport, call: CallId, now: Timestamp) -> Self {
        let RecordingReport { company, sid, call_sid, status, duration_seconds, started_at } = report.clone();
        let created_at = started_at.unwrap_or(now);
        Self { sid, company_id: company, call, call_sid, status, duration_seconds, created_at }
    }

    /// Joins what is said with what is known: the status moves only forward, and what is told of its beginning is earlier than
    /// the moment when it became known.
    pub fn join(&mut self, report: &RecordingReport) {
        self.status = self.status.max(report.status);
        self.duration_seconds = self.duration_seconds.max(report.duration_seconds);
        self.created_at = report.started_at.map_or(self.created_at, |started| started.min(self.created_at));
    }
}

/// How far a recording has come. Later ones are greater, and hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordingStatus {
    /// The call is being recorded.
    InProgress,
    /// It can be fetched soon.
    Processing,
    /// Nothing was recorded.
    Absent,
    /// It can be fetched.
    Completed,
    /// It is gone.
    Deleted,
}

impl RecordingStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::InProgress, Self::Processing, Self::Absent, Self::Completed, Self::Deleted];
    /// The spelling of the provider, which old pages read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Processing => "processing",
            Self::Absent => "absent",
            Self::Completed => "completed",
            Self::Deleted => "deleted",
        }
    }
}

impl FromStr for RecordingStatus {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> std::result::Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

impl fmt::Display for RecordingStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no status of a recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a recording's status: use in-progress, processing, absent, completed or deleted")]
pub struct UnknownStatus(String);

/// Where a recording is fetched from this server, as records of calls say it.
pub fn media_path(sid: &str) -> String {
    format!("/api/recordings/{sid}/media")
}
