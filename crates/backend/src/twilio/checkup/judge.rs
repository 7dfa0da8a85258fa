//! From what Twilio answers to what is right, and what to change where. A pure function over data.
//!
//! Pages of Twilio's console are named as in `docs/twilio.md`.

use mobilecall_api::twilio_check::{
    TwilioFinding as Finding, TwilioFindingState as Standing, TwilioSubject as Subject,
};
use mobilecall_twilio::{
    callback::Method,
    rest::{
        Account, AccountStatus, Application, Balance, CountryPermissions, IncomingPhoneNumber, Key, Millionths,
        OutgoingCallerId,
    },
    settings::{RestSettings, Setting, TwilioSettings},
};

/// What softphones' calls may be asked at; the second is that of old apps.
const OUTBOUND: [&str; 2] = ["/api/calls/webhook/outbound", "/api/calls/twiml/outbound"];
const INCOMING: [&str; 1] = ["/api/calls/webhook/incoming"];
const STATUS: [&str; 1] = ["/api/calls/webhook/status"];

const UNAUTHORIZED: u16 = 401;
const FORBIDDEN: u16 = 403;
const NOT_FOUND: u16 = 404;

/// What came of a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer<T> {
    Got(T),
    /// Twilio said no.
    Refused {
        status: u16,
        words: String,
    },
    /// Twilio said nothing.
    Unreached(String),
    /// What is needed to ask is not set, or not good.
    NotAsked,
}

impl<T> Answer<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Got(found) => Answer::Got(change(found)),
            Self::Refused { status, words } => Answer::Refused { status, words },
            Self::Unreached(words) => Answer::Unreached(words),
            Self::NotAsked => Answer::NotAsked,
        }
    }
}

/// What is set, and what Twilio says of it.
pub(super) struct Facts<'a> {
    settings: &'a TwilioSettings,
    /// Whether it is Twilio itself that is asked, and no stand-in.
    is_real: bool,
    home: Option<String>,
    account: Answer<Account>,
    by_key: Answer<()>,
    key: Answer<Key>,
    balance: Answer<Balance>,
    number: Answer<Option<IncomingPhoneNumber>>,
    verified: Answer<Option<OutgoingCallerId>>,
    app: Answer<Application>,
    country: Answer<CountryPermissions>,
}

impl<'a> Facts<'a> {
    /// With nothing known but who may ask.
    pub(super) fn new(
        settings: &'a TwilioSettings,
        is_real: bool,
        home: Option<String>,
        account: Answer<Account>,
        by_key: Answer<()>,
    ) -> Self {
        Self {
            settings,
            is_real,
            home,
            account,
            by_key,
            key: Answer::NotAsked,
            balance: Answer::NotAsked,
            number: Answer::NotAsked,
            verified: Answer::NotAsked,
            app: Answer::NotAsked,
            country: Answer::NotAsked,
        }
    }

    pub(super) fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// Whichever credentials are good.
    pub(super) fn works(&self, token: Option<RestSettings>, key: Option<RestSettings>) -> Option<RestSettings> {
        let token = token.filter(|_| matches!(self.account, Answer::Got(_)));
        token.or(key.filter(|_| matches!(self.by_key, Answer::Got(()))))
    }

    pub(super) fn look(
        &mut self,
        key: Answer<Key>,
        balance: Answer<Balance>,
        number: Answer<Option<IncomingPhoneNumber>>,
        verified: Answer<Option<OutgoingCallerId>>,
        app: Answer<Application>,
        country: Answer<CountryPermissions>,
    ) {
        (self.key, self.balance, self.number) = (key, balance, number);
        (self.verified, self.app, self.country) = (verified, app, country);
    }
}

pub(super) fn judge(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = settings(facts);
    findings.extend(account(facts));
    findings.extend(balance(&facts.balance));
    findings.extend(api_key(facts));
    findings.extend(number(facts));
    findings.extend(app(facts));
    findings.extend(country(facts));
    findings
}

