//! Makes one stream of whatever a leg sends: the receiver sees one source whose sequence numbers and timestamps go on,
//! in the payload types that it agreed on.

use mobilecall_transport::{NegotiatedAudio, RtpPacket};
use std::time::Instant;

/// How far sequence numbers may jump before the source is taken to have started anew. Twenty seconds of audio.
const MAX_JUMP: u16 = 1000;
/// How many packets back a late one is still forwarded.
const WINDOW: u16 = 64;
/// Added to the timestamp when a source starts anew: one packet of 20 ms, at least.
const FRAMES_PER_SECOND: u32 = 50;

/// State of one direction. Pure: the time of arrival is in the input.
pub(super) struct Rewriter {
    source: Option<Source>,
    last_sequence: u16,
    last_timestamp: u32,
    last_arrival: Option<Instant>,
    /// The last packet's number as it came, if it is the highest so far.
    newest: Option<u16>,
    /// Packets were left out before the next one.
    resumes: bool,
}

/// The stream that comes in now.
struct Source {
    ssrc: u32,
    highest: u16,
    /// Bit n is set when the packet n before the highest was forwarded or left out.
    seen: u64,
    /// What is added to its sequence numbers and timestamps.
    sequence_shift: u16,
    timestamp_shift: u32,
    /// Packets at or before this one are too late: the shift has changed since.
    settled: Option<u16>,
}

impl Rewriter {
    /// The first packet gets these; they are to be random (RFC 3550 §5.1).
    pub(super) const fn new(first_sequence: u16, first_timestamp: u32) -> Self {
        Self {
            source: None,
            last_sequence: first_sequence.wrapping_sub(1),
            last_timestamp: first_timestamp,
            last_arrival: None,
            newest: None,
            resumes: false,
        }
    }

    /// The packet as the receiver shall see it, or `None` if it is not for the receiver: a payload type that was not agreed
    /// on, a duplicate, or far too late.
    pub(super) fn rewrite(
        &mut self,
        mut packet: RtpPacket,
        arrival: Instant,
        from: &NegotiatedAudio,
        to: &NegotiatedAudio,
    ) -> Option<RtpPacket> {
        let payload_type = if packet.payload_type == from.payload_type {
            Some(to.payload_type)
        } else if from.telephone_event == Some(packet.payload_type) {
            to.telephone_event
        } else {
            return None;
        };
        let continues = self.source.as_ref().is_some_and(|source| source.continues(&packet));
        if !continues {
            self.start(&packet, arrival, to.codec.clock_rate_hz());
            packet.marker = true;
        }
        let source = self.source.as_mut()?;
        if !source.take(packet.sequence) {
            return None;
        }
        let Some(payload_type) = payload_type else {
            source.leave_out(packet.sequence);
            return None;
        };
        self.newest = (packet.sequence == source.highest).then_some(packet.sequence);
        packet.payload_type = payload_type;
        packet.marker |= std::mem::take(&mut self.resumes);
        packet.sequence = packet.sequence.wrapping_add(source.sequence_shift);
        packet.timestamp = packet.timestamp.wrapping_add(source.timestamp_shift);
        if is_after(packet.sequence, self.last_sequence) {
            self.last_sequence = packet.sequence;
            self.last_timestamp = packet.timestamp;
            self.last_arrival = Some(arrival);
        }
        Some(packet)
    }

    /// The last packet was not sent after all, because the receiver is on hold, say: to it the stream goes on without a gap
    /// that it would take for loss.
    pub(super) fn not_sent(&mut self) {
        let (Some(source), Some(newest)) = (&mut self.source, self.newest.take()) else { return };
        source.leave_out(newest);
        self.last_sequence = self.last_sequence.wrapping_sub(1);
        self.resumes = true;
    }

