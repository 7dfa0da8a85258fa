//! The server's web pages in a real browser: a person opens the start page, signs in and sees a call. Screenshots in all
//! languages are left in `artifacts/`.

#![cfg(target_os = "linux")]

#[path = "../support/mod.rs"]
mod support;

use serde_json::json;
use std::process::Command;
use support::server::Server;
use support::{artifacts, source};

#[test]
fn a_person_signs_in_and_sees_a_call() {
    let folder = artifacts("web-pages");
    let server = Server::start(&folder);
    let account = server.add_person("sara", "Sara Hassan", "201");
    let token = server.sign_in(&account);
    let call = json!({
        "id": "01972f00-0000-7000-8000-000000000101", "fromNumber": "+966501234567", "toNumber": "201",
        "direction": "inbound", "line": "direct", "status": "completed", "customerName": "Noor Saleh",
        "createdAt": "2025-06-02T09:30:00.000Z", "answeredAt": "2025-06-02T09:30:10.000Z",
        "endedAt": "2025-06-02T09:32:15.000Z",
    });
    server.http("POST", "/api/calls", Some(&token), Some(&call));

    let mut look = Command::new("node");
    look.arg(source("tests/web_pages/look.mjs"));
    look.env("SERVER", server.url()).env("FOLDER", &folder);
    look.env("SIGN_IN_AS", account.username).env("PASSWORD", account.password());
    let looked = look.output().expect("node starts");
    let said = String::from_utf8_lossy(&looked.stderr);
    assert!(looked.status.success(), "{}\n{said}", String::from_utf8_lossy(&looked.stdout));
}
