//! The engine as the shell holds it: started on first need, and again after a start that failed.

use mobilecall_ipc::{Command, Failure};
use mobilecall_softphone::{Engine, EngineConfig, EventStream};
use std::{sync::Arc, time::Duration};
use tauri::{AppHandle, Manager};
use tokio::{sync::Mutex, time};

/// How long the engine may take to say goodbye to the far end and the server.
const GOODBYE: Duration = Duration::from_secs(5);

/// Takes the events of an engine that has just been started.
pub(crate) type Forward = fn(AppHandle, Engine, EventStream);

/// The engine, once it runs.
pub(crate) struct Phone {
    app: AppHandle,
    config: EngineConfig,
    forward: Forward,
    engine: Mutex<Option<Engine>>,
}

impl Phone {
    /// An engine that is not started yet.
    pub(crate) fn new(app: AppHandle, config: EngineConfig, forward: Forward) -> Self {
        Self { app, config, forward, engine: Mutex::new(None) }
    }

    /// The engine; starts it if it does not run. Callers wait for one another, so it is started once.
    pub(crate) async fn engine(&self) -> Result<Engine, Failure> {
        let mut running = self.engine.lock().await;
        if let Some(engine) = &*running {
            return Ok(engine.clone());
        }
        let engine = Engine::start(self.config.clone()).await?;
        // Subscribed before anybody can send a command, so that the forwarder misses nothing.
        let stream = engine.subscribe();
        (self.forward)(self.app.clone(), engine.clone(), stream);
        *running = Some(engine.clone());
        Ok(engine)
    }

    /// Ends the engine in good order, within a bound.
    pub(crate) async fn shutdown(&self) {
        let Some(engine) = self.engine.lock().await.take() else { return };
        if time::timeout(GOODBYE, engine.shutdown()).await.is_err() {
            tracing::warn!("the engine did not end within {} s and is left behind", GOODBYE.as_secs());
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
