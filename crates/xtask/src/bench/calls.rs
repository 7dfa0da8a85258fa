//! How long it takes until two people can talk.

use super::figures::Figures;
use super::phone::Phone;
use super::server::Server;
use super::{Bench, Row};
use anyhow::{Context, Result};

/// How many calls, one after the other.
const CALLS: usize = 20;
/// Who calls in turn: one person who signs in twenty times in a row would be taken for one who guesses passwords.
const CALLERS: [(&str, &str); 4] = [("caller1", "211"), ("caller2", "212"), ("caller3", "213"), ("caller4", "214")];

/// Places the calls and takes the figures of the summaries.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let server = Server::start(bench, "calls")?;
    let callers = CALLERS.map(|(username, extension)| server.add_agent(bench, username, extension));
    let callers = callers.into_iter().collect::<Result<Vec<_>>>()?;
    let callee = server.add_agent(bench, "callee", "202")?;
    let mut listening = Phone::start(bench, &server, &callee, &["listen", "--auto-answer"])?;
    listening.event("registered")?;
    let (mut setup, mut first_audio) = (Vec::new(), Vec::new());
    for caller in callers.iter().cycle().take(CALLS) {
        let mut calling = Phone::start(bench, &server, caller, &["call", "202", "--duration", "1s"])?;
        let summary = calling.event("summary")?;
        calling.ended()?;
        let figure = |name: &str| summary[name].as_f64().with_context(|| format!("no {name} in {summary}"));
        setup.push(figure("setup_ms")?);
        first_audio.push(figure("first_audio_ms")?);
        // The callee is free again before the next call.
        listening.event("ended")?;
    }
    Ok(vec![
        row("set-up, command to connected", setup),
        row("first audio, command to first decoded frame", first_audio),
    ])
}

fn row(what: &str, measured: Vec<f64>) -> Row {
    let figures = Figures::of(measured);
    let figure = format!("{:.0} / {:.0} / {:.0} ms", figures.min, figures.median, figures.p95);
    Row::new(format!("{what}, {CALLS} direct calls (min / median / p95)"), figure)
}
