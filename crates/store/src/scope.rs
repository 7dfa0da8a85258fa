//! Whose rows a question is about.

use mobilecall_domain::{CompanyId, UserId};

/// Whose rows a question is about. A value of this type exists only for a company, so no query can forget it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The company.
    pub company: CompanyId,
    /// Only what is this agent's.
    pub agent: Option<UserId>,
}

impl Scope {
    /// Everything of a company.
    pub const fn everybody(company: CompanyId) -> Self {
        Self { company, agent: None }
    }
    /// One agent's part of it.
    pub const fn only(company: CompanyId, agent: UserId) -> Self {
        Self { company, agent: Some(agent) }
    }
    /// Whether rows of this company and agent are within.
    pub fn holds(self, company: CompanyId, agent: Option<UserId>) -> bool {
        self.company == company && self.agent.is_none_or(|only| agent == Some(only))
    }
}
