//! Opening the file, and the schema.

use crate::{
    CacheError, OpenError,
    damage::{self, Place, SetAside, begin_anew},
    error::Failure,
    salvage::KnownAccount,
    search,
};
use mobilecall_domain::Timestamp;
use mobilecall_sqlite::{Database, Key, Migration, Options, Synchronous, rusqlite::Connection};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{RwLock, watch},
    time::Instant,
};

pub(crate) const OPTIONS: Options = Options {
    // "MCCA".
    application_id: 0x4d43_4341,
    // Version 0.1 wrote no application id.
    unmarked: Some("outbox"),
    schema: &[
        Migration::new(include_str!("../migrations/0001_calls_outbox_settings.sql")),
        Migration::with(include_str!("../migrations/0002_search.sql"), search::fold_again),
    ],
    create: true,
    migrate: true,
    // The history page and the sync.
    readers: 2,
    synchronous: Synchronous::Normal,
};

/// The open database; cheap to clone.
///
/// A file that shows to be damaged, now or later, is set aside and a new one begun with what could be read of it, see
/// [`Self::set_aside`]. One that was opened for reading stays as it is, damaged or not.
#[derive(Clone, Debug)]
pub struct Cache {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    place: Place,
    /// No other file takes the place of this one.
    only_reading: bool,
    current: RwLock<Current>,
    /// The accounts in use, which a new file must know by the same numbers.
    accounts: Mutex<Vec<KnownAccount>>,
    set_aside: watch::Sender<Option<SetAside>>,
    /// Calls before this moment (in milliseconds) were missed in another file, and are no news in this one.
    begun_at: AtomicI64,
}

/// The file in use.
#[derive(Debug)]
struct Current {
    database: Database,
    /// Counts how often a file was opened in place of the one before, so that each is set aside by one only.
    generation: u64,
    identity: Option<damage::Identity>,
    /// It was damaged, and neither could a new one be begun nor it be opened again: whoever needs it tries anew.
    needs_opening: bool,
    /// Why no new file could be begun in place of this one, and when that was.
    refused: Option<(Instant, Arc<OpenError>)>,
}

/// Beginning anew reads all of the damaged file, so a disk that does not take the new one is not asked more often.
const BETWEEN_TRIES: Duration = Duration::from_secs(10);
/// How often one use is begun again on another file. A disk may damage the new one too.
const ATTEMPTS: u32 = 3;

