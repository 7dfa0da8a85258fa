//! The service codes that a server of ours answers: the one table of them.

/// A service of the server, dialed by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Hear oneself.
    Echo,
}

impl Service {
    /// All there are.
    pub const ALL: [Self; 1] = [Self::Echo];

    /// The service behind a code as [`Address::Service`](crate::Address::Service) has it.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.code() == code)
    }

    /// What is dialed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Echo => "*43",
        }
    }

    /// The name in English.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Echo => "Echo test",
        }
    }
}
