//! What the end-to-end tests share: the programs as they were built, a speaker's voice, a judge of what was heard,
//! and a desktop with virtual devices.
#![allow(dead_code, reason = "each test program includes this and uses its own part")]

pub(crate) mod cut;
pub(crate) mod desktop;
pub(crate) mod notes;
pub(crate) mod notices;
pub(crate) mod phone;
pub(crate) mod process;
pub(crate) mod server;
pub(crate) mod sound;
pub(crate) mod speech;
pub(crate) mod tray;
pub(crate) mod webdriver;

use std::path::{Path, PathBuf};

/// A program of the workspace, next to the app that Cargo built for these tests.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_mobile-call")).with_file_name(name);
    assert!(path.is_file(), "{} is not built; run the tests with `cargo xtask test`", path.display());
    path
}

/// Something `cargo xtask setup --tests` installs below the target folder.
pub(crate) fn installed(path: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_mobile-call")).ancestors().nth(2).expect("target/debug/mobile-call");
    let path = target.join(path);
    assert!(path.exists(), "{} is missing; run `cargo xtask setup --tests`", path.display());
    path
}

/// A file of the repository.
pub(crate) fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A fresh folder for what a test leaves for people to look at: logs, recordings, screenshots.
pub(crate) fn artifacts(test: &str) -> PathBuf {
    let folder = source("artifacts").join(test);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("old artifacts can be removed");
    }
    std::fs::create_dir_all(&folder).expect("the artifacts folder can be made");
    folder
}

/// A TCP port that nobody uses at the moment, for programs that cannot choose one themselves.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
