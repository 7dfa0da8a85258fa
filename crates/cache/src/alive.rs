//! Signs of life of the program's runs.
//!
//! The time of a call that is cut off is the last sign of life of its run. That is the time of change of an empty file beside
//! the database, one for each run: every few seconds of a call it costs one note in the file's own entry, where a row would
//! cost a transaction. Nothing else says when a killed program was last alive, and a longer interval would make that wrong by
//! as much.

use crate::damage::beside;
use mobilecall_domain::Timestamp;
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

const MARK: &str = ".alive-";
/// A run without calls whose sign is older has ended, or will give another one.
const OLD: Duration = Duration::from_secs(60);

pub(crate) fn give_sign(database: &Path, run: &str, now: Timestamp) -> io::Result<()> {
    let since = u64::try_from(now.as_millis()).unwrap_or(0);
    let sign = fs::OpenOptions::new().create(true).append(true).open(sign_of(database, run))?;
    sign.set_modified(UNIX_EPOCH + Duration::from_millis(since))
}

pub(crate) fn last_sign(database: &Path, run: &str) -> Option<Timestamp> {
    fs::metadata(sign_of(database, run)).ok().and_then(|found| changed_at(&found))
}

/// Removes old signs of runs that have no call any more.
pub(crate) fn remove_old_signs(database: &Path, with_calls: &HashSet<String>, now: Timestamp) -> io::Result<()> {
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let mark = format!("{name}{MARK}");
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(run) = name.to_str().and_then(|name| name.strip_prefix(&mark)) else { continue };
        let is_old = changed_at(&entry.metadata()?).is_some_and(|at| now.since(at) > OLD);
        if is_old && !with_calls.contains(run) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn changed_at(found: &fs::Metadata) -> Option<Timestamp> {
    let since = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp::from_millis)
}

fn sign_of(database: &Path, run: &str) -> PathBuf {
    beside(database, &format!("{MARK}{run}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_signs_of_runs_without_calls_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("cache.sqlite");
        let at = |seconds: i64| Timestamp::from_millis(1_700_000_000_000 + seconds * 1000);
        for (run, seconds) in [("old", 0), ("old with a call", 0), ("new", 100)] {
            give_sign(&database, run, at(seconds)).unwrap();
            assert_eq!(last_sign(&database, run), Some(at(seconds)));
        }
        remove_old_signs(&database, &HashSet::from(["old with a call".to_owned()]), at(110)).unwrap();
        assert_eq!(last_sign(&database, "old"), None);
        assert_eq!(last_sign(&database, "old with a call"), Some(at(0)));
        assert_eq!(last_sign(&database, "new"), Some(at(100)));
    }
}
