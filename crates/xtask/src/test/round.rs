//! Running all suites once, as many at a time as do not disturb each other.
//!
//! Most of them wait: for sound to be played, for a call to be given up. So three run at a time, of which one may judge
//! sound or run the app and one may drive a browser: two of these would take each other's processor.

use super::shown;
use super::suite::{Ended, Kind, Suite};
use anyhow::{Result, anyhow, bail};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What each of those who run suites takes first; when there is none left, it takes of the plain ones.
const AT_A_TIME: [Kind; 3] = [Kind::Sound, Kind::Browser, Kind::Plain];

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
        let run_some = |first: Kind| {
            let mut ended = Vec::new();
            while let Some(suite) = self.next(first) {
                let suite = suite.run(self.logs)?;
                tell(&suite);
                ended.push(suite);
            }
            Ok(ended)
        };
        let ended: Vec<Result<Vec<Ended>>> = thread::scope(|scope| {
            let running = AT_A_TIME.map(|first| scope.spawn(move || run_some(first)));
            running.map(|some| some.join().unwrap_or_else(|_| Err(anyhow!("what runs suites panicked")))).into()
        });
        Ok(ended.into_iter().collect::<Result<Vec<_>>>()?.concat())
    }

    fn next(&self, first: Kind) -> Option<&'a Suite> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = |kind| waiting.iter().position(|suite| suite.kind() == kind);
        let next = of_kind(first).or_else(|| of_kind(Kind::Plain))?;
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
    fn what_must_not_meet_is_taken_by_one_and_the_rest_by_all() {
        let suites = ["app", "gauges", "window_layout", "domain", "edge"].map(Suite::named);
        let round = Round::of(&suites, Path::new(""));
        let take = |first| round.next(first).map(|suite| suite.name.as_str());
        assert_eq!(take(Kind::Plain), Some("domain"));
        assert_eq!(take(Kind::Browser), Some("window_layout"));
        assert_eq!(take(Kind::Browser), Some("edge"));
        assert_eq!(take(Kind::Browser), None);
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
