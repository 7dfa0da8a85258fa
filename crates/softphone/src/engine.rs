//! The engine's handle.

use crate::{EngineConfig, actor::Core, failure, message::Message, parts::Parts, settings::Loaded, shown};
use mobilecall_cache::{Cache, OpenError};
use mobilecall_ipc::{Command, Event, Failure, Reply, Settings, Snapshot};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc, oneshot};

/// Messages on their way to the owner, who takes each in microseconds apart from writes to the local database.
const INBOX: usize = 128;
/// Events that a window may be behind before it has to take a new snapshot: some seconds of a busy call.
const EVENTS: usize = 256;

/// The headless softphone; cheap to clone. It ends in good order with [`Self::shutdown`], and abruptly when the last
/// clone is dropped.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) inbox: mpsc::Sender<Message>,
    events: broadcast::Sender<Event>,
    /// For the first who subscribes: what is found at the start is told before anybody can have done so.
    first: Arc<Mutex<Option<broadcast::Receiver<Event>>>>,
}

/// Events, one after the other.
#[derive(Debug)]
pub struct EventStream(broadcast::Receiver<Event>);

impl Engine {
    /// Opens the local data and starts the engine, which connects by itself if the settings say so.
    ///
    /// # Errors
    /// If the local database cannot be used; nothing was changed then.
    pub async fn start(config: EngineConfig) -> Result<Self, Failure> {
        let parts = Arc::new(Parts::real(&config));
        Self::start_with(config, parts).await
    }

    /// As [`Self::start`] with other parts than the real ones.
    pub(crate) async fn start_with(config: EngineConfig, parts: Arc<Parts>) -> Result<Self, Failure> {
        let path = config.data_dir.join("cache.sqlite");
        if let Err(error) = tokio::fs::create_dir_all(&config.data_dir).await {
            return Err(failure::of_open(&OpenError::without_folder(path, error)));
        }
        let cache = Cache::open(&path).await.map_err(|error| failure::of_open(&error))?;
        let loaded = match &config.settings {
            Some(settings) => Loaded { settings: settings.clone(), ..Loaded::default() },
            None => crate::settings::load(&cache).await?,
        };
        let (inbox, received) = mpsc::channel(INBOX);
        let (events, first) = broadcast::channel(EVENTS);
        let core = Core::new(config, parts, cache, loaded, inbox.downgrade(), events.clone());
        tokio::spawn(core.run(received));
        Ok(Self { inbox, events, first: Arc::new(Mutex::new(Some(first))) })
    }

    /// Hands a command to the engine and waits for its outcome. Cancel-safe: a command that was handed over is carried
    /// out even if nobody waits.
    ///
    /// # Errors
    /// Why it could not be done, with a stable code.
    pub async fn send(&self, command: Command) -> Result<Reply, Failure> {
        let (reply, outcome) = oneshot::channel();
        self.inbox.send(Message::Command { command, reply }).await.map_err(|_| failure::stopped())?;
        outcome.await.unwrap_or_else(|_| Err(failure::stopped()))
    }

    /// Events from now on, for who subscribes first those since the start. Subscribe before taking a snapshot, so that
    /// no change falls between the two.
    pub fn subscribe(&self) -> EventStream {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        EventStream(first.unwrap_or_else(|| self.events.subscribe()))
    }

    /// Everything a window needs to draw itself; that of an empty engine after a shutdown.
    pub async fn snapshot(&self) -> Snapshot {
        let (reply, snapshot) = oneshot::channel();
        self.tell(Message::Snapshot { reply }).await;
        // A message that was not taken has dropped its reply.
        snapshot.await.unwrap_or_else(|_| shown::nothing(Settings::default()))
    }

    /// Tells all windows of something that went wrong around the engine. Cancel-safe.
    pub async fn report(&self, failure: Failure) {
        self.tell(Message::Problem(failure)).await;
    }

    /// Ends calls, leaves the line, closes the local data and stops the server inside the app.
    pub async fn shutdown(&self) {
        let (reply, done) = oneshot::channel();
        self.tell(Message::Shutdown { reply }).await;
        if done.await.is_err() {
            tracing::debug!("the engine had ended before it was shut down");
        }
    }

    /// For what an engine that has ended need not hear.
    async fn tell(&self, message: Message) {
        if self.inbox.send(message).await.is_err() {
            tracing::debug!("the engine has ended and is told nothing more");
        }
    }
}

impl EventStream {
    /// One that has come already.
    pub fn come(&mut self) -> Option<Event> {
        match self.0.try_recv() {
            Ok(event) => Some(event),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(Event::Lagged),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => None,
        }
    }

    /// The next event, [`Event::Lagged`] if some were missed, `None` once the engine has ended. Cancel-safe.
    pub async fn recv(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Lagged),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
