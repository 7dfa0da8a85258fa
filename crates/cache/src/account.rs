//! Whose rows: one person at one server.

use crate::{Cache, CacheError};
use mobilecall_domain::{CompanyId, Timestamp, UserId};

/// Identifies an account on this device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountKey {
    /// The server: its URL, or `embedded` for the one inside the app, whose port may change.
    pub server: String,
    /// The company there.
    pub company: CompanyId,
    /// The person.
    pub user: UserId,
}

/// The rows of one account; cheap to clone.
#[derive(Clone, Debug)]
pub struct Account {
    pub(crate) cache: Cache,
    pub(crate) row: i64,
    pub(crate) key: AccountKey,
    /// See `accounts.first_used_at`.
    pub(crate) first_used_at: Timestamp,
}

impl Account {
    /// Who this is.
    pub fn key(&self) -> &AccountKey {
        &self.key
    }
}

impl Cache {
    /// The account's part of the database; made at `now` if it is new.
    pub async fn account(&self, key: &AccountKey, now: Timestamp) -> Result<Account, CacheError> {
        let failed = || CacheError::storage("open the account");
        sqlx::query(
            "INSERT INTO accounts (server, company_id, user_id, first_used_at) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(&key.server)
        .bind(key.company.to_string())
        .bind(key.user.to_string())
        .bind(now.as_millis())
        .execute(&self.writer)
        .await
        .map_err(failed())?;
        let (row, first_used_at): (i64, i64) = sqlx::query_as(
            "SELECT id, first_used_at FROM accounts WHERE server = ? AND company_id = ? AND user_id = ?",
        )
        .bind(&key.server)
        .bind(key.company.to_string())
        .bind(key.user.to_string())
        .fetch_one(&self.writer)
        .await
        .map_err(failed())?;
        let first_used_at = Timestamp::from_millis(first_used_at);
        Ok(Account { cache: self.clone(), row, key: key.clone(), first_used_at })
    }
}
