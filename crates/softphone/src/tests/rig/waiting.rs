//! Ways to wait, none of which lasts for ever.

use crate::{Engine, EventStream};
use mobilecall_ipc::{Command, ErrorCode, Event, Settings};
use std::time::Duration;

/// Nothing in these tests takes longer, also on a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// What went wrong until now and was not looked at yet.
pub(crate) async fn problems(engine: &Engine, events: &mut EventStream) -> Vec<ErrorCode> {
    let told = told(engine, events).await.into_iter();
    told.filter_map(|event| if let Event::Problem { failure } = event { Some(failure.code) } else { None }).collect()
}

/// Every event until now that was not looked at yet.
pub(crate) async fn told(engine: &Engine, events: &mut EventStream) -> Vec<Event> {
    // Events keep their order, so a change made now comes after them all.
    let before = engine.snapshot().await.settings;
    let settings = Settings { notifications: !before.notifications, ..before };
    engine.send(Command::ChangeSettings { settings }).await.unwrap();
    let mut told = Vec::new();
    loop {
        match within("the change", events.recv()).await.unwrap() {
            Event::SettingsChanged { .. } => return told,
            event => told.push(event),
        }
    }
}

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(TIME_LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not come"),
    }
}

/// Waits for something that no event tells of.
pub(crate) async fn eventually(what: &str, is_it: impl Fn() -> bool) {
    within(what, async {
        while !is_it() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}
