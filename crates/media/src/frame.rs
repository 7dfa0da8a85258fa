//! The unit of audio and the container of a packet's bytes.

/// Samples a second inside the voice path.
pub const SAMPLE_RATE_HZ: u32 = 48_000;
/// Samples in a millisecond.
pub const SAMPLES_PER_MS: usize = 48;
/// Length of a [`Frame`] in milliseconds.
pub const FRAME_MS: u64 = 10;
/// Samples in a [`Frame`].
pub const FRAME_SAMPLES: usize = 480;

/// 10 ms of 48 kHz mono audio, full scale ±1.
pub type Frame = [f32; FRAME_SAMPLES];

/// A frame without sound.
pub const SILENCE: Frame = [0.0; FRAME_SAMPLES];

/// A packet's payload stored in place, so that the voice thread moves packets without allocating.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Payload<const CAPACITY: usize> {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl<const CAPACITY: usize> Payload<CAPACITY> {
    /// An empty payload.
    pub const EMPTY: Self = Self { bytes: [0; CAPACITY], length: 0 };

    /// A copy of `bytes`; `None` when they do not fit.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut payload = Self::EMPTY;
        payload.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        payload.length = bytes.len();
        Some(payload)
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Lets `write` fill the whole capacity and keeps as many bytes as it says.
    pub(crate) fn fill<E>(&mut self, write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        self.length = 0;
        self.length = write(&mut self.bytes)?.min(CAPACITY);
        Ok(())
    }
}

impl<const CAPACITY: usize> std::fmt::Debug for Payload<CAPACITY> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The bytes are somebody's voice.
        write!(f, "Payload({} bytes)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_keeps_what_fits_and_refuses_the_rest() {
        assert_eq!(Payload::<4>::new(&[1, 2, 3]).unwrap().as_slice(), [1, 2, 3]);
        assert_eq!(Payload::<4>::new(&[1, 2, 3, 4]).unwrap().as_slice(), [1, 2, 3, 4]);
        assert!(Payload::<4>::new(&[0; 5]).is_none());
        assert_eq!(format!("{:?}", Payload::<4>::new(&[7; 3]).unwrap()), "Payload(3 bytes)");
    }
}
