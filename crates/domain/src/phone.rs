//! Phone numbers in E.164, read from whatever people paste.

use crate::{
    digits::{is_separator, plain, visible},
    numbering::{self, Certainty, Fault, Found, Zero},
};
use rlibphonenumber::RegionStr;
use std::fmt;

/// A region whose dialing rules apply to numbers without a country code: an ISO 3166-1 alpha-2 code such as `SA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    plan: rlibphonenumber::Region,
    code: RegionStr,
}

/// The text is not a region code with dialing rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a region: use a two-letter code such as SA")]
pub struct RegionError(String);

impl Region {
    /// Saudi Arabia, the default of a new company.
    pub const SA: Self = Self::of(rlibphonenumber::Region::SA);
    const fn of(plan: rlibphonenumber::Region) -> Self {
        Self { plan, code: plan.as_region_str() }
    }
    /// From an ISO 3166-1 alpha-2 code.
    pub fn parse(code: &str) -> Result<Self, RegionError> {
        let region = rlibphonenumber::Region::from_code(&code.to_ascii_uppercase());
        region
            .ok()
            .filter(|region| numbering::has_plan(*region))
            .map(Self::of)
            .ok_or_else(|| RegionError(code.to_owned()))
    }
    /// Whether the digits are its country code.
    pub(crate) fn has_code(&self, digits: &str) -> bool {
        numbering::is_code_of(digits, self.plan)
    }
    /// The two-letter code.
    pub fn as_str(&self) -> &str {
        self.code.as_str()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A phone number in E.164 form, `+` and up to fifteen digits. `Debug` hides all but the last two digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text is not a phone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Nothing was given.
    #[error("there is no number: type its digits")]
    Empty,
    /// A character that has no place in a number.
    #[error("'{character}' at place {place} has no place in a phone number: remove it and try again")]
    Character {
        /// The character.
        character: char,
        /// The how manieth of those that can be seen.
        place: usize,
    },
    /// More digits than any number has.
    #[error("these are {digits} digits, and no phone number has more than 15: remove some")]
    TooManyDigits {
        /// How many were given.
        digits: usize,
    },
    /// More digits than numbers of the country have.
    #[error("this number has too many digits for {region}: check them, or write it as +966501234567")]
    TooLong {
        /// The number's country.
        region: String,
    },
    /// Fewer digits than numbers of the country have.
    #[error(
        "this number has too few digits for {region}: add what is missing, the area code too, or write it as +966501234567"
    )]
    TooShort {
        /// The number's country.
        region: String,
    },
    /// No country has the code that the number begins with.
    #[error("no country has the code this number begins with: check the digits after the plus")]
    UnknownCountry,
    /// A number at home as well as one abroad.
    #[error("this can be read as two numbers: write the one you mean with its country code, as +966501234567")]
    Ambiguous,
    /// A number that the country's numbering plan does not have.
    #[error("there is no such phone number in {region}: check the digits, or write it as +966501234567")]
    Invalid {
        /// The number's country.
        region: String,
    },
}

impl From<Fault> for PhoneNumberError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::UnknownCountry => Self::UnknownCountry,
            Fault::TooManyDigits(digits) => Self::TooManyDigits { digits },
            Fault::TooLong(region) => Self::TooLong { region: region.to_string() },
            Fault::TooShort(region) => Self::TooShort { region: region.to_string() },
            Fault::Ambiguous => Self::Ambiguous,
            Fault::Invalid(region) => Self::Invalid { region: region.to_string() },
        }
    }
}

/// The digits of a number, whether a plus stood with them, and whether a zero stood in brackets.
pub(crate) struct Digits {
    pub(crate) international: bool,
    pub(crate) zero: Zero,
    pub(crate) digits: String,
}

impl Digits {
    /// Takes the separators out of plain text. The plus stands before the digits, once or by a slip more often; or, where
    /// the text ran from right to left, behind all of them or behind the country code; or behind the prefix that it stands for.
    pub(crate) fn read(text: &str) -> Result<Self, PhoneNumberError> {
        let mut read = Self { international: false, zero: zero_of(text), digits: String::new() };
        // Where a plus stands behind digits, and how many of them.
        let mut behind: Option<(usize, usize)> = None;
        for (index, character) in text.chars().enumerate() {
            let place = index + 1;
            match character {
                '0'..='9' => read.digits.push(character),
                '+' if read.digits.is_empty() => read.international = true,
                '+' if !read.international && behind.is_none() => behind = Some((place, read.digits.len())),
                c if is_separator(c) => {}
                _ => return Err(PhoneNumberError::Character { character, place }),
            }
        }
        if let Some((place, before)) = behind {
            let code = &read.digits[..before];
            let may_stand = numbering::is_country_code(code) || matches!(code, "00" | "011");
            if before < read.digits.len() && !may_stand {
                return Err(PhoneNumberError::Character { character: '+', place });
            }
            read.international = true;
        }
        if read.digits.is_empty() { Err(PhoneNumberError::Empty) } else { Ok(read) }
    }
}

