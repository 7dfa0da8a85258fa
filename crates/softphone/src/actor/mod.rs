//! The owner of everything: one task, a closed list of messages, one change at a time.
//!
//! Whatever takes time (network, media negotiation, opening devices) runs in a task of its own and reports back as a
//! message. The owner itself waits for nothing but the local database, whose writes come before the events that tell of
//! them, and for that only a moment ([`crate::journal`]).

mod call_commands;
mod call_events;
mod calls;
mod commands;
mod devices;
mod line;
mod messages;
mod network;
mod phone_calls;
mod recordings;
mod session;
mod sound;
mod sync;
mod tones;
mod twilio;

use crate::{
    EngineConfig,
    calls::Calls,
    clock::Clock,
    failure,
    journal::Journal,
    lines::Lines,
    message::{Message, ReplyTo, answer},
    network::LOOK_EVERY,
    parts::Parts,
    post::Post,
    recordings::{Kept, Open},
    session::{Secrets, SignInState},
    settings::{LinesAside, Loaded},
    shown::Shown,
};
use devices::KnownDevices;
use mobilecall_cache::{Cache, SetAside};
use mobilecall_client::Presence;
use mobilecall_domain::CallId;
use mobilecall_ipc::{Event, Reply, Settings};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, Semaphore, broadcast, mpsc, oneshot, watch},
    time::MissedTickBehavior,
};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tones::Tones;

/// Time for hang-ups to reach the server and for files to be completed when the engine ends.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(4);

/// The engine's state.
pub(crate) struct Core {
    pub(crate) config: EngineConfig,
    pub(crate) parts: Arc<Parts>,
    pub(crate) cache: Cache,
    pub(crate) journal: Journal,
    /// Changes when a damaged history is set aside.
    pub(crate) set_aside: watch::Receiver<Option<SetAside>>,
    /// Held while missed calls are counted.
    pub(crate) counting: Arc<Semaphore>,
    /// Something changed while they were.
    pub(crate) count_again: bool,
    /// Calls that were cut off are looked for when the disk has taken what waits for it.
    pub(crate) settle_later: bool,
    pub(crate) secrets: Secrets,
    pub(crate) settings: Settings,
    /// What is stored beside the lines in use.
    pub(crate) lines_aside: LinesAside,
    pub(crate) shown: Shown,
    pub(crate) clock: Clock,
    pub(crate) inbox: mpsc::WeakSender<Message>,
    /// Counts sign-ins; see [`Post`].
    pub(crate) epoch: u64,
    /// Names this run of the program in the list of live calls.
    pub(crate) run: String,
    pub(crate) sign_in: SignInState,
    /// The window that waits for a sign-in.
    pub(crate) signing_in: Option<ReplyTo>,
    /// The lines are wanted: not after `Disconnect`.
    pub(crate) connected: bool,
    /// The session has ended, and is left when no call needs it any more.
    pub(crate) leave_when_idle: bool,
    /// Cuts the pauses short of whatever tries to reach the server again and again.
    pub(crate) hurry: Arc<Notify>,
    pub(crate) lines: Lines,
    /// The local history holds everything that the server has.
    pub(crate) caught_up: bool,
    pub(crate) team: Vec<Presence>,
    /// The last missed call that the agent knows of, because it rang here or was told.
    pub(crate) told_missed: Option<CallId>,
    pub(crate) calls: Calls,
    pub(crate) tones: Tones,
    /// Files that calls were recorded to; each call has its own.
    pub(crate) recordings: u32,
    /// The level meter of the settings, while it is on.
    pub(crate) meter: Option<AbortOnDropHandle<()>>,
    /// The sound devices there are, and what is wrong with them.
    pub(crate) known_devices: KnownDevices,
    /// Counts calls by way of the agent's own phone, and how often one was put away.
    pub(crate) phone_call_number: u32,
    /// The recording that is open.
    pub(crate) recording: Option<Open>,
    /// Counts the recordings that were opened.
    pub(crate) openings: u32,
    /// How fast they are played, in percent.
    pub(crate) recording_speed: u16,
    /// Those that were heard last.
    pub(crate) kept_recordings: Kept,
    /// What is still being closed.
    pub(crate) closing_tasks: TaskTracker,
}

impl Core {
    pub(crate) fn new(
        config: EngineConfig,
        parts: Arc<Parts>,
        cache: Cache,
        Loaded { settings, aside, problems }: Loaded,
        inbox: mpsc::WeakSender<Message>,
        events: broadcast::Sender<Event>,
    ) -> Self {
        let shown = Shown::new(settings.clone(), parts.lines.added_by_hand(), events);
        for problem in problems {
            shown.problem(problem);
        }
        Self {
            secrets: Secrets::new(config.secrets.clone(), cache.clone()),
            journal: Journal::start(Post::new(inbox.clone(), 0)),
            counting: Arc::new(Semaphore::new(1)),
            count_again: false,
            settle_later: false,
            clock: parts.clock.clone(),
            shown,
            lines: Lines::new(&settings),
            set_aside: told_of_aside(&cache),
            config,
            parts,
            cache,
            settings,
            lines_aside: aside,
            inbox,
            epoch: 0,
            run: uuid::Uuid::now_v7().to_string(),
            sign_in: SignInState::SignedOut,
            signing_in: None,
            connected: false,
            leave_when_idle: false,
            hurry: Arc::default(),
            caught_up: false,
            team: Vec::new(),
            told_missed: None,
            calls: Calls::default(),
            tones: Tones::default(),
            recordings: 0,
            meter: None,
            known_devices: KnownDevices::default(),
            phone_call_number: 0,
            recording: None,
            openings: 0,
            recording_speed: recordings::OWN_SPEED,
            kept_recordings: Kept::default(),
            closing_tasks: TaskTracker::new(),
        }
    }

