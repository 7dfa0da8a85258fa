//! What Twilio knows of a customer, as plain data.

use mobilecall_domain::Private;
use mobilecall_twilio::callback::Method;
use mobilecall_twilio::{AccountSid, ApiKeySid, AppSid, PhoneNumberSid};
use std::time::Duration;

/// As <https://www.twilio.com/docs/voice/api/call-event-resource> says.
const EVENTS_AFTER: Duration = Duration::from_secs(15 * 60);

/// One customer's account with everything that is set up in it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Which account.
    pub sid: AccountSid,
    /// Signs webhooks, and is the password of REST calls.
    pub auth_token: Private<String>,
    /// Signs access tokens, and is another password of REST calls.
    pub key: ApiKey,
    /// Numbers that the account has bought.
    pub numbers: Vec<Number>,
    /// TwiML applications.
    pub applications: Vec<Application>,
    /// Numbers of others that were verified as caller ids, in E.164.
    pub verified: Vec<VerifiedNumber>,
    /// What the account may do.
    pub permissions: Permissions,
}

/// An API key.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Which key.
    pub sid: ApiKeySid,
    /// Its secret.
    pub secret: Private<String>,
}

/// A number of the account.
#[derive(Clone, Debug)]
pub struct Number {
    /// Which number.
    pub sid: PhoneNumberSid,
    /// In E.164.
    pub number: String,
    /// Whether it is one for calls, and not for messages alone.
    pub takes_calls: bool,
    /// What is asked when somebody calls it.
    pub voice: Instructions,
}

/// A TwiML application: what is asked when a softphone places a call.
#[derive(Clone, Debug)]
pub struct Application {
    /// Which application.
    pub sid: AppSid,
    /// As its owner calls it.
    pub name: String,
    /// What is asked when a softphone places a call.
    pub voice: Instructions,
}

/// A number of somebody else that the account may show as its caller id.
#[derive(Clone, Debug)]
pub struct VerifiedNumber {
    /// Which entry.
    pub sid: PhoneNumberSid,
    /// In E.164.
    pub number: String,
}

/// Where Twilio asks what to do with a call, and tells what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instructions {
    /// Asked first; without one, calls are refused.
    pub url: Option<Target>,
    /// Asked if that fails.
    pub fallback: Option<Target>,
    /// Told when a call has ended.
    pub status: Option<Target>,
}

/// A URL with its method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Absolute.
    pub url: String,
    /// How it is called.
    pub method: Method,
}

/// Twilio takes the word in either case, and anything else for `POST`.
pub(crate) fn read_method(text: &str) -> Method {
    if text.eq_ignore_ascii_case("GET") { Method::Get } else { Method::Post }
}

impl Target {
    /// By `POST`, Twilio's default.
    pub fn post(url: impl Into<String>) -> Self {
        Self { url: url.into(), method: Method::Post }
    }
    /// As TwiML says it.
    pub(crate) fn new(url: impl Into<String>, method: Option<Method>) -> Self {
        Self { url: url.into(), method: method.unwrap_or(Method::Post) }
    }
}

/// What an account may do.
#[derive(Clone, Debug)]
pub struct Permissions {
    /// A trial account calls verified numbers only.
    pub trial: bool,
    /// Suspended accounts can do nothing.
    pub suspended: bool,
    /// Countries whose numbers may be called; with none all may.
    pub countries: Vec<Country>,
    /// How numbers begin that no carrier of Twilio's reaches at the moment.
    pub unreachable: Vec<String>,
    /// How many calls the API starts in a second; more wait in Twilio's queue.
    pub calls_per_second: u32,
    /// How long after a call's end Twilio shows what it asked and told about it.
    pub events_after: Duration,
}

/// A country that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// How its numbers begin, such as `+966`.
    pub prefix: String,
}

impl Country {
    /// By its code and how its numbers begin.
    pub fn new(code: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { code: code.into(), prefix: prefix.into() }
    }
}

impl Default for Permissions {
    fn default() -> Self {
        let (countries, unreachable) = (Vec::new(), Vec::new());
        let events_after = EVENTS_AFTER;
        Self { trial: false, suspended: false, countries, unreachable, calls_per_second: 1, events_after }
    }
}

