//! Sessions in the keyring of the operating system.
//!
//! A keyring may block for as long as its owner looks at a prompt, so every call runs on a thread of its own and is
//! given up after a while; the engine then keeps the session in memory and says so.

use async_trait::async_trait;
use keyring::{Entry, Error};
use mobilecall_domain::Private;
use mobilecall_softphone::{SecretStore, SecretStoreUnavailable};
use std::time::Duration;
use tokio::{task, time};

/// The name under which the keyring shows our entries.
const SERVICE: &str = "mobile-call";
/// A keyring that is open answers within a tenth of this.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// The operating system's keyring.
#[derive(Debug)]
pub(crate) struct Keyring;

#[async_trait]
impl SecretStore for Keyring {
    async fn get(&self, name: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        let found = with_entry(name, |entry| entry.get_password()).await?;
        Ok(found.map(Private::new))
    }

    async fn set(&self, name: &str, secret: &Private<String>) -> Result<(), SecretStoreUnavailable> {
        let secret = secret.clone();
        with_entry(name, move |entry| entry.set_password(secret.expose())).await?;
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), SecretStoreUnavailable> {
        with_entry(name, |entry| entry.delete_credential()).await?;
        Ok(())
    }
}

/// Does something with an entry away from the async threads; `None` if there is no such entry.
async fn with_entry<T, F>(name: &str, work: F) -> Result<Option<T>, SecretStoreUnavailable>
where
    T: Send + 'static,
    F: FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
{
    let name = name.to_owned();
    let done = task::spawn_blocking(move || Entry::new(SERVICE, &name).and_then(|entry| work(&entry)));
    match time::timeout(ANSWER_LIMIT, done).await {
        Ok(Ok(Ok(value))) => Ok(Some(value)),
        Ok(Ok(Err(Error::NoEntry))) => Ok(None),
        Ok(Ok(Err(error))) => Err(SecretStoreUnavailable(error.to_string())),
        Ok(Err(panicked)) => Err(SecretStoreUnavailable(panicked.to_string())),
        Err(_) => Err(SecretStoreUnavailable(format!(
            "it did not answer within {} s; it may be locked",
            ANSWER_LIMIT.as_secs()
        ))),
    }
}
