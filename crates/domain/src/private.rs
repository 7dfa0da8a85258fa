//! Values that must never reach a log.

use std::fmt;

/// Wraps a phone number, address, token or session description so that `Debug` and `Display` print only its length.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// Uncovers the value; the caller must not log it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
    /// Uncovers the value by move; the caller must not log it.
    pub fn into_inner(self) -> T {
        self.0
    }
}
impl<T: AsRef<str>> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} private characters]", self.0.as_ref().chars().count())
    }
}
impl<T: AsRef<str>> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_private_is_shown() {
        let number = Private::new("+966501234567".to_owned());
        assert_eq!(format!("{number} {number:?}"), "[13 private characters] [13 private characters]");
        let offer = crate::SdpOffer::new("v=0 secret");
        assert_eq!(format!("{offer:?}"), "SdpOffer([10 private characters])");
        assert_eq!(number.into_inner(), "+966501234567");
    }
}