impl Account {
    /// An account with one number and one application that ask below `base`, a URL without a slash at its end. SIDs and
    /// secrets are made of `seed`, so that a person who starts again finds the same.
    pub fn example(seed: u64, number: &str, base: &str) -> Self {
        let bits = |offset: u128| (u128::from(seed) << 64) | offset;
        let secret = |offset: u128| {
            Private::new(format!("{:032x}", bits(offset).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
        };
        let at = |path: &str| Instructions {
            url: Some(Target::post(format!("{base}{path}"))),
            fallback: None,
            status: Some(Target::post(format!("{base}/api/calls/webhook/status"))),
        };
        Self {
            sid: AccountSid::from_bits(bits(1)),
            auth_token: secret(2),
            key: ApiKey { sid: ApiKeySid::from_bits(bits(3)), secret: secret(4) },
            numbers: vec![Number {
                sid: PhoneNumberSid::from_bits(bits(5)),
                number: number.to_owned(),
                takes_calls: true,
                voice: at("/api/calls/webhook/incoming"),
            }],
            applications: vec![Application {
                sid: AppSid::from_bits(bits(6)),
                name: "Mobile Call".to_owned(),
                voice: at("/api/calls/twiml/outbound"),
            }],
            verified: Vec::new(),
            permissions: Permissions::default(),
        }
    }

    /// The application of this SID.
    pub fn application(&self, sid: AppSid) -> Option<&Application> {
        self.applications.iter().find(|application| application.sid == sid)
    }

    /// The account's own number, as it is written in E.164.
    pub fn number(&self, number: &str) -> Option<&Number> {
        self.numbers.iter().find(|own| own.number == number)
    }

    /// Whether calls may show this number: one of the account's own, or a verified one.
    pub fn may_show(&self, number: &str) -> bool {
        self.number(number).is_some() || self.is_verified(number)
    }

    /// Whether somebody has shown that the number is theirs.
    pub fn is_verified(&self, number: &str) -> bool {
        self.verified.iter().any(|verified| verified.number == number)
    }

    /// Whether some carrier brings calls to the number.
    pub fn can_reach(&self, number: &str) -> bool {
        !self.permissions.unreachable.iter().any(|beginning| number.starts_with(beginning))
    }

    /// Whether numbers of this country may be called.
    pub fn may_call_country_of(&self, number: &str) -> bool {
        let countries = &self.permissions.countries;
        countries.is_empty() || countries.iter().any(|country| number.starts_with(&country.prefix))
    }
}

/// Whether a text is written as E.164: a plus and 8 to 15 digits, the first of them not 0.
pub(crate) fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_e164_or_not() {
        for good in ["+966112345678", "+15005550006", "+12345678"] {
            assert!(is_e164(good), "{good}");
        }
        for bad in
            ["", "+", "966112345678", "+0112345678", "+1234567", "+1234567890123456", "+96611234567a", "client:a"]
        {
            assert!(!is_e164(bad), "{bad}");
        }
    }

    #[test]
    fn an_example_is_the_same_each_time_and_shows_no_secret() {
        let account = Account::example(7, "+966112345678", "http://127.0.0.1:4000");
        let again = Account::example(7, "+966112345678", "http://127.0.0.1:4000");
        assert_eq!((account.sid, account.key.secret.expose()), (again.sid, again.key.secret.expose()));
        assert_ne!(account.auth_token, Account::example(8, "", "").auth_token);
        assert!(!format!("{account:?}").contains(account.auth_token.expose().as_str()));
        assert!(account.may_show("+966112345678") && !account.may_show("+966500000000"));
    }

    #[test]
    fn countries_are_known_by_how_their_numbers_begin() {
        let mut account = Account::example(7, "+966112345678", "");
        assert!(account.may_call_country_of("+8823400000"));
        account.permissions.countries = vec![Country::new("SA", "+966")];
        assert!(account.may_call_country_of("+966500000000") && !account.may_call_country_of("+15005550006"));
    }
}
