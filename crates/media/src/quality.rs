//! What arrives of what was sent, and how evenly (RFC 3550 §6.4.1, §A.1, §A.3, §A.8).

use crate::SAMPLE_RATE_HZ;
use crate::sequence::{Continuity, Step, Unwrapped};
use mobilecall_domain::CallQuality;
use mobilecall_domain::quality::mos;
use std::time::Duration;

/// Totals of what was received since the call began, over all sources.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reception {
    /// Packets that should have come, by their sequence numbers.
    pub expected: u64,
    /// Packets that came.
    pub received: u64,
    /// Interarrival jitter in milliseconds.
    pub jitter_ms: f64,
}

impl Reception {
    /// Packets that did not come.
    pub fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.received)
    }
}

/// A step ahead that no loss explains (RFC 3550 §A.1: MAX_DROPOUT).
const MOST_AHEAD: i16 = 3_000;

/// Watches one incoming stream. Duplicates count as received, as the RFC wants it.
pub struct ReceptionMeter {
    earlier: Reception,
    continuity: Continuity,
    sequences: Unwrapped<16>,
    first: Option<i64>,
    highest: i64,
    received: u64,
    transit: Option<i64>,
    /// In samples at 48 kHz, times 16 as in §A.8.
    jitter: i64,
}

impl Default for ReceptionMeter {
    fn default() -> Self {
        Self {
            earlier: Reception::default(),
            continuity: Continuity::new(MOST_AHEAD),
            sequences: Unwrapped::default(),
            first: None,
            highest: 0,
            received: 0,
            transit: None,
            jitter: 0,
        }
    }
}

impl ReceptionMeter {
    /// Takes note of a packet. `timestamp` is that of audio in samples at 48 kHz; other packets have none that tells
    /// when they were sent.
    pub fn receive(&mut self, sequence: u16, timestamp: Option<u32>, arrival: Duration) {
        match self.continuity.step(sequence) {
            Step::Continues => {}
            Step::Stray => return,
            Step::Restarts => {
                self.restart();
                self.continuity.step(sequence);
            }
        }
        let number = self.sequences.extend(u32::from(sequence));
        let first = *self.first.get_or_insert(number);
        self.highest = if self.received == 0 { number } else { self.highest.max(number) };
        // A packet from before the first one was reordered past it; the count starts there then.
        self.first = Some(first.min(number));
        self.received += 1;
        if let Some(timestamp) = timestamp {
            self.observe_transit(timestamp, arrival);
        }
    }

    fn observe_transit(&mut self, timestamp: u32, arrival: Duration) {
        let arrival = (arrival.as_micros() * u128::from(SAMPLE_RATE_HZ / 1_000) / 1_000) as u32;
        let transit = i64::from(arrival.wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            let difference = (transit - before).abs();
            // A leap of more than two seconds is a new clock at the sender and says nothing of the network.
            if difference < 2 * i64::from(SAMPLE_RATE_HZ) {
                self.jitter += difference - ((self.jitter + 8) >> 4);
            }
        }
    }

    /// A new source (SSRC) took over; what was counted stays counted.
    pub fn restart(&mut self) {
        *self = Self { earlier: self.totals(), ..Self::default() };
    }

    /// Everything so far.
    pub fn totals(&self) -> Reception {
        let expected = self.first.map_or(0, |first| (self.highest - first + 1) as u64);
        Reception {
            expected: self.earlier.expected + expected,
            received: self.earlier.received + self.received,
            jitter_ms: (self.jitter >> 4) as f64 * 1_000.0 / f64::from(SAMPLE_RATE_HZ),
        }
    }
}

/// Turns totals into the figures of each second.
#[derive(Clone, Copy, Debug, Default)]
pub struct QualityMeter {
    last: Reception,
}

