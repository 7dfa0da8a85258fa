//! Numbering plans: from digits to E.164.
//!
//! The plans and their rules are libphonenumber's, in the port `rlibphonenumber`. It gets nothing but digits, because it drops
//! letters or makes digits of them in silence. Added here is what people write and it does not read:
//!
//! - `00` before a country code where the region's own prefix is another,
//! - a zero behind the code of a country that has no trunk prefix, as in `+48 (0)22…`,
//! - the digits that Mexico gave up in 2020: 1 behind the country code, and 044, 045 and 01 before national numbers,
//! - numbers of ranges that are newer than the plans.

use crate::NumberKind;
use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberType, Region, ValidationError};

/// E.164 allows fifteen digits, country code included (ITU-T E.164 §6.1).
pub(crate) const MAX_DIGITS: usize = 15;
/// The longest international prefix, with the code of a carrier.
const MAX_PREFIX: usize = 7;
/// No region dials more: the longest international prefix before the longest number.
const MAX_DIALED_DIGITS: usize = 24;
/// Digits that the library does not read at all are few or many.
const MAX_UNREAD_DIGITS: usize = 9;
const MEXICO: i32 = 52;
const ARGENTINA: i32 = 54;
const SAN_MARINO: i32 = 378;
/// Kinds of numbers with examples in the plans.
const KINDS: [PhoneNumberType; 9] = [
    PhoneNumberType::FixedLine,
    PhoneNumberType::Mobile,
    PhoneNumberType::TollFree,
    PhoneNumberType::PremiumRate,
    PhoneNumberType::SharedCost,
    PhoneNumberType::PersonalNumber,
    PhoneNumberType::VoIP,
    PhoneNumberType::UAN,
    PhoneNumberType::VoiceMail,
];
/// What stood before Mexican numbers of today's form.
const OLD_MEXICAN_PREFIXES: [&str; 4] = ["044", "045", "01", "1"];

/// Whether the plans have the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// They do.
    Known,
    /// They do not, though it is as long as its neighbours are: it may be of a range that is newer.
    UnknownRange,
}

/// Whether a zero stands in brackets, as in `+44 (0)20…`, and so is not dialed from abroad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zero {
    Bracketed,
    Bare,
}

/// A number that can be dialed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// E.164 with its plus.
    pub(crate) e164: String,
    pub(crate) certainty: Certainty,
}

/// Why digits are no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No country has this code.
    UnknownCountry,
    /// More than in any number: how many.
    TooManyDigits(usize),
    /// More digits than the country's numbers have.
    TooLong(Region),
    /// Fewer digits than the country's numbers have.
    TooShort(Region),
    /// The country has no such number.
    Invalid(Region),
    /// A number at home as well as one abroad.
    Ambiguous,
}

/// Reads digits that begin with a country code.
pub(crate) fn international(digits: &str, zero: Zero) -> Result<Found, Fault> {
    let digits = behind_plus(digits);
    let Some((code, national)) = split_code(digits) else { return Err(Fault::UnknownCountry) };
    let readings = readings(code, national, zero);
    if let Some(known) = valid(&readings) {
        return Ok(known);
    }
    if let Some(likely) = readings.iter().find(|number| has_neighbours(number)) {
        return Ok(found(likely, Certainty::UnknownRange));
    }
    let fault = readings.last().map_or(Fault::TooShort(region_of(code)), |number| fault_of(number, region_of(code)));
    Err(if digits.len() > MAX_DIGITS { Fault::TooManyDigits(digits.len()) } else { fault })
}

/// As [`international`], but only a number that the plans have; why others are none is not looked for.
pub(crate) fn known_international(digits: &str, zero: Zero) -> Option<Found> {
    let (code, national) = split_code(behind_plus(digits))?;
    valid(&readings(code, national, zero))
}

/// A plus and the international prefix together, as in `+00966…`; no country code begins with zero.
fn behind_plus(digits: &str) -> &str {
    digits.strip_prefix("00").unwrap_or(digits)
}

fn valid(readings: &[PhoneNumber]) -> Option<Found> {
    readings.iter().find(|number| is_valid(number)).map(|number| found(number, Certainty::Known))
}

