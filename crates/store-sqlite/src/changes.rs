//! The change log of each company.

use crate::{
    SqliteStore, calls, companies,
    error::Work,
    query::{Query, execute, find},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, UserId};
use mobilecall_sqlite::rusqlite::{Connection, Row, params};
use mobilecall_store::{
    Area, Audience, Change, ChangeObserver, ChangePage, Changes, Entity, Result, Scope, StoreError,
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

/// Encoded audiences that are no agent's id.
const EVERYBODY: &[u8] = &[];
const MANAGERS: &[u8] = &[0];

/// How an area reads one of its entities for the log.
fn read_entity(connection: &Connection, area: Area, id: [u8; 16]) -> Work<Option<Entity>> {
    match area {
        Area::Call => Ok(calls::find(connection, id)?.map(|row| Entity::Call(Box::new(row.record)))),
        Area::Person => Ok(companies::find_person(connection, id)?.map(|person| Entity::Person(Box::new(person)))),
        Area::Company => Ok(companies::find_company(connection, id)?.map(|company| Entity::Company(Box::new(company)))),
    }
}

/// What one transaction enters into the logs; [`SqliteStore::change`] tells of it once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// How far each company comes by it.
    reached: Vec<(CompanyId, u64)>,
}

impl Entries {
    /// Takes the company's next number for a change of this entity and leaves its entry.
    pub(crate) fn enter(
        &mut self,
        connection: &Connection,
        company: CompanyId,
        area: Area,
        entity: [u8; 16],
        audience: Audience,
    ) -> Work<u64> {
        let sequence = enter(connection, company, area, entity, audience)?;
        self.reached.retain(|(known, _)| *known != company);
        self.reached.push((company, sequence));
        Ok(sequence)
    }
}

/// Who is told of what is entered. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Observers(Arc<Mutex<Vec<Weak<dyn ChangeObserver>>>>);

impl Observers {
    pub(crate) fn tell(&self, entries: &Entries) {
        let told = self.lock().clone();
        for observer in told.iter().filter_map(Weak::upgrade) {
            for (company, sequence) in &entries.reached {
                observer.reached(*company, *sequence);
            }
        }
    }

    fn add(&self, observer: Weak<dyn ChangeObserver>) {
        let mut observers = self.lock();
        observers.retain(|known| known.strong_count() > 0);
        observers.push(observer);
    }

    /// Nothing panics while it is held.
    fn lock(&self) -> MutexGuard<'_, Vec<Weak<dyn ChangeObserver>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observers").field(&self.lock().len()).finish()
    }
}

fn enter(connection: &Connection, company: CompanyId, area: Area, entity: [u8; 16], audience: Audience) -> Work<u64> {
    let company = company.to_bytes();
    let next = "UPDATE companies SET change_sequence = change_sequence + 1 WHERE id = ? RETURNING change_sequence";
    let sequence = find(connection, next, [company], |row| Ok(row.get::<_, i64>(0)?))?;
    let sequence = sequence.ok_or(StoreError::NotFound("company"))?;
    let entry = "INSERT INTO changes (company_id, sequence, area, entity_id, audience) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (company_id, area, entity_id) \
                 DO UPDATE SET sequence = excluded.sequence, audience = excluded.audience";
    execute(connection, entry, params![company, sequence, area.number(), entity, encode(audience)])?;
    Ok(sequence.unsigned_abs())
}

#[async_trait]
impl Changes for SqliteStore {
    async fn changes_since(&self, scope: Scope, since: u64, limit: u32) -> Result<ChangePage> {
        self.read(move |connection| {
            // One moment for the sequence, the entries and the entities.
            let snapshot = connection.unchecked_transaction()?;
            let reached = reached(&snapshot, scope.company)?;
            let since = if since > reached { 0 } else { since };
            let mut entries = since_query(scope, since, limit).all(&snapshot, read_entry)?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = entries.len() > limit;
            entries.truncate(limit);
            let upto = entries.last().filter(|_| more).map_or(reached, |last| last.sequence);
            let mut changes = Vec::with_capacity(entries.len());
            for Entry { sequence, area, id, audience } in entries {
                // An area of a newer version, after going back to this one, is passed over.
                let area = Area::ALL.iter().find(|known| u64::from(known.number()) == area);
                let Some(area) = area else { continue };
                // Taken out of the database by hand: there is nothing to tell of it, and the rest must be told.
                let Some(entity) = read_entity(&snapshot, *area, id)? else { continue };
                changes.push(Change { sequence, audience, entity });
            }
            Ok(ChangePage { changes, upto, more })
        })
        .await
    }

    async fn sequence(&self, company: CompanyId) -> Result<u64> {
        self.read(move |connection| reached(connection, company)).await
    }

    async fn skip_sequences(&self, upto: u64) -> Result<()> {
        self.write(move |connection| {
            let upto = i64::try_from(upto).unwrap_or(i64::MAX);
            execute(connection, "UPDATE companies SET change_sequence = ?1 WHERE change_sequence < ?1", [upto])?;
            Ok(())
        })
        .await
    }

    fn observe(&self, observer: Weak<dyn ChangeObserver>) {
        self.observers().add(observer);
    }
}

/// The company's newest change.
pub(crate) fn reached(connection: &Connection, company: CompanyId) -> Work<u64> {
    let query = "SELECT change_sequence FROM companies WHERE id = ?";
    Ok(find(connection, query, [company.to_bytes()], |row| rows::number(row, 0))?.unwrap_or(0))
}

struct Entry {
    sequence: u64,
    area: u64,
    id: [u8; 16],
    audience: Audience,
}

/// One more than the limit, which tells whether there is more.
pub(crate) fn since_query(scope: Scope, since: u64, limit: u32) -> Query {
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    let mut query = Query::new("");
    match scope.agent {
        None => push_since(&mut query, "changes", scope.company, since),
        Some(agent) => {
            // Two ordered walks that are merged. SQLite would rather read the whole company's changes.
            let by_audience = "changes INDEXED BY changes_by_audience";
            push_since(&mut query, by_audience, scope.company, since);
            query.push(" AND audience = ").bind_id(agent).push(" UNION ALL ");
            push_since(&mut query, by_audience, scope.company, since);
            query.push(" AND audience = ").bind(EVERYBODY.to_vec());
        }
    }
    query.push(" ORDER BY sequence LIMIT ").bind(i64::from(limit) + 1);
    query
}

fn push_since(query: &mut Query, table: &str, company: CompanyId, since: i64) {
    query.push("SELECT sequence, area, entity_id, audience FROM ").push(table);
    query.push(" WHERE company_id = ").bind_id(company).push(" AND sequence > ").bind(since);
}

fn read_entry(row: &Row<'_>) -> Work<Entry> {
    Ok(Entry {
        sequence: rows::number(row, 0)?,
        area: rows::number(row, 1)?,
        id: row.get(2)?,
        audience: decode(row, 3)?,
    })
}

fn encode(audience: Audience) -> Vec<u8> {
    match audience {
        Audience::Everybody => EVERYBODY.to_vec(),
        Audience::Managers => MANAGERS.to_vec(),
        Audience::Agent(agent) => agent.to_bytes().to_vec(),
    }
}

fn decode(row: &Row<'_>, column: usize) -> Work<Audience> {
    let bytes: Vec<u8> = row.get(column)?;
    match bytes.as_slice() {
        EVERYBODY => Ok(Audience::Everybody),
        MANAGERS => Ok(Audience::Managers),
        _ => Ok(Audience::Agent(rows::id::<UserId>(row, column)?)),
    }
}
