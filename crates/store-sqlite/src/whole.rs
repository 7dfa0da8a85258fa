//! Whether the file is whole. What has once shown to be damaged is told until the file is found whole; indexes, which are made
//! of their tables, and the search index, which is made of the calls, are made again.

use crate::{
    SqliteStore,
    calls::{
        SEARCH_INDEX, check_search_index, make_search_index_again, make_search_index_anew, search_index_misses_calls,
    },
    error::{DAMAGED, Failure, Work},
    indexes,
    query::list,
};
use mobilecall_sqlite::rusqlite::Connection;
use mobilecall_store::{Result, StoreError};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Problems of a table that are told; more say no more.
const TOLD: usize = 20;

/// What is known of a file. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    file: Arc<str>,
    damaged: Arc<AtomicBool>,
    looking: Arc<AtomicBool>,
}

impl Condition {
    pub(crate) fn of(file: String) -> Self {
        Self { file: file.into(), damaged: Arc::default(), looking: Arc::default() }
    }

    /// An error if the file is known to be damaged.
    pub(crate) fn check(&self) -> Result<()> {
        if self.damaged.load(Ordering::Relaxed) {
            Err(self.damage("a damaged part was met before".into()))
        } else {
            Ok(())
        }
    }

    fn damage(&self, source: mobilecall_store::error::Cause) -> StoreError {
        StoreError::Unreadable { database: self.file.to_string(), remedy: DAMAGED, source: Some(source) }
    }

    /// Whoever gets this looks at the file; nobody else does meanwhile.
    fn look(&self) -> Result<Looking<'_>> {
        if self.looking.swap(true, Ordering::AcqRel) {
            return Err(StoreError::Busy("the file is being examined".into()));
        }
        Ok(Looking(self))
    }
}

struct Looking<'a>(&'a Condition);

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.looking.store(false, Ordering::Release);
    }
}

/// What is wrong, and in which table or index, where that can be said.
struct Problem {
    said: String,
    place: Option<String>,
}

impl Problem {
    fn is_of_search_index(&self) -> bool {
        self.place.as_deref().is_some_and(|place| place.starts_with(SEARCH_INDEX))
    }
}

impl SqliteStore {
    /// The error of work on the file. Damage is looked into at once: if it was only the search index, that is mended, and
    /// the same work may be tried again.
    pub(crate) async fn explain(&self, failure: Failure) -> StoreError {
        match failure.into_store_error() {
            StoreError::Unreadable { source, .. } => {
                let source = source.unwrap_or_else(|| "the file is damaged".into());
                self.condition().damaged.store(true, Ordering::Relaxed);
                match self.look_closely().await {
                    Ok(()) => StoreError::Busy(source),
                    Err(StoreError::Busy(_)) => self.condition().damage(source),
                    Err(other) => other,
                }
            }
            other => other,
        }
    }

    /// Looks at the whole file and mends what can be; `Busy` if somebody is at it already.
    pub(crate) async fn examine_file(&self) -> Result<()> {
        let condition = self.condition().clone();
        let _looking = condition.look()?;
        let problems = self.problems().await?;
        self.mend(&condition, problems).await
    }

    /// As [`Self::examine_file`], after damage was met: also within the search index, where SQLite itself looks at the
    /// outside only.
    async fn look_closely(&self) -> Result<()> {
        let condition = self.condition().clone();
        let _looking = condition.look()?;
        let mut problems = self.problems().await?;
        if problems.is_empty()
            && let Err(StoreError::Unreadable { .. }) =
                self.database().write(check_search_index).await.map_err(Failure::into_store_error)
        {
            let (said, place) = ("the search index contradicts itself".to_owned(), Some(SEARCH_INDEX.to_owned()));
            problems.push(Problem { said, place });
        }
        self.mend(&condition, problems).await
    }

