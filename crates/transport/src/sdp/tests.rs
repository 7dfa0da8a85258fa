use super::candidate::Candidate;
use super::codecs::{choose, first_of_answer};
use super::stack::{StackTransport, describe_peer};
use super::*;
use crate::{Codec, MediaDirection};
use proptest::prelude::*;

const CHROMIUM: &str = include_str!("fixtures/chromium_offer.sdp");
const TWILIO_SDK: &str = include_str!("fixtures/twilio_sdk_offer.sdp");
const PHONE: &str = include_str!("fixtures/phone_through_pbx_offer.sdp");
const AUDIO_AND_VIDEO: &str = include_str!("fixtures/audio_and_video_offer.sdp");
const DIGEST: &str = "17:94:2E:7E:9E:EC:C4:D0:D8:89:C6:73:A4:EC:69:D6:78:AD:87:0A:53:63:C8:25:81:C7:A2:4D:E2:9B:2A:C9";
const BOTH: [Codec; 2] = [Codec::Opus, Codec::Pcmu];

fn parse(text: &str) -> RemoteDescription {
    RemoteDescription::parse(text, Setup::ActPass).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Our answer to `remote`, as text.
fn answer(remote: &RemoteDescription, preferences: &[Codec], wish: MediaDirection) -> String {
    let codec = choose(preferences, &remote.formats).expect("a common codec");
    describe(&remote.layout, &[codec], remote.direction.mirrored().and(wish), Setup::Active)
}

fn describe(layout: &Layout, codecs: &[AudioCodec], direction: MediaDirection, setup: Setup) -> String {
    let candidate = Candidate::parse("1 1 udp 2130706431 192.0.2.1 40000 typ host").expect("a candidate");
    LocalDescription {
        session_id: 7,
        session_version: 1,
        layout,
        codecs,
        direction,
        ice: &IceCredentials { ufrag: "ours".to_owned(), pwd: "our-password-of-24-chars".to_owned() },
        fingerprint: &Fingerprint { hash: "sha-256".to_owned(), digest: DIGEST.to_owned() },
        setup,
        candidates: &[candidate],
        ssrc: 4_321,
        cname: "name",
    }
    .to_string()
}

#[test]
fn every_dialect_is_read() {
    let chromium = parse(CHROMIUM);
    assert_eq!(chromium.candidates, []);
    assert_eq!(chromium.formats.len(), 8);
    assert_eq!(chromium.ice.ufrag, "Hy1l");
    assert_eq!(chromium.setup, Setup::ActPass);

    let phone = parse(PHONE);
    assert_eq!(phone.fingerprint, chromium.fingerprint, "the hash in capitals, the digest in small letters");
    assert_eq!(phone.candidates.len(), 2, "those of component 1");
    assert_eq!(phone.layout.sections[0].mid, None);
    assert!(!phone.layout.bundled);

    let both = parse(AUDIO_AND_VIDEO);
    assert_eq!(both.layout.audio, 1);
    assert_eq!(both.ice.ufrag, "1d2e3f40", "the transport of the bundle");
    assert_eq!(both.candidates.len(), 1, "neither TCP nor names");
    assert_eq!(both.fingerprint, chromium.fingerprint, "of the session");
}

#[test]
fn the_offer_of_chromium_is_answered_with_opus_and_its_digits() {
    let text = answer(&parse(CHROMIUM), &BOTH, MediaDirection::SendRecv);
    let expected = format!(
        "v=0\r
o=- 7 1 IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
a=group:BUNDLE 0\r
a=msid-semantic: WMS *\r
m=audio 40000 UDP/TLS/RTP/SAVPF 111 110\r
c=IN IP4 192.0.2.1\r
a=mid:0\r
a=sendrecv\r
a=rtcp-mux\r
a=rtcp-rsize\r
a=ice-ufrag:ours\r
a=ice-pwd:our-password-of-24-chars\r
a=fingerprint:sha-256 {DIGEST}\r
a=setup:active\r
a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r
a=end-of-candidates\r
a=rtpmap:111 opus/48000/2\r
a=fmtp:111 minptime=10;useinbandfec=1\r
a=rtpmap:110 telephone-event/48000\r
a=fmtp:110 0-15\r
a=maxptime:60\r
a=msid:name name-audio\r
a=ssrc:4321 cname:name\r\n"
    );
    assert_eq!(text, expected);
    let with_pcmu = answer(&parse(TWILIO_SDK), &[Codec::Pcmu, Codec::Opus], MediaDirection::SendRecv);
    assert!(with_pcmu.contains("SAVPF 0 126\r\n"), "{with_pcmu}");
    let with_opus = answer(&parse(TWILIO_SDK), &BOTH, MediaDirection::SendRecv);
    assert!(with_opus.contains("SAVPF 111 110\r\n"), "{with_opus}");
}

#[test]
fn a_phone_is_answered_in_its_own_dialect() {
    let text = answer(&parse(PHONE), &BOTH, MediaDirection::SendRecv);
    assert!(text.contains("m=audio 40000 UDP/TLS/RTP/SAVPF 107\r\n"), "{text}");
    assert!(!text.contains("BUNDLE") && !text.contains("a=mid"), "nothing that was not offered: {text}");
}

#[test]
fn video_is_refused_in_its_place() {
    let text = answer(&parse(AUDIO_AND_VIDEO), &BOTH, MediaDirection::SendRecv);
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("m=") || line.starts_with("a=group")).collect();
    assert_eq!(
        lines,
        ["a=group:BUNDLE audio", "m=video 0 UDP/TLS/RTP/SAVPF 120 121", "m=audio 40000 UDP/TLS/RTP/SAVPF 109"]
    );
}

