//! Companies, people, and the server's identity.

use crate::{
    SqliteStore,
    error::{failed, insert_failed},
    rows::{self, COMPANY_COLUMNS, Id, USER_COLUMNS},
};
use mobilecall_domain::{CompanyId, UserId};
use mobilecall_store::{Company, Result, ServerIdentity, StoreError, User};
use sqlx::{QueryBuilder, Sqlite, sqlite::SqliteRow};

impl SqliteStore {
    pub(crate) async fn hold_identity(&self, fresh: ServerIdentity) -> Result<ServerIdentity> {
        let insert = "INSERT INTO server (singleton, account_sid, key_sid, app_sid, voice_secret, session_secret) \
                      VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (singleton) DO NOTHING";
        sqlx::query(insert)
            .bind(fresh.account_sid)
            .bind(fresh.key_sid)
            .bind(fresh.app_sid)
            .bind(fresh.voice_secret)
            .bind(fresh.session_secret)
            .execute(&self.writer)
            .await
            .map_err(failed)?;
        let row = sqlx::query("SELECT * FROM server").fetch_one(&self.writer).await.map_err(failed)?;
        Ok(ServerIdentity {
            account_sid: rows::get(&row, "account_sid")?,
            key_sid: rows::get(&row, "key_sid")?,
            app_sid: rows::get(&row, "app_sid")?,
            voice_secret: rows::get(&row, "voice_secret")?,
            session_secret: rows::get(&row, "session_secret")?,
        })
    }

    pub(crate) async fn add_company(&self, company: &Company) -> Result<()> {
        sqlx::query("INSERT INTO companies (id, name, region, settings, created_at) VALUES (?, ?, ?, ?, ?)")
            .bind(company.id.to_bytes())
            .bind(&company.name)
            .bind(&company.region)
            .bind(company.settings.to_string())
            .bind(company.created_at.as_millis())
            .execute(&self.writer)
            .await
            .map_err(|error| insert_failed(error, "company name", "company"))?;
        Ok(())
    }

    pub(crate) async fn find_company(&self, company: CompanyId) -> Result<Company> {
        let mut query = select(COMPANY_COLUMNS, "companies");
        query.push(" WHERE id = ").push_bind(company.to_bytes());
        self.one(query, "company", rows::company).await
    }

    pub(crate) async fn find_company_by_name(&self, name: &str) -> Result<Company> {
        let mut query = select(COMPANY_COLUMNS, "companies");
        query.push(" WHERE name = ").push_bind(name.to_owned());
        self.one(query, "company", rows::company).await
    }

    pub(crate) async fn all_companies(&self) -> Result<Vec<Company>> {
        let mut query = select(COMPANY_COLUMNS, "companies");
        query.push(" ORDER BY name");
        self.many(query, rows::company).await
    }

    pub(crate) async fn add_user(&self, user: &User) -> Result<()> {
        let insert = "INSERT INTO users (id, company_id, username, name, extension, password_hash, role, created_at) \
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        sqlx::query(insert)
            .bind(user.id.to_bytes())
            .bind(user.company_id.to_bytes())
            .bind(&user.username)
            .bind(&user.name)
            .bind(&user.extension)
            .bind(&user.password_hash)
            .bind(user.role.as_str())
            .bind(user.created_at.as_millis())
            .execute(&self.writer)
            .await
            .map_err(|error| {
                let about_extension =
                    error.as_database_error().is_some_and(|error| error.message().contains("users.extension"));
                insert_failed(error, if about_extension { "extension" } else { "user name" }, "company")
            })?;
        Ok(())
    }

    pub(crate) async fn find_user(&self, company: CompanyId, user: UserId) -> Result<User> {
        let mut query = select(USER_COLUMNS, "users");
        query.push(" WHERE company_id = ").push_bind(company.to_bytes());
        query.push(" AND id = ").push_bind(user.to_bytes());
        self.one(query, "user", rows::user).await
    }

    pub(crate) async fn find_username(&self, username: &str) -> Result<User> {
        let mut query = select(USER_COLUMNS, "users");
        query.push(" WHERE username = ").push_bind(username.to_owned());
        self.one(query, "user", rows::user).await
    }

    pub(crate) async fn find_extension(&self, company: CompanyId, extension: &str) -> Result<User> {
        let mut query = select(USER_COLUMNS, "users");
        query.push(" WHERE company_id = ").push_bind(company.to_bytes());
        query.push(" AND extension = ").push_bind(extension.to_owned());
        self.one(query, "user", rows::user).await
    }

    pub(crate) async fn all_users(&self, company: CompanyId) -> Result<Vec<User>> {
        let mut query = select(USER_COLUMNS, "users");
        query.push(" WHERE company_id = ").push_bind(company.to_bytes()).push(" ORDER BY username");
        self.many(query, rows::user).await
    }

    async fn one<T>(
        &self,
        mut query: QueryBuilder<Sqlite>,
        what: &'static str,
        read: fn(&SqliteRow) -> Result<T>,
    ) -> Result<T> {
        let row = query.build().fetch_optional(&self.reader).await.map_err(failed)?;
        read(&row.ok_or(StoreError::NotFound(what))?)
    }

    async fn many<T>(&self, mut query: QueryBuilder<Sqlite>, read: fn(&SqliteRow) -> Result<T>) -> Result<Vec<T>> {
        query.build().fetch_all(&self.reader).await.map_err(failed)?.iter().map(read).collect()
    }
}

fn select(columns: &str, table: &str) -> QueryBuilder<Sqlite> {
    QueryBuilder::new(format!("SELECT {columns} FROM {table}"))
}
