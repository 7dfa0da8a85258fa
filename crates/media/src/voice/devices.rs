//! The ends of the sound devices' rings, as the voice thread sees them.

use super::resample::{FromDevice, ToDevice};
use crate::{Frame, SAMPLE_RATE_HZ};
use rtrb::{Consumer, Producer, RingBuffer};
use rubato::ResamplerConstructionError;
use std::time::Duration;

/// Sound devices, each of which may be replaced by itself.
pub struct VoiceDevices {
    /// Where the user speaks.
    pub microphone: Microphone,
    /// Where the user listens.
    pub speaker: Speaker,
}

/// The reading end of a microphone's ring. While the other end is gone or silent, silence is sent.
pub struct Microphone {
    /// Mono samples.
    pub samples: Consumer<f32>,
    /// Their rate.
    pub rate_hz: u32,
}

/// The writing end of a speaker's ring. While the other end is gone or takes nothing, what would be played is dropped.
pub struct Speaker {
    /// Mono samples.
    pub samples: Producer<f32>,
    /// Their rate.
    pub rate_hz: u32,
}

impl Microphone {
    /// Stands for one that is not there.
    pub fn none() -> Self {
        Self { samples: RingBuffer::new(1).1, rate_hz: SAMPLE_RATE_HZ }
    }
}

impl Speaker {
    /// Stands for one that is not there.
    pub fn none() -> Self {
        Self { samples: RingBuffer::new(1).0, rate_hz: SAMPLE_RATE_HZ }
    }
}

/// A ring that nobody used for this long belongs to a device that has stopped.
const STOPPED: Duration = Duration::from_millis(150);

pub(super) struct Devices {
    pub(super) capture: Box<CapturePath>,
    pub(super) playout: Box<PlayoutPath>,
}

impl Devices {
    /// Allocates everything that the devices will need.
    pub(super) fn new(devices: VoiceDevices, now: Duration) -> Result<Self, ResamplerConstructionError> {
        Ok(Self {
            capture: Box::new(CapturePath::new(devices.microphone, now)?),
            playout: Box::new(PlayoutPath::new(devices.speaker, now)?),
        })
    }
}

/// What the microphone has.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Captured {
    /// A frame.
    Frame,
    /// Nothing yet.
    Nothing,
    /// This many frames were lost; ask again.
    Lost(u32),
}

pub(super) struct CapturePath {
    ring: Consumer<f32>,
    resampler: FromDevice,
    /// Until when sound was taken.
    until: Duration,
    stopped: bool,
}

impl CapturePath {
    pub(super) fn new(microphone: Microphone, now: Duration) -> Result<Self, ResamplerConstructionError> {
        let resampler = FromDevice::new(microphone.rate_hz)?;
        Ok(Self { ring: microphone.samples, resampler, until: now, stopped: false })
    }

    /// The next 10 ms: of the microphone, or silence by the clock where there is none. Whatever has gathered is taken at
    /// once, so that nothing waits in the ring and nothing is lost; far ends are made for packets that come in bursts.
    pub(super) fn next(&mut self, now: Duration, frame: &mut Frame) -> Captured {
        let input = self.resampler.input();
        if self.ring.slots() >= input.len() {
            let until = std::mem::replace(&mut self.until, now);
            if std::mem::take(&mut self.stopped) {
                // Silence by the clock lagged behind it; the stream's clock catches up.
                return Captured::Lost(now.saturating_sub(until).as_millis() as u32 / 10);
            }
            self.ring.pop_entire_slice(input).expect("that many samples were there");
            self.resampler.frame(frame);
            return Captured::Frame;
        }
        let allowed = if self.ring.is_abandoned() { Duration::from_millis(10) } else { STOPPED };
        if now.saturating_sub(self.until) < allowed {
            return Captured::Nothing;
        }
        self.stopped = true;
        self.until += Duration::from_millis(10);
        frame.fill(0.0);
        Captured::Frame
    }
}

pub(super) struct PlayoutPath {
    ring: Producer<f32>,
    capacity: usize,
    rate_hz: u32,
    resampler: ToDevice,
    /// Samples in the ring when it was last written.
    fill: usize,
    demand: Demand,
    /// When the device last took something, or found nothing.
    used: Duration,
    /// Until when frames were dropped because nobody takes them.
    until: Duration,
}

impl PlayoutPath {
    pub(super) fn new(speaker: Speaker, now: Duration) -> Result<Self, ResamplerConstructionError> {
        Ok(Self {
            capacity: speaker.samples.buffer().capacity(),
            ring: speaker.samples,
            rate_hz: speaker.rate_hz,
            resampler: ToDevice::new(speaker.rate_hz)?,
            fill: 0,
            demand: Demand::new(now),
            used: now,
            until: now,
        })
    }

