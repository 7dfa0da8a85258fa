//! What was measured on.

use super::Build;
use crate::process;
use anyhow::Result;
use std::fs;
use std::process::Command;

/// System, processor, build and revision in a sentence, without which figures say nothing.
pub(crate) fn sentence(build: Build) -> Result<String> {
    let system = named(&fs::read_to_string("/etc/os-release").unwrap_or_default(), "PRETTY_NAME", '=');
    let processor = named(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default(), "model name", ':');
    let cores = std::thread::available_parallelism()?;
    let revision = process::output_of(Command::new("git").args(["describe", "--always", "--dirty"]))?;
    let build = match build {
        Build::Release => "Release build",
        Build::Development => "Development build (`--development`), so these are upper bounds,",
    };
    let architecture = std::env::consts::ARCH;
    Ok(format!("{system}, {cores} cores ({processor}, {architecture}). {build} of {}.", revision.trim()))
}

/// The value of a `name=value` line, however it is spaced and quoted.
fn named(text: &str, name: &str, separator: char) -> String {
    let value = text.lines().find_map(|line| {
        let (found, value) = line.split_once(separator)?;
        (found.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    });
    value.unwrap_or_else(|| format!("unknown {name}"))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn values_are_found_by_name() {
        let release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(named(release, "PRETTY_NAME", '='), "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(named("model\t: 5\nmodel name\t: A: fast one\n", "model name", ':'), "A: fast one");
        assert_eq!(named("", "model name", ':'), "unknown model name");
    }
}
