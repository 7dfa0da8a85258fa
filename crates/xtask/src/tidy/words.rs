//! Words that must not appear in certain files, as a table.

use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;

/// One rule. The words are written in two halves, so that this file does not break its own rules.
struct Rule {
    /// What must not appear.
    words: &'static [&'static str],
    /// In files with one of these endings…
    endings: &'static [&'static str],
    /// …below one of these folders (an empty list means everywhere)…
    within: &'static [&'static str],
    /// …but not below these.
    except: &'static [&'static str],
    /// Why not, and what instead.
    reason: &'static str,
}

const SOURCES: &[&str] = &[".rs", ".ts", ".js", ".mjs", ".svelte", ".py"];

const RULES: &[Rule] = &[
    Rule {
        words: &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")],
        endings: SOURCES,
        within: &[],
        except: &[],
        reason: "finish it, or file an issue",
    },
    Rule {
        words: &[
            concat!("#[ign", "ore"),
            concat!("it.sk", "ip("),
            concat!("test.sk", "ip("),
            concat!("describe.sk", "ip("),
        ],
        endings: SOURCES,
        within: &[],
        except: &[],
        reason: "every test runs",
    },
    Rule {
        words: &[concat!("it.on", "ly("), concat!("test.on", "ly("), concat!("describe.on", "ly(")],
        endings: SOURCES,
        within: &[],
        except: &[],
        reason: "it silently leaves out all other tests",
    },
    Rule {
        words: &[concat!("@tauri", "-apps/")],
        endings: &[".ts", ".svelte"],
        within: &["ui/"],
        except: &["ui/window/src/platform/"],
        reason: "only ui/window/src/platform talks to the host; the rest goes through its interface",
    },
    Rule {
        words: &[concat!("Instant::", "now"), concat!("SystemTime::", "now"), concat!("Timestamp::", "now")],
        endings: &[".rs"],
        within: &[
            "crates/domain/src/",
            "crates/line/src/",
            "crates/media/src/",
            "crates/pstream/src/",
            "crates/twilio/src/",
            "crates/twilio-stand-in/src/core/",
            "crates/api/src/",
        ],
        // The one function that reads it, for the programs at the edges, and the voice thread's clock.
        except: &["crates/domain/src/time.rs", "crates/media/src/voice/clock.rs"],
        reason: "this crate never reads a clock; take the time as an argument",
    },
    Rule {
        words: &[
            concat!("std::", "fs"),
            concat!("tokio::", "fs"),
            concat!("Tcp", "Stream"),
            concat!("Tcp", "Listener"),
            concat!("Udp", "Socket"),
        ],
        endings: &[".rs"],
        within: &[
            "crates/domain/src/",
            "crates/line/src/",
            "crates/pstream/src/",
            "crates/twilio/src/",
            "crates/twilio-stand-in/src/core/",
            "crates/api/src/",
            "crates/ipc/src/",
        ],
        except: &[],
        reason: "this crate does no I/O",
    },
    Rule {
        words: &[concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("C:\\Us", "ers")],
        endings: &[".rs", ".ts", ".js", ".mjs", ".svelte", ".py", ".md", ".toml", ".json", ".sh", ".yml"],
        within: &[],
        // Its invented agent has an invented home.
        except: &["ui/window/src/gallery/"],
        reason: "a path of one machine",
    },
];

/// Applies every rule to every file it concerns.
pub(crate) fn check(project: &Project, files: &[String]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in files {
        let rules: Vec<&Rule> = RULES.iter().filter(|rule| concerns(rule, file)).collect();
        if rules.is_empty() {
            continue;
        }
        let text = fs::read_to_string(project.root.join(file)).with_context(|| file.clone())?;
        problems.extend(rules.into_iter().flat_map(|rule| breaches(rule, file, &text)));
    }
    Ok(problems)
}

fn concerns(rule: &Rule, file: &str) -> bool {
    rule.endings.iter().any(|ending| file.ends_with(ending))
        && (rule.within.is_empty() || rule.within.iter().any(|folder| file.starts_with(folder)))
        && !rule.except.iter().any(|folder| file.starts_with(folder))
}

fn breaches(rule: &Rule, file: &str, text: &str) -> Vec<String> {
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let word = rule.words.iter().find(|word| line.contains(**word))?;
            Some(format!("{file}:{}: `{word}`: {}", index + 1, rule.reason))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{RULES, breaches, concerns};

    #[test]
    fn a_forbidden_word_is_named_with_its_line() {
        let rule = RULES.iter().find(|rule| rule.reason.contains("platform")).unwrap();
        assert!(concerns(rule, "ui/window/src/dialer/Keypad.svelte"));
        assert!(!concerns(rule, "ui/window/src/platform/tauri.ts"));
        let text = format!("line one\nimport x from '{}api'", rule.words[0]);
        let found = breaches(rule, "a.ts", &text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a.ts:2: "), "{found:?}");
    }
}
