//! Legs of calls at a provider.

use crate::{
    SqliteStore,
    calls::{self, StoredCall},
    changes::Entries,
    error::{Work, insert_failed},
    query::{execute, find, list},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CompanyId, Timestamp, UserId, names};
use mobilecall_sqlite::rusqlite::{Connection, Row, params};
use mobilecall_store::{
    CallChange, CallLeg, CallLegs, CallRequest, Dialed, LegFacts, LegReport, NewLeg, Result, StoreError,
    call_legs::{Outcome, Progress, is_legs_call, progress},
};

/// Columns that [`read_leg`] reads.
macro_rules! leg_columns {
    () => {
        "sid, company_id, call_id, parent_sid, agent_id, status, answered_at, ended_at, duration_seconds, outcome, \
         outcome_seconds, created_at"
    };
}

#[async_trait]
impl CallLegs for SqliteStore {
    async fn open_leg(&self, record: &CallRecord, leg: &NewLeg, now: Timestamp) -> Result<CallChange> {
        let (record, leg) = (record.clone(), leg.clone());
        self.change(move |connection, entries| {
            if let Some(known) = find_leg(connection, record.company_id, &leg.sid)? {
                return Ok(calls::unchanged(call_of(connection, known.call)?));
            }
            let known = calls::find(connection, record.id.to_bytes())?;
            let has_legs = !legs_of(connection, record.id)?.is_empty();
            match known {
                Some(known) if is_legs_call(&known.record, has_legs, &record) => {
                    put(connection, &first_leg(&known.record, leg, now))?;
                    // The softphone knew its extension, the provider knows the numbers; but not always whom it dialed.
                    let or_known = |said: String, known: &str| if said.is_empty() { known.to_owned() } else { said };
                    let from = or_known(record.from_number, &known.record.from_number);
                    let numbers = (from, or_known(record.to_number, &known.record.to_number));
                    bring_up(connection, entries, known, Some(numbers), now)
                }
                taken => {
                    let id = taken.map_or(record.id, |_| CallId::generate());
                    let mut record = CallRecord { id, ..record };
                    let leg = first_leg(&record, leg, now);
                    record.correct(&progress(record.direction, std::slice::from_ref(&leg)).report, record.updated_at);
                    let change = calls::insert(connection, entries, record, None)?;
                    put(connection, &leg)?;
                    Ok(change)
                }
            }
        })
        .await
    }

    async fn report_leg(&self, report: &LegReport, now: Timestamp) -> Result<CallChange> {
        let report = report.clone();
        self.change(move |connection, entries| {
            let known = find_leg(connection, report.company, &report.sid)?;
            let leg = match &known {
                Some(known) => joined(known, &report),
                None => new_leg(connection, &report, now)?,
            };
            let call = call_of(connection, leg.call)?;
            if known.as_ref() == Some(&leg) {
                return Ok(calls::unchanged(call));
            }
            put(connection, &leg)?;
            bring_up(connection, entries, call, None, now)
        })
        .await
    }

    async fn leg(&self, company: CompanyId, sid: &str) -> Result<Option<CallLeg>> {
        let sid = sid.to_owned();
        self.read(move |connection| find_leg(connection, company, &sid)).await
    }

    async fn legs(&self, company: CompanyId, call: CallId) -> Result<Vec<CallLeg>> {
        self.read(move |connection| {
            let mut legs = legs_of(connection, call)?;
            legs.retain(|leg| leg.company_id == company);
            Ok(legs)
        })
        .await
    }

    async fn call_of_leg(&self, company: CompanyId, sid: &str) -> Result<Option<CallId>> {
        let sid = sid.to_owned();
        self.read(move |connection| known_call(connection, company, &sid)).await
    }

