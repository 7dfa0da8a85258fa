//! Faster and slower speech with its own pitch: overlap-add of blocks that begin where they are most alike (WSOLA;
//! Verhelst and Roelands, "An overlap-add technique based on waveform similarity", 1993).

use super::reader::Reader;

/// Length of a block: two periods of a low voice.
const BLOCK_MS: u32 = 20;
/// How far from its place a block may begin: a period of a low voice.
const SEARCH_MS: u32 = 10;
/// The search begins with steps of this many samples for each 8000 Hz of the rate.
const STEP_RATE_HZ: u32 = 8_000;

pub(super) struct Stretch {
    block: usize,
    search: usize,
    step: usize,
    speed: f64,
    /// What was read and is still needed.
    input: Vec<f32>,
    /// Which sample of the recording the first of these is.
    first: u64,
    /// Where the sound would go on by itself after the last block.
    natural: u64,
    /// Where the next block belongs by the speed.
    due: f64,
    /// The block that is being handed out.
    ready: Vec<f32>,
    taken: usize,
}

impl Stretch {
    pub(super) fn new(rate_hz: u32) -> Self {
        let samples = |milliseconds: u32| (rate_hz * milliseconds / 1_000).max(1) as usize;
        Self {
            block: samples(BLOCK_MS),
            search: samples(SEARCH_MS),
            step: (rate_hz / STEP_RATE_HZ).max(1) as usize,
            speed: 1.0,
            input: Vec::new(),
            first: 0,
            natural: 0,
            due: 0.0,
            ready: Vec::new(),
            taken: 0,
        }
    }

