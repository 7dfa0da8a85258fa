//! The two sides of a call.

/// Who of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Party {
    Caller,
    Callee,
}
