//! Recordings of calls, in the shape that old pages read.

use crate::{
    error::ApiError,
    extract::{Caller, Path, Query},
    permissions,
    state::Shared,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use mobilecall_api::{
    error::{ErrorBody, ErrorCode},
    twilio::{Recording, RecordingsQuery},
};
use mobilecall_store::{Recording as Kept, RecordingStatus, StoreError, recordings::media_path};
use mobilecall_twilio::{rest::recording_media_path, sid::RecordingSid};

/// What is said of the bytes.
const PASSED_ON: [header::HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::LAST_MODIFIED,
];

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// The newest recordings of the calls that the caller may see.
#[utoipa::path(
    get, path = "/api/calls/recordings", operation_id = "list_recordings", tag = "calls", params(RecordingsQuery),
    responses(
        (status = 200, description = "Newest first", body = [Recording]),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another company's id", body = ErrorBody),
        (status = 422, description = "The limit is out of range", body = ErrorBody),
    )
)]
pub(crate) async fn list(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Query(query): Query<RecordingsQuery>,
) -> Result<axum::Json<Vec<Recording>>, ApiError> {
    let limit = match query.limit {
        None => DEFAULT_LIMIT,
        Some(limit @ 1..=MAX_LIMIT) => limit,
        Some(_) => return Err(ApiError::unprocessable("limit is from 1 to 500")),
    };
    let found = state.store.recordings(permissions::visible(&principal), limit).await?;
    Ok(axum::Json(found.into_iter().map(shown).collect()))
}

/// The recordings of one call, by its `twilioCallSid`.
#[utoipa::path(
    get, path = "/api/calls/recordings/{callSid}", tag = "calls",
    params(("callSid" = String, Path, description = "The call's twilioCallSid")),
    responses(
        (status = 200, description = "Newest first; none if the caller may not see such a call", body = [Recording]),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn of_call(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Path(call_sid): Path<String>,
) -> Result<axum::Json<Vec<Recording>>, ApiError> {
    let found = state.store.recordings_of(permissions::visible(&principal), &call_sid).await?;
    Ok(axum::Json(found.into_iter().map(shown).collect()))
}

/// The sound of a recording, as MP3 with the caller on the first channel; takes range requests.
#[utoipa::path(
    get, path = "/api/recordings/{sid}/media", tag = "calls",
    params(
        ("sid" = String, Path, description = "The recording"),
        ("range" = Option<String>, Header, description = "A part of it, RFC 9110 section 14"),
    ),
    responses(
        (status = 200, description = "All of it", content_type = "audio/mpeg", body = Vec<u8>),
        (status = 206, description = "A part of it", content_type = "audio/mpeg", body = Vec<u8>),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such recording among those that the caller may hear", body = ErrorBody),
        (status = 409, description = "It is not finished yet", body = ErrorBody),
        (status = 410, description = "It was deleted", body = ErrorBody),
        (status = 416, description = "The part lies behind the end"),
        (status = 422, description = "Twilio is not set up, or refused", body = ErrorBody),
    )
)]
pub(crate) async fn media(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gone = || ApiError::from(StoreError::NotFound("recording"));
    let kept = state.store.recording(permissions::visible(&principal), &sid).await?.ok_or_else(gone)?;
    match kept.status {
        RecordingStatus::InProgress | RecordingStatus::Processing => return Err(unfinished()),
        RecordingStatus::Absent => return Err(gone()),
        RecordingStatus::Deleted => return Err(deleted()),
        RecordingStatus::Completed => {}
    }
    let recording: RecordingSid = kept.sid.parse().map_err(ApiError::internal)?;
    let settings = state.twilio_account(principal.company.id).await?.settings.for_rest()?;
    let target = recording_media_path(settings.account, recording);
    match state.rest.fetch(&settings, &target, headers.get(header::RANGE)).await {
        Ok(fetched) => Ok(passed_on(fetched)),
        Err(error) if error.is_not_found() => Err(deleted()),
        Err(error) => Err(error.into()),
    }
}

fn unfinished() -> ApiError {
    let message = "the recording is not finished yet: try again in a moment";
    ApiError::new(StatusCode::CONFLICT, ErrorCode::Conflict, message)
}

/// Here or at Twilio.
fn deleted() -> ApiError {
    ApiError::new(StatusCode::GONE, ErrorCode::NotFound, "the recording was deleted")
}

/// Bytes as they come; nothing is kept here.
fn passed_on(fetched: reqwest::Response) -> Response {
    let (status, told) = (fetched.status(), fetched.headers().clone());
    let parts = futures_util::stream::try_unfold(fetched, |mut fetched| async move {
        Ok::<_, reqwest::Error>(fetched.chunk().await?.map(|part| (part, fetched)))
    });
    let mut response = Response::new(Body::from_stream(parts));
    *response.status_mut() = status;
    for name in PASSED_ON {
        if let Some(value) = told.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn shown(kept: Kept) -> Recording {
    Recording {
        url: media_path(&kept.sid),
        sid: kept.sid,
        call_sid: kept.call_sid,
        duration: kept.duration_seconds,
        date_created: kept.created_at,
        status: kept.status.as_str().to_owned(),
    }
}
