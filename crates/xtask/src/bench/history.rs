//! How long a page of a long history takes.

use super::{Bench, Row};
use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::Command;

/// Runs the example that fills a database, serves it and asks over HTTP; it prints one JSON object a line.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let example = bench.example("list_of_calls");
    let printed = process::checked_output(&mut Command::new(example))?;
    printed.lines().map(row).collect()
}

fn row(line: &str) -> Result<Row> {
    let measured: Value = serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))?;
    let figure = |name: &str| measured[name].as_f64().with_context(|| format!("no {name} in {line}"));
    let what = measured["what"].as_str().with_context(|| format!("no name in {line}"))?;
    let figures = format!("{:.2} / {:.2} / {:.2} ms", figure("min_ms")?, figure("median_ms")?, figure("p95_ms")?);
    Ok(Row::new(format!("{what} (min / median / p95)"), figures))
}