    /// From the next block on.
    pub(super) fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
    }

    /// The reader is at this sample now.
    pub(super) fn start_at(&mut self, sample: u64) {
        self.input.clear();
        self.ready.clear();
        self.taken = 0;
        (self.first, self.natural, self.due) = (sample, sample, sample as f64);
    }

    /// Which sample of the recording is heard next.
    pub(super) fn position(&self) -> u64 {
        let waiting = (self.ready.len() - self.taken) as f64 * self.speed;
        (self.due - waiting).max(0.0) as u64
    }

    /// Fills `output` as far as the recording goes, and says how far.
    pub(super) fn fill(&mut self, reader: &mut Reader, output: &mut [f32]) -> usize {
        let mut filled = 0;
        while filled < output.len() {
            if self.taken == self.ready.len() && !self.next_block(reader) {
                break;
            }
            let part = (self.ready.len() - self.taken).min(output.len() - filled);
            output[filled..filled + part].copy_from_slice(&self.ready[self.taken..self.taken + part]);
            (self.taken, filled) = (self.taken + part, filled + part);
        }
        filled
    }

    /// `false` at the end.
    fn next_block(&mut self, reader: &mut Reader) -> bool {
        self.ready.clear();
        self.taken = 0;
        if self.speed == 1.0 {
            self.due = self.natural as f64;
        }
        let due = self.due as u64;
        let end = self.natural.max(due + self.search as u64) + self.block as u64;
        let wanted = (end - self.first) as usize;
        let missing = wanted.saturating_sub(self.input.len());
        reader.read(&mut self.input, missing);
        if self.input.len() < wanted {
            return self.rest();
        }
        let natural = (self.natural - self.first) as usize;
        let begin = if self.speed == 1.0 { natural } else { self.most_alike(natural, (due - self.first) as usize) };
        let (from, to) = (&self.input[natural..natural + self.block], &self.input[begin..begin + self.block]);
        let blend = |(at, (from, to)): (usize, (&f32, &f32))| from + (to - from) * (at as f32 / self.block as f32);
        self.ready.extend(from.iter().zip(to).enumerate().map(blend));
        self.natural = self.first + (begin + self.block) as u64;
        self.due += self.block as f64 * self.speed;
        self.forget();
        true
    }

    /// What is left is shorter than what blocks need, and is heard as it is.
    fn rest(&mut self) -> bool {
        let natural = usize::try_from(self.natural - self.first).unwrap_or(usize::MAX).min(self.input.len());
        self.ready.extend_from_slice(&self.input[natural..]);
        self.first += self.input.len() as u64;
        self.input.clear();
        self.natural = self.first;
        self.due = self.first as f64;
        !self.ready.is_empty()
    }

    /// Where near `due` the sound is most like the one at `natural`.
    fn most_alike(&self, natural: usize, due: usize) -> usize {
        let (least, most) = (due.saturating_sub(self.search), due + self.search);
        let likeness = |begin: usize, step: usize| self.likeness(natural, begin, step);
        let best = |places: &mut dyn Iterator<Item = usize>, step: usize| {
            places.max_by(|one, other| likeness(*one, step).total_cmp(&likeness(*other, step))).unwrap_or(due)
        };
        let coarse = best(&mut (least..=most).step_by(self.step), self.step);
        let (first, last) = (coarse.saturating_sub(self.step - 1).max(least), (coarse + self.step - 1).min(most));
        best(&mut (first..=last), 1)
    }

    /// Normalized correlation of two blocks, -1 to 1.
    fn likeness(&self, one: usize, other: usize, step: usize) -> f32 {
        let pairs = self.input[one..one + self.block].iter().zip(&self.input[other..other + self.block]);
        let (mut product, mut first, mut second) = (0.0, 1e-9, 1e-9);
        for (a, b) in pairs.step_by(step) {
            product += a * b;
            first += a * a;
            second += b * b;
        }
        product / f32::sqrt(first * second)
    }

    /// Drops what no later block can begin with.
    fn forget(&mut self) {
        let earliest = self.natural.min((self.due as u64).saturating_sub(self.search as u64));
        let unneeded = usize::try_from(earliest.saturating_sub(self.first)).unwrap_or(0).min(self.input.len());
        self.input.drain(..unneeded);
        self.first += unneeded as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::super::sounds::{crossings, voice, wav};
    use super::*;

    const RATE_HZ: u32 = 16_000;

    fn stretched(sound: &[f32], speed: f64) -> Vec<f32> {
        let mut reader = Reader::open(wav(RATE_HZ, &[sound.to_vec()])).unwrap();
        let mut stretch = Stretch::new(RATE_HZ);
        stretch.set_speed(speed);
        let (mut whole, mut part) = (Vec::new(), [0.0; 160]);
        loop {
            match stretch.fill(&mut reader, &mut part) {
                0 => return whole,
                filled => whole.extend_from_slice(&part[..filled]),
            }
        }
    }

    #[test]
    fn at_its_own_speed_sound_is_left_as_it_is() {
        let sound = voice(RATE_HZ, 150.0, 10_000);
        let heard = stretched(&sound, 1.0);
        assert_eq!(heard.len(), sound.len());
        assert!(sound.iter().zip(&heard).all(|(one, other)| (one - other).abs() < 1e-4));
    }

    #[test]
    fn a_voice_keeps_its_pitch_and_makes_no_clicks_at_any_speed() {
        let step = |samples: &[f32]| samples.windows(2).map(|w| (w[0] - w[1]).abs()).fold(0.0, f32::max);
        for hertz in [110.0, 180.0, 320.0] {
            let sound = voice(RATE_HZ, hertz, 32_000);
            for speed in [0.5, 0.75, 1.25, 1.5, 2.0] {
                let heard = stretched(&sound, speed);
                let expected = sound.len() as f64 / speed;
                let off = (heard.len() as f64 - expected).abs();
                assert!(off < 0.08 * f64::from(RATE_HZ), "{hertz} Hz, {speed}: {} for {expected}", heard.len());
                let pitch = crossings(&heard) as f32 * RATE_HZ as f32 / heard.len() as f32;
                assert!((pitch / hertz - 1.0).abs() < 0.03, "{hertz} Hz, {speed}: {pitch} Hz");
                assert!(step(&heard) < 1.3 * step(&sound), "{hertz} Hz, {speed}: a click");
            }
        }
    }
}
