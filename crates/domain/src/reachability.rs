//! How a person can be reached on the direct line, as one server sees it and as all together do.

use crate::PresenceState;
use serde::{Deserialize, Serialize};

/// What one server knows of a person. What several know is [joined](Self::joined); neither the order nor a repetition
/// makes a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reachability {
    /// A device of theirs is registered there.
    pub registered: bool,
    /// They are in a call there, which may go on without a registered device.
    pub busy: bool,
}

impl Reachability {
    /// Neither registered nor busy.
    pub const NONE: Self = Self { registered: false, busy: false };

    /// What several servers know: registered where any says so, busy if any says so.
    pub fn joined(known: impl IntoIterator<Item = Self>) -> Self {
        known.into_iter().fold(Self::NONE, |all, one| Self {
            registered: all.registered || one.registered,
            busy: all.busy || one.busy,
        })
    }

    /// What colleagues see of it.
    pub const fn presence(self) -> PresenceState {
        match self {
            Self { busy: true, .. } => PresenceState::Busy,
            Self { registered: true, busy: false } => PresenceState::Available,
            Self { registered: false, busy: false } => PresenceState::Offline,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_anywhere_is_busy_and_otherwise_registered_anywhere_is_available() {
        let (away, free) = (Reachability::NONE, Reachability { registered: true, busy: false });
        let (talks, talks_unregistered) =
            (Reachability { registered: true, busy: true }, Reachability { registered: false, busy: true });
        let table: [(&[Reachability], PresenceState); 8] = [
            (&[], PresenceState::Offline),
            (&[away, away], PresenceState::Offline),
            (&[free], PresenceState::Available),
            (&[away, free], PresenceState::Available),
            (&[talks], PresenceState::Busy),
            (&[talks_unregistered], PresenceState::Busy),
            (&[free, talks], PresenceState::Busy),
            (&[free, away, talks_unregistered], PresenceState::Busy),
        ];
        for (known, expected) in table {
            let turned = known.iter().rev().copied();
            assert_eq!(Reachability::joined(known.iter().copied()).presence(), expected, "{known:?}");
            assert_eq!(Reachability::joined(turned).presence(), expected, "{known:?}");
        }
    }
}
