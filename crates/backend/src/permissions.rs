//! Who may see and do what.

use crate::backend::NO_PASSWORD;
use mobilecall_store::{Principal, Role, Scope};

/// What a person may see of the company's calls and changes: agents their own, and of changes what is everybody's;
/// everybody else all.
pub(crate) fn visible(principal: &Principal) -> Scope {
    match principal.user.role {
        Role::Agent => own(principal),
        Role::Admin | Role::SalesManager | Role::SupportManager => Scope::everybody(principal.company.id),
    }
}

/// Whether a person may change what concerns everybody of the company.
pub(crate) fn changes_company(principal: &Principal) -> bool {
    match principal.user.role {
        Role::Admin => true,
        Role::SalesManager | Role::SupportManager | Role::Agent => is_local(principal),
    }
}

/// The agent of the app that embeds this server, whom nobody else can sign in as: whoever runs the app owns its server.
fn is_local(principal: &Principal) -> bool {
    principal.user.password_hash == NO_PASSWORD
}

/// The calls that a person may report: their own, whatever the role.
pub(crate) fn own(principal: &Principal) -> Scope {
    Scope::only(principal.company.id, principal.user.id)
}
