//! Which crate may depend on which: the architecture as data, compared with what Cargo says.

use crate::project::Project;
use cargo_metadata::{DependencyKind, Package};
use std::collections::BTreeSet;

/// Each package of ours with exactly those of ours it depends on, from the bottom up.
///
/// A new arrow is a decision: add it here and say in `ARCHITECTURE.md` why, if the reason is not plain.
pub(crate) const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("pstream", &["domain"]),
    ("twilio", &["domain"]),
    ("api", &["domain"]),
    ("ipc", &["domain"]),
    ("line", &["domain"]),
    ("media", &["domain"]),
    ("audio", &[]),
    ("sqlite3mc", &[]),
    ("sqlite", &["sqlite3mc"]),
    ("turn", &[]),
    ("transport", &["domain", "turn"]),
    ("store", &["domain"]),
    ("cache", &["domain", "sqlite"]),
    ("store-sqlite", &["domain", "sqlite", "store"]),
    ("line-pstream", &["domain", "line", "pstream"]),
    ("client", &["api", "cache", "domain"]),
    ("edge", &["domain", "pstream", "transport"]),
    ("backend", &["api", "domain", "edge", "store", "twilio"]),
    (
        "softphone",
        &["audio", "cache", "client", "domain", "ipc", "line", "line-pstream", "media", "transport", "twilio"],
    ),
    ("server", &["backend", "domain", "store", "store-sqlite"]),
    ("cli", &["backend", "domain", "ipc", "softphone", "store", "store-sqlite"]),
    ("mobile-call", &["backend", "domain", "ipc", "softphone", "store-sqlite"]),
    ("testkit", &["api", "backend", "domain", "line", "store", "store-sqlite", "transport", "turn"]),
    ("twilio-stand-in", &["domain", "media", "pstream", "transport", "twilio"]),
    ("xtask", &[]),
];

/// Packages of others that only some of ours may name, each with the reason.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("tauri", &["mobile-call"], "only the shell knows Tauri"),
    ("tauri-build", &["mobile-call"], "only the shell knows Tauri"),
    ("tauri-plugin-single-instance", &["mobile-call"], "only the shell knows Tauri"),
    ("notify-rust", &["mobile-call"], "notifications are the shell's"),
    ("cpal", &["audio"], "only `audio` opens sound devices"),
    ("pulseaudio", &["audio"], "only `audio` opens sound devices"),
    ("webrtc", &["transport"], "WebRTC stays behind `MediaTransport`"),
    ("rtc", &["transport"], "WebRTC stays behind `MediaTransport`"),
    ("turn-client-proto", &["turn"], "relays are `turn`'s"),
    ("opus", &["media"], "codecs are `media`'s"),
    ("sonora", &["media"], "echo cancelling is `media`'s"),
    ("symphonia", &["media"], "codecs are `media`'s"),
    ("rusqlite", &["sqlite"], "`sqlite` decides the version and hands it on"),
    ("axum", &["backend", "edge", "twilio-stand-in"], "HTTP routes are the backend's, and the stand-in's"),
    (
        "reqwest",
        &["backend", "client", "testkit", "twilio-stand-in"],
        "HTTP requests to the backend are the client's, those to Twilio the backend's, and webhooks the stand-in's",
    ),
    ("ts-rs", &["domain", "ipc"], "TypeScript is generated from the engine's contract and the enums it shows"),
];

/// Crates that speak signaling must not reach sound, however many steps away.
const SIGNALING: &[&str] = &["line", "pstream", "line-pstream"];
const SOUND: &[&str] = &["audio", "media", "transport"];

/// The short name of a package of ours: the folder's.
pub(crate) fn short(package: &str) -> &str {
    package.strip_prefix("mobilecall-").unwrap_or(package)
}

/// Compares the table with the workspace.
pub(crate) fn check(project: &Project) -> Vec<String> {
    let packages = project.metadata.workspace_packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| short(&package.name)).collect();
    let mut problems = compare(&packages, &ours);
    for (name, _) in ARROWS.iter().filter(|(name, _)| !ours.contains(name)) {
        problems.push(format!("`{name}` is in the table of arrows but not in the workspace"));
    }
    for package in &packages {
        problems.extend(check_reserved(package));
        problems.extend(check_dev(package, &ours));
    }
    problems.extend(check_signaling(ARROWS));
    problems
}

