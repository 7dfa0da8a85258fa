//! The hot queries use the indexes that were made for them: none reads or sorts the whole table.

use crate::{
    SqliteStore,
    calls::{changes_query, count_query, list_query, open_query},
};
use mobilecall_domain::{CallStatus, CompanyId, Direction, Timestamp, UserId};
use mobilecall_store::{CallFilter, CallScope};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite};

async fn plan(store: &SqliteStore, query: &QueryBuilder<Sqlite>) -> String {
    let explain = format!("EXPLAIN QUERY PLAN {}", query.sql().as_str());
    let rows = sqlx::query(AssertSqlSafe(explain)).fetch_all(&store.reader).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("; ")
}

fn scopes() -> [CallScope; 2] {
    let company = CompanyId::generate();
    [CallScope { company, agent: None }, CallScope { company, agent: Some(UserId::generate()) }]
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
        let plan = plan(&store, &changes_query(scope, &none, 5, 201)).await;
        assert_eq!(plan, format!("SEARCH calls USING INDEX {index}"));
    }
    let counts = [
        (everybody, "calls_by_company (company_id=? AND key>?)"),
        (agent, "calls_by_agent (company_id=? AND agent_id=? AND key>?)"),
    ];
    for (scope, index) in counts {
        let plan = plan(&store, &count_query(scope, Timestamp::from_millis(0))).await;
        assert!(plan.starts_with(&format!("SEARCH calls USING INDEX {index}")), "{plan}");
    }
    let open = plan(&store, &open_query()).await;
    assert!(open.starts_with("SEARCH calls USING INDEX calls_open (line=?)"), "{open}");
}
