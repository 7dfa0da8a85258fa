//! Several sounds on one speaker: each has a ring of its own, the device's callback adds them up.
//!
//! [`Mixer`] runs inside the callback: it neither blocks, locks, logs nor allocates. Sounds reach it and leave it through
//! rings, so that whatever has to be freed is freed by [`MixerControl`], outside.

use crate::callback::Misses;
use cpal::{FromSample, Sample};
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Sounds at the same time: more than anybody can tell apart.
const MOST_INPUTS: usize = 16;
/// Frames that are added up at once.
const BLOCK: usize = 256;

/// One sound on its way to the speaker.
#[derive(Debug)]
struct Input {
    ring: Consumer<f32>,
    misses: Arc<Misses>,
    open: Arc<AtomicBool>,
}

/// The callback's side.
#[derive(Debug)]
pub struct Mixer {
    inputs: [Option<Input>; MOST_INPUTS],
    arrivals: Consumer<Input>,
    retired: Producer<Input>,
    channels: usize,
    block: [f32; BLOCK],
}

/// The side of those who have something to play.
#[derive(Debug)]
pub struct MixerControl {
    arrivals: Producer<Input>,
    retired: Consumer<Input>,
    /// Sounds that are in the mixer or on their way to or from it.
    known: usize,
}

/// A sound in the mixer; it is taken out when this is dropped.
#[derive(Debug)]
pub struct MixedInput(Arc<AtomicBool>);

impl Drop for MixedInput {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// A mixer for a device with `channels` interleaved channels, at least one, and its control.
pub fn mixer(channels: u16) -> (MixerControl, Mixer) {
    let (arriving, arrivals) = RingBuffer::new(MOST_INPUTS);
    let (retired, retiring) = RingBuffer::new(MOST_INPUTS);
    let control = MixerControl { arrivals: arriving, retired: retiring, known: 0 };
    let channels = usize::from(channels.max(1));
    let mixer = Mixer { inputs: [const { None }; MOST_INPUTS], arrivals, retired, channels, block: [0.0; BLOCK] };
    (control, mixer)
}

impl MixerControl {
    /// Adds a sound, unless there are too many already.
    pub fn add(&mut self, ring: Consumer<f32>, misses: Arc<Misses>) -> Option<MixedInput> {
        while self.retired.pop().is_ok() {
            self.known -= 1;
        }
        if self.known == MOST_INPUTS {
            return None;
        }
        let open = Arc::new(AtomicBool::new(true));
        self.arrivals.push(Input { ring, misses, open: Arc::clone(&open) }).ok()?;
        self.known += 1;
        Some(MixedInput(open))
    }
}

impl Mixer {
    /// Fills the device's buffer with the sum of all sounds, the same on every channel. Where a sound has nothing ready
    /// it is silent, which is counted.
    pub fn fill<T>(&mut self, interleaved: &mut [T])
    where
        T: Sample + FromSample<f32>,
    {
        self.retire();
        self.admit();
        for output in interleaved.chunks_mut(BLOCK * self.channels) {
            self.mix(output.len() / self.channels);
            let mut frames = output.chunks_exact_mut(self.channels);
            for (frame, sample) in frames.by_ref().zip(&self.block) {
                // Two loud sounds together are more than a device can play.
                frame.fill(T::from_sample(sample.clamp(-1.0, 1.0)));
            }
            frames.into_remainder().fill(T::EQUILIBRIUM);
        }
    }

    fn retire(&mut self) {
        for slot in &mut self.inputs {
            let Some(ended) = slot.take_if(|input| !input.open.load(Ordering::Acquire)) else { continue };
            // As many places as there are sounds; what finds none stays for the next time.
            if let Err(rtrb::PushError::Full(ended)) = self.retired.push(ended) {
                *slot = Some(ended);
            }
        }
    }

    fn admit(&mut self) {
        for slot in self.inputs.iter_mut().filter(|slot| slot.is_none()) {
            let Ok(input) = self.arrivals.pop() else { return };
            *slot = Some(input);
        }
    }

    fn mix(&mut self, frames: usize) {
        let block = &mut self.block[..frames];
        block.fill(0.0);
        for input in self.inputs.iter_mut().flatten().filter(|input| input.open.load(Ordering::Acquire)) {
            let ready = frames.min(input.ring.slots());
            if let Ok(chunk) = input.ring.read_chunk(ready) {
                for (sum, sample) in block.iter_mut().zip(chunk) {
                    *sum += sample;
                }
            }
            input.misses.add(frames - ready);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playing(control: &mut MixerControl, samples: &[f32]) -> (Producer<f32>, Option<MixedInput>, Arc<Misses>) {
        let (mut producer, consumer) = RingBuffer::new(64);
        samples.iter().for_each(|sample| producer.push(*sample).unwrap());
        let misses = Arc::new(Misses::default());
        let input = control.add(consumer, Arc::clone(&misses));
        (producer, input, misses)
    }

    #[test]
    fn sounds_are_added_up_and_silence_is_counted_for_each() {
        let (mut control, mut mixer) = mixer(2);
        let (_first, one, first_misses) = playing(&mut control, &[0.25, 0.25, 0.75]);
        let (_second, two, second_misses) = playing(&mut control, &[0.5]);
        let mut buffer = [9.0_f32; 9];
        mixer.fill(&mut buffer);
        assert_eq!(buffer, [0.75, 0.75, 0.25, 0.25, 0.75, 0.75, 0.0, 0.0, 0.0]);
        assert_eq!((first_misses.samples(), second_misses.samples()), (1, 3));
        drop((one, two));
    }

    #[test]
    fn too_loud_is_as_loud_as_can_be() {
        let (mut control, mut mixer) = mixer(1);
        let _both = [playing(&mut control, &[0.75]), playing(&mut control, &[0.75])];
        let mut buffer = [0_i16; 1];
        mixer.fill(&mut buffer);
        assert_eq!(buffer, [i16::MAX]);
    }

    #[test]
    fn a_sound_that_ended_makes_room_and_is_freed_outside() {
        let (mut control, mut mixer) = mixer(1);
        let mut places: Vec<_> = (0..MOST_INPUTS).map(|_| playing(&mut control, &[0.0625])).collect();
        assert!(playing(&mut control, &[]).1.is_none(), "the mixer is full");
        let mut buffer = [0.0_f32; 1];
        mixer.fill(&mut buffer);
        assert_eq!(buffer, [1.0]);
        let (producer, input, _) = places.pop().unwrap();
        drop(input);
        mixer.fill(&mut buffer);
        assert!(!producer.is_abandoned(), "the callback frees nothing");
        let (_more, again, _) = playing(&mut control, &[0.5]);
        assert!(again.is_some() && producer.is_abandoned());
        mixer.fill(&mut buffer);
        assert_eq!(buffer, [0.5]);
    }

    #[test]
    fn blocks_of_any_length_are_filled() {
        let (mut control, mut mixer) = mixer(3);
        let (mut producer, consumer) = RingBuffer::new(2_000);
        let _input = control.add(consumer, Arc::default());
        for frames in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            (0..frames).for_each(|n| producer.push(n as f32 / 1_000.0).unwrap());
            let mut buffer = vec![9.0_f32; frames * 3];
            mixer.fill(&mut buffer);
            let expected: Vec<f32> = (0..frames * 3).map(|n| (n / 3) as f32 / 1_000.0).collect();
            assert_eq!(buffer, expected);
        }
    }
}
