//! Files that nobody reads without their key: each page is encrypted and authenticated (ChaCha20-Poly1305, by SQLite3
//! Multiple Ciphers), those in the log and in the journal too.

use crate::{files, open};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    ffi::OsString,
    fmt::{self, Write as _},
    fs, io,
    path::{Path, PathBuf},
};
use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How a file begins that is not encrypted (<https://sqlite.org/fileformat.html#the_database_header>).
const PLAIN: &[u8; 16] = b"SQLite format 3\0";

/// The only cipher that is compiled in.
const CIPHER: &str = "chacha20";

/// A random key of 256 bits. It is used as it is, so it must not be a password. Prints without its value.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// A key from its bytes, which should come from a random generator.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As the cipher takes it.
    fn raw(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(80));
        text.push_str("raw:");
        for byte in self.0 {
            write!(text, "{byte:02x}").expect("text can be added to a string");
        }
        text
    }

    /// Lets a connection that was just opened read and write the encrypted file. Whether the key fits shows at the first
    /// statement.
    pub(crate) fn unlock(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.pragma_update_and_check(None, "cipher", CIPHER, |_| Ok(()))?;
        connection.pragma_update_and_check(None, "key", self.raw().as_str(), |_| Ok(()))?;
        // What is sorted on the way would be written to the disk in the clear.
        connection.pragma_update(None, "temp_store", "MEMORY")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(…)")
    }
}

/// Whether the file can be read without a key. One that is missing or too short to tell cannot.
pub(crate) fn is_plain(path: &Path) -> io::Result<bool> {
    match files::beginning_of(path, PLAIN.len()) {
        Ok(start) => Ok(start == PLAIN),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Why a file could not be encrypted. It is as it was.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Files(io::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Files(error)
    }
}

/// Puts an encrypted copy in the place of a file that is not encrypted. After a crash at any moment one of the two is there,
/// whole. What stood on the disk is not overwritten: the system may still find its blocks.
///
/// Another process that has the file open is waited for, and then the file is left as it is.
pub(crate) fn encrypt(path: &Path, key: &Key) -> Result<(), Failure> {
    let copy = beside(path);
    // Left from a crash.
    if copy.exists() {
        fs::remove_file(&copy)?;
    }
    let done = write_copy(path, &copy, key).and_then(|()| {
        fs::rename(&copy, path)?;
        sync_folder(path)?;
        Ok(())
    });
    if done.is_err()
        && let Err(error) = fs::remove_file(&copy)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an unfinished copy of the database could not be removed");
    }
    done
}

fn write_copy(path: &Path, copy: &Path, key: &Key) -> Result<(), Failure> {
    let connection = open::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, None)?;
    // Folds the log into the file. Fails while another process has the file open.
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    // From here on nobody else writes to what is being copied.
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    files::create_private(copy)?;
    connection.execute("VACUUM INTO ?", [address(copy, key)?.as_str()])?;
    fs::File::options().write(true).open(copy)?.sync_all()?;
    Ok(())
}

/// The file as a URI with its key, as `VACUUM INTO` wants it.
fn address(path: &Path, key: &Key) -> io::Result<Zeroizing<String>> {
    let path = std::path::absolute(path)?;
    let mut url = Url::from_file_path(&path)
        .map_err(|()| io::Error::new(io::ErrorKind::InvalidInput, "the path cannot be written as a URI"))?;
    url.query_pairs_mut().append_pair("cipher", CIPHER).append_pair("key", &key.raw());
    Ok(Zeroizing::new(url.into()))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".encrypting");
    name.into()
}

/// Makes the new name last. Windows has no such thing.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        return fs::File::open(folder)?.sync_all();
    }
    #[cfg(not(unix))]
    let _has_no_such_thing = path;
    Ok(())
}
