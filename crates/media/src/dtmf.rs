//! Keypad digits in RTP (RFC 4733).

use mobilecall_domain::{DtmfDigit, dtmf::KEY_TIME};

/// How long a digit sounds.
const TONE_FRAMES: u32 = 16;
/// Silence after it.
const GAP_FRAMES: u32 = 7;
/// A packet each 20 ms while it sounds.
const PACKET_FRAMES: u32 = 2;
/// The last packet is sent this many times (RFC 4733 §2.5.1.4).
const END_PACKETS: u32 = 3;
/// -10 dBm0, as telephones send.
const VOLUME: u8 = 10;
/// Digits that can wait.
const QUEUE: usize = 64;
/// What the sender of a digit counts on is what it takes.
const _: () = assert!(KEY_TIME.as_millis() == 10 * (TONE_FRAMES + GAP_FRAMES) as u128);

/// One `telephone-event` packet, without what every RTP packet has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    /// First packet of a digit.
    pub marker: bool,
    /// Where the digit began, the same in all its packets.
    pub timestamp: u32,
    /// RFC 4733 §2.3.
    pub payload: [u8; 4],
}

/// Sends digits one after another: 160 ms of tone, 70 ms of pause.
#[derive(Clone, Debug)]
pub struct DigitSender {
    queue: [Option<DtmfDigit>; QUEUE],
    first: usize,
    waiting: usize,
    current: Option<Sending>,
}

#[derive(Clone, Copy, Debug)]
struct Sending {
    digit: DtmfDigit,
    timestamp: u32,
    frames: u32,
}

impl Default for DigitSender {
    fn default() -> Self {
        Self { queue: [None; QUEUE], first: 0, waiting: 0, current: None }
    }
}

impl DigitSender {
    /// Puts a digit behind those that wait; false when too many do.
    pub fn push(&mut self, digit: DtmfDigit) -> bool {
        if self.is_full() {
            return false;
        }
        self.queue[(self.first + self.waiting) % QUEUE] = Some(digit);
        self.waiting += 1;
        true
    }

    /// Whether no further digit can wait.
    pub fn is_full(&self) -> bool {
        self.waiting == QUEUE
    }

    /// Whether digits take the place of audio now.
    pub fn is_active(&self) -> bool {
        self.current.is_some() || self.waiting > 0
    }

    /// The digit whose first 10 ms were passed by the last [`Self::tick`], for the tone that goes with it.
    pub fn just_began(&self) -> Option<DtmfDigit> {
        self.current.filter(|current| current.frames == 1).map(|current| current.digit)
    }

    /// Passes 10 ms that begin at `timestamp`; `ticks_per_frame` is 10 ms of the RTP clock.
    pub fn tick(&mut self, timestamp: u32, ticks_per_frame: u32) -> Option<EventPacket> {
        if self.current.is_none() && self.waiting > 0 {
            let digit = self.queue[self.first].take();
            self.first = (self.first + 1) % QUEUE;
            self.waiting -= 1;
            self.current = digit.map(|digit| Sending { digit, timestamp, frames: 0 });
        }
        let current = self.current.as_mut()?;
        current.frames += 1;
        let frames = current.frames;
        let sending = *current;
        if frames >= TONE_FRAMES + GAP_FRAMES {
            self.current = None;
        }
        let sounding = frames <= TONE_FRAMES && frames.is_multiple_of(PACKET_FRAMES);
        let repeated = frames > TONE_FRAMES && frames < TONE_FRAMES + END_PACKETS;
        if !sounding && !repeated {
            return None;
        }
        let duration = (frames.min(TONE_FRAMES) * ticks_per_frame) as u16;
        let end = if frames >= TONE_FRAMES { 0x80 } else { 0 };
        let [high, low] = duration.to_be_bytes();
        Some(EventPacket {
            marker: frames == PACKET_FRAMES,
            timestamp: sending.timestamp,
            payload: [sending.digit.event(), end | VOLUME, high, low],
        })
    }
}

