//! The store's models as the API shows them, and Twilio's words as the store keeps them.

use mobilecall_api::{
    auth,
    calls::{CallRecordRef, LineKind},
    changes, company,
    events::{Event, Presence, PresenceState},
    people,
};
use mobilecall_domain::{LineOrder, names};
use mobilecall_store::{CallRow, Change, Company, Entity, Person, Principal, RecordingStatus, Role, User};
use mobilecall_twilio::status::RecordingStatus as Told;

pub(crate) fn role(role: Role) -> auth::Role {
    match role {
        Role::Admin => auth::Role::Admin,
        Role::SalesManager => auth::Role::SalesManager,
        Role::SupportManager => auth::Role::SupportManager,
        Role::Agent => auth::Role::Agent,
    }
}

/// A recording that is halted goes on, and one that has no sound is the same to us whatever kept it from having one.
pub(crate) const fn recording_status(told: Told) -> RecordingStatus {
    match told {
        Told::InProgress | Told::Paused => RecordingStatus::InProgress,
        Told::Stopped | Told::Processing => RecordingStatus::Processing,
        Told::Completed => RecordingStatus::Completed,
        Told::Absent | Told::Failed => RecordingStatus::Absent,
        Told::Deleted => RecordingStatus::Deleted,
    }
}

pub(crate) fn user(principal: &Principal) -> auth::User {
    let Principal { user, company, .. } = principal;
    auth::User {
        id: user.id,
        username: user.username.clone(),
        name: names::clean(&user.name),
        company_id: company.id,
        company_name: names::clean(&company.name),
        role: role(user.role),
        extension: user.extension.clone(),
        region: company.region.clone(),
        company_lines: lines(&company.lines),
    }
}

pub(crate) fn company(company: &Company) -> company::Company {
    let lines = lines(&company.lines);
    company::Company { id: company.id, name: names::clean(&company.name), lines, available: None }
}

fn lines(order: &LineOrder) -> Vec<LineKind> {
    order.kinds().iter().map(|kind| (*kind).into()).collect()
}

pub(crate) fn presence(user: User, state: mobilecall_domain::PresenceState) -> Presence {
    Presence {
        user_id: user.id,
        username: user.username,
        name: names::clean(&user.name),
        extension: user.extension,
        state: match state {
            mobilecall_domain::PresenceState::Offline => PresenceState::Offline,
            mobilecall_domain::PresenceState::Available => PresenceState::Available,
            mobilecall_domain::PresenceState::Busy => PresenceState::Busy,
        },
    }
}

fn person(person: Person) -> people::Person {
    let Person { id, username, name, extension } = person;
    people::Person { user_id: id, username, name: names::clean(&name), extension }
}

/// A change as the event socket tells it.
pub(crate) fn event(change: &Change) -> Event {
    let sequence = change.sequence;
    match &change.entity {
        Entity::Call(record) => Event::Call { sequence, call: Box::new(record.as_ref().clone().into()) },
        Entity::Person(person) => Event::Person { sequence, person: self::person(person.as_ref().clone()) },
        Entity::Company(entity) => Event::Company { sequence, company: Box::new(company(entity)) },
    }
}

/// A change as the change log shows it.
pub(crate) fn change(change: Change) -> changes::Change {
    let entity = match change.entity {
        Entity::Call(record) => changes::Entity::Call { call: Box::new((*record).into()) },
        Entity::Person(person) => changes::Entity::Person { person: self::person(*person) },
        Entity::Company(entity) => changes::Entity::Company { company: Box::new(company(&entity)) },
    };
    changes::Change { sequence: change.sequence, entity }
}

/// A row of the table of calls as a list shows it.
pub(crate) fn call_row<'row>(row: &CallRow<'row>) -> CallRecordRef<'row> {
    CallRecordRef {
        id: row.id,
        twilio_call_sid: row.twilio_call_sid,
        from_number: row.from_number,
        to_number: row.to_number,
        direction: row.direction.into(),
        status: row.status.into(),
        duration_seconds: row.duration_seconds,
        recording_url: row.recording_url,
        agent_id: row.agent_id,
        agent_name: row.agent_name,
        created_at: row.created_at,
        ended_at: row.ended_at,
        company_id: row.company_id,
        customer_name: row.customer_name,
        answered_at: row.answered_at,
        line: row.line.into(),
        updated_at: row.updated_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_api::calls::CallRecord;
    use mobilecall_domain::{CallStatus, Timestamp, UserId};
    use mobilecall_testkit::call;

    #[test]
    fn rows_and_records_are_the_same_json() {
        let company = mobilecall_domain::CompanyId::generate();
        let bare = call(company, UserId::generate()).build();
        let mut full = call(company, UserId::generate()).status(CallStatus::Completed).customer("علي \"x\"\n").build();
        full.twilio_call_sid = Some("CA1".to_owned());
        full.recording_url = Some("https://example.test/1".to_owned());
        full.agent_name = Some("Alice".to_owned());
        full.created_at = Timestamp::from_millis(1);
        for record in [bare, full] {
            let row = CallRow {
                id: record.id,
                company_id: record.company_id,
                twilio_call_sid: record.twilio_call_sid.as_deref(),
                from_number: &record.from_number,
                to_number: &record.to_number,
                direction: record.direction,
                status: record.status,
                duration_seconds: record.duration_seconds,
                recording_url: record.recording_url.as_deref(),
                agent_id: record.agent_id,
                agent_name: record.agent_name.as_deref(),
                customer_name: record.customer_name.as_deref(),
                created_at: record.created_at,
                answered_at: record.answered_at,
                ended_at: record.ended_at,
                line: record.line,
                updated_at: record.updated_at,
            };
            assert_eq!(row.to_record(), record);
            let written = serde_json::to_string(&call_row(&row)).unwrap();
            assert_eq!(written, serde_json::to_string(&CallRecord::from(record)).unwrap());
        }
    }
}
