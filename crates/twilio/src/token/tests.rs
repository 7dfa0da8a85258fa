use super::*;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mobilecall_domain::Private;
use serde_json::{Value, json};

/// Made by Twilio's own library 6.2.0 at 1700000000 with the secret `secret`.
const BY_TWILIOS_LIBRARY: &str = concat!(
    "eyJjdHkiOiJ0d2lsaW8tZnBhO3Y9MSIsInR5cCI6IkpXVCIsImFsZyI6IkhTMjU2In0.",
    "eyJqdGkiOiJTSzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwLTE3MDAwMDAwMDAiLCJncmFudHMiOnsiaWRlbnRpdHkiOiJhbGljZSIs",
    "InZvaWNlIjp7ImluY29taW5nIjp7ImFsbG93Ijp0cnVlfSwib3V0Z29pbmciOnsiYXBwbGljYXRpb25fc2lkIjoiQVAwMDAwMDAwMDAwMDAwMDAw",
    "MDAwMDAwMDAwMDAwMDAwMCJ9fX0sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAzNjAwLCJpc3MiOiJTSzAwMDAwMDAwMDAwMDAwMDAwMDAw",
    "MDAwMDAwMDAwMDAwIiwic3ViIjoiQUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCJ9.",
    "N2D0ci_1rd9grT0Mk8lKljiugO7-yZ3oWs5Bg9qeJrc",
);

/// So many seconds after that.
fn at(second: i64) -> Timestamp {
    Timestamp::from_millis((1_700_000_000 + second) * 1000)
}

fn settings() -> TokenSettings {
    TokenSettings {
        account: AccountSid::from_bits(0),
        key: ApiKeySid::from_bits(0),
        secret: Private::new("secret".to_owned()),
        app: AppSid::from_bits(0),
        region: None,
    }
}

fn alice() -> Grant {
    Grant::full("alice".parse().unwrap())
}

fn parts(token: &str) -> Vec<&str> {
    token.split('.').collect()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A token with anything in it, signed with `secret`.
fn forged(header: &Header, claims: &Value, secret: &str) -> String {
    jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

#[test]
fn our_token_says_what_twilios_library_says() {
    let ours = sign(&settings(), alice(), DEFAULT_LIFE, at(0)).unwrap();
    let (ours, theirs) = (parts(&ours), parts(BY_TWILIOS_LIBRARY));
    assert_eq!(decoded(ours[0]), decoded(theirs[0]), "the header, whose fields jsonwebtoken orders otherwise");
    assert_eq!(ours[1], theirs[1], "the claims, byte for byte");
}

#[test]
fn a_token_of_twilios_library_is_read() {
    let claims = verify(&settings(), BY_TWILIOS_LIBRARY, at(3599)).unwrap();
    assert_eq!((claims.iat, claims.exp, claims.grants.identity.as_str()), (1_700_000_000, 1_700_003_600, "alice"));
    assert!(!format!("{claims:?}").contains("alice"));
}

#[test]
fn region_parameters_and_endpoint_are_told() {
    let home = TokenSettings { region: Some("ie1".parse().unwrap()), ..settings() };
    let params = BTreeMap::from([("company".to_owned(), "c1".to_owned())]);
    let grant = Grant { incoming: false, params, endpoint_id: Some("e1".to_owned()), ..alice() };
    let token = sign(&home, grant, MAX_LIFE, at(0)).unwrap();
    assert_eq!(decoded(parts(&token)[0])["twr"], "ie1");
    assert_eq!(
        decoded(parts(&token)[1])["grants"]["voice"],
        json!({
            "outgoing": {"application_sid": AppSid::from_bits(0), "params": {"company": "c1"}},
            "endpoint_id": "e1",
        })
    );
    assert!(verify(&home, &token, at(0)).is_ok());
}

#[test]
fn a_life_that_twilio_refuses_is_refused_here() {
    for life in [Duration::ZERO, MAX_LIFE + Duration::from_secs(1)] {
        assert!(matches!(sign(&settings(), alice(), life, at(0)), Err(TokenError::Life { .. })));
    }
}

#[test]
fn each_fault_has_its_code() {
    let token = |life| sign(&settings(), alice(), Duration::from_secs(life), at(0)).unwrap();
    let claims = decoded(parts(BY_TWILIOS_LIBRARY)[1]);
    let with = |field: &str, value: Value| {
        let mut changed = claims.clone();
        changed[field] = value;
        changed
    };
    let mut header = Header::new(Algorithm::HS256);
    let no_content_type = forged(&header, &claims, "secret");
    header.cty = Some(CONTENT_TYPE.to_owned());
    let mut longer = Header::new(Algorithm::HS512);
    longer.cty = Some(CONTENT_TYPE.to_owned());
    let foreign = with("sub", json!(AccountSid::from_bits(1)));
    let other_key = with("iss", json!(ApiKeySid::from_bits(1)));
    let nameless = with("grants", json!({"identity": "sara ali", "voice": {}}));
    let (_, unsigned) = BY_TWILIOS_LIBRARY.rsplit_once('.').map(|(head, _)| ((), format!("{head}."))).unwrap();
    let cases = [
        ("nonsense".to_owned(), at(0), TokenFault::Invalid, 31204),
        (no_content_type, at(0), TokenFault::Invalid, 31204),
        (forged(&longer, &claims, "secret"), at(0), TokenFault::Invalid, 31204),
        (forged(&header, &with("nbf", json!(1_700_000_010)), "secret"), at(9), TokenFault::Invalid, 31204),
        (forged(&header, &with("iss", json!("secret")), "secret"), at(0), TokenFault::Invalid, 31204),
        (forged(&header, &claims, "another"), at(0), TokenFault::Signature, 31202),
        (unsigned, at(0), TokenFault::Signature, 31202),
        (forged(&header, &foreign, "secret"), at(0), TokenFault::Account, 31203),
        (forged(&header, &other_key, "secret"), at(0), TokenFault::Account, 31203),
        (token(60), at(60), TokenFault::Expired, 31205),
        (forged(&header, &with("exp", json!(1_700_086_401)), "secret"), at(0), TokenFault::TooLong, 31207),
        (forged(&header, &nameless, "secret"), at(0), TokenFault::Identity, 31105),
    ];
    for (token, now, fault, code) in cases {
        assert_eq!(verify(&settings(), &token, now), Err(fault), "{token}");
        assert_eq!(fault.code(), code);
    }
}
