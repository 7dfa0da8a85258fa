//! A damaged file is set aside, and a new one takes its place.

use crate::{
    OpenError,
    open::OPTIONS,
    salvage::{KnownAccount, Salvage},
};
use mobilecall_domain::Timestamp;
use mobilecall_sqlite::{Database, Key, beginning_of};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// How much of a file is looked at to tell what it is.
const BEGINNING: usize = 4096;
/// Damaged files that are kept, the newest, as far as they are not larger together. The newest of all is kept anyway.
const KEPT: usize = 3;
const KEPT_BYTES: u64 = 512 << 20;
/// Begins what stands behind the name of a damaged file.
const DAMAGED: &str = ".damaged-";

/// A damaged file that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Where it lies now. Of several only the newest are kept.
    pub path: PathBuf,
    /// How many entries were found in it that the new file could not take.
    pub lost: usize,
}

/// Where a database is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) key: Option<Key>,
}

impl Place {
    pub(crate) async fn open(&self) -> Result<Database, OpenError> {
        let opened = match &self.key {
            Some(key) => Database::open_encrypted(&self.path, OPTIONS, key.clone()).await,
            None => Database::open(&self.path, OPTIONS).await,
        };
        opened.map_err(|source| OpenError::of(&self.path, source))
    }
}

/// Tells a file from another one that was put in its place. Found without opening it: closing it again would take away the
/// locks that SQLite has on it in this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity(u64);

impl Identity {
    pub(crate) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().and_then(|found| number(&found)).map(Self)
    }
}

#[cfg(unix)]
fn number(found: &fs::Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(found))
}

#[cfg(not(unix))]
fn number(found: &fs::Metadata) -> Option<u64> {
    let made = found.created().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(made.as_nanos()).ok()
}

/// Whether something that is no database may be what is left of one of ours. What a person can read is not: somebody's notes
/// stay where they are.
pub(crate) fn may_be_ours(path: &Path) -> bool {
    beginning_of(path, BEGINNING).is_ok_and(|beginning| !is_text(&beginning))
}

fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Cut within a letter at the end.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or("\0"),
        Err(_) => return false,
    };
    !text.chars().any(|letter| letter.is_control() && !letter.is_whitespace())
}

/// Puts a new file with what can be read of the damaged one in its place, and says where the damaged one is now. Nobody of
/// this process may have it open; on Windows nobody at all.
pub(crate) async fn begin_anew(place: &Place, accounts: Vec<KnownAccount>) -> Result<SetAside, OpenError> {
    let next = Place { path: beside(&place.path, ".new"), key: place.key.clone() };
    let refused = |source| OpenError::NotSetAside { path: place.path.clone(), source };
    // Of a run that was stopped in this.
    remove(&next.path).map_err(refused)?;
    // Closed, so that its first page is in the file and not only in its log.
    next.open().await?.close().await;
    let (damaged, sound) = (place.clone(), next.path.clone());
    let read = tokio::task::spawn_blocking(move || Salvage::read(&damaged, &sound)).await;
    let salvage = read.unwrap_or_else(|panicked| {
        tracing::error!(error = &panicked as &dyn std::error::Error, "nothing was read of the damaged database");
        Salvage::default()
    });
    tracing::warn!(kept = %salvage, "a new local database is begun with what can be read of the damaged one");
    let entries = salvage.entries();
    let now = Timestamp::now();
    let database = next.open().await?;
    let written = database.write(move |connection| salvage.write(connection, &accounts, now)).await;
    database.close().await;
    let lost = match written.map_err(|failure| failure.while_doing("keep what was read of the damaged one")) {
        Ok(lost) => lost,
        // The damaged file stays where it is until the disk takes what can be read of it.
        Err(error) if error.is_retryable() => return Err(OpenError::of_keeping(&place.path, error)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the new local database begins empty");
            entries
        }
    };
    let path = exchange(&place.path, &next.path, now).map_err(refused)?;
    if let Err(error) = remove_old(&place.path, &path) {
        tracing::warn!(error = &error as &dyn std::error::Error, "older damaged databases stay");
    }
    Ok(SetAside { path, lost })
}

/// All of it or nothing. The log goes first: beside a file that it does not belong to it would be taken for that one's.
fn exchange(damaged: &Path, next: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let aside = free_name(damaged, now)?;
    let (log, log_aside) = (beside(damaged, "-wal"), beside(&aside, "-wal"));
    let is_empty = fs::metadata(&log).is_ok_and(|found| found.len() == 0);
    ignore_missing(if is_empty { fs::remove_file(&log) } else { fs::rename(&log, &log_aside) })?;
    ignore_missing(fs::remove_file(beside(damaged, "-shm")))?;
    let moved =
        fs::rename(damaged, &aside).and_then(|()| fs::rename(next, damaged).inspect_err(|_| put_back(&aside, damaged)));
    moved.inspect_err(|_| put_back(&log_aside, &log))?;
    Ok(aside)
}

/// On Windows nothing is moved that a program has open.
fn put_back(aside: &Path, place: &Path) {
    if let Err(error) = ignore_missing(fs::rename(aside, place)) {
        tracing::error!(error = &error as &dyn std::error::Error, "a damaged database is not where it was");
    }
}