fn zero_of(text: &str) -> Zero {
    let tight: String = text.chars().filter(|c| *c != ' ').collect();
    if tight.contains("(0)") || tight.contains("[0]") { Zero::Bracketed } else { Zero::Bare }
}

impl PhoneNumber {
    /// Reads a number as people write it; a national form is completed with `region`.
    ///
    /// Understood are spaces, dashes, dots, slashes and brackets between the digits, digits of every script, invisible
    /// marks, a plus or the region's international prefix or `00` before the country code, the region's own country code
    /// without a plus, and a national prefix. URIs, names and extensions are [`Dial`](crate::Dial)'s part.
    pub fn parse(text: &str, region: Region) -> Result<Self, PhoneNumberError> {
        let text: String = visible(text).chars().map(plain).collect();
        Self::from_digits(&Digits::read(&text)?, region).map(|(number, _)| number)
    }
    pub(crate) fn from_digits(read: &Digits, region: Region) -> Result<(Self, Certainty), PhoneNumberError> {
        let found = if read.international {
            match numbering::international(&read.digits, read.zero) {
                Err(fault @ Fault::UnknownCountry) => {
                    numbering::prefixed(&read.digits, region.plan, read.zero).ok_or(fault)
                }
                read => read,
            }
        } else {
            numbering::national(&read.digits, region.plan, read.zero)
        };
        let Found { e164, certainty } = found?;
        Ok((Self(e164), certainty))
    }
    /// Whether companies buy such numbers for the word that their keys spell.
    pub(crate) fn may_be_word(&self) -> bool {
        numbering::may_be_word(&self.0)
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
            // The plus of a right-to-left text, and one too many.
            ("SA", "966501234567+", "+966501234567"),
            ("SA", "(966+) 50 123 4567", "+966501234567"),
            ("SA", "++966501234567", "+966501234567"),
            ("SA", "00+966 50 123 4567", "+966501234567"),
            ("US", "011+966 50 123 4567", "+966501234567"),
            ("SA", "+ +966 50 123 4567", "+966501234567"),
        ];
        for (region, text, expected) in cases {
            assert_eq!(read(text, region).as_deref(), Ok(expected), "{text} in {region}");
        }
    }

    #[test]
    fn the_rest_is_refused_with_its_reason() {
        let short = |region: &str| PhoneNumberError::TooShort { region: region.to_owned() };
        let long = |region: &str| PhoneNumberError::TooLong { region: region.to_owned() };
        let sign = |character: char, place: usize| PhoneNumberError::Character { character, place };
        let many = |digits: usize| PhoneNumberError::TooManyDigits { digits };
        let cases = [
            ("SA", "", PhoneNumberError::Empty),
            ("SA", " -() ", PhoneNumberError::Empty),
            ("SA", "+", PhoneNumberError::Empty),
            ("SA", "12a45", sign('a', 3)),
            ("SA", "\u{2068}050 a1234567", sign('a', 5)),
            ("SA", "+3363a123456", sign('a', 6)),
            ("SA", "050+1234567", sign('+', 4)),
            ("SA", "+966501234567+", sign('+', 14)),
            ("SA", "0501234567,123", sign(',', 11)),
            ("SA", "911", short("SA")),
            ("SA", "+9665", short("SA")),
            ("SA", "050123456", short("SA")),
            ("SA", "05012345678", long("SA")),
            ("SA", "+444012345678", PhoneNumberError::Invalid { region: "GB".into() }),
            ("SA", "1234567", short("SA")),
            ("SA", "+96650123456", short("SA")),
            ("SA", "201001234567", long("SA")),
            ("US", "253-0000", short("US")),
            ("SA", "+210 501 234 567", PhoneNumberError::UnknownCountry),
            ("SA", "+0501234567", PhoneNumberError::UnknownCountry),
            ("SA", "+9665012345678901", many(16)),
            ("SA", "1234567890123456", many(16)),
            ("SA", "0000000000000000000000000000000000", many(34)),
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
