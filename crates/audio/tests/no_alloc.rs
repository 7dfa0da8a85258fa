//! The device callbacks never allocate, whatever buffer size comes.

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use mobilecall_audio::{
    callback::{CaptureTap, Misses},
    mixer::mixer,
};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn a_capture_callback_does_not_allocate() {
    let (producer, mut consumer) = rtrb::RingBuffer::new(2_880);
    let misses = Arc::new(Misses::default());
    let mut capture = CaptureTap::new(producer, 2, Arc::clone(&misses));
    let input = vec![0.25_f32; 9_600];
    let input_i16 = vec![1_000_i16; 9_600];
    for frames in [0, 1, 7, 480, 960, 4_800] {
        assert_no_alloc(|| {
            capture.take(&input[..frames * 2]);
            capture.take(&input_i16[..frames * 2]);
        });
    }
    assert!(misses.samples() > 0, "the largest buffers are meant to overflow the ring");
    assert_eq!(consumer.pop(), Ok(0.25));
}

#[test]
fn a_playout_callback_does_not_allocate_while_sounds_come_and_go() {
    let (mut control, mut mixer) = mixer(2);
    let misses = Arc::new(Misses::default());
    let mut output = vec![0.0_f32; 9_600];
    let mut output_u16 = vec![0_u16; 9_600];
    let mut playing = Vec::new();
    for frames in [0, 1, 7, 480, 960, 4_800] {
        let (mut producer, consumer) = rtrb::RingBuffer::new(2_880);
        while producer.push(0.125).is_ok() {}
        playing.push((producer, control.add(consumer, Arc::clone(&misses)).expect("there is room")));
        if playing.len() > 2 {
            playing.remove(0);
        }
        assert_no_alloc(|| {
            mixer.fill(&mut output[..frames * 2]);
            mixer.fill(&mut output_u16[..frames * 2]);
        });
    }
    assert!(misses.samples() > 0, "the largest buffers are meant to empty the rings");
    assert!(output.contains(&0.25), "two sounds were heard together");
}
