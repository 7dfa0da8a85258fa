use crate::{at, call, fixture};
use mobilecall_cache::{Account, HistoryFilter, HistoryPage, HistoryQuery, KnownExtension};
use mobilecall_domain::{CallRecord, CallStatus, Direction};

async fn page(account: &Account, query: HistoryQuery) -> HistoryPage {
    account.history(&query).await.unwrap()
}

fn starts(page: &HistoryPage) -> Vec<i64> {
    page.rows.iter().map(|row| row.record.created_at.as_millis()).collect()
}

fn missed(account: &Account, created_at: i64) -> CallRecord {
    CallRecord {
        direction: Direction::Incoming,
        status: CallStatus::NoAnswer,
        from_number: "101".into(),
        to_number: "100".into(),
        ended_at: Some(at(created_at + 30)),
        ..call(account, created_at)
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition_while_calls_are_added() {
    let account = fixture().await;
    // Pairs share a start, so the order within a pair hangs on the id.
    let records: Vec<_> = (0..10).map(|number| call(&account, 1_000 + number / 2)).collect();
    account.adopt(&records, 1).await.unwrap();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let part = page(&account, HistoryQuery { limit: 3, cursor, ..Default::default() }).await;
        seen.extend(part.rows.iter().map(|row| row.record.id));
        account.adopt(&[call(&account, 5_000)], 2).await.unwrap();
        cursor = part.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut expected = records.clone();
    expected.sort_by_key(|record| std::cmp::Reverse((record.created_at, record.id.to_string())));
    assert_eq!(seen, expected.iter().map(|record| record.id).collect::<Vec<_>>());
}

#[tokio::test]
async fn filters_and_search_narrow_the_list() {
    let account = fixture().await;
    let named = CallRecord { customer_name: Some("أحمد علی".into()), ..call(&account, 2_000) };
    let other = CallRecord { to_number: "*43".into(), ..call(&account, 3_000) };
    account.adopt(&[call(&account, 1_000), named, other, missed(&account, 4_000)], 1).await.unwrap();

    for (text, filter, expected) in [
        ("", HistoryFilter::All, vec![4_000, 3_000, 2_000, 1_000]),
        ("", HistoryFilter::Outgoing, vec![3_000, 2_000, 1_000]),
        ("", HistoryFilter::Incoming, vec![4_000]),
        ("", HistoryFilter::Missed, vec![4_000]),
        ("050 123", HistoryFilter::All, vec![2_000, 1_000]),
        ("٠٥٠١٢٣", HistoryFilter::All, vec![2_000, 1_000]),
        ("احمد", HistoryFilter::All, vec![2_000]),
        ("علي", HistoryFilter::All, vec![2_000]),
        ("*43", HistoryFilter::All, vec![3_000]),
        ("*43", HistoryFilter::Missed, vec![]),
        ("%", HistoryFilter::All, vec![]),
    ] {
        let found = page(&account, HistoryQuery { text: text.into(), filter, limit: 10, ..Default::default() }).await;
        assert_eq!(starts(&found), expected, "'{text}' {filter:?}");
    }
}

#[tokio::test]
async fn a_person_is_found_by_the_user_name_in_the_record() {
    let account = fixture().await;
    let to = |number: &str, at| CallRecord { to_number: number.into(), ..call(&account, at) };
    let from = CallRecord { from_number: "client:Bob".into(), ..missed(&account, 4_000) };
    let records = [to("client:bob", 1_000), to("bob", 2_000), to("102", 3_000), from, to("client:bobby", 5_000)];
    account.adopt(&records, 1).await.unwrap();
    let found = async |text: &str, filter| {
        let query = HistoryQuery { text: text.into(), filter, limit: 10, ..Default::default() };
        starts(&page(&account, query).await)
    };
    assert_eq!(found("102", HistoryFilter::All).await, [3_000], "whose extension it is, is not known yet");
    let of =
        |username: &str, extension: &str| KnownExtension { username: username.into(), extension: extension.into() };
    assert!(account.keep_extensions(vec![of("bob", "102"), of("carol", "103")]).await.unwrap());
    assert!(!account.keep_extensions(vec![of("carol", "103"), of("bob", "102")]).await.unwrap(), "nothing is new");
    assert_eq!(found("102", HistoryFilter::All).await, [4_000, 3_000, 2_000, 1_000]);
    assert_eq!(found("١٠٢", HistoryFilter::Incoming).await, [4_000]);
    assert_eq!(found("103", HistoryFilter::All).await, [0; 0]);
    assert!(account.keep_extensions(vec![of("carol", "102")]).await.unwrap());
    assert_eq!(found("102", HistoryFilter::All).await, [3_000], "it is somebody else's now");
    let now = |username: &str, extension: Option<&str>| (username.to_owned(), extension.map(str::to_owned));
    assert!(account.change_extensions(vec![now("carol", None), now("bob", Some("102"))]).await.unwrap());
    assert!(!account.change_extensions(vec![now("bob", Some("102"))]).await.unwrap(), "nothing is new");
    assert_eq!(found("102", HistoryFilter::All).await, [4_000, 3_000, 2_000, 1_000]);
    assert!(account.change_extensions(vec![now("carol", Some("102"))]).await.unwrap());
    assert_eq!(found("102", HistoryFilter::All).await, [3_000], "nobody has it beside her");
    assert!(!account.change_extensions(vec![now("bob", None)]).await.unwrap(), "that it is not his comes later");
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_their_extension() {
    let account = fixture().await;
    let to = |number: &str, at| CallRecord { to_number: number.into(), ..call(&account, at) };
    let records = [to("client:bob", 1_000), to("client:carol", 2_000), to("client:dave", 3_000), to("902", 4_000)];
    account.adopt(&records, 1).await.unwrap();
    let of =
        |username: &str, extension: &str| KnownExtension { username: username.into(), extension: extension.into() };
    account.keep_extensions(vec![of("dave", "822"), of("carol", "912"), of("bob", "902")]).await.unwrap();
    for (text, expected) in [
        ("902", &[4_000, 1_000][..]),
        ("90", &[4_000, 1_000]),
        ("9", &[4_000, 2_000, 1_000]),
        ("٨", &[3_000]),
        ("7", &[]),
    ] {
        let query = HistoryQuery { text: text.into(), limit: 10, ..Default::default() };
        assert_eq!(starts(&page(&account, query).await), expected, "{text}");
    }
}

#[tokio::test]
async fn names_are_found_with_the_article_and_without() {
    let account = fixture().await;
    let named = |name: &str, at| CallRecord { customer_name: Some(name.into()), ..call(&account, at) };
    let records = [
        named("علي القحطاني", 1_000),
        named("علي قحطاني", 2_000),
        named("سهام رضا", 3_000),
        named("قحطاني رضا", 4_000),
    ];
    account.adopt(&records, 1).await.unwrap();
    for (text, expected) in [
        ("قحطاني", &[4_000, 2_000, 1_000][..]),
        ("القحطانى", &[4_000, 2_000, 1_000]),
        ("القحطاني رضا", &[4_000]),
        ("علي قحطاني", &[2_000, 1_000]),
        ("الهام", &[]),
    ] {
        let query = HistoryQuery { text: text.into(), limit: 10, ..Default::default() };
        assert_eq!(starts(&page(&account, query).await), expected, "{text}");
    }
}

#[tokio::test]
async fn a_row_says_whether_the_server_has_it() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let all = HistoryQuery { limit: 10, ..Default::default() };
    assert!(!page(&account, all.clone()).await.rows[0].synced);
    let revision = account.pending(1).await.unwrap()[0].revision;
    account.pushed(record.id, revision, &record).await.unwrap();
    assert!(page(&account, all).await.rows[0].synced);
}

#[tokio::test]
async fn missed_calls_count_until_they_are_seen() {
    let account = fixture().await;
    account.adopt(&[missed(&account, 1_000), missed(&account, 2_000), call(&account, 3_000)], 1).await.unwrap();
    assert_eq!(account.missed().await.unwrap(), 2);
    assert!(account.mark_seen().await.unwrap());
    assert!(!account.mark_seen().await.unwrap());
    assert_eq!(account.missed().await.unwrap(), 0);

    account.start_over().await.unwrap();
    account.adopt(&[missed(&account, 4_000)], 2).await.unwrap();
    assert_eq!(account.missed().await.unwrap(), 1);
}

#[tokio::test]
async fn calls_missed_before_this_device_knew_the_account_are_not_news() {
    let fixture = fixture().await;
    let account = fixture.cache.account(&crate::key(), at(10_000)).await.unwrap();
    account.adopt(&[missed(&account, 9_000), missed(&account, 11_000)], 1).await.unwrap();
    assert_eq!(account.missed().await.unwrap(), 1);
}
