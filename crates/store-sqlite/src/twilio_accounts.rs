//! Companies' own accounts at Twilio.

use crate::{
    SqliteStore,
    error::{Work, insert_failed},
    query::{execute, list},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::CompanyId;
use mobilecall_sqlite::rusqlite::{Connection, Params, Row, params};
use mobilecall_store::{Result, SealedSecret, StoreError, TwilioAccount, TwilioAccounts};
use std::collections::BTreeMap;

/// An account is as many rows as it has secrets: one statement, and so one moment for both.
macro_rules! accounts_where {
    ($condition:literal) => {
        concat!(
            "SELECT a.company_id, a.account_sid, a.settings, a.updated_at, s.name, s.key_id, s.sealed \
             FROM twilio_accounts AS a LEFT JOIN twilio_secrets AS s ON s.company_id = a.company_id WHERE ",
            $condition,
            " ORDER BY a.company_id"
        )
    };
}

#[async_trait]
impl TwilioAccounts for SqliteStore {
    async fn twilio_account(&self, company: CompanyId) -> Result<Option<TwilioAccount>> {
        self.read(move |connection| {
            Ok(read_accounts(connection, accounts_where!("a.company_id = ?"), [company.to_bytes()])?.pop())
        })
        .await
    }

    async fn set_twilio_account(&self, account: &TwilioAccount) -> Result<()> {
        let TwilioAccount { company_id, account_sid, settings, secrets, updated_at } = account.clone();
        self.write(move |connection| {
            let company = company_id.to_bytes();
            remove(connection, company_id)?;
            let settings = serde_json::to_string(&settings).map_err(|error| StoreError::Internal(error.into()))?;
            let insert =
                "INSERT INTO twilio_accounts (company_id, account_sid, settings, updated_at) VALUES (?, ?, ?, ?)";
            let values = params![company, account_sid, settings, updated_at.as_millis()];
            let inserted = connection.prepare_cached(insert)?.execute(values);
            inserted.map_err(|error| insert_failed(error, "account", "company"))?;
            let insert = "INSERT INTO twilio_secrets (company_id, name, key_id, sealed) VALUES (?, ?, ?, ?)";
            for (name, SealedSecret { key_id, bytes }) in secrets {
                execute(connection, insert, params![company, name, key_id, bytes])?;
            }
            Ok(())
        })
        .await
    }

    async fn remove_twilio_account(&self, company: CompanyId) -> Result<bool> {
        self.write(move |connection| remove(connection, company)).await
    }

    async fn twilio_accounts_of(&self, account_sid: &str) -> Result<Vec<TwilioAccount>> {
        let account_sid = account_sid.to_owned();
        self.read(move |connection| read_accounts(connection, accounts_where!("a.account_sid = ?"), [account_sid]))
            .await
    }

    async fn companies_with_twilio(&self) -> Result<Vec<CompanyId>> {
        self.read(|connection| {
            list(connection, "SELECT company_id FROM twilio_accounts ORDER BY company_id", [], |row| rows::id(row, 0))
        })
        .await
    }
}

fn remove(connection: &Connection, company: CompanyId) -> Work<bool> {
    execute(connection, "DELETE FROM twilio_secrets WHERE company_id = ?", [company.to_bytes()])?;
    Ok(execute(connection, "DELETE FROM twilio_accounts WHERE company_id = ?", [company.to_bytes()])? > 0)
}

fn read_account(row: &Row<'_>) -> Work<TwilioAccount> {
    let settings = serde_json::from_str(rows::text(row, 2)?);
    Ok(TwilioAccount {
        company_id: rows::id(row, 0)?,
        account_sid: rows::text(row, 1)?.to_owned(),
        settings: settings.map_err(|error| StoreError::Internal(error.into()))?,
        secrets: BTreeMap::new(),
        updated_at: rows::time(row, 3)?,
    })
}

fn read_accounts(connection: &Connection, sql: &str, parameters: impl Params) -> Work<Vec<TwilioAccount>> {
    let mut accounts: Vec<TwilioAccount> = Vec::new();
    for (account, secret) in list(connection, sql, parameters, |row| Ok((read_account(row)?, read_secret(row)?)))? {
        if accounts.last().is_none_or(|last| last.company_id != account.company_id) {
            accounts.push(account);
        }
        if let (Some(last), Some((name, sealed))) = (accounts.last_mut(), secret) {
            last.secrets.insert(name, sealed);
        }
    }
    Ok(accounts)
}

fn read_secret(row: &Row<'_>) -> Work<Option<(String, SealedSecret)>> {
    let Some(name) = rows::optional_text(row, 4)? else { return Ok(None) };
    let sealed = SealedSecret { key_id: rows::text(row, 5)?.to_owned(), bytes: row.get(6)? };
    Ok(Some((name.to_owned(), sealed)))
}
