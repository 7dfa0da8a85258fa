//! People who can sign in.

use mobilecall_backend::{PasswordCost, hash_password};
use mobilecall_domain::{CompanyId, Timestamp, UserId};
use mobilecall_store::{Role, User};
use std::sync::LazyLock;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

static HASH: LazyLock<String> =
    LazyLock::new(|| hash_password(PASSWORD, PasswordCost::FOR_TESTS).expect("the password can be hashed"));

/// A quick hash of [`PASSWORD`].
pub fn password_hash() -> String {
    HASH.clone()
}

/// A stored person.
#[derive(Clone, Debug)]
pub struct TestUser {
    /// The row.
    pub user: User,
}

impl TestUser {
    /// One who is not stored yet, with the password [`PASSWORD`].
    pub fn new(company: CompanyId, username: &str, extension: Option<&str>, role: Role) -> Self {
        let user = User {
            id: UserId::generate(),
            company_id: company,
            username: username.to_owned(),
            name: format!("{username} of the tests"),
            extension: extension.map(str::to_owned),
            password_hash: password_hash(),
            role,
            created_at: Timestamp::now(),
        };
        Self { user }
    }

    /// Sign-in name and voice identity.
    pub fn username(&self) -> &str {
        &self.user.username
    }
}
