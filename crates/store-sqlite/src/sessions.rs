//! Sessions and their refresh tokens.

use crate::{
    SqliteStore,
    companies::{USER_COLUMNS, company_columns, read_company, read_user, user_columns},
    error::{Work, insert_failed},
    query::{execute, find},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, SessionId, Timestamp};
use mobilecall_sqlite::rusqlite::{Connection, Row, params};
use mobilecall_store::{NewSession, Principal, RefreshHash, RefreshPolicy, Refreshed, Result, Sessions, StoreError};

#[async_trait]
impl Sessions for SqliteStore {
    async fn create_session(&self, session: &NewSession) -> Result<()> {
        let session = session.clone();
        self.write(move |connection| {
            let now = session.created_at.as_millis();
            let insert =
                "INSERT INTO sessions (id, company_id, user_id, created_at, last_used_at) VALUES (?, ?, ?, ?, ?)";
            let (id, company, user) =
                (session.id.to_bytes(), session.company_id.to_bytes(), session.user_id.to_bytes());
            let inserted = connection.prepare_cached(insert)?.execute(params![id, company, user, now, now]);
            inserted.map_err(|error| insert_failed(error, "session", "user"))?;
            add_token(connection, session.id, session.refresh, None)
        })
        .await
    }

    async fn principal(&self, company: CompanyId, session: SessionId) -> Result<Option<Principal>> {
        self.read(move |connection| principal(connection, company, session)).await
    }

    async fn refresh(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        policy: RefreshPolicy,
        now: Timestamp,
    ) -> Result<Refreshed> {
        // Anybody may send anything here, so a text that is no token must not take the writer's time.
        let known = move |connection: &Connection| {
            find(connection, "SELECT 1 FROM refresh_tokens WHERE hash = ?", [presented.0], |_| Ok(()))
        };
        if self.read(known).await?.is_none() {
            return Ok(Refreshed::Unknown);
        }
        self.write(move |connection| exchange(connection, presented, next, policy, now)).await
    }

    async fn revoke_session(&self, company: CompanyId, session: SessionId, now: Timestamp) -> Result<()> {
        self.write(move |connection| revoke(connection, company, session, now)).await
    }

    async fn prune_sessions(&self, before: Timestamp) -> Result<u64> {
        self.write(move |connection| {
            let removed = execute(connection, "DELETE FROM sessions WHERE last_used_at < ?", [before.as_millis()])?;
            Ok(removed as u64)
        })
        .await
    }
}

/// What a presented token leads to.
struct Presented {
    used_at: Option<Timestamp>,
    session: SessionId,
    company: CompanyId,
    is_revoked: bool,
    last_used_at: Timestamp,
}

fn read_presented(row: &Row<'_>) -> Work<Presented> {
    Ok(Presented {
        used_at: rows::optional_time(row, 0)?,
        session: rows::id(row, 1)?,
        company: rows::id(row, 2)?,
        is_revoked: !rows::is_null(row, 3)?,
        last_used_at: rows::time(row, 4)?,
    })
}

fn exchange(
    connection: &Connection,
    presented: RefreshHash,
    next: RefreshHash,
    policy: RefreshPolicy,
    now: Timestamp,
) -> Work<Refreshed> {
    let query = "SELECT t.used_at, s.id, s.company_id, s.revoked_at, s.last_used_at \
                 FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = ?";
    let Some(found) = find(connection, query, [presented.0], read_presented)? else { return Ok(Refreshed::Unknown) };
    let Presented { used_at, session, company, is_revoked, last_used_at } = found;
    if is_revoked || now.since(last_used_at) > policy.idle {
        return Ok(Refreshed::Ended);
    }
    let long_ago = used_at.is_some_and(|used| now.since(used) > policy.grace);
    if long_ago && !answer_was_lost(connection, presented)? {
        revoke(connection, company, session, now)?;
        return Ok(Refreshed::Reused(session));
    }
    use_up(connection, session, presented, now)?;
    let forget = "DELETE FROM refresh_tokens WHERE session_id = ? AND used_at < ?";
    execute(connection, forget, params![session.to_bytes(), now.minus(policy.remember).as_millis()])?;
    add_token(connection, session, next, Some(presented))?;
    let principal = principal(connection, company, session)?.ok_or(StoreError::NotFound("session"))?;
    Ok(Refreshed::Rotated(Box::new(principal)))
}

