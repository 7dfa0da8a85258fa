//! Where the next samples come from.

use super::{Content, JitterBuffer, RESTART_GAP};
use crate::{FRAME_SAMPLES, SAMPLES_PER_MS, SILENCE};

/// Samples over which made-up sound passes into the middle of a packet: 5 ms.
const BLEND: usize = 5 * SAMPLES_PER_MS;

impl JitterBuffer {
    /// Adds samples to `ready`, or steps over what holds none; repeated calls always come to samples.
    pub(super) fn fill(&mut self, now: i64) {
        match self.slots.get(self.next).map(|(content, _)| content) {
            Some(Content::Other) => {
                // Time passes under digits without audio.
                self.silent = true;
                self.next += 1;
            }
            Some(Content::Audio { timestamp }) if timestamp == self.end => {
                self.play(self.spare(now));
            }
            Some(Content::Audio { timestamp }) => self.after_pause(now, timestamp),
            None => self.missing(now),
        }
    }

    /// How much of the time that was made up is to be cut from what comes: none while the wait is shorter than it should
    /// be, for then the made-up time is what was wanted.
    fn spare(&self, now: i64) -> i64 {
        let wait = now + self.ready_length as i64 - self.estimate.base() - self.end;
        (wait - self.estimate.target()).clamp(0, self.stalled)
    }

    /// The sender was silent on purpose: no number is missing, but time is. Waits until the packet is due.
    fn after_pause(&mut self, now: i64, timestamp: i64) {
        let due = self.estimate.base() + timestamp + self.estimate.target();
        if timestamp > self.end && due - now - self.ready_length as i64 >= FRAME_SAMPLES as i64 {
            self.silent = true;
            self.conceal();
            return;
        }
        self.end = timestamp;
        self.stalled = 0;
        self.play(0);
    }

    /// The next packet is not here.
    fn missing(&mut self, now: i64) {
        let Some(found) = self.slots.next_after(self.next) else {
            self.conceal();
            return;
        };
        let Some((Content::Audio { timestamp }, payload)) = self.slots.get(found) else {
            self.next = found;
            return;
        };
        let missing = timestamp - self.end;
        let remaining = missing - self.stalled;
        if remaining <= 0 || missing > RESTART_GAP {
            self.next = found;
            self.end = timestamp;
            self.stalled = (self.stalled - missing).max(0);
            return;
        }
        let length = self.packet_samples;
        if remaining > length as i64 || !self.decoder.has_fec(payload.as_slice()) {
            self.conceal();
            return;
        }
        let payload = *payload;
        self.estimate.observe_loss();
        let remaining = (missing - self.spare(now)).min(length as i64);
        let skip = length - remaining as usize;
        self.prepare_blend(skip);
        if self.decoder.decode_fec(payload.as_slice(), &mut self.scratch[..length]).is_err() {
            self.counters.malformed += 1;
            self.scratch[..length].fill(0.0);
        }
        self.append(skip, length);
        self.counters.recovered_samples += remaining as u64;
        self.next = found;
        self.end = timestamp;
        self.stalled = 0;
    }

    /// Decodes the next packet and plays it from `skip` samples on.
    pub(super) fn play(&mut self, skip: i64) {
        let Some((_, payload)) = self.slots.get(self.next) else { return };
        let payload = *payload;
        let skip = skip as usize;
        self.prepare_blend(skip);
        match self.decoder.decode(payload.as_slice(), &mut self.scratch) {
            Ok(length) => {
                self.append(skip.min(length), length);
                self.packet_samples = length;
                self.end += length as i64;
                // What was made up beyond a whole packet cuts the next one.
                self.stalled = (skip - skip.min(length)) as i64;
                self.silent = self.decoder.is_silence_marker(payload.as_slice());
            }
            Err(_) => {
                // The packet was looked at when it came, so this is corruption inside it: as good as lost.
                self.counters.malformed += 1;
                self.end += self.packet_samples as i64;
                self.stalled -= self.packet_samples as i64;
                while self.stalled < 0 {
                    self.conceal();
                }
            }
        }
        self.next += 1;
    }

    /// Adds 10 ms of made-up sound.
    fn conceal(&mut self) {
        let mut frame = SILENCE;
        // After two seconds the stream has stopped, on hold perhaps, and noise would only be a riddle.
        if self.stalled < RESTART_GAP {
            if !self.noise.is_only_noise() && self.decoder.conceal(&mut frame).is_err() {
                frame = SILENCE;
            }
            self.noise.concealed(&mut frame);
        }
        let length = self.ready_length;
        self.ready[length..length + FRAME_SAMPLES].copy_from_slice(&frame);
        self.ready_length += FRAME_SAMPLES;
        self.stalled += FRAME_SAMPLES as i64;
        if !self.silent && self.stalled < RESTART_GAP {
            self.counters.concealed_samples += FRAME_SAMPLES as u64;
        }
    }

    /// Lets the sound run on behind `ready` so that [`Self::append`] can blend from it, when a packet is cut.
    fn prepare_blend(&mut self, skip: usize) {
        if skip == 0 {
            return;
        }
        let tail = &mut self.ready[self.ready_length..self.ready_length + FRAME_SAMPLES];
        if self.noise.is_only_noise() || self.decoder.conceal(tail).is_err() {
            tail.fill(0.0);
        }
    }

    /// Moves `scratch[skip..length]` to `ready`.
    fn append(&mut self, skip: usize, length: usize) {
        let decoded = &mut self.scratch[skip..length];
        if skip > 0 {
            let tail = &self.ready[self.ready_length..self.ready_length + BLEND];
            for (i, (sample, old)) in decoded.iter_mut().zip(tail).enumerate() {
                let weight = i as f32 / BLEND as f32;
                *sample = *sample * weight + old * (1.0 - weight);
            }
        }
        self.noise.real(decoded);
        self.ready[self.ready_length..self.ready_length + decoded.len()].copy_from_slice(decoded);
        self.ready_length += decoded.len();
    }
}
