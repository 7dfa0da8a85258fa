//! Phone numbers in E.164, read from whatever people paste.

use crate::{
    dial_text::{ascii_digit, is_plus, is_separator, visible},
    numbering::{self, International},
};
use std::fmt;

/// The longest text read as a number, separators included but invisible characters not.
pub const MAX_NUMBER_CHARACTERS: usize = 32;

/// Fewer digits than this are no number of the public network in any region.
const MIN_DIGITS: usize = 5;

/// A region whose dialing rules apply to numbers without a country code: an ISO 3166-1 alpha-2 code such as `SA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(phonenumber::country::Id);

/// The text is not a region code with dialing rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a region: use a two-letter code such as SA")]
pub struct RegionError(String);

impl Region {
    /// Saudi Arabia, the default of a new company.
    pub const SA: Self = Self(phonenumber::country::SA);
    /// From an ISO 3166-1 alpha-2 code.
    pub fn parse(code: &str) -> Result<Self, RegionError> {
        code.to_ascii_uppercase().parse().map(Self).map_err(|_| RegionError(code.to_owned()))
    }
    /// The two-letter code.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A valid phone number in E.164 form, `+` and up to fifteen digits. `Debug` hides all but the last two digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text is not a phone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Nothing was given.
    #[error("there is no number: type its digits")]
    Empty,
    /// A character that has no place in a number.
    #[error("'{0}' has no place in a phone number: remove it and try again")]
    Character(char),
    /// More characters than any number has.
    #[error("too long for a phone number: at most {MAX_NUMBER_CHARACTERS} characters and 15 digits")]
    TooLong,
    /// Fewer digits than any number has.
    #[error("too short for a phone number: check the digits, or write it as +966501234567")]
    TooShort,
    /// No country has the code that the number begins with.
    #[error("no country has the code this number begins with: check the digits after the plus")]
    UnknownCountry,
    /// A number that no numbering plan knows.
    #[error("this is not a valid phone number in the region {region}: check the digits, or write it as +966501234567")]
    Invalid {
        /// The region tried.
        region: String,
    },
}

/// The digits of a number and whether a plus stood before them.
pub(crate) struct Digits {
    pub(crate) international: bool,
    pub(crate) digits: String,
}

impl Digits {
    /// Takes separators out; a plus may stand only before the first digit.
    pub(crate) fn read(text: &str) -> Result<Self, PhoneNumberError> {
        if text.chars().count() > MAX_NUMBER_CHARACTERS {
            return Err(PhoneNumberError::TooLong);
        }
        let mut read = Self { international: false, digits: String::new() };
        for character in text.chars() {
            if let Some(digit) = ascii_digit(character) {
                read.digits.push(digit);
            } else if is_plus(character) && read.digits.is_empty() && !read.international {
                read.international = true;
            } else if !is_separator(character) {
                return Err(PhoneNumberError::Character(character));
            }
        }
        if read.digits.is_empty() { Err(PhoneNumberError::Empty) } else { Ok(read) }
    }
}

impl PhoneNumber {
    /// Reads a number as people write it; a national form is completed with `region`.
    ///
    /// Understood are spaces, dashes, dots, slashes and brackets between the digits, digits of the Arabic, Persian
    /// and full-width scripts, invisible marks, a plus or the region's international prefix before the country
    /// code, the region's own country code without a plus, and a national prefix. URIs and names are
    /// [`Address`](crate::Address)'s part.
    pub fn parse(text: &str, region: Region) -> Result<Self, PhoneNumberError> {
        Self::from_digits(&Digits::read(&visible(text))?, region)
    }
    pub(crate) fn from_digits(read: &Digits, region: Region) -> Result<Self, PhoneNumberError> {
        if read.international {
            return Self::international(&read.digits, region);
        }
        if read.digits.len() < MIN_DIGITS {
            return Err(PhoneNumberError::TooShort);
        }
        if let Some(digits) = numbering::national(&read.digits, region.0) {
            return Ok(Self(format!("+{digits}")));
        }
        if let Some(rest) = numbering::after_international_prefix(&read.digits, region.0) {
            return Self::international(rest, region);
        }
        match numbering::with_own_country_code(&read.digits, region.0) {
            Some(digits) => Ok(Self(format!("+{digits}"))),
            None if read.digits.len() > numbering::MAX_DIGITS => Err(PhoneNumberError::TooLong),
            None => Err(PhoneNumberError::Invalid { region: region.as_str().to_owned() }),
        }
    }
    fn international(digits: &str, region: Region) -> Result<Self, PhoneNumberError> {
        if digits.len() < MIN_DIGITS {
            return Err(PhoneNumberError::TooShort);
        }
        match numbering::international(digits) {
            International::Valid(digits) => Ok(Self(format!("+{digits}"))),
            International::UnknownCountry => Err(PhoneNumberError::UnknownCountry),
            International::Invalid if digits.len() > numbering::MAX_DIGITS => Err(PhoneNumberError::TooLong),
            International::Invalid => Err(PhoneNumberError::Invalid { region: region.as_str().to_owned() }),
        }
    }
    /// The number, for dialing and storage.
    pub fn as_e164(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber(…{})", &self.0[self.0.len().saturating_sub(2)..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, region: &str) -> Result<String, PhoneNumberError> {
        PhoneNumber::parse(text, Region::parse(region).unwrap()).map(|number| number.as_e164().to_owned())
    }

