//! Whose the extensions are, as the server said last: a record names a colleague by the extension or by the user name.

use crate::{Account, CacheError, account::Owner, error::Failure};
use mobilecall_sqlite::rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

/// An extension and whose it is. Without `Debug`, which would show both.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KnownExtension {
    /// User name.
    pub username: String,
    /// Short number.
    pub extension: String,
}

impl Account {
    /// Keeps everybody's extensions in place of those before. Says whether any is different; if none is, nothing is written.
    pub async fn keep_extensions(&self, mut extensions: Vec<KnownExtension>) -> Result<bool, CacheError> {
        extensions.sort();
        let text = serde_json::to_string(&extensions)
            .map_err(|source| CacheError::BadSetting { name: "extensions".to_owned(), source })?;
        let known = self.read("read the extensions", find).await?;
        if known.as_deref() == Some(&*text) {
            return Ok(false);
        }
        self.write("keep the extensions", move |connection, owner| {
            let sql =
                "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
            connection.prepare_cached(sql)?.execute(params![setting(owner), text])?;
            Ok(true)
        })
        .await
    }

    /// Keeps which extension these people have now, if any, beside the others'. Says whether any is different.
    pub async fn change_extensions(&self, people: Vec<(String, Option<String>)>) -> Result<bool, CacheError> {
        let mut known = self.known_extensions().await?;
        for (username, extension) in people {
            known.retain(|known| known.username != username);
            known.extend(extension.map(|extension| KnownExtension { username, extension }));
        }
        self.keep_extensions(known).await
    }

    /// The user name of whoever has the extension.
    pub(crate) async fn person_with(&self, extension: &str) -> Result<Option<String>, CacheError> {
        let known = self.known_extensions().await?;
        Ok(known.into_iter().find(|known| known.extension == extension).map(|known| known.username))
    }

    async fn known_extensions(&self) -> Result<Vec<KnownExtension>, CacheError> {
        let Some(text) = self.read("read the extensions", find).await? else { return Ok(Vec::new()) };
        serde_json::from_str(&text).map_err(|source| CacheError::BadSetting { name: "extensions".to_owned(), source })
    }
}

fn find(connection: &Connection, owner: Owner) -> Result<Option<String>, Failure> {
    let sql = "SELECT value FROM settings WHERE name = ?";
    Ok(connection.prepare_cached(sql)?.query_row([setting(owner)], |row| row.get(0)).optional()?)
}

/// The name under which an account's extensions are kept.
fn setting(owner: Owner) -> String {
    format!("extensions {}", owner.row)
}
