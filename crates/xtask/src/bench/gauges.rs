//! What Linux tells about a running process.

use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// Unit of CPU times in `/proc`: `USER_HZ`, which is 100 on every Linux that the app runs on.
const TICKS_PER_SECOND: u64 = 100;

/// User and system time that a process has used so far, all its threads together.
pub(crate) fn cpu_time(process: u32) -> Result<Duration> {
    let path = format!("/proc/{process}/stat");
    let ticks = ticks(&fs::read_to_string(&path).context(path.clone())?).context(path)?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// Proportional set size of a process and all its descendants, in bytes: memory shared by several counts once.
pub(crate) fn memory_of_tree(process: u32) -> Result<u64> {
    tree(process)?.into_iter().map(memory).sum()
}

/// A process and all its descendants.
pub(crate) fn tree(process: u32) -> Result<Vec<u32>> {
    let mut found = vec![process];
    for child in children(process)? {
        found.extend(tree(child)?);
    }
    Ok(found)
}

/// The name of a process.
pub(crate) fn name(process: u32) -> Result<String> {
    let path = format!("/proc/{process}/comm");
    Ok(fs::read_to_string(&path).context(path)?.trim_end().to_owned())
}

fn memory(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let kilobytes = proportional_kilobytes(&fs::read_to_string(&path).context(path.clone())?).context(path)?;
    Ok(kilobytes * 1024)
}

/// The processes that a process started.
pub(crate) fn children(process: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for task in fs::read_dir(format!("/proc/{process}/task")).context("the process has ended")? {
        // A thread may end between the listing and the reading; then its children belong to another one.
        let listed = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        children.extend(listed.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    Ok(children)
}

/// Fields 14 and 15 of `/proc/PID/stat`, counted from behind the name, which may contain anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

fn proportional_kilobytes(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{proportional_kilobytes, ticks};

    #[test]
    fn cpu_time_is_found_behind_any_name() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 100";
        assert_eq!(ticks(stat), Some(300));
    }

    #[test]
    fn memory_is_the_proportional_line() {
        assert_eq!(proportional_kilobytes("Rss: 900 kB\nPss:             512 kB\nPss_Dirty: 3 kB\n"), Some(512));
    }
}
