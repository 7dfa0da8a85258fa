//! A caller's closure on its way to a thread and back.

use crate::Error;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// Work that waits for a thread.
pub(crate) trait Job: Send {
    /// The caller has gone; what was not begun need not be.
    fn is_abandoned(&self) -> bool;

    /// Does the work. The caller is told only by [`Done::settle`].
    fn run(self: Box<Self>, connection: &Connection) -> Box<dyn Done>;

    /// Tells the caller why the work was not done.
    fn refuse(self: Box<Self>, error: Error);
}

/// Work that was done.
pub(crate) trait Done {
    /// What it changed is to be kept.
    fn succeeded(&self) -> bool;

    /// Tells the caller: its own error, else `failure`, which undid it, else its result.
    fn settle(self: Box<Self>, failure: Option<Error>);
}

pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

/// A job and where its result will come.
pub(crate) fn pair<T, E, F>(work: F) -> (Box<dyn Job>, Answer<T, E>)
where
    F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    pair_then(work, |_| ())
}

/// As [`pair`], and `then` is shown what came of it once that is settled, whether or not the caller still waits.
pub(crate) fn pair_then<T, E, F, G>(work: F, then: G) -> (Box<dyn Job>, Answer<T, E>)
where
    F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    G: FnOnce(&T) + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    (Box::new(Waiting { work, then, caller }), answer)
}

struct Waiting<F, G, T, E> {
    work: F,
    then: G,
    caller: oneshot::Sender<Result<T, E>>,
}

struct Finished<G, T, E> {
    result: Result<T, E>,
    then: G,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<F, G, T, E> Job for Waiting<F, G, T, E>
where
    F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    G: FnOnce(&T) + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    fn run(self: Box<Self>, connection: &Connection) -> Box<dyn Done> {
        let Self { work, then, caller } = *self;
        // Whatever the closure left behind is its own; the connection is checked and rolled back by the thread.
        let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
        let result = result.unwrap_or_else(|_| Err(Error::Panicked.into()));
        Box::new(Finished { result, then, caller })
    }

    fn refuse(self: Box<Self>, error: Error) {
        tell(self.caller, Err(error.into()));
    }
}

impl<G: FnOnce(&T), T, E: From<Error>> Done for Finished<G, T, E> {
    fn succeeded(&self) -> bool {
        self.result.is_ok()
    }

    fn settle(self: Box<Self>, failure: Option<Error>) {
        let Self { result, then, caller } = *self;
        let result = result.and_then(|value| failure.map_or(Ok(value), |failure| Err(failure.into())));
        // The write holds whatever comes of telling it, and the thread goes on for all others.
        if let Ok(value) = &result
            && catch_unwind(AssertUnwindSafe(|| then(value))).is_err()
        {
            tracing::error!("telling of a write that is committed panicked");
        }
        tell(caller, result);
    }
}

fn tell<T, E>(caller: oneshot::Sender<Result<T, E>>, result: Result<T, E>) {
    // A caller that has gone wants no answer.
    drop(caller.send(result));
}
