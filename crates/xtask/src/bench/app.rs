//! The app with its window open, on a desktop of its own: its memory, and what a call costs it.

use super::cost::megabytes;
use super::desktop::Desktop;
use super::gauges::{cpu_time, memory_of_tree, name, tree};
use super::phone::SPEECH;
use super::window::Window;
use super::{Bench, Row};
use anyhow::{Result, bail};
use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

/// Time until the window, the embedded backend and the line have settled.
const SETTLE: Duration = Duration::from_secs(20);
/// Time until a call and the voice at the microphone have settled, and the page's code is translated.
const CALL_SETTLES: Duration = Duration::from_secs(15);
/// How long a call is measured.
const MEASURED: Duration = Duration::from_secs(20);
/// Linux keeps the first 15 letters of a process's name.
const WEB_PROCESS: &str = "WebKitWebProces";

/// Opens the app, weighs its processes, and lets it call the echo test while somebody speaks.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let desktop = Desktop::start(&bench.folder.join("app"))?;
    let window = Window::open(&desktop, &bench.program("mobile-call"))?;
    thread::sleep(SETTLE);
    let app = window.app()?;
    let memory = Row::new("memory of the app, window open, with its embedded backend", megabytes(memory_of_tree(app)?));
    let idle = shares(app, Duration::from_secs(10))?;

    window.call_the_echo_test()?;
    let _voice = desktop.speak(SPEECH)?;
    thread::sleep(CALL_SETTLES);
    if !desktop.hears_somebody()? {
        bail!("the app does not play on the sound server; see {}", desktop.log("WebKitWebDriver").display());
    }
    let call = shares(app, MEASURED)?;
    let page: f64 = call.iter().filter(|share| share.name == WEB_PROCESS).map(|share| share.of_a_core).sum();
    let own: f64 = call.iter().filter(|share| share.process == app).map(|share| share.of_a_core).sum();
    Ok(vec![
        memory,
        Row::new("CPU of the app, window open, no call", percent(total(&idle))),
        Row::new("CPU of the app in a call, all its processes", percent(total(&call))),
        Row::new("CPU of the app in a call, its web process", percent(page)),
        Row::new("CPU of the app in a call, its own process", percent(own)),
    ])
}

/// What one process used of a core.
struct Share {
    process: u32,
    name: String,
    of_a_core: f64,
}

fn total(shares: &[Share]) -> f64 {
    shares.iter().map(|share| share.of_a_core).sum()
}

fn percent(share: f64) -> String {
    format!("{:.1} % of a core", 100.0 * share)
}

/// What a process and its descendants use over a while. One that comes or goes meanwhile is left out.
fn shares(process: u32, length: Duration) -> Result<Vec<Share>> {
    let used = || -> Result<HashMap<u32, Duration>> {
        let times = tree(process)?.into_iter().filter_map(|one| Some((one, cpu_time(one).ok()?)));
        Ok(times.collect())
    };
    let (before, started) = (used()?, Instant::now());
    thread::sleep(length);
    let (after, took) = (used()?, started.elapsed());
    let share = |(process, time): (u32, Duration)| {
        let of_a_core = time.checked_sub(*before.get(&process)?)?.as_secs_f64() / took.as_secs_f64();
        Some(Share { process, name: name(process).ok()?, of_a_core })
    };
    Ok(after.into_iter().filter_map(share).collect())
}