    async fn dialed(&self, company: CompanyId, agent: UserId, since: Timestamp, alive: Timestamp) -> Result<Dialed> {
        self.read(move |connection| {
            let count = "SELECT COALESCE(SUM(l.created_at >= ?3 AND l.agent_id IS ?2), 0), \
                         COALESCE(SUM(l.created_at >= ?3), 0), \
                         COALESCE(SUM(l.created_at >= ?4 AND l.outcome IS NULL AND COALESCE(l.status, '') NOT IN \
                             ('completed', 'busy', 'no-answer', 'canceled', 'failed')), 0) \
                         FROM call_legs AS l INDEXED BY call_legs_by_beginning \
                         JOIN calls ON calls.id = l.call_id AND calls.direction = 'outbound' \
                         WHERE l.company_id = ?1 AND l.parent_sid IS NULL AND l.created_at >= min(?3, ?4)";
            let (since, alive) = (since.as_millis(), alive.as_millis());
            let values = params![company.to_bytes(), agent.to_bytes(), since, alive];
            let counted = find(connection, count, values, |row| {
                let number = |column| rows::number(row, column).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
                Ok(Dialed { by_agent: number(0)?, by_company: number(1)?, open: number(2)? })
            })?;
            Ok(counted.unwrap_or_default())
        })
        .await
    }

    async fn claim_request(&self, request: &CallRequest, now: Timestamp, forget: Timestamp) -> Result<CallId> {
        let CallRequest { company, agent, key, call } = request.clone();
        self.write(move |connection| {
            execute(connection, "DELETE FROM call_requests WHERE created_at < ?", [forget.as_millis()])?;
            let keep = "INSERT INTO call_requests (company_id, agent_id, request, call_id, created_at) \
                        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
            let (company, agent) = (company.to_bytes(), agent.to_bytes());
            let kept = params![company, agent, key, call.to_bytes(), now.as_millis()];
            let inserted = connection.prepare_cached(keep)?.execute(kept);
            inserted.map_err(|error| insert_failed(error, "request", "agent"))?;
            let held = "SELECT call_id FROM call_requests WHERE company_id = ? AND agent_id = ? AND request = ?";
            find(connection, held, params![company, agent, key], |row| rows::id(row, 0))?
                .ok_or_else(|| StoreError::NotFound("request").into())
        })
        .await
    }
}

/// Makes the record say what all legs of the call say.
fn bring_up(
    connection: &Connection,
    entries: &mut Entries,
    call: StoredCall,
    numbers: Option<(String, String)>,
    now: Timestamp,
) -> Work<CallChange> {
    let legs = legs_of(connection, call.record.id)?;
    let Progress { report, agent } = progress(call.record.direction, &legs);
    let taker = match agent.filter(|_| call.record.agent_id.is_none()) {
        Some(agent) => Some((agent, name_of(connection, call.record.company_id, agent)?)),
        None => None,
    };
    calls::change(connection, entries, call, |record| {
        let mut changed = record.correct(&report, now);
        if let Some((agent, name)) = taker {
            (record.agent_id, record.agent_name, record.updated_at) = (Some(agent), Some(name), now);
            changed = true;
        }
        if let Some((from, to)) = numbers
            && (&record.from_number, &record.to_number) != (&from, &to)
        {
            (record.from_number, record.to_number, record.updated_at) = (from, to, now);
            changed = true;
        }
        changed
    })
}

fn name_of(connection: &Connection, company: CompanyId, agent: UserId) -> Work<String> {
    let query = "SELECT name FROM users WHERE company_id = ? AND id = ?";
    let name =
        find(connection, query, [company.to_bytes(), agent.to_bytes()], |row| Ok(names::clean(rows::text(row, 0)?)))?;
    name.ok_or_else(|| StoreError::NotFound("agent").into())
}

fn first_leg(record: &CallRecord, leg: NewLeg, now: Timestamp) -> CallLeg {
    CallLeg {
        sid: leg.sid,
        company_id: record.company_id,
        call: record.id,
        parent: None,
        agent: record.agent_id,
        facts: leg.facts,
        created_at: now,
    }
}

fn new_leg(connection: &Connection, report: &LegReport, now: Timestamp) -> Work<CallLeg> {
    let LegReport { company, sid, call, parent, agent, facts } = report.clone();
    let call = match call {
        Some(call) => Some(call),
        None => known_call(connection, company, parent.as_deref().unwrap_or(&sid))?,
    };
    let call = call.ok_or(StoreError::NotFound("call"))?;
    let found = call_of(connection, call)?;
    if found.record.company_id != company {
        return Err(StoreError::NotFound("call").into());
    }
    Ok(CallLeg { sid, company_id: company, call, parent, agent, facts, created_at: now })
}

