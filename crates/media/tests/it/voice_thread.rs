//! The voice thread in real time, between rings and channels.

use crate::speech::Speech;
use crate::voice_path::{config, received};
use mobilecall_domain::DtmfDigit;
use mobilecall_media::tones::Tone;
use mobilecall_media::voice::{
    Microphone, OutgoingPacket, Speaker, VoiceDevices, VoiceError, VoiceEvent, VoiceHandle, VoiceOutputs, VoiceThread,
};
use mobilecall_media::{Codec, Frame};
use rtrb::{Consumer, Producer, RingBuffer};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A voice thread with devices that the test plays.
struct Phone {
    handle: VoiceHandle,
    microphone: Producer<f32>,
    speaker: Consumer<f32>,
    packets: mpsc::Receiver<OutgoingPacket>,
    events: mpsc::Receiver<VoiceEvent>,
    speech: Speech,
    began: Instant,
    spoken: u64,
    heard: Vec<f32>,
}

const RATE: u32 = 48_000;

fn rings(rate: u32) -> (VoiceDevices, Producer<f32>, Consumer<f32>) {
    let length = rate as usize * 120 / 1_000;
    let (microphone, capture) = RingBuffer::new(length);
    let (playout, speaker) = RingBuffer::new(length);
    let devices = VoiceDevices {
        microphone: Microphone { samples: capture, rate_hz: rate },
        speaker: Speaker { samples: playout, rate_hz: rate },
    };
    (devices, microphone, speaker)
}

impl Phone {
    fn start() -> Self {
        let (devices, microphone, speaker) = rings(RATE);
        let (packets_out, packets) = mpsc::channel(64);
        let (events_out, events) = mpsc::channel(16);
        let outputs = VoiceOutputs { packets: packets_out, events: events_out };
        let handle = VoiceThread::start(config(Codec::Opus), devices, outputs).unwrap();
        let (speech, began) = (Speech::new(8), Instant::now());
        Self { handle, microphone, speaker, packets, events, speech, began, spoken: 0, heard: Vec::new() }
    }

    /// What a device does: speaks and hears as much as time has passed.
    fn live(&mut self) {
        while Duration::from_millis(10 * self.spoken) <= self.began.elapsed() {
            let frame: Frame = self.speech.frame();
            // A thread that was kept from running misses what does not fit, as with a real microphone.
            let _ = self.microphone.push_partial_slice(&frame);
            for _ in 0..480 {
                self.heard.extend(self.speaker.pop());
            }
            self.spoken += 1;
        }
    }

    /// Passes packets to the other phone, as a network would.
    fn send_to(&mut self, other: &Self) -> usize {
        let mut count = 0;
        while let Ok(packet) = self.packets.try_recv() {
            assert!(other.handle.push_packet(received(&packet, 3), Instant::now()));
            count += 1;
        }
        count
    }
}

