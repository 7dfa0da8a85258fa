//! Files stand in for devices: what goes into the ring comes from the file, and what is written is in the file.

use mobilecall_audio::{CaptureSource, LossSink, Player, PlayoutSink, Sound, open_capture, open_playout, read_mono};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

fn ignore_losses() -> LossSink {
    Arc::new(|_| {})
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen in ten seconds");
        // Without a pause the looking would keep a core from the others.
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_is_a_microphone_and_then_silent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for _ in 0..160 {
        writer.write_sample(16_384_i16).unwrap();
        writer.write_sample(0_i16).unwrap();
    }
    writer.finalize().unwrap();

    let mut capture = open_capture(&CaptureSource::Wav { path, repeat: false }, &ignore_losses()).unwrap();
    assert_eq!(capture.rate_hz, 8_000);
    let mut heard = Vec::new();
    wait_until("reading 240 samples", || {
        heard.extend(std::iter::from_fn(|| capture.samples.pop().ok()));
        heard.len() >= 240
    });
    assert!(heard[..160].iter().all(|sample| (sample - 0.25).abs() < 0.001), "{:?}", &heard[..4]);
    assert!(heard[160..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_file_is_a_speaker() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let mut playout = open_playout(&PlayoutSink::Wav(path.clone()), &ignore_losses()).unwrap();
    assert_eq!(playout.rate_hz, 48_000);
    let mut written = 0;
    wait_until("writing 9600 samples", || {
        while written < 9_600 && playout.samples.push(0.5).is_ok() {
            written += 1;
        }
        written == 9_600 && playout.samples.slots() == playout.samples.buffer().capacity()
    });
    drop(playout);
    let (samples, rate_hz) = read_mono(&path).unwrap();
    let loud = samples.iter().filter(|sample| (**sample - 0.5).abs() < 0.001).count();
    assert_eq!((rate_hz, loud), (48_000, 9_600));
}

#[test]
fn a_recording_can_be_read_before_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let _playout = open_playout(&PlayoutSink::Wav(path.clone()), &ignore_losses()).unwrap();
    // Nothing was finished here, as when the program is killed.
    wait_until("a second on the disk", || read_mono(&path).is_ok_and(|(samples, _)| samples.len() >= 48_000));
}

#[test]
fn a_player_repeats_its_sound_at_the_rate_of_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ring.wav");
    let samples = (0..800).map(|i| (i as f32 / 8.0 * std::f32::consts::TAU).sin() * 0.5).collect();
    let sound = Sound { samples, rate_hz: 8_000, repeat: true };
    let player = Player::start(&PlayoutSink::Wav(path.clone()), sound, &ignore_losses()).unwrap();
    let heard = || read_mono(&path).map(|(samples, _)| samples).unwrap_or_default();
    wait_until("half a second of sound", || heard().iter().filter(|sample| sample.abs() > 0.1).count() > 20_000);
    drop(player);
    let heard = heard();
    let loud: Vec<f32> = heard.iter().copied().skip_while(|sample| sample.abs() < 0.1).take(19_200).collect();
    let crossings = loud.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!(crossings.abs_diff(400) < 8, "1 kHz for 0.4 s: {crossings}");
}

/// As a program writes it that sends its sound through a pipe and so never learns the length.
#[test]
fn a_file_from_a_pipe_is_played_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for _ in 0..800 {
        writer.write_sample(1 << 22).unwrap();
    }
    writer.finalize().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let data = whole.windows(4).position(|id| id == b"data").unwrap();
    for length in [0, 0x7fff_f000, u32::MAX, 1_000_000] {
        let mut piped = whole.clone();
        for at in [4, data + 4] {
            piped[at..at + 4].copy_from_slice(&u32::to_le_bytes(length));
        }
        std::fs::write(&path, &piped).unwrap();
        let (samples, rate_hz) = read_mono(&path).unwrap();
        assert_eq!((samples.len(), rate_hz), (800, 8_000), "{length:#x}");
        assert!(samples.iter().all(|sample| (sample - 0.5).abs() < 1e-6), "{length:#x}");
    }
}

#[test]
fn what_is_no_sound_file_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.wav");
    std::fs::write(&path, "no sound").unwrap();
    let error = open_capture(&CaptureSource::Wav { path, repeat: false }, &ignore_losses()).unwrap_err();
    assert!(error.to_string().contains("give a WAV file"), "{error}");
}

#[test]
fn a_reader_that_waits_for_more_than_a_frame_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for _ in 0..8_000 {
        writer.write_sample(16_384_i16).unwrap();
    }
    writer.finalize().unwrap();
    let mut capture = open_capture(&CaptureSource::Wav { path, repeat: false }, &ignore_losses()).unwrap();
    // A resampler takes a frame and the length of its filter first, then a frame at a time, and never empties the ring.
    wait_until("the first 208 samples", || capture.samples.slots() >= 208);
    let mut block = [0.0; 208];
    capture.samples.pop_entire_slice(&mut block).unwrap();
    for _ in 0..10 {
        wait_until("the next frame", || capture.samples.slots() >= 80);
        capture.samples.pop_entire_slice(&mut block[..80]).unwrap();
    }
}
