//! Rows to models.

use crate::error::failed;
use mobilecall_domain::{CallRecord, CompanyId, Timestamp, UserId};
use mobilecall_store::{Company, Result, StoreError, User};
use sqlx::{Decode, Row, Sqlite, Type, sqlite::SqliteRow};
use std::{fmt, str::FromStr};

/// Columns that [`call`] reads.
pub(crate) const CALL_COLUMNS: &str = "calls.key, calls.id, calls.company_id, calls.sequence, calls.twilio_call_sid, \
    calls.from_number, calls.to_number, calls.direction, calls.status, calls.duration_seconds, calls.recording_url, \
    calls.agent_id, calls.agent_name, calls.customer_name, calls.created_at, calls.answered_at, calls.ended_at, \
    calls.line, calls.updated_at, calls.last_alive_at";

/// A call with what the row holds besides the record.
pub(crate) struct CallRow {
    pub(crate) key: i64,
    pub(crate) sequence: u64,
    pub(crate) last_alive_at: Option<Timestamp>,
    pub(crate) record: CallRecord,
}

pub(crate) fn call(row: &SqliteRow) -> Result<CallRow> {
    let record = CallRecord {
        id: id(row, "id")?,
        company_id: id(row, "company_id")?,
        twilio_call_sid: get(row, "twilio_call_sid")?,
        from_number: get(row, "from_number")?,
        to_number: get(row, "to_number")?,
        direction: word(row, "direction")?,
        status: word(row, "status")?,
        duration_seconds: get::<Option<i64>>(row, "duration_seconds")?.map(|seconds| clamp(seconds, u32::MAX)),
        recording_url: get(row, "recording_url")?,
        agent_id: get::<Option<Vec<u8>>>(row, "agent_id")?.map(|bytes| id_of(&bytes, "agent_id")).transpose()?,
        agent_name: get(row, "agent_name")?,
        customer_name: get(row, "customer_name")?,
        created_at: time(row, "created_at")?,
        answered_at: optional_time(row, "answered_at")?,
        ended_at: optional_time(row, "ended_at")?,
        line: word(row, "line")?,
        updated_at: time(row, "updated_at")?,
    };
    Ok(CallRow {
        key: get(row, "key")?,
        sequence: number(row, "sequence")?,
        last_alive_at: optional_time(row, "last_alive_at")?,
        record,
    })
}

/// Columns that [`company`] reads, under names that do not clash with those of [`USER_COLUMNS`].
pub(crate) const COMPANY_COLUMNS: &str = "companies.id AS c_id, companies.name AS c_name, companies.region AS c_region, \
    companies.settings AS c_settings, companies.created_at AS c_created_at";

pub(crate) fn company(row: &SqliteRow) -> Result<Company> {
    let settings: String = get(row, "c_settings")?;
    Ok(Company {
        id: id::<CompanyId>(row, "c_id")?,
        name: get(row, "c_name")?,
        region: get(row, "c_region")?,
        settings: serde_json::from_str(&settings).map_err(|error| StoreError::Internal(error.into()))?,
        created_at: time(row, "c_created_at")?,
    })
}

/// Columns that [`user`] reads.
pub(crate) const USER_COLUMNS: &str = "users.id, users.company_id, users.username, users.name, users.extension, \
    users.password_hash, users.role, users.created_at";

pub(crate) fn user(row: &SqliteRow) -> Result<User> {
    Ok(User {
        id: id::<UserId>(row, "id")?,
        company_id: id(row, "company_id")?,
        username: get(row, "username")?,
        name: get(row, "name")?,
        extension: get(row, "extension")?,
        password_hash: get(row, "password_hash")?,
        role: word(row, "role")?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn get<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(row: &'r SqliteRow, column: &'static str) -> Result<T> {
    row.try_get(column).map_err(failed)
}

pub(crate) fn number(row: &SqliteRow, column: &'static str) -> Result<u64> {
    Ok(clamp(get::<i64>(row, column)?, u64::MAX))
}

/// Negative numbers, which no code of ours writes, become 0.
fn clamp<T: TryFrom<i64>>(value: i64, max: T) -> T {
    T::try_from(value.max(0)).unwrap_or(max)
}

fn time(row: &SqliteRow, column: &'static str) -> Result<Timestamp> {
    get(row, column).map(Timestamp::from_millis)
}

pub(crate) fn optional_time(row: &SqliteRow, column: &'static str) -> Result<Option<Timestamp>> {
    Ok(get::<Option<i64>>(row, column)?.map(Timestamp::from_millis))
}

pub(crate) fn word<T: FromStr>(row: &SqliteRow, column: &'static str) -> Result<T>
where
    T::Err: fmt::Display,
{
    get::<String>(row, column)?.parse().map_err(|error| unexpected(column, &error))
}

/// Ids are stored as the 16 bytes of their UUID.
pub(crate) trait Id: Sized {
    fn from_bytes(bytes: [u8; 16]) -> Self;
    fn to_bytes(self) -> Vec<u8>;
}

macro_rules! ids {
    ($($name:ident)+) => {$(
        impl Id for mobilecall_domain::$name {
            fn from_bytes(bytes: [u8; 16]) -> Self { Self::from_uuid(uuid::Uuid::from_bytes(bytes)) }
            fn to_bytes(self) -> Vec<u8> { self.as_uuid().as_bytes().to_vec() }
        }
    )+};
}
ids! { CallId CompanyId UserId SessionId }

pub(crate) fn id<T: Id>(row: &SqliteRow, column: &'static str) -> Result<T> {
    id_of(&get::<Vec<u8>>(row, column)?, column)
}

fn id_of<T: Id>(bytes: &[u8], column: &'static str) -> Result<T> {
    <[u8; 16]>::try_from(bytes).map(T::from_bytes).map_err(|error| unexpected(column, &error))
}

fn unexpected(column: &'static str, error: &dyn fmt::Display) -> StoreError {
    StoreError::Internal(format!("column {column} holds an unexpected value: {error}").into())
}
