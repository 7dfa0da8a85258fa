//! Named steps with their times, so that a slow run says where the time went.

use anyhow::{Context, Result, anyhow};
use std::thread;
use std::time::{Duration, Instant};

/// Runs steps one after the other and stops at the first that fails.
pub(crate) struct Stages {
    started: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Default for Stages {
    fn default() -> Self {
        Self { started: Instant::now(), done: Vec::new() }
    }
}

impl Stages {
    /// Runs one step.
    pub(crate) fn stage<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let (value, took) = timed(name, step)?;
        self.done.push((name, took));
        Ok(value)
    }

    /// Runs two steps at once that do not need each other, and waits for both; gives what the first one
    /// made. What they print mixes line by line.
    pub(crate) fn side_by_side<T>(
        &mut self,
        (name, step): (&'static str, impl FnOnce() -> Result<T>),
        (other_name, other): (&'static str, impl FnOnce() -> Result<()> + Send),
    ) -> Result<T> {
        let (done, other_done) = thread::scope(|scope| {
            let other = scope.spawn(move || timed(other_name, other));
            let done = timed(name, step);
            (done, other.join().unwrap_or_else(|_| Err(anyhow!("step \"{other_name}\" panicked"))))
        });
        let (value, took) = done?;
        let ((), other_took) = other_done?;
        self.done.extend([(name, took), (other_name, other_took)]);
        Ok(value)
    }

    /// Prints the table of times. Steps side by side add up to more than the whole.
    pub(crate) fn finish(self, what: &str) {
        eprintln!("── {what}: all steps done in {:.0} s", self.started.elapsed().as_secs_f64());
        for (name, took) in self.done {
            eprintln!("   {:>7.1} s  {name}", took.as_secs_f64());
        }
    }
}

fn timed<T>(name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    eprintln!("── {name}");
    let started = Instant::now();
    let value = step().with_context(|| format!("step \"{name}\" failed"))?;
    Ok((value, started.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::Stages;
    use anyhow::bail;
    use std::sync::mpsc;

    #[test]
    fn steps_side_by_side_run_at_once_and_one_that_fails_fails_both() {
        let mut stages = Stages::default();
        let (there, here) = mpsc::channel();
        let waiting = || Ok(here.recv()?);
        stages.side_by_side(("waits", waiting), ("sends", move || Ok(there.send(())?))).unwrap();
        assert_eq!(stages.done.len(), 2);
        let failed = stages.side_by_side(("works", || Ok(())), ("breaks", || bail!("broken")));
        assert!(format!("{:#}", failed.unwrap_err()).contains("broken"));
    }
}
