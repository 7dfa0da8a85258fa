//! The hot queries use the indexes that were made for them: none reads or sorts the whole table.

use super::{
    counts,
    list::{changes_query, list_query},
};
use crate::{SqliteStore, changes::since_query, nodes::ABANDONED, query::Query};
use mobilecall_domain::{CallStatus, CompanyId, Direction, Timestamp, UserId};
use mobilecall_store::{CallFilter, Scope};

async fn plan(store: &SqliteStore, query: &Query) -> String {
    let explain = format!("EXPLAIN QUERY PLAN {}", query.sql);
    let steps = store.read(move |connection| {
        let mut statement = connection.prepare(&explain)?;
        // Parameters that are not bound are NULL; the plan does not depend on them.
        let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail")).collect::<Result<Vec<_>, _>>();
        Ok(steps?)
    });
    steps.await.unwrap().join("; ")
}

fn scopes() -> [Scope; 2] {
    let company = CompanyId::generate();
    [Scope { company, agent: None }, Scope { company, agent: Some(UserId::generate()) }]
}

#[tokio::test]
async fn lists_walk_the_index_of_their_filter() {
    let store = SqliteStore::in_memory().await.unwrap();
    let [everybody, agent] = scopes();
    let none = CallFilter::default();
    let incoming = CallFilter { direction: Some(Direction::Incoming), ..CallFilter::default() };
    let missed = CallFilter { status: Some(CallStatus::NoAnswer), ..CallFilter::default() };
    let cases = [
        (everybody, &none, "calls_by_company (company_id=?"),
        (everybody, &incoming, "calls_by_direction (company_id=? AND direction=?"),
        (everybody, &missed, "calls_by_status (company_id=? AND status=?"),
        (agent, &none, "calls_by_agent (company_id=? AND agent_id=?"),
        (agent, &incoming, "calls_by_agent_direction (company_id=? AND agent_id=? AND direction=?"),
        (agent, &missed, "calls_by_agent_status (company_id=? AND agent_id=? AND status=?"),
    ];
    for (scope, filter, index) in cases {
        for (before, end) in [(None, ")"), (Some(1), " AND key<?)")] {
            let plan = plan(&store, &list_query(scope, filter, before, 51)).await;
            assert_eq!(plan, format!("SEARCH calls USING INDEX {index}{end}"), "{filter:?}");
        }
    }
}

#[tokio::test]
async fn searches_walk_the_search_index_downwards() {
    let store = SqliteStore::in_memory().await.unwrap();
    for (scope, q) in scopes().into_iter().zip(["1", "12345"]) {
        let filter = CallFilter { q: Some(q.to_owned()), ..CallFilter::default() };
        for before in [None, Some(1)] {
            let plan = plan(&store, &list_query(scope, &filter, before, 51)).await;
            assert!(plan.starts_with("SCAN call_search VIRTUAL TABLE INDEX"), "{plan}");
            assert!(plan.ends_with("; SEARCH calls USING INTEGER PRIMARY KEY (rowid=?)"), "{plan}");
        }
    }
}

#[tokio::test]
async fn changes_and_counts_are_found_by_index() {
    let store = SqliteStore::in_memory().await.unwrap();
    let [everybody, agent] = scopes();
    let none = CallFilter::default();
    let changes = [
        (everybody, "calls_by_sequence (company_id=? AND sequence>?)"),
        (agent, "calls_by_agent_sequence (company_id=? AND agent_id=? AND sequence>?)"),
    ];
    for (scope, index) in changes {
        let plan = plan(&store, &changes_query(scope, &none, 5, 9, 201)).await;
        assert_eq!(plan, format!("SEARCH calls USING INDEX {index}"));
    }
    for scope in scopes() {
        let plan = plan(&store, &counts::query(scope, Timestamp::from_millis(1))).await;
        let counts = "SEARCH call_counts USING PRIMARY KEY (company_id=? AND agent_id=? AND span=? AND bucket>?";
        let tables = if scope.agent.is_some() { 1 } else { 2 };
        assert_eq!(plan.matches(counts).count(), tables, "days, for everybody also hours: {plan}");
        let (own, unfinished) = match scope.agent {
            None => ("calls_by_company (company_id=?", "calls_by_status (company_id=?"),
            Some(_) => {
                ("calls_by_agent (company_id=? AND agent_id=?", "calls_by_agent_status (company_id=? AND agent_id=?")
            }
        };
        assert!(plan.contains(&format!("SEARCH calls USING INDEX {own} AND key>? AND key<?)")), "{plan}");
        assert!(plan.contains(&format!("SEARCH calls USING INDEX {unfinished} AND status=? AND key>?)")), "{plan}");
        assert!(!plan.contains("SCAN calls"), "{plan}");
    }
    let open = plan(&store, &Query::new(ABANDONED)).await;
    assert!(open.starts_with("SEARCH calls USING INDEX calls_open (line=?)"), "{open}");
}

#[tokio::test]
async fn the_change_log_is_walked_by_index() {
    let store = SqliteStore::in_memory().await.unwrap();
    let [everybody, agent] = scopes();
    let all = plan(&store, &since_query(everybody, 5, 200)).await;
    assert_eq!(all, "SEARCH changes USING PRIMARY KEY (company_id=? AND sequence>?)");
    let own = plan(&store, &since_query(agent, 5, 200)).await;
    let index = "INDEX changes_by_audience (company_id=? AND audience=? AND sequence>?)";
    assert_eq!(own.matches(index).count(), 2, "{own}");
    assert!(!own.contains("TEMP B-TREE"), "nothing is sorted: {own}");
}
