//! Values that REST writes in its own way.

use mobilecall_domain::Private;
use serde::{Deserialize, Deserializer, de};
use std::{borrow::Cow, str::FromStr};

/// A number in text, or null.
pub(super) fn number<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: std::fmt::Display>,
{
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(de::Error::custom)).transpose()
}

/// A word that nothing depends on; `None` if it is not known here.
pub(super) fn known<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| text.parse().ok()))
}

/// A number, name or address of a person.
pub(super) fn private<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Private<String>, D::Error> {
    String::deserialize(deserializer).map(Private::new)
}

/// The same, where it may be null.
pub(super) fn optional_private<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Private<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()).map(Private::new))
}

/// A text, where empty is none.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// An amount of money in millionths of its currency; of what was spent it is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millionths(pub i64);

/// The text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an amount such as -0.00750")]
pub struct AmountError(String);

impl FromStr for Millionths {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        millionths(text).map(Self).ok_or_else(|| AmountError(text.to_owned()))
    }
}

fn millionths(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !only_digits(whole) || !only_digits(fraction) || fraction.len() > 6 {
        return None;
    }
    // A missing part counts as zero, and the fraction is filled up to six digits.
    let whole: i64 = format!("0{whole}").parse().ok()?;
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(fraction).map(|amount| sign * amount)
}

#[cfg(test)]
mod tests {
    use super::Millionths;

    #[test]
    fn amounts_are_exact() {
        let cases = [
            ("-0.00750", Some(-7_500)),
            ("12.5", Some(12_500_000)),
            ("3", Some(3_000_000)),
            (".5", Some(500_000)),
            ("-0", Some(0)),
            ("9223372036854.775807", Some(i64::MAX)),
            ("9223372036855", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1.2.3", None),
            ("1,5", None),
            ("+1", None),
            ("0.0000001", None),
        ];
        for (text, amount) in cases {
            assert_eq!(text.parse::<Millionths>().ok().map(|amount| amount.0), amount, "{text}");
        }
    }
}
