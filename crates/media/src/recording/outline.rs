//! What a recording looks like: how loud it is, column by column.

use super::{OUTLINE_COLUMNS, reader::Reader};

/// Peaks are taken of pieces this long first, since the length of a recording is known only at its end.
const PIECES_PER_SECOND: u32 = 100;
/// Below this peak there is nothing but noise, which must not look like a voice.
const SILENCE: f32 = 0.003;

/// The number of samples from here to the end, and their outline.
pub(super) fn of(reader: &mut Reader) -> (u64, Vec<u8>) {
    let piece = (reader.rate_hz() / PIECES_PER_SECOND).max(1) as usize;
    let (mut samples, mut peaks, mut part) = (0, Vec::new(), Vec::new());
    loop {
        part.clear();
        let read = reader.read(&mut part, piece);
        if read == 0 {
            return (samples, columns(&peaks));
        }
        samples += read as u64;
        peaks.push(part.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())));
    }
}

fn columns(peaks: &[f32]) -> Vec<u8> {
    let loudest = peaks.iter().copied().fold(SILENCE, f32::max);
    let count = peaks.len().min(OUTLINE_COLUMNS);
    let column = |index: usize| {
        let (first, end) = (index * peaks.len() / count, (index + 1) * peaks.len() / count);
        let peak = peaks[first..end].iter().copied().fold(0.0, f32::max);
        // As the ear hears it: what is a quarter as loud looks half as high.
        if peak < SILENCE { 0 } else { ((peak / loudest).sqrt() * 255.0).round() as u8 }
    };
    (0..count).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_high_as_it_is_loud() {
        for (peaks, expected) in
            [(vec![], vec![]), (vec![0.5, 0.125, 0.001], vec![255, 128, 0]), (vec![0.001, 0.002], vec![0, 0])]
        {
            assert_eq!(columns(&peaks), expected);
        }
        let long: Vec<f32> = (0..1_000_u16).map(|at| f32::from(at) / 1_000.0).collect();
        let drawn = columns(&long);
        assert_eq!((drawn.len(), drawn.is_sorted(), drawn.last()), (OUTLINE_COLUMNS, true, Some(&255)));
    }
}
