//! Whose rows: one person at one server.

use crate::{Cache, CacheError, alive::remove_old_signs, error::Failure, salvage::KnownAccount};
use mobilecall_domain::{CompanyId, Timestamp, UserId};
use mobilecall_sqlite::rusqlite::{self, Connection, OptionalExtension as _, params};
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
    /// The account's part of the database; made at `now` if it is new. Nothing is written if it is not, so that signing in
    /// waits for nobody who holds the database.
    pub async fn account(&self, key: &AccountKey, now: Timestamp) -> Result<Account, CacheError> {
        let (database, known) = (self.path().to_owned(), key.clone());
        let found = self
            .read("look for the account", move |connection| {
                let mut runs = connection.prepare_cached("SELECT DISTINCT run FROM live")?;
                let with_calls = runs.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
                if let Err(error) = remove_old_signs(&database, &with_calls, now) {
                    tracing::debug!(%error, "signs of life of earlier runs stay");
                }
                find(connection, &known)
            })
            .await?;
        let owner = match found {
            Some(owner) => owner,
            None => self.make_account(key.clone(), now).await?,
        };
        self.remember(KnownAccount { key: key.clone(), row: owner.row });
        Ok(Account { cache: self.clone(), key: key.clone(), owner })
    }

    async fn make_account(&self, key: AccountKey, now: Timestamp) -> Result<Owner, CacheError> {
        self.write("open the account", move |connection| {
            let AccountKey { server, company, user } = &key;
            let insert = "INSERT INTO accounts (server, company_id, user_id, first_used_at) VALUES (?, ?, ?, ?)
                          ON CONFLICT DO NOTHING";
            let values = params![server, company.to_string(), user.to_string(), now.as_millis()];
            connection.prepare_cached(insert)?.execute(values)?;
            // Another process may have made it just before.
            find(connection, &key)?.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
        })
        .await
    }
}

fn find(connection: &Connection, key: &AccountKey) -> Result<Option<Owner>, Failure> {
    let AccountKey { server, company, user } = key;
    let find = "SELECT id, first_used_at FROM accounts WHERE server = ? AND company_id = ? AND user_id = ?";
    let owner = |row: &rusqlite::Row<'_>| {
        Ok(Owner { row: row.get(0)?, user: *user, first_used_at: Timestamp::from_millis(row.get(1)?) })
    };
    let values = params![server, company.to_string(), user.to_string()];
    Ok(connection.prepare_cached(find)?.query_row(values, owner).optional()?)
}
