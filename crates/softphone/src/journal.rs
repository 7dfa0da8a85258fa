//! What is written of calls and settings: in order, each until it is on the disk.
//!
//! Whoever tells of a change waits for its entry, but not for long: a disk that is well takes a few milliseconds, and where
//! another process holds the database, or the disk has no room, nobody's ring or button waits for it. Such an entry keeps its
//! place, and is tried until it is written.

mod entry;

pub(crate) use entry::{CallEntry, Entry, Step};

use crate::{failure, post::Post};
use entry::CutOffs;
use mobilecall_cache::CacheError;
use mobilecall_ipc::ErrorCode;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time,
};

/// Nobody notices that a ring or a button takes this long.
pub(crate) const DISK_WAIT: Duration = Duration::from_millis(200);
/// Between two tries; where another process holds the database SQLite itself waits some seconds in each.
const PAUSE: Duration = Duration::from_millis(200);
/// For what waits when the program ends.
const LAST_TRIES: Duration = Duration::from_secs(10);

/// What came of an entry in the time that is waited for it.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is on the disk; whether that changed anything.
    Now(bool),
    /// It will be. Then the owner is told, see [`Post::recorded`].
    Later,
    /// It cannot be.
    Never(CacheError),
}

/// The entries that are on their way.
pub(crate) struct Journal {
    /// Without bound: a call has a handful of entries.
    queue: mpsc::UnboundedSender<Waiting>,
    under_way: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

struct Waiting {
    entry: Entry,
    written: oneshot::Sender<Result<bool, CacheError>>,
}

impl Journal {
    pub(crate) fn start(post: Post) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let under_way = Arc::<AtomicUsize>::default();
        let task = tokio::spawn(write_all(waiting, Arc::clone(&under_way), post));
        Self { queue, under_way, task }
    }

    /// An entry before has not been written in time, so others are not waited for. When all are written the owner is told,
    /// see [`Post::written_all`].
    pub(crate) fn is_behind(&self) -> bool {
        self.under_way.load(Ordering::Acquire) > 0
    }

    /// Puts an entry behind those before it.
    pub(crate) async fn write(&self, entry: Entry) -> Written {
        let (written, outcome) = oneshot::channel();
        let limit = if self.is_behind() { Duration::ZERO } else { DISK_WAIT };
        self.under_way.fetch_add(1, Ordering::AcqRel);
        if self.queue.send(Waiting { entry, written }).is_err() {
            tracing::error!("the journal has ended before the engine");
            return Written::Later;
        }
        match in_time(limit, outcome).await {
            Some(Ok(changed)) => Written::Now(changed),
            Some(Err(error)) => Written::Never(error),
            None => Written::Later,
        }
    }

    /// Writes what waits, as far as the disk takes it in time.
    pub(crate) async fn close(self) {
        let Self { queue, under_way, mut task } = self;
        drop(queue);
        if time::timeout(LAST_TRIES, &mut task).await.is_err() {
            let lost = under_way.load(Ordering::Acquire);
            tracing::error!(lost, "the disk did not take what was to be written before the program ended");
            task.abort();
        }
    }
}

/// What comes within the limit. From then on its sender finds nobody here; what it sent at the last moment is not lost.
pub(crate) async fn in_time<T>(limit: Duration, mut outcome: oneshot::Receiver<T>) -> Option<T> {
    match time::timeout(limit, &mut outcome).await {
        Ok(sent) => sent.ok(),
        Err(_) => {
            outcome.close();
            outcome.try_recv().ok()
        }
    }
}

async fn write_all(mut queue: mpsc::UnboundedReceiver<Waiting>, under_way: Arc<AtomicUsize>, post: Post) {
    let (mut told, mut cut_offs) = (None, CutOffs::default());
    let mut was_behind = false;
    while let Some(Waiting { entry, written }) = queue.recv().await {
        let outcome = write(&entry, &post, &mut told, &mut cut_offs).await;
        let is_last = under_way.fetch_sub(1, Ordering::AcqRel) == 1;
        let unheard = written.send(outcome).err();
        was_behind |= unheard.is_some();
        match unheard {
            None | Some(Ok(false)) => {}
            Some(Ok(true)) => post.recorded().await,
            Some(Err(error)) => post.problem(failure::of_cache(&error)).await,
        }
        if is_last && std::mem::take(&mut was_behind) {
            post.written_all().await;
        }
    }
}

/// Tries until it is written, or never can be. Why the disk takes nothing is `told` once, until it takes something again.
async fn write(
    entry: &Entry,
    post: &Post,
    told: &mut Option<ErrorCode>,
    cut_offs: &mut CutOffs,
) -> Result<bool, CacheError> {
    let mut logged = false;
    loop {
        match entry.write(cut_offs).await {
            Err(error) if error.is_retryable() => {
                if !logged {
                    tracing::warn!(error = %failure::chain(&error), "the local database takes nothing now");
                }
                logged = true;
                if let Some(failure) = failure::of_waiting(&error).filter(|failure| *told != Some(failure.code)) {
                    *told = Some(failure.code);
                    post.problem(failure).await;
                }
                time::sleep(PAUSE).await;
            }
            outcome => {
                *told = None;
                return outcome;
            }
        }
    }
}