#[test]
fn hold_is_answered_in_kind() {
    let cases =
        [("sendonly", "recvonly"), ("inactive", "inactive"), ("recvonly", "sendonly"), ("sendrecv", "sendrecv")];
    for (offered, answered) in cases {
        let offer = CHROMIUM.replace("a=sendrecv", &format!("a={offered}"));
        let text = answer(&parse(&offer), &BOTH, MediaDirection::SendRecv);
        assert!(text.contains(&format!("\r\na={answered}\r\n")), "{offered}: {text}");
    }
    let unsaid = parse(&CHROMIUM.replace("a=sendrecv\n", ""));
    assert_eq!(unsaid.direction, MediaDirection::SendRecv);
    let of_session = parse(&CHROMIUM.replace("a=sendrecv\n", "").replace("t=0 0\n", "t=0 0\na=inactive\n"));
    assert_eq!(of_session.direction, MediaDirection::Inactive);
}

#[test]
fn unusable_offers_are_refused_with_the_reason() {
    let cases = [
        (String::new(), "it is not a session description (No version line)"),
        ("GET / HTTP/1.1\r\n".to_owned(), "it is not a session description"),
        (CHROMIUM.replace("m=audio", "m=video"), "it has no audio"),
        (CHROMIUM.replace("m=audio 9", "m=audio 0"), "it refuses the audio"),
        (CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "its audio is RTP/AVP, not DTLS-SRTP"),
        (CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVP"), "its audio is RTP/SAVP, not DTLS-SRTP"),
        (CHROMIUM.replace("a=ice-ufrag", "a=x"), "it has no ICE user name"),
        (CHROMIUM.replace("a=ice-pwd", "a=x"), "it has no ICE password"),
        (CHROMIUM.replace("a=fingerprint", "a=x"), "it has no certificate fingerprint"),
        (CHROMIUM.replace("a=fingerprint:sha-256 ", "a=fingerprint:"), "its certificate fingerprint cannot be read"),
    ];
    for (text, expected) in cases {
        let error = RemoteDescription::parse(&text, Setup::ActPass).err().map(|error| error.to_string());
        assert!(error.as_deref().is_some_and(|error| error.starts_with(expected)), "{error:?} is not {expected}");
    }
    let foreign = CHROMIUM.replace("SAVPF 111 63 9 0 8 13 110 126", "SAVPF 9 8");
    let error = choose(&BOTH, &parse(&foreign).formats).expect_err("no codec of ours");
    assert_eq!(error.to_string(), "it shares no codec with us (it names G722, PCMA)");
}

#[test]
fn pcmu_needs_no_mapping() {
    let text = CHROMIUM.replace("a=rtpmap:0 PCMU/8000\n", "");
    let agreed = first_of_answer(&[Codec::Pcmu], &parse(&text).formats).expect("payload type 0");
    assert_eq!(agreed, AudioCodec { codec: Codec::Pcmu, payload_type: 0, telephone_event: Some(126) });
}

#[test]
fn our_offer_reads_back() {
    let types = PayloadTypes::default();
    let codecs = BOTH.map(|codec| types.of(codec));
    let text = describe(&Layout::ours(), &codecs, MediaDirection::SendOnly, Setup::ActPass);
    assert!(text.contains("m=audio 40000 UDP/TLS/RTP/SAVPF 111 0 110 126\r\n"), "{text}");
    let read = parse(&text);
    assert_eq!(read.direction, MediaDirection::SendOnly);
    assert_eq!(choose(&BOTH, &read.formats), Ok(codecs[0]));
    assert_eq!(choose(&[Codec::Pcmu], &read.formats), Ok(codecs[1]));
    assert!(read.layout.bundled && read.layout.rtcp_mux);
}

#[test]
fn without_candidates_the_address_stays_empty() {
    let types = PayloadTypes::default();
    let text = LocalDescription {
        session_id: 7,
        session_version: 1,
        layout: &Layout::ours(),
        codecs: &[types.of(Codec::Opus)],
        direction: MediaDirection::SendRecv,
        ice: &IceCredentials { ufrag: "u".to_owned(), pwd: "p".to_owned() },
        fingerprint: &Fingerprint { hash: "sha-256".to_owned(), digest: DIGEST.to_owned() },
        setup: Setup::ActPass,
        candidates: &[],
        ssrc: 1,
        cname: "name",
    }
    .to_string();
    assert!(text.contains("m=audio 9 ") && text.contains("c=IN IP4 0.0.0.0\r\n"), "{text}");
}

#[test]
fn the_stack_is_told_one_dialect_whatever_came() {
    for fixture in [CHROMIUM, TWILIO_SDK, PHONE, AUDIO_AND_VIDEO, &CHROMIUM.replace("a=sendrecv", "a=inactive")] {
        let remote = parse(fixture);
        let told = describe_peer(&remote);
        assert!(told.contains("a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"), "{told}");
        assert!(told.contains("a=fingerprint:sha-256 17:94:2E"), "{told}");
        let StackTransport { ice, fingerprint, setup, candidates } = StackTransport::parse(&told).expect("readable");
        assert!(ice == remote.ice && fingerprint == remote.fingerprint && setup == remote.setup);
        assert_eq!(candidates, remote.candidates);
    }
    let lite = parse(&CHROMIUM.replace("t=0 0\n", "t=0 0\na=ice-lite\n"));
    assert!(describe_peer(&lite).contains("\r\na=ice-lite\r\n"));
}

proptest! {
    #[test]
    fn no_input_panics(text in "\\PC{0,400}") {
        let _ = RemoteDescription::parse(&text, Setup::ActPass);
    }

    #[test]
    fn no_damaged_offer_panics(at in 0..CHROMIUM.len(), with in "[ -~\\r\\n]{0,8}", cut in 0..200usize) {
        let end = (at + cut).min(CHROMIUM.len());
        let text = format!("{}{with}{}", &CHROMIUM[..at], &CHROMIUM[end..]);
        if let Ok(remote) = RemoteDescription::parse(&text, Setup::ActPass) {
            // What is read can always be passed on, line by line.
            prop_assert!(describe_peer(&remote).lines().all(|line| line.as_bytes().get(1) == Some(&b'=')));
            if choose(&BOTH, &remote.formats).is_ok() {
                let text = answer(&remote, &BOTH, MediaDirection::SendRecv);
                prop_assert!(text.lines().all(|line| line.as_bytes().get(1) == Some(&b'=')));
            }
        }
    }
}