fn compare(packages: &[&Package], ours: &BTreeSet<&str>) -> Vec<String> {
    let mut problems = Vec::new();
    for package in packages {
        let name = short(&package.name);
        let Some((_, allowed)) = ARROWS.iter().find(|(listed, _)| *listed == name) else {
            problems.push(format!("`{name}` is not in the table of arrows in crates/xtask/src/tidy/arrows.rs"));
            continue;
        };
        let actual = dependencies(package, DependencyKind::Normal, ours);
        for extra in actual.iter().filter(|other| !allowed.contains(other)) {
            problems.push(format!("`{name}` must not depend on `{extra}`: no such arrow in ARCHITECTURE.md"));
        }
        for gone in allowed.iter().filter(|other| !actual.contains(*other)) {
            problems.push(format!("`{name}` no longer depends on `{gone}`: remove the arrow from arrows.rs"));
        }
    }
    problems
}

/// What only tests and developer commands use.
const FOR_TESTS: &[&str] = &["testkit", "twilio-stand-in"];

/// Tests may use what they like of ours, but the fixtures are for tests only.
fn check_dev(package: &Package, ours: &BTreeSet<&str>) -> Vec<String> {
    let normal = dependencies(package, DependencyKind::Normal, ours);
    let name = short(&package.name);
    let used = FOR_TESTS.iter().filter(|fixture| normal.contains(*fixture) && name != "xtask");
    used.map(|fixture| format!("`{name}` depends on `{fixture}` outside of tests")).collect()
}

fn check_reserved(package: &Package) -> Vec<String> {
    let name = short(&package.name);
    RESERVED
        .iter()
        .filter(|(_, users, _)| !users.contains(&name))
        .filter(|(reserved, ..)| {
            package
                .dependencies
                .iter()
                .any(|dependency| dependency.name == *reserved && dependency.kind != DependencyKind::Development)
        })
        .map(|(reserved, users, reason)| {
            format!("`{name}` must not depend on `{reserved}` (only {} may): {reason}", users.join(", "))
        })
        .collect()
}

fn check_signaling(arrows: &[(&'static str, &[&'static str])]) -> Vec<String> {
    let mut problems = Vec::new();
    for signaling in SIGNALING {
        let reached = reach(signaling, arrows);
        for sound in SOUND.iter().filter(|sound| reached.contains(*sound)) {
            problems.push(format!("`{signaling}` reaches `{sound}`, but signaling must not know sound"));
        }
    }
    problems
}

/// Everything a package of ours depends on, directly or not.
fn reach<'a>(from: &'a str, arrows: &[(&'a str, &'a [&'a str])]) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        let direct = arrows.iter().find(|(listed, _)| *listed == name).map_or(&[][..], |(_, direct)| direct);
        open.extend(direct.iter().filter(|other| reached.insert(**other)));
    }
    reached
}

fn dependencies<'a>(package: &'a Package, kind: DependencyKind, ours: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == kind)
        .map(|dependency| short(&dependency.name))
        .filter(|name| ours.contains(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ARROWS, check_signaling, reach};

    #[test]
    fn the_table_is_in_order_and_so_has_no_circle() {
        for (position, (name, needs)) in ARROWS.iter().enumerate() {
            for needed in *needs {
                let at = ARROWS.iter().position(|(listed, _)| listed == needed);
                assert!(at.is_some_and(|at| at < position), "`{name}` must come after `{needed}`");
            }
        }
    }

    #[test]
    fn reach_follows_arrows() {
        let arrows: &[(&str, &[&str])] = &[("a", &["b"]), ("b", &["c"]), ("c", &[]), ("d", &[])];
        assert_eq!(reach("a", arrows).into_iter().collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn signaling_that_reaches_sound_is_found() {
        let arrows: &[(&str, &[&str])] = &[("line", &["domain"]), ("domain", &["media"]), ("media", &[])];
        assert_eq!(check_signaling(arrows), ["`line` reaches `media`, but signaling must not know sound"]);
        assert_eq!(check_signaling(ARROWS), Vec::<String>::new());
    }
}
