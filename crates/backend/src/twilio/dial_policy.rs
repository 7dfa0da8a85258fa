//! Whom a company's people may call over Twilio: a pure decision over data, against toll fraud.
//!
//! Where nothing is set, only the company's own country may be called. Numbers that pay whoever owns them, satellites and
//! what else belongs to no country are never called, whatever is set.

use mobilecall_domain::{Address, NumberKind, PhoneNumber, Region, Timestamp};
use mobilecall_store::{Company, Dialed};
use serde::Deserialize;
use std::{collections::BTreeSet, time::Duration};

/// The company's setting that holds it.
pub(crate) const SETTING: &str = "dialing";

/// Calls are counted over this span.
pub(crate) const RATE_SPAN: Duration = Duration::from_secs(60);

/// A call of which nothing was heard for longer counts as over.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(4 * 60 * 60);

/// What a company allows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct DialPolicy {
    /// Two-letter codes of the countries that may be called; the company's own if there are none.
    countries: BTreeSet<String>,
    /// Calls that an agent may begin in a minute.
    per_minute_of_agent: u32,
    /// Calls that all of the company may begin in a minute.
    per_minute_of_company: u32,
    /// Calls of the company at once.
    at_once: u32,
    /// When calls may begin; at any time if it is not said.
    hours: Option<Hours>,
}

impl Default for DialPolicy {
    fn default() -> Self {
        Self {
            countries: BTreeSet::new(),
            per_minute_of_agent: 12,
            per_minute_of_company: 120,
            at_once: 50,
            hours: None,
        }
    }
}

/// Some hours of each day, by a clock that is so far from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Hours {
    /// Minutes after midnight.
    from_minute: u16,
    /// Minutes after midnight; before `from_minute` if it is on the next day.
    to_minute: u16,
    /// Minutes to the east of UTC, as 180 in Riyadh.
    utc_offset: i16,
}

/// Why a call is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no number was dialed")]
    Nothing,
    #[error("this is not a number that Twilio can call")]
    NotANumber,
    #[error(
        "short numbers and emergency numbers cannot be called over Twilio: use a telephone, and for a colleague the direct line"
    )]
    Short,
    #[error("nobody of your company has this name")]
    Nobody,
    #[error("your company does not allow calls to {country}: ask its administrator")]
    Country { country: String },
    #[error("calls to numbers that cost more than a call are not allowed")]
    Premium,
    #[error("calls to satellite telephones and other numbers of no country are not allowed")]
    NoCountry,
    #[error("you have begun too many calls within a minute: wait a moment")]
    AgentTooFast,
    #[error("your company has begun too many calls within a minute: wait a moment")]
    CompanyTooFast,
    #[error("your company has as many calls as it allows at once: wait until one has ended")]
    TooManyAtOnce,
    #[error("your company does not allow calls at this time of the day")]
    Hours,
    #[error("your company's rules for calls cannot be read: ask its administrator")]
    Unreadable,
}

impl DialPolicy {
    /// What the company has set; what cannot be read allows nothing.
    pub(crate) fn of(company: &Company) -> Result<Self, Refusal> {
        let mut policy = match company.settings.get(SETTING) {
            // A list would be read as the fields in their order.
            Some(set) if !set.is_object() => return Err(Refusal::Unreadable),
            Some(set) => Self::deserialize(set).map_err(|_| Refusal::Unreadable)?,
            None => Self::default(),
        };
        if policy.countries.is_empty() {
            policy.countries.insert(company.region.clone());
        }
        Ok(policy)
    }

    /// Whether the number itself may be called.
    pub(crate) fn check_number(&self, number: &PhoneNumber) -> Result<(), Refusal> {
        match number.kind() {
            NumberKind::PremiumRate | NumberKind::Personal | NumberKind::Pager => {
                return Err(Refusal::Premium);
            }
            NumberKind::FixedLine
            | NumberKind::Mobile
            | NumberKind::FixedLineOrMobile
            | NumberKind::TollFree
            | NumberKind::SharedCost
            | NumberKind::Voip
            | NumberKind::Company
            | NumberKind::Voicemail
            | NumberKind::Unknown => {}
        }
        let country = number.country().ok_or(Refusal::NoCountry)?;
        let allowed = self.countries.iter().any(|allowed| allowed.eq_ignore_ascii_case(&country));
        if allowed { Ok(()) } else { Err(Refusal::Country { country }) }
    }

    /// Whether another call may begin now; `dialed` has it already.
    pub(crate) fn check_load(&self, dialed: Dialed, now: Timestamp) -> Result<(), Refusal> {
        if self.hours.is_some_and(|hours| !hours.hold(now)) {
            return Err(Refusal::Hours);
        }
        if dialed.by_agent > self.per_minute_of_agent {
            return Err(Refusal::AgentTooFast);
        }
        if dialed.by_company > self.per_minute_of_company {
            return Err(Refusal::CompanyTooFast);
        }
        if dialed.open > self.at_once { Err(Refusal::TooManyAtOnce) } else { Ok(()) }
    }
}

