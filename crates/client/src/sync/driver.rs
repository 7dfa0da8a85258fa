//! The task that synchronizes at the right moments.

use super::{Applied, Remote, SyncError, plan::passes_through_server, synchronize};
use crate::{ClientError, EventSocket, Session};
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use mobilecall_api::{
    company::Company,
    events::{Event, Presence},
    people::Person,
};
use mobilecall_cache::{Account, CacheError, KnownExtension};
use mobilecall_domain::{CallRecord, Timestamp};
use std::time::Duration;
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Without announcements the server is asked this often.
const POLL_INTERVAL: Duration = Duration::from_secs(30);
/// First pause after a failure; it doubles up to [`POLL_INTERVAL`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The server writes direct calls itself and announces that within milliseconds of their end. What it has not told by
/// then is told to it.
const DIRECT_CALLS_GRACE: Duration = Duration::from_secs(2);
/// Calls that wait here, looked at to see whether the server writes them itself. More than this are told at once.
const FEW: u32 = 20;
/// Requests to the task; more than a few mean the same as one.
const ASKS: usize = 4;
/// Events on their way to the engine, which takes them at once; when it is slow the sync waits.
const EVENTS: usize = 64;

/// The running sync of one account. Dropping it stops the task at its next step.
#[derive(Debug)]
pub struct Sync {
    asks: mpsc::Sender<Ask>,
    _stop: DropGuard,
}

#[derive(Clone, Copy, Debug)]
enum Ask {
    Push,
    Everything,
}

/// What the sync reports.
#[derive(Clone, Debug, PartialEq)]
pub enum SyncEvent {
    /// Its state changed.
    Status(SyncStatus),
    /// Records are new or different in the local database.
    RecordsChanged,
    /// The local database takes nothing, though nobody else holds it. Told once, until a round succeeds.
    NotWritten {
        /// For want of room.
        disk_full: bool,
    },
    /// All colleagues.
    Team(Vec<Presence>),
    /// Colleagues who are new or different; how they can be reached is as it was.
    People(Vec<Person>),
    /// One colleague.
    Presence(Presence),
    /// The company changed.
    Company(Company),
    /// The session is over; the sync has stopped.
    SessionEnded,
}

/// State of the sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStatus {
    /// The server cannot be used now; it is tried again by itself.
    Offline {
        /// Calls that wait here.
        pending: u32,
    },
    /// Under way.
    Syncing {
        /// Records pulled so far.
        pulled: u32,
        /// Calls that wait here.
        pending: u32,
    },
    /// Both sides agree.
    UpToDate {
        /// Since when.
        at: Timestamp,
    },
}

impl Sync {
    /// Starts the task; it synchronizes at once.
    pub fn start(session: Session, account: Account) -> (Self, mpsc::Receiver<SyncEvent>) {
        let (asks, asked) = mpsc::channel(ASKS);
        let (events, receiver) = mpsc::channel(EVENTS);
        let stop = CancellationToken::new();
        let driver = Driver {
            session,
            account,
            asked,
            events,
            remote: Remote::default(),
            pauses: pauses(),
            told: None,
            told_not_written: false,
        };
        let stopped = stop.clone();
        tokio::spawn(async move {
            // Stopped between any two steps, which the executor allows.
            stopped.run_until_cancelled_owned(Box::pin(driver.run())).await;
        });
        (Self { asks, _stop: stop.drop_guard() }, receiver)
    }

    /// Something waits in the outbox.
    pub fn nudge(&self) {
        self.ask(Ask::Push);
    }

    /// Synchronize now, as somebody wishes.
    pub fn now(&self) {
        self.ask(Ask::Everything);
    }

