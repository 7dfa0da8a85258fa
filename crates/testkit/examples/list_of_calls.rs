//! Measures how long pages of a long history take: fills a real database with 100,000 calls of 20 agents, serves it,
//! and asks over HTTP. Prints one JSON object a line; `cargo xtask bench` runs it.

use mobilecall_api::auth::LoginResponse;
use mobilecall_domain::{CallStatus, CompanyId, Timestamp};
use mobilecall_store::Role;
use mobilecall_testkit::{TestServer, TestUser, call};
use std::time::{Duration, Instant};

/// How many calls the company has made.
const CALLS: u32 = 100_000;
/// How many agents made them.
const AGENTS: usize = 20;
/// How often each question is asked.
const ASKED: usize = 200;
/// The calls lie this far apart: the history goes back over a year.
const APART: Duration = Duration::from_secs(320);

#[tokio::main]
async fn main() {
    let server = TestServer::start().await;
    let company = server.company("Bench").await;
    let manager = server.user(&company, "manager", None, Role::SalesManager).await;
    let mut agents = Vec::with_capacity(AGENTS);
    for number in 0..AGENTS {
        agents.push(server.agent(&company, &format!("agent{number}"), &(200 + number).to_string()).await);
    }
    fill(&server, company.id, &agents).await;

    let (manager, agent) = (server.sign_in(&manager).await, server.sign_in(&agents[0]).await);
    let second = next_page(&server, &manager, "/api/calls?limit=50").await;
    measure(&server, &manager, "first 50 of 100,000 calls, manager", "/api/calls?limit=50").await;
    measure(&server, &manager, "next 50 of 100,000 calls, manager", &second).await;
    measure(&server, &manager, "search by a number in 100,000 calls", "/api/calls?limit=50&q=%2B966500077777").await;
    measure(&server, &agent, "first 50 of an agent's 5,000 calls", "/api/calls?limit=50").await;
    measure(&server, &manager, "nothing changed since the last sync", &since_now(&server, company.id).await).await;
}

async fn fill(server: &TestServer, company: CompanyId, agents: &[TestUser]) {
    let newest = Timestamp::now();
    let record = |number: u32| {
        let agent = &agents[number as usize % AGENTS];
        call(company, agent.user.id)
            .created_at(newest.minus(APART * (CALLS - number)))
            .between(agent.user.extension.as_deref().unwrap_or_default(), &format!("+9665{number:08}"))
            .status(CallStatus::Completed)
            .build()
    };
    let records: Vec<_> = (0..CALLS).map(record).collect();
    server.import(&records).await;
}

/// The address of the second page, from the `Link` header of the first.
async fn next_page(server: &TestServer, session: &LoginResponse, path: &str) -> String {
    let response = server.get(session, path).await;
    let link = response.headers()["link"].to_str().expect("a link is text").to_owned();
    let address = link.trim_start_matches('<').split('>').next().expect("split gives at least one part");
    address.trim_start_matches(&server.base_url()).to_owned()
}

async fn since_now(server: &TestServer, company: CompanyId) -> String {
    format!("/api/changes?since={}", server.store().sequence(company).await.expect("the company exists"))
}

async fn measure(server: &TestServer, session: &LoginResponse, what: &str, path: &str) {
    let mut taken = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let started = Instant::now();
        let response = server.get(session, path).await;
        assert_eq!(response.status(), 200, "{path}");
        let _whole = response.bytes().await.expect("the body arrives");
        taken.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    taken.sort_by(f64::total_cmp);
    let rank = |percent: usize| taken[(ASKED * percent / 100).max(1) - 1];
    let figures = serde_json::json!({"what": what, "min_ms": taken[0], "median_ms": rank(50), "p95_ms": rank(95)});
    println!("{figures}");
}