    fn start(&mut self, packet: &RtpPacket, arrival: Instant, clock_rate_hz: u32) {
        let next_timestamp = match self.last_arrival {
            None => self.last_timestamp,
            Some(before) => {
                let silence = arrival.saturating_duration_since(before).as_secs_f64() * f64::from(clock_rate_hz);
                // Wraps after a day at 48 kHz; only the low 32 bits are a timestamp.
                let ticks = (silence as u64 as u32).max(clock_rate_hz / FRAMES_PER_SECOND);
                self.last_timestamp.wrapping_add(ticks)
            }
        };
        self.source = Some(Source {
            ssrc: packet.ssrc,
            highest: packet.sequence.wrapping_sub(1),
            seen: u64::MAX,
            sequence_shift: self.last_sequence.wrapping_add(1).wrapping_sub(packet.sequence),
            timestamp_shift: next_timestamp.wrapping_sub(packet.timestamp),
            settled: None,
        });
    }
}

impl Source {
    fn continues(&self, packet: &RtpPacket) -> bool {
        let ahead = packet.sequence.wrapping_sub(self.highest);
        let behind = self.highest.wrapping_sub(packet.sequence);
        packet.ssrc == self.ssrc && ahead.min(behind) <= MAX_JUMP
    }

    /// Notes the packet; `false` if it was here before or is too late to tell.
    fn take(&mut self, sequence: u16) -> bool {
        if is_after(sequence, self.highest) {
            let ahead = u32::from(sequence.wrapping_sub(self.highest));
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = sequence;
            return true;
        }
        let behind = self.highest.wrapping_sub(sequence);
        let settled = self.settled.is_some_and(|settled| !is_after(sequence, settled));
        if behind >= WINDOW || settled || self.seen & (1 << behind) != 0 {
            return false;
        }
        self.seen |= 1 << behind;
        true
    }

    /// Closes the gap that a packet leaves which is not forwarded, so that the receiver does not count it as lost.
    fn leave_out(&mut self, sequence: u16) {
        if sequence == self.highest {
            self.sequence_shift = self.sequence_shift.wrapping_sub(1);
            self.settled = Some(sequence);
        }
    }
}

