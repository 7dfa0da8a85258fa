use super::*;
use mobilecall_domain::Private;
use proptest::prelude::*;

const VOICE: &str = "https://example.test/voice?foo=1&bar=2";
const JSON: &str =
    "https://example.test/json?bodySHA256=b0f01ced2097b92e74957181d7e028a696357b933a85622c0136d1bdb78bfec4";

fn signer() -> Signer {
    Signer::new(&Private::new("12345".to_owned()))
}

fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn voice() -> Vec<(String, String)> {
    form(&[
        ("To", "+966500000000"),
        ("CallSid", "CA00000000000000000000000000000001"),
        ("Empty", ""),
        ("Digits", "12#"),
        ("From", "client:alice"),
    ])
}

/// All made by Twilio's own library, version 6.2.0.
#[test]
fn our_signatures_are_those_of_twilios_library() {
    let (voice, several) = (voice(), form(&[("E", "b"), ("A", "x"), ("E", "a"), ("E", "b")]));
    let beyond = form(&[("😀", "x"), ("～", "y"), ("n", "😀"), ("n", "～"), ("n", "ي")]);
    let body = r#"{"a":1,"name":"علي"}"#.as_bytes();
    let cases = [
        (VOICE, Payload::Form(&voice), "LUqAykQ08FGuNgIqsyHVCzgeYhw="),
        ("https://example.test:443/voice?foo=1&bar=2", Payload::Form(&voice), "JV5xdllHT971OD1+dGrrgNKsZqQ="),
        ("https://example.test/e", Payload::Form(&several), "a+jK5ozBBGPwcfWubM3Sm8LX5tg="),
        (JSON, Payload::Body(body), "hmiLxsQwGgsm6sgmucpSmhsN8+8="),
        (VOICE, Payload::None, "3LPtO+FihdiJMm0KUjQOf/a7XjU="),
        ("https://example.test/u", Payload::Form(&beyond), "BrWIvCid8XVVp/Vdynb/sMGXvRU="),
    ];
    for (url, payload, signature) in cases {
        assert_eq!(signer().sign(url, payload), signature, "{url}");
        assert_eq!(signer().verify(signature, url, payload), Ok(()), "{url}");
    }
    assert_eq!(with_body_hash("https://example.test/json", body), JSON);
    assert_eq!(
        with_body_hash("https://example.test/json?a=1", b""),
        format!("https://example.test/json?a=1&bodySHA256={}", hash(b""))
    );
}

#[test]
fn the_url_may_be_signed_in_other_forms() {
    // What was signed, and what we know of the URL.
    let accepted = [
        ("https://example.test/a", "https://example.test:443/a"),
        ("https://example.test/a", "https://example.test:8443/a"),
        ("https://example.test:443/a", "https://example.test/a"),
        ("http://example.test:80/a", "http://example.test/a"),
        ("https://example.test:8443/a", "https://example.test:8443/a"),
        ("https://example.test/q?name=%27O%27&x=(1)", "https://example.test/q?name='O'&x=(1)"),
        ("https://example.test:443/q?name=%27O%27&x=(1)", "https://example.test/q?name='O'&x=(1)"),
        ("https://example.test/q?name='O'&x=1&x=2&y=", "https://example.test/q?name=%27O%27&x=1&y&x=2"),
        ("https://example.test/a", "https://EXAMPLE.test/a"),
    ];
    for (signed, known) in accepted {
        let signature = signer().sign(signed, Payload::None);
        assert_eq!(signer().verify(&signature, known, Payload::None), Ok(()), "{signed} as {known}");
    }
    let refused = [
        ("https://example.test:443/a", "https://example.test:8443/a"),
        ("https://example.test/a", "http://example.test/a"),
        ("https://example.test/a", "https://example.test/a/"),
        ("https://example.test/a", "https://example.test/A"),
        ("https://example.test/a", "https://evil.test/a"),
        ("https://example.test/a?b=1", "https://example.test/a?b=2"),
        ("/a", "https://example.test/a"),
    ];
    for (signed, known) in refused {
        let signature = signer().sign(signed, Payload::None);
        let verified = signer().verify(&signature, known, Payload::None);
        assert_eq!(verified, Err(SignatureFault::Mismatch), "{signed} as {known}");
    }
}