/// Reads digits as they are dialed within `region`.
pub(crate) fn national(digits: &str, region: Region, zero: Zero) -> Result<Found, Fault> {
    if digits.len() > MAX_DIALED_DIGITS {
        return Err(Fault::TooManyDigits(digits.len()));
    }
    let dialed = parsed(digits, region);
    let home = PHONE_NUMBER_UTIL.get_country_code_for_region(region).unwrap_or_default();
    let at_home = dialed.as_ref().filter(|number| number.country_code == home && is_valid(number));
    let at_home = at_home.map(|number| found(number, Certainty::Known));
    let behind_prefix = dialed.as_ref().and_then(|dialed| behind_prefix(digits, dialed, home));
    let by_prefix = behind_prefix.map(|rest| international(rest, zero));
    let by_zeros = digits.strip_prefix("00").map(|rest| international(rest, zero));
    if let Some(known) = only_one(digits, at_home.or_else(|| known(by_prefix.as_ref())), known(by_zeros.as_ref()))? {
        return Ok(known);
    }
    let abroad = by_prefix.or(by_zeros);
    if let Some(Ok(likely)) = abroad {
        return Ok(likely);
    }
    if let Some(known) = rewritten(digits, home) {
        return Ok(found(&known, Certainty::Known));
    }
    // A region's own country code without a plus, as in 966501234567.
    let own = digits.starts_with(&home.to_string()).then(|| international(digits, zero));
    if let Some(known) = known(own.as_ref()) {
        return Ok(known);
    }
    if let Some(Err(fault)) = abroad {
        return Err(fault);
    }
    match dialed {
        Some(number) if has_neighbours(&number) => Ok(found(&number, Certainty::UnknownRange)),
        _ if digits.len() > MAX_DIGITS => Err(Fault::TooManyDigits(digits.len())),
        Some(number) => Err(fault_at_home(&number, region)),
        None if digits.len() > MAX_UNREAD_DIGITS => Err(Fault::TooLong(region)),
        None => Err(Fault::TooShort(region)),
    }
}

/// A number that the plans have.
fn known(read: Option<&Result<Found, Fault>>) -> Option<Found> {
    read?.as_ref().ok().filter(|found| found.certainty == Certainty::Known).cloned()
}

/// What the region's own rules read, else what stands behind `00`. Digits that are a number as they stand there as well are
/// better refused than dialed as another.
fn only_one(digits: &str, own: Option<Found>, behind_zeros: Option<Found>) -> Result<Option<Found>, Fault> {
    match (own, behind_zeros) {
        (Some(own), Some(other)) if own != other && digits.strip_prefix("00") == other.e164.strip_prefix('+') => {
            Err(Fault::Ambiguous)
        }
        (own, other) => Ok(own.or(other)),
    }
}

/// Reads digits behind a plus that begin with what `region` dials before a country code, as in `+011 49…`.
pub(crate) fn prefixed(digits: &str, region: Region, zero: Zero) -> Option<Found> {
    let home = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
    let dialed = parsed(digits, region)?;
    international(behind_prefix(digits, &dialed, home)?, zero).ok()
}

/// The country code and all behind it, if the library found the prefix that the region dials before them: then the country
/// it saw is another.
fn behind_prefix<'a>(digits: &'a str, dialed: &PhoneNumber, home: i32) -> Option<&'a str> {
    if dialed.country_code == home {
        return None;
    }
    let code = dialed.country_code.to_string();
    let is_it = |rest: &&str| {
        rest.starts_with(&code) && parsed(&format!("+{rest}"), region_of(dialed.country_code)).as_ref() == Some(dialed)
    };
    (2..=MAX_PREFIX).filter_map(|length| digits.get(length..)).find(is_it)
}

/// Whether companies buy such numbers for the word that their keys spell.
pub(crate) fn may_be_word(e164: &str) -> bool {
    let Some((code, national)) = e164.strip_prefix('+').and_then(split_code) else { return false };
    let kind = number(code, national).map(|number| PHONE_NUMBER_UTIL.get_number_type(&number));
    matches!(
        kind,
        Some(
            PhoneNumberType::TollFree
                | PhoneNumberType::SharedCost
                | PhoneNumberType::PremiumRate
                | PhoneNumberType::UAN
        )
    )
}

