//! Where packets are carried.

use std::{
    num::NonZeroUsize,
    sync::{Arc, OnceLock},
};
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// Of 99, as that of the threads of the sound.
const PRIORITY: u8 = 80;

/// A runtime for sessions and whatever passes their packets on, on whose threads nothing else runs.
///
/// A thread of the program's runtime that waits, be it only for the disk to bring back a page of the program that the
/// system has dropped, can keep all sockets of that runtime from being looked at, and packets with them. What carries
/// packets runs fifty times a second and is never dropped.
///
/// Cheap to clone. Its threads start with the first task, and end with the last clone.
#[derive(Clone, Debug, Default)]
pub struct MediaRuntime(Option<Arc<Lazy>>);

#[derive(Debug)]
struct Lazy {
    threads: NonZeroUsize,
    /// Nothing if no thread could be had.
    running: OnceLock<Option<Runtime>>,
}

impl MediaRuntime {
    /// With so many threads of its own.
    pub fn with_threads(threads: NonZeroUsize) -> Self {
        Self(Some(Arc::new(Lazy { threads, running: OnceLock::new() })))
    }

    /// None of its own: tasks run where they are spawned, as where time stands still for a test.
    pub fn of_caller() -> Self {
        Self(None)
    }

    /// Starts a task; must be called within a tokio runtime. Sockets and tasks that it opens are here too.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match self.0.as_ref().and_then(|lazy| lazy.running()) {
            Some(runtime) => runtime.spawn(task),
            None => tokio::spawn(task),
        }
    }
}

impl Lazy {
    fn running(&self) -> Option<&Runtime> {
        let start = || {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(self.threads.get()).thread_name("media-network").on_thread_start(raise_priority);
            let started = builder.enable_all().build();
            started.inspect_err(|error| tracing::warn!(%error, "packets have no threads of their own")).ok()
        };
        self.running.get_or_init(start).as_ref()
    }
}

impl Drop for Lazy {
    fn drop(&mut self) {
        // The last clone may be that of a task, which cannot wait for its own thread.
        if let Some(runtime) = self.running.take().flatten() {
            runtime.shutdown_background();
        }
    }
}

fn raise_priority() {
    let wanted = ThreadPriorityValue::try_from(PRIORITY).map(ThreadPriority::Crossplatform);
    // Ordinary users of Linux are refused; then a very busy machine may delay packets.
    if let Ok(Err(error)) = wanted.map(set_current_thread_priority) {
        tracing::debug!(?error, "packets are carried at ordinary priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        thread,
        time::{Duration, Instant},
    };
    use tokio::sync::oneshot;

    fn one_thread() -> MediaRuntime {
        MediaRuntime::with_threads(NonZeroUsize::MIN)
    }

    #[tokio::test]
    async fn packets_go_on_while_every_thread_of_the_program_waits() {
        let (media, (done, worst)) = (one_thread(), oneshot::channel());
        // Ticks as a call does, until it was told to stop, and says how late it was at worst.
        let (stop, mut stopped) = oneshot::channel::<()>();
        let started = media.spawn(async move {
            let (mut worst, mut last) = (Duration::ZERO, Instant::now());
            while stopped.try_recv().is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
                worst = worst.max(last.elapsed());
                last = Instant::now();
            }
            done.send(worst)
        });
        // This runtime has one thread, and here it waits as for a disk.
        thread::sleep(Duration::from_millis(500));
        stop.send(()).unwrap();
        let worst = worst.await.unwrap();
        assert!(worst < Duration::from_millis(250), "kept waiting for {worst:?}");
        started.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_a_task_opens_is_where_it_runs() {
        let media = one_thread();
        let name = || thread::current().name().map(str::to_owned);
        let inner = media.spawn(async move { tokio::spawn(async move { name() }).await.unwrap() }).await.unwrap();
        assert_eq!(inner.as_deref(), Some("media-network"));
        let here = name();
        assert_eq!(MediaRuntime::of_caller().spawn(async move { name() }).await.unwrap(), here);
    }

    #[tokio::test]
    async fn the_last_clone_may_be_a_tasks_own() {
        let media = one_thread();
        let own = media.clone();
        let (go, gone) = oneshot::channel::<()>();
        let task = media.spawn(async move {
            gone.await.unwrap();
            drop(own);
        });
        drop(media);
        go.send(()).unwrap();
        // Ended, or cut off with its runtime, but the program goes on.
        let ended = task.await;
        assert!(ended.is_ok() || ended.is_err_and(|error| error.is_cancelled()));
    }
}
