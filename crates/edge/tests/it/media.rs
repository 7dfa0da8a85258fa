use crate::Office;
use crate::phone::{Media, Phone, Voice};
use mobilecall_domain::SdpOffer;
use mobilecall_pstream::server::Invite;
use mobilecall_transport::{Codec, MediaDirection, MediaTransport, RtpPacket};

const CODECS: &[Codec] = &[Codec::Opus, Codec::Pcmu];

/// Two clients in a call, with the caller's and the callee's identifiers of it.
struct Pair {
    alice: Phone,
    alices: Media,
    alice_sid: String,
    bob: Phone,
    bobs: Media,
    bob_sid: String,
}

async fn talk(office: &Office, codecs: &[Codec], change: impl Fn(Invite) -> Invite) -> Pair {
    let mut alice = Phone::registered(office, "alice").await;
    let mut bob = Phone::registered(office, "bob").await;
    let alices = alice.dial("bob", codecs).await;
    let call = change(bob.incoming().await);
    let alice_sid = alice.rings(&alices).await;
    let bobs = bob.take(&call).await;
    alice.answered().await;
    bob.answered().await;
    Pair { alice, alices, alice_sid, bob, bobs, bob_sid: call.callsid.0 }
}

#[tokio::test]
async fn the_echo_sends_back_what_it_hears_as_one_stream() {
    let office = Office::open().await;
    let mut alice = Phone::connected(&office, "alice").await;
    let mut media = alice.dial("*43", CODECS).await;
    let (_, _, sdp) = alice.answered().await;
    let sdp = sdp.expect("media with the answer");
    assert!(sdp.expose().contains("a=candidate:"), "the client sends no candidates, so the edge must");
    media.transport.accept_answer(&sdp).await.unwrap();
    let audio = media.up().await;
    let mut voice = Voice::default();
    let Media { transport, streams } = &mut media;
    let mut heard: Vec<RtpPacket> = Vec::new();
    while heard.len() < 20 {
        transport.send_rtp(voice.packet(audio.payload_type, "hello")).await.unwrap();
        let wait = tokio::time::timeout(std::time::Duration::from_millis(20), streams.packets.recv()).await;
        heard.extend(wait.ok().flatten().map(|received| received.packet));
    }
    assert!(heard[0].marker, "the first packet begins a stream");
    assert!(heard.iter().all(|packet| packet.ssrc == heard[0].ssrc && packet.payload_type == audio.payload_type));
    let steps = heard.windows(2).map(|pair| pair[1].sequence.wrapping_sub(pair[0].sequence));
    assert!(steps.eq(std::iter::repeat_n(1, heard.len() - 1)), "{heard:?}");
}

#[tokio::test]
async fn audio_and_digits_flow_both_ways_between_different_payload_types() {
    let office = Office::open().await;
    let renumbered = |mut invite: Invite| {
        let text = invite.sdp.expose().replace("111", "96").replace(" 110", " 101").replace(":110", ":101");
        invite.sdp = SdpOffer::new(text);
        invite
    };
    let mut pair = talk(&office, CODECS, renumbered).await;
    let (from, to) = (pair.alices.up().await, pair.bobs.up().await);
    assert_eq!((from.codec, to.codec), (Codec::Opus, Codec::Opus));
    assert_ne!((from.payload_type, from.telephone_event), (to.payload_type, to.telephone_event));
    let (from_digits, to_digits) = (from.telephone_event.unwrap(), to.telephone_event.unwrap());
    let (mut alice, mut bob) = (Voice::default(), Voice::default());

    let heard = pair.alices.speak(&mut pair.bobs, &mut alice, from.payload_type, "from alice").await;
    assert_eq!(heard.payload_type, to.payload_type);
    let heard = pair.bobs.speak(&mut pair.alices, &mut bob, to.payload_type, "from bob").await;
    assert_eq!(heard.payload_type, from.payload_type);
    let heard = pair.alices.speak(&mut pair.bobs, &mut alice, from_digits, "1234").await;
    assert_eq!(heard.payload_type, to_digits);
    let heard = pair.bobs.speak(&mut pair.alices, &mut bob, to_digits, "5678").await;
    assert_eq!(heard.payload_type, from_digits);
}

