//! The window as it is drawn, over a host in memory: in every language, in the smallest window and the usual one, nothing
//! is cut and nothing moves under the pointer. Screenshots are left in `artifacts/`.

#![cfg(target_os = "linux")]

#[path = "../support/mod.rs"]
mod support;

use std::process::Command;
use support::{artifacts, source};

#[test]
fn nothing_of_the_window_is_cut_or_moves_under_the_pointer() {
    let folder = artifacts("window-layout");
    let mut look = Command::new("node");
    look.arg(source("tests/window_layout/look.mjs")).env("FOLDER", &folder).env("UI", source("ui"));
    let looked = look.output().expect("node starts");
    let said = String::from_utf8_lossy(&looked.stderr);
    assert!(looked.status.success(), "{}\n{said}", String::from_utf8_lossy(&looked.stdout));
}