/// Three look-ups by primary key in one kept statement: cheap enough for every request, so that the end of a session
/// counts at once, whoever ended it.
fn principal(connection: &Connection, company: CompanyId, session: SessionId) -> Work<Option<Principal>> {
    let query = concat!(
        "SELECT ",
        user_columns!(),
        ", ",
        company_columns!(),
        " FROM sessions \
         JOIN users ON users.id = sessions.user_id AND users.company_id = sessions.company_id \
         JOIN companies ON companies.id = sessions.company_id \
         WHERE sessions.id = ?1 AND sessions.company_id = ?2 AND sessions.revoked_at IS NULL"
    );
    find(connection, query, [session.to_bytes(), company.to_bytes()], |row| {
        Ok(Principal { session_id: session, user: read_user(row)?, company: read_company(row, USER_COLUMNS)? })
    })
}

/// Whether an answer was lost on the way. Either nobody has presented any of the tokens that were given for this one; or
/// this one is used up only because its predecessor was presented again, and nobody has presented what was given then. Of
/// tokens that an older version gave no successor is known, so they do not count.
fn answer_was_lost(connection: &Connection, presented: RefreshHash) -> Work<bool> {
    let query = "SELECT CASE WHEN this.presented_at IS NULL AND this.given_for IS NOT NULL \
         THEN NOT EXISTS (SELECT 1 FROM refresh_tokens AS other WHERE other.session_id = this.session_id \
             AND other.given_for = this.given_for AND other.presented_at IS NOT NULL) \
         ELSE (SELECT count(*) > 0 AND count(next.presented_at) = 0 FROM refresh_tokens AS next \
             WHERE next.session_id = this.session_id AND next.given_for = this.hash) END \
         FROM refresh_tokens AS this WHERE this.hash = ?";
    Ok(find(connection, query, [presented.0], |row| Ok(row.get(0)?))?.unwrap_or(false))
}

/// Every token of the session that is still good is used from now on, and this one was presented.
fn use_up(connection: &Connection, session: SessionId, presented: RefreshHash, now: Timestamp) -> Work<()> {
    let (session, now) = (session.to_bytes(), now.as_millis());
    let tokens = "UPDATE refresh_tokens SET used_at = ? WHERE session_id = ? AND used_at IS NULL";
    execute(connection, tokens, params![now, session])?;
    // Also its time, so that it is not forgotten before its successor was presented.
    let this = "UPDATE refresh_tokens SET presented_at = ?1, used_at = ?1 WHERE hash = ?2";
    execute(connection, this, params![now, presented.0])?;
    execute(connection, "UPDATE sessions SET last_used_at = ? WHERE id = ?", params![now, session])?;
    Ok(())
}

fn add_token(
    connection: &Connection,
    session: SessionId,
    hash: RefreshHash,
    given_for: Option<RefreshHash>,
) -> Work<()> {
    let insert = "INSERT INTO refresh_tokens (hash, session_id, given_for) VALUES (?, ?, ?)";
    execute(connection, insert, params![hash.0, session.to_bytes(), given_for.map(|token| token.0)])?;
    Ok(())
}

fn revoke(connection: &Connection, company: CompanyId, session: SessionId, now: Timestamp) -> Work<()> {
    let revoke = "UPDATE sessions SET revoked_at = ? WHERE company_id = ? AND id = ? AND revoked_at IS NULL";
    execute(connection, revoke, params![now.as_millis(), company.to_bytes(), session.to_bytes()])?;
    Ok(())
}