/// Which kind of number it is.
pub(crate) fn kind_of(e164: &str) -> NumberKind {
    let Some(number) = of_e164(e164) else { return NumberKind::Unknown };
    match PHONE_NUMBER_UTIL.get_number_type(&number) {
        PhoneNumberType::FixedLine => NumberKind::FixedLine,
        PhoneNumberType::Mobile => NumberKind::Mobile,
        PhoneNumberType::FixedLineOrMobile => NumberKind::FixedLineOrMobile,
        PhoneNumberType::TollFree => NumberKind::TollFree,
        PhoneNumberType::PremiumRate => NumberKind::PremiumRate,
        PhoneNumberType::SharedCost => NumberKind::SharedCost,
        PhoneNumberType::VoIP => NumberKind::Voip,
        PhoneNumberType::PersonalNumber => NumberKind::Personal,
        PhoneNumberType::Pager => NumberKind::Pager,
        PhoneNumberType::UAN => NumberKind::Company,
        PhoneNumberType::VoiceMail => NumberKind::Voicemail,
        PhoneNumberType::Unknown => NumberKind::Unknown,
    }
}

/// The country whose number it is; `None` for satellites and others that belong to no country.
pub(crate) fn country_of(e164: &str) -> Option<String> {
    let number = of_e164(e164)?;
    // A number of a newer range belongs to the main country of its code.
    let region = PHONE_NUMBER_UTIL.get_region_for_number(&number).unwrap_or_else(|| region_of(number.country_code));
    (region != Region::World).then(|| region.to_string())
}

fn of_e164(e164: &str) -> Option<PhoneNumber> {
    let (code, national) = split_code(e164.strip_prefix('+')?)?;
    number(code, national)
}

/// Whether the region has rules for dialing.
pub(crate) fn has_plan(region: Region) -> bool {
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some()
}

/// Whether the digits are the country code of the region.
pub(crate) fn is_code_of(digits: &str, region: Region) -> bool {
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some_and(|code| digits == code.to_string())
}

/// Whether the digits are a country code and nothing else.
pub(crate) fn is_country_code(digits: &str) -> bool {
    split_code(digits).is_some_and(|(_, rest)| rest.is_empty())
}

/// The country code and what stands behind it.
fn split_code(digits: &str) -> Option<(i32, &str)> {
    // No country code is a prefix of another, so the first match is the only one.
    (1..=3.min(digits.len())).find_map(|length| {
        let (code, national) = digits.split_at(length);
        let code = code.parse().ok().filter(|_| !code.starts_with('0'))?;
        PHONE_NUMBER_UTIL.get_region_for_country_code(code).map(|_| (code, national))
    })
}

fn region_of(code: i32) -> Region {
    PHONE_NUMBER_UTIL.get_region_for_country_code(code).unwrap_or(Region::World)
}

/// What digits behind a country code can mean, the likeliest first: a number as it is keeps every digit.
fn readings(code: i32, national: &str, zero: Zero) -> Vec<PhoneNumber> {
    let may_go = || zero == Zero::Bracketed || !has_zeros(code, national.len());
    let without_zero = national.strip_prefix('0').filter(|rest| !rest.starts_with('0') && may_go());
    let as_dialed = [Some(national), without_zero].into_iter().flatten();
    let kept = as_dialed.clone().filter_map(|national| number(code, national));
    let ruled = as_dialed.filter_map(|national| by_rules(code, national, zero));
    let mut readings: Vec<PhoneNumber> = kept.clone().take(1).chain(ruled).chain(kept.skip(1)).collect();
    readings.extend(rewritten(national, code));
    readings
}

/// The number as the country's rules read it when it is dialed at home: without the trunk prefix, which Hungary alone has of
/// two digits, and in Argentina and San Marino with the form that is dialed from abroad. Carrier codes and other rules have
/// no place behind a country code; they would make other numbers of mistakes.
fn by_rules(code: i32, national: &str, zero: Zero) -> Option<PhoneNumber> {
    let number = parsed(&format!("+{code}{national}"), region_of(code)).filter(|number| number.country_code == code)?;
    let significant = number.get_national_significant_number();
    let may_change = match national.strip_suffix(&significant) {
        Some("0") => zero == Zero::Bracketed || !has_zeros(code, national.len()),
        Some(trunk) => trunk.len() <= 1 || trunk == "06",
        None => matches!(code, ARGENTINA | SAN_MARINO),
    };
    may_change.then_some(number)
}

/// Whether numbers of the country that are about as long begin with zero, so that a zero may be none of a trunk prefix.
fn has_zeros(code: i32, length: usize) -> bool {
    let mut regions = PHONE_NUMBER_UTIL.get_regions_for_country_calling_code(code).into_iter().flatten();
    regions.any(|region| {
        KINDS.iter().any(|kind| {
            let example = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, *kind);
            example.is_ok_and(|example| {
                example.italian_leading_zero() && example.get_national_significant_number().len() + 2 >= length
            })
        })
    })
}

