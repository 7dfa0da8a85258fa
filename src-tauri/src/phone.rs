//! The engine as the shell holds it: started on first need, and again after a start that failed.

use mobilecall_ipc::{Command, ErrorCode, Failure};
use mobilecall_softphone::{Engine, EngineConfig, EventStream};
use std::{sync::Arc, time::Duration};
use tauri::{AppHandle, Manager};
use tokio::{sync::Mutex, time};

/// How long the engine may take to end. It has limits of its own: four seconds for the far end and the server, and ten for
/// what waits for the disk, where SQLite itself may be waiting five more. A shorter one here would lose records.
const ENDING_LIMIT: Duration = Duration::from_secs(25);

/// Takes the events of an engine that has just been started.
pub(crate) type Forward = fn(AppHandle, Engine, EventStream);

/// The engine, once it runs.
pub(crate) struct Phone {
    app: AppHandle,
    config: EngineConfig,
    forward: Forward,
    engine: Mutex<Stage>,
}

/// How far the engine is.
enum Stage {
    NotStarted,
    Running(Engine),
    /// The app ends: what is still asked must not start another engine.
    Over,
}

impl Phone {
    /// An engine that is not started yet.
    pub(crate) fn new(app: AppHandle, config: EngineConfig, forward: Forward) -> Self {
        Self { app, config, forward, engine: Mutex::new(Stage::NotStarted) }
    }

    /// The engine; starts it if it does not run. Callers wait for one another, so it is started once.
    pub(crate) async fn engine(&self) -> Result<Engine, Failure> {
        let mut stage = self.engine.lock().await;
        match &*stage {
            Stage::NotStarted => {}
            Stage::Running(engine) => return Ok(engine.clone()),
            Stage::Over => return Err(Failure::new(ErrorCode::NotNow, "the app is ending: start it again")),
        }
        let engine = Engine::start(self.config.clone()).await?;
        // Subscribed before anybody can send a command, so that the forwarder misses nothing.
        let stream = engine.subscribe();
        (self.forward)(self.app.clone(), engine.clone(), stream);
        *stage = Stage::Running(engine.clone());
        Ok(engine)
    }

    /// The engine if it runs already.
    pub(crate) fn running(&self) -> Option<Engine> {
        // Whoever holds the lock is starting or ending it.
        match &*self.engine.try_lock().ok()? {
            Stage::Running(engine) => Some(engine.clone()),
            Stage::NotStarted | Stage::Over => None,
        }
    }

    /// Ends the engine in good order, within a bound.
    pub(crate) async fn shutdown(&self) {
        let before = std::mem::replace(&mut *self.engine.lock().await, Stage::Over);
        let Stage::Running(engine) = before else { return };
        if time::timeout(ENDING_LIMIT, engine.shutdown()).await.is_err() {
            tracing::warn!("the engine did not end within {} s and is left behind", ENDING_LIMIT.as_secs());
        }
    }
}

/// A window that is not seen must not listen to the microphone.
pub(crate) fn stop_level_meter(app: &AppHandle) {
    let phone = Arc::clone(&app.state::<Arc<Phone>>());
    tauri::async_runtime::spawn(async move {
        let stopped = match phone.engine().await {
            Ok(engine) => engine.send(Command::SetLevelMeter { on: false }).await.map(|_| ()),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = stopped {
            tracing::debug!(%failure, "the level meter was not stopped");
        }
    });
}
