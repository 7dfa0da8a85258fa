//! The servers over one store.

use super::fixtures::{Fixture, at, fixture};
use crate::{Node, Store};
use mobilecall_domain::{CallId, CallRecord, CallStatus, LineKind, NodeId, Timestamp};

fn node(instance: &str) -> Node {
    Node { id: NodeId::generate(), instance: instance.to_owned() }
}

async fn abandoned(store: &dyn Store, node: &Node, now: Timestamp) -> Vec<(CallId, Option<Timestamp>)> {
    let found = store.abandoned_calls(node, now).await.expect("found");
    found.iter().map(|call| (call.record.id, call.last_alive_at)).collect()
}

async fn carried(store: &dyn Store, one: &Fixture, node: &Node, second: u64) -> CallId {
    let record = CallRecord { status: CallStatus::InProgress, ..one.call(&one.alice, at(second)) };
    store.open_calls(std::slice::from_ref(&record), node.id, at(second)).await.expect("opened");
    record.id
}

/// A server that starts again finds the calls of its earlier run at once, and when that run was last alive.
pub async fn an_earlier_run_is_recognized_at_once(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let earlier = node("one");
    store.renew_lease(&earlier, at(0), at(20)).await.expect("renewed");
    let talking = carried(store, &one, &earlier, 1).await;
    let over = CallRecord { status: CallStatus::Completed, ..one.call(&one.alice, at(2)) };
    let elsewhere = CallRecord { line: LineKind::Twilio, ..one.call(&one.alice, at(3)) };
    store.save_calls(&[over, elsewhere], at(0)).await.expect("stored");
    store.renew_lease(&earlier, at(5), at(25)).await.expect("renewed");
    assert_eq!(store.sequence(one.company.id).await.expect("sequence"), one.nth(3), "being alive is no change");
    assert_eq!(abandoned(store, &earlier, at(6)).await, [], "it carries them itself");
    let now = node("one");
    store.renew_lease(&now, at(6), at(26)).await.expect("renewed");
    assert_eq!(abandoned(store, &now, at(6)).await, [(talking, Some(at(5)))]);
}

/// Another server's calls are left alone as long as its lease holds, and are found when it has run out.
pub async fn living_nodes_keep_their_calls(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let (first, second) = (node("first"), node("second"));
    store.renew_lease(&first, at(0), at(20)).await.expect("renewed");
    let talking = carried(store, &one, &first, 1).await;
    store.renew_lease(&second, at(2), at(22)).await.expect("renewed");
    assert_eq!(abandoned(store, &second, at(10)).await, []);
    assert_eq!(abandoned(store, &second, at(21)).await, [(talking, Some(at(0)))]);
    let reported = one.call(&one.alice, at(3));
    store.save_call(&reported, at(0)).await.expect("stored");
    for (node, second, expected) in [(&second, 10, vec![]), (&second, 21, vec![talking]), (&first, 21, vec![])] {
        let found = store.orphaned_calls(node.id, at(second)).await.expect("found");
        let found: Vec<_> = found.iter().map(|call| call.record.id).collect();
        assert_eq!(found, expected, "at {second}: what no node carries is left alone while servers run");
    }
    let over = mobilecall_domain::CallReport { status: Some(CallStatus::Failed), ..Default::default() };
    store.report_call(one.everybody(), reported.id, &over, at(4)).await.expect("reported");
    // A node that nobody knows any more is not alive.
    store.end_lease(first.id).await.expect("ended");
    assert_eq!(abandoned(store, &second, at(10)).await, [(talking, None)]);
}

/// What only a softphone told of is over when a server starts alone, and may go on at another one otherwise.
pub async fn calls_that_no_node_carries_are_over_if_nobody_else_lives(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let reported = one.call(&one.alice, at(1));
    store.save_call(&reported, at(0)).await.expect("stored");
    let (first, second) = (node("first"), node("second"));
    assert_eq!(abandoned(store, &first, at(2)).await, [(reported.id, None)]);
    store.renew_lease(&first, at(2), at(22)).await.expect("renewed");
    assert_eq!(abandoned(store, &second, at(3)).await, []);
    assert_eq!(abandoned(store, &second, at(23)).await, [(reported.id, None)]);
}

/// Dead nodes go once their calls are over.
pub async fn dead_nodes_are_forgotten(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let (earlier, now, other) = (node("one"), node("one"), node("other"));
    store.renew_lease(&earlier, at(0), at(20)).await.expect("renewed");
    store.renew_lease(&other, at(0), at(20)).await.expect("renewed");
    let talking = carried(store, &one, &earlier, 1).await;
    store.forget_dead_nodes(&now, at(5)).await.expect("forgotten");
    assert_eq!(abandoned(store, &now, at(5)).await, [(talking, Some(at(0)))], "it still has a call");
    let over = mobilecall_domain::CallReport { status: Some(CallStatus::Completed), ..Default::default() };
    store.report_call(one.everybody(), talking, &over, at(6)).await.expect("reported");
    store.forget_dead_nodes(&now, at(7)).await.expect("forgotten");
    // The other one's lease still holds, so what nobody carries is not over for a third one.
    store.save_call(&one.call(&one.alice, at(8)), at(0)).await.expect("stored");
    assert_eq!(abandoned(store, &now, at(8)).await, []);
}
