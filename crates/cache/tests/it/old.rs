//! A database that version 0.1 made, kept from a real device: six calls, one of which waits for the server.

use crate::at;
use mobilecall_cache::{AccountKey, Cache, HistoryQuery, HistoryRow, Key, OpenError};
use mobilecall_sqlite::rusqlite::Connection;

const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/device-0.1.sqlite");

fn key() -> AccountKey {
    AccountKey {
        server: "http://127.0.0.1:4710".into(),
        company: "01a223fc-520f-7172-ab27-d1e4c2c79836".parse().unwrap(),
        user: "01a223fc-52eb-73c2-9818-7f34dd8290d4".parse().unwrap(),
    }
}

async fn found(cache: &Cache, text: &str) -> Vec<HistoryRow> {
    let account = cache.account(&key(), at(0)).await.unwrap();
    account.history(&HistoryQuery { text: text.into(), limit: 10, ..Default::default() }).await.unwrap().rows
}

async fn check(cache: &Cache) {
    let account = cache.account(&key(), at(0)).await.unwrap();
    assert_eq!((account.position().await.unwrap(), account.pending_count().await.unwrap()), (32, 1));
    let rows = found(cache, "").await;
    let numbers: Vec<_> = rows.iter().map(|row| row.record.to_number.as_str()).collect();
    assert_eq!(numbers, ["*43", "109", "*43", "101", "101", "101"]);
    assert_eq!(rows.iter().map(|row| row.synced).collect::<Vec<_>>(), [false, true, true, true, true, true]);
    assert_eq!(rows[0].record.id, account.pending(1).await.unwrap()[0].record.id);
    assert_eq!(rows[3].record.customer_name.as_deref(), Some("sara"));
    assert_eq!(rows[3].record.duration_seconds, Some(2));
    let profile: Option<serde_json::Value> = cache.setting("profile http://127.0.0.1:4710").await.unwrap();
    assert_eq!(profile.unwrap()["user"]["extension"], "102");
    cache.close().await;
}

#[tokio::test]
async fn a_database_of_version_0_1_is_taken_over_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    std::fs::copy(OLD, &path).unwrap();
    check(&Cache::open(&path).await.unwrap()).await;
    check(&Cache::open(&path).await.unwrap()).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_database_of_version_0_1_is_encrypted_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    std::fs::copy(OLD, &path).unwrap();
    let device = || Key::new([42; 32]);
    check(&Cache::open_encrypted(&path, device()).await.unwrap()).await;
    check(&Cache::open_encrypted(&path, device()).await.unwrap()).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let bytes = std::fs::read(&path).unwrap();
    for text in ["sara", "CREATE TABLE", "SQLite format"] {
        assert!(!bytes.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
    }
    let error = Cache::open_encrypted(&path, Key::new([43; 32])).await.unwrap_err();
    assert!(matches!(error, OpenError::WrongKey { .. }), "{error}");
}

#[tokio::test]
async fn calls_of_version_0_1_are_found_by_todays_rules() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    std::fs::copy(OLD, &path).unwrap();
    let change = "UPDATE calls SET customer_name = 'ہادی مؤمن', to_number = '(050) 123-4567', search = 'as of old'
                  WHERE to_number = '109'";
    assert_eq!(Connection::open(&path).unwrap().execute(change, []).unwrap(), 1);
    let cache = Cache::open(&path).await.unwrap();
    for text in ["هادي مومن", "0501234567", "٠٥٠ ١٢٣"] {
        assert_eq!(found(&cache, text).await.len(), 1, "{text}");
    }
    assert!(found(&cache, "as of old").await.is_empty());
    assert_eq!(found(&cache, "echo").await.len(), 2);
}
