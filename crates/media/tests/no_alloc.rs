//! The voice path does not allocate once a call runs: neither for speech, nor for loss, jitter, digits or tones.
//!
//! Processing is left out: `sonora` 0.2 makes some small vectors for each frame. What the voice thread does around the
//! path is proven beside it, in `voice/thread.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use mobilecall_domain::DtmfDigit;
use mobilecall_media::apm::Processing;
use mobilecall_media::jitter::ReceivedPayload;
use mobilecall_media::tones::Tone;
use mobilecall_media::voice::{IncomingPacket, StreamPosition, VoiceConfig, VoicePath};
use mobilecall_media::{Codec, SILENCE};
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

fn calls(codec: Codec, processing: Processing) {
    let config = VoiceConfig {
        codec,
        payload_type: 96,
        telephone_event: Some(101),
        processing,
        audible_digits: true,
        start: StreamPosition { sequence: 0, timestamp: 0 },
    };
    let (mut a, mut b) = (VoicePath::new(config).unwrap(), VoicePath::new(config).unwrap());
    let digit = DtmfDigit::from_char('5').unwrap();
    let mut state = 7u32;
    for n in 0..1_000u64 {
        let now = Duration::from_millis(10 * n);
        let mut frame = SILENCE;
        for sample in &mut frame {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (state >> 8) as f32 / 16_777_216.0 * 0.2;
        }
        let mut round = || {
            if n % 250 == 100 {
                assert!(a.send_digit(digit));
                b.play_tone(Tone::CallWaiting);
            }
            let mut out = SILENCE;
            b.render(now, &mut out);
            let packet = a.capture(&frame);
            b.capture(&out);
            // Every eighth packet is lost, every fifth comes twice.
            for copy in 0..if n % 5 == 0 { 2 } else { 1 } {
                if let Some(packet) = packet.filter(|_| n % 16 != 1) {
                    let payload = ReceivedPayload::new(packet.payload.as_slice()).unwrap();
                    let (payload_type, sequence, timestamp) = (packet.payload_type, packet.sequence, packet.timestamp);
                    let incoming = IncomingPacket { payload_type, sequence, timestamp, ssrc: 1, payload };
                    b.receive(&incoming, now + Duration::from_millis(copy * 30));
                }
            }
            assert!(b.figures().reception.received < 10_000);
        };
        // The first second may warm up what libraries make on first use.
        if n < 100 { round() } else { assert_no_alloc(round) }
    }
    assert!(b.figures().jitter.concealed_samples > 0 && b.figures().jitter.duplicates > 0);
}

#[test]
fn opus_without_processing() {
    calls(Codec::Opus, Processing::NONE);
}

#[test]
fn pcmu_without_processing() {
    calls(Codec::Pcmu, Processing::NONE);
}
