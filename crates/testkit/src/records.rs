//! Call records.

use mobilecall_domain::{CallId, CallRecord, CallStart, CallStatus, CompanyId, Direction, LineKind, Timestamp, UserId};

/// An outgoing direct call of `agent` from 101 to 102 that was dialed now.
pub fn call(company: CompanyId, agent: UserId) -> CallBuilder {
    let start = CallStart {
        id: CallId::generate(),
        company_id: company,
        line: LineKind::Direct,
        from_number: "101".to_owned(),
        to_number: "102".to_owned(),
        at: Timestamp::now(),
    };
    CallBuilder(CallRecord::outgoing(start).of_agent(agent, None))
}

/// A record in the making.
#[derive(Clone, Debug)]
pub struct CallBuilder(CallRecord);

impl CallBuilder {
    /// Made then instead of now.
    pub fn created_at(mut self, created_at: Timestamp) -> Self {
        self.0.created_at = created_at;
        self
    }
    /// Between these.
    pub fn between(mut self, from: &str, to: &str) -> Self {
        (self.0.from_number, self.0.to_number) = (from.to_owned(), to.to_owned());
        self
    }
    /// Somebody called the agent.
    pub fn incoming(mut self) -> Self {
        self.0.direction = Direction::Incoming;
        self
    }
    /// With this status and, if it says so, an answer and an end of now.
    pub fn status(mut self, status: CallStatus) -> Self {
        self.0.status = status;
        let now = Timestamp::now();
        self.0.answered_at = matches!(status, CallStatus::InProgress | CallStatus::Completed).then_some(now);
        self.0.ended_at = status.is_final().then_some(now);
        self.0.duration_seconds = status.is_final().then_some(0);
        self
    }
    /// On this line.
    pub fn line(mut self, line: LineKind) -> Self {
        self.0.line = line;
        self
    }
    /// With this customer.
    pub fn customer(mut self, name: &str) -> Self {
        self.0.customer_name = Some(name.to_owned());
        self
    }
    /// The record.
    pub fn build(self) -> CallRecord {
        self.0
    }
}
