//! Companies and people.

use crate::{
    SqliteStore,
    error::{Work, insert_failed},
    query::{execute, find, list},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, LineOrder, UserId};
use mobilecall_sqlite::rusqlite::{Connection, Row, params};
use mobilecall_store::{Area, Audience, Companies, Company, Person, Result, StoreError, User};
use serde_json::{Map, Value};

/// Columns that [`read_company`] reads.
macro_rules! company_columns {
    () => {
        "companies.id, companies.name, companies.region, companies.settings, companies.created_at, \
         companies.lines"
    };
}
/// Columns that [`read_user`] reads.
macro_rules! user_columns {
    () => {
        "users.id, users.company_id, users.username, users.name, users.extension, users.password_hash, users.role, \
         users.created_at"
    };
}
/// How many there are.
pub(crate) const USER_COLUMNS: usize = 8;
pub(crate) use {company_columns, user_columns};

#[async_trait]
impl Companies for SqliteStore {
    async fn create_company(&self, company: &Company) -> Result<()> {
        let company = company.clone();
        self.write(move |connection| {
            let insert =
                "INSERT INTO companies (id, name, region, settings, lines, created_at) VALUES (?, ?, ?, ?, ?, ?)";
            let (id, settings) = (company.id.to_bytes(), company.settings.to_string());
            let (lines, created_at) = (company.lines.to_string(), company.created_at.as_millis());
            let values = params![id, company.name, company.region, settings, lines, created_at];
            let inserted = connection.prepare_cached(insert)?.execute(values);
            inserted.map(drop).map_err(|error| insert_failed(error, "company name", "company"))
        })
        .await
    }

    async fn company(&self, company: CompanyId) -> Result<Option<Company>> {
        self.read(move |connection| find_company(connection, company.to_bytes())).await
    }

    async fn company_by_name(&self, name: &str) -> Result<Option<Company>> {
        let name = name.to_owned();
        self.read(move |connection| {
            let query = concat!("SELECT ", company_columns!(), " FROM companies WHERE name = ?");
            find(connection, query, [name], |row| read_company(row, 0))
        })
        .await
    }

    async fn companies(&self) -> Result<Vec<Company>> {
        self.read(|connection| {
            let query = concat!("SELECT ", company_columns!(), " FROM companies ORDER BY name");
            list(connection, query, [], |row| read_company(row, 0))
        })
        .await
    }

    async fn set_company_lines(&self, company: CompanyId, lines: &LineOrder) -> Result<Company> {
        let lines = lines.clone();
        self.change(move |connection, entries| {
            let id = company.to_bytes();
            let known = find_company(connection, id)?.ok_or(StoreError::NotFound("company"))?;
            if known.lines == lines {
                return Ok(known);
            }
            let update = "UPDATE companies SET lines = ? WHERE id = ?";
            execute(connection, update, params![lines.to_string(), id])?;
            entries.enter(connection, company, Area::Company, id, Audience::Everybody)?;
            Ok(Company { lines, ..known })
        })
        .await
    }

