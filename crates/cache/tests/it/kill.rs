//! `kill -9` at any moment loses no call that was reported.

use crate::{at, call};
use mobilecall_cache::{AccountKey, Cache};
use mobilecall_domain::{CallId, CallReport, CallStatus};
use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
};

const FILE: &str = "MOBILECALL_TEST_CACHE_FILE";
const KEY: &str = "MOBILECALL_TEST_CACHE_KEY";
/// Enough that the kill falls at another step of a call in most runs, and still quick.
const CALLS_BEFORE_KILL: usize = 40;

fn key_from(text: &str) -> AccountKey {
    let (company, user) = text.split_once(' ').unwrap();
    AccountKey { server: "s".into(), company: company.parse().unwrap(), user: user.parse().unwrap() }
}

/// Not a test of its own: the program that the test below starts and kills. It says each call after it was stored.
#[tokio::test]
async fn writer_to_be_killed() {
    let (Ok(file), Ok(key)) = (env::var(FILE), env::var(KEY)) else { return };
    let cache = Cache::open(&PathBuf::from(file)).await.unwrap();
    let account = cache.account(&key_from(&key), at(0)).await.unwrap();
    loop {
        let record = call(&account, 1_000);
        account.begin(&record, "killed run", at(1_000)).await.unwrap();
        println!("\ncall {}", record.id);
        std::io::stdout().flush().unwrap();
        let end = CallReport { status: Some(CallStatus::Completed), ..CallReport::default() };
        account.report(record.id, &end, at(2_000)).await.unwrap();
    }
}

#[tokio::test]
async fn kill_9_loses_no_call_that_was_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    let key = format!("{} {}", uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let mut writer = Command::new(env::current_exe().unwrap())
        .args(["--exact", "kill::writer_to_be_killed", "--nocapture"])
        .env(FILE, &file)
        .env(KEY, &key)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let reported: Vec<CallId> = BufReader::new(writer.stdout.take().unwrap())
        .lines()
        .filter_map(|line| line.unwrap().strip_prefix("call ").map(|id| id.parse().unwrap()))
        .take(CALLS_BEFORE_KILL)
        .collect();
    writer.kill().unwrap();
    writer.wait().unwrap();

    let account = Cache::open(&file).await.unwrap().account(&key_from(&key), at(0)).await.unwrap();
    assert_eq!(reported.len(), CALLS_BEFORE_KILL);
    for call in &reported {
        assert!(account.call(*call).await.unwrap().is_some(), "{call} is lost");
    }
    assert!(account.pending_count().await.unwrap() as usize >= CALLS_BEFORE_KILL, "and the server will be told");
    let stale = account.stale_calls("this run", at(i64::MAX)).await.unwrap();
    assert!(stale.len() <= 1, "at most the one that the kill cut off");
}