    fn ask(&self, ask: Ask) {
        // A full channel means that the task has been asked already, a closed one that the session is over.
        if self.asks.try_send(ask).is_err() {
            tracing::trace!("the sync was asked already, or is over");
        }
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(POLL_INTERVAL)
        .without_max_times()
        .with_jitter()
        .build()
}

struct Driver {
    session: Session,
    account: Account,
    asked: mpsc::Receiver<Ask>,
    events: mpsc::Sender<SyncEvent>,
    remote: Remote,
    pauses: ExponentialBackoff,
    /// The change sequence up to which people and companies were told. Not the account's position: another process that
    /// moves it tells them to its own window only.
    told: Option<u64>,
    /// That the local database takes nothing was told, and it has taken nothing since.
    told_not_written: bool,
}

/// How long to wait before the next attempt, and for whom not.
enum Wait {
    /// The server can be used; whatever is asked is done at once.
    Ready(Duration),
    /// The server cannot be used; only a person's wish shortens the wait.
    Failing(Duration),
}

impl Driver {
    async fn run(mut self) {
        if let Err(error) = self.account.retry_refused().await {
            tracing::warn!(%error, "calls that were refused are not sent again");
        }
        loop {
            self.remote = Remote::default();
            let followed = match self.catch_up().await {
                Ok(()) => self.listen().await,
                Err(error) => Err(error),
            };
            let wait = match followed {
                Ok(pause) => Wait::Ready(pause),
                Err(SyncError::Client(ClientError::SessionEnded)) => {
                    self.emit(SyncEvent::SessionEnded).await;
                    return;
                }
                Err(error) => Wait::Failing(self.went_wrong(&error).await),
            };
            if self.wait(wait).await.is_none() {
                return;
            }
        }
    }

