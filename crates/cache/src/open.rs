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
};
use tokio::sync::{RwLock, watch};

pub(crate) const OPTIONS: Options = Options {
    // "MCCA".
    application_id: 0x4d43_4341,
    // Version 0.1 wrote no application id.
    unmarked: Some("outbox"),
    schema: &[
        Migration::new(include_str!("../migrations/0001_calls_outbox_settings.sql")),
        Migration::with(include_str!("../migrations/0002_search.sql"), search::fold_again),
    ],
    migrate: true,
    // The history page and the sync.
    readers: 2,
    synchronous: Synchronous::Normal,
};

/// The open database; cheap to clone.
///
/// A file that shows to be damaged, now or later, is set aside and a new one begun with what could be read of it, see
/// [`Self::set_aside`].
#[derive(Clone, Debug)]
pub struct Cache {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    place: Place,
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
    /// Counts files that were begun anew, so that each is set aside by one only.
    generation: u64,
    identity: Option<damage::Identity>,
    /// It was damaged, and neither could a new one be begun nor it be opened again: whoever needs it next tries anew.
    needs_opening: bool,
}

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
        let identity = damage::Identity::of(&place.path);
        let current = RwLock::new(Current { database, generation: 0, identity, needs_opening: false });
        let (set_aside, _) = watch::channel(aside);
        Ok(Self {
            shared: Arc::new(Shared {
                place,
                current,
                accounts: Mutex::default(),
                set_aside,
                begun_at: AtomicI64::new(i64::MIN),
            }),
        })
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

    /// Runs `work` as one change, all or nothing, and answers after its commit; once more if the file turned out to be
    /// damaged and was begun anew. `doing` says what failed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Clone + Send + 'static,
    ) -> Result<T, CacheError> {
        let (database, generation) = self.current().await;
        let outcome = database.write(work.clone()).await.map_err(|failure| failure.while_doing(doing));
        match outcome {
            Err(error) if self.begun_anew(&error, generation).await => {
                self.current().await.0.write(work).await.map_err(|failure| failure.while_doing(doing))
            }
            outcome => outcome,
        }
    }

    /// Runs `work` beside the writer; once more as [`Self::write`] does.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Clone + Send + 'static,
    ) -> Result<T, CacheError> {
        let (database, generation) = self.current().await;
        let outcome = database.read(work.clone()).await.map_err(|failure| failure.while_doing(doing));
        match outcome {
            Err(error) if self.begun_anew(&error, generation).await => {
                self.current().await.0.read(work).await.map_err(|failure| failure.while_doing(doing))
            }
            outcome => outcome,
        }
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
    /// begin one.
    async fn begun_anew(&self, error: &CacheError, generation: u64) -> bool {
        if !error.is_damage() && !error.is_closed() {
            return false;
        }
        let mut current = self.shared.current.write().await;
        if current.generation != generation {
            return true;
        }
        if !error.is_damage() && !current.needs_opening {
            return false;
        }
        // Whoever holds the database is told, see `set_aside`.
        tracing::warn!(error = error as &dyn std::error::Error, "the local database is damaged");
        current.database.close().await;
        let place = &self.shared.place;
        // Another process of ours may have been quicker.
        let replaced = current.identity.is_some() && damage::Identity::of(&place.path) != current.identity;
        let accounts = self.shared.accounts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let aside = if replaced { Ok(None) } else { begin_anew(place, accounts).await.map(Some) };
        let aside = aside.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the damaged database cannot be set aside");
            None
        });
        match place.open().await {
            Ok(database) => current.database = database,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the local database cannot be opened again");
                current.needs_opening = true;
                return false;
            }
        }
        self.shared.begun_at.store(Timestamp::now().as_millis(), Ordering::Relaxed);
        current.generation += 1;
        current.needs_opening = false;
        current.identity = damage::Identity::of(&place.path);
        if aside.is_some() {
            self.shared.set_aside.send_replace(aside);
        }
        true
    }
}
