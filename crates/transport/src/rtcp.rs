//! Sender and receiver reports (RFC 3550 §6.4), pure: time is passed in.
//!
//! The stack has reports of its own, but its statistics ignore what the peer reports, it stops reporting when a peer
//! changes SSRC or payload type, and it leaves out the CNAME. These few formulas are ours instead.

use rtc::rtcp;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem};
use std::time::{Duration, Instant};

/// Reports are sent this often: the quality of a call is shown once a second.
const INTERVAL: Duration = Duration::from_secs(1);
/// The first report comes sooner, so that the round trip time is known soon after the first word.
const FIRST_INTERVAL: Duration = Duration::from_millis(200);
/// So soon is the first sender report of a peer answered; only then can it measure the round trip.
const FIRST_REPLY: Duration = Duration::from_millis(50);

/// What the peer says of the path to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RemoteView {
    pub(crate) rtt: Option<Duration>,
    pub(crate) loss: Option<f64>,
    pub(crate) jitter: Option<Duration>,
}

/// Both directions of one audio stream.
pub(crate) struct Reports {
    ssrc: u32,
    cname: String,
    clock: NtpClock,
    clock_rate_hz: u32,
    sent: Sent,
    source: Option<Source>,
    next: Option<Instant>,
    remote: RemoteView,
}

#[derive(Default)]
struct Sent {
    packets: u32,
    octets: u32,
    last: Option<(Instant, u32)>,
    since_report: bool,
}

impl Reports {
    /// `wall_clock_ntp` is the NTP time (RFC 5905 §6) at `now`.
    pub(crate) fn new(ssrc: u32, cname: String, now: Instant, wall_clock_ntp: u64) -> Self {
        Self {
            ssrc,
            cname,
            clock: NtpClock { zero: now, ntp: wall_clock_ntp },
            clock_rate_hz: 48_000,
            sent: Sent::default(),
            source: None,
            next: None,
            remote: RemoteView::default(),
        }
    }

    /// RTP clock of the audio agreed on.
    pub(crate) fn set_clock_rate(&mut self, clock_rate_hz: u32) {
        self.clock_rate_hz = clock_rate_hz;
    }

    pub(crate) fn remote(&self) -> RemoteView {
        self.remote
    }

    pub(crate) fn on_sent(&mut self, now: Instant, timestamp: u32, payload_bytes: usize) {
        self.sent.packets = self.sent.packets.wrapping_add(1);
        let octets = u32::try_from(payload_bytes).unwrap_or(u32::MAX);
        self.sent.octets = self.sent.octets.wrapping_add(octets);
        self.sent.last = Some((now, timestamp));
        self.sent.since_report = true;
        self.arm(now);
    }

    /// `timed` is false for digits, whose timestamps stand still and would look like jitter.
    pub(crate) fn on_received(&mut self, now: Instant, ssrc: u32, sequence: u16, timestamp: u32, timed: bool) {
        let source = match &mut self.source {
            Some(source) if source.ssrc == ssrc => source,
            other => other.insert(Source::new(ssrc, sequence)),
        };
        source.count(sequence);
        if timed {
            source.time(now, timestamp, self.clock_rate_hz);
        }
        self.arm(now);
    }

    pub(crate) fn on_sender_report(&mut self, now: Instant, ssrc: u32, ntp: u64) {
        let Some(source) = self.source.as_mut().filter(|source| source.ssrc == ssrc) else { return };
        if source.last_report.replace((now, compact(ntp))).is_none() {
            self.next = self.next.map(|next| next.min(now + FIRST_REPLY));
        }
    }

    /// A report block of the peer; those about other streams are not ours to read.
    pub(crate) fn on_report_block(&mut self, now: Instant, block: &ReceptionReport) {
        if block.ssrc != self.ssrc {
            return;
        }
        self.remote.loss = Some(f64::from(block.fraction_lost) / 256.0);
        self.remote.jitter = Some(Duration::from_secs_f64(f64::from(block.jitter) / f64::from(self.clock_rate_hz)));
        if block.last_sender_report != 0 {
            let elapsed = compact(self.clock.at(now)).wrapping_sub(block.last_sender_report).wrapping_sub(block.delay);
            // A peer that rounds up its delay makes a short trip look negative.
            let units = if elapsed > u32::MAX / 2 { 0 } else { elapsed };
            self.remote.rtt = Some(Duration::from_secs_f64(f64::from(units) / 65_536.0));
        }
    }

