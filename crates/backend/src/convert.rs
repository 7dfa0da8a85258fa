//! The store's models as the API shows them.

use mobilecall_api::{auth, events::Presence, events::PresenceState};
use mobilecall_store::{CallScope, Principal, Role, User};

pub(crate) fn role(role: Role) -> auth::Role {
    match role {
        Role::Admin => auth::Role::Admin,
        Role::SalesManager => auth::Role::SalesManager,
        Role::SupportManager => auth::Role::SupportManager,
        Role::Agent => auth::Role::Agent,
    }
}

pub(crate) fn user(principal: &Principal) -> auth::User {
    let Principal { user, company, .. } = principal;
    auth::User {
        id: user.id,
        username: user.username.clone(),
        name: user.name.clone(),
        company_id: company.id,
        company_name: company.name.clone(),
        role: role(user.role),
        extension: user.extension.clone(),
        region: company.region.clone(),
    }
}

pub(crate) fn presence(user: User, state: PresenceState) -> Presence {
    Presence { user_id: user.id, username: user.username, name: user.name, extension: user.extension, state }
}

/// The calls that a person may see: agents their own, everybody else the company's.
pub(crate) fn visible_calls(principal: &Principal) -> CallScope {
    let agent = match principal.user.role {
        Role::Agent => Some(principal.user.id),
        Role::Admin | Role::SalesManager | Role::SupportManager => None,
    };
    CallScope { company: principal.company.id, agent }
}

/// The calls that a person may report: their own, whatever the role.
pub(crate) fn own_calls(principal: &Principal) -> CallScope {
    CallScope { company: principal.company.id, agent: Some(principal.user.id) }
}
