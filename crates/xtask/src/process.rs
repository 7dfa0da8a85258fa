//! Running other programs.

use anyhow::{Context, Result, bail};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Runs a program to its end, its output going where ours goes; fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = start(command.stdin(Stdio::null()))?.wait();
    succeeded(command, status.with_context(|| format!("could not wait for `{}`", describe(command)))?)
}

/// Starts a program whose input and output were arranged.
pub(crate) fn start(command: &mut Command) -> Result<Child> {
    let line = describe(command);
    eprintln!("$ {line}");
    command.spawn().with_context(|| format!("could not start `{line}`"))
}

/// Fails when a program that has ended did.
pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed: {status}", describe(command));
    }
    Ok(())
}

/// Runs a program and returns what it printed, whatever its exit status.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("could not start `{line}`"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// As [`output_of`], but a failed program is an error that shows what it said.
pub(crate) fn checked_output(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("could not start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Is there such a program on the PATH?
pub(crate) fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}