/// Whether Twilio's own library (6.2.0) takes a signature for a URL, each with the URL that was signed: escapes, ports,
/// users, fragments and repeated names as a random generator had put them together.
const JUDGED: &str = include_str!("judged.tsv");

#[test]
fn we_accept_exactly_what_twilios_library_accepts() {
    for line in JUDGED.lines() {
        let [accepted, signature, url, signed] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        assert_eq!(signer().sign(signed, Payload::None), signature, "{signed}");
        let ours = signer().verify(signature, url, Payload::None).is_ok();
        assert_eq!(ours, accepted == "yes", "{signed} as {url}");
    }
}

#[test]
fn what_was_changed_or_not_signed_is_refused() {
    let (voice, signature) = (voice(), signer().sign(VOICE, Payload::Form(&voice())));
    let more = [voice.clone(), form(&[("Extra", "")])].concat();
    let less = &voice[1..];
    let other = Signer::new(&Private::new("12346".to_owned()));
    let body = r#"{"a":1,"name":"علي"}"#.as_bytes();
    let json = signer().sign(JSON, Payload::Body(body));
    let cases = [
        (signer(), "", VOICE, Payload::Form(&voice), SignatureFault::Mismatch),
        (signer(), "not base64!", VOICE, Payload::Form(&voice), SignatureFault::Malformed),
        (signer(), "LUqAykQ08FGuNgIqsyHVCzgeYg==", VOICE, Payload::Form(&voice), SignatureFault::Mismatch),
        (signer(), &signature, VOICE, Payload::Form(&more), SignatureFault::Mismatch),
        (signer(), &signature, VOICE, Payload::Form(less), SignatureFault::Mismatch),
        (signer(), &signature, VOICE, Payload::None, SignatureFault::Mismatch),
        (other, &signature, VOICE, Payload::Form(&voice), SignatureFault::Mismatch),
        (signer(), &json, JSON, Payload::Body(b"{}"), SignatureFault::BodyChanged),
        (signer(), &signature, VOICE, Payload::Body(body), SignatureFault::NoBodyHash),
        (signer(), &signature, JSON, Payload::Body(body), SignatureFault::Mismatch),
    ];
    for (signer, signature, url, payload, fault) in cases {
        assert_eq!(signer.verify(signature, url, payload), Err(fault), "{signature} {url}");
    }
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("\\PC{0,8}", "\\PC{0,12}"), 0..8)
}

proptest! {
    #[test]
    fn what_we_sign_we_accept_in_any_order(path in "/[ -~]{0,20}", mut form in pairs(), turn in 0usize..8) {
        let url = format!("https://example.test{path}");
        let signature = signer().sign(&url, Payload::Form(&form));
        let turn = turn.min(form.len());
        form.rotate_left(turn);
        prop_assert_eq!(signer().verify(&signature, &url, Payload::Form(&form)), Ok(()));
        form.push(("Another".to_owned(), "value".to_owned()));
        prop_assert_eq!(signer().verify(&signature, &url, Payload::Form(&form)), Err(SignatureFault::Mismatch));
    }

    #[test]
    fn bodies_are_accepted_as_they_were(path in "/[a-z?=&]{0,20}", body: Vec<u8>, place: usize) {
        let url = with_body_hash(&format!("https://example.test{path}"), &body);
        let signature = signer().sign(&url, Payload::Body(&body));
        prop_assert_eq!(signer().verify(&signature, &url, Payload::Body(&body)), Ok(()));
        let mut changed = body;
        if changed.is_empty() { changed.push(0) } else { let at = place % changed.len(); changed[at] ^= 1 }
        let verified = signer().verify(&signature, &url, Payload::Body(&changed));
        prop_assert_eq!(verified, Err(SignatureFault::BodyChanged));
    }

    #[test]
    fn no_text_breaks_the_check(signature in "\\PC{0,30}", url in "\\PC{0,40}", form in pairs()) {
        prop_assert!(signer().verify(&signature, &url, Payload::Form(&form)).is_err());
    }
}
