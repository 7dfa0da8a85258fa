//! The thread that writes.

use crate::{
    Error,
    database::Counters,
    job::{Done, Job},
    open::Connector,
};
use async_channel::Receiver;
use rusqlite::{Connection, ErrorCode};
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

/// Writes in one transaction at most. The first waits for the last one's statements, so this bounds a write's time to some
/// milliseconds, while the cost of a commit is long spread thin.
const GROUP: usize = 256;

/// Pause after a first failure to connect again, doubled up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the thread is asked for.
pub(crate) enum Order {
    /// In a transaction.
    Write(Box<dyn Job>),
    /// Outside of one: only for a database in memory, which has no other connection.
    Read(Box<dyn Job>),
}

impl Order {
    fn into_job(self) -> Box<dyn Job> {
        match self {
            Self::Write(job) | Self::Read(job) => job,
        }
    }
}

/// The writing connection with what it takes to replace it.
pub(crate) struct Writer {
    connector: Connector,
    connection: Option<Connection>,
    counters: Arc<Counters>,
    pause: Option<Pause>,
}

/// Connecting again failed, and is not tried before its time.
struct Pause {
    until: Instant,
    length: Duration,
    why: Arc<rusqlite::Error>,
}

impl Writer {
    pub(crate) fn new(connector: Connector, connection: Connection, counters: Arc<Counters>) -> Self {
        Self { connector, connection: Some(connection), counters, pause: None }
    }

    /// Serves writes until the queue is closed and empty.
    pub(crate) fn serve(&mut self, queue: &Receiver<Order>) {
        let mut waiting = VecDeque::new();
        while let Ok(order) = queue.recv_blocking() {
            waiting.push_back(order);
            while waiting.len() < GROUP
                && let Ok(order) = queue.try_recv()
            {
                waiting.push_back(order);
            }
            while !waiting.is_empty() {
                self.work_off(&mut waiting);
            }
        }
    }

