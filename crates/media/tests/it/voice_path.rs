//! Two paths back to back.

use crate::speech::Speech;
use mobilecall_domain::DtmfDigit;
use mobilecall_media::apm::Processing;
use mobilecall_media::jitter::ReceivedPayload;
use mobilecall_media::tones::Tone;
use mobilecall_media::voice::{IncomingPacket, OutgoingPacket, StreamPosition, VoiceConfig, VoicePath};
use mobilecall_media::{Codec, Frame, SILENCE};
use std::time::Duration;

pub(crate) fn config(codec: Codec) -> VoiceConfig {
    VoiceConfig {
        codec,
        payload_type: if codec == Codec::Opus { 111 } else { 0 },
        telephone_event: Some(101),
        processing: Processing::NONE,
        audible_digits: false,
        start: StreamPosition { sequence: 65_530, timestamp: u32::MAX - 4_000 },
    }
}

pub(crate) fn received(packet: &OutgoingPacket, ssrc: u32) -> IncomingPacket {
    IncomingPacket {
        payload_type: packet.payload_type,
        sequence: packet.sequence,
        timestamp: packet.timestamp,
        ssrc,
        payload: ReceivedPayload::new(packet.payload.as_slice()).unwrap(),
    }
}

fn at(frame: usize) -> Duration {
    Duration::from_millis(10 * frame as u64)
}

fn power(frames: &[Frame]) -> f32 {
    frames.iter().flatten().map(|s| s * s).sum::<f32>() / (frames.len() * 480) as f32
}

/// Plays `frames` through one path into another without a network, and says what came out and which digits.
fn through(
    sender: &mut VoicePath,
    receiver: &mut VoicePath,
    frames: &[Frame],
    mut each: impl FnMut(usize, &mut VoicePath, &mut VoicePath),
) -> (Vec<Frame>, Vec<OutgoingPacket>, String) {
    let (mut played, mut packets, mut digits) = (Vec::new(), Vec::new(), String::new());
    for (n, frame) in frames.iter().enumerate() {
        each(n, sender, receiver);
        if let Some(packet) = sender.capture(frame) {
            packets.push(packet);
            digits.extend(receiver.receive(&received(&packet, 7), at(n)).map(DtmfDigit::as_char));
        }
        let mut out = SILENCE;
        receiver.render(at(n), &mut out);
        played.push(out);
    }
    (played, packets, digits)
}

#[test]
fn speech_arrives_in_both_codecs_with_even_numbers() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        let frames = Speech::frames(3, 300);
        let (mut a, mut b) = (VoicePath::new(config(codec)).unwrap(), VoicePath::new(config(codec)).unwrap());
        let (played, packets, _) = through(&mut a, &mut b, &frames, |_, _, _| {});
        assert_eq!(packets.len(), 150);
        let ticks = codec.clock_rate_hz() / 50;
        for (n, packet) in packets.iter().enumerate() {
            assert_eq!(packet.sequence, 65_530u16.wrapping_add(n as u16));
            assert_eq!(packet.timestamp, (u32::MAX - 4_000).wrapping_add(n as u32 * ticks));
            assert_eq!(packet.marker, n == 0);
        }
        let ratio = power(&played[10..]) / power(&frames[..290]);
        assert!((0.5..1.3).contains(&ratio), "{codec:?}: {ratio}");
        let figures = b.figures();
        assert_eq!((figures.reception.expected, figures.reception.received), (150, 150));
        assert_eq!(figures.jitter.concealed_samples, 0, "{codec:?}");
        assert!(figures.first_audio.is_some());
        assert!(figures.buffer_delay <= Duration::from_millis(45), "{:?}", figures.buffer_delay);
    }
}

#[test]
fn mute_sends_silence_and_hold_sends_nothing() {
    let frames = Speech::frames(4, 600);
    let (mut a, mut b) = (VoicePath::new(config(Codec::Opus)).unwrap(), VoicePath::new(config(Codec::Opus)).unwrap());
    let (played, packets, _) = through(&mut a, &mut b, &frames, |n, a, b| {
        a.set_muted((100..200).contains(&n));
        a.set_held((300..400).contains(&n));
        b.set_held((300..400).contains(&n));
    });
    assert_eq!(packets.len(), 250, "the muted second is sent, the held one is not");
    assert!(power(&played[120..200]) < 1e-7, "{}", power(&played[120..200]));
    assert!(power(&played[300..400]) == 0.0);
    assert!(power(&played[420..]) > 1e-4);
    let after = packets[150];
    assert!(after.marker);
    assert_eq!(after.timestamp.wrapping_sub(packets[149].timestamp), 960 + 48_000, "the clock ran on");
    assert_eq!(after.sequence, packets[149].sequence.wrapping_add(1));
    assert_eq!(b.figures().reception.lost(), 0);
}

