use super::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const ALL: [(&str, &str); 7] = [
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
    ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
    ("TWILIO_PHONE_NUMBER", "+966112345678"),
    ("TWILIO_API_KEY", "SK00000000000000000000000000000003"),
    ("TWILIO_API_SECRET", "abcdefghijklmnopqrstuvwxyz012345"),
    ("TWILIO_TWIML_APP_SID", "AP00000000000000000000000000000006"),
    ("PUBLIC_BASE_URL", "https://calls.example.com/phone"),
];
const BASE: &str = "https://calls.example.com/phone";

fn settings(values: &[(&str, &str)]) -> TwilioSettings {
    let value = |name: &str| values.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value);
    TwilioSettings::read(value).unwrap()
}

fn got<T: DeserializeOwned>(value: Value) -> Answer<T> {
    Answer::Got(serde_json::from_value(value).unwrap())
}

fn refused<T>(status: u16) -> Answer<T> {
    Answer::Refused { status, words: format!("Twilio refused the request (status {status})") }
}

fn with(mut value: Value, fields: Value) -> Value {
    let (Value::Object(whole), Value::Object(fields)) = (&mut value, fields) else { panic!("two objects") };
    whole.extend(fields);
    value
}

fn account_is(fields: Value) -> Answer<Account> {
    let account = json!({"sid": ALL[0].1, "status": "active", "type": "Full", "friendly_name": "Acme"});
    got(with(account, fields))
}

fn number_is(fields: Value) -> Answer<Option<IncomingPhoneNumber>> {
    let number = json!({"sid": "PN00000000000000000000000000000005", "phone_number": ALL[2].1,
        "capabilities": {"voice": true}, "voice_url": format!("{BASE}/api/calls/webhook/incoming"), "voice_method": "POST",
        "voice_application_sid": "", "status_callback": format!("{BASE}/api/calls/webhook/status")});
    got(with(number, fields))
}

fn app_is(fields: Value) -> Answer<Application> {
    let app = json!({"sid": ALL[5].1, "friendly_name": "Mobile Call", "voice_method": "POST",
        "voice_url": format!("{BASE}/api/calls/webhook/outbound"),
        "status_callback": format!("{BASE}/api/calls/webhook/status")});
    got(with(app, fields))
}

fn country_is(allowed: bool) -> Answer<CountryPermissions> {
    got(json!({"iso_code": "SA", "low_risk_numbers_enabled": allowed, "high_risk_special_numbers_enabled": false,
        "high_risk_tollfraud_numbers_enabled": false}))
}

/// As it must be.
fn good(settings: &TwilioSettings) -> Facts<'_> {
    let mut facts = Facts::new(settings, true, Some("SA".to_owned()), account_is(json!({})), Answer::Got(()));
    facts.look(
        got(json!({"sid": ALL[3].1, "friendly_name": "key"})),
        got(json!({"balance": "12.5", "currency": "USD"})),
        number_is(json!({})),
        Answer::Got(None),
        app_is(json!({})),
        country_is(true),
    );
    facts
}

/// What is not right, with what is said first of it.
fn wrong(facts: &Facts<'_>) -> Vec<(Subject, Standing, String)> {
    let findings = judge(facts).into_iter().filter(|finding| finding.state != Standing::Right);
    findings
        .map(|finding| {
            assert_eq!(finding.remedy.is_some(), finding.state == Standing::Change, "{finding:?}");
            (finding.subject, finding.state, finding.says)
        })
        .collect()
}

#[test]
fn what_is_right_is_said_too() {
    let settings = settings(&ALL);
    let findings = judge(&good(&settings));
    assert_eq!(wrong(&good(&settings)), []);
    let subjects: Vec<_> = findings.iter().map(|finding| finding.subject).collect();
    let expected = [
        Subject::PublicAddress,
        Subject::Account,
        Subject::Balance,
        Subject::ApiKey,
        Subject::Number,
        Subject::NumberVoiceUrl,
        Subject::NumberStatusUrl,
        Subject::App,
        Subject::AppVoiceUrl,
        Subject::AppStatusUrl,
        Subject::HomeCountry,
    ];
    assert_eq!(subjects, expected);
    let text = format!("{findings:?}");
    for secret in [ALL[1].1, ALL[4].1] {
        assert!(!text.contains(secret));
    }
}