/// Hears each digit once, however many packets tell of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct DigitReceiver {
    last: Option<u32>,
}

impl DigitReceiver {
    /// Takes a `telephone-event` packet; the digit when it is a new one.
    pub fn receive(&mut self, timestamp: u32, payload: &[u8]) -> Option<DtmfDigit> {
        let [event, ..] = *payload.first_chunk::<4>()?;
        let digit = DtmfDigit::from_event(event)?;
        let is_new = self.last.is_none_or(|last| (timestamp.wrapping_sub(last) as i32) > 0);
        if !is_new {
            return None;
        }
        self.last = Some(timestamp);
        Some(digit)
    }

    /// Forgets the last digit, when the stream starts afresh.
    pub fn restart(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digit(key: char) -> DtmfDigit {
        DtmfDigit::from_char(key).unwrap()
    }

    /// Every packet of some digits with the 10 ms in which it is sent.
    fn sent(keys: &str) -> Vec<(u32, EventPacket)> {
        let mut sender = DigitSender::default();
        assert!(keys.chars().all(|key| sender.push(digit(key))));
        let mut packets = Vec::new();
        let mut frame = 0;
        while sender.is_active() {
            packets.extend(sender.tick(5_000 + frame * 480, 480).map(|packet| (frame, packet)));
            frame += 1;
        }
        assert_eq!(frame as usize, 23 * keys.len());
        packets
    }

    #[test]
    fn a_digit_is_ten_packets_at_one_timestamp() {
        let packets = sent("5");
        let frames: Vec<u32> = packets.iter().map(|(frame, _)| *frame).collect();
        assert_eq!(frames, [1, 3, 5, 7, 9, 11, 13, 15, 16, 17]);
        let durations: Vec<u16> =
            packets.iter().map(|(_, p)| u16::from_be_bytes([p.payload[2], p.payload[3]])).collect();
        assert_eq!(durations, [960, 1920, 2880, 3840, 4800, 5760, 6720, 7680, 7680, 7680]);
        for (index, (_, packet)) in packets.iter().enumerate() {
            assert_eq!(packet.timestamp, 5_000);
            assert_eq!(packet.marker, index == 0);
            assert_eq!(packet.payload[0], 5);
            assert_eq!(packet.payload[1], if index >= 7 { 0x8a } else { 0x0a });
        }
    }

    #[test]
    fn digits_follow_each_other_after_a_pause_and_are_each_heard_once() {
        let packets = sent("1#1");
        let timestamps: Vec<u32> = packets.iter().filter(|(_, p)| p.marker).map(|(_, p)| p.timestamp).collect();
        assert_eq!(timestamps, [5_000, 5_000 + 23 * 480, 5_000 + 46 * 480]);
        let mut receiver = DigitReceiver::default();
        let mut heard = String::new();
        // Duplicated, and with a packet of the digit before after the first of the next.
        for index in (0..packets.len()).flat_map(|index| [index, index.saturating_sub(1), index]) {
            let packet = packets[index].1;
            heard.extend(receiver.receive(packet.timestamp, &packet.payload).map(DtmfDigit::as_char));
        }
        assert_eq!(heard, "1#1");
    }

    #[test]
    fn what_is_no_digit_is_not_heard() {
        let mut receiver = DigitReceiver::default();
        assert_eq!(receiver.receive(1, &[16, 0x0a, 0, 0]), None, "flash");
        assert_eq!(receiver.receive(2, &[1, 0x0a]), None, "cut short");
        assert_eq!(receiver.receive(u32::MAX, &[1, 0x0a, 0, 0]), Some(digit('1')));
        assert_eq!(receiver.receive(10, &[2, 0x0a, 0, 0]), Some(digit('2')), "across the wrap");
    }

    #[test]
    fn more_digits_than_fit_are_refused() {
        let mut sender = DigitSender::default();
        assert!((0..QUEUE).all(|_| sender.push(digit('7'))));
        assert!(!sender.push(digit('7')));
    }
}
