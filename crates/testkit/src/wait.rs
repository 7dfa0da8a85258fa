//! Waiting without sleeping for a fixed time.

use std::time::Duration;
use tokio::time;

/// Nothing in a test takes longer than this, also on a busy machine.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

const POLL: Duration = Duration::from_millis(5);

/// The future's value.
///
/// # Panics
/// If it takes longer than [`TIME_LIMIT`].
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match time::timeout(TIME_LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {TIME_LIMIT:?}"),
    }
}

/// Asks again and again until there is a value.
///
/// # Panics
/// If there is none within [`TIME_LIMIT`].
pub async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let poll = async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            time::sleep(POLL).await;
        }
    };
    within(what, poll).await
}
