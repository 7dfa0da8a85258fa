//! The handle that callers hold.

use crate::{
    Error, Key, OpenError, Options,
    job::{self, Job},
    open::{Access, Connector, has_log},
    reader,
    writer::{Order, Writer},
};
use async_channel::{Receiver, Sender, TrySendError};
use rusqlite::Connection;
use std::{
    convert::Infallible,
    fmt, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Jobs that may wait in a queue. A thousand are some hundred milliseconds of work; more would only wait longer.
const QUEUE: usize = 1024;

/// How long a caller waits for a place in a full queue before it is told to try again.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);

/// An open database; cheap to clone. When the last clone is dropped, what waits is finished and the file is closed by the
/// writing thread; [`Self::close`] also waits for that.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    connector: Connector,
    writes: Sender<Order>,
    /// None for a database in memory, whose one connection does everything.
    reads: Option<Sender<Box<dyn Job>>>,
    counters: Arc<Counters>,
    /// Closed once the threads have ended and the file is closed.
    ended: Receiver<Infallible>,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) commits: AtomicU64,
    pub(crate) writes: AtomicU64,
}

/// What was done since the database was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Transactions that were committed.
    pub commits: u64,
    /// Writes that were in them.
    pub writes: u64,
}

impl Database {
    /// Opens the file, creating it for its owner only if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// A file that is not ours, damaged or from a newer version is refused before anything is written to it.
    pub async fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        Self::start(Connector { path: Some(path.to_owned()), options, key: None, access: Access::Write }).await
    }

    /// As [`Self::open`], for a file that is or becomes encrypted.
    ///
    /// # Errors
    /// As for [`Self::open`]. An encrypted file that the key does not fit is left as it is, and so is one that is not
    /// encrypted while another process has it open.
    pub async fn open_encrypted(path: &Path, options: Options, key: Key) -> Result<Self, OpenError> {
        Self::start(Connector { path: Some(path.to_owned()), options, key: Some(key), access: Access::Write }).await
    }

    /// A file that cannot be written, as on a full disk or without the right to: it can be read, and every write fails.
    ///
    /// # Errors
    /// As for [`Self::open`]. Nothing is made and nothing brought up to date.
    pub async fn open_for_reading(path: &Path, options: Options) -> Result<Self, OpenError> {
        let beside = Connector { path: Some(path.to_owned()), options, key: None, access: Access::Read };
        let alone = Connector { access: Access::ReadAlone, ..beside.clone() };
        match Self::start(beside).await {
            Err(OpenError::Sqlite { .. }) if !has_log(path) => Self::start(alone).await,
            opened => opened,
        }
    }

    /// A database that is gone with its last handle. One connection does everything, so reads wait for writes.
    pub async fn in_memory(options: Options) -> Result<Self, OpenError> {
        Self::start(Connector { path: None, options, key: None, access: Access::Write }).await
    }

    async fn start(connector: Connector) -> Result<Self, OpenError> {
        match tokio::task::spawn_blocking(move || start(connector)).await {
            Ok(started) => started,
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(cancelled) => Err(OpenError::Threads(io::Error::other(cancelled))),
            },
        }
    }

    /// Runs `work` in a transaction and answers once it is committed. If `work` fails, all it changed is undone.
    ///
    /// Constraints must not be deferred to the commit: there they would fail for the whole group.
    ///
    /// Cancel-safe: if the future is dropped, the write happens wholly or not at all.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_then(work, |_| ()).await
    }

    /// As [`Self::write`], and once it is committed `then` is shown what came of it, on the thread that writes and before
    /// the caller has the answer, also if the caller has gone meanwhile. It must not block; if it panics, the write holds.
    pub async fn write_then<T, E, F, G>(&self, work: F, then: G) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        G: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job::pair_then(work, then);
        submit(&self.shared.writes, Order::Write(job)).await?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Runs `work` on a connection that cannot write. Each statement sees what was committed before it began; use
    /// [`Connection::unchecked_transaction`] where several must see the same.
    ///
    /// Cancel-safe.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job::pair(work);
        match &self.shared.reads {
            Some(reads) => submit(reads, job).await?,
            None => submit(&self.shared.writes, Order::Read(job)).await?,
        }
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Finishes what waits, folds the log into the file and closes it. Later uses fail with [`Error::Closed`].
    pub async fn close(&self) {
        if let Some(reads) = &self.shared.reads {
            reads.close();
        }
        self.shared.writes.close();
        let Err(_) = self.shared.ended.recv().await;
    }

    /// How much was written, and in how many commits.
    pub fn statistics(&self) -> Statistics {
        let Counters { commits, writes } = &*self.shared.counters;
        Statistics { commits: commits.load(Ordering::Relaxed), writes: writes.load(Ordering::Relaxed) }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").field("path", &self.shared.connector.path).finish_non_exhaustive()
    }
}