/// Order of sequence numbers modulo 2^16 (RFC 1982).
const fn is_after(a: u16, b: u16) -> bool {
    a != b && a.wrapping_sub(b) < 0x8000
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use mobilecall_transport::{Codec, MediaDirection};
    use std::time::Duration;

    const FROM: NegotiatedAudio = NegotiatedAudio {
        codec: Codec::Opus,
        payload_type: 111,
        telephone_event: Some(110),
        direction: MediaDirection::SendRecv,
    };
    const TO: NegotiatedAudio = NegotiatedAudio { payload_type: 96, telephone_event: Some(101), ..FROM };

    struct Stream {
        rewriter: Rewriter,
        start: Instant,
        to: NegotiatedAudio,
    }

    impl Stream {
        fn new() -> Self {
            Self { rewriter: Rewriter::new(100, 5000), start: Instant::now(), to: TO }
        }
        fn packet(&mut self, ssrc: u32, sequence: u16, payload_type: u8, at_ms: u64) -> Option<(u16, u32, u8, bool)> {
            let packet = RtpPacket {
                payload_type,
                marker: false,
                sequence,
                timestamp: u32::from(sequence).wrapping_mul(960),
                ssrc,
                payload: Bytes::from_static(b"x"),
            };
            let arrival = self.start + Duration::from_millis(at_ms);
            let out = self.rewriter.rewrite(packet, arrival, &FROM, &self.to)?;
            Some((out.sequence, out.timestamp, out.payload_type, out.marker))
        }
    }

    #[test]
    fn starts_at_the_given_numbers_and_keeps_gaps_and_order() {
        let mut stream = Stream::new();
        assert_eq!(stream.packet(1, 65_534, 111, 0), Some((100, 5000, 96, true)));
        assert_eq!(stream.packet(1, 65_535, 111, 20).map(|it| it.0), Some(101));
        assert_eq!(stream.packet(1, 1, 111, 60).map(|it| (it.0, it.3)), Some((103, false)), "a lost packet stays lost");
        assert_eq!(stream.packet(1, 0, 111, 61).map(|it| it.0), Some(102), "a late packet keeps its place");
        assert_eq!(stream.packet(1, 0, 111, 62), None, "a duplicate is not sent again");
        assert_eq!(stream.packet(1, 65_533, 111, 63), None, "nothing comes before the first");
        assert_eq!(stream.packet(1, 2, 111, 80).map(|it| it.0), Some(104));
    }

    #[test]
    fn timestamps_keep_their_distance() {
        let mut stream = Stream::new();
        stream.packet(1, 10, 111, 0);
        assert_eq!(stream.packet(1, 13, 111, 60).map(|it| it.1), Some(5000 + 3 * 960));
    }

    #[test]
    fn a_new_source_goes_on_where_the_last_one_stopped() {
        let mut stream = Stream::new();
        stream.packet(1, 10, 111, 0);
        stream.packet(1, 11, 111, 20);
        let after = stream.packet(2, 40_000, 111, 1020);
        assert_eq!(after, Some((102, 5000 + 960 + 48_000, 96, true)));
        assert_eq!(stream.packet(2, 40_001, 111, 1040).map(|it| (it.0, it.3)), Some((103, false)));
        let jump = stream.packet(2, 10_000, 111, 1041);
        assert_eq!(jump.map(|it| (it.0, it.1)), Some((104, 5000 + 960 + 48_000 + 960 + 960)), "at least one frame");
        assert_eq!(stream.packet(2, 40_002, 111, 1042).map(|it| it.0), Some(105), "and back again");
    }

    #[test]
    fn payload_types_are_mapped_and_unknown_ones_dropped() {
        let mut stream = Stream::new();
        assert_eq!(stream.packet(1, 10, 111, 0).map(|it| it.2), Some(96));
        assert_eq!(stream.packet(1, 11, 110, 20).map(|it| it.2), Some(101));
        assert_eq!(stream.packet(1, 12, 13, 40), None);
        assert_eq!(stream.packet(1, 13, 111, 60).map(|it| it.0), Some(103));
    }

    #[test]
    fn digits_the_receiver_cannot_take_leave_no_gap() {
        let mut stream = Stream::new();
        stream.to.telephone_event = None;
        assert_eq!(stream.packet(1, 10, 111, 0).map(|it| it.0), Some(100));
        assert_eq!(stream.packet(1, 11, 110, 20), None);
        assert_eq!(stream.packet(1, 13, 110, 40), None);
        assert_eq!(stream.packet(1, 14, 111, 60).map(|it| it.0), Some(102), "only the lost packet 12 is missing");
        assert_eq!(stream.packet(1, 12, 111, 61), None, "its number is settled");
        assert_eq!(stream.packet(1, 15, 111, 80).map(|it| it.0), Some(103));
    }

    #[test]
    fn what_was_not_sent_leaves_no_gap_but_time_goes_on() {
        let mut stream = Stream::new();
        assert_eq!(stream.packet(1, 10, 111, 0).map(|it| it.0), Some(100));
        assert_eq!(stream.packet(1, 11, 111, 20).map(|it| it.0), Some(101));
        stream.rewriter.not_sent();
        assert_eq!(stream.packet(1, 12, 111, 40).map(|it| it.0), Some(101));
        stream.rewriter.not_sent();
        assert_eq!(stream.packet(1, 13, 111, 60), Some((101, 5000 + 3 * 960, 96, true)), "a new beginning");
        assert_eq!(stream.packet(1, 12, 111, 61), None, "its number is settled");
        assert_eq!(stream.packet(1, 15, 111, 100).map(|it| (it.0, it.3)), Some((103, false)));
        assert_eq!(stream.packet(1, 14, 111, 101).map(|it| it.0), Some(102));
        stream.rewriter.not_sent();
        assert_eq!(stream.packet(1, 16, 111, 120).map(|it| it.0), Some(104), "a late one leaves the gap it is in");
        stream.rewriter.not_sent();
        assert_eq!(stream.packet(2, 500, 111, 140).map(|it| it.0), Some(104), "another source goes on there too");
    }

    #[test]
    fn no_number_is_ever_used_twice() {
        let mut stream = Stream::new();
        let mut used = std::collections::HashSet::new();
        let mut random = 12345u64;
        for step in 0..5000u64 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let sequence = (step as u16).wrapping_add((random >> 60) as u16);
            let ssrc = (step / 700) as u32;
            if let Some((sequence, ..)) =
                stream.packet(ssrc, sequence, if random & 7 == 0 { 110 } else { 111 }, step * 20)
            {
                assert!(used.insert(sequence), "sequence number {sequence} at step {step}");
            }
        }
        assert!(used.len() > 2000);
    }
}