    async fn mend(&self, condition: &Condition, mut problems: Vec<Problem>) -> Result<()> {
        if !problems.is_empty() && problems.iter().all(Problem::is_of_search_index) {
            tracing::error!(database = &*condition.file, "the search index is damaged and is made again");
            let mut made = self.database().write(make_search_index_again).await;
            if made.is_err() {
                made = self.database().write(make_search_index_anew).await;
            }
            match made.map_err(Failure::into_store_error) {
                Ok(calls) => {
                    tracing::info!(database = &*condition.file, calls, "the search index was made again");
                }
                Err(error) => {
                    tracing::error!(
                        database = &*condition.file,
                        error = &error as &dyn std::error::Error,
                        "the search index could not be made again"
                    );
                }
            }
            problems = self.problems().await?;
        }
        if !problems.is_empty() {
            self.mend_indexes(condition, &problems).await;
            problems = self.problems().await?;
        }
        condition.damaged.store(!problems.is_empty(), Ordering::Relaxed);
        for Problem { said, place } in &problems {
            tracing::error!(database = &*condition.file, place, "the database is damaged: {said}");
        }
        match problems.into_iter().next() {
            Some(first) => Err(condition.damage(first.said.into())),
            None => Ok(()),
        }
    }

    /// Where only an index is damaged, the table has all of it. Where the table itself is, this fails and changes nothing.
    async fn mend_indexes(&self, condition: &Condition, problems: &[Problem]) {
        let places =
            problems.iter().filter(|problem| !problem.is_of_search_index()).filter_map(|found| found.place.clone());
        for table in places.collect::<BTreeSet<_>>() {
            let place = table.clone();
            let mut made = self.database().write(move |connection| indexes::make_again(connection, &place)).await;
            if made.is_err() {
                let place = table.clone();
                made = self.database().write(move |connection| indexes::make_anew(connection, &place)).await;
            }
            match made.map_err(Failure::into_store_error) {
                Ok(()) => tracing::error!(
                    database = &*condition.file,
                    table,
                    "an index was damaged, and all of this table were made again"
                ),
                Err(error) => tracing::error!(
                    database = &*condition.file,
                    error = &error as &dyn std::error::Error,
                    table,
                    "the indexes of this table could not be made again"
                ),
            }
        }
    }

    /// What SQLite finds. A file that cannot even be searched for problems has one.
    async fn problems(&self) -> Result<Vec<Problem>> {
        match self.database().read(look_for_problems).await.map_err(Failure::into_store_error) {
            Err(StoreError::Unreadable { source, .. }) => {
                let said = source.map_or_else(|| "it cannot be read".to_owned(), |source| chain(source.as_ref()));
                Ok(vec![Problem { said, place: None }])
            }
            outcome => outcome,
        }
    }
}

/// Table by table, so that it is known where a problem is, and so that pages which no table uses are none.
fn look_for_problems(connection: &Connection) -> Work<Vec<Problem>> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables = list(connection, tables, [], |row| Ok(row.get::<_, String>(0)?))?;
    let mut problems = Vec::new();
    for table in tables {
        let said = check_table(connection, &table)?;
        problems.extend(said.into_iter().map(|said| Problem { said, place: Some(table.clone()) }));
    }
    // SQLite sees the search index from the outside only.
    let misses = told(search_index_misses_calls(connection))?;
    let said = match misses {
        Ok(false) => return Ok(problems),
        Ok(true) => "calls are missing from the search index".to_owned(),
        Err(said) => said,
    };
    problems.push(Problem { said, place: Some(SEARCH_INDEX.to_owned()) });
    Ok(problems)
}

/// What SQLite says of a table and its indexes.
fn check_table(connection: &Connection, table: &str) -> Work<Vec<String>> {
    let check = format!("PRAGMA quick_check(\"{table}\")");
    let said = told(list(connection, &check, [], |row| Ok(row.get::<_, String>(0)?)))?;
    Ok(said.map_or_else(|said| vec![said], |said| said.into_iter().filter(|said| said != "ok").take(TOLD).collect()))
}

/// Tells damage, which is what is looked for, from other failures.
fn told<T>(work: Work<T>) -> Work<std::result::Result<T, String>> {
    match work.map_err(Failure::into_store_error) {
        Ok(value) => Ok(Ok(value)),
        Err(StoreError::Unreadable { source, .. }) => {
            Ok(Err(source.map_or_else(|| "it cannot be read".to_owned(), |source| chain(source.as_ref()))))
        }
        Err(other) => Err(other.into()),
    }
}

/// An error and its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let all: Vec<_> = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect();
    all.join(": ")
}
