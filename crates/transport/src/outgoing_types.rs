//! Payload types of packets on their way through the stack.
//!
//! The stack lets only the payload types of its own session description pass, and that description is not the one that
//! the two sides negotiated. So packets pass it under [`INNER_PAYLOAD_TYPE`](crate::sdp::stack::INNER_PAYLOAD_TYPE), and
//! their own types wait here, by sequence number, until the tap sees them come out. Tried before and worse: the stack's
//! codecs are fixed before anything is negotiated, so they cannot be the real ones; its attributes of packets are for
//! interceptors and cannot be given with a write; and a header field that is otherwise unused would reach the wire if
//! the tap ever missed a packet.

use std::sync::atomic::{AtomicU32, Ordering};

/// Sequence numbers that are told apart. The stack's queue holds 256 packets, and one that comes more than 60 behind
/// the highest is of no use to the receiver.
const SLOTS: usize = 1024;
/// Nothing was noted yet; no sequence number and payload type make it.
const EMPTY: u32 = u32::MAX;

/// Takes no lock and allocates once.
pub(crate) struct OutgoingTypes(Box<[AtomicU32]>);

impl OutgoingTypes {
    pub(crate) fn new() -> Self {
        Self((0..SLOTS).map(|_| AtomicU32::new(EMPTY)).collect())
    }

    /// Before the packet enters the stack.
    pub(crate) fn note(&self, sequence: u16, payload_type: u8) {
        let entry = (u32::from(sequence) << 8) | u32::from(payload_type);
        self.slot(sequence).store(entry, Ordering::Release);
    }

    /// When it comes out; `None` if nothing was noted under this number, or too long ago.
    pub(crate) fn take(&self, sequence: u16) -> Option<u8> {
        let [_, high, low, payload_type] = self.slot(sequence).swap(EMPTY, Ordering::AcqRel).to_be_bytes();
        let ours = u16::from_be_bytes([high, low]) == sequence && payload_type <= 0x7f;
        ours.then_some(payload_type)
    }

    fn slot(&self, sequence: u16) -> &AtomicU32 {
        &self.0[usize::from(sequence) % SLOTS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_has_its_own_type_in_any_order_and_around_the_wrap() {
        let types = OutgoingTypes::new();
        let noted = [(65_500, 111), (65_535, 110), (0, 111), (40, 0), (3, 127)];
        for (sequence, payload_type) in noted {
            types.note(sequence, payload_type);
        }
        for (sequence, payload_type) in noted.into_iter().rev() {
            assert_eq!(types.take(sequence), Some(payload_type));
            assert_eq!(types.take(sequence), None, "taken once");
        }
    }

    #[test]
    fn a_type_is_never_taken_for_another_packets() {
        let types = OutgoingTypes::new();
        assert_eq!(types.take(0), None);
        assert_eq!(types.take(u16::MAX), None);
        types.note(7, 111);
        types.note(7 + SLOTS as u16, 110);
        assert_eq!(types.take(7), None, "too long ago");
        types.note(7, 111);
        assert_eq!(types.take(7 + SLOTS as u16), None);
    }
}
