//! Our own relay before the stack's real TURN client.

use super::*;
use bytes::BytesMut;
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use rtc::turn::client::{Client, ClientConfig, Event};
use std::time::Instant;

const LOCAL: &str = "127.0.0.1:5000";
const RELAY: &str = "192.0.0.8:3478";

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// The client, and what it and our relay have to say to each other.
struct Stack {
    client: Client,
    counter: Counter,
    now: Instant,
}

impl Stack {
    fn new() -> Self {
        let config = ClientConfig {
            turn_serv_addr: RELAY.to_owned(),
            local_addr: address(LOCAL),
            transport_protocol: TransportProtocol::UDP,
            username: "any".to_owned(),
            password: "thing".to_owned(),
            ..ClientConfig::default()
        };
        let provider = rtc::crypto::default_provider().expect("ring");
        let mut client = Client::new(config, provider).expect("a client");
        let now = Instant::now();
        client.allocate(now).expect("a request");
        Self { client, counter: Counter::default(), now }
    }

    /// Lets both speak until they are silent. Returns what is for the real relay.
    fn talk(&mut self) -> Vec<Action> {
        let mut rest = Vec::new();
        while let Some(sent) = self.client.poll_write() {
            match self.counter.handle(&sent.message) {
                Some(Action::Reply(reply)) => self.hear(reply),
                Some(other) => rest.push(other),
                None => {}
            }
        }
        rest
    }

    fn hear(&mut self, message: Vec<u8>) {
        let transport = TransportContext {
            local_addr: address(LOCAL),
            peer_addr: address(RELAY),
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = TaggedBytesMut { now: self.now, transport, message: BytesMut::from(&message[..]) };
        self.client.handle_read(message).expect("a message it understands");
    }

    fn event(&mut self) -> Event {
        self.client.poll_event().expect("an event")
    }

    /// With an address.
    fn allocated() -> (Self, SocketAddr) {
        let (mut stack, relayed) = (Self::new(), address("198.51.100.9:40000"));
        assert_eq!(stack.talk(), [], "it waits for the address");
        let reply = stack.counter.allocated(relayed).expect("an answer");
        stack.hear(reply);
        assert!(matches!(stack.event(), Event::AllocateResponse(_, address) if address == relayed));
        (stack, relayed)
    }
}

#[test]
fn the_client_gets_the_address_once_there_is_one() {
    let (mut stack, _) = Stack::allocated();
    assert!(stack.client.poll_event().is_none());
}

#[test]
fn one_that_was_there_before_is_told_at_once() {
    let (mut stack, relayed) = (Stack::new(), address("[2001:db8::9]:40000"));
    assert_eq!(stack.counter.allocated(relayed), None);
    assert_eq!(stack.talk(), []);
    assert!(matches!(stack.event(), Event::AllocateResponse(_, address) if address == relayed));
}

#[test]
fn the_client_hears_that_there_is_none() {
    let mut stack = Stack::new();
    stack.talk();
    let reply = stack.counter.refuse().expect("an answer");
    stack.hear(reply);
    assert!(matches!(stack.event(), Event::AllocateError(..)));
    // Also who asks later.
    let mut late = Stack::new();
    assert_eq!(late.counter.refuse(), None);
    late.talk();
    assert!(matches!(late.event(), Event::AllocateError(..)));
}

#[test]
fn payloads_pass_as_indications_first_and_then_on_a_channel() {
    let (mut stack, relayed) = Stack::allocated();
    let peer = address("203.0.113.5:6000");
    let now = stack.now;
    stack.client.relay(relayed).expect("the address").create_permission(now, peer).expect("a request");
    assert_eq!(stack.talk(), []);
    assert!(matches!(stack.event(), Event::CreatePermissionResponse(_, permitted) if permitted == peer));
    for payload in [&b"one"[..], b"two", b"three"] {
        let early = stack.counter.packet(peer, payload).expect("a message");
        stack.client.relay(relayed).expect("the address").send_to(now, payload, peer).expect("permitted");
        assert_eq!(stack.talk(), [Action::Send { peer, payload: Bytes::copy_from_slice(payload) }]);
        let late = stack.counter.packet(peer, payload).expect("a message");
        assert!(ChannelData::is_channel_data(&late), "the first payload made a channel");
        for message in [early, late] {
            stack.hear(message);
            match stack.event() {
                Event::DataIndicationOrChannelData(_, from, data) => assert_eq!((from, &data[..]), (peer, payload)),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// For as long as a call lasts: every request of the client is granted, and what it sends gets through.
#[test]
fn nothing_runs_out_in_four_hours() {
    let (mut stack, relayed) = Stack::allocated();
    let peer = address("203.0.113.5:6000");
    stack.client.relay(relayed).expect("the address").create_permission(stack.now, peer).expect("a request");
    stack.talk();
    for _ in 0..4 * 60 {
        stack.now += Duration::from_secs(60);
        stack.client.handle_timeout(stack.now).expect("time passes");
        let now = stack.now;
        stack.client.relay(relayed).expect("the address").send_to(now, b"still", peer).expect("permitted");
        assert_eq!(stack.talk(), [Action::Send { peer, payload: Bytes::from_static(b"still") }]);
        let message = stack.counter.packet(peer, b"here").expect("a message");
        stack.hear(message);
    }
    let mut heard = 0;
    while let Some(event) = stack.client.poll_event() {
        match event {
            Event::DataIndicationOrChannelData(..) => heard += 1,
            Event::CreatePermissionResponse(..) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(heard, 4 * 60);
}

#[test]
fn giving_the_address_back_is_told() {
    let (mut stack, relayed) = Stack::allocated();
    let now = stack.now;
    stack.client.relay(relayed).expect("the address").close(now).expect("a request");
    let rest = stack.talk();
    let [Action::Release(reply)] = &rest[..] else { panic!("{rest:?}") };
    stack.hear(reply.clone());
    assert!(stack.client.relay(relayed).is_err());
}

#[test]
fn what_is_not_turn_is_left_out() {
    let mut counter = Counter::default();
    for datagram in [&b""[..], b"x", b"\x40\0\0\x01x", b"\x80\x6f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &[0; 20]] {
        assert_eq!(counter.handle(datagram), None, "{datagram:?}");
    }
}
