use super::*;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;

const FRAME: Duration = Duration::from_millis(20);
const TICKS: u32 = 960;

/// A sender and a receiver with a path of known delay between them, on a clock of their own.
struct Path {
    now: Instant,
    near: Reports,
    far: Reports,
    delay: Duration,
}

impl Path {
    fn new(delay: Duration) -> Self {
        let now = Instant::now();
        let ntp = wall_clock_ntp(Duration::from_secs(1_800_000_000));
        // The clocks of the two ends have nothing to do with each other.
        let near = Reports::new(1, "near".to_owned(), now, ntp);
        let far = Reports::new(2, "far".to_owned(), now, ntp.wrapping_mul(3));
        Self { now, near, far, delay }
    }

    /// One packet from near to far, `late` later than the path's delay.
    fn packet(&mut self, sequence: u16, late: Duration) {
        let timestamp = u32::from(sequence).wrapping_mul(TICKS);
        self.near.on_sent(self.now, timestamp, 80);
        self.far.on_received(self.now + self.delay + late, 1, sequence, timestamp, true);
    }

    /// Both ends report what is due, and hear it after the delay.
    fn reports(&mut self) {
        let now = self.now;
        let arrival = now + self.delay;
        let (from_near, from_far) = (self.near.report(now), self.far.report(now));
        deliver(from_near, arrival, &mut self.far);
        deliver(from_far, arrival, &mut self.near);
    }

    fn run(&mut self, frames: u16, mut packet: impl FnMut(&mut Self, u16)) {
        for sequence in 0..frames {
            packet(self, sequence);
            self.now += FRAME;
            self.reports();
        }
    }
}

fn deliver(packets: Option<Vec<Box<dyn rtcp::Packet>>>, now: Instant, to: &mut Reports) {
    for packet in packets.into_iter().flatten() {
        if let Some(report) = packet.as_any().downcast_ref::<SenderReport>() {
            to.on_sender_report(now, report.ssrc, report.ntp_time);
            report.reports.iter().for_each(|block| to.on_report_block(now, block));
        }
        if let Some(report) = packet.as_any().downcast_ref::<ReceiverReport>() {
            report.reports.iter().for_each(|block| to.on_report_block(now, block));
        }
    }
}

#[test]
fn the_round_trip_is_measured_within_half_a_second() {
    for delay in [Duration::from_micros(500), Duration::from_millis(40), Duration::from_millis(300)] {
        let mut path = Path::new(delay);
        path.run(25, |path, sequence| path.packet(sequence, Duration::ZERO));
        let rtt = path.near.remote().rtt.unwrap_or_else(|| panic!("no round trip at {delay:?}"));
        let error = rtt.abs_diff(delay * 2);
        assert!(error < Duration::from_micros(50), "{rtt:?} at {delay:?}");
        assert_eq!(path.near.remote().loss, Some(0.0));
        assert_eq!(path.far.remote(), RemoteView::default(), "nothing is known of a path that nobody used");
    }
}

#[test]
fn loss_is_that_of_the_last_interval() {
    let mut path = Path::new(FRAME);
    path.run(300, |path, sequence| {
        if sequence < 100 || sequence % 4 != 0 {
            path.packet(sequence, Duration::ZERO);
        }
    });
    let loss = path.near.remote().loss.expect("a report");
    assert!((0.23..0.27).contains(&loss), "{loss}");
}

#[test]
fn jitter_is_in_time_not_in_ticks() {
    let mut path = Path::new(FRAME);
    // Every other packet 10 ms late: consecutive transit times differ by 10 ms.
    path.run(300, |path, sequence| path.packet(sequence, Duration::from_millis(u64::from(sequence % 2) * 10)));
    let jitter = path.near.remote().jitter.expect("a report");
    assert!(jitter.abs_diff(Duration::from_millis(10)) < Duration::from_micros(200), "{jitter:?}");
}

#[test]
fn digits_are_no_jitter() {
    let mut path = Path::new(FRAME);
    path.run(100, |path, sequence| path.packet(sequence, Duration::ZERO));
    for sequence in 100..150 {
        path.far.on_received(path.now, 1, sequence, 100 * TICKS, false);
        path.now += FRAME;
        path.reports();
    }
    assert_eq!(path.near.remote().jitter, Some(Duration::ZERO));
}

