//! Why the store could not do it.

/// Any other error of a driver.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Result of a store method.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store could not do it; a variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row in this company.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A row with this key or unique value exists and is another's.
    #[error("this {0} is taken")]
    Conflict(&'static str),
    /// A page position that this store did not give out.
    #[error("the page position is not one of this server: start from the first page")]
    InvalidCursor,
    /// The database exists but cannot be read, or is not ours. Nothing was changed.
    #[error("the database {database} cannot be read: {remedy}")]
    Unreadable {
        /// Which database.
        database: String,
        /// What to do about it.
        remedy: &'static str,
        /// What the driver said.
        #[source]
        source: Option<Cause>,
    },
    /// The database was written by a newer version of this program. Nothing was changed.
    #[error(
        "the database {database} is of version {found}, this program knows only versions up to {known}: \
         install the newer version of Mobile Call again, or restore the backup from before the upgrade"
    )]
    TooNew {
        /// Which database.
        database: String,
        /// Version of the database.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// The database was written by an older version of this program, and whoever opened it may not bring it up to date.
    /// Nothing was changed.
    #[error(
        "the database {database} is of version {found} and this program works with version {known}: stop the server of \
         the older version and start the new one, which brings the database up to date, then try again"
    )]
    Outdated {
        /// Which database.
        database: String,
        /// Version of the database.
        found: i64,
        /// The version that this program works with.
        known: i64,
    },
    /// Somebody else holds the database; the same call may succeed later.
    #[error("the database is busy: try again")]
    Busy(#[source] Cause),
    /// The database cannot be written or reached now, for example because the disk is full; the same call may succeed
    /// once that is mended.
    #[error("the database is not available now: check disk space and permissions, then try again")]
    Unavailable(#[source] Cause),
    /// A defect of this program or of the rows.
    #[error("the database refused an operation")]
    Internal(#[source] Cause),
}

impl StoreError {
    /// Whether the same call may succeed later without a change by the caller.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Unavailable(_) => true,
            Self::NotFound(_)
            | Self::Conflict(_)
            | Self::InvalidCursor
            | Self::Unreadable { .. }
            | Self::TooNew { .. }
            | Self::Outdated { .. }
            | Self::Internal(_) => false,
        }
    }
}
