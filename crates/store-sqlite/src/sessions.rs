//! Sessions and their refresh tokens.

use crate::{
    SqliteStore,
    error::{failed, insert_failed},
    rows::{self, COMPANY_COLUMNS, Id, USER_COLUMNS},
};
use mobilecall_domain::{CompanyId, SessionId, Timestamp};
use mobilecall_store::{NewSession, Principal, RefreshHash, RefreshPolicy, Refreshed, Result, StoreError};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

impl SqliteStore {
    pub(crate) async fn add_session(&self, session: &NewSession) -> Result<()> {
        let mut transaction = self.write().await?;
        let now = session.created_at.as_millis();
        let insert = "INSERT INTO sessions (id, company_id, user_id, created_at, last_used_at) VALUES (?, ?, ?, ?, ?)";
        sqlx::query(insert)
            .bind(session.id.to_bytes())
            .bind(session.company_id.to_bytes())
            .bind(session.user_id.to_bytes())
            .bind(now)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(|error| insert_failed(error, "session", "user"))?;
        add_token(&mut transaction, session.id, session.refresh).await?;
        transaction.commit().await.map_err(failed)
    }

    pub(crate) async fn find_principal(&self, company: CompanyId, session: SessionId) -> Result<Principal> {
        let mut connection = self.reader.acquire().await.map_err(failed)?;
        principal(&mut connection, company, session).await
    }

    pub(crate) async fn exchange(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        policy: RefreshPolicy,
        now: Timestamp,
    ) -> Result<Refreshed> {
        // Anybody may send anything here, so a text that is no token must not take the writer's time.
        let known = sqlx::query("SELECT 1 FROM refresh_tokens WHERE hash = ?").bind(presented.0.to_vec());
        if known.fetch_optional(&self.reader).await.map_err(failed)?.is_none() {
            return Ok(Refreshed::Unknown);
        }
        let mut transaction = self.write().await?;
        let find = "SELECT t.used_at, s.id, s.company_id, s.revoked_at, s.last_used_at \
                    FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = ?";
        let row =
            sqlx::query(find).bind(presented.0.to_vec()).fetch_optional(&mut *transaction).await.map_err(failed)?;
        let Some(row) = row else { return Ok(Refreshed::Unknown) };
        let session: SessionId = rows::id(&row, "id")?;
        let company: CompanyId = rows::id(&row, "company_id")?;
        let last_used = Timestamp::from_millis(rows::get(&row, "last_used_at")?);
        if rows::optional_time(&row, "revoked_at")?.is_some() || now.since(last_used) > policy.idle {
            return Ok(Refreshed::Ended);
        }
        if rows::optional_time(&row, "used_at")?.is_some_and(|used| now.since(used) > policy.grace) {
            revoke(&mut transaction, company, session, now).await?;
            transaction.commit().await.map_err(failed)?;
            return Ok(Refreshed::Reused(session));
        }
        use_up(&mut transaction, session, now).await?;
        forget_used(&mut transaction, session, now.minus(policy.remember)).await?;
        add_token(&mut transaction, session, next).await?;
        let principal = principal(&mut transaction, company, session).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(Refreshed::Rotated(Box::new(principal)))
    }

    pub(crate) async fn end_session(&self, company: CompanyId, session: SessionId, now: Timestamp) -> Result<()> {
        let mut connection = self.writer.acquire().await.map_err(failed)?;
        revoke(&mut connection, company, session, now).await
    }

    pub(crate) async fn remove_sessions(&self, before: Timestamp) -> Result<u64> {
        let removed = sqlx::query("DELETE FROM sessions WHERE last_used_at < ?")
            .bind(before.as_millis())
            .execute(&self.writer)
            .await
            .map_err(failed)?;
        Ok(removed.rows_affected())
    }
}

async fn principal(connection: &mut SqliteConnection, company: CompanyId, session: SessionId) -> Result<Principal> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!(
        "SELECT {USER_COLUMNS}, {COMPANY_COLUMNS} FROM sessions \
         JOIN users ON users.company_id = sessions.company_id AND users.id = sessions.user_id \
         JOIN companies ON companies.id = sessions.company_id \
         WHERE sessions.revoked_at IS NULL AND sessions.company_id = "
    ));
    query.push_bind(company.to_bytes()).push(" AND sessions.id = ").push_bind(session.to_bytes());
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    let row = row.ok_or(StoreError::NotFound("session"))?;
    Ok(Principal { session_id: session, user: rows::user(&row)?, company: rows::company(&row)? })
}

/// Every token of the session that is still good is used from now on.
async fn use_up(connection: &mut SqliteConnection, session: SessionId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE refresh_tokens SET used_at = ? WHERE session_id = ? AND used_at IS NULL")
        .bind(now.as_millis())
        .bind(session.to_bytes())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    sqlx::query("UPDATE sessions SET last_used_at = ? WHERE id = ?")
        .bind(now.as_millis())
        .bind(session.to_bytes())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn forget_used(connection: &mut SqliteConnection, session: SessionId, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM refresh_tokens WHERE session_id = ? AND used_at < ?")
        .bind(session.to_bytes())
        .bind(before.as_millis())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn add_token(connection: &mut SqliteConnection, session: SessionId, hash: RefreshHash) -> Result<()> {
    sqlx::query("INSERT INTO refresh_tokens (hash, session_id) VALUES (?, ?)")
        .bind(hash.0.to_vec())
        .bind(session.to_bytes())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn revoke(
    connection: &mut SqliteConnection,
    company: CompanyId,
    session: SessionId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE sessions SET revoked_at = ? WHERE company_id = ? AND id = ? AND revoked_at IS NULL")
        .bind(now.as_millis())
        .bind(company.to_bytes())
        .bind(session.to_bytes())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
