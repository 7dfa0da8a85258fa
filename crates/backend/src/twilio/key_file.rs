//! The file of the server's secret keys.

use super::sealing::{SecretKeys, SecretKeysError};
use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// More is no file of keys.
const MAX_BYTES: u64 = 64 * 1024;

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file can be neither read nor made.
    #[error("the file of secret keys {} cannot be used: give this user access to it and its folder", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It holds something else.
    #[error("the file of secret keys {} cannot be used", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: SecretKeysError,
    },
    /// Others may read it.
    #[error("others may read the file of secret keys {}: run chmod 600 on it", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
    },
}

/// Where the server's keys come from. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct SecretKeyStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    keys: OnceLock<SecretKeys>,
}

impl SecretKeyStore {
    /// In a file, which is read, or made, when a secret is first sealed or opened.
    pub fn in_file(path: PathBuf) -> Self {
        Self(Arc::new(Inner { path, keys: OnceLock::new() }))
    }

    /// Reads or makes the file now.
    pub fn load(&self) -> Result<&SecretKeys, KeyFileError> {
        if let Some(keys) = self.0.keys.get() {
            return Ok(keys);
        }
        let keys = secret_keys(&self.0.path)?;
        Ok(self.0.keys.get_or_init(|| keys))
    }
}

/// Reads the keys, or, if there is no such file, makes it with a fresh key that only this user may read.
fn secret_keys(path: &Path) -> Result<SecretKeys, KeyFileError> {
    let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
    match make(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let file = File::open(path).map_err(failed)?;
    if is_open_to_others(&file).map_err(failed)? {
        return Err(KeyFileError::Open { path: path.to_owned() });
    }
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(failed)?;
    SecretKeys::parse(&text).map_err(|source| KeyFileError::Content { path: path.to_owned(), source })
}

fn make(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{}", SecretKeys::generate().expose())?;
    // What is sealed with a key that a power cut took away can never be read again.
    file.sync_all()
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let sealed = secret_keys(&path).unwrap().seal("here", "secret");
        let opened = secret_keys(&path).unwrap().open("here", &sealed).unwrap();
        assert_eq!(opened.expose(), "secret");
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("missing/secret.key");
        assert!(matches!(secret_keys(&nowhere), Err(KeyFileError::Io { .. })));
        let path = folder.path().join("secret.key");
        std::fs::write(&path, "no key").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
            let said = secret_keys(&path).unwrap_err().to_string();
            assert!(said.contains("chmod 600"), "{said}");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        assert!(matches!(secret_keys(&path), Err(KeyFileError::Content { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "no key", "it is left as it was");
    }
}
