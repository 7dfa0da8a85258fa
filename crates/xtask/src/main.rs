//! Developer commands of Mobile Call: `cargo xtask <command>`.
//!
//! Every command first installs what it misses (see [`setup`]), so that a fresh clone needs no list of steps.

mod bench;
mod check;
mod codegen;
mod process;
mod project;
mod run;
mod setup;
mod stages;
mod test;
mod tidy;
mod ui;

use anyhow::Result;
use clap::{Parser, Subcommand};
use project::Project;
use std::process::ExitCode;

/// Developer commands of Mobile Call. Each installs what it misses first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and open the app.
    Run {
        /// Also start a stand-in for Twilio's cloud and a server that is set up with it, and say how to try both. Whatever
        /// they keep is begun anew each time.
        #[arg(long)]
        with_twilio_stand_in: bool,
        /// Handed to the app.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every test of every kind, or only what the arguments choose.
    Test {
        /// Handed to `cargo test` instead of running everything, as in `cargo xtask test --test app`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build once and run every test again and again, and say of each run what failed.
    Soak(test::Soak),
    /// Keep a core busy until the input ends; `soak` starts this.
    #[command(hide = true)]
    Spin,
    /// Formatting, lints, docs, licenses, dependency arrows and generated files.
    Check,
    /// Measure set-up times, CPU and memory on release builds and print the table of BENCHMARKS.md.
    Bench(bench::Wanted),
    /// Write the generated files: TypeScript types, the OpenAPI document, the arrows in ARCHITECTURE.md.
    Codegen {
        /// Only say whether they are stale.
        #[arg(long)]
        check: bool,
    },
    /// Check what no compiler checks: dependency arrows, forbidden words, migrations, links in the docs.
    Tidy,
    /// Install what `run` needs, with `--tests` also what `test` and `check` need.
    Setup {
        /// Also what the tests need.
        #[arg(long)]
        tests: bool,
    },
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    let project = Project::load()?;
    match task {
        Task::Run { with_twilio_stand_in: false, arguments } => run::run(&project, &arguments),
        Task::Run { with_twilio_stand_in: true, arguments } => run::run_with_twilio_stand_in(&project, &arguments),
        Task::Test { arguments } => test::run(&project, &arguments),
        Task::Soak(wanted) => test::soak(&project, &wanted),
        Task::Spin => test::spin(),
        Task::Check => check::run(&project),
        Task::Bench(wanted) => bench::run(&project, wanted),
        Task::Codegen { check } => codegen::run(&project, check),
        Task::Tidy => tidy::run(&project),
        Task::Setup { tests: false } => setup::for_run(&project),
        Task::Setup { tests: true } => setup::for_everything(&project),
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Task};
    use clap::Parser as _;

    #[test]
    fn what_is_not_ours_is_handed_to_the_app() {
        let cases: [(&[&str], bool, &[&str]); 4] = [
            (&[], false, &[]),
            (&["--hidden"], false, &["--hidden"]),
            (&["--with-twilio-stand-in"], true, &[]),
            (&["--with-twilio-stand-in", "--hidden"], true, &["--hidden"]),
        ];
        for (given, expected, handed_on) in cases {
            let parsed = Arguments::try_parse_from(["cargo xtask", "run"].iter().chain(given)).unwrap();
            let Task::Run { with_twilio_stand_in, arguments } = parsed.task else { panic!("{given:?}") };
            assert_eq!(
                (with_twilio_stand_in, arguments),
                (expected, handed_on.iter().map(|it| (*it).to_owned()).collect())
            );
        }
    }
}
