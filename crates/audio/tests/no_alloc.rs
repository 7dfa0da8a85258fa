//! The device callbacks never allocate, whatever buffer size comes.

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use mobilecall_audio::callback::{CaptureTap, Misses, PlayoutTap};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn device_callbacks_do_not_allocate() {
    let (producer, consumer) = rtrb::RingBuffer::new(2_880);
    let misses = Arc::new(Misses::default());
    let mut capture = CaptureTap::new(producer, 2, Arc::clone(&misses));
    let mut playout = PlayoutTap::new(consumer, 2, Arc::clone(&misses));
    let input = vec![0.25_f32; 9_600];
    let input_i16 = vec![1_000_i16; 9_600];
    let mut output = vec![0.0_f32; 9_600];
    let mut output_u16 = vec![0_u16; 9_600];
    for frames in [0, 1, 7, 480, 960, 4_800] {
        assert_no_alloc(|| {
            capture.take(&input[..frames * 2]);
            playout.fill(&mut output[..frames * 2]);
            capture.take(&input_i16[..frames * 2]);
            playout.fill(&mut output_u16[..frames * 2]);
        });
    }
    assert!(misses.samples() > 0, "the largest buffers are meant to overflow the ring");
    assert!(output.contains(&0.25));
}