#[test]
fn timestamps_that_begin_anew_are_no_jitter() {
    let mut path = Path::new(FRAME);
    path.run(100, |path, sequence| path.packet(sequence, Duration::ZERO));
    for sequence in 100..200_u16 {
        path.far.on_received(path.now, 1, sequence, 1_000_000_000 + u32::from(sequence) * TICKS, true);
        path.now += FRAME;
        path.reports();
    }
    assert_eq!(path.near.remote().jitter, Some(Duration::ZERO));
}

#[test]
fn sequence_numbers_may_wrap_and_arrive_in_disorder() {
    let now = Instant::now();
    let mut reports = Reports::new(2, String::new(), now, 0);
    for sequence in [65_533_u16, 65_535, 65_534, 1, 0, 0, 2] {
        reports.on_received(now, 1, sequence, 0, true);
    }
    let block = blocks(reports.report(now + INTERVAL)).pop().expect("a block");
    assert_eq!(block.last_sequence_number, (1 << 16) + 2);
    assert_eq!((block.total_lost, block.fraction_lost), (0, 0));
}

#[test]
fn a_new_source_starts_anew() {
    let now = Instant::now();
    let mut reports = Reports::new(2, String::new(), now, 0);
    reports.on_received(now, 1, 100, 0, true);
    reports.on_received(now, 9, 40_000, 0, true);
    reports.on_received(now, 9, 40_001, 960, true);
    let block = blocks(reports.report(now + INTERVAL)).pop().expect("a block");
    assert_eq!((block.ssrc, block.last_sequence_number, block.total_lost), (9, 40_001, 0));
}

#[test]
fn who_sends_reports_as_sender_and_who_only_listens_as_receiver() {
    let now = Instant::now();
    let mut reports = Reports::new(7, "name".to_owned(), now, 5 << 32);
    assert_eq!(reports.due(), None);
    assert!(reports.report(now).is_none(), "nothing happened yet");
    reports.on_sent(now, 1_000, 80);
    reports.on_sent(now + FRAME, 1_960, 80);
    assert_eq!(reports.due(), Some(now + FIRST_INTERVAL));
    let packets = reports.report(now + FIRST_INTERVAL).expect("due");
    let report = packets[0].as_any().downcast_ref::<SenderReport>().expect("a sender report");
    assert_eq!((report.ssrc, report.packet_count, report.octet_count), (7, 2, 160));
    assert_eq!(report.ntp_time, (5 << 32) + (1 << 32) / 5, "200 ms later");
    assert_eq!(report.rtp_time, 1_960 + 180 * 48, "the clock runs on after the last packet");
    let name = packets[1].as_any().downcast_ref::<SourceDescription>().expect("a description");
    assert_eq!(name.chunks[0].items[0].text, "name");
    // On hold nothing is sent, but the peer still hears from us.
    let packets = reports.report(now + FIRST_INTERVAL + INTERVAL).expect("due");
    assert!(packets[0].as_any().is::<ReceiverReport>());
}

#[test]
fn blocks_about_others_and_impossible_times_are_ignored() {
    let now = Instant::now();
    let mut reports = Reports::new(7, String::new(), now, 5 << 32);
    reports.on_report_block(now, &ReceptionReport { ssrc: 8, fraction_lost: 255, ..Default::default() });
    assert_eq!(reports.remote(), RemoteView::default());
    // A delay longer than the whole trip, by the rounding of the peer.
    let block = ReceptionReport { ssrc: 7, last_sender_report: compact(5 << 32), delay: 3, ..Default::default() };
    reports.on_report_block(now, &block);
    assert_eq!(reports.remote().rtt, Some(Duration::ZERO));
}

fn blocks(packets: Option<Vec<Box<dyn rtcp::Packet>>>) -> Vec<ReceptionReport> {
    let packets = packets.expect("a report is due");
    packets[0].as_any().downcast_ref::<ReceiverReport>().expect("a receiver report").reports.clone()
}