#[test]
fn digits_take_the_place_of_audio_and_are_heard_once() {
    let frames = Speech::frames(5, 400);
    let (mut a, mut b) = (VoicePath::new(config(Codec::Opus)).unwrap(), VoicePath::new(config(Codec::Opus)).unwrap());
    let (_, packets, digits) = through(&mut a, &mut b, &frames, |n, a, _| {
        if n == 101 {
            assert!("12#".chars().all(|key| a.send_digit(DtmfDigit::from_char(key).unwrap())));
        }
    });
    assert_eq!(digits, "12#");
    let events: Vec<&OutgoingPacket> = packets.iter().filter(|packet| packet.payload_type == 101).collect();
    assert_eq!(events.len(), 30);
    assert!(packets.windows(2).all(|w| w[1].sequence == w[0].sequence.wrapping_add(1)));
    let figures = b.figures();
    assert_eq!(figures.reception.lost(), 0);
    assert!(figures.jitter.concealed_samples <= 960, "silence under digits is not loss: {:?}", figures.jitter);
}

#[test]
fn digits_are_sent_also_while_held() {
    let frames = Speech::frames(5, 300);
    let (mut a, mut b) = (VoicePath::new(config(Codec::Opus)).unwrap(), VoicePath::new(config(Codec::Opus)).unwrap());
    let (_, packets, digits) = through(&mut a, &mut b, &frames, |n, a, _| {
        a.set_held(n >= 100);
        if n == 150 {
            assert!("12".chars().all(|key| a.send_digit(DtmfDigit::from_char(key).unwrap())));
        }
    });
    assert_eq!(digits, "12", "the call was never resumed");
    let voice = packets.iter().filter(|packet| packet.payload_type != 101).count();
    assert_eq!((voice, packets.len() - voice), (50, 20), "and nothing of the microphone with them");
}

#[test]
fn what_follows_digits_is_heard_at_once_wherever_they_come() {
    // At the beginning of the stream, and after a hold of more than the two seconds that end one.
    for (held, pressed) in [(0..0, 0), (100..350, 350)] {
        let frames = Speech::frames(5, 600);
        let (mut a, mut b) =
            (VoicePath::new(config(Codec::Opus)).unwrap(), VoicePath::new(config(Codec::Opus)).unwrap());
        let (played, _, digits) = through(&mut a, &mut b, &frames, |n, a, _| {
            a.set_held(held.contains(&n));
            if n == pressed {
                assert!("12#".chars().all(|key| a.send_digit(DtmfDigit::from_char(key).unwrap())));
            }
        });
        assert_eq!(digits, "12#");
        let after = pressed + 3 * 23;
        assert!(power(&played[after + 10..after + 110]) > 1e-4, "pressed at {pressed}");
    }
}

#[test]
fn digits_without_telephone_event_are_sent_as_sound() {
    let frames = vec![SILENCE; 100];
    let inband = VoiceConfig { telephone_event: None, ..config(Codec::Pcmu) };
    let (mut a, mut b) = (VoicePath::new(inband).unwrap(), VoicePath::new(inband).unwrap());
    let (played, packets, _) = through(&mut a, &mut b, &frames, |n, a, _| {
        if n == 20 {
            a.send_digit(DtmfDigit::from_char('5').unwrap());
        }
    });
    assert_eq!(packets.len(), 50);
    assert!(power(&played[28..34]) > 0.002, "{}", power(&played[28..34]));
    assert!(power(&played[50..]) < 1e-5);
}

#[test]
fn tones_play_over_and_without_the_far_end() {
    let mut path = VoicePath::new(config(Codec::Opus)).unwrap();
    let mut out = SILENCE;
    path.play_tone(Tone::Busy);
    path.render(at(0), &mut out);
    assert!(power(&[out]) > 0.001);
    path.stop_tone();
    path.render(at(1), &mut out);
    assert_eq!(out, SILENCE);
    assert!(path.figures().first_audio.is_none(), "a tone of our own is not the far end");
}

#[test]
fn a_new_source_starts_the_stream_afresh() {
    let frames = Speech::frames(6, 200);
    let mut b = VoicePath::new(config(Codec::Opus)).unwrap();
    for source in 0..2u32 {
        let start = StreamPosition { sequence: 900 * (source as u16 + 1), timestamp: 77_777 * (1 + source) };
        let mut a = VoicePath::new(VoiceConfig { start, ..config(Codec::Opus) }).unwrap();
        let mut heard = Vec::new();
        for (n, frame) in frames.iter().enumerate() {
            let now = at(n + 200 * source as usize);
            if let Some(packet) = a.capture(frame) {
                b.receive(&received(&packet, source), now);
            }
            let mut out = SILENCE;
            b.render(now, &mut out);
            heard.push(out);
        }
        assert!(power(&heard[20..]) > 1e-4);
    }
    assert_eq!(b.figures().reception.expected, 200);
    assert_eq!(b.figures().reception.lost(), 0);
}
