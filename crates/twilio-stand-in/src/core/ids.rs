//! Identifiers and secrets that Twilio makes.

use rand::Rng as _;

/// Where 128 bits come from that were never there before; tests count.
pub(crate) trait IdSource: Send {
    fn bits(&mut self) -> u128;
}

/// From the system's randomness.
pub(crate) struct RandomIds;

impl IdSource for RandomIds {
    fn bits(&mut self) -> u128 {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        u128::from_ne_bytes(bytes)
    }
}

/// 1, 2, 3…
#[cfg(test)]
pub(crate) struct Counted(pub(crate) u128);

#[cfg(test)]
impl IdSource for Counted {
    fn bits(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}
