//! What a server does with a long history and many who ask at once: lists, statistics and writes, and how long it takes to
//! carry such a history over from version 0.1. A second server, of another version, can be measured in the same run.

use super::figures::Figures;
use super::gauges::cpu_time;
use super::load::{self, Answered, Connection, request};
use super::server::Server;
use super::{Bench, Row};
use crate::process;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Whoever asks at once.
const CONNECTIONS: usize = 32;
/// Of the file that the example makes.
const COMPANIES: usize = 20;
const PASSWORD: &str = "omar long password";

/// What is not measured, so that caches are warm.
const WARM_UP: Duration = Duration::from_secs(2);
/// What is measured.
const MEASURED: Duration = Duration::from_secs(10);

/// Measures the server as it was built, and the other one if there is one, each over a copy of the same file.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let seeded = bench.folder.join("seeded.sqlite");
    let calls = bench.calls.to_string();
    process::checked_output(Command::new(bench.example("seed_calls")).arg(&seeded).arg(&calls))?;
    let mut rows = Vec::new();
    for (name, program) in contenders(bench) {
        let folder = bench.folder.join(format!("office-{}", rows.len()));
        fs::create_dir_all(&folder)?;
        fs::copy(&seeded, folder.join("server.sqlite"))?;
        rows.extend(measure_one(&name, &program, folder, bench.calls)?);
    }
    Ok(rows)
}

fn contenders(bench: &Bench<'_>) -> Vec<(String, PathBuf)> {
    let other = bench.against.as_ref().map(|program| (format!("{}: ", program.display()), program.clone()));
    other.into_iter().chain([(String::new(), bench.program("mobile-call-server"))]).collect()
}

fn measure_one(name: &str, program: &Path, folder: PathBuf, calls: u64) -> Result<Vec<Row>> {
    let begun = Instant::now();
    let server = Server::start_over(program, folder)?;
    let mut rows = vec![Row::new(
        format!("{name}start over {calls} calls of version 0.1"),
        format!("{:.1} s", begun.elapsed().as_secs_f64()),
    )];
    let (server, took) = server.start_again(program)?;
    rows.push(Row::new(format!("{name}start over them once more"), format!("{:.2} s", took.as_secs_f64())));
    let tokens = sign_in(server.port())?;
    for (what, path) in [("list of 50", "/api/calls?limit=50"), ("statistics of 7 days", "/api/calls/stats?period=7d")]
    {
        let requests: Vec<String> = tokens.iter().map(|token| request("GET", path, Some(token), None)).collect();
        let next = |connection: usize, number: usize| requests[(connection + number) % COMPANIES].clone();
        load::run(server.port(), CONNECTIONS, WARM_UP, next)?;
        let (answered, cpu) = with_cpu(&server, || load::run(server.port(), CONNECTIONS, MEASURED, next))?;
        rows.push(Row::new(format!("{name}{what}, {CONNECTIONS} connections"), rate(&answered, cpu)));
    }
    let started = unix_millis()?;
    let next = |connection: usize, number: usize| {
        let token = &tokens[connection % COMPANIES];
        request("POST", "/api/calls", Some(token), Some(&report(started, connection, number)))
    };
    let (answered, cpu) = with_cpu(&server, || load::run(server.port(), CONNECTIONS, MEASURED, next))?;
    let Figures { p95, p99, median, .. } = Figures::of(milliseconds(&answered));
    let latency = format!("{}; {median:.1} / {p95:.1} / {p99:.1} ms", rate(&answered, cpu));
    rows.push(Row::new(format!("{name}durable writes, {CONNECTIONS} connections (median / p95 / p99)"), latency));
    Ok(rows)
}

/// A token for a manager of each company.
fn sign_in(port: u16) -> Result<Vec<String>> {
    let mut connection = Connection::open(port)?;
    let mut tokens = Vec::with_capacity(COMPANIES);
    for number in 0..COMPANIES {
        let body = json!({"username": format!("manager{number}"), "password": PASSWORD});
        let answer = connection.exchange(&request("POST", "/api/auth/login", None, Some(&body)))?;
        let answer: Value = serde_json::from_slice(answer)?;
        tokens.push(answer["token"].as_str().context("a sign-in without a token")?.to_owned());
    }
    Ok(tokens)
}

/// A call that is over, under an id of its own: a UUIDv7.
fn report(started: u64, connection: usize, number: usize) -> Value {
    let id = format!("{:08x}-{:04x}-7000-8{connection:03x}-{number:012x}", started >> 16, started & 0xffff);
    json!({
        "id": id, "fromNumber": "1001", "toNumber": format!("+9665{number:08}"), "direction": "outbound",
        "line": "twilio", "status": "completed", "durationSeconds": 42, "createdAt": moment(number * CONNECTIONS + connection),
    })
}

/// So many milliseconds into some day.
fn moment(millis: usize) -> String {
    let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("2025-01-01T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1000)
}

fn with_cpu(server: &Server, work: impl FnOnce() -> Result<Answered>) -> Result<(Answered, Duration)> {
    let before = cpu_time(server.id())?;
    let answered = work()?;
    Ok((answered, cpu_time(server.id())? - before))
}

/// Answers a second, and what each cost the server.
fn rate(answered: &Answered, cpu: Duration) -> String {
    let count = answered.latencies.len() as f64;
    format!("{:.0}/s, {:.2} ms of CPU each", count / answered.took.as_secs_f64(), cpu.as_secs_f64() * 1000.0 / count)
}

fn milliseconds(answered: &Answered) -> Vec<f64> {
    answered.latencies.iter().map(|latency| latency.as_secs_f64() * 1000.0).collect()
}

fn unix_millis() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_have_ids_and_times_of_their_own() {
        let reports =
            [(0, 0), (1, 0), (0, 1), (31, 112_499)].map(|(connection, number)| report(1 << 47, connection, number));
        assert_eq!(reports[3]["createdAt"], "2025-01-01T00:59:59.999Z");
        for name in ["id", "createdAt"] {
            let mut values: Vec<_> = reports.iter().map(|report| report[name].to_string()).collect();
            values.sort();
            values.dedup();
            assert_eq!(values.len(), reports.len());
        }
        assert_eq!(reports[1]["id"], "80000000-0000-7000-8001-000000000000");
    }
}
