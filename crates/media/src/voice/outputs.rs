//! What a voice thread sends, and where to.

use super::path::OutgoingPacket;
use mobilecall_domain::DtmfDigit;
use tokio::sync::mpsc;

/// Something the engine wants to know of as it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceEvent {
    /// The far end pressed a key.
    DigitReceived(DtmfDigit),
    /// Sound from the far end was played for the first time.
    FirstAudio,
}

/// Where a voice thread sends what it makes. Both are bounded; what does not fit is dropped and counted.
pub struct VoiceOutputs {
    /// Packets for the network. 16 hold a third of a second; more would only be late.
    pub packets: mpsc::Sender<OutgoingPacket>,
    /// Events.
    pub events: mpsc::Sender<VoiceEvent>,
}
