//! The disk under the history: held by others, damaged.

use crate::{
    office::Office,
    program::{Outcome, run_with_small_files},
};
use mobilecall_testkit::{Fault, HeldDatabase, call, eventually};
use std::{
    fs,
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
};

const PAGE: usize = 4096;

fn rows(outcome: &Outcome) -> usize {
    outcome.events().iter().filter(|event| event["event"] == "call").count()
}

#[tokio::test]
async fn a_call_does_not_wait_for_a_history_that_another_process_holds() {
    let office = Office::open().await;
    let data = office.folder().join("data");
    let here = ["--data-dir", data.to_str().unwrap()];
    assert_eq!(office.run("alice", &[&["history"], &here[..]].concat()).await.code, Some(0));
    let holder = HeldDatabase::at(&data.join("cache.sqlite"));
    let mut alice = office.start("alice", &[&["call", "*43", "--duration", "1s"], &here[..]].concat());
    let connected = alice.event("connected").await;
    alice.event("ended").await;
    drop(holder);
    let alice = alice.end().await;
    assert_eq!(alice.code, Some(0), "{alice:?}");
    let history = office.run("alice", &[&["history"], &here[..]].concat()).await;
    assert_eq!((rows(&history), &history.last("call")["call_id"]), (1, &connected["call_id"]));
    assert_eq!(history.last("call")["disposition"], "answered");
}

/// More calls than its log may hold: what comes from the server can be kept nowhere.
#[tokio::test]
async fn a_history_that_cannot_be_written_is_told_at_once() {
    let office = Office::open().await;
    let data = office.folder().join("data");
    let here = ["history", "--data-dir", data.to_str().unwrap()];
    let alice = &office.alice.user;
    office.server.import(&[call(alice.company_id, alice.id).build()]).await;
    assert_eq!(rows(&office.run("alice", &here).await), 1);
    let more: Vec<_> = (0..400).map(|_| call(alice.company_id, alice.id).build()).collect();
    office.server.import(&more).await;
    let outcome = run_with_small_files(40_000, office.line("alice", &here)).await;
    assert_eq!((outcome.code, rows(&outcome)), (Some(0), 1), "{outcome:?}");
    // And not that the server did not give its history in time, which takes a minute.
    assert_eq!(outcome.last("problem")["code"], "historyNotWritten", "{outcome:?}");
    assert_eq!(rows(&office.run("alice", &[&here[..], &["--limit", "500"]].concat()).await), 401, "nothing is lost");
}

/// A history that was closed in order, on a disk without room for anything more or that this user may not write to.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_history_that_cannot_be_written_is_shown_all_the_same() {
    use crate::program::run_as_anybody;
    use std::os::unix::fs::PermissionsExt as _;
    let office = Office::open().await;
    let alice = &office.alice.user;
    let records: Vec<_> = (0..3).map(|_| call(alice.company_id, alice.id).build()).collect();
    office.server.import(&records).await;
    let data = office.folder().join("data");
    let file = data.join("cache.sqlite");
    let line = office.line("alice", &["history", "--data-dir", data.to_str().unwrap()]);
    let plain: Vec<_> = line.iter().filter(|word| *word != "--json").collect();
    assert_eq!(rows(&crate::program::run(&line).await), 3);
    let content = fs::read(&file).unwrap();
    let rights = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    let told = |outcome: &Outcome, code: &str, words: &str| {
        assert_eq!((outcome.code, rows(outcome)), (Some(0), 3), "{outcome:?}");
        let problem = outcome.last("problem");
        assert_eq!(problem["code"], code, "{problem}");
        let message = problem["message"].as_str().unwrap();
        assert!(message.contains(words) && message.ends_with("what is known here is printed"), "{message}");
        assert!(message.contains(file.to_str().unwrap()) && !message.contains("move"), "{message}");
    };
    told(&run_with_small_files(4096, &line).await, "diskFull", "the disk is full");
    let people = run_with_small_files(4096, &plain).await;
    assert_eq!((people.code, people.printed.len()), (Some(0), 3), "nothing but calls: {people:?}");
    assert!(people.errors.starts_with("mcall: the disk is full") && people.errors.lines().count() == 1, "{people:?}");
    rights(0o444);
    told(&run_as_anybody(&line).await, "databaseNotWritable", "cannot be written (permission denied): give this user");
    let people = run_as_anybody(&plain).await;
    assert_eq!((people.code, people.printed.len()), (Some(0), 3), "{people:?}");
    assert!(people.errors.contains("cannot be written (permission denied)"), "{people:?}");
    // Nor can anything be made beside it.
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    told(&run_as_anybody(&line).await, "databaseNotWritable", "cannot be written");
    // Nor read: to be allowed to write would not be enough.
    rights(0o000);
    run_as_anybody(&line).await.failed(1, "databaseNotWritable", "give this user the right to read and to write it");
    rights(0o600);
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(fs::read(&file).unwrap() == content, "it is as it was");
    assert_eq!(rows(&crate::program::run(&line).await), 3);

    let _directory = office.server.stop().await;
    rights(0o444);
    let offline = run_as_anybody(&line).await;
    let codes: Vec<_> = offline.events().iter().filter_map(|event| event["code"].as_str().map(str::to_owned)).collect();
    assert_eq!((offline.code, rows(&offline), codes), (Some(0), 3, vec!["databaseNotWritable".to_owned()]));
    rights(0o600);
}

