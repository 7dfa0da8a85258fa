//! People as their colleagues see them.

use mobilecall_domain::UserId;
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// A person of the company as a change tells of them: an item of `GET /api/team` without its state, which is no part of the
/// change log. `Debug` leaves out name and number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    pub user_id: UserId,
    /// User name, dialed as `client:name`.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Short number.
    pub extension: Option<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        changes::{Change, Entity},
        events::Event,
    };
    use serde_json::json;

    #[test]
    fn a_change_tells_who_it_is_and_nothing_else() {
        let id = "018f0000-0000-7000-8000-00000000abcd";
        let person = Person {
            user_id: id.parse().unwrap(),
            username: "carol".to_owned(),
            name: "Carol".to_owned(),
            extension: Some("103".to_owned()),
        };
        let json = json!({"userId": id, "username": "carol", "name": "Carol", "extension": "103"});
        let event = Event::Person { sequence: 7, person: person.clone() };
        let told = json!({"type": "person", "sequence": 7, "person": json});
        assert_eq!(serde_json::to_value(&event).unwrap(), told);
        assert_eq!(serde_json::from_value::<Event>(told).unwrap(), event);
        let change = Change { sequence: 7, entity: Entity::Person { person } };
        let told = json!({"area": "person", "sequence": 7, "person": json});
        assert_eq!(serde_json::to_value(&change).unwrap(), told);
        assert_eq!(serde_json::from_value::<Change>(told).unwrap(), change);
        let printed = format!("{event:?} {change:?}");
        assert!(!printed.contains("arol") && !printed.contains("103"), "{printed}");
    }
}
