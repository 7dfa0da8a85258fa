//! Whatever happens to the file, the device goes on with what can be read of it.

use crate::{Fixture, at, call, fixture, key};
use mobilecall_cache::{Account, Cache, HistoryQuery, SetAside};
use mobilecall_domain::{CallId, CallReport, CallStatus};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

const PAGE: usize = 4096;

/// A file with three hundred calls of the server and two that wait, closed.
struct Office {
    fixture: Fixture,
    path: PathBuf,
    waiting: Vec<CallId>,
}

async fn office() -> Office {
    let fixture = fixture().await;
    let account = &fixture.account;
    let synced: Vec<_> = (0..300).map(|number| call(account, 1_000 + number)).collect();
    account.adopt(&synced, 300).await.unwrap();
    let mut waiting = Vec::new();
    for number in 0..2 {
        let record = call(account, 9_000 + number);
        account.begin(&record, "run", at(9_000)).await.unwrap();
        let over = CallReport { status: Some(CallStatus::Completed), ..CallReport::default() };
        account.report(record.id, &over, at(10_000)).await.unwrap();
        waiting.push(record.id);
    }
    fixture.cache.store_setting("device", &"headset").await.unwrap();
    fixture.cache.close().await;
    let path = fixture.folder.path().join("cache.sqlite");
    Office { fixture, path, waiting }
}

/// Bytes that look like chance and are the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

/// Overwrites pages, the first is 1, in place, as a disk would.
fn overwrite(path: &Path, first: usize, last: usize) {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(((first - 1) * PAGE) as u64)).unwrap();
    file.write_all(&noise((last + 1 - first) * PAGE)).unwrap();
}

fn truncate(path: &Path, pages: usize) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len((pages * PAGE) as u64).unwrap();
}

/// Does what a program does after its start, and finds at least so many calls.
async fn use_it(cache: &Cache, office: &Office, least: usize) -> Account {
    let device = cache.setting::<String>("device").await.unwrap();
    assert!(device.is_none_or(|device| device == "headset"));
    let account = cache.account(office.fixture.account.key(), at(20_000)).await.unwrap();
    let page = account.history(&HistoryQuery { limit: 400, ..HistoryQuery::default() }).await.unwrap();
    assert!(page.rows.len() >= least, "{} calls are kept", page.rows.len());
    account.missed().await.unwrap();
    account.pending(50).await.unwrap();
    account.stale_calls("this run", at(i64::MAX)).await.unwrap();
    let record = call(&account, 30_000);
    account.begin(&record, "this run", at(30_000)).await.unwrap();
    let over = CallReport { status: Some(CallStatus::Completed), ..CallReport::default() };
    account.report(record.id, &over, at(31_000)).await.unwrap();
    assert_eq!(account.call(record.id).await.unwrap().unwrap().status, CallStatus::Completed);
    account
}

fn aside(office: &Office) -> Vec<PathBuf> {
    let entries = fs::read_dir(office.fixture.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.to_str().unwrap().contains("cache.sqlite.damaged-")).collect();
    found.sort();
    found
}

