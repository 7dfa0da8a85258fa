//! Sign-in.

use crate::calls::{LineKind, known_kinds};
use mobilecall_domain::{CompanyId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// Body of `POST /api/auth/login`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginRequest {
    /// User name, compared without regard to case.
    pub username: String,
    /// Password, 1 to 1024 bytes.
    pub password: String,
}

/// Body of `POST /api/auth/refresh`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RefreshRequest {
    /// The refresh token of the last [`LoginResponse`]; each works once.
    pub refresh_token: String,
}

/// Answer of `POST /api/auth/login` and `/api/auth/refresh`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginResponse {
    /// Bearer token for every other request, a JWT of `expires_in` seconds.
    pub token: String,
    /// Life of `token` in seconds.
    pub expires_in: u64,
    /// Exchanges for a new pair until the session is revoked or 30 days unused.
    pub refresh_token: String,
    /// Who signed in.
    pub user: User,
}

/// A signed-in person, as `GET /api/auth/me` gives it. `Debug` leaves out names and numbers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Id.
    #[schema(value_type = String, format = "uuid")]
    pub id: UserId,
    /// User name.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Company.
    #[schema(value_type = String, format = "uuid")]
    pub company_id: CompanyId,
    /// Company's display name.
    pub company_name: String,
    /// What the person may do.
    pub role: Role,
    /// Short number by which colleagues call this person.
    pub extension: Option<String>,
    /// The company's default region for national phone numbers, for example `SA`.
    pub region: String,
    /// Which kinds of line the company prefers, as `GET /api/company` gives it; absent without a preference.
    #[serde(default, deserialize_with = "known_kinds", skip_serializing_if = "Vec::is_empty")]
    pub company_lines: Vec<LineKind>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("company_id", &self.company_id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Roles of the agent portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Role {
    /// Everything within the company.
    Admin,
    /// Campaigns and bookings; sees every call of the company.
    SalesManager,
    /// Tickets and support; sees every call of the company.
    SupportManager,
    /// Own calls only.
    Agent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_a_newer_server_keeps_nobody_out() {
        let json = r#"{"id":"018f0000-0000-7000-8000-00000000abcd","username":"alice","name":"Alice",
            "company_id":"018f0000-0000-7000-8000-00000000abce","company_name":"Acme","role":"agent","extension":"101",
            "region":"SA","company_lines":["isdn","twilio"]}"#;
        let user: User = serde_json::from_str(json).expect("a user");
        assert_eq!(user.company_lines, [LineKind::Twilio]);
        let without = json.replace(r#","company_lines":["isdn","twilio"]"#, "");
        let user: User = serde_json::from_str(&without).expect("a user");
        assert_eq!(user.company_lines, []);
    }
}
