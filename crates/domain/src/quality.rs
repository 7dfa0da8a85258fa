//! Call quality once a second, in the measures that Twilio's SDK uses.

use serde::{Deserialize, Serialize};

/// One second of a call, measured at this end.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct CallQuality {
    /// Round trip time in milliseconds, `None` until a report came back.
    pub rtt_ms: Option<f64>,
    /// Interarrival jitter (RFC 3550 §6.4.1) in milliseconds.
    pub jitter_ms: f64,
    /// Packets lost of those expected in this second, in percent.
    pub loss_percent: f64,
    /// Mean opinion score, 1 to 4.5; `None` until the round trip time is known and something was received.
    pub mos: Option<f64>,
    /// RTP packets sent since the call began.
    pub packets_sent: u64,
    /// RTP packets received since the call began.
    pub packets_received: u64,
    /// RTP packets lost on the way here since the call began.
    pub packets_lost: u64,
}

/// A score in plain words, without gaps between the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum QualityLabel {
    /// 4.2 and up.
    Excellent,
    /// 4.0 and up.
    VeryGood,
    /// 3.6 and up.
    Good,
    /// 3.1 and up.
    Fair,
    /// Below 3.1.
    Poor,
}

impl QualityLabel {
    /// The class of a score.
    pub fn of_mos(mos: f64) -> Self {
        match mos {
            _ if mos >= 4.2 => Self::Excellent,
            _ if mos >= 4.0 => Self::VeryGood,
            _ if mos >= 3.6 => Self::Good,
            _ if mos >= 3.1 => Self::Fair,
            _ => Self::Poor,
        }
    }
}

/// Something that is wrong with the sound of a call for some seconds, by the names of Twilio's SDK
/// (`lib/twilio/statsMonitor.ts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum QualityWarning {
    /// The round trip takes more than 400 ms.
    HighRtt,
    /// Packets come more than 30 ms unevenly.
    HighJitter,
    /// More than 1 % of the packets of a second are lost, again and again.
    HighPacketLoss,
    /// More than 3 % of the packets are lost, over seven seconds.
    HighPacketsLostFraction,
    /// The score is below 3.
    LowMos,
    /// Nothing comes.
    LowBytesReceived,
    /// Nothing goes out.
    LowBytesSent,
    /// The microphone gives the same level all the time, as one that is switched off.
    ConstantAudioInputLevel,
    /// There is no way through the network.
    IceConnectivityLost,
}

impl QualityWarning {
    /// Every one.
    pub const ALL: &'static [Self] = &[
        Self::HighRtt,
        Self::HighJitter,
        Self::HighPacketLoss,
        Self::HighPacketsLostFraction,
        Self::LowMos,
        Self::LowBytesReceived,
        Self::LowBytesSent,
        Self::ConstantAudioInputLevel,
        Self::IceConnectivityLost,
    ];

    /// The name in Twilio's SDK.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HighRtt => "high-rtt",
            Self::HighJitter => "high-jitter",
            Self::HighPacketLoss => "high-packet-loss",
            Self::HighPacketsLostFraction => "high-packets-lost-fraction",
            Self::LowMos => "low-mos",
            Self::LowBytesReceived => "low-bytes-received",
            Self::LowBytesSent => "low-bytes-sent",
            Self::ConstantAudioInputLevel => "constant-audio-input-level",
            Self::IceConnectivityLost => "ice-connectivity-lost",
        }
    }
}

/// Mean opinion score by the simplified E-model of Twilio's SDK (`lib/twilio/rtc/mos.ts`): round trip time and jitter
/// in milliseconds, loss in percent.
pub fn mos(rtt_ms: f64, jitter_ms: f64, loss_percent: f64) -> f64 {
    let effective = rtt_ms + 2.0 * jitter_ms + 10.0;
    let by_delay = match effective {
        _ if effective < 160.0 => 94.768 - effective / 40.0,
        _ if effective < 1000.0 => 94.768 - (effective - 120.0) / 10.0,
        _ => 0.0,
    };
    let r = if loss_percent <= by_delay / 2.5 { (by_delay - 2.5 * loss_percent).max(6.52) } else { 0.0 };
    1.0 + 0.035 * r + 0.000_007 * r * (r - 60.0) * (100.0 - r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_equal_those_of_twilios_sdk() {
        let cases = [
            ((1.0, 0.0, 0.0), 4.4329),
            ((100.0, 10.0, 0.0), 4.3744),
            ((100.0, 10.0, 1.0), 4.3142),
            ((200.0, 30.0, 3.0), 3.7015),
            ((400.0, 30.0, 5.0), 2.4322),
            ((1200.0, 0.0, 0.0), 1.0),
            ((50.0, 5.0, 40.0), 1.0),
        ];
        for ((rtt, jitter, loss), expected) in cases {
            assert!(
                (mos(rtt, jitter, loss) - expected).abs() < 0.0001,
                "{rtt} {jitter} {loss}: {}",
                mos(rtt, jitter, loss)
            );
        }
    }
}
