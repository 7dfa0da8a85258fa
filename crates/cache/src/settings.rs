//! Values by name, kept as JSON.

use crate::{Cache, CacheError};
use mobilecall_sqlite::rusqlite::OptionalExtension as _;
use serde::{Serialize, de::DeserializeOwned};

impl Cache {
    /// Reads a value; `None` if it was never stored.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CacheError> {
        let key = name.to_owned();
        let text: Option<String> = self
            .read("read a setting", move |connection| {
                let mut statement = connection.prepare_cached("SELECT value FROM settings WHERE name = ?")?;
                Ok(statement.query_row([key], |row| row.get(0)).optional()?)
            })
            .await?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|source| CacheError::BadSetting { name: name.to_owned(), source })
    }

    /// Stores a value in place of the one before.
    pub async fn store_setting<T: Serialize>(&self, name: &str, value: &T) -> Result<(), CacheError> {
        let name = name.to_owned();
        let text =
            serde_json::to_string(value).map_err(|source| CacheError::BadSetting { name: name.clone(), source })?;
        self.write("store a setting", move |connection| {
            let sql = "INSERT INTO settings (name, value) VALUES (?, ?)
                       ON CONFLICT DO UPDATE SET value = excluded.value";
            connection.prepare_cached(sql)?.execute([name, text])?;
            Ok(())
        })
        .await
    }
}
