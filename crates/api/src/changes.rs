//! The change log: `GET /api/changes`. Whatever changes in a company takes the next number of one sequence, so a reader
//! who keeps the last number it saw misses nothing, in whatever area.

use crate::{calls::CallRecord, company::Company, people::Person};
use mobilecall_domain::CompanyId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query of `GET /api/changes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Only what changed after this sequence; 0 or absent for everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Page size, 1 to 500, default 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// May only repeat the session's own company.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub company_id: Option<CompanyId>,
}

/// Answer of `GET /api/changes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangePage {
    /// How far this page brings the reader: ask next for what is since this.
    pub sequence: u64,
    /// Oldest change first; each entity appears once, as it stands.
    pub changes: Vec<Change>,
    /// Whether there is more.
    pub more: bool,
}

/// One entity and the sequence of its newest change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Place among the changes of the company.
    pub sequence: u64,
    /// What changed.
    #[serde(flatten)]
    pub entity: Entity,
}

/// An entity as it stands, by its area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "area", rename_all = "snake_case")]
pub enum Entity {
    /// A call record.
    Call {
        /// The record.
        call: Box<CallRecord>,
    },
    /// A person of the company.
    Person {
        /// The person.
        person: Person,
    },
    /// The company itself.
    Company {
        /// The company.
        company: Box<Company>,
    },
    /// An area that this version of the client does not know: pass over it.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_that_are_not_known_are_passed_over() {
        let page =
            r#"{"sequence": 9, "changes": [{"sequence": 7, "area": "ticket", "ticket": {"id": 1}}], "more": true}"#;
        let page: ChangePage = serde_json::from_str(page).expect("a page of a newer server");
        assert_eq!(page.changes, [Change { sequence: 7, entity: Entity::Unknown }]);
        assert_eq!((page.sequence, page.more), (9, true));
    }
}
