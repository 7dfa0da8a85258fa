//! One change log a company. Whatever changes in an area takes the next number of the company's one sequence and leaves
//! one entry, in the same transaction; of each entity only the newest entry is kept.
//!
//! To add an area, add a row to the list below, and let its writes leave entries.

use crate::{
    companies::{Company, Person},
    error::Result,
    scope::Scope,
};
use async_trait::async_trait;
use mobilecall_domain::{CallRecord, CompanyId, UserId};
use std::sync::Weak;

macro_rules! areas {
    ($($(#[$doc:meta])* $area:ident($entity:ty) = $number:literal;)+) => {
        /// A kind of company data that changes are told of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Area { $($(#[$doc])* $area),+ }

        impl Area {
            /// Every area.
            pub const ALL: &[Self] = &[$(Self::$area),+];
            /// The number under which the change log keeps it; never changes.
            pub const fn number(self) -> u8 { match self { $(Self::$area => $number),+ } }
        }

        /// An entity as it stands.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Entity { $($(#[$doc])* $area(Box<$entity>)),+ }
    };
}

areas! {
    /// A call record.
    Call(CallRecord) = 1;
    /// A person, as colleagues know them.
    Person(Person) = 2;
    /// The company itself. That it was made is not entered: nobody is there yet to be told.
    Company(Company) = 3;
}

/// The change logs of all companies.
#[async_trait]
pub trait Changes: Send + Sync {
    /// At most `limit` entities changed after `since`, oldest change first. A `since` that this company has not reached
    /// (the database was put back from a backup) counts as 0, so that the reader catches up.
    async fn changes_since(&self, scope: Scope, since: u64, limit: u32) -> Result<ChangePage>;
    /// The company's newest change, 0 before the first.
    async fn sequence(&self, company: CompanyId) -> Result<u64>;
    /// Every company's next change gets a number above this, as if so many had been given.
    ///
    /// A database that is put back from a backup would give numbers again that readers know for other changes. A server that
    /// starts therefore begins above every number that an earlier run can have given: at the time in milliseconds, which
    /// no company's changes overtake.
    async fn skip_sequences(&self, upto: u64) -> Result<()>;
    /// From now on tells `observer`, as long as it lives, of what is entered through this store into any company's log,
    /// whatever the area.
    fn observe(&self, observer: Weak<dyn ChangeObserver>);
}

/// Told of changes. Changes that are made through another process's store are not among them.
pub trait ChangeObserver: Send + Sync {
    /// What `company` has changed up to `sequence` is in the store. Told once it is on the disk, before the writer has its
    /// answer, and also if the writer no longer waits for it. Must not block.
    fn reached(&self, company: CompanyId, sequence: u64);
}

/// Changed entities, oldest change first.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePage {
    /// The changes; each entity appears once, as it stands.
    pub changes: Vec<Change>,
    /// How far this page brings the reader: changes up to and including this number are in it or outside its scope.
    pub upto: u64,
    /// Whether there is more after `upto`.
    pub more: bool,
}

/// An entity and its place among the changes of its company.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Sequence of the entity's newest change.
    pub sequence: u64,
    /// Who may see it.
    pub audience: Audience,
    /// The entity.
    pub entity: Entity,
}

/// Who of a company may see an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Everybody,
    /// This agent, and whoever sees the whole company.
    Agent(UserId),
    /// Only who sees the whole company.
    Managers,
}

impl Audience {
    /// An agent's own entity; without an agent nobody's.
    pub const fn of(agent: Option<UserId>) -> Self {
        match agent {
            Some(agent) => Self::Agent(agent),
            None => Self::Managers,
        }
    }

    /// Whether a reader of this scope (of the same company) is among them.
    pub fn is_in(self, scope: Scope) -> bool {
        match (self, scope.agent) {
            (Self::Everybody, _) | (_, None) => true,
            (Self::Agent(owner), Some(reader)) => owner == reader,
            (Self::Managers, Some(_)) => false,
        }
    }
}
