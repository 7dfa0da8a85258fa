//! When to warn of the sound of a call: the thresholds and sample rules of Twilio's SDK (`lib/twilio/statsMonitor.ts`).
//!
//! | warning | sample | raised | cleared | samples |
//! | --- | --- | --- | --- | --- |
//! | high-rtt | round trip, ms | 3 above 400 | none above | 10 |
//! | high-jitter | jitter, ms | 3 above 30 | none above | 10 |
//! | low-mos | score | 3 below 3 | none below | 10 |
//! | high-packet-loss | lost, % | 3 above 1 | none above | 10 |
//! | high-packets-lost-fraction | lost, % | average above 3 | average not above 1 | 7 |
//! | low-bytes-received, -sent | anything at all | 3 of nothing | one of something | 3 |
//! | constant-audio-input-level | level | deviation below 1 % for 10 s | otherwise | 10 s |
//!
//! There is one sample a second. A call is left alone for its first five seconds, nothing is decided while a sample
//! lacks its value, and what was raised stays for five seconds. Packets stand for bytes here, since none is empty.

use mobilecall_domain::{CallQuality, QualityWarning};
use std::{collections::VecDeque, time::Duration};

/// Samples that are looked at, unless a rule says otherwise.
const WINDOW: usize = 10;
/// No warning before this age of the call.
const SETTLING: Duration = Duration::from_secs(5);
/// A warning stays at least this long.
const SHOWN: Duration = Duration::from_secs(5);
/// The level that must not stand still, over this time, by less than this deviation.
const LEVEL_SPAN: Duration = Duration::from_secs(10);
const LEAST_DEVIATION: f32 = 0.01;

/// What happened in a second beside its quality.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow<'a> {
    /// Something is to be sent: the call is not held here.
    pub sends: bool,
    /// Something is to come: the call is not held at either end.
    pub receives: bool,
    /// Readings of the microphone's level before processing, 0 to 1; none while it is off for the call.
    pub levels: &'a [f32],
}

/// Watches the samples of one call.
#[derive(Clone, Debug, Default)]
pub struct QualityWatch {
    samples: VecDeque<Sample>,
    /// Totals of the second before.
    before: Option<(u64, u64)>,
    levels: VecDeque<(Duration, f32)>,
    raised: Vec<(QualityWarning, Duration)>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    rtt_ms: Option<f64>,
    jitter_ms: Option<f64>,
    loss_percent: Option<f64>,
    mos: Option<f64>,
    sent: Option<f64>,
    received: Option<f64>,
}

/// What the samples say of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Raise,
    Clear,
    /// Neither: it stays as it is.
    Keep,
}

impl QualityWatch {
    /// Takes the sample of the second that ends at `at`, counted since the call was made.
    pub fn sample(&mut self, at: Duration, quality: &CallQuality, flow: Flow<'_>) {
        let (sent, received) = (quality.packets_sent, quality.packets_received);
        let before = self.before.replace((sent, received));
        let since = |now: u64, then: u64| now.saturating_sub(then) as f64;
        let got = before.map(|(_, then)| since(received, then));
        let hears = got.is_some_and(|got| got > 0.0);
        self.samples.push_back(Sample {
            rtt_ms: quality.rtt_ms,
            // Of a second in which nothing came they say nothing.
            jitter_ms: hears.then_some(quality.jitter_ms),
            loss_percent: hears.then_some(quality.loss_percent),
            mos: quality.mos.filter(|_| hears),
            sent: before.map(|(then, _)| since(sent, then)).filter(|_| flow.sends),
            received: got.filter(|_| flow.receives),
        });
        while self.samples.len() > WINDOW {
            self.samples.pop_front();
        }
        self.take_levels(at, flow.levels);
        for warning in QualityWarning::ALL {
            self.judge(at, *warning);
        }
    }