/// Whatever is found in it, nothing of the folder is changed, also where it could be.
#[tokio::test]
async fn a_file_that_is_only_read_stays_where_it_is() {
    let office = office().await;
    overwrite(&office.path, 10, 30);
    let before = fs::read(&office.path).unwrap();
    let cache = Cache::open_for_reading(&office.path).await.unwrap();
    cache.setting::<String>("device").await.unwrap_err();
    if let Ok(account) = cache.account(office.fixture.account.key(), at(20_000)).await {
        account.history(&HistoryQuery { limit: 400, ..HistoryQuery::default() }).await.unwrap_err();
    }
    assert_eq!(*cache.set_aside().borrow(), None);
    cache.close().await;
    let names: Vec<_> =
        fs::read_dir(office.fixture.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(
        !names.iter().any(|name| name.to_str().unwrap().contains(".damaged-") || name.ends_with("cache.sqlite.new"))
    );
    assert!(fs::read(&office.path).unwrap() == before, "it is as it was");
}

type Damage = (&'static str, fn(&Path), bool, usize);

/// What is done to the file, whether what waits for the server can be read afterwards, and how many of the 302 calls at
/// least.
const DAMAGES: [Damage; 9] = [
    ("indexes", |path| overwrite(path, 6, 9), true, 302),
    ("calls", |path| overwrite(path, 12, 20), true, 200),
    ("roots", |path| overwrite(path, 3, 5), false, 0),
    ("header", |path| overwrite_start(path, 100), true, 302),
    ("first page", |path| overwrite(path, 1, 1), true, 302),
    ("settings", |path| overwrite(path, 10, 10), true, 302),
    ("half", |path| truncate(path, 30), false, 0),
    ("three pages", |path| truncate(path, 3), false, 0),
    ("everything", |path| overwrite(path, 1, 60), false, 0),
];

fn overwrite_start(path: &Path, bytes: usize) {
    let mut all = fs::read(path).unwrap();
    all[..bytes].copy_from_slice(&noise(bytes));
    fs::write(path, all).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_a_new_one_begun() {
    for (what, damage, waiting_is_kept, least) in DAMAGES {
        println!("{what}");
        let office = office().await;
        damage(&office.path);
        let before = fs::read(&office.path).unwrap();
        let cache = Cache::open(&office.path).await.unwrap();
        let account = use_it(&cache, &office, least).await;

        let SetAside { path: set_aside, .. } = cache.set_aside().borrow().clone().expect(what);
        assert_eq!(fs::read(&set_aside).unwrap(), before, "{what}: as it was");
        assert_eq!(aside(&office), [set_aside], "{what}");
        assert_eq!(account.position().await.unwrap(), 0, "{what}: everything is asked for again");
        let pending: Vec<_> = account.pending(50).await.unwrap().iter().map(|call| call.record.id).collect();
        if waiting_is_kept {
            assert!(office.waiting.iter().all(|id| pending.contains(id)), "{what}: {pending:?}");
        }
        let missed = account.missed().await.unwrap();
        assert_eq!(missed, 0, "{what}: old calls are no news");
        cache.close().await;

        let cache = Cache::open(&office.path).await.unwrap();
        use_it(&cache, &office, least + 1).await;
        assert!(cache.set_aside().borrow().is_none(), "{what}: the new file is well");
        assert_eq!(aside(&office).len(), 1, "{what}");
    }
}

#[tokio::test]
async fn damage_while_the_program_runs_is_outlived() {
    for (what, damage, _, least) in DAMAGES {
        println!("{what}");
        let office = office().await;
        let cache = Cache::open(&office.path).await.unwrap();
        let account = cache.account(office.fixture.account.key(), at(20_000)).await.unwrap();
        let others = cache.account(&key(), at(20_000)).await.unwrap();
        let mut told = cache.set_aside();
        damage(&office.path);
        // What is not in memory yet has to be read.
        let all = HistoryQuery { text: "966".into(), limit: 400, ..HistoryQuery::default() };
        account.history(&all).await.unwrap();
        let used = use_it(&cache, &office, least).await;

        assert!(told.has_changed().unwrap(), "{what}");
        assert!(told.borrow_and_update().as_ref().is_some_and(|aside| aside.path.exists()), "{what}");
        assert_eq!(account.position().await.unwrap(), 0, "{what}");
        let record = call(&others, 40_000);
        others.begin(&record, "run", at(40_000)).await.unwrap();
        assert_eq!(used.call(record.id).await.unwrap(), None, "{what}: accounts do not mix");
        let page = account.adopt_after(300, &[call(&account, 50_000)], 301).await.unwrap();
        assert_eq!(page, None, "{what}: a page that was asked for before does not hide what is missing");
    }
}

#[tokio::test]
async fn settings_are_kept_where_they_can_be_read() {
    for (what, damage, _, least) in &DAMAGES[..5] {
        let office = office().await;
        damage(&office.path);
        let cache = Cache::open(&office.path).await.unwrap();
        use_it(&cache, &office, *least).await;
        assert_eq!(cache.setting::<String>("device").await.unwrap().as_deref(), Some("headset"), "{what}");
    }
}

#[tokio::test]
async fn a_damaged_file_that_cannot_be_set_aside_is_tried_again() {
    let office = office().await;
    let cache = Cache::open(&office.path).await.unwrap();
    let account = cache.account(office.fixture.account.key(), at(20_000)).await.unwrap();
    // Where the new file is to be made stands a folder.
    let in_the_way = office.path.with_extension("sqlite.new");
    fs::create_dir(&in_the_way).unwrap();
    overwrite(&office.path, 1, 60);
    let all = HistoryQuery { text: "966".into(), limit: 400, ..HistoryQuery::default() };
    let begun = call(&account, 30_000);
    for _ in 0..2 {
        account.history(&all).await.unwrap_err();
        let error = account.begin(&begun, "this run", at(30_000)).await.unwrap_err();
        assert!(error.is_retryable() && error.needs_somebody(), "what is to be written waits: {error}");
    }
    assert!(aside(&office).is_empty());
    assert!(cache.set_aside().borrow().is_none());

    fs::remove_dir(&in_the_way).unwrap();
    // All of the damaged file is read in each try.
    account.begin(&begun, "this run", at(30_000)).await.unwrap_err();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(10)).await;
    tokio::time::resume();
    account.begin(&begun, "this run", at(30_000)).await.unwrap();
    use_it(&cache, &office, 0).await;
    assert_eq!(aside(&office).len(), 1);
    cache.close().await;
    account.missed().await.unwrap_err();
    assert_eq!(aside(&office).len(), 1, "what was closed stays closed");
}

#[tokio::test]
async fn of_many_damaged_files_the_newest_are_kept() {
    let office = office().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        overwrite(&office.path, 1, 60);
        let cache = Cache::open(&office.path).await.unwrap();
        use_it(&cache, &office, 0).await;
        all.push(cache.set_aside().borrow().clone().unwrap().path);
        cache.close().await;
    }
    assert_eq!(aside(&office), all[2..]);
}