impl QualityMeter {
    /// The quality since the call before; call it once a second. The round trip time is the transport's.
    pub fn sample(&mut self, reception: Reception, packets_sent: u64, rtt: Option<Duration>) -> CallQuality {
        let expected = reception.expected.saturating_sub(self.last.expected);
        let received = reception.received.saturating_sub(self.last.received);
        self.last = reception;
        let loss_percent =
            if expected == 0 { 0.0 } else { 100.0 * expected.saturating_sub(received) as f64 / expected as f64 };
        let rtt_ms = rtt.map(|rtt| rtt.as_secs_f64() * 1_000.0);
        CallQuality {
            rtt_ms,
            jitter_ms: reception.jitter_ms,
            loss_percent,
            // What did not come at all cannot be judged.
            mos: rtt_ms.filter(|_| reception.received > 0).map(|rtt_ms| mos(rtt_ms, reception.jitter_ms, loss_percent)),
            packets_sent,
            packets_received: reception.received,
            packets_lost: reception.lost(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn an_even_stream_has_no_jitter_and_no_loss() {
        let mut meter = ReceptionMeter::default();
        for n in 0..200u32 {
            meter.receive((65_500 + n) as u16, Some(n.wrapping_mul(960).wrapping_sub(5_000)), ms(u64::from(n) * 20));
        }
        assert_eq!(meter.totals(), Reception { expected: 200, received: 200, jitter_ms: 0.0 });
    }

    #[test]
    fn jitter_nears_the_mean_difference_of_transits() {
        let mut meter = ReceptionMeter::default();
        for n in 0..400u64 {
            // Each packet is 10 ms earlier or later than the one before.
            meter.receive(n as u16, Some(n as u32 * 960), ms(n * 20 + 10 * (n % 2)));
        }
        assert!((meter.totals().jitter_ms - 10.0).abs() < 0.2, "{:?}", meter.totals());
    }

    #[test]
    fn loss_is_counted_by_second_and_in_total_and_survives_a_new_source() {
        let mut meter = ReceptionMeter::default();
        let mut quality = QualityMeter::default();
        for n in (0..50u64).filter(|n| n % 10 != 3) {
            meter.receive(n as u16, Some(n as u32 * 960), ms(n * 20));
        }
        let first = quality.sample(meter.totals(), 50, Some(ms(40)));
        assert_eq!((first.loss_percent, first.packets_lost, first.packets_received), (10.0, 5, 45));
        assert_eq!(first.mos, Some(mos(40.0, first.jitter_ms, 10.0)));
        meter.restart();
        for n in 0..50u64 {
            meter.receive((n + 9_000) as u16, Some(n as u32 * 960), ms(1_000 + n * 20));
        }
        let second = quality.sample(meter.totals(), 100, None);
        assert_eq!((second.loss_percent, second.packets_lost, second.packets_received), (0.0, 5, 95));
        assert_eq!((second.mos, second.rtt_ms), (None, None));
        assert_eq!(quality.sample(meter.totals(), 100, None).loss_percent, 0.0, "nothing came, nothing was missed");
    }

    #[test]
    fn what_never_came_is_not_judged() {
        let silent = QualityMeter::default().sample(Reception::default(), 50, Some(ms(1)));
        assert_eq!((silent.mos, silent.rtt_ms), (None, Some(1.0)));
    }

    #[test]
    fn a_sender_that_begins_again_has_lost_nothing() {
        let mut meter = ReceptionMeter::default();
        for n in (0..50u16).chain(20_000..20_050).chain(9..59) {
            meter.receive(n, None, ms(0));
        }
        // The first packet of the third part cannot be told from a straggler.
        assert_eq!((meter.totals().expected, meter.totals().received), (149, 149));
    }

    #[test]
    fn digits_count_as_packets_and_reordering_is_no_loss() {
        let mut meter = ReceptionMeter::default();
        for (sequence, timestamp) in [(11, Some(960)), (10, Some(0)), (12, None), (13, None), (14, Some(3_840))] {
            meter.receive(sequence, timestamp, ms(0));
        }
        assert_eq!((meter.totals().expected, meter.totals().received), (5, 5));
    }
}