    #[test]
    fn what_people_paste_becomes_e164() {
        let cases = [
            ("SA", "+966501234567", "+966501234567"),
            ("SA", "0501234567", "+966501234567"),
            ("SA", "501234567", "+966501234567"),
            ("SA", "00966501234567", "+966501234567"),
            ("SA", "00966 0501234567", "+966501234567"),
            ("SA", "966501234567", "+966501234567"),
            ("SA", "+966 (0)50 123-4567", "+966501234567"),
            ("SA", "(+966) 50.123.4567", "+966501234567"),
            ("SA", "+00966501234567", "+966501234567"),
            ("SA", "٠٥٠١٢٣٤٥٦٧", "+966501234567"),
            ("SA", "۰۵۰۱۲۳۴۵۶۷", "+966501234567"),
            ("SA", "＋９６６ 50 123 4567", "+966501234567"),
            ("SA", "\u{202a}+966\u{a0}50\u{2011}123\u{2013}4567\u{202c}", "+966501234567"),
            ("SA", "011 465 1234", "+966114651234"),
            ("SA", "920012345", "+966920012345"),
            ("SA", "8001234567", "+9668001234567"),
            // An Italian zero is part of the number, whatever region the company is in.
            ("SA", "+39 06 1234 5678", "+390612345678"),
            ("SA", "0039 06 1234 5678", "+390612345678"),
            ("IT", "06 1234 5678", "+390612345678"),
            // Toll-free numbers that begin with the national prefix.
            ("SA", "+7 800 100 21 45", "+78001002145"),
            ("RU", "8 800 100 21 45", "+78001002145"),
            ("RU", "8 495 123 45 67", "+74951234567"),
            ("IR", "09121234567", "+989121234567"),
            ("IR", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567"),
            ("IR", "021 8888 1234", "+982188881234"),
            ("IR", "0098 912 123 4567", "+989121234567"),
            ("EG", "0100 123 4567", "+201001234567"),
            ("EG", "02 2792 4000", "+20227924000"),
            ("AE", "050 123 4567", "+971501234567"),
            ("AE", "04 331 1111", "+97143311111"),
            ("AE", "600 522222", "+971600522222"),
            ("AE", "800 12345", "+97180012345"),
            ("US", "(650) 253-0000", "+16502530000"),
            ("US", "1 650 253 0000", "+16502530000"),
            ("US", "011 966 50 123 4567", "+966501234567"),
            ("US", "00 966 50 123 4567", "+966501234567"),
            ("US", "416-967-1111", "+14169671111"),
            ("SA", "+1 416 967 1111", "+14169671111"),
            ("GB", "020 7946 0018", "+442079460018"),
            ("DE", "030/123456", "+4930123456"),
            ("AR", "0343 15 455 1212", "+5493434551212"),
            ("SA", "+800 1234 5678", "+80012345678"),
        ];
        for (region, text, expected) in cases {
            assert_eq!(read(text, region).as_deref(), Ok(expected), "{text} in {region}");
        }
    }

    #[test]
    fn the_rest_is_refused_with_its_reason() {
        let invalid = |region: &str| PhoneNumberError::Invalid { region: region.to_owned() };
        let cases = [
            ("SA", "", PhoneNumberError::Empty),
            ("SA", " -() ", PhoneNumberError::Empty),
            ("SA", "+", PhoneNumberError::Empty),
            ("SA", "12a45", PhoneNumberError::Character('a')),
            ("SA", "050+1234567", PhoneNumberError::Character('+')),
            ("SA", "966501234567+", PhoneNumberError::Character('+')),
            ("SA", "0501234567,123", PhoneNumberError::Character(',')),
            ("SA", "911", PhoneNumberError::TooShort),
            ("SA", "+9665", PhoneNumberError::TooShort),
            ("SA", "050123456", invalid("SA")),
            ("SA", "05012345678", invalid("SA")),
            ("SA", "1234567", invalid("SA")),
            ("SA", "+96650123456", invalid("SA")),
            ("SA", "201001234567", invalid("SA")),
            ("US", "253-0000", invalid("US")),
            ("SA", "+210 501 234 567", PhoneNumberError::UnknownCountry),
            ("SA", "+0501234567", PhoneNumberError::UnknownCountry),
            ("SA", "+9665012345678901", PhoneNumberError::TooLong),
            ("SA", "0000000000000000000000000000000000", PhoneNumberError::TooLong),
        ];
        for (region, text, expected) in cases {
            assert_eq!(read(text, region), Err(expected), "{text} in {region}");
        }
    }

    #[test]
    fn debug_shows_only_the_end() {
        let number = PhoneNumber::parse("0501234567", Region::SA).unwrap();
        assert_eq!(format!("{number:?}"), "PhoneNumber(…67)");
    }

    const REGIONS: [&str; 10] = ["SA", "IR", "EG", "AE", "US", "IT", "RU", "DE", "AR", "GB"];

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}", region in prop::sample::select(&REGIONS)) {
            check_stable(&text, region);
        }
        #[test]
        fn any_digits_are_read_or_refused(text in "[+]?[0-9٠-٩۰-۹ ()-]{0,34}", region in prop::sample::select(&REGIONS)) {
            check_stable(&text, region);
        }
        #[test]
        fn every_saudi_mobile_number_is_read_in_every_form(subscriber in 0u32..10_000_000, second in prop::sample::select(vec![0u32,3,4,5,6,8,9])) {
            let national = format!("5{second}{subscriber:07}");
            let expected = format!("+966{national}");
            for text in [format!("0{national}"), format!("00966{national}"), format!("966{national}"), expected.clone()] {
                prop_assert_eq!(read(&text, "SA").unwrap(), expected.clone());
            }
        }
    }

    /// What was read is read again as itself, in every region.
    fn check_stable(text: &str, region: &str) {
        if let Ok(number) = read(text, region) {
            for other in REGIONS {
                assert_eq!(read(&number, other).as_deref(), Ok(number.as_str()), "{text} in {region}");
            }
        }
    }
}
