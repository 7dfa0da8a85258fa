//! Twilio's times: RFC 2822, always in UTC, in whole seconds (`Mon, 23 Nov 2026 08:51:00 +0000`).

use jiff::{Timestamp as Moment, fmt::rfc2822, tz::TimeZone};
use mobilecall_domain::Timestamp;
use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;

/// The text is not such a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a time as RFC 2822 writes it, such as Mon, 23 Nov 2026 08:51:00 +0000")]
pub struct TimeError(String);

/// Reads a time in any offset.
pub fn read(text: &str) -> Result<Timestamp, TimeError> {
    let moment = rfc2822::DateTimeParser::new().parse_timestamp(text);
    moment.map(|moment| Timestamp::from_millis(moment.as_millisecond())).map_err(|_| TimeError(text.to_owned()))
}

/// Writes a time as Twilio does; what is less than a second is left out, and no call was before 1970.
pub fn write(time: Timestamp) -> String {
    let moment = Moment::from_millisecond(time.as_millis().max(0)).expect("a `Timestamp` keeps within jiff's years");
    rfc2822::to_string(&moment.to_zoned(TimeZone::UTC)).expect("RFC 2822 can write every year from 1970 to 9999")
}

/// For fields of REST that are null until something has happened.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.filter(|text| !text.is_empty()).map(|text| read(&text)).transpose().map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use mobilecall_domain::Timestamp;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_as_twilio_writes_them() {
        let cases = [
            ("Mon, 23 Nov 2026 08:51:00 +0000", "2026-11-23T08:51:00.000Z"),
            ("Wed, 04 Nov 2026 08:51:07 +0000", "2026-11-04T08:51:07.000Z"),
            ("Wed, 4 Nov 2026 11:51:07 +0300", "2026-11-04T08:51:07.000Z"),
            ("Wed, 4 Nov 2026 08:51:07 GMT", "2026-11-04T08:51:07.000Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap().to_string(), expected);
        }
        for text in ["", "2026-11-23T08:51:00Z", "yesterday", "Mon, 23 Nov 2026 25:00:00 +0000"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_written_as_twilio_writes_them() {
        let time = "2026-11-23T08:51:00.700Z".parse().unwrap();
        assert_eq!(write(time), "Mon, 23 Nov 2026 08:51:00 +0000");
    }

    proptest! {
        #[test]
        fn whole_seconds_come_back(second in 0i64..4_000_000_000) {
            let time = Timestamp::from_millis(second * 1000);
            prop_assert_eq!(read(&write(time)).unwrap(), time);
        }
    }
}
