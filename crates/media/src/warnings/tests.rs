//! Seconds of a call in, warnings out.

use super::{Flow, QualityWatch};
use mobilecall_domain::{CallQuality, QualityWarning};
use std::time::Duration;

/// Readings of a microphone in a room.
const ALIVE: [f32; 3] = [0.30, 0.36, 0.32];

/// A call and the seconds that it lasts.
struct Call {
    watch: QualityWatch,
    seconds: u64,
    total: CallQuality,
}

impl Call {
    fn new() -> Self {
        Self { watch: QualityWatch::default(), seconds: 0, total: CallQuality::default() }
    }

    /// One that is past its beginning, and well.
    fn settled() -> Self {
        let mut call = Self::new();
        call.last(20, &[fine()]);
        assert_eq!(call.warnings(), "");
        call
    }

    /// Lets so many seconds go by, with these in turns.
    fn last(&mut self, seconds: usize, kinds: &[CallQuality]) {
        for second in kinds.iter().cycle().take(seconds) {
            self.second(second, Flow { sends: true, receives: true, levels: &ALIVE });
        }
    }

    /// The packets of a second are those of that second alone.
    fn second(&mut self, second: &CallQuality, flow: Flow<'_>) {
        self.seconds += 1;
        let packets_sent = self.total.packets_sent + second.packets_sent;
        let packets_received = self.total.packets_received + second.packets_received;
        self.total = CallQuality { packets_sent, packets_received, ..*second };
        self.watch.sample(Duration::from_secs(self.seconds), &self.total, flow);
    }

    fn warnings(&self) -> String {
        self.watch.warnings().map(QualityWarning::as_str).collect::<Vec<_>>().join(" ")
    }
}

fn fine() -> CallQuality {
    CallQuality {
        rtt_ms: Some(80.0),
        jitter_ms: 4.0,
        loss_percent: 0.0,
        mos: Some(4.3),
        packets_sent: 50,
        packets_received: 50,
        packets_lost: 0,
    }
}

#[test]
fn each_threshold_needs_three_bad_samples_of_ten_and_clears_when_none_is_left() {
    for (bad, barely, warning) in [
        (CallQuality { rtt_ms: Some(401.0), ..fine() }, CallQuality { rtt_ms: Some(400.0), ..fine() }, "high-rtt"),
        (CallQuality { jitter_ms: 31.0, ..fine() }, CallQuality { jitter_ms: 30.0, ..fine() }, "high-jitter"),
        (CallQuality { mos: Some(2.9), ..fine() }, CallQuality { mos: Some(3.0), ..fine() }, "low-mos"),
        (CallQuality { loss_percent: 1.1, ..fine() }, CallQuality { loss_percent: 1.0, ..fine() }, "high-packet-loss"),
    ] {
        let mut call = Call::settled();
        call.last(20, &[barely]);
        assert_eq!(call.warnings(), "", "{warning} at the threshold");
        call.last(5, &[bad, fine()]);
        assert_eq!(call.warnings(), warning, "three of five");
        // The last bad one is the tenth from the end.
        call.last(9, &[fine()]);
        assert_eq!(call.warnings(), warning);
        call.last(1, &[fine()]);
        assert_eq!(call.warnings(), "");
        let rare = [[fine(); 4].as_slice(), &[bad]].concat();
        call.last(50, &rare);
        assert_eq!(call.warnings(), "", "{warning} twice in ten");
    }
}

#[test]
fn loss_is_also_judged_by_its_average() {
    let mut call = Call::settled();
    let lossy = |percent| CallQuality { loss_percent: percent, ..fine() };
    call.last(7, &[lossy(3.0)]);
    assert_eq!(call.warnings(), "high-packet-loss");
    call.last(1, &[lossy(3.8)]);
    assert_eq!(call.warnings(), "high-packet-loss high-packets-lost-fraction");
    call.last(7, &[lossy(1.1)]);
    assert!(call.warnings().contains("fraction"), "1.1 on average");
    call.last(10, &[lossy(1.0)]);
    assert_eq!(call.warnings(), "", "1.0 is above nothing any more");
}

#[test]
fn nothing_that_comes_or_goes_is_told_after_three_seconds() {
    let mut call = Call::settled();
    let deaf = CallQuality { packets_received: 0, ..fine() };
    call.last(2, &[deaf]);
    assert_eq!(call.warnings(), "");
    call.last(1, &[deaf]);
    assert_eq!(call.warnings(), "low-bytes-received");
    // One of three is enough, but it has to be shown for five seconds.
    call.last(4, &[fine()]);
    assert_eq!(call.warnings(), "low-bytes-received");
    call.last(1, &[fine()]);
    assert_eq!(call.warnings(), "");
    call.last(3, &[CallQuality { packets_sent: 0, ..fine() }]);
    assert_eq!(call.warnings(), "low-bytes-sent");
}

#[test]
fn a_call_is_left_alone_at_first_and_a_held_one_always() {
    let mut call = Call::new();
    let bad = CallQuality { rtt_ms: Some(900.0), ..fine() };
    call.last(4, &[bad]);
    assert_eq!(call.warnings(), "");
    call.last(1, &[bad]);
    assert_eq!(call.warnings(), "high-rtt");

    let mut call = Call::settled();
    let still = CallQuality { packets_sent: 0, packets_received: 0, ..fine() };
    for _ in 0..60 {
        call.second(&still, Flow::default());
    }
    assert_eq!(call.warnings(), "");
}

#[test]
fn nothing_is_decided_while_a_value_is_missing() {
    let mut call = Call::new();
    let unknown = CallQuality { rtt_ms: None, mos: None, ..fine() };
    call.last(1, &[unknown]);
    let bad = CallQuality { rtt_ms: Some(900.0), mos: Some(1.5), ..fine() };
    call.last(9, &[bad]);
    assert_eq!(call.warnings(), "", "the first sample is still looked at");
    call.last(1, &[bad]);
    assert_eq!(call.warnings(), "high-rtt low-mos");
}

#[test]
fn a_microphone_that_stands_still_is_told_unless_it_is_off() {
    let flow = |levels: &'static [f32]| Flow { sends: true, receives: true, levels };
    for (levels, seconds, expected) in [
        (&[0.0; 3][..], 10, ""),
        (&[0.0; 3][..], 11, "constant-audio-input-level"),
        (&[0.5, 0.505, 0.495][..], 11, "constant-audio-input-level"),
        (&ALIVE[..], 60, ""),
        (&[][..], 60, ""),
    ] {
        let mut call = Call::new();
        for _ in 0..seconds {
            call.second(&fine(), flow(levels));
        }
        assert_eq!(call.warnings(), expected, "{seconds} s of {levels:?}");
    }
    // Speech, or the button that turns it off, ends it.
    for next in [&ALIVE[..], &[][..]] {
        let mut call = Call::new();
        for _ in 0..11 {
            call.second(&fine(), flow(&[0.0; 3]));
        }
        for _ in 0..5 {
            call.second(&fine(), flow(next));
        }
        assert_eq!(call.warnings(), "", "{next:?}");
    }
}
