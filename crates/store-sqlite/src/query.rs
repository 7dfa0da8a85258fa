//! Queries whose text depends on the question. Few texts come of it, so each is prepared once and kept.

use crate::{error::Work, rows::Id};
use mobilecall_sqlite::rusqlite::{Connection, Row, params_from_iter, types::Value};
use std::fmt::Write as _;

/// A statement in the making and the values of its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) sql: String,
    values: Vec<Value>,
}

impl Query {
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), values: Vec::new() }
    }

    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a value and its place in the text.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        // Writing to a String cannot fail.
        let _ = write!(self.sql, "?{}", self.values.len());
        self
    }

    pub(crate) fn bind_id(&mut self, id: impl Id) -> &mut Self {
        self.bind(id.to_bytes().to_vec())
    }

    /// Gives each row to `read`, in order.
    pub(crate) fn for_each(&self, connection: &Connection, mut read: impl FnMut(&Row<'_>) -> Work<()>) -> Work<()> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        let mut rows = statement.query(params_from_iter(&self.values))?;
        while let Some(row) = rows.next()? {
            read(row)?;
        }
        Ok(())
    }

    /// How many steps of SQLite's virtual machine it takes, and how many rows come of it.
    #[cfg(test)]
    pub(crate) fn cost(&self, connection: &Connection) -> Work<(usize, usize)> {
        let mut statement = connection.prepare(&self.sql)?;
        let mut count = 0;
        let mut rows = statement.query(params_from_iter(&self.values))?;
        while rows.next()?.is_some() {
            count += 1;
        }
        drop(rows);
        let steps = statement.get_status(mobilecall_sqlite::rusqlite::StatementStatus::VmStep);
        Ok((usize::try_from(steps).unwrap_or(usize::MAX), count))
    }

    /// What `read` makes of every row.
    pub(crate) fn all<T>(&self, connection: &Connection, read: impl Fn(&Row<'_>) -> Work<T>) -> Work<Vec<T>> {
        let mut all = Vec::new();
        self.for_each(connection, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }
}

/// What `read` makes of the first row, if there is one.
pub(crate) fn find<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl mobilecall_sqlite::rusqlite::Params,
    read: impl FnOnce(&Row<'_>) -> Work<T>,
) -> Work<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    rows.next()?.map(read).transpose()
}

/// What `read` makes of every row.
pub(crate) fn list<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl mobilecall_sqlite::rusqlite::Params,
    read: impl Fn(&Row<'_>) -> Work<T>,
) -> Work<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Runs a statement; returns how many rows it changed.
pub(crate) fn execute(
    connection: &Connection,
    sql: &str,
    parameters: impl mobilecall_sqlite::rusqlite::Params,
) -> Work<usize> {
    Ok(connection.prepare_cached(sql)?.execute(parameters)?)
}