impl Hours {
    fn hold(self, now: Timestamp) -> bool {
        const DAY: i64 = 24 * 60;
        let minute = (now.as_millis().div_euclid(60_000) + i64::from(self.utc_offset)).rem_euclid(DAY);
        let (from, to) = (i64::from(self.from_minute), i64::from(self.to_minute));
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

/// Whom a dialed text means over Twilio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    Number(PhoneNumber),
    /// A colleague's user name.
    Colleague(String),
}

/// Reads what a softphone says it dials. A short number never becomes a colleague's extension here.
pub(crate) fn callee(dialed: &str, region: Region) -> Result<Callee, Refusal> {
    if dialed.trim().is_empty() {
        return Err(Refusal::Nothing);
    }
    match Address::parse(dialed, region) {
        Ok(Address::Phone(number)) => Ok(Callee::Number(number)),
        Ok(Address::Client(name)) => Ok(Callee::Colleague(name.to_ascii_lowercase())),
        Ok(Address::Extension(_) | Address::Service(_)) => Err(Refusal::Short),
        Ok(Address::Sip(_)) | Err(_) => Err(Refusal::NotANumber),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn company(settings: Value) -> Company {
        Company { settings, ..Company::new("Acme", "SA", Timestamp::from_millis(0)) }
    }

    fn policy(dialing: &Value) -> DialPolicy {
        DialPolicy::of(&company(json!({ "dialing": dialing }))).unwrap()
    }

    fn number(e164: &str) -> PhoneNumber {
        PhoneNumber::parse(e164, Region::SA).unwrap()
    }

    fn country(code: &str) -> Result<(), Refusal> {
        Err(Refusal::Country { country: code.to_owned() })
    }

    #[test]
    fn only_allowed_countries_and_honest_numbers_are_called() {
        let (none, gulf) =
            (DialPolicy::of(&company(json!({}))).unwrap(), policy(&json!({"countries": ["SA", "ae", "US"]})));
        let cases = [
            ("+966501234567", Ok(()), Ok(())),
            ("+9668001234567", Ok(()), Ok(())),
            // Companies in the country are called by such numbers.
            ("+966920012345", Ok(()), Ok(())),
            ("+971501234567", country("AE"), Ok(())),
            ("+989121234567", country("IR"), country("IR")),
            ("+12025550123", country("US"), Ok(())),
            // Of the same country code.
            ("+14169671111", country("CA"), country("CA")),
            ("+18765230123", country("JM"), country("JM")),
            ("+19002345678", Err(Refusal::Premium), Err(Refusal::Premium)),
            ("+881612345678", Err(Refusal::NoCountry), Err(Refusal::NoCountry)),
            ("+870773111632", Err(Refusal::NoCountry), Err(Refusal::NoCountry)),
            ("+979123456789", Err(Refusal::Premium), Err(Refusal::Premium)),
        ];
        for (e164, by_default, with_list) in cases {
            let number = number(e164);
            assert_eq!(none.check_number(&number), by_default, "{e164}");
            assert_eq!(gulf.check_number(&number), with_list, "{e164}");
        }
    }

    #[test]
    fn rates_and_what_goes_on_at_once_are_limited() {
        let policy = policy(&json!({"perMinuteOfAgent": 2, "perMinuteOfCompany": 5, "atOnce": 3}));
        let dialed = |by_agent, by_company, open| Dialed { by_agent, by_company, open };
        let now = Timestamp::from_millis(0);
        for (dialed, expected) in [
            (dialed(2, 5, 3), Ok(())),
            (dialed(3, 3, 1), Err(Refusal::AgentTooFast)),
            (dialed(1, 6, 1), Err(Refusal::CompanyTooFast)),
            (dialed(1, 1, 4), Err(Refusal::TooManyAtOnce)),
        ] {
            assert_eq!(policy.check_load(dialed, now), expected);
        }
    }

    #[test]
    fn hours_are_those_of_the_company() {
        let at = |hour: i64, minute: i64| Timestamp::from_millis((hour * 60 + minute) * 60_000);
        let day = policy(&json!({"hours": {"fromMinute": 480, "toMinute": 1200, "utcOffset": 180}}));
        let night = policy(&json!({"hours": {"fromMinute": 1320, "toMinute": 360, "utcOffset": 0}}));
        let may = |policy: &DialPolicy, now| policy.check_load(Dialed::default(), now).is_ok();
        for (now, in_day, in_night) in [
            (at(4, 59), false, true),
            (at(5, 0), true, true),
            (at(6, 0), true, false),
            (at(16, 59), true, false),
            (at(17, 0), false, false),
            (at(22, 0), false, true),
            (at(24 + 5, 0), true, true),
        ] {
            assert_eq!((may(&day, now), may(&night, now)), (in_day, in_night), "{now}");
        }
    }

    #[test]
    fn what_cannot_be_read_allows_nothing() {
        for dialing in [json!([]), json!({"countries": "SA"}), json!({"country": ["SA"]}), json!(null)] {
            let read = DialPolicy::of(&company(json!({ "dialing": dialing })));
            assert_eq!(read, Err(Refusal::Unreadable), "{dialing}");
        }
    }

    #[test]
    fn a_short_number_is_never_a_colleague() {
        for (dialed, expected) in [
            ("0501234567", Ok(Callee::Number(number("+966501234567")))),
            ("+971501234567", Ok(Callee::Number(number("+971501234567")))),
            ("client:Sara", Ok(Callee::Colleague("sara".to_owned()))),
            ("911", Err(Refusal::Short)),
            ("101", Err(Refusal::Short)),
            ("*43", Err(Refusal::Short)),
            ("sip:sara@example.com", Err(Refusal::NotANumber)),
            ("05012", Err(Refusal::Short)),
            ("05012345678901", Err(Refusal::NotANumber)),
            (" ", Err(Refusal::Nothing)),
        ] {
            assert_eq!(callee(dialed, Region::SA), expected, "{dialed:?}");
        }
    }
}
