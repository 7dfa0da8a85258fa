//! What a file is locked by stays locked, whatever else this process does with the file.
#![cfg(unix)]

use crate::{OPTIONS, insert};
use mobilecall_sqlite::{Database, Key, beginning_of};
use std::{path::Path, process::Command};

/// Succeeds where no process has the database open: each holds a lock on these bytes
/// (<https://sqlite.org/src/file/src/os.h>, `SHARED_FIRST`).
const NOBODY_HAS_IT: &str = "
import fcntl, sys
database = open(sys.argv[1], 'r+b')
try:
    fcntl.lockf(database, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
except BlockingIOError:
    sys.exit(3)
";

/// Reads the database as any other program does, and closes it.
const READ: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute('SELECT count(*) FROM notes').fetchone()[0])
database.close()
";

fn is_locked(path: &Path) -> bool {
    let status = Command::new("python3").args(["-c", NOBODY_HAS_IT]).arg(path).status().unwrap();
    match status.code() {
        Some(0) => false,
        Some(3) => true,
        _ => panic!("{status}"),
    }
}

async fn open(path: &Path, key: Option<&Key>) -> Database {
    match key {
        Some(key) => Database::open_encrypted(path, OPTIONS, key.clone()).await.unwrap(),
        None => Database::open(path, OPTIONS).await.unwrap(),
    }
}

#[tokio::test]
async fn opening_a_file_once_more_and_looking_at_it_leaves_it_locked() {
    for key in [None, Some(Key::new([7; 32]))] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.sqlite");
        let database = open(&path, key.as_ref()).await;
        insert(&database, "one").await.unwrap();
        assert!(is_locked(&path), "open");
        let another = open(&path, key.as_ref()).await;
        assert!(is_locked(&path), "opened once more");
        another.close().await;
        assert!(is_locked(&path), "closed once");
        assert_eq!(beginning_of(&path, 16).unwrap().len(), 16);
        assert!(is_locked(&path), "looked at");
        Database::open_encrypted(&path, OPTIONS, Key::new([8; 32])).await.unwrap_err();
        assert!(is_locked(&path), "opened with a wrong key");
        database.close().await;
        assert!(!is_locked(&path), "closed");
    }
}

#[tokio::test]
async fn who_is_done_with_a_file_that_we_opened_twice_leaves_us_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.sqlite");
    let database = open(&path, None).await;
    let _another = open(&path, None).await;
    for rows in 1..=3 {
        insert(&database, format!("note {rows}")).await.unwrap();
        let read = Command::new("python3").args(["-c", READ]).arg(&path).output().unwrap();
        assert_eq!(
            String::from_utf8(read.stdout).unwrap(),
            format!("{rows}\n"),
            "every commit is in the file or its log"
        );
    }
}

#[tokio::test]
async fn a_file_that_two_make_together_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    for attempt in 0..20 {
        let path = folder.path().join(format!("notes-{attempt}.sqlite"));
        let (one, other) = tokio::join!(open(&path, None), open(&path, None));
        one.close().await;
        assert!(is_locked(&path));
        drop(other);
    }
}

/// What is looked at is what lies there now.
#[test]
fn a_file_that_took_the_place_of_another_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let (path, next) = (folder.path().join("notes.sqlite"), folder.path().join("next"));
    for text in ["first", "a longer second", ""] {
        std::fs::write(&next, text).unwrap();
        std::fs::rename(&next, &path).unwrap();
        assert_eq!(beginning_of(&path, 8).unwrap(), &text.as_bytes()[..text.len().min(8)]);
        std::fs::write(&path, "in place").unwrap();
        assert_eq!(beginning_of(&path, 8).unwrap(), b"in place");
    }
}