    /// `None` when the sync is to stop.
    async fn wait(&mut self, wait: Wait) -> Option<()> {
        let (Wait::Ready(pause) | Wait::Failing(pause)) = wait;
        let over = tokio::time::sleep(pause);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return Some(()),
                ask = self.asked.recv() => match (ask?, &wait) {
                    (Ask::Push, Wait::Failing(_)) => {}
                    (Ask::Everything, _) | (Ask::Push, Wait::Ready(_)) => return Some(()),
                },
            }
        }
    }

    /// Returns the pause before the next attempt.
    fn without_events(&mut self, error: &ClientError) -> Duration {
        tracing::debug!(%error, "live events are not available; asking from time to time");
        self.next_pause()
    }

    /// Returns the pause before the next attempt.
    async fn went_wrong(&mut self, error: &SyncError) -> Duration {
        let asked = match error {
            SyncError::Client(error) => {
                tracing::debug!(%error, "the server cannot be used now");
                error.retry_after()
            }
            SyncError::Cache(error) => {
                self.not_written(error).await;
                None
            }
        };
        // What cannot be counted is shown as nothing; the error itself was just logged.
        let pending = self.account.pending_count().await.unwrap_or_default();
        self.emit(SyncEvent::Status(SyncStatus::Offline { pending })).await;
        asked.unwrap_or_else(|| self.next_pause())
    }

    /// Tells once that the local database takes nothing, unless that passes by itself.
    async fn not_written(&mut self, error: &CacheError) {
        if error.is_retryable() {
            tracing::warn!(%error, "the local database cannot be used now");
        } else {
            tracing::error!(%error, "the local database cannot be used");
        }
        let disk_full = error.is_disk_full();
        if (disk_full || error.needs_somebody()) && !self.told_not_written {
            self.told_not_written = true;
            self.emit(SyncEvent::NotWritten { disk_full }).await;
        }
    }

    fn next_pause(&mut self) -> Duration {
        self.pauses.next().unwrap_or(POLL_INTERVAL)
    }

    /// Asks for the team and the company, then pushes and pulls until both sides agree: who shows the calls then knows by
    /// which names.
    async fn catch_up(&mut self) -> Result<(), SyncError> {
        if self.told.is_none() {
            self.told = Some(self.account.position().await?);
        }
        let team = self.ask_for_team().await;
        let company = self.ask_for_company().await;
        self.round().await?;
        team?;
        company
    }

    /// The log alone does not do: it skips numbers after a backup was put back, and may have none of the company.
    async fn ask_for_company(&self) -> Result<(), SyncError> {
        match self.session.company().await {
            Ok(company) => self.emit(SyncEvent::Company(company)).await,
            // An older server, which has no such thing.
            Err(ClientError::Refused { status: 404, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn ask_for_team(&mut self) -> Result<(), SyncError> {
        let team = self.session.team().await?;
        let extension = |known: &Presence| {
            let (username, extension) = (known.username.clone(), known.extension.clone()?);
            Some(KnownExtension { username, extension })
        };
        let extensions = team.iter().filter_map(extension).collect();
        self.emit(SyncEvent::Team(team)).await;
        let kept = self.account.keep_extensions(extensions).await;
        self.extensions_kept(kept).await;
        Ok(())
    }

    /// Without them a colleague's calls are not found by the number, and all else works.
    async fn extensions_kept(&mut self, kept: Result<bool, CacheError>) {
        match kept {
            Ok(true) => self.told_not_written = false,
            Ok(false) => {}
            Err(error) => self.not_written(&error).await,
        }
    }

    async fn round(&mut self) -> Result<(), SyncError> {
        let pending = self.account.pending_count().await?;
        let events = self.events.clone();
        let (mut any, mut moved, mut people, mut company) = (false, false, Vec::new(), None);
        let mut told = self.told;
        let progress = |pulled, applied: Applied| {
            any |= applied.changed > 0;
            moved |= applied.told.is_some_and(|(after, upto)| upto > after);
            told = applied.told.map_or(told, |span| Some(told_with(told, span)));
            people.extend(applied.people);
            company = applied.company.or(company.take());
            // Progress that finds no room is followed by newer progress.
            let status = SyncEvent::Status(SyncStatus::Syncing { pulled, pending });
            if events.try_send(status).is_err() {
                tracing::trace!(pulled, "progress of the sync found no room");
            }
        };
        let outcome = synchronize(&self.session, &self.account, self.remote, progress).await;
        if any {
            self.emit(SyncEvent::RecordsChanged).await;
        }
        // Both also after a failure: the position is beyond them, so they are not given again.
        if let Some(company) = company {
            self.emit(SyncEvent::Company(company)).await;
        }
        if any || moved {
            self.told_not_written = false;
        }
        self.told = told;
        if !people.is_empty() {
            self.tell_people(people).await;
        }
        self.remote = outcome?;
        self.emit(SyncEvent::Status(SyncStatus::UpToDate { at: Timestamp::now() })).await;
        Ok(())
    }

    /// Follows live events until the socket is lost; returns the pause before the next attempt.
    async fn listen(&mut self) -> Result<Duration, SyncError> {
        let position = self.account.position().await?;
        // What another process took is replayed for whom it was not told to.
        let since = self.told.map_or(position, |told| told.min(position));
        let mut socket = match EventSocket::open(&self.session, since).await {
            Ok(socket) => socket,
            Err(error) => return Ok(self.without_events(&error)),
        };
        let mut push_at: Option<Instant> = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(push_at.unwrap_or_else(Instant::now)), if push_at.is_some() => {
                    push_at = None;
                    self.round().await?;
                }
                event = socket.next() => match event {
                    Ok(Some(event)) => self.take(event).await?,
                    Ok(None) => return Ok(FIRST_PAUSE),
                    Err(error) => return Ok(self.without_events(&error)),
                },
                ask = self.asked.recv() => match ask {
                    Some(Ask::Push) if self.server_will_tell().await? => {
                        push_at.get_or_insert_with(|| Instant::now() + DIRECT_CALLS_GRACE);
                    }
                    Some(Ask::Push) => self.round().await?,
                    Some(Ask::Everything) => {
                        self.remote = Remote::default();
                        self.round().await?;
                    }
                    None => return Ok(FIRST_PAUSE),
                },
            }
        }
    }

    /// Only direct calls wait, of which the server is about to announce the same.
    async fn server_will_tell(&self) -> Result<bool, SyncError> {
        let pending = self.account.pending(FEW).await?;
        Ok(pending.len() < FEW as usize && pending.iter().all(passes_through_server))
    }

    async fn take(&mut self, event: Event) -> Result<(), SyncError> {
        match event {
            Event::Hello { sequence } => {
                self.pauses = pauses();
                // Another process may have started over already.
                self.told = self.told.map(|told| told.min(sequence));
                if sequence < self.account.position().await? {
                    self.remote = Remote { sequence: Some(sequence) };
                    self.round().await?;
                }
                // Whatever changed between the first question and the opening of the socket was told to nobody.
                self.ask_for_team().await?;
            }
            Event::Call { sequence, call } => {
                self.is_news(sequence);
                self.adopt(sequence, &[(*call).into()]).await?;
            }
            Event::Person { sequence, person } => {
                if self.is_news(sequence) {
                    self.tell_people(vec![person]).await;
                }
                self.adopt(sequence, &[]).await?;
            }
            Event::Company { sequence, company } => {
                if self.is_news(sequence) {
                    self.emit(SyncEvent::Company(*company)).await;
                }
                self.adopt(sequence, &[]).await?;
            }
            Event::Presence(presence) => self.emit(SyncEvent::Presence(presence)).await,
            Event::Lagged => {
                self.remote = Remote::default();
                self.catch_up().await?;
            }
        }
        Ok(())
    }

    /// Whether what was announced was not told yet. It is from now on, with all that the socket gave before it.
    fn is_news(&mut self, sequence: u64) -> bool {
        let is_news = self.told.is_none_or(|told| sequence > told);
        if is_news {
            self.told = Some(sequence);
        }
        is_news
    }

    async fn tell_people(&mut self, people: Vec<Person>) {
        let extensions = people.iter().map(|person| (person.username.clone(), person.extension.clone())).collect();
        self.emit(SyncEvent::People(people)).await;
        let kept = self.account.change_extensions(extensions).await;
        self.extensions_kept(kept).await;
    }

    /// Takes over a change that was announced, unless that was or is done by pulling, with all that came before it.
    async fn adopt(&mut self, sequence: u64, calls: &[CallRecord]) -> Result<(), SyncError> {
        let position = self.account.position().await?;
        // What was pulled meanwhile is newer than what still waited in the socket.
        if sequence <= position {
            return Ok(());
        }
        self.remote = Remote { sequence: Some(sequence) };
        // Without a position what came before is missing here, as after the file was begun anew.
        let adopted = match position {
            0 => None,
            _ => self.account.adopt_after(position, calls, sequence).await?,
        };
        let Some(adopted) = adopted else {
            return self.round().await;
        };
        self.told_not_written = false;
        if adopted.changed > 0 {
            self.emit(SyncEvent::RecordsChanged).await;
        }
        Ok(())
    }

    /// A receiver that is gone means that the account was left; the task is being stopped.
    async fn emit(&self, event: SyncEvent) {
        if self.events.send(event).await.is_err() {
            tracing::debug!("nobody takes the events of the sync any more");
        }
    }
}

/// Up to which change all is told after a step that told what lies between two. What lies before the first is unknown to this
/// device if another process took it.
fn told_with(told: Option<u64>, (after, upto): (u64, u64)) -> u64 {
    match told {
        Some(told) if after > told => told,
        Some(told) if after > 0 => told.max(upto),
        // All of it, perhaps of a server that was rewound.
        Some(_) | None => upto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_process_took_is_not_told() {
        for (told, span, expected) in [
            (None, (3, 5), 5),
            (Some(3), (3, 5), 5),
            (Some(4), (3, 5), 5),
            (Some(9), (3, 5), 9),
            (Some(2), (3, 5), 2),
            (Some(9), (0, 5), 5),
        ] {
            assert_eq!(told_with(told, span), expected, "{told:?} {span:?}");
        }
    }
}