    /// When [`Self::report`] wants to be called next.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.next
    }

    /// The compound packet that is due, if it is.
    pub(crate) fn report(&mut self, now: Instant) -> Option<Vec<Box<dyn rtcp::Packet>>> {
        self.next.filter(|next| *next <= now)?;
        self.next = Some(now + INTERVAL);
        let reports: Vec<ReceptionReport> = self.source.iter_mut().map(|source| source.block(now)).collect();
        let report: Box<dyn rtcp::Packet> = match self.sent.last.filter(|_| self.sent.since_report) {
            Some((at, timestamp)) => Box::new(rtcp::sender_report::SenderReport {
                ssrc: self.ssrc,
                ntp_time: self.clock.at(now),
                rtp_time: timestamp.wrapping_add(ticks(now.saturating_duration_since(at), self.clock_rate_hz) as u32),
                packet_count: self.sent.packets,
                octet_count: self.sent.octets,
                reports,
                ..Default::default()
            }),
            None => Box::new(rtcp::receiver_report::ReceiverReport { ssrc: self.ssrc, reports, ..Default::default() }),
        };
        self.sent.since_report = false;
        Some(vec![report, Box::new(self.description())])
    }

    fn description(&self) -> SourceDescription {
        let name = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: self.cname.clone().into() };
        SourceDescription { chunks: vec![SourceDescriptionChunk { source: self.ssrc, items: vec![name] }] }
    }

    fn arm(&mut self, now: Instant) {
        self.next.get_or_insert(now + FIRST_INTERVAL);
    }
}

/// One stream as received (RFC 3550 appendices A.1, A.3 and A.8).
struct Source {
    ssrc: u32,
    base: u16,
    highest: u16,
    cycles: u32,
    received: u32,
    expected_prior: u32,
    received_prior: u32,
    jitter_ticks: f64,
    previous: Option<(Instant, u32)>,
    last_report: Option<(Instant, u32)>,
}

impl Source {
    fn new(ssrc: u32, first: u16) -> Self {
        Self {
            ssrc,
            base: first,
            highest: first,
            cycles: 0,
            received: 0,
            expected_prior: 0,
            received_prior: 0,
            jitter_ticks: 0.0,
            previous: None,
            last_report: None,
        }
    }

    fn count(&mut self, sequence: u16) {
        self.received = self.received.wrapping_add(1);
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead != 0 && ahead < 0x8000 {
            if sequence < self.highest {
                self.cycles = self.cycles.wrapping_add(1 << 16);
            }
            self.highest = sequence;
        }
    }

    fn time(&mut self, now: Instant, timestamp: u32, clock_rate_hz: u32) {
        if let Some((then, previous)) = self.previous {
            let arrived = ticks(now.saturating_duration_since(then), clock_rate_hz) as f64;
            let sent = f64::from(timestamp.wrapping_sub(previous).cast_signed());
            let difference = (arrived - sent).abs();
            // More than a second is no jitter but a sender that began to count anew, as when music on hold starts.
            if difference < f64::from(clock_rate_hz) {
                self.jitter_ticks += (difference - self.jitter_ticks) / 16.0;
            }
        }
        self.previous = Some((now, timestamp));
    }

    fn block(&mut self, now: Instant) -> ReceptionReport {
        let extended = self.cycles.wrapping_add(u32::from(self.highest));
        let expected = extended.wrapping_sub(u32::from(self.base)).wrapping_add(1);
        let expected_now = expected.wrapping_sub(self.expected_prior);
        let received_now = self.received.wrapping_sub(self.received_prior);
        self.expected_prior = expected;
        self.received_prior = self.received;
        let lost_now = expected_now.saturating_sub(received_now);
        let (last_sender_report, delay) = match self.last_report {
            Some((at, compact)) => (compact, ticks(now.saturating_duration_since(at), 65_536) as u32),
            None => (0, 0),
        };
        ReceptionReport {
            ssrc: self.ssrc,
            fraction_lost: u8::try_from((u64::from(lost_now) << 8) / u64::from(expected_now.max(1))).unwrap_or(u8::MAX),
            // 24 bits signed; duplicates may make it negative, which the field of the stack cannot say.
            total_lost: expected.saturating_sub(self.received).min(0x007f_ffff),
            last_sequence_number: extended,
            jitter: self.jitter_ticks as u32,
            last_sender_report,
            delay,
        }
    }
}

/// NTP time from the monotonic clock, so that a step of the wall clock disturbs nothing.
struct NtpClock {
    zero: Instant,
    ntp: u64,
}

impl NtpClock {
    fn at(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.zero);
        let fraction = (u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000;
        self.ntp.wrapping_add(elapsed.as_secs() << 32).wrapping_add(fraction)
    }
}

/// NTP time of the wall clock.
pub(crate) fn wall_clock_ntp(since_unix_epoch: Duration) -> u64 {
    /// Seconds from 1900 to 1970 (RFC 5905 §6).
    const UNIX_EPOCH: u64 = 2_208_988_800;
    let fraction = (u64::from(since_unix_epoch.subsec_nanos()) << 32) / 1_000_000_000;
    ((since_unix_epoch.as_secs() + UNIX_EPOCH) << 32) | fraction
}

/// The middle 32 bits, as report blocks carry them.
const fn compact(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

fn ticks(duration: Duration, rate_hz: u32) -> u64 {
    let rate = u64::from(rate_hz);
    duration.as_secs().wrapping_mul(rate) + u64::from(duration.subsec_nanos()) * rate / 1_000_000_000
}

#[cfg(test)]
mod tests;
