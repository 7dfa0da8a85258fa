//! The threads that read.

use crate::{Error, job::Job, open::Connector};
use async_channel::Receiver;
use rusqlite::Connection;
use std::sync::Arc;

/// Serves reads until the queue is closed and empty.
pub(crate) fn serve(queue: &Receiver<Box<dyn Job>>, connector: &Connector, first: Connection) {
    let mut kept = Some(first);
    while let Ok(job) = queue.recv_blocking() {
        if job.is_abandoned() {
            continue;
        }
        match kept.take().map_or_else(|| connector.reader(), Ok) {
            Ok(connection) => {
                let done = job.run(&connection);
                let healthy = done.succeeded() && connection.is_autocommit() || recovers(&connection);
                done.settle(None);
                kept = healthy.then_some(connection);
            }
            Err(error) => job.refuse(Error::Unavailable(Arc::new(error))),
        }
    }
}

/// After a read that failed or left a transaction open: whether the connection is still good.
fn recovers(connection: &Connection) -> bool {
    let ended = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
    ended && connection.query_one("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).is_ok()
}