    /// Closes the connection, which folds the log into the file if it is the last one.
    pub(crate) fn close(self) {
        if let Some(Err((_, error))) = self.connection.map(Connection::close) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the database was not closed properly");
        }
    }

    /// Serves the read or the group of writes at the front.
    fn work_off(&mut self, waiting: &mut VecDeque<Order>) {
        if let Err(error) = self.connect() {
            waiting.drain(..).for_each(|order| order.into_job().refuse(error.clone()));
            return;
        }
        if let Some(Order::Read(job)) = waiting.pop_front_if(|order| matches!(order, Order::Read(_))) {
            self.read(job);
            return;
        }
        if let Err(error) = self.begin() {
            waiting.drain(..).for_each(|order| order.into_job().refuse(error.clone()));
            return;
        }
        let (done, failure) = self.run_group(waiting);
        let failure = failure.or_else(|| self.end(&done).err());
        let broken = failure.is_some();
        for done in done {
            done.settle(failure.clone());
        }
        if broken {
            self.discard();
        }
    }

    /// Begins a transaction. A connection that cannot is replaced once: nothing is lost with it yet.
    fn begin(&mut self) -> Result<(), Error> {
        let Err(error) = self.execute("BEGIN IMMEDIATE") else { return Ok(()) };
        if error.code() == Some(ErrorCode::DatabaseBusy) {
            return Err(error);
        }
        self.discard();
        self.connect()?;
        self.execute("BEGIN IMMEDIATE").inspect_err(|_| self.discard())
    }

    /// Runs the writes at the front. With an error, the transaction is gone and with it everything they did.
    fn run_group(&self, waiting: &mut VecDeque<Order>) -> (Vec<Box<dyn Done>>, Option<Error>) {
        // One alone needs no savepoint: if it fails, there is nothing else in the transaction.
        let alone = !matches!(waiting.get(1), Some(Order::Write(_)));
        let mut group = Vec::new();
        while let Some(order) = waiting.pop_front_if(|order| matches!(order, Order::Write(_))) {
            let job = order.into_job();
            if job.is_abandoned() {
                continue;
            }
            if !alone && let Err(error) = self.execute("SAVEPOINT job") {
                job.refuse(error.clone());
                return (group, Some(error));
            }
            let Some(connection) = &self.connection else {
                job.refuse(Error::RolledBack);
                return (group, Some(Error::RolledBack));
            };
            let done = job.run(connection);
            let succeeded = done.succeeded();
            group.push(done);
            if let Err(error) = self.leave_savepoint(succeeded, alone) {
                return (group, Some(error));
            }
        }
        (group, None)
    }

    fn leave_savepoint(&self, succeeded: bool, alone: bool) -> Result<(), Error> {
        if self.connection.as_ref().is_none_or(Connection::is_autocommit) {
            return Err(Error::RolledBack);
        }
        if alone {
            return Ok(());
        }
        if !succeeded {
            self.execute("ROLLBACK TO job")?;
        }
        self.execute("RELEASE job")
    }

    /// Commits, if there is anything to keep.
    fn end(&self, done: &[Box<dyn Done>]) -> Result<(), Error> {
        let kept = done.iter().filter(|done| done.succeeded()).count();
        if kept == 0 {
            return self.execute("ROLLBACK");
        }
        self.execute("COMMIT")?;
        self.counters.commits.fetch_add(1, Ordering::Relaxed);
        self.counters.writes.fetch_add(kept as u64, Ordering::Relaxed);
        Ok(())
    }

    fn read(&mut self, job: Box<dyn Job>) {
        if job.is_abandoned() {
            return;
        }
        let Some(connection) = &self.connection else { return job.refuse(Error::Closed) };
        // As strict as a reading connection, so that tests in memory find what a file would refuse.
        if let Err(error) = self.execute("PRAGMA query_only = ON") {
            return job.refuse(error);
        }
        let done = job.run(connection);
        let ended = connection.is_autocommit() || self.execute("ROLLBACK").is_ok();
        let usable = ended && self.execute("PRAGMA query_only = OFF").is_ok();
        done.settle(None);
        if !usable {
            self.discard();
        }
    }

    fn execute(&self, sql: &'static str) -> Result<(), Error> {
        let connection = self.connection.as_ref().ok_or(Error::Closed)?;
        connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Makes a connection if there is none.
    fn connect(&mut self) -> Result<(), Error> {
        if self.connection.is_some() {
            return Ok(());
        }
        let now = Instant::now();
        if let Some(pause) = self.pause.as_ref().filter(|pause| now < pause.until) {
            return Err(Error::Unavailable(Arc::clone(&pause.why)));
        }
        match self.connector.writer() {
            Ok(connection) => {
                tracing::info!("the database is connected again");
                self.connection = Some(connection);
                self.pause = None;
                Ok(())
            }
            Err(error) => {
                let length = self.pause.as_ref().map_or(FIRST_PAUSE, |pause| (pause.length * 2).min(LONGEST_PAUSE));
                let why = Arc::new(error);
                self.pause = Some(Pause { until: now + length, length, why: Arc::clone(&why) });
                Err(Error::Unavailable(why))
            }
        }
    }

    /// Throws a connection away that cannot be trusted any more. One in memory is the data, so it is only rolled back.
    fn discard(&mut self) {
        if self.connector.path.is_none() {
            let open = self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit());
            if open && let Err(error) = self.execute("ROLLBACK") {
                tracing::warn!(error = &error as &dyn std::error::Error, "a transaction could not be rolled back");
            }
            return;
        }
        tracing::warn!("the database's connection is in an unknown state and is replaced");
        if let Some(Err((_, error))) = self.connection.take().map(Connection::close) {
            tracing::warn!(error = &error as &dyn std::error::Error, "a broken connection was not closed properly");
        }
    }
}