/// Both are signed in already when another process takes the server's database.
#[tokio::test]
async fn a_call_rings_and_is_answered_while_another_process_holds_the_servers_database() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &["--auto-answer", "--once"]).await;
    // She waits to learn who that is, and so does not dial yet.
    office.server.faults().set(Fault::HangUsers);
    let mut alice = office.start("alice", &["call", "bob", "--duration", "1s"]);
    alice.event("registered").await;
    let holder = HeldDatabase::at(&office.server.directory().join("backend.sqlite"));
    office.server.faults().set(Fault::None);
    bob.event("ringing").await;
    let [called, calling] = [bob.event("connected").await, alice.event("connected").await];
    assert_eq!(alice.event("ended").await["reason"], "localHangup");
    assert_eq!(bob.event("ended").await["reason"], "remoteHangup");
    drop(holder);
    let (alice, bob) = tokio::join!(alice.end(), bob.end());
    assert_eq!((alice.code, bob.code), (Some(0), Some(0)), "{alice:?} {bob:?}");
    for (who, connected) in [("alice", calling), ("bob", called)] {
        let history = eventually("the record", async || {
            let history = office.run(who, &["history"]).await;
            (rows(&history) > 0 && history.last("call")["disposition"] == "answered").then_some(history)
        })
        .await;
        assert_eq!((rows(&history), &history.last("call")["call_id"]), (1, &connected["call_id"]), "{who}");
    }
}

/// Overwrites pages, the first is 1.
fn overwrite(database: &Path, first: usize, last: usize) {
    let mut file = fs::OpenOptions::new().write(true).open(database).unwrap();
    file.seek(SeekFrom::Start(((first - 1) * PAGE) as u64)).unwrap();
    let noise: Vec<u8> = (0..(last + 1 - first) * PAGE).map(|byte| (byte * 7919 % 251) as u8).collect();
    file.write_all(&noise).unwrap();
}

fn aside(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_str().unwrap().contains("cache.sqlite.damaged-")).collect()
}

#[tokio::test]
async fn a_damaged_history_is_told_set_aside_and_fetched_again() {
    let most = ["--limit", "1000"];
    for (name, first, last) in [("indexes", 6, 9), ("calls", 12, 20), ("roots", 3, 5), ("header", 1, 1)] {
        let office = Office::open().await;
        let alice = &office.alice.user;
        let records: Vec<_> = (0..300).map(|_| call(alice.company_id, alice.id).build()).collect();
        office.server.import(&records).await;
        let data = office.folder().join(name);
        let here = ["--data-dir", data.to_str().unwrap()];
        let history = [&["history"], &most[..], &here].concat();
        assert_eq!(rows(&office.run("alice", &history).await), 300);
        overwrite(&data.join("cache.sqlite"), first, last);

        let told = office.run("alice", &history).await;
        assert_eq!((told.code, rows(&told)), (Some(0), 300), "{name}: {:?}", told.printed.first());
        let [kept] = &aside(&data)[..] else { panic!("{name}: {:?}", aside(&data)) };
        let problem = told.last("problem");
        assert_eq!(problem["code"], "historyDamaged", "{name}");
        assert!(problem["message"].as_str().unwrap().contains(kept.to_str().unwrap()), "{problem}");
        let next = office.run("alice", &history).await;
        assert_eq!((next.story(), rows(&next)), (vec!["call".to_owned()], 300), "{name}: it is well again");

        overwrite(&data.join("cache.sqlite"), first, last);
        let called = office.run("alice", &[&["call", "*43", "--duration", "500ms"], &here[..]].concat()).await;
        assert_eq!(called.code, Some(0), "{name}: {called:?}");
        // The call need not have met the damage.
        let history = office.run("alice", &history).await;
        assert_eq!(rows(&history), 301, "{name}: {:?}", history.printed.first());
        assert_eq!(aside(&data).len(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_damaged_history_is_told_also_without_the_server() {
    let office = Office::open().await;
    let alice = &office.alice.user;
    let records: Vec<_> = (0..300).map(|_| call(alice.company_id, alice.id).build()).collect();
    office.server.import(&records).await;
    let data = office.folder().join("data");
    let line = office.line("alice", &["history", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(crate::program::run(&line).await.code, Some(0));
    let _directory = office.server.stop().await;
    overwrite(&data.join("cache.sqlite"), 6, 9);
    let told = crate::program::run(&line).await;
    let codes: Vec<_> = told.events().iter().filter_map(|event| event["code"].as_str().map(str::to_owned)).collect();
    assert_eq!((told.code, codes), (Some(0), vec!["serverUnreachable".to_owned(), "historyDamaged".to_owned()]));
    assert!(rows(&told) > 0, "what can be read is printed");
}

/// As a log file on a full disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let office = Office::open().await;
    let log = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_mcall"));
    command
        .args(office.line("alice", &["history", "-vv"]))
        .env("RUST_LOG", "debug")
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true);
    let status = mobilecall_testkit::within("the end of mcall", command.status()).await.unwrap();
    assert_eq!(status.code(), Some(0));
}
