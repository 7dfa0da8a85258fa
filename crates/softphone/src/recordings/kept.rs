//! The recordings that were heard last.

use mobilecall_domain::CallId;
use mobilecall_media::recording::Recording;
use std::collections::VecDeque;

/// Bytes of them all: about two hours.
const MOST_BYTES: usize = 64 << 20;

/// Recordings by their calls, the one that was wanted last at the end.
#[derive(Default)]
pub(crate) struct Kept(VecDeque<(CallId, Recording)>);

impl Kept {
    pub(crate) fn get(&mut self, call: CallId) -> Option<Recording> {
        let at = self.0.iter().position(|(known, _)| *known == call)?;
        let found = self.0.remove(at)?;
        let recording = found.1.clone();
        self.0.push_back(found);
        Some(recording)
    }

    /// Those that were wanted least lately make room.
    pub(crate) fn put(&mut self, call: CallId, recording: Recording) {
        self.forget(call);
        self.0.push_back((call, recording));
        let mut bytes: usize = self.0.iter().map(|(_, recording)| recording.bytes().len()).sum();
        while bytes > MOST_BYTES {
            let Some((_, oldest)) = self.0.pop_front() else { return };
            bytes -= oldest.bytes().len();
        }
    }

    pub(crate) fn forget(&mut self, call: CallId) {
        self.0.retain(|(known, _)| *known != call);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sound_of_seconds;

    #[test]
    fn those_that_were_wanted_last_are_kept() {
        // Ten minutes at 16 kHz are some 19 MB: three of them have room.
        let recording = Recording::read(sound_of_seconds(600, 16_000)).unwrap();
        let calls: [CallId; 4] = std::array::from_fn(|_| CallId::generate());
        let mut kept = Kept::default();
        for call in &calls[..3] {
            kept.put(*call, recording.clone());
        }
        assert!(kept.get(calls[0]).is_some());
        kept.put(calls[3], recording.clone());
        let known = calls.map(|call| kept.get(call).is_some());
        assert_eq!(known, [true, false, true, true]);
        kept.forget(calls[0]);
        assert!(kept.get(calls[0]).is_none());
    }
}
