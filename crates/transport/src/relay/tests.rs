use super::*;
use std::io;

fn config(urls: &[&str]) -> TransportConfig {
    let urls = urls.iter().map(|url| (*url).to_owned()).collect();
    let server = IceServer { urls, username: "user".to_owned(), credential: "password".to_owned() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    TransportConfig { ice_servers: vec![server], relay_trust: Some(Arc::new(trust)), ..TransportConfig::loopback() }
}

fn listed(relays: &Relays) -> Vec<String> {
    relays.servers.iter().map(|it| format!("{} {}:{}", it.carrier, it.host, it.port)).collect()
}

#[test]
fn relays_are_sorted_by_what_reaches_them_and_kept_from_the_stack() {
    // As Twilio lists them, and what others do.
    let config = config(&[
        "stun:global.stun.twilio.com:3478",
        "turn:global.turn.twilio.com:3478?transport=udp",
        "turn:global.turn.twilio.com:3478?transport=tcp",
        "turn:global.turn.twilio.com:443?transport=tcp",
        "turns:relay.example.com",
        "turns:relay.example.com:443?transport=tcp",
        "turns:relay.example.com:443?transport=udp",
        "turn:[2001:db8::7]:3479",
    ]);
    let (stack, relays) = split(&config).expect("usable servers");
    let urls: Vec<_> = stack.iter().flat_map(|server| server.urls.clone()).collect();
    assert_eq!(urls, ["stun:global.stun.twilio.com:3478", "turn:relay.invalid:3478?transport=udp"]);
    let expected = [
        "UDP global.turn.twilio.com:3478",
        "UDP 2001:db8::7:3479",
        "TCP global.turn.twilio.com:3478",
        "TCP global.turn.twilio.com:443",
        "TLS relay.example.com:5349",
        "TLS relay.example.com:443",
    ];
    assert_eq!(listed(&relays), expected);
    assert_eq!(relays.standing(), RelayStanding::Asked);
    assert_eq!(relays.resolve("relay.invalid:3478").map(|it| it.len()), Some(2));
    assert_eq!(relays.resolve("global.stun.twilio.com:3478"), None);
}

#[test]
fn what_relays_log_is_left_out_too() {
    assert!(crate::LOG_DIRECTIVES.ends_with(mobilecall_turn::LOG_DIRECTIVES), "{}", crate::LOG_DIRECTIVES);
}

#[test]
fn without_relays_the_stack_is_told_of_none() {
    let (stack, relays) = split(&config(&["stun:stun.example.com"])).expect("a usable server");
    assert_eq!((stack.len(), relays.is_empty(), relays.standing()), (1, true, RelayStanding::NotConfigured));
    assert_eq!(relays.resolve("relay.invalid:3478"), None);
}

#[test]
fn a_relay_over_tls_needs_somebody_to_trust() {
    let distrustful = TransportConfig { relay_trust: None, ..config(&["turns:relay.example.com"]) };
    let error = split(&distrustful).map(|_| ()).expect_err("nobody to trust");
    assert!(matches!(error, TransportError::IceServer { .. }), "{error}");
}

#[test]
fn what_tells_most_of_several_failures_stays() {
    use RelayError::{Credentials, Refused, Silent, Unreachable};
    use mobilecall_turn::Stage;
    let refused = || Refused { code: 486, reason: String::new() };
    let silent = || Silent { stage: Stage::Connecting, limit: std::time::Duration::ZERO };
    let cases: [(Vec<RelayError>, RelayStanding); 5] = [
        (vec![silent()], RelayStanding::Unreachable),
        (vec![silent(), refused()], RelayStanding::Refused),
        (vec![Credentials, silent()], RelayStanding::WrongCredentials),
        (vec![RelayError::Tls(io::ErrorKind::InvalidData.into()), refused()], RelayStanding::Untrusted),
        (vec![Unreachable(io::ErrorKind::ConnectionRefused.into()), silent()], RelayStanding::Unreachable),
    ];
    for (errors, expected) in cases {
        let (_, relays) = split(&config(&["turn:relay.example.com"])).expect("a usable server");
        errors.iter().for_each(|error| relays.failed(&relays.servers[0], error));
        assert_eq!(relays.standing(), expected, "{errors:?}");
    }
}

#[test]
fn one_socket_at_a_time_has_the_address() {
    let (_, relays) = split(&config(&["turn:relay.example.com"])).expect("a usable server");
    let relays = Arc::new(relays);
    let claim = relays.claim();
    assert!(claim.is_some() && relays.claim().is_none());
    drop(claim);
    assert!(relays.claim().is_some());
}
