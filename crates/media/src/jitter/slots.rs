//! Received packets by sequence number, in storage that is allocated once.

use crate::Payload;

/// A received payload: Opus at its highest bitrate makes 1275 bytes of 20 ms (RFC 6716 §3.2.1).
pub type ReceivedPayload = Payload<1280>;

/// Packets kept at most: 2.56 s of 20 ms, beyond the 2 s after which the buffer starts afresh.
const SLOTS: usize = 128;

/// What a sequence number brought.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// Audio beginning at this extended timestamp, in samples at 48 kHz.
    Audio { timestamp: i64 },
    /// Something else of the same stream, such as a digit: nothing to play and nothing lost.
    Other,
}

#[derive(Clone)]
struct Slot {
    sequence: i64,
    content: Content,
    payload: ReceivedPayload,
}

pub(super) struct Slots {
    slots: Vec<Option<Slot>>,
    /// Highest sequence number stored since the last [`Self::clear`].
    highest: Option<i64>,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SLOTS], highest: None }
    }

    fn index(sequence: i64) -> usize {
        sequence.rem_euclid(SLOTS as i64) as usize
    }

    /// Stores a packet unless it is there already. One that is 128 older is overwritten.
    pub(super) fn insert(&mut self, sequence: i64, content: Content, payload: ReceivedPayload) -> bool {
        let slot = &mut self.slots[Self::index(sequence)];
        if slot.as_ref().is_some_and(|slot| slot.sequence >= sequence) {
            return false;
        }
        *slot = Some(Slot { sequence, content, payload });
        self.highest = Some(self.highest.map_or(sequence, |highest| highest.max(sequence)));
        true
    }

    /// The packet of a sequence number.
    pub(super) fn get(&self, sequence: i64) -> Option<(Content, &ReceivedPayload)> {
        let slot = self.slots[Self::index(sequence)].as_ref()?;
        (slot.sequence == sequence).then_some((slot.content, &slot.payload))
    }

    /// The first stored sequence number after `sequence`.
    pub(super) fn next_after(&self, sequence: i64) -> Option<i64> {
        let highest = self.highest?;
        (sequence + 1..=highest.min(sequence + SLOTS as i64)).find(|candidate| self.get(*candidate).is_some())
    }

    /// The lowest sequence number that is stored, with its timestamp if it is audio.
    pub(super) fn lowest(&self) -> Option<(i64, Content)> {
        self.slots.iter().flatten().map(|slot| (slot.sequence, slot.content)).min_by_key(|(sequence, _)| *sequence)
    }

    pub(super) fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| *slot = None);
        self.highest = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_stored_once_and_found_by_its_number() {
        let mut slots = Slots::new();
        let audio = Content::Audio { timestamp: 0 };
        assert!(slots.insert(5, audio, ReceivedPayload::EMPTY));
        assert!(!slots.insert(5, audio, ReceivedPayload::EMPTY));
        assert!(slots.insert(8, audio, ReceivedPayload::EMPTY));
        assert_eq!(slots.next_after(5), Some(8));
        assert_eq!(slots.next_after(8), None);
        assert!(slots.insert(5 + 128, audio, ReceivedPayload::EMPTY), "an old packet gives way");
        assert!(!slots.insert(5, audio, ReceivedPayload::EMPTY));
        assert!(slots.get(5).is_none());
    }
}
