//! Pages of the history for a window.

use crate::{failure, view};
use mobilecall_cache::{Account, HistoryFilter, HistoryQuery, HistoryRow};
use mobilecall_client::RecordingPath;
use mobilecall_domain::{CallRecord, names};
use mobilecall_ipc as ipc;

/// Rows of a page when nothing is asked.
const DEFAULT_ROWS: u32 = 50;
/// Most rows of a page.
const MOST_ROWS: u32 = 200;

/// Reads a page; names that a record lacks come from the team.
pub(crate) async fn page(
    account: &Account,
    query: ipc::HistoryQuery,
    team: &[ipc::Colleague],
) -> Result<ipc::HistoryPage, ipc::Failure> {
    let query = HistoryQuery {
        text: query.text,
        filter: match query.filter {
            ipc::HistoryFilter::All => HistoryFilter::All,
            ipc::HistoryFilter::Missed => HistoryFilter::Missed,
            ipc::HistoryFilter::Incoming => HistoryFilter::Incoming,
            ipc::HistoryFilter::Outgoing => HistoryFilter::Outgoing,
        },
        cursor: query.cursor,
        limit: if query.limit == 0 { DEFAULT_ROWS } else { query.limit.min(MOST_ROWS) },
    };
    let page = account.history(&query).await.map_err(|error| failure::of_cache(&error))?;
    let entries = page.rows.into_iter().map(|row| entry(row, team)).collect();
    Ok(ipc::HistoryPage { entries, next: page.next })
}

fn entry(row: HistoryRow, team: &[ipc::Colleague]) -> ipc::HistoryEntry {
    let HistoryRow { record, synced } = row;
    ipc::HistoryEntry {
        id: record.id,
        direction: record.direction,
        disposition: record.disposition(),
        address: shown_address(view::other_party(&record), team),
        name: name_of(&record, team),
        started_at_ms: record.created_at.as_millis(),
        duration_seconds: record.duration_seconds,
        line: record.line,
        synced,
        recorded: RecordingPath::of(&record).is_some(),
    }
}

fn name_of(record: &CallRecord, team: &[ipc::Colleague]) -> Option<String> {
    let said = record.customer_name.as_deref().map(names::clean).filter(|name| !name.is_empty());
    said.or_else(|| colleague_name(view::other_party(record), team))
}

/// The address as agents know it: a colleague's extension in place of the user name.
pub(crate) fn shown_address(address: &str, team: &[ipc::Colleague]) -> String {
    let extension = colleague(address, team).and_then(|colleague| colleague.extension.clone());
    extension.unwrap_or_else(|| address.to_owned())
}

/// The name of the colleague with this address.
pub(crate) fn colleague_name(address: &str, team: &[ipc::Colleague]) -> Option<String> {
    colleague(address, team).map(|colleague| colleague.name.clone())
}

fn colleague<'a>(address: &str, team: &'a [ipc::Colleague]) -> Option<&'a ipc::Colleague> {
    let username = address.strip_prefix("client:");
    let is_meant = |colleague: &&ipc::Colleague| {
        username == Some(colleague.username.as_str()) || colleague.extension.as_deref() == Some(address)
    };
    team.iter().find(is_meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colleagues_are_shown_by_their_extension() {
        let colleague = |username: &str, extension: Option<&str>| ipc::Colleague {
            username: username.to_owned(),
            name: username.to_uppercase(),
            extension: extension.map(str::to_owned),
            presence: ipc::PresenceState::Available,
        };
        let team = [colleague("bob", Some("102")), colleague("carol", None)];
        for (address, shown) in [
            ("client:bob", "102"),
            ("102", "102"),
            ("client:carol", "client:carol"),
            ("client:stranger", "client:stranger"),
            ("+966501234567", "+966501234567"),
        ] {
            assert_eq!(shown_address(address, &team), shown);
        }
    }
}
