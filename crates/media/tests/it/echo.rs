//! Echo cancelling, noise suppression and gain control, judged on sound from arithmetic.

use crate::speech::{Random, Speech};
use mobilecall_media::apm::{AudioProcessor, Processing};
use mobilecall_media::{FRAME_SAMPLES, Frame, SILENCE};

/// A room: the speaker's sound reaches the microphone after 40 ms, 6 dB quieter, with 60 ms of decaying reflections.
struct Room {
    response: Vec<(usize, f32)>,
    played: Vec<f32>,
}

impl Room {
    fn new() -> Self {
        let mut random = Random(99);
        let direct = (1_920, 0.5);
        let reflections = (0..60).map(|n| {
            let delay = 1_920 + (random.next() * 2_880.0) as usize;
            (delay, 0.08 * (1.0 - 2.0 * random.next()) * (-(n as f32) / 25.0).exp())
        });
        Self { response: std::iter::once(direct).chain(reflections).collect(), played: vec![0.0; 4_800] }
    }

    /// What the microphone hears of what is played.
    fn echo(&mut self, frame: &Frame) -> Frame {
        self.played.extend_from_slice(frame);
        let start = self.played.len() - FRAME_SAMPLES;
        let echo = std::array::from_fn(|i| {
            self.response.iter().map(|(delay, gain)| self.played[start + i - delay] * gain).sum::<f32>()
        });
        let surplus = self.played.len() - 4_800;
        self.played.drain(..surplus);
        echo
    }
}

fn power(frames: &[Frame]) -> f32 {
    frames.iter().flatten().map(|s| s * s).sum::<f32>() / (frames.len() * FRAME_SAMPLES) as f32 + 1e-12
}

fn db(ratio: f32) -> f32 {
    10.0 * ratio.log10()
}

#[test]
fn echo_is_taken_out_and_the_talker_is_not() {
    let only_echo = Processing { noise_suppression: false, gain_control: false, ..Processing::ALL };
    let mut processor = AudioProcessor::new(only_echo);
    let (mut far, mut near, mut room) = (Speech::new(21), Speech::new(22), Room::new());
    let (mut heard, mut sent, mut spoken) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..1_600 {
        let playing = if n < 1_200 { far.frame() } else { SILENCE };
        let talking = if n < 1_200 { SILENCE } else { near.frame() };
        let echo = room.echo(&playing);
        let mut frame: Frame = std::array::from_fn(|i| echo[i] + talking[i]);
        heard.push(frame);
        spoken.push(talking);
        processor.played(&playing);
        processor.captured(&mut frame);
        sent.push(frame);
    }
    let reduction = db(power(&heard[500..1_200]) / power(&sent[500..1_200]));
    assert!(reduction > 25.0, "echo return loss enhancement of {reduction} dB after 5 s");
    let kept = db(power(&sent[1_250..]) / power(&spoken[1_250..]));
    assert!((-4.0..2.0).contains(&kept), "the talker's level changed by {kept} dB");
}

#[test]
fn steady_noise_becomes_quieter() {
    let only_noise = Processing { noise_suppression: true, ..Processing::NONE };
    let mut processor = AudioProcessor::new(only_noise);
    let mut random = Random(5);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        let mut frame: Frame = std::array::from_fn(|_| (random.next() - 0.5) * 0.02);
        before.push(frame);
        processor.played(&SILENCE);
        processor.captured(&mut frame);
        after.push(frame);
    }
    let reduction = db(power(&before[300..]) / power(&after[300..]));
    assert!(reduction > 8.0, "{reduction} dB");
}

#[test]
fn quiet_talkers_become_louder_and_loud_ones_stay_whole() {
    let only_gain = Processing { gain_control: true, ..Processing::NONE };
    for (scale, least, most) in [(0.05, 6.0, 40.0), (1.0, -6.0, 8.0)] {
        let mut processor = AudioProcessor::new(only_gain);
        let mut speech = Speech::new(31);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for _ in 0..2_000 {
            let mut frame = speech.frame().map(|sample| sample * scale);
            before.push(frame);
            processor.played(&SILENCE);
            processor.captured(&mut frame);
            after.push(frame);
        }
        let gain = db(power(&after[1_500..]) / power(&before[1_500..]));
        assert!((least..most).contains(&gain), "speech at {scale}: {gain} dB");
        assert!(after.iter().flatten().all(|sample| sample.abs() <= 1.0));
    }
}

#[test]
fn without_any_part_sound_passes_untouched_to_the_bit() {
    let mut processor = AudioProcessor::new(Processing::NONE);
    let mut speech = Speech::new(41);
    for _ in 0..200 {
        let original = speech.frame();
        let mut frame = original;
        processor.played(&speech.frame());
        processor.captured(&mut frame);
        assert_eq!(frame.map(f32::to_bits), original.map(f32::to_bits));
    }
}
