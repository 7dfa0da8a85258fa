//! Named steps with their times, so that a slow run says where the time went.

use anyhow::{Context, Result};
use std::time::{Duration, Instant};

/// Runs steps one after the other and stops at the first that fails.
#[derive(Default)]
pub(crate) struct Stages {
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Runs one step.
    pub(crate) fn stage<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("── {name}");
        let started = Instant::now();
        let value = step().with_context(|| format!("step \"{name}\" failed"))?;
        self.done.push((name, started.elapsed()));
        Ok(value)
    }

    /// Prints the table of times.
    pub(crate) fn finish(self, what: &str) {
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        eprintln!("── {what}: all steps done in {:.0} s", total.as_secs_f64());
        for (name, took) in self.done {
            eprintln!("   {:>7.1} s  {name}", took.as_secs_f64());
        }
    }
}
