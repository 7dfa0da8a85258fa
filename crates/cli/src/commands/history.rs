//! `mcall history`.

use crate::{
    exit::Exit,
    options::{Common, HistoryOptions},
    phone::{Phone, username},
    report::{Line, Report},
};
use mobilecall_domain::{Timestamp, names};
use mobilecall_ipc::{
    Command, ErrorCode, Event, Failure, HistoryEntry, HistoryFilter, HistoryPage, HistoryQuery, Reply, SyncView,
};
use mobilecall_softphone::{Engine, LocalHistory};
use std::time::Duration;

/// Time for the history to be brought up to date.
const SYNC_LIMIT: Duration = Duration::from_secs(60);
/// Rows asked for at once.
const PAGE: u32 = 200;

/// Signs in, waits until both histories agree, and prints; without the server, or on a disk that takes no writes, what this
/// device has.
pub(crate) async fn history(common: &Common, options: &HistoryOptions) -> Result<Exit, Failure> {
    match Phone::sign_in_silently(common).await {
        Ok(mut phone) => {
            follow(&mut phone).await;
            let mut rows = read(options, async |query| of_engine(&phone.engine, query).await).await;
            if phone.was_damaged() {
                follow(&mut phone).await;
                rows = read(options, async |query| of_engine(&phone.engine, query).await).await;
            }
            let printed = rows.map(|rows| print(phone.report, rows));
            phone.end().await;
            printed.map(|()| Exit::Completed)
        }
        Err(failure) if Exit::of_failure(&failure) == Exit::Unreachable || is_unwritable(&failure) => {
            offline(common, options, failure).await
        }
        Err(failure) => Err(failure),
    }
}

/// There is no place for what the server would tell.
fn is_unwritable(failure: &Failure) -> bool {
    matches!(failure.code, ErrorCode::DatabaseNotWritable | ErrorCode::DiskFull)
}

/// What this device has, and why it is no more.
async fn offline(common: &Common, options: &HistoryOptions, why: Failure) -> Result<Exit, Failure> {
    let Some(folder) = &common.data_dir else { return Err(why) };
    let Some(local) = LocalHistory::open(folder, &common.server, username(common)?).await? else {
        return Err(why);
    };
    let report = common.report();
    let known = |failure: &Failure| {
        let message = format!("{}; what is known here is printed", failure.message);
        Failure { message, ..failure.clone() }
    };
    if is_unwritable(&why) {
        report.beside(&known(&why));
    } else {
        report.problem(&known(&why));
        local.unwritable().into_iter().for_each(|unwritable| report.beside(unwritable));
    }
    let rows = read(options, async |query| local.page(query).await).await;
    if let Some(problem) = local.problem() {
        report.problem(&problem);
    }
    local.close().await;
    rows.map(|rows| print(report, rows)).map(|()| Exit::Completed)
}

async fn of_engine(engine: &Engine, query: HistoryQuery) -> Result<HistoryPage, Failure> {
    match engine.send(Command::History { query }).await? {
        Reply::History { page } => Ok(page),
        Reply::Done
        | Reply::Message { .. }
        | Reply::Call { .. }
        | Reply::Preview { .. }
        | Reply::Devices { .. }
        | Reply::TwilioAccount { .. }
        | Reply::Saved { .. } => {
            Err(Failure::new(ErrorCode::Internal, "the engine gave another reply than the history"))
        }
    }
}

/// All rows that are asked for.
async fn read(
    options: &HistoryOptions,
    page: impl AsyncFn(HistoryQuery) -> Result<HistoryPage, Failure>,
) -> Result<Vec<HistoryEntry>, Failure> {
    let mut rows = Vec::new();
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
        let page = page(query).await?;
        left = left.saturating_sub(u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
        rows.extend(page.entries);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(rows)
}

fn print(report: Report, rows: Vec<HistoryEntry>) {
    for entry in rows {
        report.print(&line(entry));
    }
}

/// Waits until both histories agree, or cannot.
async fn follow(phone: &mut Phone) {
    if tokio::time::timeout(SYNC_LIMIT, up_to_date(phone)).await.is_err() {
        let message = "the server did not give its history in time; what is known here is printed";
        phone.report.problem(&Failure::new(ErrorCode::ServerUnreachable, message));
    }
}

async fn up_to_date(phone: &mut Phone) {
    while !matches!(phone.engine.snapshot().await.sync, SyncView::UpToDate { .. }) {
        match phone.next_event().await {
            Some(Event::Problem { failure }) => {
                phone.report.problem(&failure);
                // What the server has cannot be kept here, however long one waits.
                if matches!(failure.code, ErrorCode::DiskFull | ErrorCode::HistoryNotWritten) {
                    return;
                }
            }
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
        address: names::clean(&entry.address),
        name: entry.name.as_deref().map(names::clean),
        started_at: Timestamp::from_millis(entry.started_at_ms).to_string(),
        duration_seconds: entry.duration_seconds,
        synced: entry.synced,
    }
}
