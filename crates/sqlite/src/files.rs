//! Database files that are touched without SQLite, so that its locks stay.
//!
//! On Unix a process that closes any handle of a file loses all its locks on that file, also those that SQLite took through
//! other handles (<https://sqlite.org/howtocorrupt.html#posix_close_bug>). Another process that is done with the database then
//! believes that it was the last one, and removes the log that this process goes on writing to.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Makes the file for its owner only, unless it is there: what is in it is nobody else's business. SQLite gives the files
/// beside it the same rights.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    /// Of two who make a file together, the second waits until the first has closed it.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if fs::exists(path)? {
        return Ok(());
    }
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// The first bytes of a file that may be in use: `length`, or fewer where the file is shorter.
///
/// # Errors
/// If the file cannot be read.
pub fn beginning_of(path: &Path, length: usize) -> io::Result<Vec<u8>> {
    with_open(path, |file| {
        file.rewind()?;
        let mut bytes = Vec::with_capacity(length);
        file.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

/// A handle that was opened is kept, for the next look too, until the file is gone: there is one for each file, and the
/// program has a few.
#[cfg(unix)]
fn with_open<T>(path: &Path, look: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
    use std::os::unix::fs::MetadataExt as _;
    static KEPT: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|file| file.metadata().is_ok_and(|found| found.nlink() > 0));
    let identity = |found: fs::Metadata| (found.dev(), found.ino());
    let wanted = identity(fs::metadata(path)?);
    if let Some(file) = kept.iter_mut().find(|file| file.metadata().is_ok_and(|found| identity(found) == wanted)) {
        return look(file);
    }
    let mut file = File::open(path)?;
    let seen = look(&mut file);
    kept.push(file);
    seen
}

/// Here locks belong to a handle, and an open one would keep the file from being replaced.
#[cfg(not(unix))]
fn with_open<T>(path: &Path, look: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
    look(&mut File::open(path)?)
}
