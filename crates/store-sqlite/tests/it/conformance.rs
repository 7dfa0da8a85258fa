//! The suite of every store, over a file; in memory it runs the same code on one connection.

use mobilecall_store::Store;
use mobilecall_store_sqlite::SqliteStore;
use tempfile::TempDir;

/// A store whose directory goes with it.
struct OnDisk {
    store: SqliteStore,
    _directory: TempDir,
}

impl std::ops::Deref for OnDisk {
    type Target = SqliteStore;
    fn deref(&self) -> &SqliteStore {
        &self.store
    }
}

async fn on_disk() -> OnDisk {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("backend.sqlite")).await.expect("a store");
    OnDisk { store, _directory: directory }
}

mobilecall_store::conformance_suite!(on_disk);

#[tokio::test]
async fn memory_keeps_calls_like_a_file() {
    let store = SqliteStore::in_memory().await.expect("a store");
    mobilecall_store::conformance::lists::pages_are_stable(&store).await;
    store.close().await;
}
