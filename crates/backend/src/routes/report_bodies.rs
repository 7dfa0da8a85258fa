//! The bodies of reports, as they are read. In the API's own type the facts of a call are a type inside of another, and then
//! neither is it known which field of it is wrong, nor that one is misspelled.

use mobilecall_api::calls::{CallFacts, CallReport, CallStatus, Direction, LineKind};
use mobilecall_domain::{CallId, CompanyId, Timestamp};
use serde::Deserialize;

macro_rules! with_facts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[$attribute])* $field: $type,)*
            status: Option<CallStatus>,
            twilio_call_sid: Option<String>,
            answered_at: Option<Timestamp>,
            ended_at: Option<Timestamp>,
            duration_seconds: Option<u32>,
            customer_name: Option<String>,
        }

        impl $name {
            fn take_facts(&mut self) -> CallFacts {
                CallFacts {
                    status: self.status,
                    twilio_call_sid: self.twilio_call_sid.take(),
                    answered_at: self.answered_at,
                    ended_at: self.ended_at,
                    duration_seconds: self.duration_seconds,
                    customer_name: self.customer_name.take(),
                }
            }
        }
    )+};
}

with_facts! {
    /// Of `PATCH /api/calls/{id}`.
    FactsBody {}
    /// Of `POST /api/calls`.
    ReportBody {
        id: CallId,
        from_number: String,
        to_number: String,
        direction: Direction,
        line: LineKind,
        created_at: Timestamp,
        #[serde(rename = "company_id")]
        company_id: Option<CompanyId>,
    }
}

impl From<FactsBody> for CallFacts {
    fn from(mut body: FactsBody) -> Self {
        body.take_facts()
    }
}

impl From<ReportBody> for CallReport {
    fn from(mut body: ReportBody) -> Self {
        let facts = body.take_facts();
        let ReportBody { id, from_number, to_number, direction, line, created_at, company_id, .. } = body;
        Self { id, from_number, to_number, direction, line, created_at, company_id, facts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_the_types_of_the_api() {
        let now = Timestamp::from_millis(1_795_251_060_007);
        let facts = CallFacts {
            status: Some(CallStatus::Completed),
            twilio_call_sid: Some("CA1".to_owned()),
            answered_at: Some(now),
            ended_at: Some(now),
            duration_seconds: Some(0),
            customer_name: Some("Sara".to_owned()),
        };
        let report = CallReport {
            id: CallId::generate(),
            from_number: "101".to_owned(),
            to_number: "102".to_owned(),
            direction: Direction::Outbound,
            line: LineKind::Sip,
            created_at: now,
            company_id: Some(CompanyId::generate()),
            facts: facts.clone(),
        };
        let bare = CallReport { company_id: None, facts: CallFacts::default(), ..report.clone() };
        for report in [report, bare] {
            let body: ReportBody = serde_json::from_value(serde_json::to_value(&report).unwrap()).unwrap();
            assert_eq!(CallReport::from(body), report);
            let body: FactsBody = serde_json::from_value(serde_json::to_value(&report.facts).unwrap()).unwrap();
            assert_eq!(CallFacts::from(body), report.facts);
        }
    }
}
