//! What the voice path costs.

use super::{Bench, Row};
use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::Command;

/// The fields that the example prints, in words.
const COSTS: [(&str, &str); 5] = [
    ("opus_encode_us", "Opus encoding"),
    ("opus_jitter_buffer_us", "Opus decoding and jitter buffer, 5 % loss, 40 ms jitter"),
    ("pcmu_encode_us", "G.711 encoding"),
    ("pcmu_jitter_buffer_us", "G.711 decoding and jitter buffer, 5 % loss, 40 ms jitter"),
    ("processing_us", "echo cancelling, noise suppression and gain control"),
];

/// Runs the example that passes a minute of a call through each part; it prints one JSON object.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let example = bench.example("voice_cost");
    let printed = process::checked_output(&mut Command::new(example))?;
    let measured: Value = serde_json::from_str(&printed).with_context(|| format!("not JSON: {printed}"))?;
    let row = |(field, what): (&str, &str)| {
        let cost = measured[field].as_f64().with_context(|| format!("no {field} in {printed}"))?;
        // 10 ms are 10,000 µs, so a hundred of them are one percent.
        Ok(Row::new(format!("{what}, of one core"), format!("{:.2} % ({cost:.0} µs in 10 ms)", cost / 100.0)))
    };
    COSTS.into_iter().map(row).collect()
}
