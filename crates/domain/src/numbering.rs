//! Numbering plans: from digits to E.164.
//!
//! The plans are libphonenumber's, taken from the `phonenumber` crate's metadata. Its parser is used only for the
//! national prefixes that need rewriting (Argentina, Brazil), because it strips the national prefix of the *given*
//! region from international numbers too, and strips it twice at home: with Saudi Arabia as the region it turns
//! `+39 06 1234 5678` into a number without its significant zero, and with Russia it loses `8 800` numbers.

use phonenumber::{Metadata, Type, country, metadata::DATABASE};

/// E.164 allows fifteen digits, country code included (ITU-T E.164 §6.1).
pub(crate) const MAX_DIGITS: usize = 15;

/// What an international number turned out to be.
pub(crate) enum International {
    /// Valid; the digits of its E.164 form.
    Valid(String),
    /// No country has this code.
    UnknownCountry,
    /// The country exists, the number does not.
    Invalid,
}

/// The types a number can have; a number of none of them is not valid.
const TYPES: [Type; 10] = [
    Type::FixedLine,
    Type::Mobile,
    Type::TollFree,
    Type::PremiumRate,
    Type::SharedCost,
    Type::PersonalNumber,
    Type::Voip,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];

/// Reads digits that begin with a country code. A national prefix wrongly left behind the country code, as in
/// `+966 (0)50…`, is dropped if the number is not valid with it.
pub(crate) fn international(digits: &str) -> International {
    // A plus and the international prefix together, as in +00966…; no country code begins with zero.
    let digits = digits.strip_prefix("00").unwrap_or(digits);
    for length in 1..=3.min(digits.len()) {
        let (code, national) = digits.split_at(length);
        // No country code is a prefix of another, so the first match is the only one.
        let plans = code.parse().ok().and_then(|code: u16| DATABASE.by_code(&code));
        let Some(plans) = plans else { continue };
        if let Some(national) = national_of(&plans, national, Prefix::Unlikely) {
            return International::Valid(format!("{code}{national}"));
        }
        return International::Invalid;
    }
    International::UnknownCountry
}

/// Reads digits as they are dialed within `region`; gives the digits of the E.164 form.
pub(crate) fn national(digits: &str, region: country::Id) -> Option<String> {
    let home = DATABASE.by_id(region.as_ref())?;
    let code = home.country_code();
    // Regions that share a country code, as in North America, can call each other nationally.
    let mut plans = vec![home];
    plans.extend(DATABASE.by_code(&code).unwrap_or_default().into_iter().filter(|plan| plan.id() != home.id()));
    national_of(&plans, digits, Prefix::Likely)
        .map(|national| format!("{code}{national}"))
        .or_else(|| rewritten(digits, region))
}

/// The digits after the prefix that `region` dials before international numbers (`00` nearly everywhere, `011` in
/// North America), if they begin with it. `00` is understood everywhere, because people paste it everywhere.
pub(crate) fn after_international_prefix(digits: &str, region: country::Id) -> Option<&str> {
    let prefix = DATABASE.by_id(region.as_ref()).and_then(Metadata::international_prefix);
    let own = prefix.and_then(|prefix| prefix.find(digits)).filter(|found| found.start() == 0).map(|found| found.end());
    own.and_then(|end| digits.get(end..)).or_else(|| digits.strip_prefix("00"))
}

/// Whether the digits carry the country code of `region` without a plus, as in `966501234567`.
pub(crate) fn with_own_country_code(digits: &str, region: country::Id) -> Option<String> {
    let code = DATABASE.by_id(region.as_ref())?.country_code().to_string();
    if !digits.starts_with(&code) {
        return None;
    }
    match international(digits) {
        International::Valid(number) => Some(number),
        International::UnknownCountry | International::Invalid => None,
    }
}

/// How likely the digits begin with a national prefix.
#[derive(Clone, Copy)]
enum Prefix {
    /// Dialed at home: try without the prefix first.
    Likely,
    /// After a country code: try as it is first.
    Unlikely,
}

/// The national significant number, as the first plan that knows it reads it.
fn national_of(plans: &[&Metadata], digits: &str, prefix: Prefix) -> Option<String> {
    let stripped = |plan: &Metadata| {
        let stripped = plan.national_prefix().and_then(|prefix| digits.strip_prefix(prefix));
        stripped.filter(|national| is_known(plan, national)).map(ToOwned::to_owned)
    };
    let as_is = |plan: &Metadata| is_known(plan, digits).then(|| digits.to_owned());
    let by_stripping = || plans.iter().find_map(|plan| stripped(plan));
    let unchanged = || plans.iter().find_map(|plan| as_is(plan));
    match prefix {
        Prefix::Likely => by_stripping().or_else(unchanged),
        Prefix::Unlikely => unchanged().or_else(by_stripping),
    }
}

/// Whether the plan has numbers of this form.
fn is_known(plan: &Metadata, national: &str) -> bool {
    let descriptors = plan.descriptors();
    descriptors.general().is_match(national)
        && TYPES.iter().any(|kind| descriptors.get(*kind).is_some_and(|numbers| numbers.is_match(national)))
}

/// Lets the crate's parser rewrite a national form, and keeps the result only if it is valid.
fn rewritten(digits: &str, region: country::Id) -> Option<String> {
    let number = phonenumber::parse(Some(region), digits).ok()?;
    let text = number.format().mode(phonenumber::Mode::E164).to_string();
    match international(text.strip_prefix('+')?) {
        International::Valid(number) => Some(number),
        International::UnknownCountry | International::Invalid => None,
    }
}