fn right(subject: Subject, says: impl Into<String>) -> Finding {
    Finding { subject, state: Standing::Right, says: says.into(), remedy: None }
}

fn change(subject: Subject, says: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { subject, state: Standing::Change, says: says.into(), remedy: Some(remedy.into()) }
}

fn unchecked(subject: Subject, why: &str) -> Finding {
    Finding { subject, state: Standing::Unchecked, says: format!("could not be checked: {why}"), remedy: None }
}

/// What nothing goes without, and the address that Twilio must reach.
fn settings(facts: &Facts<'_>) -> Vec<Finding> {
    let needed = Setting::ALL.iter().filter(|setting| !matches!(setting, Setting::Region | Setting::Edge));
    let missing = needed.filter(|setting| facts.settings.shortened(**setting).is_none());
    let mut findings: Vec<_> =
        missing.map(|setting| change(Subject::Setting, format!("Missing {setting}"), setting.advice())).collect();
    if let Some(base) = &facts.settings.public_base_url {
        let is_out_of_reach = facts.is_real && base.is_loopback();
        findings.push(if is_out_of_reach {
            let says = format!("{base} is an address of this machine alone, which Twilio cannot reach");
            change(
                Subject::PublicAddress,
                says,
                format!("Set {}: {}.", Setting::PublicBaseUrl, Setting::PublicBaseUrl.advice()),
            )
        } else {
            right(Subject::PublicAddress, format!("Twilio is told to reach this server at {base}"))
        });
    }
    findings
}

fn account(facts: &Facts<'_>) -> Option<Finding> {
    const SUBJECT: Subject = Subject::Account;
    const COPY: &str = "Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN again from the first page of Twilio's console, and take \
                        the primary token of the live credentials.";
    Some(match &facts.account {
        Answer::NotAsked => return None,
        Answer::Unreached(words) => unchecked(SUBJECT, words),
        Answer::Refused { status: UNAUTHORIZED | NOT_FOUND, .. } => {
            change(SUBJECT, "Twilio knows no such account with this auth token", elsewhere(facts, COPY))
        }
        Answer::Refused { words, .. } => {
            change(SUBJECT, words.clone(), "Look into Twilio's console, first page and Billing.")
        }
        Answer::Got(account) => match account.status {
            AccountStatus::Active if account.is_trial() => {
                right(SUBJECT, "it is active; as a trial account it calls verified numbers only")
            }
            AccountStatus::Active => right(SUBJECT, "it is active, and the auth token is its own"),
            AccountStatus::Suspended => change(
                SUBJECT,
                "it is suspended, most often for lack of money",
                "Add money in Twilio's console (Billing), or ask Twilio's support.",
            ),
            AccountStatus::Closed => {
                change(SUBJECT, "it is closed for good", "Take another account, and enter all of its values.")
            }
        },
    })
}

fn balance(balance: &Answer<Balance>) -> Option<Finding> {
    const SUBJECT: Subject = Subject::Balance;
    Some(match balance {
        Answer::NotAsked => return None,
        Answer::Unreached(words) | Answer::Refused { words, .. } => unchecked(SUBJECT, words),
        Answer::Got(Balance { balance: Some(Millionths(left)), currency }) if *left <= 0 => change(
            SUBJECT,
            format!("there is no money left ({currency})"),
            "Add money in Twilio's console (Billing): without, no call is placed.",
        ),
        Answer::Got(_) => right(SUBJECT, "there is money left"),
    })
}

