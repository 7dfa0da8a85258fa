//! Wall-clock time of records.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr, time::Duration};

/// A moment in UTC with millisecond precision, written as RFC 3339 with three decimals (`2026-11-21T08:51:00.000Z`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub(crate) i64);

/// The text is not a moment in RFC 3339 form.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a time: write it as 2026-11-21T08:51:00.000Z")]
pub struct TimestampError(String);

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z, clamped to the years that RFC 3339 can write.
    pub fn from_millis(millis: i64) -> Self {
        // Whole seconds, because jiff takes no milliseconds beyond its last whole second.
        Self(millis.clamp(jiff::Timestamp::MIN.as_second() * 1000, jiff::Timestamp::MAX.as_second() * 1000))
    }
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
    /// Reads the system clock. Only programs and drivers at the edges call this; pure code takes `now`.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }
    /// Time since `earlier`; zero if `earlier` is later, as after a clock step.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
    /// This moment moved forward.
    pub fn plus(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
    /// This moment moved back.
    pub fn minus(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => Err(fmt::Error),
        }
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for Timestamp {
    type Err = TimestampError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>()
            .map(|time| Self::from_millis(time.as_millisecond()))
            .map_err(|_| TimestampError(text.to_owned()))
    }
}
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(InText)
    }
}

/// Reads a moment from its text.
struct InText;

impl de::Visitor<'_> for InText {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as 2026-11-21T08:51:00.007Z")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_written_with_three_decimals_and_read_in_any_offset() {
        let time = Timestamp::from_millis(1_795_251_060_007);
        assert_eq!(time.to_string(), "2026-11-21T08:51:00.007Z");
        assert_eq!("2026-11-21T11:51:00.0074+03:00".parse::<Timestamp>().unwrap(), time);
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"2026-11-21T08:51:00.007Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>("\"2026-11-21T08:51:00.007Z\"").unwrap(), time);
        let last = "9999-12-30T22:00:00.999Z".parse::<Timestamp>().unwrap();
        assert_eq!(last.to_string(), "9999-12-30T22:00:00.000Z", "beyond the last second there is nothing");
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!("2026-11-21T08:51:00".parse::<Timestamp>().is_err(), "a time without an offset is no moment");
    }

    #[test]
    fn spans_never_go_backwards_and_never_overflow() {
        let (early, late) = (Timestamp::from_millis(1000), Timestamp::from_millis(3500));
        assert_eq!(late.since(early), Duration::from_millis(2500));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early.plus(Duration::from_millis(2500)), late);
        assert_eq!(late.minus(Duration::from_millis(2500)), early);
        for end in [Timestamp::from_millis(i64::MAX), early.plus(Duration::MAX), Timestamp::from_millis(i64::MIN)] {
            assert_eq!(end.to_string().parse::<Timestamp>().unwrap(), end);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millis in any::<i64>()) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
        }
    }
}