#[tokio::test]
async fn a_caller_with_one_codec_decides_for_both() {
    let office = Office::open().await;
    let mut pair = talk(&office, &[Codec::Pcmu], |invite| invite).await;
    let (from, to) = (pair.alices.up().await, pair.bobs.up().await);
    assert_eq!((from.codec, to.codec), (Codec::Pcmu, Codec::Pcmu));
    pair.alices.speak(&mut pair.bobs, &mut Voice::default(), from.payload_type, "hello").await;
}

#[tokio::test]
async fn a_call_can_be_held_and_resumed_by_either_side() {
    let office = Office::open().await;
    let mut pair = talk(&office, CODECS, |invite| invite).await;
    let audio = pair.alices.up().await;
    pair.bobs.up().await;
    let (mut alice, mut bob) = (Voice::default(), Voice::default());
    pair.bobs.speak(&mut pair.alices, &mut bob, audio.payload_type, "before").await;

    let Pair { alice: phone, alices, alice_sid, .. } = &mut pair;
    alices.transport.set_direction(MediaDirection::SendOnly);
    let offer = alices.transport.create_offer().await.unwrap();
    phone.reinvite(alice_sid, alices, offer).await;
    pair.alices.speak(&mut pair.bobs, &mut alice, audio.payload_type, "hold music").await;
    let before = pair.alices.transport.stats().await.packets_received;
    for _ in 0..20 {
        pair.bobs.transport.send_rtp(bob.packet(audio.payload_type, "unheard")).await.unwrap();
    }
    // What comes after the unheard packets on the way back shows that they would have come too.
    pair.alices.speak(&mut pair.bobs, &mut alice, audio.payload_type, "more hold music").await;
    assert_eq!(pair.alices.transport.stats().await.packets_received, before, "nothing is sent to who holds");

    let Pair { alice: phone, alices, alice_sid, .. } = &mut pair;
    alices.transport.set_direction(MediaDirection::SendRecv);
    let offer = alices.transport.create_offer().await.unwrap();
    phone.reinvite(alice_sid, alices, offer).await;
    pair.bobs.speak(&mut pair.alices, &mut bob, audio.payload_type, "after").await;

    let Pair { bob: phone, bobs, bob_sid, .. } = &mut pair;
    bobs.transport.set_direction(MediaDirection::Inactive);
    let offer = bobs.transport.create_offer().await.unwrap();
    phone.reinvite(bob_sid, bobs, offer).await;
    bobs.transport.set_direction(MediaDirection::SendRecv);
    let offer = bobs.transport.create_offer().await.unwrap();
    phone.reinvite(bob_sid, bobs, offer).await;
    pair.bobs.speak(&mut pair.alices, &mut bob, audio.payload_type, "bob is back").await;
    pair.alices.speak(&mut pair.bobs, &mut alice, audio.payload_type, "so is alice").await;
}

#[tokio::test]
async fn ice_can_be_restarted_in_a_call() {
    let office = Office::open().await;
    let mut pair = talk(&office, CODECS, |invite| invite).await;
    let audio = pair.alices.up().await;
    pair.bobs.up().await;
    let (mut alice, mut bob) = (Voice::default(), Voice::default());
    pair.alices.speak(&mut pair.bobs, &mut alice, audio.payload_type, "before").await;
    let Pair { alice: phone, alices, alice_sid, .. } = &mut pair;
    let offer = alices.transport.create_restart_offer().await.unwrap();
    phone.reinvite(alice_sid, alices, offer).await;
    pair.alices.speak(&mut pair.bobs, &mut alice, audio.payload_type, "after").await;
    pair.bobs.speak(&mut pair.alices, &mut bob, audio.payload_type, "and back").await;
}
