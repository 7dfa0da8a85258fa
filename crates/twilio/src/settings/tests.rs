use super::*;

const SET: &[(&str, &str)] = &[
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000009f3c"),
    ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcd12"),
    ("TWILIO_PHONE_NUMBER", "+966501234567"),
    ("TWILIO_API_KEY", "SK00000000000000000000000000000001"),
    ("TWILIO_API_SECRET", "SecretSecretSecretSecretSecretXY"),
    ("TWILIO_TWIML_APP_SID", "AP00000000000000000000000000000002"),
    ("PUBLIC_BASE_URL", "https://calls.example.com/"),
    ("TWILIO_REGION", "ie1"),
    ("TWILIO_EDGE", "dublin"),
];

/// The values of `SET` with some put otherwise.
fn read(changed: &[(&str, &str)]) -> Result<TwilioSettings, SettingFaults> {
    let value = |name: &str| changed.iter().chain(SET).find(|(key, _)| *key == name).map(|(_, value)| *value);
    TwilioSettings::read(value)
}

fn without(names: &[&str]) -> TwilioSettings {
    read(&names.iter().map(|name| (*name, "  ")).collect::<Vec<_>>()).unwrap()
}

fn lines<T: fmt::Debug>(result: Result<T, SettingFaults>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_complete_set_serves_every_task() {
    let settings = read(&[]).unwrap();
    let token = settings.for_tokens().unwrap();
    assert_eq!(token.app.to_string(), "AP00000000000000000000000000000002");
    assert_eq!(token.region.unwrap().as_str(), "ie1");
    let calls = settings.for_calls().unwrap();
    assert_eq!(calls.caller.as_e164(), "+966501234567");
    assert_eq!(calls.rest.host("api"), "api.dublin.ie1.twilio.com");
    assert_eq!(
        calls.rest.credentials.basic(),
        ("SK00000000000000000000000000000001".to_owned(), "SecretSecretSecretSecretSecretXY")
    );
    assert_eq!(settings.for_webhooks().unwrap().auth_token.expose(), "0123456789abcdef0123456789abcd12");
}

#[test]
fn each_missing_value_is_named_exactly() {
    for setting in Setting::ALL {
        let fault = SettingFault::Missing(*setting);
        assert_eq!(fault.to_string(), format!("Missing {}", setting.name()));
        assert!(!fault.advice().is_empty());
    }
    let settings = without(&["TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_TWIML_APP_SID"]);
    assert_eq!(
        settings.for_tokens().unwrap_err().to_string(),
        "Missing TWILIO_API_KEY\nMissing TWILIO_API_SECRET\nMissing TWILIO_TWIML_APP_SID"
    );
    assert!(settings.for_rest().is_ok() && settings.for_webhooks().is_ok() && settings.for_calls().is_ok());
}

#[test]
fn a_task_asks_only_for_what_it_needs() {
    let nothing = TwilioSettings::read(|_| None).unwrap();
    assert!(nothing.is_empty());
    let all = [
        (lines(nothing.for_rest()), vec!["Missing TWILIO_ACCOUNT_SID", "Missing TWILIO_AUTH_TOKEN"]),
        (lines(nothing.for_webhooks()), vec!["Missing TWILIO_AUTH_TOKEN"]),
        (
            lines(nothing.for_calls()),
            vec![
                "Missing TWILIO_ACCOUNT_SID",
                "Missing TWILIO_AUTH_TOKEN",
                "Missing TWILIO_PHONE_NUMBER",
                "Missing PUBLIC_BASE_URL",
            ],
        ),
        (lines(without(&["TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET"]).for_rest()), vec!["Missing TWILIO_API_SECRET"]),
        (lines(without(&["TWILIO_AUTH_TOKEN", "TWILIO_API_KEY"]).for_rest()), vec!["Missing TWILIO_API_KEY"]),
        (lines(without(&["TWILIO_ACCOUNT_SID"]).for_rest()), vec!["Missing TWILIO_ACCOUNT_SID"]),
        (lines(without(&["PUBLIC_BASE_URL"]).for_calls()), vec!["Missing PUBLIC_BASE_URL"]),
    ];
    for (found, expected) in all {
        assert_eq!(found, expected);
    }
    let token_only = without(&["TWILIO_API_KEY"]).for_rest().unwrap();
    assert!(matches!(token_only.credentials, Credentials::AuthToken(..)));
}

#[test]
fn all_malformed_values_are_told_at_once() {
    let wrong = [
        ("TWILIO_ACCOUNT_SID", "SK00000000000000000000000000000001"),
        ("TWILIO_AUTH_TOKEN", "two words"),
        ("TWILIO_PHONE_NUMBER", "0501234567"),
        ("TWILIO_API_KEY", "SK12"),
        ("TWILIO_API_SECRET", "AC00000000000000000000000000009f3c"),
        ("TWILIO_TWIML_APP_SID", "secret-in-the-wrong-place"),
        ("PUBLIC_BASE_URL", "http://calls.example.com"),
        ("TWILIO_REGION", "Ireland"),
        ("TWILIO_EDGE", "dublin.evil.example"),
    ];
    let faults = read(&wrong).unwrap_err();
    let expected = [
        "TWILIO_ACCOUNT_SID is wrong: this is the SID of an API key, and an account is needed, which begins with AC",
        "TWILIO_AUTH_TOKEN is wrong: it has a space or a line break inside",
        "TWILIO_PHONE_NUMBER is wrong: it must begin with + and the country code, as +15017122661",
        "TWILIO_API_KEY is wrong: the SID of an API key has 32 characters after SK, and this has 2",
        "TWILIO_API_SECRET is wrong: this is the SID of an account, not a secret",
        "TWILIO_TWIML_APP_SID is wrong: the SID of a TwiML app begins with AP, and this does not",
        "PUBLIC_BASE_URL is wrong: it must begin with https://, since what Twilio sends is private",
        "TWILIO_REGION is wrong: a region is a short word of small letters, digits and '-', such as ie1",
        "TWILIO_EDGE is wrong: an edge is a short word of small letters, digits and '-', such as dublin",
    ];
    assert_eq!(faults.to_string().lines().collect::<Vec<_>>(), expected);
    assert_eq!(lines(read(&[("TWILIO_AUTH_TOKEN", "\"0123456789abcdef\"")])).len(), 1);
    assert_eq!(lines(read(&[("TWILIO_PHONE_NUMBER", "+96650")])).len(), 1);
}

#[test]
fn logs_show_which_values_are_set_and_no_secret() {
    let settings = read(&[]).unwrap();
    let expected = [
        "TWILIO_ACCOUNT_SID set, AC…9f3c",
        "TWILIO_AUTH_TOKEN set, ends in …12",
        "TWILIO_PHONE_NUMBER set, …67",
        "TWILIO_API_KEY set, SK…0001",
        "TWILIO_API_SECRET set, ends in …XY",
        "TWILIO_TWIML_APP_SID set, AP…0002",
        "PUBLIC_BASE_URL set, https://calls.example.com",
        "TWILIO_REGION set, ie1",
        "TWILIO_EDGE set, dublin",
    ];
    assert_eq!(settings.log_lines().collect::<Vec<_>>(), expected);
    let printed = format!("{settings:?} {:?} {:?}", settings.for_tokens(), settings.for_calls());
    for (name, value) in &SET[1..5] {
        assert!(!printed.contains(value), "{name} is printed");
    }
    let short = read(&[("TWILIO_AUTH_TOKEN", "12345")]).unwrap();
    assert_eq!(short.shortened(Setting::AuthToken).unwrap(), "too short to show its end");
    assert_eq!(TwilioSettings::default().log_lines().next().unwrap(), "TWILIO_ACCOUNT_SID not set");
}

/// Of every one of the 512 sets of values: what a task misses is not set, and is enough once it is.
#[test]
fn what_is_missing_is_named_whole_and_no_more() {
    let only = |mask: usize| {
        let blank = |(index, (name, _)): (usize, &(&'static str, _))| (mask >> index & 1 == 0).then_some((*name, ""));
        read(&SET.iter().enumerate().filter_map(blank).collect::<Vec<_>>()).unwrap()
    };
    let tasks: [fn(&TwilioSettings) -> Option<SettingFaults>; 4] = [
        |settings| settings.for_tokens().err(),
        |settings| settings.for_rest().err(),
        |settings| settings.for_webhooks().err(),
        |settings| settings.for_calls().err(),
    ];
    for mask in 0..1 << SET.len() {
        let settings = only(mask);
        for missing in tasks {
            let Some(faults) = missing(&settings) else { continue };
            let named =
                faults.iter().map(|fault| 1 << Setting::ALL.iter().position(|s| *s == fault.setting()).unwrap());
            let named: usize = named.sum();
            assert_eq!(named & mask, 0, "{faults} of {mask:09b}");
            assert_eq!(missing(&only(mask | named)), None, "{faults} of {mask:09b}");
        }
    }
}
