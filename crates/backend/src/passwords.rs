//! Password hashes: argon2id, off the runtime's threads, as many at once as there are cores, in memory that is kept.

use crate::config::PasswordCost;
use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHasher as _, Version,
    password_hash::phc::{Output, PasswordHash},
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{sync::Semaphore, task};

/// Longest password in bytes; hashing a longer one would cost the server more than the client.
pub(crate) const MAX_PASSWORD_BYTES: usize = 1024;

/// A password cannot be hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Empty or longer than 1024 bytes.
    #[error("a password has 1 to {MAX_PASSWORD_BYTES} bytes: choose another one")]
    Length,
    /// The cost is outside what argon2 allows.
    #[error("the password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
}

/// Hashes a new password into PHC form. Takes some 20 ms of CPU: do not call it on a thread that serves requests.
pub fn hash_password(password: &str, cost: PasswordCost) -> Result<String, PasswordError> {
    if password.is_empty() || password.len() > MAX_PASSWORD_BYTES {
        return Err(PasswordError::Length);
    }
    let params = Params::new(cost.memory_kib, cost.passes, 1, None);
    let params = params.map_err(|error| PasswordError::Hash(error.into()))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon2.hash_password(password.as_bytes()).map_err(PasswordError::Hash)?.to_string())
}

/// Checks passwords.
pub(crate) struct Passwords {
    /// Compared with when there is no such user, so that the answer takes as long as for a wrong password.
    dummy: Arc<str>,
    /// Each hash takes 19 MiB and a core: as many at once as there are cores, the rest waits.
    turns: Arc<Semaphore>,
    memory: Arc<Memory>,
}

/// What was used for a hash, for the next: one piece for each that runs at once. Given back to the system and asked for
/// anew by ever other threads, it would be kept by each thread's part of the heap.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Lends a piece of so many blocks.
    fn with<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut piece = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if piece.len() < blocks {
            piece.resize(blocks, Block::default());
        }
        let done = work(&mut piece[..blocks]);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
        done
    }

    /// Whether the password fits the hash, which is of the form that [`hash_password`] makes.
    fn fits(&self, password: &[u8], hash: &PasswordHash) -> bool {
        self.hash_like(password, hash).is_some_and(|found| Some(found) == hash.hash)
    }

    /// The password's hash by the parameters and salt of another; `None` if that one is not of argon2.
    fn hash_like(&self, password: &[u8], hash: &PasswordHash) -> Option<Output> {
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
        let params = Params::try_from(hash).ok()?;
        let (salt, length) = (hash.salt.as_ref()?, hash.hash.as_ref()?.len());
        let mut bytes = [0; Output::MAX_LENGTH];
        let out = bytes.get_mut(..length)?;
        let blocks = params.block_count();
        let argon2 = Argon2::new(algorithm, version, params);
        self.with(blocks, |memory| argon2.hash_password_into_with_memory(password, salt, out, memory)).ok()?;
        Output::new(out).ok()
    }
}

impl Passwords {
    pub(crate) async fn new(cost: PasswordCost) -> Result<Self, PasswordError> {
        let dummy = task::spawn_blocking(move || hash_password("nobody's password", cost)).await;
        let dummy = dummy.expect("hashing does not panic")?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { dummy: dummy.into(), turns: Arc::new(Semaphore::new(cores)), memory: Arc::default() })
    }

    /// Whether the password fits the hash; `None` takes the same time and fits nothing. Cancel-safe.
    pub(crate) async fn fits(&self, password: String, hash: Option<String>) -> bool {
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed");
        let (dummy, memory) = (Arc::clone(&self.dummy), Arc::clone(&self.memory));
        let verdict = task::spawn_blocking(move || {
            let _turn = turn;
            let known = hash.as_deref().and_then(|hash| PasswordHash::new(hash).ok());
            match known {
                Some(hash) => memory.fits(password.as_bytes(), &hash),
                None => {
                    let dummy = PasswordHash::new(&dummy).expect("the dummy is a hash of ours");
                    memory.fits(password.as_bytes(), &dummy);
                    false
                }
            }
        });
        verdict.await.expect("verifying does not panic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let passwords = Passwords::new(PasswordCost::FOR_TESTS).await.unwrap();
        let hash = hash_password("correct horse", PasswordCost::FOR_TESTS).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(passwords.fits("correct horse".to_owned(), Some(hash.clone())).await);
        assert!(!passwords.fits("Correct horse".to_owned(), Some(hash)).await);
        assert!(!passwords.fits("nobody's password".to_owned(), None).await);
        assert!(!passwords.fits("nobody's password".to_owned(), Some("none".to_owned())).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn memory_is_kept_for_the_next_and_no_more_of_it() {
        let cost = PasswordCost { memory_kib: 64, passes: 1 };
        let passwords = Arc::new(Passwords::new(cost).await.unwrap());
        let hash = hash_password("correct horse", cost).unwrap();
        let mut tries = task::JoinSet::new();
        for number in 0..200 {
            let (passwords, hash) = (Arc::clone(&passwords), Some(hash.clone()).filter(|_| number % 2 == 0));
            tries.spawn(async move { passwords.fits(format!("guess {number}"), hash).await });
        }
        assert!(tries.join_all().await.iter().all(|fits| !fits));
        let kept: Vec<usize> = passwords.memory.0.lock().unwrap().iter().map(Vec::len).collect();
        assert!(kept.iter().all(|blocks| *blocks == 64), "{kept:?}");
        assert!((1..=passwords.turns.available_permits()).contains(&kept.len()), "{kept:?}");
        assert!(passwords.fits("correct horse".to_owned(), Some(hash)).await, "used memory does no harm");
    }

    #[test]
    fn lengths_are_checked() {
        for bad in [String::new(), "x".repeat(1025)] {
            assert!(matches!(hash_password(&bad, PasswordCost::FOR_TESTS), Err(PasswordError::Length)));
        }
        assert!(hash_password(&"x".repeat(1024), PasswordCost::FOR_TESTS).is_ok());
    }
}
