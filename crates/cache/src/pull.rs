//! Taking over what the server has.

use crate::{Account, CacheError, account::Owner, calls::forget_live, error::Failure, outbox, row};
use mobilecall_domain::CallRecord;
use mobilecall_sqlite::rusqlite::Connection;

/// What a page of the server's changes did here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Records that are new or different now.
    pub changed: u32,
}

impl Account {
    /// The server's change sequence up to which its changes are here.
    pub async fn position(&self) -> Result<u64, CacheError> {
        self.read("read the sync position", read_position).await
    }

    /// Takes over a page of changes and moves the position with it, both or neither. Records of other agents are left
    /// out: this is one agent's history. Taking a page over twice changes nothing the second time.
    pub async fn adopt(&self, page: &[CallRecord], position: u64) -> Result<Adopted, CacheError> {
        let page = page.to_vec();
        self.write("take over what the server has", move |connection, owner| {
            take_over(connection, owner, &page, position)
        })
        .await
    }

    /// As [`Self::adopt`], for what the server has after `since`. `None` if this account's position is another one now, as
    /// it is when the file was begun anew meanwhile: then nothing is taken over, since what came before is missing.
    pub async fn adopt_after(
        &self,
        since: u64,
        page: &[CallRecord],
        position: u64,
    ) -> Result<Option<Adopted>, CacheError> {
        let page = page.to_vec();
        self.write("take over what the server has", move |connection, owner| {
            if read_position(connection, owner)? != since {
                return Ok(None);
            }
            take_over(connection, owner, &page, position).map(Some)
        })
        .await
    }

    /// The server's sequence was rewound, as after a restored backup: everything is pulled again. Nothing is deleted.
    pub async fn start_over(&self) -> Result<(), CacheError> {
        self.write("start the sync over", |connection, owner| set_position(connection, owner, 0)).await
    }
}

/// Replaces our copy of a record by the server's, joined with what the server has not got from us. A call that is over
/// here and not yet there stays so: the server, through which it passes, is about to end it too. If the server has all
/// that is known here, nothing waits for it any more. Says whether anything changed.
pub(crate) fn join(connection: &Connection, owner: Owner, server: &CallRecord) -> Result<bool, Failure> {
    if server.agent_id != Some(owner.user) {
        return Ok(false);
    }
    let known = row::find(connection, owner, server.id)?;
    let mut joined = server.clone();
    let mut settled = false;
    if let Some(known) = &known {
        let waits = outbox::waits(connection, owner, server.id)?;
        if waits || known.status.is_final() && !server.status.is_final() {
            let adds = joined.apply(&known.as_report(), known.updated_at.max(server.updated_at));
            settled = waits && !adds;
        }
        if settled {
            outbox::remove(connection, owner, server.id)?;
        }
    }
    row::write(connection, owner, &joined, true)?;
    if joined.status.is_final() {
        forget_live(connection, owner, server.id)?;
    }
    Ok(settled || known.as_ref() != Some(&joined))
}

fn take_over(connection: &Connection, owner: Owner, page: &[CallRecord], position: u64) -> Result<Adopted, Failure> {
    let mut adopted = Adopted::default();
    for server in page {
        adopted.changed += u32::from(join(connection, owner, server)?);
    }
    set_position(connection, owner, position)?;
    Ok(adopted)
}

fn read_position(connection: &Connection, owner: Owner) -> Result<u64, Failure> {
    let sql = "SELECT position FROM accounts WHERE id = ?";
    let position: i64 = connection.prepare_cached(sql)?.query_row([owner.row], |row| row.get(0))?;
    Ok(u64::try_from(position).unwrap_or(0))
}

fn set_position(connection: &Connection, owner: Owner, position: u64) -> Result<(), Failure> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    connection.prepare_cached("UPDATE accounts SET position = ? WHERE id = ?")?.execute((position, owner.row))?;
    Ok(())
}