/// One thing changed in good facts, and what is found.
type Case = (fn(&mut Facts<'_>), Subject, Standing, &'static str);

#[test]
fn each_fault_is_told_apart() {
    let settings = settings(&ALL);
    let cases: &[Case] = &[
        (|f| f.account = refused(401), Subject::Account, Standing::Change, "Twilio knows no such account"),
        (|f| f.account = refused(404), Subject::Account, Standing::Change, "Twilio knows no such account"),
        (
            |f| (f.account, f.by_key) = (refused(403), refused(403)),
            Subject::Account,
            Standing::Change,
            "Twilio refused the request",
        ),
        (
            |f| f.account = account_is(json!({"status": "suspended"})),
            Subject::Account,
            Standing::Change,
            "it is suspended",
        ),
        (|f| f.account = account_is(json!({"status": "closed"})), Subject::Account, Standing::Change, "it is closed"),
        (
            |f| f.balance = got(json!({"balance": "-0.25", "currency": "USD"})),
            Subject::Balance,
            Standing::Change,
            "there is no money left",
        ),
        (|f| f.balance = refused(403), Subject::Balance, Standing::Unchecked, "could not be checked"),
        (|f| f.key = refused(404), Subject::ApiKey, Standing::Change, "the account has no such API key"),
        (|f| f.by_key = refused(401), Subject::ApiKey, Standing::Change, "the API key exists, but"),
        (|f| f.by_key = refused(403), Subject::ApiKey, Standing::Change, "the API key may not do"),
        (
            |f| f.by_key = Answer::Unreached("no answer".to_owned()),
            Subject::ApiKey,
            Standing::Unchecked,
            "could not be checked: no answer",
        ),
        (|f| f.number = Answer::Got(None), Subject::Number, Standing::Change, "it is neither a number of the account"),
        (
            |f| f.number = number_is(json!({"capabilities": {"voice": false}})),
            Subject::Number,
            Standing::Change,
            "it is the account's own, but takes no calls",
        ),
        (
            |f| f.number = number_is(json!({"voice_url": "https://user:pass@old.example.com/in?token=1"})),
            Subject::NumberVoiceUrl,
            Standing::Change,
            "it is https://old.example.com/in, which is not this server's",
        ),
        (
            |f| f.number = number_is(json!({"voice_url": format!("{BASE}/api/calls/webhook/outbound")})),
            Subject::NumberVoiceUrl,
            Standing::Change,
            "it is https://calls.example.com/phone/api/calls/webhook/outbound, which",
        ),
        (
            |f| f.number = number_is(json!({"voice_application_sid": ALL[5].1})),
            Subject::NumberVoiceUrl,
            Standing::Change,
            "a TwiML app answers calls to it",
        ),
        (
            |f| f.number = number_is(json!({"voice_method": "GET"})),
            Subject::NumberVoiceUrl,
            Standing::Change,
            "it is called by GET",
        ),
        (
            |f| f.number = number_is(json!({"status_callback": ""})),
            Subject::NumberStatusUrl,
            Standing::Change,
            "no address is entered",
        ),
        (|f| f.app = refused(404), Subject::App, Standing::Change, "the account has no such TwiML app"),
        (
            |f| f.app = app_is(json!({"voice_url": null})),
            Subject::AppVoiceUrl,
            Standing::Change,
            "no address is entered",
        ),
        (
            |f| f.app = app_is(json!({"status_callback": "https://calls.example.com/api/calls/webhook/status"})),
            Subject::AppStatusUrl,
            Standing::Change,
            "it is https://calls.example.com/api/calls/webhook/status, which",
        ),
        (
            |f| f.country = country_is(false),
            Subject::HomeCountry,
            Standing::Change,
            "the account may not call numbers of SA",
        ),
        (|f| f.country = refused(404), Subject::HomeCountry, Standing::Unchecked, "could not be checked"),
    ];
    for (index, (spoil, subject, standing, says)) in cases.iter().enumerate() {
        let mut facts = good(&settings);
        spoil(&mut facts);
        let found = wrong(&facts);
        let [found] = found.as_slice() else { panic!("case {index}: {found:?}") };
        assert_eq!((found.0, found.1), (*subject, *standing), "case {index}");
        assert!(found.2.starts_with(says), "case {index}: {}", found.2);
    }
}

#[test]
fn what_serves_as_well_is_right() {
    let settings = settings(&ALL);
    let mut facts = good(&settings);
    facts.app = app_is(json!({"voice_url": format!("{BASE}/api/calls/twiml/outbound")}));
    facts.account = account_is(json!({"type": "Trial"}));
    facts.number = Answer::Got(None);
    facts.verified = got(json!({"sid": "PN00000000000000000000000000000009", "phone_number": ALL[2].1}));
    assert_eq!(wrong(&facts), []);
    let said = format!("{:?}", judge(&facts));
    assert!(
        said.contains("as a trial account it calls verified numbers only") && said.contains("it is verified"),
        "{said}"
    );
}

#[test]
fn missing_values_are_named_as_everywhere() {
    let none = TwilioSettings::default();
    let facts = Facts::new(&none, true, None, Answer::NotAsked, Answer::NotAsked);
    let says: Vec<_> = wrong(&facts).into_iter().map(|(_, _, says)| says).collect();
    let expected: Vec<_> = ALL.iter().map(|(name, _)| format!("Missing {name}")).collect();
    assert_eq!(says, expected);
}

#[test]
fn an_address_of_this_machine_is_out_of_twilios_reach() {
    let mut values = ALL.to_vec();
    values.push(("PUBLIC_BASE_URL", "http://127.0.0.1:4000"));
    let settings = settings(&values);
    let judged = |is_real| {
        let facts = Facts::new(&settings, is_real, None, Answer::NotAsked, Answer::NotAsked);
        wrong(&facts).into_iter().map(|(subject, ..)| subject).collect::<Vec<_>>()
    };
    assert_eq!(judged(true), [Subject::PublicAddress]);
    assert_eq!(judged(false), [], "a stand-in on the machine reaches it");
}

#[test]
fn a_region_is_named_where_something_is_not_found() {
    let mut values = ALL.to_vec();
    values.extend([("TWILIO_REGION", "ie1"), ("TWILIO_EDGE", "dublin")]);
    let settings = settings(&values);
    let mut facts = good(&settings);
    facts.app = refused(404);
    let findings = judge(&facts);
    let app = findings.iter().find(|finding| finding.subject == Subject::App).unwrap();
    assert!(app.remedy.as_deref().unwrap().contains("region ie1"), "{app:?}");
}
