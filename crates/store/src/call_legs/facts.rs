//! What is said of one leg, and how it is joined.

use mobilecall_domain::{CallStatus, Timestamp};

/// What is said, or known, of a leg; absent fields say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegFacts {
    /// How far it has come.
    pub status: Option<CallStatus>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// From answer to end, as the provider counted it.
    pub duration_seconds: Option<u32>,
    /// What became of those whom it dialed.
    pub outcome: Option<Outcome>,
}

/// What became of dialing, in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// A final status.
    pub status: CallStatus,
    /// How long those who were dialed talked.
    pub duration_seconds: Option<u32>,
}

impl LegFacts {
    /// Only a status.
    pub fn of(status: CallStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// Only what became of dialing.
    pub fn dialed(status: CallStatus, duration_seconds: Option<u32>) -> Self {
        Self { outcome: Some(Outcome { status, duration_seconds }), ..Self::default() }
    }

    /// Joins what is said with what is known. In whatever order and however often the same things are said, the same comes of
    /// it; so of two that contradict each other always the same one holds.
    pub fn join(&mut self, said: &Self) {
        self.status = greatest(self.status, said.status, |status| place(*status));
        self.answered_at = earliest(self.answered_at, said.answered_at);
        self.ended_at = earliest(self.ended_at, said.ended_at);
        self.duration_seconds = self.duration_seconds.max(said.duration_seconds);
        let strength = |outcome: &Outcome| (place(outcome.status), outcome.duration_seconds);
        self.outcome = greatest(self.outcome, said.outcome, strength);
    }
}

/// A place in the order of statuses, final ones too.
fn place(status: CallStatus) -> (u8, usize) {
    let index = CallStatus::ALL.iter().position(|known| *known == status);
    (status.rank(), CallStatus::ALL.len() - index.unwrap_or(0))
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

fn greatest<T, K: Ord>(one: Option<T>, other: Option<T>, key: impl Fn(&T) -> K) -> Option<T> {
    one.into_iter().chain(other).max_by_key(key)
}
