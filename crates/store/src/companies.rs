//! Companies and people.

use crate::error::Result;
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, LineOrder, Timestamp, UserId, names};
use std::{fmt, str::FromStr};

/// Companies and their people.
#[async_trait]
pub trait Companies: Send + Sync {
    /// Adds a company. `Conflict` if its id or name is taken.
    async fn create_company(&self, company: &Company) -> Result<()>;
    /// A company.
    async fn company(&self, company: CompanyId) -> Result<Option<Company>>;
    /// A company by its name; for the administrator of the server.
    async fn company_by_name(&self, name: &str) -> Result<Option<Company>>;
    /// Every company by name; for the administrator of the server.
    async fn companies(&self) -> Result<Vec<Company>>;
    /// Which kinds of line the company prefers from now on, told to everybody of it; an order that is so already changes
    /// nothing. Gives the company as it stands then, `NotFound` without one.
    async fn set_company_lines(&self, company: CompanyId, lines: &LineOrder) -> Result<Company>;

    /// Sets some of the company's settings by name and removes those that are null, all or none, and tells everybody of it that
    /// something changed; what is so already changes nothing. Gives the company as it stands then, `NotFound` without one.
    async fn change_company_settings(
        &self,
        company: CompanyId,
        changes: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Company>;

    /// Adds a person, and tells everybody of the company. `Conflict("user name")` or `Conflict("extension")` if taken,
    /// `NotFound` without the company.
    async fn create_user(&self, user: &User) -> Result<()>;
    /// A person of the company.
    async fn user(&self, company: CompanyId, user: UserId) -> Result<Option<User>>;
    /// Whoever has this user name on the whole server; only sign-in asks this, since it does not know the company yet.
    async fn user_by_username(&self, username: &str) -> Result<Option<User>>;
    /// A person of the company by short number.
    async fn user_by_extension(&self, company: CompanyId, extension: &str) -> Result<Option<User>>;
    /// User names of those in the company whose short number begins with these digits, at most `limit`, by short number.
    async fn usernames_by_extension(&self, company: CompanyId, beginning: &str, limit: u32) -> Result<Vec<String>>;
    /// Everybody of the company, by user name.
    async fn users(&self, company: CompanyId) -> Result<Vec<User>>;
}

/// The company that somebody means by a name, however it was typed. Companies of version 0.1 may have names that are not
/// clean.
pub async fn company_named<S: Companies + ?Sized>(store: &S, typed: &str) -> Result<Option<Company>> {
    match store.company_by_name(&names::clean(typed)).await? {
        Some(company) => Ok(Some(company)),
        None => store.company_by_name(typed.trim()).await,
    }
}

/// A company; every other row belongs to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// Key.
    pub id: CompanyId,
    /// Display name, unique on this server.
    pub name: String,
    /// Region for national phone numbers, an ISO 3166-1 alpha-2 code such as `SA`.
    pub region: String,
    /// Settings, a JSON object.
    pub settings: serde_json::Value,
    /// Which kinds of line its people's calls prefer.
    pub lines: LineOrder,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Company {
    /// A new one, without settings and without a preference.
    pub fn new(name: &str, region: &str, now: Timestamp) -> Self {
        Self {
            id: CompanyId::generate(),
            name: name.to_owned(),
            region: region.to_owned(),
            settings: serde_json::json!({}),
            lines: LineOrder::default(),
            created_at: now,
        }
    }
}

/// A person who signs in. `Debug` leaves out the password hash.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Key.
    pub id: UserId,
    /// Owner of the row.
    pub company_id: CompanyId,
    /// Sign-in name and voice identity, `[a-z0-9_]{1,64}`, unique on this server.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Short number, unique in the company.
    pub extension: Option<String>,
    /// Password hash in PHC form; a text that is none of that form means that no password fits.
    pub password_hash: String,
    /// What the person may do.
    pub role: Role,
    /// When the row was made.
    pub created_at: Timestamp,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("company_id", &self.company_id)
            .field("username", &self.username)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A person as colleagues know them: what the change log tells of a [`User`]. How somebody signs in, and what they may do,
/// is not part of it. `Debug` leaves out names and number.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Key.
    pub id: UserId,
    /// Sign-in name and voice identity.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Short number.
    pub extension: Option<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::SalesManager, Self::SupportManager, Self::Agent];
    /// The spelling that storage, JSON and the command line share.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::SalesManager => "sales_manager",
            Self::SupportManager => "support_manager",
            Self::Agent => "agent",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> std::result::Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// The text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a role: use admin, sales_manager, support_manager or agent")]
pub struct UnknownRole(String);
