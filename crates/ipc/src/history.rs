use mobilecall_domain::{CallId, Direction, Disposition, LineKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which part of the history.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct HistoryQuery {
    /// Part of a number or name; empty for all.
    pub text: String,
    /// Only these.
    pub filter: HistoryFilter,
    /// From [`HistoryPage::next`] of the page before.
    pub cursor: Option<String>,
    /// Rows, 1 to 200; 0 means 50.
    pub limit: u32,
    /// The agent looks at the list: missed calls count as seen.
    pub seen: bool,
}

/// A filter of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum HistoryFilter {
    /// Everything.
    #[default]
    All,
    /// Incoming calls nobody took.
    Missed,
    /// Calls to the agent.
    Incoming,
    /// Calls by the agent.
    Outgoing,
}

/// A page of history, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// Rows.
    pub entries: Vec<HistoryEntry>,
    /// For the next page, if there is one.
    pub next: Option<String>,
}

/// A row of history.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Key of the call.
    #[ts(as = "String")]
    pub id: CallId,
    /// Which way.
    pub direction: Direction,
    /// How it ended.
    pub disposition: Disposition,
    /// The other party, dialable.
    pub address: String,
    /// The other party's name.
    pub name: Option<String>,
    /// Start in milliseconds since 1970.
    #[ts(type = "number")]
    pub started_at_ms: i64,
    /// Talk time in seconds; `None` while it goes on.
    pub duration_seconds: Option<u32>,
    /// Kind of line.
    pub line: LineKind,
    /// The server has it.
    pub synced: bool,
    /// There is a recording of it.
    pub recorded: bool,
}
