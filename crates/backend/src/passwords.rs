//! Password hashes: argon2id, off the runtime's threads, a bounded number at once.

use crate::config::PasswordCost;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash,
};
use std::sync::Arc;
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
}

impl Passwords {
    pub(crate) async fn new(cost: PasswordCost) -> Result<Self, PasswordError> {
        let dummy = task::spawn_blocking(move || hash_password("nobody's password", cost)).await;
        let dummy = dummy.expect("hashing does not panic")?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { dummy: dummy.into(), turns: Arc::new(Semaphore::new(cores)) })
    }

    /// Whether the password fits the hash; `None` takes the same time and fits nothing. Cancel-safe.
    pub(crate) async fn fits(&self, password: String, hash: Option<String>) -> bool {
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed");
        let dummy = Arc::clone(&self.dummy);
        let verdict = task::spawn_blocking(move || {
            let _turn = turn;
            let known = hash.as_deref().and_then(|hash| PasswordHash::new(hash).ok());
            let fits = |hash: &PasswordHash| Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
            match known {
                Some(hash) => fits(&hash),
                None => {
                    let dummy = PasswordHash::new(&dummy).expect("the dummy is a hash of ours");
                    fits(&dummy);
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

    #[test]
    fn lengths_are_checked() {
        for bad in [String::new(), "x".repeat(1025)] {
            assert!(matches!(hash_password(&bad, PasswordCost::FOR_TESTS), Err(PasswordError::Length)));
        }
        assert!(hash_password(&"x".repeat(1024), PasswordCost::FOR_TESTS).is_ok());
    }
}
