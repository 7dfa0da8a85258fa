//! In which order a company wants its lines tried.

use crate::LineKind;
use std::{fmt, str::FromStr};

/// Kinds of line that can call numbers, the preferred first. An empty one is no preference, and a kind that is not named
/// comes after those that are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineOrder(Vec<LineKind>);

/// Why kinds of line are no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineOrderError {
    /// A kind stands there more than once.
    #[error("the order names {0} twice: name each kind of line once")]
    Twice(LineKind),
    /// The direct line calls extensions, whatever the order, and nothing else.
    #[error("the order names direct, which calls extensions whatever the order: leave it out")]
    Direct,
    /// A word that is none.
    #[error("'{0}' is not a kind of line: use sip and twilio, separated by a comma")]
    Unknown(String),
}

impl LineOrder {
    /// Checks an order.
    pub fn new(kinds: Vec<LineKind>) -> Result<Self, LineOrderError> {
        if kinds.contains(&LineKind::Direct) {
            return Err(LineOrderError::Direct);
        }
        match kinds.iter().enumerate().find(|(index, kind)| kinds[..*index].contains(kind)) {
            Some((_, kind)) => Err(LineOrderError::Twice(*kind)),
            None => Ok(Self(kinds)),
        }
    }

    /// The kinds, the preferred first.
    pub fn kinds(&self) -> &[LineKind] {
        &self.0
    }

    /// Whether there is no preference.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of a kind, from 0.
    pub fn place(&self, kind: LineKind) -> Option<u32> {
        self.0.iter().position(|named| *named == kind).and_then(|place| u32::try_from(place).ok())
    }
}

/// As storage and the command line have it: `sip,twilio`.
impl fmt::Display for LineOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|kind| kind.as_str()).collect();
        f.write_str(&words.join(","))
    }
}

impl FromStr for LineOrder {
    type Err = LineOrderError;
    fn from_str(text: &str) -> Result<Self, LineOrderError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let kind = |word: &str| word.parse().map_err(|_unknown| LineOrderError::Unknown(word.to_owned()));
        Self::new(text.split(',').map(str::trim).map(kind).collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_they_are_written() {
        for (text, written) in
            [("", ""), (" ", ""), ("sip", "sip"), ("sip,twilio", "sip,twilio"), (" twilio , sip ", "twilio,sip")]
        {
            let order: LineOrder = text.parse().unwrap();
            assert_eq!(order.to_string(), written);
            assert_eq!(order.to_string().parse(), Ok(order));
        }
    }

    #[test]
    fn what_is_no_order_is_refused_in_words() {
        for (text, error) in [
            ("sip,twilio,sip", "the order names sip twice: name each kind of line once"),
            ("direct,sip", "the order names direct, which calls extensions whatever the order: leave it out"),
            ("sip,isdn", "'isdn' is not a kind of line: use sip and twilio, separated by a comma"),
            ("sip,,twilio", "'' is not a kind of line: use sip and twilio, separated by a comma"),
        ] {
            assert_eq!(text.parse::<LineOrder>().unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn a_kind_that_is_not_named_has_no_place() {
        let order: LineOrder = "twilio".parse().unwrap();
        assert_eq!((order.place(LineKind::Twilio), order.place(LineKind::Sip)), (Some(0), None));
    }
}