/// Lets both phones live until the condition holds.
fn until(what: &str, a: &mut Phone, b: &mut Phone, mut condition: impl FnMut(&mut Phone, &mut Phone) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition(a, b) {
        assert!(Instant::now() < deadline, "{what}: not within 20 s");
        for phone in [&mut *a, &mut *b] {
            phone.live();
        }
        a.send_to(b);
        b.send_to(a);
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

#[test]
fn two_phones_talk() {
    let (mut a, mut b) = (Phone::start(), Phone::start());
    until("both are heard", &mut a, &mut b, |a, b| {
        [a, b].iter().all(|phone| phone.handle.stats().first_audio_at.is_some())
    });
    assert_eq!(a.events.try_recv(), Ok(VoiceEvent::FirstAudio));
    assert!(a.handle.stats().first_audio_at.unwrap() >= a.began);

    let digits: Vec<DtmfDigit> = "42#".chars().filter_map(DtmfDigit::from_char).collect();
    let too_many = vec![digits[0]; 513];
    assert!(matches!(a.handle.send_digits(&too_many), Err(VoiceError::TooManyDigits)), "and none of them is sent");
    a.handle.send_digits(&digits).unwrap();
    let mut arrived = Vec::new();
    until("the digits arrive", &mut a, &mut b, |_, b| {
        while let Ok(event) = b.events.try_recv() {
            if let VoiceEvent::DigitReceived(digit) = event {
                arrived.push(digit);
            }
        }
        arrived.len() == 3
    });
    assert_eq!(arrived, digits);

    until("a second of packets", &mut a, &mut b, |a, _| a.handle.stats().path.reception.received >= 50);
    until("a packet just now", &mut a, &mut b, |a, _| a.handle.stats().since_last_packet < Duration::from_secs(1));
    let quality = a.handle.quality(Some(Duration::from_millis(20)));
    assert_eq!(quality.packets_lost, 0);
    assert!(quality.mos.is_some() && quality.packets_received >= 50);
    let stats = a.handle.stats();
    assert_eq!((stats.outgoing_dropped, stats.path.codec_failures), (0, 0));
    let last = a.handle.stop();
    assert_eq!(last.path.packets_sent, last.position.sequence.wrapping_sub(65_530) as u64);
}

#[test]
fn hold_stops_packets_and_mute_does_not() {
    let (mut a, mut b) = (Phone::start(), Phone::start());
    let sent = |phone: &Phone| phone.handle.stats().path.packets_sent;
    a.handle.set_muted(true);
    until("packets while muted", &mut a, &mut b, |a, _| sent(a) > 20);
    a.handle.set_held(true);
    let mut before = u64::MAX;
    // By what the thread has played, so that it has run all the while.
    let mut heard = 0;
    until("200 ms without a packet", &mut a, &mut b, |a, _| {
        if sent(a) != before {
            (before, heard) = (sent(a), a.heard.len());
        }
        a.heard.len() - heard > RATE as usize / 5
    });
    a.handle.set_held(false);
    until("packets again", &mut a, &mut b, |a, _| sent(a) > before + 5);
}

#[test]
fn devices_are_replaced_in_the_call_and_may_be_missing() {
    let (mut a, mut b) = (Phone::start(), Phone::start());
    until("both talk", &mut a, &mut b, |a, _| a.handle.stats().first_audio_at.is_some());
    let (devices, microphone, speaker) = rings(16_000);
    a.handle.swap_microphone(devices.microphone).unwrap();
    let old_microphone = std::mem::replace(&mut a.microphone, microphone);
    until("the old microphone is let go", &mut a, &mut b, |a, _| {
        a.handle.stats();
        old_microphone.is_abandoned()
    });
    assert!(!a.speaker.is_abandoned(), "the speaker plays on");
    a.heard.clear();
    a.handle.swap_speaker(devices.speaker).unwrap();
    let old_speaker = std::mem::replace(&mut a.speaker, speaker);
    until("the new speaker plays and the old one is let go", &mut a, &mut b, |a, _| {
        a.handle.stats();
        a.heard.iter().any(|sample| sample.abs() > 0.01) && old_speaker.is_abandoned()
    });

    a.handle.swap_microphone(Microphone::none()).unwrap();
    a.handle.swap_speaker(Speaker::none()).unwrap();
    let before = a.handle.stats().path.packets_sent;
    until("silence is sent by the clock", &mut a, &mut b, |a, _| a.handle.stats().path.packets_sent > before + 20);
}

#[test]
fn tones_reach_the_speaker() {
    let (mut a, mut b) = (Phone::start(), Phone::start());
    b.handle.set_muted(true);
    a.handle.play_tone(Tone::Ringback).unwrap();
    until("a tone", &mut a, &mut b, |a, _| a.heard.iter().any(|sample| sample.abs() > 0.1));
    a.handle.stop_tone().unwrap();
    until("quiet", &mut a, &mut b, |a, _| {
        let last = a.heard.len().saturating_sub(4_800);
        a.heard.len() > 9_600 && a.heard[last..].iter().all(|sample| sample.abs() < 0.01)
    });
}
