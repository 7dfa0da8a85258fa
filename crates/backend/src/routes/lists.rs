//! `GET /api/calls`: pages of records and pages of changes, with the headers that lead on.

use crate::{
    convert,
    error::ApiError,
    extract::{Caller, Query},
    permissions,
    state::Shared,
};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use mobilecall_api::{
    SEQUENCE_HEADER,
    calls::{CallQuery, CallRecord},
    error::ErrorBody,
};
use mobilecall_store::{CallFilter, CallRow, Scope, search};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// Longest `q`; the search itself looks at fewer characters.
const MAX_Q_BYTES: usize = 512;

/// A page of records as JSON and the headers that lead on.
type Page = (HeaderMap, Bytes);

/// Calls, newest first; with `since`, changes, oldest first.
///
/// Agents get their own calls, other roles the company's. The `Link` header with `rel="next"` leads to the next page
/// and is absent on the last one.
#[utoipa::path(
    get, path = "/api/calls", tag = "calls", params(CallQuery),
    responses(
        (status = 200, description = "A page", body = [CallRecord], headers(
            ("link" = String, description = "The next page, RFC 8288"),
            ("mobile-call-sequence" = u64, description = "Change sequence up to which this page brings the reader; \
                without `since` the company's newest when the page was read"),
        )),
        (status = 400, description = "The query is wrong", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another company's id", body = ErrorBody),
        (status = 422, description = "A value is out of range, or cursor and since together", body = ErrorBody),
    )
)]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    Query(query): Query<CallQuery>,
) -> Result<Page, ApiError> {
    let scope = permissions::visible(&caller.0);
    let (limit, filter) = (limit(&query)?, filter(&state, scope, &query).await?);
    match (super::sequence(query.since)?, &query.cursor) {
        (Some(_), Some(_)) => {
            Err(ApiError::unprocessable("since and cursor are two ways through the calls: send one of them"))
        }
        (Some(since), None) => {
            let changes = state.store.calls_since(scope, &filter, since, limit).await?;
            let next = changes.more.then_some(CallQuery { since: Some(changes.upto), ..query });
            let records: Vec<CallRecord> = changes.calls.into_iter().map(|call| call.record.into()).collect();
            page(serde_json::to_vec(&records).map_err(ApiError::internal)?, changes.upto, next)
        }
        (None, cursor) => {
            let found = state.store.write_calls(scope, &filter, cursor.as_deref(), limit, write_row).await?;
            let next = found.next.map(|next| CallQuery { cursor: Some(next), ..query.clone() });
            page(close_list(found.written), found.sequence, next)
        }
    }
}

fn limit(query: &CallQuery) -> Result<u32, ApiError> {
    match query.limit {
        None => Ok(DEFAULT_LIMIT),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit),
        Some(_) => Err(ApiError::unprocessable("limit is from 1 to 500")),
    }
}

/// Whoever has the extension that is searched for, or one that begins so, is looked for by the user name too: records
/// have either.
async fn filter(state: &Shared, scope: Scope, query: &CallQuery) -> Result<CallFilter, ApiError> {
    if query.q.as_ref().is_some_and(|q| q.len() > MAX_Q_BYTES) {
        return Err(ApiError::unprocessable("q is too long: search for a part of a number or name"));
    }
    let people = match query.q.as_deref().and_then(search::beginning_of_extension) {
        Some(beginning) => state.store.usernames_by_extension(scope.company, &beginning, search::MOST_PEOPLE).await?,
        None => Vec::new(),
    };
    Ok(CallFilter {
        q: query.q.clone(),
        people,
        direction: query.direction.map(Into::into),
        status: query.status.map(Into::into),
    })
}

/// Writes a row from the database straight as an item of a JSON list.
fn write_row(row: &CallRow<'_>, written: &mut Vec<u8>) {
    written.push(if written.is_empty() { b'[' } else { b',' });
    serde_json::to_writer(written, &convert::call_row(row)).expect("writing to memory does not fail");
}

/// The whole list of what [`write_row`] wrote.
fn close_list(mut written: Vec<u8>) -> Vec<u8> {
    if written.is_empty() {
        written.push(b'[');
    }
    written.push(b']');
    written
}

fn page(json: Vec<u8>, sequence: u64, next: Option<CallQuery>) -> Result<Page, ApiError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static(SEQUENCE_HEADER), HeaderValue::from(sequence));
    if let Some(next) = next {
        let query = serde_urlencoded::to_string(&next).map_err(ApiError::internal)?;
        let link = format!("</api/calls?{query}>; rel=\"next\"");
        headers.insert(header::LINK, HeaderValue::try_from(link).map_err(ApiError::internal)?);
    }
    Ok((headers, json.into()))
}
