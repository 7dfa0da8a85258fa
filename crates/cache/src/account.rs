//! Whose rows: one person at one server.

use crate::{Cache, CacheError, alive::remove_old_signs, error::Failure, salvage::KnownAccount};
use mobilecall_domain::{CompanyId, Timestamp, UserId};
use mobilecall_sqlite::rusqlite::{Connection, params};
use std::path::Path;

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
    cache: Cache,
    key: AccountKey,
    owner: Owner,
}

/// What a statement has to know of the account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    pub(crate) row: i64,
    pub(crate) user: UserId,
    /// See `accounts.first_used_at`.
    pub(crate) first_used_at: Timestamp,
}

impl Account {
    /// Who this is.
    pub fn key(&self) -> &AccountKey {
        &self.key
    }

    pub(crate) fn database_path(&self) -> &Path {
        self.cache.path()
    }

    fn owner(&self) -> Owner {
        Owner { first_used_at: self.owner.first_used_at.max(self.cache.begun_at()), ..self.owner }
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection, Owner) -> Result<T, Failure> + Clone + Send + 'static,
    ) -> Result<T, CacheError> {
        let owner = self.owner();
        self.cache.write(doing, move |connection| work(connection, owner)).await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection, Owner) -> Result<T, Failure> + Clone + Send + 'static,
    ) -> Result<T, CacheError> {
        let owner = self.owner();
        self.cache.read(doing, move |connection| work(connection, owner)).await
    }
}

impl Cache {
    /// The account's part of the database; made at `now` if it is new.
    pub async fn account(&self, key: &AccountKey, now: Timestamp) -> Result<Account, CacheError> {
        let AccountKey { server, company, user } = key.clone();
        let database = self.path().to_owned();
        let owner = self
            .write("open the account", move |connection| {
                let (company, name) = (company.to_string(), user.to_string());
                let insert = "INSERT INTO accounts (server, company_id, user_id, first_used_at) VALUES (?, ?, ?, ?)
                              ON CONFLICT DO NOTHING";
                connection.prepare_cached(insert)?.execute(params![server, company, name, now.as_millis()])?;
                let find = "SELECT id, first_used_at FROM accounts WHERE server = ? AND company_id = ? AND user_id = ?";
                let owner = |row: &mobilecall_sqlite::rusqlite::Row<'_>| {
                    Ok(Owner { row: row.get(0)?, user, first_used_at: Timestamp::from_millis(row.get(1)?) })
                };
                let found = connection.prepare_cached(find)?.query_row([server, company, name], owner)?;
                let mut runs = connection.prepare_cached("SELECT DISTINCT run FROM live")?;
                let with_calls = runs.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
                if let Err(error) = remove_old_signs(&database, &with_calls, now) {
                    tracing::debug!(%error, "signs of life of earlier runs stay");
                }
                Ok(found)
            })
            .await?;
        self.remember(KnownAccount { key: key.clone(), row: owner.row });
        Ok(Account { cache: self.clone(), key: key.clone(), owner })
    }
}