fn api_key(facts: &Facts<'_>) -> Option<Finding> {
    const SUBJECT: Subject = Subject::ApiKey;
    const ANOTHER: &str = "Create a standard API key in Twilio's console (Account, API keys & tokens), and enter its SID as \
                           TWILIO_API_KEY and its secret as TWILIO_API_SECRET.";
    // Of an account that may do nothing the key may not either.
    if matches!(facts.account, Answer::Refused { status: FORBIDDEN, .. }) {
        return None;
    }
    Some(match (&facts.key, &facts.by_key) {
        (_, Answer::NotAsked) => return None,
        (_, Answer::Unreached(words)) => unchecked(SUBJECT, words),
        (Answer::Refused { status: NOT_FOUND, .. }, _) => change(
            SUBJECT,
            "the account has no such API key: it was deleted, or is another account's",
            elsewhere(facts, ANOTHER),
        ),
        (Answer::Got(_), Answer::Refused { status: UNAUTHORIZED, .. }) => {
            change(SUBJECT, "the API key exists, but TWILIO_API_SECRET is not its secret", ANOTHER)
        }
        (_, Answer::Refused { status: UNAUTHORIZED, .. }) => {
            change(SUBJECT, "Twilio does not take the API key with this secret", elsewhere(facts, ANOTHER))
        }
        (_, Answer::Refused { status: FORBIDDEN, .. }) => change(
            SUBJECT,
            "the API key may not do what is needed: it is a restricted one, which cannot sign access tokens either",
            ANOTHER,
        ),
        (_, Answer::Refused { words, .. }) => change(SUBJECT, words.clone(), ANOTHER),
        (_, Answer::Got(())) => right(SUBJECT, "it exists, and the secret is its own"),
    })
}

fn number(facts: &Facts<'_>) -> Vec<Finding> {
    const SUBJECT: Subject = Subject::Number;
    const CHOOSE: &str = "Set TWILIO_PHONE_NUMBER to a number of the account (Twilio's console: Phone Numbers, Active \
                          numbers), buy it there, or verify it (Phone Numbers, Verified caller IDs).";
    match (&facts.number, &facts.verified) {
        (Answer::NotAsked, _) => Vec::new(),
        (Answer::Unreached(words) | Answer::Refused { words, .. }, _) => vec![unchecked(SUBJECT, words)],
        (Answer::Got(Some(number)), _) if !number.capabilities.voice => vec![change(
            SUBJECT,
            "it is the account's own, but takes no calls",
            "Buy a number with the capability Voice (Twilio's console: Phone Numbers, Buy a number), and enter it as \
             TWILIO_PHONE_NUMBER.",
        )],
        (Answer::Got(Some(number)), _) => {
            let own = right(SUBJECT, "it is the account's own, and takes calls");
            [own].into_iter().chain(number_urls(facts, number)).collect()
        }
        (Answer::Got(None), Answer::Got(Some(_))) => vec![right(
            SUBJECT,
            "it is verified, so the called see it; it was not bought at Twilio, so calls to it do not come here",
        )],
        (Answer::Got(None), Answer::Got(None)) => {
            vec![change(
                SUBJECT,
                "it is neither a number of the account nor verified as a caller ID",
                elsewhere(facts, CHOOSE),
            )]
        }
        (Answer::Got(None), Answer::Unreached(words) | Answer::Refused { words, .. }) => {
            vec![unchecked(SUBJECT, words)]
        }
        (Answer::Got(None), Answer::NotAsked) => vec![unchecked(SUBJECT, "nobody asked whether it is verified")],
    }
}

fn number_urls(facts: &Facts<'_>, number: &IncomingPhoneNumber) -> Vec<Finding> {
    let place =
        |field: &str| format!("the number's page (Phone Numbers, Active numbers), Voice Configuration, {field}");
    let (voice, status) = (Subject::NumberVoiceUrl, Subject::NumberStatusUrl);
    let comes_in = place("A call comes in");
    let asked = if number.voice_application_sid.is_some() {
        let says = "a TwiML app answers calls to it, in place of an address".to_owned();
        address(facts, &INCOMING).map(|wanted| change(voice, says, enter(&wanted, &comes_in)))
    } else {
        url(facts, voice, number.voice_url.as_deref(), number.voice_method, &INCOMING, &comes_in)
    };
    let told = url(facts, status, number.status_callback.as_deref(), None, &STATUS, &place("Call status changes"));
    asked.into_iter().chain(told).collect()
}

