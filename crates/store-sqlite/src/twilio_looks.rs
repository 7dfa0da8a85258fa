//! Going through Twilio's own lists.

use crate::{
    SqliteStore,
    call_legs::{find_leg, known_call},
    error::Work,
    query::{execute, find, list},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, Timestamp};
use mobilecall_sqlite::rusqlite::{Connection, params};
use mobilecall_store::{KnownLeg, LegFacts, Look, OpenLeg, Result, Turn, TwilioLooks, Unfinished};

/// Legs that are not over, and calls of which nothing is known but an id that their softphone told.
const OPEN_LEGS: &str = "\
    SELECT sid, status, answered_at, created_at FROM call_legs INDEXED BY call_legs_open \
    WHERE company_id = ?1 AND created_at < ?2 \
      AND (status IS NULL OR status IN ('queued', 'initiated', 'ringing', 'in-progress')) \
    UNION ALL \
    SELECT twilio_call_sid, NULL, NULL, created_at FROM calls INDEXED BY calls_open_over_twilio \
    WHERE company_id = ?1 AND created_at < ?2 \
      AND line = 'twilio' AND status IN ('queued', 'initiated', 'ringing', 'in-progress') \
      AND twilio_call_sid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM call_legs WHERE call_id = calls.id) \
    ORDER BY 4, 1 LIMIT ?3";

/// Calls that the server was asked to place. Those of softphones are theirs to end.
const UNPLACED: &str = "\
    SELECT id FROM calls INDEXED BY calls_open_over_twilio \
    WHERE company_id = ?1 AND created_at < ?2 \
      AND line = 'twilio' AND status IN ('queued', 'initiated', 'ringing', 'in-progress') \
      AND status = 'queued' AND twilio_call_sid IS NULL \
      AND NOT EXISTS (SELECT 1 FROM call_legs WHERE call_id = calls.id) \
    ORDER BY created_at, id LIMIT ?3";

const UNFINISHED_RECORDINGS: &str = "\
    SELECT sid, call_sid FROM recordings INDEXED BY recordings_unfinished \
    WHERE company_id = ?1 AND created_at < ?2 AND status IN ('in-progress', 'processing') \
    ORDER BY created_at, sid LIMIT ?3";

#[async_trait]
impl TwilioLooks for SqliteStore {
    async fn begin_look(&self, look: &Look, now: Timestamp) -> Result<Option<Turn>> {
        let look = look.clone();
        self.write(move |connection| {
            let (owner, node) = (owner(&look), look.node.to_bytes());
            let known = "SELECT account_sid = ?2, looked_until, EXISTS (SELECT 1 FROM nodes \
                             WHERE nodes.id = twilio_looks.node_id AND nodes.id <> ?3 AND nodes.lease_until >= ?4) \
                         FROM twilio_looks WHERE owner = ?1";
            let known = find(connection, known, params![owner, look.account_sid, node, now.as_millis()], |row| {
                Ok((row.get::<_, bool>(0)?, rows::optional_time(row, 1)?, row.get::<_, bool>(2)?))
            })?;
            if known.is_some_and(|(_, _, is_anothers)| is_anothers) {
                return Ok(None);
            }
            let looked_until = known.and_then(|(is_same, looked_until, _)| looked_until.filter(|_| is_same));
            let take = "INSERT INTO twilio_looks (owner, account_sid, looked_until, node_id) \
                        VALUES (?, ?, ?, ?) ON CONFLICT (owner) DO UPDATE SET account_sid = excluded.account_sid, \
                        looked_until = excluded.looked_until, node_id = excluded.node_id";
            let reached = looked_until.map(Timestamp::as_millis);
            execute(connection, take, params![owner, look.account_sid, reached, node])?;
            Ok(Some(Turn { looked_until }))
        })
        .await
    }

    async fn note_look(&self, look: &Look, looked_until: Timestamp) -> Result<bool> {
        let look = look.clone();
        self.write(move |connection| {
            let note = "UPDATE twilio_looks SET looked_until = ?4 \
                        WHERE owner = ?1 AND node_id = ?2 AND account_sid = ?3";
            let values = params![owner(&look), look.node.to_bytes(), look.account_sid, looked_until.as_millis()];
            Ok(execute(connection, note, values)? > 0)
        })
        .await
    }

    async fn end_look(&self, look: &Look) -> Result<()> {
        let look = look.clone();
        self.write(move |connection| {
            let end = "UPDATE twilio_looks SET node_id = NULL WHERE owner = ? AND node_id = ?";
            execute(connection, end, params![owner(&look), look.node.to_bytes()])?;
            Ok(())
        })
        .await
    }

    async fn known_legs(&self, companies: &[CompanyId], sids: &[String]) -> Result<Vec<KnownLeg>> {
        let (companies, sids) = (companies.to_vec(), sids.to_vec());
        self.read(move |connection| {
            let mut known = Vec::new();
            for company in companies {
                for sid in &sids {
                    known.extend(known_leg(connection, company, sid)?);
                }
            }
            Ok(known)
        })
        .await
    }

    async fn unfinished(&self, company: CompanyId, before: Timestamp, limit: u32) -> Result<Unfinished> {
        self.read(move |connection| {
            let values = params![company.to_bytes(), before.as_millis(), limit];
            let legs = list(connection, OPEN_LEGS, values, |row| {
                let status = if rows::is_null(row, 1)? { None } else { Some(rows::word(row, 1)?) };
                let answered_at = rows::optional_time(row, 2)?;
                let facts = LegFacts { status, answered_at, ..LegFacts::default() };
                Ok(OpenLeg { sid: rows::text(row, 0)?.to_owned(), facts, created_at: rows::time(row, 3)? })
            })?;
            let recordings = list(connection, UNFINISHED_RECORDINGS, values, |row| {
                Ok((rows::text(row, 0)?.to_owned(), rows::text(row, 1)?.to_owned()))
            })?;
            let unplaced = list(connection, UNPLACED, values, |row| rows::id(row, 0))?;
            Ok(Unfinished { legs, recordings, unplaced })
        })
        .await
    }
}

/// The key of the account's row; the server's is no company's.
fn owner(look: &Look) -> Vec<u8> {
    look.owner.map_or_else(Vec::new, |company| company.to_bytes().to_vec())
}

fn known_leg(connection: &Connection, company: CompanyId, sid: &str) -> Work<Option<KnownLeg>> {
    if let Some(leg) = find_leg(connection, company, sid)? {
        return Ok(Some(KnownLeg { sid: leg.sid, company, call: leg.call, facts: Some(leg.facts) }));
    }
    let told = known_call(connection, company, sid)?;
    Ok(told.map(|call| KnownLeg { sid: sid.to_owned(), company, call, facts: None }))
}
