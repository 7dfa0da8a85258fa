//! Running all suites once, as many at a time as do not disturb each other.
//!
//! What judges sound comes first and has the machine for itself: a browser or a test that computes beside it makes gaps in a
//! voice, whatever their priority, since each session has its share of the processor. Most of the others wait, so two of
//! them run at a time, of which one may drive a browser.

use super::shown;
use super::suite::{Ended, Kind, Suite};
use anyhow::{Result, anyhow, bail};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What each of those who run suites at the same time takes first; when there is none left, it takes of the plain ones.
const AT_A_TIME: [Kind; 2] = [Kind::Browser, Kind::Plain];

/// The suites of one run that have not begun.
pub(crate) struct Round<'a> {
    waiting: Mutex<Vec<&'a Suite>>,
    logs: &'a Path,
}

impl<'a> Round<'a> {
    pub(crate) fn of(suites: &'a [Suite], logs: &'a Path) -> Self {
        Self { waiting: Mutex::new(suites.iter().collect()), logs }
    }

    /// Runs them all, and tells each that has ended. One that fails keeps none of the others from running.
    pub(crate) fn run(&self, tell: &(impl Fn(&Ended) + Sync)) -> Result<Vec<Ended>> {
        let mut ended = self.run_each(tell, || self.next(Kind::Sound))?;
        let run_some = |first: Kind| self.run_each(tell, || self.next(first).or_else(|| self.next(Kind::Plain)));
        let beside: Vec<Result<Vec<Ended>>> = thread::scope(|scope| {
            let running = AT_A_TIME.map(|first| scope.spawn(move || run_some(first)));
            running.map(|some| some.join().unwrap_or_else(|_| Err(anyhow!("what runs suites panicked")))).into()
        });
        ended.extend(beside.into_iter().collect::<Result<Vec<_>>>()?.concat());
        Ok(ended)
    }

    /// Runs one after the other until there is no next one.
    fn run_each(&self, tell: &impl Fn(&Ended), next: impl Fn() -> Option<&'a Suite>) -> Result<Vec<Ended>> {
        let mut ended = Vec::new();
        while let Some(suite) = next() {
            let suite = suite.run(self.logs)?;
            tell(&suite);
            ended.push(suite);
        }
        Ok(ended)
    }

    fn next(&self, kind: Kind) -> Option<&'a Suite> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let next = waiting.iter().position(|suite| suite.kind() == kind)?;
        Some(waiting.remove(next))
    }
}

/// Prints all that a suite said, kept together.
pub(crate) fn print(ended: &Ended) {
    let outcome = if ended.passed { "passed" } else { "FAILED" };
    println!("── {} {outcome} in {:.1} s\n{}", ended.name, ended.took.as_secs_f64(), ended.said.trim_matches('\n'));
}

/// Says how long each suite took, the longest first.
pub(crate) fn table(ended: &[Ended]) {
    let mut ended: Vec<_> = ended.iter().collect();
    ended.sort_by_key(|ended| std::cmp::Reverse(ended.took));
    eprintln!("── {} suites", ended.len());
    for ended in ended {
        eprintln!("   {:>7.1} s  {}", ended.took.as_secs_f64(), ended.name);
    }
}

/// Fails if one failed, and names what did.
pub(crate) fn verdict(ended: &[Ended]) -> Result<()> {
    let failed: Vec<_> = ended.iter().filter(|ended| !ended.passed).map(describe).collect();
    if !failed.is_empty() {
        bail!("{} of {} suites failed:\n{}", failed.len(), ended.len(), failed.join("\n"));
    }
    Ok(())
}

/// A suite that failed, with its tests that did.
pub(crate) fn describe(failed: &Ended) -> String {
    let tests = failed.failed_tests();
    let tests = if tests.is_empty() { "it did not come to its end".to_owned() } else { tests.join(", ") };
    format!("   {}: {tests} (see {})", failed.name, shown(&failed.log))
}

#[cfg(test)]
mod tests {
    use super::Round;
    use crate::test::suite::{Kind, Suite};
    use std::path::Path;

    #[test]
    fn each_takes_what_may_not_meet() {
        let suites = ["app", "gauges", "window_layout", "domain", "edge"].map(Suite::named);
        let round = Round::of(&suites, Path::new(""));
        let take = |first| round.next(first).map(|suite| suite.name.as_str());
        assert_eq!([take(Kind::Browser), take(Kind::Browser)], [Some("window_layout"), None]);
        assert_eq!([take(Kind::Plain), take(Kind::Plain), take(Kind::Plain)], [Some("domain"), Some("edge"), None]);
        assert_eq!([take(Kind::Sound), take(Kind::Sound), take(Kind::Sound)], [Some("app"), Some("gauges"), None]);
    }

    #[test]
    fn what_a_suite_says_is_kept_apart_and_a_failed_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let suites = [
            Suite::shell("good", "echo well"),
            Suite::shell("bad", "echo badly >&2; exit 3"),
            Suite::shell("more", "true"),
        ];
        let ended = Round::of(&suites, folder.path()).run(&|_| {}).unwrap();
        assert_eq!(ended.len(), 3, "one that fails stops no other");
        let said = |name: &str| ended.iter().find(|ended| ended.name == name).unwrap().said.clone();
        assert_eq!((said("good"), said("bad")), ("well\n".to_owned(), "badly\n".to_owned()));
        let verdict = super::verdict(&ended).unwrap_err().to_string();
        assert!(verdict.starts_with("1 of 3 suites failed:\n   bad: ") && verdict.ends_with("bad.log)"), "{verdict}");
    }
}
