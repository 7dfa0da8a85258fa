//! `mcall history`.

use crate::{
    exit::Exit,
    options::HistoryOptions,
    phone::{NO_AUDIO, Phone},
    report::Line,
};
use mobilecall_domain::Timestamp;
use mobilecall_ipc::{Command, ErrorCode, Event, Failure, HistoryEntry, HistoryFilter, HistoryQuery, Reply, SyncView};
use std::time::Duration;

/// Time for the history to be brought up to date.
const SYNC_LIMIT: Duration = Duration::from_secs(60);
/// Rows asked for at once.
const PAGE: u32 = 200;

/// Signs in, waits until both histories agree, and prints.
pub(crate) async fn history(options: HistoryOptions) -> Result<Exit, Failure> {
    let mut phone = Phone::sign_in(&options.account, &NO_AUDIO).await?;
    let outcome = print(&mut phone, &options).await;
    phone.engine.shutdown().await;
    outcome.map(|()| Exit::Completed)
}

async fn print(phone: &mut Phone, options: &HistoryOptions) -> Result<(), Failure> {
    if tokio::time::timeout(SYNC_LIMIT, up_to_date(phone)).await.is_err() {
        let message = "the server did not give its history in time; what is known here is printed";
        phone.report.problem(&Failure::new(ErrorCode::ServerUnreachable, message));
    }
    let mut left = options.limit;
    let mut cursor = None;
    while left > 0 {
        let query = HistoryQuery {
            text: options.search.clone(),
            filter: if options.missed { HistoryFilter::Missed } else { HistoryFilter::All },
            cursor,
            limit: left.min(PAGE),
            seen: false,
        };
        let Reply::History { page } = phone.engine.send(Command::History { query }).await? else {
            return Err(Failure::new(ErrorCode::Internal, "the engine gave another reply than the history"));
        };
        left = left.saturating_sub(u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
        for entry in page.entries {
            phone.report.print(&line(entry));
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}

async fn up_to_date(phone: &mut Phone) {
    while !matches!(phone.engine.snapshot().await.sync, SyncView::UpToDate { .. }) {
        match phone.events.recv().await {
            Some(Event::Problem { failure }) => phone.report.problem(&failure),
            Some(_) => {}
            None => return,
        }
    }
}

fn line(entry: HistoryEntry) -> Line {
    Line::Call {
        call_id: entry.id,
        direction: entry.direction,
        disposition: entry.disposition,
        address: entry.address,
        name: entry.name,
        started_at: Timestamp::from_millis(entry.started_at_ms).to_string(),
        duration_seconds: entry.duration_seconds,
        synced: entry.synced,
    }
}
