//! Something else that keeps a core busy beside the tests.

use crate::process;
use anyhow::Result;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{hint, thread};

/// A process that does nothing but work, until dropped.
pub(crate) struct BusyCore(Child);

impl BusyCore {
    /// Starts it. It is this program again, as `spin`.
    pub(crate) fn start() -> Result<Self> {
        let program = this_program()?;
        // In a session of its own: the processor is shared between sessions first, so it keeps its core however many
        // the tests are.
        let mut command = Command::new("setsid");
        command.arg(program).arg("spin").stdin(Stdio::piped()).stdout(Stdio::null());
        process::start(&mut command).map(Self)
    }
}

/// This program, also where a build has put another file in the place of its own meanwhile.
fn this_program() -> Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(format!("/proc/{}/exe", std::process::id()).into());
    }
    Ok(std::env::current_exe()?)
}

impl Drop for BusyCore {
    fn drop(&mut self) {
        // Its input ends with us, and so does it.
        drop(self.0.stdin.take());
        let _gone = self.0.wait();
    }
}

/// Keeps one core busy until the input ends, which it also does when the one who started this is killed.
pub(crate) fn spin() -> Result<()> {
    thread::spawn(|| {
        let mut number = 0_u64;
        loop {
            number = hint::black_box(number.wrapping_add(1));
        }
    });
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
