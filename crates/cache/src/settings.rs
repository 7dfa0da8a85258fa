//! Values by name, kept as JSON.

use crate::{Cache, CacheError};
use serde::{Serialize, de::DeserializeOwned};

impl Cache {
    /// Reads a value; `None` if it was never stored.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CacheError> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.readers)
            .await
            .map_err(CacheError::storage("read a setting"))?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|source| CacheError::BadSetting { name: name.to_owned(), source })
    }

    /// Stores a value in place of the one before.
    pub async fn store_setting<T: Serialize>(&self, name: &str, value: &T) -> Result<(), CacheError> {
        let text =
            serde_json::to_string(value).map_err(|source| CacheError::BadSetting { name: name.to_owned(), source })?;
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(text)
        .execute(&self.writer)
        .await
        .map_err(CacheError::storage("store a setting"))?;
        Ok(())
    }
}
