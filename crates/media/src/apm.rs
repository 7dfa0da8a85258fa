//! What is done to the microphone's sound before it is sent: echo cancelling, noise suppression, gain control.

use crate::{FRAME_SAMPLES, Frame, SAMPLE_RATE_HZ};
use sonora::config::{
    AdaptiveDigital, EchoCanceller, GainController2, HighPassFilter, MaxProcessingRate, NoiseSuppression, Pipeline,
};
use sonora::{AudioProcessing, Config, StreamConfig};

/// More drives loud speech into the limiter during the first seconds; gain is found soon anyway.
const INITIAL_GAIN_DB: f32 = 3.0;

/// Which parts work. With none, sound passes untouched to the bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processing {
    /// Takes the loudspeaker's sound out of the microphone's. Not needed with a headset.
    pub echo_cancelling: bool,
    /// Takes steady noise out.
    pub noise_suppression: bool,
    /// Brings quiet and loud talkers to the same level.
    pub gain_control: bool,
}

impl Processing {
    /// For a microphone.
    pub const ALL: Self = Self { echo_cancelling: true, noise_suppression: true, gain_control: true };
    /// For a file in the place of the microphone.
    pub const NONE: Self = Self { echo_cancelling: false, noise_suppression: false, gain_control: false };
}

/// Processes both directions of a call, 10 ms at a time. For each frame, give what the speaker plays before what the
/// microphone heard.
pub struct AudioProcessor {
    engine: Option<Box<AudioProcessing>>,
    output: Frame,
}

impl AudioProcessor {
    /// A processor; with [`Processing::NONE`] it does nothing at all.
    pub fn new(processing: Processing) -> Self {
        let engine = (processing != Processing::NONE).then(|| Box::new(engine(processing)));
        Self { engine, output: [0.0; FRAME_SAMPLES] }
    }

    /// Hears what the speaker is about to play.
    pub fn played(&mut self, frame: &Frame) {
        let Some(engine) = &mut self.engine else { return };
        // The reference is analyzed; the copy that comes out is what went in.
        engine.process_render_f32(&[frame], &mut [&mut self.output]).expect("a frame is 10 ms of mono at 48 kHz");
    }

    /// Processes what the microphone heard.
    pub fn captured(&mut self, frame: &mut Frame) {
        let Some(engine) = &mut self.engine else { return };
        engine.process_capture_f32(&[frame], &mut [&mut self.output]).expect("a frame is 10 ms of mono at 48 kHz");
        *frame = self.output;
    }
}

fn engine(processing: Processing) -> AudioProcessing {
    let config = Config {
        pipeline: Pipeline {
            maximum_internal_processing_rate: MaxProcessingRate::Rate48kHz,
            multi_channel_render: false,
            multi_channel_capture: false,
            ..Pipeline::default()
        },
        high_pass_filter: Some(HighPassFilter::default()),
        echo_canceller: processing.echo_cancelling.then(EchoCanceller::default),
        noise_suppression: processing.noise_suppression.then(NoiseSuppression::default),
        gain_controller2: processing.gain_control.then(|| GainController2 {
            adaptive_digital: Some(AdaptiveDigital { initial_gain_db: INITIAL_GAIN_DB, ..AdaptiveDigital::default() }),
            ..GainController2::default()
        }),
        ..Config::default()
    };
    let mono = StreamConfig::new(SAMPLE_RATE_HZ, 1);
    AudioProcessing::builder().config(config).capture_config(mono).render_config(mono).build()
}