fn app(facts: &Facts<'_>) -> Vec<Finding> {
    const SUBJECT: Subject = Subject::App;
    const MAKE: &str = "Create a TwiML app in Twilio's console (Voice, TwiML Apps), and enter its SID as \
                        TWILIO_TWIML_APP_SID.";
    match &facts.app {
        Answer::NotAsked => Vec::new(),
        Answer::Unreached(words) => vec![unchecked(SUBJECT, words)],
        Answer::Refused { status: NOT_FOUND, .. } => {
            vec![change(SUBJECT, "the account has no such TwiML app", elsewhere(facts, MAKE))]
        }
        Answer::Refused { words, .. } => vec![unchecked(SUBJECT, words)],
        Answer::Got(app) => {
            let place = |field: &str| format!("the app's page (Voice, TwiML Apps), Voice, {field}");
            let (voice, status) = (Subject::AppVoiceUrl, Subject::AppStatusUrl);
            let asked = url(facts, voice, app.voice_url.as_deref(), app.voice_method, &OUTBOUND, &place("Request URL"));
            let told = url(facts, status, app.status_callback.as_deref(), None, &STATUS, &place("Status callback URL"));
            [right(SUBJECT, "it exists")].into_iter().chain(asked).chain(told).collect()
        }
    }
}

/// Whether an address in the console is ours. Nothing is said without a public base URL.
fn url(
    facts: &Facts<'_>,
    subject: Subject,
    set: Option<&str>,
    method: Option<Method>,
    paths: &[&str],
    place: &str,
) -> Option<Finding> {
    let wanted = address(facts, paths)?;
    let is_ours = |set: &str| paths.iter().any(|path| address(facts, &[path]).as_deref() == Some(set));
    Some(match (set, method) {
        (None, _) => change(subject, "no address is entered", enter(&wanted, place)),
        (Some(set), _) if !is_ours(set) => {
            change(subject, format!("it is {}, which is not this server's", shown(set)), enter(&wanted, place))
        }
        (Some(_), Some(Method::Get)) => {
            change(subject, "it is called by GET", format!("Choose HTTP POST beside it: {place}."))
        }
        (Some(set), Some(Method::Post) | None) => right(subject, format!("it is {set}")),
    })
}

/// The first of these paths of this server.
fn address(facts: &Facts<'_>, paths: &[&str]) -> Option<String> {
    let base = facts.settings.public_base_url.as_ref()?;
    paths.first().map(|path| base.at(path))
}

fn enter(wanted: &str, place: &str) -> String {
    format!("Enter {wanted} with HTTP POST in Twilio's console: {place}.")
}

/// A foreign address, without what may be a user's name and password.
fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "no address".to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    let path = rest[end..].split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

fn country(facts: &Facts<'_>) -> Option<Finding> {
    const SUBJECT: Subject = Subject::HomeCountry;
    let home = facts.home.as_deref()?;
    Some(match &facts.country {
        Answer::NotAsked => return None,
        Answer::Unreached(words) | Answer::Refused { words, .. } => unchecked(SUBJECT, words),
        Answer::Got(allowed) if allowed.low_risk_numbers_enabled => {
            right(SUBJECT, format!("the account may call ordinary numbers of {home}"))
        }
        Answer::Got(_) => change(
            SUBJECT,
            format!("the account may not call numbers of {home}"),
            "Allow the country in Twilio's console (Voice, Settings, Geo permissions), and no more countries than are called.",
        ),
    })
}

/// What is not found may be in another region: they share nothing.
fn elsewhere(facts: &Facts<'_>, remedy: &str) -> String {
    match &facts.settings.region {
        Some(region) => {
            format!("{remedy} All of it must be of the region {region}, which is chosen at the top of the console.")
        }
        None => remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests;