impl Cache {
    /// Opens the file, creating it if there is none, and brings its tables up to date. On an error the file is left as
    /// it was.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_at(Place { path: path.to_owned(), key: None }).await
    }

    /// As [`Self::open`], for a file that only this key opens. One that was not encrypted before is from now on.
    pub async fn open_encrypted(path: &Path, key: Key) -> Result<Self, OpenError> {
        Self::open_at(Place { path: path.to_owned(), key: Some(key) }).await
    }

    async fn open_at(place: Place) -> Result<Self, OpenError> {
        let (database, aside) = match place.open().await {
            Err(error) if error.is_damage() && damage::may_be_ours(&place.path) => {
                let aside = begin_anew(&place, Vec::new()).await?;
                (place.open().await?, Some(aside))
            }
            opened => (opened?, None),
        };
        Ok(Self::over(place, database, aside, false))
    }

    /// Opens a file that cannot be written, to show what is in it: whatever would change it fails.
    pub async fn open_for_reading(path: &Path) -> Result<Self, OpenError> {
        let database = Database::open_for_reading(path, OPTIONS).await.map_err(|source| OpenError::of(path, source))?;
        Ok(Self::over(Place { path: path.to_owned(), key: None }, database, None, true))
    }

    fn over(place: Place, database: Database, aside: Option<SetAside>, only_reading: bool) -> Self {
        let identity = damage::Identity::of(&place.path);
        let current = RwLock::new(Current { database, generation: 0, identity, needs_opening: false, refused: None });
        let (set_aside, _) = watch::channel(aside);
        Self {
            shared: Arc::new(Shared {
                place,
                only_reading,
                current,
                accounts: Mutex::default(),
                set_aside,
                begun_at: AtomicI64::new(i64::MIN),
            }),
        }
    }

    /// The last damaged file that was found here. What is missing in the new one is to be asked of the server.
    pub fn set_aside(&self) -> watch::Receiver<Option<SetAside>> {
        self.shared.set_aside.subscribe()
    }

    /// Waits for running statements and closes the file. Later uses fail.
    pub async fn close(&self) {
        let mut current = self.shared.current.write().await;
        current.needs_opening = false;
        current.database.close().await;
    }

    /// Runs `work` as one change, all or nothing, and answers after its commit; again if the file turned out to be damaged
    /// and was begun anew. `doing` says what failed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Clone + Send + 'static,
    ) -> Result<T, CacheError> {
        for _ in 1..ATTEMPTS {
            let (database, generation) = self.current().await;
            match database.write(work.clone()).await.map_err(|failure| failure.while_doing(doing)) {
                Err(error) if self.begun_anew(&error, generation).await? => {}
                outcome => return outcome,
            }
        }
        self.current().await.0.write(work).await.map_err(|failure| failure.while_doing(doing))
    }

    /// Runs `work` beside the writer; again as [`Self::write`] does.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Clone + Send + 'static,
    ) -> Result<T, CacheError> {
        for _ in 1..ATTEMPTS {
            let (database, generation) = self.current().await;
            match database.read(work.clone()).await.map_err(|failure| failure.while_doing(doing)) {
                Err(error) if self.begun_anew(&error, generation).await? => {}
                outcome => return outcome,
            }
        }
        self.current().await.0.read(work).await.map_err(|failure| failure.while_doing(doing))
    }

    /// A new file must know this account by its number.
    pub(crate) fn remember(&self, account: KnownAccount) {
        let mut accounts = self.shared.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.shared.place.path
    }

    /// Calls before it are no news.
    pub(crate) fn begun_at(&self) -> Timestamp {
        Timestamp::from_millis(self.shared.begun_at.load(Ordering::Relaxed))
    }

    async fn current(&self) -> (Database, u64) {
        let current = self.shared.current.read().await;
        (current.database.clone(), current.generation)
    }

    /// Whether another file is in use now than that of `generation`, in which the error came up. Damage is the reason to
    /// begin one. That none could be begun is an error which passes, other than the damage.
    async fn begun_anew(&self, error: &CacheError, generation: u64) -> Result<bool, CacheError> {
        if self.shared.only_reading || !error.is_damage() && !error.is_closed() {
            return Ok(false);
        }
        let mut current = self.shared.current.write().await;
        if current.generation != generation {
            return Ok(true);
        }
        if !error.is_damage() && !current.needs_opening {
            return Ok(false);
        }
        if let Some((at, source)) = &current.refused
            && at.elapsed() < BETWEEN_TRIES
        {
            return Err(CacheError::NotBegunAnew { source: Arc::clone(source) });
        }
        // Whoever holds the database is told, see `set_aside`.
        tracing::warn!(error = error as &dyn std::error::Error, "the local database is damaged");
        current.database.close().await;
        let begun = self.begin_anew(&current).await;
        match self.shared.place.open().await {
            Ok(database) => {
                current.database = database;
                current.generation += 1;
                current.needs_opening = false;
            }
            Err(error) => {
                current.needs_opening = true;
                return Err(current.refuse(begun.err().unwrap_or(error)));
            }
        }
        if let Err(error) = begun {
            return Err(current.refuse(error));
        }
        self.shared.begun_at.store(Timestamp::now().as_millis(), Ordering::Relaxed);
        current.identity = damage::Identity::of(&self.shared.place.path);
        current.refused = None;
        Ok(true)
    }

    /// Puts a new file in the place of the current one, if that is still there.
    async fn begin_anew(&self, current: &Current) -> Result<(), OpenError> {
        let place = &self.shared.place;
        // Another process of ours may have been quicker.
        if current.identity.is_some() && damage::Identity::of(&place.path) != current.identity {
            return Ok(());
        }
        let accounts = self.shared.accounts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let aside = begin_anew(place, accounts).await?;
        self.shared.set_aside.send_replace(Some(aside));
        Ok(())
    }
}

impl Current {
    /// Takes note of why there is no new file.
    fn refuse(&mut self, error: OpenError) -> CacheError {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "no new local database takes the damaged one's place"
        );
        let source = Arc::new(error);
        self.refused = Some((Instant::now(), Arc::clone(&source)));
        CacheError::NotBegunAnew { source }
    }
}