/// The call that a leg is part of, or whose softphone told this id.
pub(crate) fn known_call(connection: &Connection, company: CompanyId, sid: &str) -> Work<Option<CallId>> {
    match find_leg(connection, company, sid)? {
        Some(leg) => Ok(Some(leg.call)),
        None => told_call(connection, company, sid),
    }
}

/// The call whose softphone told this id.
fn told_call(connection: &Connection, company: CompanyId, sid: &str) -> Work<Option<CallId>> {
    let query = "SELECT id FROM calls WHERE company_id = ? AND twilio_call_sid = ? ORDER BY key LIMIT 1";
    find(connection, query, params![company.to_bytes(), sid], |row| rows::id(row, 0))
}

fn joined(known: &CallLeg, report: &LegReport) -> CallLeg {
    let mut leg = known.clone();
    leg.facts.join(&report.facts);
    leg.agent = leg.agent.or(report.agent);
    leg
}

fn put(connection: &Connection, leg: &CallLeg) -> Work<()> {
    let put = concat!(
        "INSERT INTO call_legs (",
        leg_columns!(),
        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (company_id, sid) DO UPDATE SET \
         agent_id = excluded.agent_id, status = excluded.status, answered_at = excluded.answered_at, \
         ended_at = excluded.ended_at, duration_seconds = excluded.duration_seconds, outcome = excluded.outcome, \
         outcome_seconds = excluded.outcome_seconds"
    );
    let LegFacts { status, answered_at, ended_at, duration_seconds, outcome } = leg.facts;
    let values = params![
        leg.sid,
        leg.company_id.to_bytes(),
        leg.call.to_bytes(),
        leg.parent,
        leg.agent.map(Id::to_bytes),
        status.map(|status| status.as_str()),
        answered_at.map(Timestamp::as_millis),
        ended_at.map(Timestamp::as_millis),
        duration_seconds,
        outcome.map(|outcome| outcome.status.as_str()),
        outcome.and_then(|outcome| outcome.duration_seconds),
        leg.created_at.as_millis(),
    ];
    let written = connection.prepare_cached(put)?.execute(values);
    written.map(drop).map_err(|error| insert_failed(error, "call leg", "agent"))
}

/// A leg by its id.
pub(crate) fn find_leg(connection: &Connection, company: CompanyId, sid: &str) -> Work<Option<CallLeg>> {
    let query = concat!("SELECT ", leg_columns!(), " FROM call_legs WHERE company_id = ? AND sid = ?");
    find(connection, query, params![company.to_bytes(), sid], read_leg)
}

fn legs_of(connection: &Connection, call: CallId) -> Work<Vec<CallLeg>> {
    let query = concat!(
        "SELECT ",
        leg_columns!(),
        " FROM call_legs WHERE call_id = ? ORDER BY parent_sid IS NOT NULL, created_at, sid"
    );
    list(connection, query, [call.to_bytes()], read_leg)
}

fn call_of(connection: &Connection, call: CallId) -> Work<StoredCall> {
    calls::find(connection, call.to_bytes())?.ok_or_else(|| StoreError::NotFound("call").into())
}

fn read_leg(row: &Row<'_>) -> Work<CallLeg> {
    let word = |column| if rows::is_null(row, column)? { Ok(None) } else { rows::word(row, column).map(Some) };
    let outcome: Option<_> = word(9)?;
    let outcome_seconds = rows::optional_seconds(row, 10)?;
    Ok(CallLeg {
        sid: rows::text(row, 0)?.to_owned(),
        company_id: rows::id(row, 1)?,
        call: rows::id(row, 2)?,
        parent: rows::optional_text(row, 3)?.map(str::to_owned),
        agent: rows::optional_id(row, 4)?,
        facts: LegFacts {
            status: word(5)?,
            answered_at: rows::optional_time(row, 6)?,
            ended_at: rows::optional_time(row, 7)?,
            duration_seconds: rows::optional_seconds(row, 8)?,
            outcome: outcome.map(|status| Outcome { status, duration_seconds: outcome_seconds }),
        },
        created_at: rows::time(row, 11)?,
    })
}
