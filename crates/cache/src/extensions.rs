//! Whose the extensions are, as the server said last: a record names a colleague by the extension or by the user name.

use crate::{Account, CacheError, account::Owner, error::Failure};
use mobilecall_domain::search::MOST_PEOPLE;
use mobilecall_sqlite::rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
        // Of somebody who is named twice the last is true.
        let changed: BTreeMap<_, _> = people.into_iter().collect();
        let given: BTreeSet<_> = changed.values().flatten().cloned().collect();
        let mut known = self.known_extensions().await?;
        // That somebody else has given an extension away may be told after who has it now.
        known.retain(|known| !changed.contains_key(&known.username) && !given.contains(&known.extension));
        let new = changed
            .into_iter()
            .filter_map(|(username, extension)| extension.map(|extension| KnownExtension { username, extension }));
        known.extend(new);
        self.keep_extensions(known).await
    }

    /// The user names of those whose extension begins with these digits, by extension.
    pub(crate) async fn people_with(&self, beginning: &str) -> Result<Vec<String>, CacheError> {
        let mut known = self.known_extensions().await?;
        known.retain(|known| known.extension.starts_with(beginning));
        known.sort_by(|one, other| one.extension.cmp(&other.extension));
        known.truncate(MOST_PEOPLE as usize);
        Ok(known.into_iter().map(|known| known.username).collect())
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

/// Begins the names under which extensions are kept; the number of the account follows.
const SETTING: &str = "extensions ";

/// The name under which an account's extensions are kept.
fn setting(owner: Owner) -> String {
    format!("{SETTING}{}", owner.row)
}

/// The number of the account whose extensions are kept under the name.
pub(crate) fn account_of(name: &str) -> Option<i64> {
    name.strip_prefix(SETTING)?.parse().ok()
}
