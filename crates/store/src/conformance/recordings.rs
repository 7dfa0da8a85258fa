//! Recordings of calls.

use super::{
    call_legs::dialed_call,
    fixtures::{Fixture, at, fixture},
};
use crate::{RecordingReport, RecordingStatus, Scope, Store, StoreError, recordings::media_path};
use mobilecall_domain::CallId;

fn report(one: &Fixture, sid: &str, call_sid: &str, status: RecordingStatus) -> RecordingReport {
    RecordingReport {
        company: one.company.id,
        sid: sid.to_owned(),
        call_sid: call_sid.to_owned(),
        status,
        duration_seconds: (status == RecordingStatus::Completed).then_some(31),
        started_at: Some(at(9)),
    }
}

async fn url_of(store: &dyn Store, one: &Fixture, call: CallId) -> Option<String> {
    store.call(one.everybody(), call).await.expect("an answer").expect("found").recording_url
}

/// The record says where it can be fetched, once it can.
pub async fn a_recording_is_kept_and_told(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let call = dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    let begun = store.sequence(one.company.id).await.expect("a sequence");
    let kept = store.save_recording(&report(&one, "RE1", "CA1", RecordingStatus::InProgress), at(10)).await;
    let kept = kept.expect("stored");
    assert_eq!((kept.call, kept.call_sid.as_str(), kept.created_at), (call, "CA1", at(9)));
    assert_eq!(url_of(store, &one, call).await, None);
    for _ in 0..2 {
        let kept = store.save_recording(&report(&one, "RE1", "CA1", RecordingStatus::Completed), at(50)).await;
        let kept = kept.expect("joined");
        assert_eq!((kept.status, kept.duration_seconds), (RecordingStatus::Completed, Some(31)));
    }
    assert_eq!(url_of(store, &one, call).await, Some(media_path("RE1")));
    assert_eq!(store.sequence(one.company.id).await.expect("a sequence"), begun + 1, "told once");
    store.save_recording(&report(&one, "RE1", "CA1", RecordingStatus::Deleted), at(60)).await.expect("joined");
    assert_eq!(url_of(store, &one, call).await, None, "what is gone is not told any more");
    let unknown = store.save_recording(&report(&one, "RE2", "CA9", RecordingStatus::Completed), at(50)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("call"))), "{unknown:?}");
}

/// Whatever is told last, the first one that is finished is the call's.
pub async fn recordings_are_told_in_any_order(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let call = dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    for (sid, status) in [
        ("RE2", RecordingStatus::Completed),
        ("RE1", RecordingStatus::Completed),
        ("RE1", RecordingStatus::InProgress),
        ("RE3", RecordingStatus::Absent),
    ] {
        store.save_recording(&report(&one, sid, "CA1", status), at(50)).await.expect("stored");
    }
    assert_eq!(url_of(store, &one, call).await, Some(media_path("RE1")));
    let recording = store.recording(one.everybody(), "RE1").await.expect("an answer").expect("found");
    assert_eq!(recording.status, RecordingStatus::Completed, "it moves only forward");
}

/// Agents hear their own calls, others those of the company, nobody another company's.
pub async fn recordings_keep_to_their_scope(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    dialed_call(store, &one, &one.basil, "CA2", at(2)).await;
    for (sid, call, second) in [("RE1", "CA1", 10), ("RE2", "CA2", 20), ("RE3", "CA1", 30)] {
        let started =
            RecordingReport { started_at: Some(at(second)), ..report(&one, sid, call, RecordingStatus::Completed) };
        store.save_recording(&started, at(60)).await.expect("stored");
    }
    let listed = async |scope: Scope, limit: u32| {
        let found = store.recordings(scope, limit).await.expect("a list");
        found.into_iter().map(|recording| recording.sid).collect::<Vec<_>>()
    };
    assert_eq!(listed(one.everybody(), 10).await, ["RE3", "RE2", "RE1"]);
    assert_eq!(listed(one.everybody(), 2).await, ["RE3", "RE2"]);
    assert_eq!(listed(one.only(&one.alice), 10).await, ["RE3", "RE1"]);
    assert!(listed(two.everybody(), 10).await.is_empty());
    let of = async |scope: Scope, call: &str| store.recordings_of(scope, call).await.expect("a list").len();
    assert_eq!((of(one.everybody(), "CA1").await, of(one.only(&one.basil), "CA1").await), (2, 0));
    assert_eq!((of(two.everybody(), "CA1").await, of(one.everybody(), "CA3").await), (0, 0));
    let found = async |scope: Scope| store.recording(scope, "RE2").await.expect("an answer").is_some();
    assert!(found(one.only(&one.basil)).await);
    assert!(!found(one.only(&one.alice)).await && !found(two.everybody()).await);
}
