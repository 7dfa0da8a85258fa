//! A server that cannot be reached, or not be trusted, is status 3; a sign-in that is refused is status 6.

use crate::{office::Office, program::run};
use mobilecall_backend::Rate;
use mobilecall_testkit::{TestCertificate, TestServer};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// An address where nothing listens.
async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn without_a_server_every_command_says_so() {
    let office = Office::open().await;
    let server = nowhere().await;
    for command in [&["call", "102"][..], &["listen"], &["history"]] {
        let outcome = office.run("alice", &[command, &["--server", &server]].concat()).await;
        outcome.failed(3, "serverUnreachable", &format!("{server} does not answer: check the address"));
    }
}

#[tokio::test]
async fn another_server_at_the_address_is_told_from_none() {
    let office = Office::open().await;
    for (answer, code, words) in [
        ("200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello", "notAMobileCallServer", "check the address"),
        (
            "404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "notAMobileCallServer",
            "check the address",
        ),
        ("502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", "serverBusy", "try again"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let answering = tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0, "a request came");
                socket.write_all(format!("HTTP/1.1 {answer}").as_bytes()).await.unwrap();
            }
        });
        office.run("alice", &["history", "--server", &server]).await.failed(3, code, words);
        answering.abort();
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_not_blamed_on_the_password() {
    let office = Office::open().await;
    office.server.faults().set(mobilecall_testkit::Fault::Busy(u32::MAX));
    office.run("alice", &["call", "102"]).await.failed(3, "serverBusy", "try again");
}

#[tokio::test]
async fn a_certificate_is_trusted_only_with_its_authority() {
    let office = Office::with(TestServer::builder().tls()).await;
    let url = office.server.base_url();
    let stranger = tempfile::tempdir().unwrap();
    let stranger = TestCertificate::write(stranger.path()).ca_file();
    let words = format!("the certificate of {url} is not trusted");
    office.run("alice", &["call", "*43"]).await.failed(3, "certificateNotTrusted", &words);
    let wrong = ["call", "*43", "--ca", stranger.to_str().unwrap()];
    office.run("alice", &wrong).await.failed(
        3,
        "certificateNotTrusted",
        "not trusted (no trusted authority signed it): give the authority",
    );

    let ca = office.server.ca_file().unwrap();
    let right = ["call", "*43", "--duration", "1s", "--ca", ca.to_str().unwrap()];
    let called = office.run("alice", &right).await;
    assert_eq!(called.code, Some(0), "{called:?}");
    let plain = url.replace("https:", "http:");
    let plain = office.run("alice", &["call", "*43", "--server", &plain]).await;
    plain.failed(3, "serverUnreachable", "");
}

#[tokio::test]
async fn tls_is_not_spoken_to_a_server_without() {
    let office = Office::open().await;
    let url = office.server.base_url().replace("http:", "https:");
    office.run("alice", &["call", "*43", "--server", &url]).await.failed(3, "serverUnreachable", "does not answer");
}

#[tokio::test]
async fn a_wrong_password_is_status_6() {
    let office = Office::open().await;
    std::fs::write(office.folder().join("wrong"), "open sesame").unwrap();
    let wrong = office.folder().join("wrong");
    for username in ["alice", "nobody"] {
        for command in [&["call", "102"][..], &["listen"], &["history"]] {
            let mut line =
                office.line(username, &[command, &["-vv", "--audio-in", "none", "--audio-out", "none"]].concat());
            line.extend(["--password-file".to_owned(), wrong.to_str().unwrap().to_owned()]);
            let at = line.iter().position(|word| word == "--password-file").unwrap();
            line.drain(at..at + 2);
            let outcome = run(line).await;
            assert_eq!(outcome.code, Some(6), "{outcome:?}");
            let error = outcome.printed.last().unwrap();
            assert!(error.contains("wrongCredentials") && error.contains("check both"), "{error}");
            assert!(!outcome.errors.contains("open sesame"), "{}", outcome.errors);
        }
    }
}

#[tokio::test]
async fn who_tries_too_often_waits() {
    let office = Office::with_config(|config| {
        config.login.per_username = Rate::new(1, Duration::from_secs(600));
    })
    .await;
    assert_eq!(office.run("alice", &["history"]).await.code, Some(0));
    office.run("alice", &["history"]).await.failed(6, "tooManyTries", "wait");
}

#[tokio::test]
async fn people_are_told_what_to_do() {
    let office = Office::open().await;
    let server = nowhere().await;
    let line = office.line("alice", &["history", "--server", &server]);
    let outcome = run(line.iter().filter(|word| *word != "--json")).await;
    assert_eq!((outcome.code, outcome.printed.len()), (Some(3), 0));
    let sentence = "does not answer: check the address, the network and that the server is running\n";
    assert_eq!(outcome.errors, format!("mcall: the server {server} {sentence}"));
}
