//! The figures of a preflight call.

use crate::exit::words_of_warning;
use mobilecall_ipc::{CallView, CandidateKind, LineKind, MediaPath, Quality, QualityLabel, QualityWarning};
use serde::Serialize;
use std::{fmt, time::Duration};

/// What a short call has shown of the network.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Preflight {
    /// The line it went over.
    pub(crate) line: Option<LineKind>,
    /// From the start until calls could come and go.
    pub(crate) registered_ms: u64,
    /// From dialing until both sides could talk.
    pub(crate) connect_ms: Option<u32>,
    /// Seconds that were judged.
    pub(crate) seconds: u32,
    pub(crate) rtt_ms: Option<Spread>,
    pub(crate) jitter_ms: Option<Spread>,
    pub(crate) mos: Option<Spread>,
    /// Of all packets that were expected.
    pub(crate) loss_percent: f64,
    pub(crate) packets_sent: u64,
    pub(crate) packets_received: u64,
    pub(crate) packets_lost: u64,
    /// The kinds of address at both ends.
    pub(crate) path: Option<MediaPath>,
    /// Whether the sound goes through a relay.
    pub(crate) relayed: Option<bool>,
    /// What was wrong at any time.
    pub(crate) warnings: Vec<QualityWarning>,
    /// The mean score in a word.
    pub(crate) verdict: Option<QualityLabel>,
}

/// Values over the call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) average: f64,
    pub(crate) most: f64,
}

/// Takes the seconds of a call.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    seconds: Vec<Quality>,
    path: Option<MediaPath>,
    warnings: Vec<QualityWarning>,
    connect_ms: Option<u32>,
}

impl Figures {
    /// Takes what is new in a view of the call; says how many seconds there are.
    pub(crate) fn take(&mut self, view: &CallView) -> usize {
        self.path = view.path.or(self.path);
        self.connect_ms = view.setup_ms.or(self.connect_ms);
        for warning in &view.warnings {
            // Nothing is said into this call.
            if *warning != QualityWarning::ConstantAudioInputLevel && !self.warnings.contains(warning) {
                self.warnings.push(*warning);
            }
        }
        if let Some(quality) = view.quality.filter(|quality| self.seconds.last() != Some(quality)) {
            self.seconds.push(quality);
        }
        self.seconds.len()
    }

    /// Whether anything came.
    pub(crate) fn heard(&self) -> bool {
        self.seconds.last().is_some_and(|last| last.packets_received > 0)
    }

    /// What it comes to.
    pub(crate) fn sum_up(self, line: Option<LineKind>, registered: Duration) -> Preflight {
        let all = |value: fn(&Quality) -> Option<f64>| spread(self.seconds.iter().filter_map(value));
        let mos = all(|second| second.mos);
        let last = self.seconds.last();
        let (received, lost) = last.map_or((0, 0), |last| (last.packets_received, last.packets_lost));
        let expected = received + lost;
        Preflight {
            line,
            registered_ms: u64::try_from(registered.as_millis()).unwrap_or(u64::MAX),
            connect_ms: self.connect_ms,
            seconds: u32::try_from(self.seconds.len()).unwrap_or(u32::MAX),
            rtt_ms: all(|second| second.rtt_ms),
            jitter_ms: all(|second| (second.packets_received > 0).then_some(second.jitter_ms)),
            mos,
            loss_percent: if expected == 0 { 0.0 } else { rounded(100.0 * lost as f64 / expected as f64) },
            packets_sent: last.map_or(0, |last| last.packets_sent),
            packets_received: received,
            packets_lost: lost,
            path: self.path,
            relayed: self.path.map(|path| path.relayed),
            warnings: self.warnings,
            verdict: mos.map(|mos| QualityLabel::of_mos(mos.average)),
        }
    }
}

fn spread(values: impl Iterator<Item = f64>) -> Option<Spread> {
    let values: Vec<f64> = values.collect();
    let least = values.iter().copied().reduce(f64::min)?;
    let most = values.iter().copied().reduce(f64::max)?;
    let average = values.iter().sum::<f64>() / values.len() as f64;
    Some(Spread { least: rounded(least), average: rounded(average), most: rounded(most) })
}

