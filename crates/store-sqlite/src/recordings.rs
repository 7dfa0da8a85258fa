//! Recordings of calls.

use crate::{
    SqliteStore,
    call_legs::known_call,
    calls,
    error::{Work, insert_failed},
    query::{Query, find},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CompanyId, Timestamp};
use mobilecall_sqlite::rusqlite::{Connection, Row, params};
use mobilecall_store::{Recording, RecordingReport, Recordings, Result, Scope, StoreError, recordings::media_path};

/// Columns that [`read_recording`] reads.
macro_rules! recording_columns {
    () => {
        "recordings.sid, recordings.company_id, recordings.call_id, recordings.call_sid, recordings.status, \
         recordings.duration_seconds, recordings.created_at"
    };
}

#[async_trait]
impl Recordings for SqliteStore {
    async fn save_recording(&self, report: &RecordingReport, now: Timestamp) -> Result<Recording> {
        let report = report.clone();
        self.change(move |connection, entries| {
            let known = find_recording(connection, report.company, &report.sid)?;
            let recording = match &known {
                Some(known) => {
                    let mut recording = known.clone();
                    recording.join(&report);
                    recording
                }
                None => Recording::new(&report, recorded_call(connection, &report)?, now),
            };
            if known.as_ref() == Some(&recording) {
                return Ok(recording);
            }
            put(connection, &recording)?;
            let call = calls::find(connection, recording.call.to_bytes())?.ok_or(StoreError::NotFound("call"))?;
            let url = first_finished(connection, recording.call)?.map(|sid| media_path(&sid));
            calls::change(connection, entries, call, |record| {
                let changed = record.recording_url != url;
                if changed {
                    (record.recording_url, record.updated_at) = (url, now);
                }
                changed
            })?;
            Ok(recording)
        })
        .await
    }

    async fn recordings(&self, scope: Scope, limit: u32) -> Result<Vec<Recording>> {
        self.read(move |connection| {
            let mut query = in_scope(scope);
            query.push(" ORDER BY recordings.created_at DESC, recordings.sid DESC LIMIT ").bind(i64::from(limit));
            query.all(connection, read_recording)
        })
        .await
    }

    async fn recordings_of(&self, scope: Scope, call_sid: &str) -> Result<Vec<Recording>> {
        let call_sid = call_sid.to_owned();
        self.read(move |connection| {
            let Some(call) = known_call(connection, scope.company, &call_sid)? else { return Ok(Vec::new()) };
            let mut query = in_scope(scope);
            query.push(" AND recordings.call_id = ").bind_id(call);
            query.push(" ORDER BY recordings.created_at DESC, recordings.sid DESC");
            query.all(connection, read_recording)
        })
        .await
    }

    async fn recording(&self, scope: Scope, sid: &str) -> Result<Option<Recording>> {
        let sid = sid.to_owned();
        self.read(move |connection| {
            let mut query = in_scope(scope);
            query.push(" AND recordings.sid = ").bind(sid);
            Ok(query.all(connection, read_recording)?.pop())
        })
        .await
    }
}

fn in_scope(scope: Scope) -> Query {
    let mut query = Query::new(concat!("SELECT ", recording_columns!(), " FROM recordings"));
    if scope.agent.is_some() {
        query.push(" JOIN calls ON calls.id = recordings.call_id");
    }
    query.push(" WHERE recordings.company_id = ").bind_id(scope.company);
    if let Some(agent) = scope.agent {
        query.push(" AND calls.agent_id = ").bind_id(agent);
    }
    query
}

fn recorded_call(connection: &Connection, report: &RecordingReport) -> Work<CallId> {
    let call = known_call(connection, report.company, &report.call_sid)?;
    call.ok_or_else(|| StoreError::NotFound("call").into())
}

/// Of several the one that began first, whichever was told of first.
fn first_finished(connection: &Connection, call: CallId) -> Work<Option<String>> {
    let query =
        "SELECT sid FROM recordings WHERE call_id = ? AND status = 'completed' ORDER BY created_at, sid LIMIT 1";
    find(connection, query, [call.to_bytes()], |row| Ok(rows::text(row, 0)?.to_owned()))
}

fn find_recording(connection: &Connection, company: CompanyId, sid: &str) -> Work<Option<Recording>> {
    let query = concat!("SELECT ", recording_columns!(), " FROM recordings WHERE company_id = ? AND sid = ?");
    find(connection, query, params![company.to_bytes(), sid], read_recording)
}

fn put(connection: &Connection, recording: &Recording) -> Work<()> {
    let put = "INSERT INTO recordings (company_id, sid, call_id, call_sid, status, duration_seconds, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (company_id, sid) DO UPDATE SET status = excluded.status, \
               duration_seconds = excluded.duration_seconds, created_at = excluded.created_at";
    let values = params![
        recording.company_id.to_bytes(),
        recording.sid,
        recording.call.to_bytes(),
        recording.call_sid,
        recording.status.as_str(),
        recording.duration_seconds,
        recording.created_at.as_millis(),
    ];
    let written = connection.prepare_cached(put)?.execute(values);
    written.map(drop).map_err(|error| insert_failed(error, "recording", "call"))
}

fn read_recording(row: &Row<'_>) -> Work<Recording> {
    Ok(Recording {
        sid: rows::text(row, 0)?.to_owned(),
        company_id: rows::id(row, 1)?,
        call: rows::id(row, 2)?,
        call_sid: rows::text(row, 3)?.to_owned(),
        status: rows::word(row, 4)?,
        duration_seconds: rows::optional_seconds(row, 5)?,
        created_at: rows::time(row, 6)?,
    })
}