    async fn change_company_settings(&self, company: CompanyId, changes: &Map<String, Value>) -> Result<Company> {
        let changes = changes.clone();
        self.change(move |connection, entries| {
            let id = company.to_bytes();
            let known = find_company(connection, id)?.ok_or(StoreError::NotFound("company"))?;
            let mut settings = known.settings.as_object().cloned().unwrap_or_default();
            for (name, value) in changes {
                match value {
                    Value::Null => settings.remove(&name),
                    value @ (Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_)) => settings.insert(name, value),
                };
            }
            let settings = Value::Object(settings);
            if known.settings == settings {
                return Ok(known);
            }
            execute(connection, "UPDATE companies SET settings = ? WHERE id = ?", params![settings.to_string(), id])?;
            entries.enter(connection, company, Area::Company, id, Audience::Everybody)?;
            Ok(Company { settings, ..known })
        })
        .await
    }

    async fn create_user(&self, user: &User) -> Result<()> {
        let user = user.clone();
        self.change(move |connection, entries| {
            let insert = "INSERT INTO users (id, company_id, username, name, extension, password_hash, role, created_at) \
                          VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
            let User { id, company_id, username, name, extension, password_hash, role, created_at } = user;
            let (key, company, role) = (id.to_bytes(), company_id.to_bytes(), role.as_str());
            let created_at = created_at.as_millis();
            let values = params![key, company, username, name, extension, password_hash, role, created_at];
            let inserted = connection.prepare_cached(insert)?.execute(values);
            inserted.map_err(|error| {
                let about_extension = error.to_string().contains("users.extension");
                insert_failed(error, if about_extension { "extension" } else { "user name" }, "company")
            })?;
            entries.enter(connection, company_id, Area::Person, key, Audience::Everybody)?;
            Ok(())
        })
        .await
    }

    async fn user(&self, company: CompanyId, user: UserId) -> Result<Option<User>> {
        self.read(move |connection| {
            let query = concat!("SELECT ", user_columns!(), " FROM users WHERE company_id = ? AND id = ?");
            find(connection, query, [company.to_bytes(), user.to_bytes()], read_user)
        })
        .await
    }

    async fn user_by_username(&self, username: &str) -> Result<Option<User>> {
        let username = username.to_owned();
        self.read(move |connection| {
            let query = concat!("SELECT ", user_columns!(), " FROM users WHERE username = ?");
            find(connection, query, [username], read_user)
        })
        .await
    }

    async fn user_by_extension(&self, company: CompanyId, extension: &str) -> Result<Option<User>> {
        let extension = extension.to_owned();
        self.read(move |connection| {
            let query = concat!("SELECT ", user_columns!(), " FROM users WHERE company_id = ? AND extension = ?");
            find(connection, query, params![company.to_bytes(), extension], read_user)
        })
        .await
    }

    async fn usernames_by_extension(&self, company: CompanyId, beginning: &str, limit: u32) -> Result<Vec<String>> {
        let beginning = beginning.to_owned();
        self.read(move |connection| {
            // The colon is the sign behind the nine, so that the index of short numbers finds them.
            let query = "SELECT username FROM users WHERE company_id = ?1 AND extension >= ?2 AND extension < ?2 || ':' \
                         ORDER BY extension LIMIT ?3";
            let values = params![company.to_bytes(), beginning, limit];
            list(connection, query, values, |row| Ok(rows::text(row, 0)?.to_owned()))
        })
        .await
    }

    async fn users(&self, company: CompanyId) -> Result<Vec<User>> {
        self.read(move |connection| {
            let query = concat!("SELECT ", user_columns!(), " FROM users WHERE company_id = ? ORDER BY username");
            list(connection, query, [company.to_bytes()], read_user)
        })
        .await
    }
}

/// A person for the change log.
pub(crate) fn find_person(connection: &Connection, id: [u8; 16]) -> Work<Option<Person>> {
    find(connection, "SELECT id, username, name, extension FROM users WHERE id = ?", [id], |row| {
        Ok(Person {
            id: rows::id(row, 0)?,
            username: rows::text(row, 1)?.to_owned(),
            name: rows::text(row, 2)?.to_owned(),
            extension: rows::optional_text(row, 3)?.map(str::to_owned),
        })
    })
}

pub(crate) fn find_company(connection: &Connection, id: [u8; 16]) -> Work<Option<Company>> {
    let query = concat!("SELECT ", company_columns!(), " FROM companies WHERE id = ?");
    find(connection, query, [id], |row| read_company(row, 0))
}

/// A company whose columns begin at `first`.
pub(crate) fn read_company(row: &Row<'_>, first: usize) -> Work<Company> {
    let settings = serde_json::from_str(rows::text(row, first + 3)?);
    Ok(Company {
        id: rows::id(row, first)?,
        name: rows::text(row, first + 1)?.to_owned(),
        region: rows::text(row, first + 2)?.to_owned(),
        settings: settings.map_err(|error| StoreError::Internal(error.into()))?,
        created_at: rows::time(row, first + 4)?,
        lines: rows::word(row, first + 5)?,
    })
}

pub(crate) fn read_user(row: &Row<'_>) -> Work<User> {
    Ok(User {
        id: rows::id(row, 0)?,
        company_id: rows::id(row, 1)?,
        username: rows::text(row, 2)?.to_owned(),
        name: rows::text(row, 3)?.to_owned(),
        extension: rows::optional_text(row, 4)?.map(str::to_owned),
        password_hash: rows::text(row, 5)?.to_owned(),
        role: rows::word(row, 6)?,
        created_at: rows::time(row, 7)?,
    })
}