/// Two decimals are more than any of these measures is worth.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Some lines for people.
impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spread = |values: Option<Spread>, unit: &str| match values {
            Some(Spread { least, average, most }) => format!("{average}{unit} ({least} to {most})"),
            None => "not known".to_owned(),
        };
        let connect = self.connect_ms.map_or("not known".to_owned(), |millis| format!("{millis} ms"));
        let verdict = match self.verdict {
            Some(QualityLabel::Excellent) => "excellent",
            Some(QualityLabel::VeryGood) => "very good",
            Some(QualityLabel::Good) => "good",
            Some(QualityLabel::Fair) => "fair",
            Some(QualityLabel::Poor) => "poor",
            None => "not known",
        };
        let path = match self.path {
            Some(MediaPath { local, remote, relayed }) => {
                let relayed = if relayed { "through a relay" } else { "without a relay" };
                format!("{} to {}, {relayed}", kind_in_words(local), kind_in_words(remote))
            }
            None => "not known".to_owned(),
        };
        writeln!(f, "Ready for calls after: {} ms", self.registered_ms)?;
        writeln!(f, "Call connected after:  {connect}")?;
        writeln!(f, "Round trip:            {}", spread(self.rtt_ms, " ms"))?;
        writeln!(f, "Jitter:                {}", spread(self.jitter_ms, " ms"))?;
        writeln!(f, "Lost:                  {} % ({} packets)", self.loss_percent, self.packets_lost)?;
        writeln!(f, "Score (MOS):           {}, {verdict}", spread(self.mos, ""))?;
        write!(f, "Way of the sound:      {path}")?;
        for warning in &self.warnings {
            write!(f, "\nNote: {}.", words_of_warning(*warning))?;
        }
        Ok(())
    }
}

fn kind_in_words(kind: CandidateKind) -> &'static str {
    match kind {
        CandidateKind::Host => "an own address",
        CandidateKind::ServerReflexive => "an address behind NAT",
        CandidateKind::PeerReflexive => "an address that only the other side sees",
        CandidateKind::Relay => "an address at a relay",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: u64, rtt_ms: Option<f64>, mos: Option<f64>) -> Quality {
        Quality {
            rtt_ms,
            jitter_ms: number as f64,
            loss_percent: 0.0,
            mos,
            label: None,
            packets_sent: number * 50,
            packets_received: number * 49,
            packets_lost: number,
        }
    }

    #[test]
    fn the_seconds_of_a_call_become_a_report() {
        let path = MediaPath { local: CandidateKind::Relay, remote: CandidateKind::Host, relayed: true };
        let seconds = vec![second(1, None, None), second(2, Some(40.0), Some(4.0)), second(3, Some(60.0), Some(4.2))];
        let warnings = vec![QualityWarning::HighJitter];
        let figures = Figures { seconds, path: Some(path), warnings, connect_ms: Some(310) };
        assert!(figures.heard());
        let report = figures.sum_up(Some(LineKind::Direct), Duration::from_millis(123));
        assert_eq!(report.rtt_ms, Some(Spread { least: 40.0, average: 50.0, most: 60.0 }));
        assert_eq!((report.loss_percent, report.packets_lost, report.verdict), (2.0, 3, Some(QualityLabel::VeryGood)));
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["path"]["local"], "relay");
        assert_eq!((&json["relayed"], &json["warnings"][0]), (&true.into(), &"high-jitter".into()));
        assert_eq!((&json["line"], &json["verdict"]), (&"direct".into(), &"veryGood".into()));
        let words = report.to_string();
        assert!(words.contains("50 ms (40 to 60)") && words.contains("through a relay"), "{words}");
        assert!(
            words.ends_with("Note: the network is uneven: the sound comes in more than 30 ms too early or too late.")
        );
    }

    #[test]
    fn a_call_in_which_nothing_came_has_no_figures() {
        let figures = Figures { seconds: vec![second(0, None, None)], ..Figures::default() };
        assert!(!figures.heard());
        let report = figures.sum_up(None, Duration::ZERO);
        assert_eq!((report.rtt_ms, report.jitter_ms, report.mos, report.verdict), (None, None, None, None));
        assert_eq!(report.loss_percent, 0.0);
    }
}
