//! A database that the program of version 0.1 wrote: two companies, three people, some calls.

use mobilecall_domain::{CallStatus, Direction, Timestamp};
use mobilecall_sqlite::rusqlite::Connection;
use mobilecall_store::{CallFilter, Calls as _, Changes as _, Companies as _, Entity, Scope, Store as _};
use mobilecall_store_sqlite::SqliteStore;
use std::path::{Path, PathBuf};

fn copy(directory: &Path) -> PathBuf {
    let path = directory.join("backend.sqlite");
    std::fs::write(&path, include_bytes!("../fixtures/server-0.1.sqlite")).expect("written");
    path
}

#[tokio::test]
async fn everything_of_version_0_1_is_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = copy(directory.path());
    // Twice: the second time there is nothing left to carry over.
    for _ in 0..2 {
        let store = SqliteStore::open(&path).await.expect("opened");
        let companies = store.companies().await.expect("all");
        assert_eq!(companies.iter().map(|company| company.name.as_str()).collect::<Vec<_>>(), ["Acme", "Other"]);
        assert!(companies.iter().all(|company| company.lines.is_empty()));
        let people = store.users(companies[0].id).await.expect("all");
        let names: Vec<_> = people.iter().map(|user| (user.username.as_str(), user.extension.as_deref())).collect();
        assert_eq!(names, [("omar", Some("102")), ("sara", Some("101"))]);
        assert!(people.iter().all(|user| user.password_hash.starts_with("$argon2id$")));
        let (acme, omar) = (Scope::everybody(companies[0].id), Scope::only(companies[0].id, people[0].id));

        let all = store.calls(acme, &CallFilter::default(), None, 50).await.expect("a page");
        let statuses = |status| all.calls.iter().filter(|call| call.status == status).count();
        assert_eq!((all.calls.len(), statuses(CallStatus::Completed), statuses(CallStatus::Failed)), (8, 7, 1));
        assert_eq!(all.sequence, 30);
        let search = CallFilter { q: Some("client:sara".to_owned()), ..CallFilter::default() };
        assert_eq!(store.calls(acme, &search, None, 50).await.expect("a page").calls.len(), 3);

        // The sequence goes on where it was, for readers of the calls and of the change log.
        let old = store.calls_since(omar, &CallFilter::default(), 15, 50).await.expect("a page");
        assert_eq!(old.calls.iter().map(|call| call.sequence).collect::<Vec<_>>(), [23, 28, 30]);
        let log = store.changes_since(omar, 15, 50).await.expect("a page");
        assert_eq!(log.changes.iter().map(|change| change.sequence).collect::<Vec<_>>(), [23, 28, 30]);
        for (change, call) in log.changes.iter().zip(&old.calls) {
            let Entity::Call(record) = &change.entity else { panic!("no call but {change:?}") };
            assert_eq!(**record, call.record);
        }

        // Counted as if each had just been written.
        let counts = store.count_calls(acme, Timestamp::from_millis(0)).await.expect("counted");
        let found: Vec<_> = counts.iter().map(|count| (count.direction, count.status, count.calls)).collect();
        let expected = [
            (Direction::Incoming, CallStatus::Completed, 3),
            (Direction::Outgoing, CallStatus::Completed, 4),
            (Direction::Outgoing, CallStatus::Failed, 1),
        ];
        assert_eq!(found, expected);
        assert_eq!(counts.iter().map(|count| count.duration_seconds).sum::<u64>(), 13);
        let own = store.count_calls(omar, Timestamp::from_millis(1)).await.expect("counted");
        assert_eq!(own.iter().map(|count| count.calls).sum::<u64>(), 5);
        store.close().await;
    }
    let connection = Connection::open(&path).expect("a connection");
    let intact: String = connection.query_one("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(intact, "ok");
}