    /// What is wrong now, the longest lasting first.
    pub fn warnings(&self) -> impl Iterator<Item = QualityWarning> {
        self.raised.iter().map(|(warning, _)| *warning)
    }

    fn take_levels(&mut self, at: Duration, levels: &[f32]) {
        if levels.is_empty() {
            return self.levels.clear();
        }
        self.levels.extend(levels.iter().map(|level| (at, *level)));
        while self.levels.front().is_some_and(|(read, _)| *read + LEVEL_SPAN < at) {
            self.levels.pop_front();
        }
    }

    fn judge(&mut self, at: Duration, warning: QualityWarning) {
        let verdict = match warning {
            QualityWarning::HighRtt => self.count(WINDOW, 3, 0, |sample| Some(sample.rtt_ms? > 400.0)),
            QualityWarning::HighJitter => self.count(WINDOW, 3, 0, |sample| Some(sample.jitter_ms? > 30.0)),
            QualityWarning::HighPacketLoss => self.count(WINDOW, 3, 0, |sample| Some(sample.loss_percent? > 1.0)),
            QualityWarning::LowMos => self.count(WINDOW, 3, 0, |sample| Some(sample.mos? < 3.0)),
            QualityWarning::LowBytesReceived => self.count(3, 3, 2, |sample| Some(sample.received? < 1.0)),
            QualityWarning::LowBytesSent => self.count(3, 3, 2, |sample| Some(sample.sent? < 1.0)),
            QualityWarning::HighPacketsLostFraction => self.average_loss(),
            QualityWarning::ConstantAudioInputLevel => self.deviation(at),
            // The session itself says it.
            QualityWarning::IceConnectivityLost => Verdict::Keep,
        };
        let raised_at = self.raised.iter().find(|(raised, _)| *raised == warning).map(|(_, at)| *at);
        match (verdict, raised_at) {
            (Verdict::Raise, None) if at >= SETTLING => self.raised.push((warning, at)),
            (Verdict::Clear, Some(raised_at)) if at >= raised_at + SHOWN => {
                self.raised.retain(|(raised, _)| *raised != warning);
            }
            (Verdict::Raise | Verdict::Clear | Verdict::Keep, _) => {}
        }
    }

    /// Counts the bad ones among the last samples.
    fn count(&self, window: usize, raise: usize, clear: usize, is_bad: impl Fn(&Sample) -> Option<bool>) -> Verdict {
        let mut bad = 0;
        for sample in self.samples.iter().rev().take(window) {
            match is_bad(sample) {
                Some(is_bad) => bad += usize::from(is_bad),
                None => return Verdict::Keep,
            }
        }
        match bad {
            _ if bad >= raise => Verdict::Raise,
            _ if bad <= clear => Verdict::Clear,
            _ => Verdict::Keep,
        }
    }

    fn average_loss(&self) -> Verdict {
        const SAMPLES: usize = 7;
        let last: Vec<f64> = self.samples.iter().rev().take(SAMPLES).filter_map(|sample| sample.loss_percent).collect();
        if last.len() < SAMPLES {
            return Verdict::Keep;
        }
        match last.iter().sum::<f64>() / SAMPLES as f64 {
            average if average > 3.0 => Verdict::Raise,
            average if average <= 1.0 => Verdict::Clear,
            _ => Verdict::Keep,
        }
    }

    fn deviation(&self, at: Duration) -> Verdict {
        let Some((first, _)) = self.levels.front() else { return Verdict::Clear };
        let count = self.levels.len() as f32;
        let mean = self.levels.iter().map(|(_, level)| level).sum::<f32>() / count;
        let variance = self.levels.iter().map(|(_, level)| (level - mean) * (level - mean)).sum::<f32>() / count;
        match variance.sqrt() {
            deviation if deviation >= LEAST_DEVIATION => Verdict::Clear,
            _ if at >= *first + LEVEL_SPAN => Verdict::Raise,
            _ => Verdict::Keep,
        }
    }
}

#[cfg(test)]
mod tests;
