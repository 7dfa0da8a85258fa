//! Sound that was asked for and cannot be had is status 5, before anybody is rung.

use crate::{office::Office, program::run};
use std::path::Path;

#[tokio::test]
async fn devices_and_files_are_tried_first() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &["--interactive"]).await;
    let text = office.folder().join("text.wav");
    std::fs::write(&text, "this is no sound").unwrap();
    let empty = office.folder().join("empty.wav");
    write_wav(&empty, &[]);
    let text = text.to_str().unwrap();
    let missing = office.folder().join("missing").join("file.wav");
    let missing = missing.to_str().unwrap();
    for (sound, code, words) in [
        (["--audio-in", "device:no-such-microphone", "--audio-out", "none"], "noMicrophone", "there is no microphone"),
        (["--audio-in", "none", "--audio-out", "device:no-such-speaker"], "noSpeaker", "there is no speaker"),
        (["--audio-in", "device", "--audio-out", "none"], "noMicrophone", "there is no microphone"),
        (["--audio-in", "none", "--audio-out", "device"], "noSpeaker", "there is no speaker"),
        (["--audio-in", missing, "--audio-out", "none"], "audioFailed", "file.wav cannot be read"),
        (["--audio-in", text, "--audio-out", "none"], "audioFailed", "text.wav cannot be read: give a WAV file"),
        (["--audio-in", empty.to_str().unwrap(), "--audio-out", "none"], "audioFailed", "empty.wav is empty"),
        (["--audio-in", "none", "--audio-out", missing], "audioFailed", "cannot be written: check the folder"),
    ] {
        for command in [&["call", "102"][..], &["listen"]] {
            let outcome = run(office.line("alice", &[command, &sound].concat())).await;
            outcome.failed(5, code, words);
            assert_eq!(outcome.story(), ["error"], "nothing else happened");
        }
    }
    let heard = office.folder().join("heard.wav");
    std::fs::write(&heard, "kept until a call begins").unwrap();
    let sound = ["--audio-in", text, "--audio-out", heard.to_str().unwrap()];
    assert_eq!(run(office.line("alice", &[&["call", "102"][..], &sound].concat())).await.code, Some(5));
    assert_eq!(std::fs::read_to_string(&heard).unwrap(), "kept until a call begins");

    bob.type_line("quit").await;
    assert_eq!(bob.end().await.story(), ["registered"], "Bob's phone did not ring");
}

/// 48 kHz mono.
pub(crate) fn write_wav(path: &Path, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
}