async fn submit<T>(queue: &Sender<T>, job: T) -> Result<(), Error> {
    match queue.try_send(job) {
        Ok(()) => Ok(()),
        Err(TrySendError::Closed(_)) => Err(Error::Closed),
        Err(TrySendError::Full(job)) => match tokio::time::timeout(QUEUE_TIMEOUT, queue.send(job)).await {
            Ok(sent) => sent.map_err(|_| Error::Closed),
            Err(_) => Err(Error::Busy),
        },
    }
}

/// Opens the connections and starts the threads.
fn start(connector: Connector) -> Result<Database, OpenError> {
    let first = connector.first()?;
    let counters = Arc::new(Counters::default());
    let (reads, readers) = match &connector.path {
        Some(path) => {
            let (reads, readers) = start_readers(&connector, path)?;
            (Some(reads), readers)
        }
        None => (None, Vec::new()),
    };
    let (writes, queue) = async_channel::bounded(QUEUE);
    let (end, ended) = async_channel::bounded(1);
    let mut writer = Writer::new(connector.clone(), first, Arc::clone(&counters));
    let serve = move || {
        writer.serve(&queue);
        // The reading connections first: only a last connection that may write folds the log into the file.
        for reader in readers {
            if reader.join().is_err() {
                tracing::error!("a reading thread of the database panicked");
            }
        }
        writer.close();
        drop(end);
    };
    thread::Builder::new().name("sqlite-writer".into()).spawn(serve).map_err(OpenError::Threads)?;
    Ok(Database { shared: Arc::new(Shared { connector, writes, reads, counters, ended }) })
}

type Readers = (Sender<Box<dyn Job>>, Vec<JoinHandle<()>>);

fn start_readers(connector: &Connector, path: &Path) -> Result<Readers, OpenError> {
    let (reads, queue) = async_channel::bounded(QUEUE);
    let mut readers = Vec::new();
    for _ in 0..connector.options.readers.max(1) {
        let first = connector.reader().map_err(OpenError::at(path))?;
        let (queue, connector) = (queue.clone(), connector.clone());
        let reader = thread::Builder::new().name("sqlite-reader".into());
        readers.push(reader.spawn(move || reader::serve(&queue, &connector, first)).map_err(OpenError::Threads)?);
    }
    Ok((reads, readers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Migration, Synchronous};

    const OPTIONS: Options = Options {
        application_id: 1,
        unmarked: None,
        schema: &[Migration::new("CREATE TABLE notes (id INTEGER) STRICT")],
        create: true,
        migrate: true,
        readers: 3,
        synchronous: Synchronous::Normal,
    };

    #[tokio::test]
    async fn dropping_the_last_handle_ends_the_threads_and_folds_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("notes.sqlite"), OPTIONS).await.unwrap();
        let write = |connection: &Connection| -> Result<(), Error> {
            Ok(connection.execute_batch("INSERT INTO notes VALUES (1)")?)
        };
        database.write(write).await.unwrap();
        let ended = database.shared.ended.clone();
        drop(database);
        let Err(_) = ended.recv().await;
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}