    /// Runs until the engine is shut down or nobody holds it any more.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        self.watch_devices();
        self.secrets.lines_are(&self.settings.lines);
        let secrets = self.secrets.clone();
        self.closing_tasks.spawn(async move { secrets.remove_unwanted().await });
        if self.settings.auto_connect {
            self.connect().await;
        }
        let mut heartbeat = tokio::time::interval(self.parts.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut network = self.network_now();
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let done = loop {
            tokio::select! {
                message = inbox.recv() => match message {
                    Some(Message::Shutdown { reply }) => break Some(reply),
                    Some(message) => self.handle(message).await,
                    None => break None,
                },
                _ = heartbeat.tick() => self.heartbeat().await,
                _ = looks.tick() => self.look_at_network(&mut network).await,
                Ok(()) = self.set_aside.changed() => {
                    self.set_aside.mark_changed();
                    self.tell_set_aside().await;
                }
                () = due(self.calls.next_due(self.clock.now())) => self.calls_due().await,
            }
            self.leave_if_session_ended().await;
            self.take_lines_given_out();
        };
        self.end(inbox, done).await;
    }

    /// Tells of a history that was damaged, unless that is told.
    async fn tell_set_aside(&mut self) {
        if !self.set_aside.has_changed().unwrap_or(false) {
            return;
        }
        let file = self.set_aside.borrow_and_update().clone();
        if let Some(file) = file {
            self.history_set_aside(&file).await;
        }
    }

    async fn handle(&mut self, message: Message) {
        match message {
            Message::Command { command, reply } => self.command(command, reply).await,
            Message::Snapshot { reply } => answer(reply, self.shown.snapshot().clone()),
            Message::Shutdown { .. } => {}
            Message::Session { epoch, input } if epoch == self.epoch => self.session_input(input).await,
            Message::Line { epoch, line, opening, input } if epoch == self.epoch => {
                self.line_message(line, opening, input).await;
            }
            Message::Sync { epoch, event } if epoch == self.epoch => self.sync_event(event).await,
            Message::Call { epoch, input } if epoch == self.epoch => self.call_input(input).await,
            Message::Recording { epoch, input } if epoch == self.epoch => self.recording_input(input),
            Message::PhoneCall { epoch, input } if epoch == self.epoch => self.phone_call_input(input).await,
            Message::Page { reply, page } => {
                // Whoever gets the page has been told why it is short.
                self.tell_set_aside().await;
                answer(reply, page.map(|page| Reply::History { page }));
            }
            Message::Recorded => self.recorded().await,
            Message::WrittenAll => self.settle_put_off().await,
            Message::Counted { epoch, missed } => self.counted_late(epoch, missed).await,
            late @ (Message::Session { .. }
            | Message::Line { .. }
            | Message::Sync { .. }
            | Message::Call { .. }
            | Message::Recording { .. }
            | Message::PhoneCall { .. }) => {
                tracing::trace!("a message of an earlier sign-in is dropped");
                // It may hold an open device, and closing that waits for the sound server.
                self.closing_tasks.spawn_blocking(move || drop(late));
            }
            Message::Devices(list) => self.devices_changed(list),
            Message::SoundMended(role) => self.sound_mended(role),
            Message::Problem(failure) => self.shown.problem(failure),
        }
    }

    /// Reaches this owner from a task of the present sign-in.
    pub(crate) fn post(&self) -> Post {
        Post::new(self.inbox.clone(), self.epoch)
    }

    async fn end(mut self, mut inbox: mpsc::Receiver<Message>, done: Option<oneshot::Sender<()>>) {
        self.leave().await;
        let watch = self.known_devices.stop_watching();
        self.closing_tasks.spawn_blocking(move || drop(watch));
        inbox.close();
        while let Some(unread) = inbox.recv().await {
            // It may hold a device that was opened for a call that is over, and closing that waits for the sound server.
            self.closing_tasks.spawn_blocking(move || drop(unread));
        }
        self.closing_tasks.close();
        if tokio::time::timeout(CLOSING_TIMEOUT, self.closing_tasks.wait()).await.is_err() {
            tracing::warn!("not everything could be closed in time");
        }
        if let Some(embedded) = &self.config.embedded {
            embedded.stop().await;
        }
        self.journal.close().await;
        if self.set_aside.has_changed().unwrap_or(false)
            && let Some(file) = &*self.set_aside.borrow_and_update()
        {
            self.shown.problem(failure::history_damaged(file));
        }
        self.cache.close().await;
        if let Some(done) = done {
            answer(done, ());
        }
    }
}

/// What was set aside at the opening is to be told too.
fn told_of_aside(cache: &Cache) -> watch::Receiver<Option<SetAside>> {
    let mut set_aside = cache.set_aside();
    let at_opening = set_aside.borrow().is_some();
    if at_opening {
        set_aside.mark_changed();
    }
    set_aside
}

/// Waits until a call is due; for ever if none will be.
async fn due(after: Option<Duration>) {
    match after {
        Some(after) => tokio::time::sleep(after).await,
        None => std::future::pending().await,
    }
}
