//! What a call costs while it lasts: processor time and memory of both engines and of the server.

use super::gauges::{cpu_time, memory_of_tree};
use super::phone::Phone;
use super::server::Server;
use super::{Bench, Row};
use anyhow::Result;
use std::time::{Duration, Instant};

/// What is not measured, so that set-up is over.
const SETTLE: Duration = Duration::from_secs(2);
/// What is measured.
const MEASURED: Duration = Duration::from_secs(20);

/// Places one call and watches the three processes.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let server = Server::start(bench, "cost")?;
    let caller = server.add_agent(bench, "caller", "201")?;
    let callee = server.add_agent(bench, "callee", "202")?;
    let server_idle = memory_of_tree(server.id())?;
    let mut listening = Phone::start(bench, &server, &callee, &["listen", "--auto-answer"])?;
    listening.event("registered")?;
    std::thread::sleep(SETTLE);
    let engine_idle = memory_of_tree(listening.id())?;
    let engine_idle_cpu = share(listening.id(), Duration::from_secs(10))?;

    let mut calling = Phone::start(bench, &server, &caller, &["call", "202", "--duration", "40s"])?;
    calling.event("connected")?;
    std::thread::sleep(SETTLE);
    let started = Instant::now();
    let processes = [calling.id(), listening.id(), server.id()];
    let before = processes.map(cpu_time);
    std::thread::sleep(MEASURED);
    let took = started.elapsed();
    let mut shares = Vec::new();
    for (process, before) in processes.into_iter().zip(before) {
        shares.push((cpu_time(process)? - before?).as_secs_f64() / took.as_secs_f64());
    }
    let percent = |share: f64| format!("{:.1} % of a core", 100.0 * share);
    Ok(vec![
        Row::new("CPU of a call, calling engine", percent(shares[0])),
        Row::new("CPU of a call, called engine", percent(shares[1])),
        Row::new("CPU of a call, server (both legs)", percent(shares[2])),
        Row::new("CPU of an idle engine, registered", percent(engine_idle_cpu)),
        Row::new("memory of the engine, registered", megabytes(engine_idle)),
        Row::new("memory of the engine, in a call", megabytes(memory_of_tree(calling.id())?)),
        Row::new("memory of the server, nobody connected", megabytes(server_idle)),
        Row::new("memory of the server, one call", megabytes(memory_of_tree(server.id())?)),
    ])
}

/// Share of one core that a process uses over a while.
fn share(process: u32, length: Duration) -> Result<f64> {
    let (before, started) = (cpu_time(process)?, Instant::now());
    std::thread::sleep(length);
    Ok((cpu_time(process)? - before).as_secs_f64() / started.elapsed().as_secs_f64())
}

/// As the table shows memory.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