    /// Watches the device; call it once before [`Self::wants_frame`] in every round.
    pub(super) fn observe(&mut self, now: Duration) {
        let fill = self.capacity - self.ring.slots();
        let taken = self.fill.saturating_sub(fill);
        self.fill = fill;
        if taken > 0 {
            self.used = now;
            self.until = now;
        } else if fill == 0 {
            // There was nothing to take: that says nothing of the device.
            self.used = now;
        }
        self.demand.observe(taken, now);
    }

    /// Whether the next frame is due: the ring holds less than the device takes at once, and 10 ms.
    pub(super) fn wants_frame(&mut self, now: Duration) -> bool {
        if self.is_stopped(now) {
            return now.saturating_sub(self.until) >= Duration::from_millis(10);
        }
        let frame = self.rate_hz as usize / 100;
        // Room for a frame that resampling made a little longer.
        let room = self.capacity - self.fill > frame + 16;
        room && self.fill < self.demand.at_once().max(frame) + frame
    }

    /// Takes the frame that was due.
    pub(super) fn push(&mut self, frame: &Frame, now: Duration) {
        if self.is_stopped(now) {
            self.until += Duration::from_millis(10);
            return;
        }
        let samples = self.resampler.samples(frame);
        let (written, _) = self.ring.push_partial_slice(samples);
        self.fill += written.len();
    }

    fn is_stopped(&self, now: Duration) -> bool {
        self.ring.is_abandoned() || now.saturating_sub(self.used) >= STOPPED
    }
}

/// How many samples the device takes at once. A hiccup is not a habit: what counts is the third largest of the last five
/// to ten seconds, for every change of it shifts the call's sound by as much.
struct Demand {
    /// The three largest of this window, largest first.
    largest: [usize; 3],
    before: usize,
    since: Duration,
}

impl Demand {
    const WINDOW: Duration = Duration::from_secs(5);

    fn new(now: Duration) -> Self {
        Self { largest: [0; 3], before: 0, since: now }
    }

    fn observe(&mut self, taken: usize, now: Duration) {
        if let Some(rank) = self.largest.iter().position(|larger| taken > *larger) {
            self.largest[rank..].rotate_right(1);
            self.largest[rank] = taken;
        }
        if now.saturating_sub(self.since) >= Self::WINDOW {
            [_, _, self.before] = std::mem::take(&mut self.largest);
            self.since = now;
        }
    }

    fn at_once(&self) -> usize {
        self.before.max(self.largest[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays what is due; how many samples wait for the device then.
    fn play(path: &mut PlayoutPath, waiting: &Consumer<f32>, at_ms: u64) -> usize {
        let now = Duration::from_millis(at_ms);
        path.observe(now);
        while path.wants_frame(now) {
            path.push(&[0.5; crate::FRAME_SAMPLES], now);
        }
        waiting.slots()
    }

    #[test]
    fn a_speaker_that_was_handed_over_late_is_played_to() {
        let (samples, mut waiting) = RingBuffer::new(5_760);
        let mut path = PlayoutPath::new(Speaker { samples, rate_hz: SAMPLE_RATE_HZ }, Duration::ZERO).unwrap();
        // On a busy machine the thread first sees it long after it was opened.
        assert_eq!(play(&mut path, &waiting, 400), 960);
        // It stops, and what is due by the clock is dropped.
        assert_eq!(play(&mut path, &waiting, 600), 960);
        waiting.read_chunk(960).unwrap().commit_all();
        assert_eq!(play(&mut path, &waiting, 900), 960, "it goes on");
        assert_eq!(play(&mut path, &waiting, 1_300), 960);
    }

    #[test]
    fn habits_count_and_hiccups_do_not() {
        let mut demand = Demand::new(Duration::ZERO);
        let mut at = 0;
        let mut take = |demand: &mut Demand, samples: usize| {
            at += 10;
            demand.observe(samples, Duration::from_millis(at));
            demand.at_once()
        };
        for _ in 0..100 {
            take(&mut demand, 480);
        }
        assert_eq!(take(&mut demand, 2_400), 480, "once");
        assert_eq!(take(&mut demand, 2_400), 480, "twice");
        assert_eq!(take(&mut demand, 2_400), 2_400, "a habit");
        for _ in 0..900 {
            take(&mut demand, 480);
        }
        assert_eq!(demand.at_once(), 480, "forgotten after two windows");
    }
}