/// Removes damaged files beyond those that are kept. The one that was set aside now is the newest, also if the clock was
/// set back and its name says otherwise.
fn remove_old(damaged: &Path, now: &Path) -> io::Result<()> {
    let (mut files, mut bytes) = (0, 0);
    let found = set_aside(damaged)?;
    for old in std::iter::once(now).chain(found.iter().rev().map(PathBuf::as_path).filter(|old| *old != now)) {
        files += 1;
        for part in [old.to_owned(), beside(old, "-wal")] {
            bytes += fs::metadata(part).map_or(0, |found| found.len());
        }
        if files > KEPT || files > 1 && bytes > KEPT_BYTES {
            tracing::info!(path = %old.display(), "an older damaged database is removed: newer ones are kept");
            remove(old)?;
        }
    }
    Ok(())
}

/// The damaged files of this place, the newest last.
fn set_aside(damaged: &Path) -> io::Result<Vec<PathBuf>> {
    let begin = beside(damaged, DAMAGED);
    let (Some(folder), Some(begin)) = (damaged.parent(), begin.file_name()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&*begin.to_string_lossy()) && !name.ends_with("-wal") && !name.ends_with("-shm") {
            found.push(folder.join(&*name));
        }
    }
    found.sort_by_cached_key(|path| when(path));
    Ok(found)
}

/// What the name of a damaged file says: the second, and the how many-th it is of that second.
fn when(path: &Path) -> (String, u64) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = name.rsplit_once("Z-").and_then(|(time, number)| Some((format!("{time}Z"), number.parse().ok()?)));
    numbered.unwrap_or_else(|| (name.into_owned(), 1))
}

/// `cache.sqlite.damaged-2026-11-29T08-30-00Z`, with a number behind it for all but the first of a second. Above all that
/// are there: the number of one that was removed would make this one older than those that stayed.
fn free_name(damaged: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let time = now.to_string();
    // Without the fraction, and with signs that every system has in names.
    let time = time.split('.').next().unwrap_or(&time).replace(':', "-");
    let first = beside(damaged, &format!("{DAMAGED}{time}Z"));
    let (second, _) = when(&first);
    let found = set_aside(damaged)?.into_iter().map(|path| when(&path));
    let of_second = found.filter(|(time, _)| *time == second);
    Ok(match of_second.map(|(_, number)| number).max() {
        Some(highest) => beside(&first, &format!("-{}", highest + 1)),
        None => first,
    })
}

/// A database with its log.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    ["", "-wal", "-shm"].into_iter().try_for_each(|ending| ignore_missing(fs::remove_file(beside(path, ending))))
}

fn ignore_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_read_is_no_database_of_ours() {
        let long = "كلام ".repeat(1000);
        for (bytes, text) in [
            (&b"these are notes\n"[..], true),
            (&long.as_bytes()[..BEGINNING - 1], true),
            (b"SQLite format 3\0\x10\0", false),
            (&[0x9f, 0x12, 0xfe, 0x00], false),
            (&[0xff, 0xfe, b'a', 0], false),
        ] {
            assert_eq!(is_text(bytes), text, "{:?}", &bytes[..bytes.len().min(20)]);
        }
    }

    #[test]
    fn no_two_damaged_files_have_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.sqlite");
        let now = Timestamp::from_millis(1_700_000_000_123);
        let first = free_name(&path, now).unwrap();
        assert_eq!(first.file_name().unwrap(), "cache.sqlite.damaged-2023-11-14T22-13-20Z");
        let mut made = vec![first.clone()];
        for number in 2..12 {
            fs::write(made.last().unwrap(), "").unwrap();
            made.push(free_name(&path, now).unwrap());
            assert_eq!(made.last(), Some(&beside(&first, &format!("-{number}"))));
        }
        // What was removed leaves its number unused.
        fs::remove_file(&first).unwrap();
        assert_eq!(free_name(&path, now).unwrap(), made[10]);
        assert_eq!(set_aside(&path).unwrap(), made[1..10], "in the order in which they were made");
    }

    #[test]
    fn a_file_that_cannot_be_replaced_stays_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.sqlite");
        for name in ["cache.sqlite", "cache.sqlite-wal"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        exchange(&path, &beside(&path, ".new"), Timestamp::from_millis(0)).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "cache.sqlite");
        assert_eq!(fs::read_to_string(beside(&path, "-wal")).unwrap(), "cache.sqlite-wal");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn only_the_newest_damaged_files_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.sqlite");
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let mut made = Vec::new();
        // Many of them in the same second, the last after the clock was set back.
        for second in [1, 5, 7, 7, 7, 7, 2] {
            for name in [path.clone(), beside(&path, "-wal"), beside(&path, ".new")] {
                fs::write(name, "x").unwrap();
            }
            let now = exchange(&path, &beside(&path, ".new"), at(second)).unwrap();
            remove_old(&path, &now).unwrap();
            made.push(now);
        }
        fs::write(folder.path().join("cache.sqlite.damaged"), "somebody's own").unwrap();
        remove_old(&path, &made[6]).unwrap();
        let kept = [made[6].clone(), made[4].clone(), made[5].clone()];
        assert_eq!(set_aside(&path).unwrap(), kept);
        assert!(kept.iter().all(|kept| beside(kept, "-wal").exists()));
        // With its log, three times, and what is no damaged file.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2 * 3 + 2);
        // Large ones are fewer: only the newest is kept whatever its size.
        for large in [&made[6], &made[5]] {
            fs::OpenOptions::new().write(true).open(large).unwrap().set_len(KEPT_BYTES).unwrap();
        }
        remove_old(&path, &made[6]).unwrap();
        assert_eq!(set_aside(&path).unwrap(), made[6..]);
    }
}
