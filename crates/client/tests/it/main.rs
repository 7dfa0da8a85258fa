//! The client against a real backend over HTTP.
#![expect(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

mod live;
mod recordings;
mod session;
mod sync;

use mobilecall_cache::{Account, Cache};
use mobilecall_client::{Http, ServerUrl, Session, trust};
use mobilecall_domain::Timestamp;
use mobilecall_store::Company;
use mobilecall_testkit::{PASSWORD, TestServer, TestUser};
use tempfile::TempDir;

/// A server with one agent.
struct Fixture {
    server: TestServer,
    company: Company,
    alice: TestUser,
}

async fn fixture() -> Fixture {
    with(TestServer::start().await).await
}

async fn with(server: TestServer) -> Fixture {
    let company = server.company("Acme").await;
    let alice = server.agent(&company, "alice", "101").await;
    Fixture { server, company, alice }
}

impl Fixture {
    fn http(&self) -> Http {
        http(&self.server)
    }

    async fn session(&self) -> Session {
        Session::log_in(&self.http(), "alice", PASSWORD).await.unwrap()
    }

    /// An empty local history of Alice's.
    async fn device(&self, session: &Session) -> Device {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        let account = cache.account(&session.account_key("test"), Timestamp::now()).await.unwrap();
        Device { account, cache, _folder: folder }
    }
}

struct Device {
    account: Account,
    cache: Cache,
    _folder: TempDir,
}

fn http(server: &TestServer) -> Http {
    let tls = trust(server.ca_file().as_deref()).unwrap();
    Http::new(ServerUrl::parse(&server.base_url()).unwrap(), tls).unwrap()
}
