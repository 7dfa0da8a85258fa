//! The suites: each test program, the examples in the documentation, the tests of the pages.

use crate::process;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message, TargetKind};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The names of the two that are no test programs.
pub(crate) const PAGES: &str = "pages";
const EXAMPLES: &str = "examples in the documentation";

/// What a suite must not share with another one that runs at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It judges sound as it is played, or runs the app, which wants port 4000.
    Sound,
    /// It drives a browser and hears nothing.
    Browser,
    /// Nothing.
    Plain,
}

/// The longest first: what begins last should end soon. Suites that are not here come after those that are.
const KINDS: &[(&str, Kind)] = &[
    ("app", Kind::Sound),
    ("twilio_sdk", Kind::Sound),
    ("audio/sound_server", Kind::Sound),
    ("two_phones", Kind::Sound),
    ("gauges", Kind::Sound),
    ("mobile_call", Kind::Sound),
    ("window_layout", Kind::Browser),
    ("web_pages", Kind::Browser),
    ("crash", Kind::Plain),
    ("cli/it", Kind::Plain),
    (PAGES, Kind::Plain),
    ("network_gone", Kind::Plain),
    ("ring_again", Kind::Plain),
];

/// One program that runs tests.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
    environment: Vec<(&'static str, PathBuf)>,
}

/// How a suite ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) name: String,
    pub(crate) took: Duration,
    pub(crate) passed: bool,
    /// What it printed.
    pub(crate) said: String,
    pub(crate) log: PathBuf,
}

/// Builds the workspace's programs and tests; gives the test programs and the examples in the documentation.
pub(crate) fn build(project: &Project) -> Result<Vec<Suite>> {
    let mut cargo = project.cargo();
    cargo.args(["build", "--workspace", "--bins", "--tests", "--message-format", "json-render-diagnostics"]);
    let mut building = process::start(cargo.stdout(Stdio::piped()))?;
    let output = building.stdout.take().context("its output is a pipe")?;
    let mut suites = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::CompilerArtifact(built) = message.context("could not read what Cargo says of the build")? {
            suites.extend(Suite::built(project, &built)?);
        }
    }
    process::succeeded(&cargo, building.wait().context("could not wait for the build")?)?;
    suites.push(Suite::of_the_documentation(project));
    let rank = |name: &str| KINDS.iter().position(|(known, ..)| *known == name).unwrap_or(KINDS.len());
    suites.sort_by_key(|suite| rank(&suite.name));
    if let Some((gone, ..)) =
        KINDS.iter().find(|(name, ..)| *name != PAGES && suites.iter().all(|suite| suite.name != *name))
    {
        bail!("there is no suite {gone} any more; take it out of {}", file!());
    }
    Ok(suites)
}

impl Suite {
    /// A test program as Cargo reports it.
    fn built(project: &Project, built: &Artifact) -> Result<Option<Self>> {
        let Some(program) = built.executable.as_ref().filter(|_| built.profile.test) else { return Ok(None) };
        let folder = built.manifest_path.parent().context("a package has a folder")?.as_std_path().to_owned();
        let package = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let target = &built.target;
        let name = match package.filter(|_| folder != project.root) {
            Some(package) if target.is_kind(TargetKind::Lib) => package,
            Some(package) => format!("{package}/{}", target.name),
            None => target.name.clone(),
        };
        Ok(Some(Self {
            name,
            program: program.as_std_path().to_owned(),
            arguments: Vec::new(),
            // As `cargo test` has it: tests find their files from there.
            environment: vec![("CARGO_MANIFEST_DIR", folder.clone())],
            folder,
        }))
    }

    fn of_the_documentation(project: &Project) -> Self {
        let cargo = project.cargo();
        Self {
            name: EXAMPLES.to_owned(),
            program: cargo.get_program().into(),
            arguments: ["test", "--workspace", "--doc", "--no-fail-fast"].map(str::to_owned).into(),
            folder: project.root.clone(),
            environment: Vec::new(),
        }
    }

    /// The tests of the window and of the web pages.
    pub(crate) fn of_the_pages(project: &Project) -> Self {
        let npm = project.npm("ui");
        Self {
            name: PAGES.to_owned(),
            program: npm.get_program().into(),
            arguments: ["run", "test"].map(str::to_owned).into(),
            folder: project.root.join("ui"),
            environment: Vec::new(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.known().map_or(Kind::Plain, |(_, kind)| *kind)
    }

    #[cfg(test)]
    pub(crate) fn named(name: &str) -> Self {
        Self::shell(name, "true")
    }

    /// A suite that is a line for the shell.
    #[cfg(test)]
    pub(crate) fn shell(name: &str, line: &str) -> Self {
        Self {
            name: name.to_owned(),
            program: "sh".into(),
            arguments: vec!["-c".to_owned(), line.to_owned()],
            folder: ".".into(),
            environment: Vec::new(),
        }
    }

    fn known(&self) -> Option<&'static (&'static str, Kind)> {
        KINDS.iter().find(|(name, ..)| *name == self.name)
    }

    /// Runs it to its end; its log goes to the folder.
    pub(crate) fn run(&self, logs: &Path) -> Result<Ended> {
        let log = logs.join(format!("{}.log", self.name.replace(['/', ' '], "-")));
        let output = File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
        let started = Instant::now();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let status = command.status().with_context(|| format!("could not start the suite {}", self.name))?;
        let took = started.elapsed();
        let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        Ok(Ended { name: self.name.clone(), took, passed: status.success(), said, log })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        Project::hide_own_package(&mut command);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Ended {
    /// The tests that failed, as test programs of Rust list them at their end, and vitest as it goes.
    pub(crate) fn failed_tests(&self) -> Vec<&str> {
        if self.passed {
            return Vec::new();
        }
        let list = self.said.split("\nfailures:\n").skip(1).filter(|part| !part.trim_start().starts_with("----"));
        let names =
            list.flat_map(|part| part.trim_start_matches('\n').lines().map_while(|line| line.strip_prefix("    ")));
        let mut names: Vec<&str> =
            names.chain(self.said.lines().filter_map(|line| line.strip_prefix(" FAIL  "))).map(str::trim).collect();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::Ended;
    use std::path::PathBuf;
    use std::time::Duration;

    fn failed(said: &str) -> Ended {
        Ended { name: "a".to_owned(), took: Duration::ZERO, passed: false, said: said.to_owned(), log: PathBuf::new() }
    }

    #[test]
    fn the_tests_that_failed_are_found_in_what_a_suite_says() {
        let rust = "\nrunning 3 tests\ntest a::one ... FAILED\ntest a::two ... ok\ntest b ... FAILED\n\nfailures:\n\n\
                    ---- a::one stdout ----\n    failures:\n    nothing\n\n---- b stdout ----\n\n\nfailures:\n    a::one\n    b\n\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored\n";
        assert_eq!(failed(rust).failed_tests(), ["a::one", "b"]);
        let vitest = " ✓  window  src/a.test.ts (2 tests)\n FAIL  window  src/b.test.ts > b > works\nAssertionError\n";
        assert_eq!(failed(vitest).failed_tests(), ["window  src/b.test.ts > b > works"]);
        assert_eq!(failed("Segmentation fault").failed_tests(), Vec::<&str>::new());
    }
}
