//! Taking over what the server has.

use crate::{Account, CacheError, outbox, transaction::commit};
use mobilecall_domain::CallRecord;
use sqlx::SqliteConnection;

/// What a page of the server's changes did here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Records that are new or different now.
    pub changed: u32,
}

impl Account {
    /// The server's change sequence up to which its changes are here.
    pub async fn position(&self) -> Result<u64, CacheError> {
        let position: i64 = sqlx::query_scalar("SELECT position FROM accounts WHERE id = ?")
            .bind(self.row)
            .fetch_one(&self.cache.readers)
            .await
            .map_err(CacheError::storage("read the sync position"))?;
        Ok(u64::try_from(position).unwrap_or(0))
    }

    /// Takes over a page of changes and moves the position with it, both or neither. Records of other agents are left
    /// out: this is one agent's history. Taking a page over twice changes nothing the second time.
    pub async fn adopt(&self, page: &[CallRecord], position: u64) -> Result<Adopted, CacheError> {
        let mut transaction = self.write_transaction().await?;
        let mut adopted = Adopted::default();
        for server in page {
            adopted.changed += u32::from(self.join(&mut transaction, server).await?);
        }
        set_position(&mut transaction, self.row, position).await?;
        commit(transaction).await?;
        Ok(adopted)
    }

    /// The server's sequence was rewound, as after a restored backup: everything is pulled again. Nothing is deleted.
    pub async fn start_over(&self) -> Result<(), CacheError> {
        let mut connection = self.cache.writer.acquire().await.map_err(CacheError::storage("start the sync over"))?;
        set_position(&mut connection, self.row, 0).await
    }

    /// Replaces our copy of a record by the server's, joined with what the server has not got from us. A call that is
    /// over here and not yet there stays so: the server, through which it passes, is about to end it too. Says whether
    /// anything changed.
    pub(crate) async fn join(
        &self,
        connection: &mut SqliteConnection,
        server: &CallRecord,
    ) -> Result<bool, CacheError> {
        if server.agent_id != Some(self.key.user) {
            return Ok(false);
        }
        let known = self.find(connection, server.id).await?;
        let mut joined = server.clone();
        if let Some(known) = &known
            && (known.status.is_final() && !server.status.is_final()
                || outbox::waits(connection, self.row, server.id).await?)
        {
            joined.apply(&known.as_report(), known.updated_at.max(server.updated_at));
        }
        self.write(connection, &joined, true).await?;
        if joined.status.is_final() {
            self.forget_live(connection, server.id).await?;
        }
        Ok(known.as_ref() != Some(&joined))
    }
}

async fn set_position(connection: &mut SqliteConnection, account: i64, position: u64) -> Result<(), CacheError> {
    sqlx::query("UPDATE accounts SET position = ? WHERE id = ?")
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(account)
        .execute(connection)
        .await
        .map_err(CacheError::storage("move the sync position"))?;
    Ok(())
}
