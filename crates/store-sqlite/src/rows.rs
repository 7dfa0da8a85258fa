//! Columns to values.

use crate::error::Work;
use mobilecall_domain::Timestamp;
use mobilecall_sqlite::rusqlite::{Row, types::ValueRef};
use mobilecall_store::StoreError;
use std::{fmt, str::FromStr};

/// Ids are stored as the 16 bytes of their UUID.
pub(crate) trait Id: Copy {
    fn from_bytes(bytes: [u8; 16]) -> Self;
    fn to_bytes(self) -> [u8; 16];
}

macro_rules! ids {
    ($($name:ident)+) => {$(
        impl Id for mobilecall_domain::$name {
            fn from_bytes(bytes: [u8; 16]) -> Self { Self::from_uuid(uuid::Uuid::from_bytes(bytes)) }
            fn to_bytes(self) -> [u8; 16] { self.as_uuid().into_bytes() }
        }
    )+};
}
ids! { CallId CompanyId UserId SessionId NodeId }

pub(crate) fn id<T: Id>(row: &Row<'_>, column: usize) -> Work<T> {
    optional_id(row, column)?.ok_or_else(|| unexpected(row, column, &"nothing"))
}

pub(crate) fn optional_id<T: Id>(row: &Row<'_>, column: usize) -> Work<Option<T>> {
    let bytes = row.get_ref(column)?.as_blob_or_null().map_err(|error| unexpected(row, column, &error))?;
    let id = bytes.map(|bytes| <[u8; 16]>::try_from(bytes).map(T::from_bytes)).transpose();
    id.map_err(|error| unexpected(row, column, &error))
}

pub(crate) fn text<'row>(row: &'row Row<'_>, column: usize) -> Work<&'row str> {
    optional_text(row, column)?.ok_or_else(|| unexpected(row, column, &"nothing"))
}

pub(crate) fn optional_text<'row>(row: &'row Row<'_>, column: usize) -> Work<Option<&'row str>> {
    row.get_ref(column)?.as_str_or_null().map_err(|error| unexpected(row, column, &error))
}

pub(crate) fn word<T: FromStr>(row: &Row<'_>, column: usize) -> Work<T>
where
    T::Err: fmt::Display,
{
    text(row, column)?.parse().map_err(|error| unexpected(row, column, &error))
}

/// Negative numbers, which no code of ours writes, become 0.
pub(crate) fn number(row: &Row<'_>, column: usize) -> Work<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

pub(crate) fn optional_seconds(row: &Row<'_>, column: usize) -> Work<Option<u32>> {
    let seconds: Option<i64> = row.get(column)?;
    Ok(seconds.map(|seconds| u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> Work<Timestamp> {
    Ok(Timestamp::from_millis(row.get(column)?))
}

pub(crate) fn optional_time(row: &Row<'_>, column: usize) -> Work<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

pub(crate) fn is_null(row: &Row<'_>, column: usize) -> Work<bool> {
    Ok(row.get_ref(column)? == ValueRef::Null)
}

fn unexpected(row: &Row<'_>, column: usize, error: &dyn fmt::Display) -> crate::error::Failure {
    let name = row.as_ref().column_name(column).unwrap_or("?");
    StoreError::Internal(format!("column {name} holds an unexpected value: {error}").into()).into()
}
