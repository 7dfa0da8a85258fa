//! `cargo xtask bench`: the figures of BENCHMARKS.md, measured on the real programs.

mod app;
mod calls;
mod cost;
mod desktop;
mod figures;
mod gauges;
mod history;
mod load;
mod machine;
mod office;
mod phone;
mod server;
mod voice;
mod window;

use crate::project::Project;
use crate::stages::Stages;
use crate::{process, setup, ui};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// One line of the table.
pub(crate) struct Row {
    what: String,
    figure: String,
}

impl Row {
    fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into() }
    }
}

/// How the measured programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// As they are shipped.
    Release,
    /// As they are developed: built sooner, and slower.
    Development,
}

impl Build {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Release => &["build", "--workspace", "--bins", "--examples", "--release"],
            Self::Development => &["build", "--workspace", "--bins", "--examples"],
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Development => "debug",
        }
    }
}

/// Where the measured programs are, and a fresh folder for what a measurement writes.
pub(crate) struct Bench<'a> {
    project: &'a Project,
    build: Build,
    folder: PathBuf,
    /// Another version's server, to be measured beside ours.
    against: Option<PathBuf>,
    /// Calls in the history that the server is measured with.
    calls: u64,
}

/// What is asked for on the command line.
#[derive(clap::Args)]
pub(crate) struct Wanted {
    /// Only this part: calls, cost, voice, app, history or server
    part: Option<String>,
    /// Measure development builds instead, which are made sooner and run slower.
    #[arg(long)]
    development: bool,
    /// Another version's mobile-call-server, to be measured with the same history in the same run
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
    /// Calls in the history that the server is measured with
    #[arg(long, default_value_t = 1_000_000)]
    calls: u64,
}

impl Bench<'_> {
    fn program(&self, name: &str) -> PathBuf {
        self.project.target.join(self.build.folder()).join(name)
    }

    fn example(&self, name: &str) -> PathBuf {
        self.project.target.join(self.build.folder()).join("examples").join(name)
    }
}

/// Builds, measures and prints the table. A part that cannot be measured keeps no other from being measured.
pub(crate) fn run(project: &Project, wanted: Wanted) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("`cargo xtask bench` reads /proc, so it needs Linux");
    }
    let parts = chosen(wanted.part.as_deref())?;
    let build = if wanted.development { Build::Development } else { Build::Release };
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::to_build_tests(project))?;
    stages.stage("user interface", || ui::build(project))?;
    stages.stage("build", || process::run(project.cargo().args(build.arguments())))?;
    let folder = project.target.join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the last bench's files could not be removed")?;
    }
    fs::create_dir_all(&folder)?;
    let bench = Bench { project, build, folder, against: wanted.against, calls: wanted.calls };
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for part in parts {
        match stages.stage(part.what, || (part.measure)(&bench)) {
            Ok(measured) => rows.extend(measured),
            Err(error) => missing.push(format!("{error:#}")),
        }
    }
    stages.finish("cargo xtask bench");
    println!("{}\n", machine::sentence(build)?);
    println!("| What | Figure |\n| --- | --- |");
    for row in &rows {
        println!("| {} | {} |", row.what, row.figure);
    }
    if !missing.is_empty() {
        bail!("not everything was measured:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

/// Something that is measured.
struct Part {
    name: &'static str,
    what: &'static str,
    measure: fn(&Bench<'_>) -> Result<Vec<Row>>,
}

/// In the order of the table.
static PARTS: [Part; 6] = [
    Part { name: "calls", what: "20 direct calls", measure: calls::measure },
    Part { name: "cost", what: "cost of a call", measure: cost::measure },
    Part { name: "voice", what: "cost of the voice path", measure: voice::measure },
    Part { name: "app", what: "memory of the app and cost of its calls", measure: app::measure },
    Part { name: "history", what: "list of 100,000 calls", measure: history::measure },
    Part { name: "server", what: "a server with a long history", measure: office::measure },
];

/// All parts, or the one of this name.
fn chosen(name: Option<&str>) -> Result<Vec<&'static Part>> {
    let parts: Vec<_> = PARTS.iter().filter(|part| name.is_none_or(|name| name == part.name)).collect();
    if parts.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        bail!("there is no such part: choose one of {}", names.join(", "));
    }
    Ok(parts)
}