/// A Mexican number in a form of before 2020.
fn rewritten(national: &str, code: i32) -> Option<PhoneNumber> {
    if code != MEXICO {
        return None;
    }
    let rests = OLD_MEXICAN_PREFIXES.iter().filter_map(|prefix| national.strip_prefix(prefix));
    rests.filter_map(|rest| number(code, rest)).find(is_valid)
}

fn parsed(digits: &str, region: Region) -> Option<PhoneNumber> {
    PHONE_NUMBER_UTIL.parse(digits, Some(region)).ok()
}

/// The number with exactly these digits.
fn number(code: i32, national: &str) -> Option<PhoneNumber> {
    let zeros = national.bytes().take_while(|byte| *byte == b'0').count();
    if !(2..=17).contains(&national.len()) || zeros == national.len() {
        return None;
    }
    let mut number =
        PhoneNumber { country_code: code, national_number: national.parse().ok()?, ..PhoneNumber::default() };
    if zeros > 0 {
        number.italian_leading_zero = Some(true);
        number.number_of_leading_zeros = (zeros > 1).then(|| i32::try_from(zeros).unwrap_or(i32::MAX));
    }
    Some(number)
}

fn is_valid(number: &PhoneNumber) -> bool {
    digits_of(number).len() <= MAX_DIGITS && PHONE_NUMBER_UTIL.is_valid_number(number)
}

/// Whether there are numbers of this length that begin with the same digit: then only the range may be too new.
fn has_neighbours(unknown: &PhoneNumber) -> bool {
    PHONE_NUMBER_UTIL.is_possible_number_with_reason(unknown) == Ok(NumberLengthType::IsPossible)
        && are_known(unknown.country_code, &unknown.get_national_significant_number())
}

/// Whether the plan has numbers that are as long and begin with the same digit.
fn are_known(code: i32, national: &str) -> bool {
    let (Some(first), Some(tail)) = (national.get(..1), national.get(3..)) else { return false };
    let number_in = |range: u32| number(code, &format!("{first}{range:02}{tail}"));
    // The main region of a shared code has numbers of every kind; asking all of them takes milliseconds.
    let region = region_of(code);
    (0..100).filter_map(number_in).any(|neighbour| PHONE_NUMBER_UTIL.is_valid_number_for_region(&neighbour, region))
}

fn fault_of(number: &PhoneNumber, region: Region) -> Fault {
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(number) {
        // Other numbers of the country have this length.
        Ok(NumberLengthType::IsPossible) | Err(ValidationError::InvalidLength) => unlike_neighbours(number, region),
        // Without its area code.
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => Fault::TooShort(region),
        Err(ValidationError::TooLong) => Fault::TooLong(region),
        Err(ValidationError::InvalidCountryCode) => Fault::UnknownCountry,
    }
}

/// A number that is too short keeps its trunk prefix, since it could be one without.
fn fault_at_home(number: &PhoneNumber, region: Region) -> Fault {
    let national = number.get_national_significant_number();
    let without_trunk = || self::number(number.country_code, national.get(1..)?);
    match fault_of(number, region) {
        Fault::Invalid(region) => without_trunk().map_or(Fault::Invalid(region), |number| fault_of(&number, region)),
        fault => fault,
    }
}

/// Whether those that begin alike are all longer or all shorter.
fn unlike_neighbours(number: &PhoneNumber, region: Region) -> Fault {
    let (code, national) = (number.country_code, number.get_national_significant_number());
    let as_long = are_known(code, &national);
    let longer = (1..=2).any(|more| are_known(code, &format!("{national}{:0more$}", 0)));
    let shorter = (1..=2).any(|less| national.len() > less && are_known(code, &national[..national.len() - less]));
    match (as_long, longer, shorter) {
        (false, true, false) => Fault::TooShort(region),
        (false, false, true) => Fault::TooLong(region),
        _ => Fault::Invalid(region),
    }
}

fn digits_of(number: &PhoneNumber) -> String {
    format!("{}{}", number.country_code, number.get_national_significant_number())
}

fn found(number: &PhoneNumber, certainty: Certainty) -> Found {
    Found { e164: format!("+{}", digits_of(number)), certainty }
}
