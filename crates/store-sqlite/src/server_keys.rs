//! The server's own keys.

use crate::{
    SqliteStore,
    query::{execute, find},
    rows,
};
use async_trait::async_trait;
use mobilecall_sqlite::rusqlite::{Row, params};
use mobilecall_store::{Result, ServerIdentity, ServerKeys, StoreError};

#[async_trait]
impl ServerKeys for SqliteStore {
    async fn server_identity(&self, fresh: ServerIdentity) -> Result<ServerIdentity> {
        self.write(move |connection| {
            let insert = "INSERT INTO server (singleton, account_sid, key_sid, app_sid, voice_secret, session_secret) \
                          VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (singleton) DO NOTHING";
            let ServerIdentity { account_sid, key_sid, app_sid, voice_secret, session_secret } = fresh;
            execute(connection, insert, params![account_sid, key_sid, app_sid, voice_secret, session_secret])?;
            let read = "SELECT account_sid, key_sid, app_sid, voice_secret, session_secret FROM server";
            find(connection, read, [], identity)?.ok_or_else(|| StoreError::NotFound("server identity").into())
        })
        .await
    }
}

fn identity(row: &Row<'_>) -> crate::error::Work<ServerIdentity> {
    let text = |column| rows::text(row, column).map(str::to_owned);
    Ok(ServerIdentity {
        account_sid: text(0)?,
        key_sid: text(1)?,
        app_sid: text(2)?,
        voice_secret: text(3)?,
        session_secret: text(4)?,
    })
}
