//! The trait, joined to the functions of the other modules.

use crate::{SqliteStore, error::failed};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, SessionId, Timestamp, UserId};
use mobilecall_store::{
    CallChange, CallChanges, CallFilter, CallPage, CallScope, Company, NewSession, OpenCall, Principal, RefreshHash,
    RefreshPolicy, Refreshed, Result, ServerIdentity, StatusCount, Store, User,
};

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM companies LIMIT 1").fetch_optional(&self.reader).await.map_err(failed)?;
        Ok(())
    }
    async fn server_identity(&self, fresh: ServerIdentity) -> Result<ServerIdentity> {
        self.hold_identity(fresh).await
    }
    async fn close(&self) {
        // Readers first: the last connection to close, which folds the write-ahead log into the file, must be able to
        // write.
        self.reader.close().await;
        self.writer.close().await;
    }

    async fn create_company(&self, company: &Company) -> Result<()> {
        self.add_company(company).await
    }
    async fn company(&self, company: CompanyId) -> Result<Company> {
        self.find_company(company).await
    }
    async fn company_by_name(&self, name: &str) -> Result<Company> {
        self.find_company_by_name(name).await
    }
    async fn companies(&self) -> Result<Vec<Company>> {
        self.all_companies().await
    }

    async fn create_user(&self, user: &User) -> Result<()> {
        self.add_user(user).await
    }
    async fn user(&self, company: CompanyId, user: UserId) -> Result<User> {
        self.find_user(company, user).await
    }
    async fn user_by_username(&self, username: &str) -> Result<User> {
        self.find_username(username).await
    }
    async fn user_by_extension(&self, company: CompanyId, extension: &str) -> Result<User> {
        self.find_extension(company, extension).await
    }
    async fn users(&self, company: CompanyId) -> Result<Vec<User>> {
        self.all_users(company).await
    }

    async fn create_session(&self, session: &NewSession) -> Result<()> {
        self.add_session(session).await
    }
    async fn principal(&self, company: CompanyId, session: SessionId) -> Result<Principal> {
        self.find_principal(company, session).await
    }
    async fn refresh(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        policy: RefreshPolicy,
        now: Timestamp,
    ) -> Result<Refreshed> {
        self.exchange(presented, next, policy, now).await
    }
    async fn revoke_session(&self, company: CompanyId, session: SessionId, now: Timestamp) -> Result<()> {
        self.end_session(company, session, now).await
    }
    async fn prune_sessions(&self, before: Timestamp) -> Result<u64> {
        self.remove_sessions(before).await
    }

    async fn insert_call(&self, record: &CallRecord) -> Result<CallChange> {
        self.add_call(record).await
    }
    async fn save_call(&self, record: &CallRecord, now: Timestamp) -> Result<CallChange> {
        self.add_or_join_call(record, now).await
    }
    async fn report_call(
        &self,
        scope: CallScope,
        call: CallId,
        report: &CallReport,
        now: Timestamp,
    ) -> Result<CallChange> {
        self.apply_report(scope, call, report, now).await
    }
    async fn call(&self, scope: CallScope, call: CallId) -> Result<CallRecord> {
        self.find_call(scope, call).await
    }
    async fn calls(&self, scope: CallScope, filter: &CallFilter, cursor: Option<&str>, limit: u32) -> Result<CallPage> {
        self.list_calls(scope, filter, cursor, limit).await
    }
    async fn calls_since(&self, scope: CallScope, filter: &CallFilter, since: u64, limit: u32) -> Result<CallChanges> {
        self.list_changes(scope, filter, since, limit).await
    }
    async fn sequence(&self, company: CompanyId) -> Result<u64> {
        self.company_sequence(company).await
    }
    async fn count_calls(&self, scope: CallScope, from: Timestamp) -> Result<Vec<StatusCount>> {
        self.count(scope, from).await
    }

    async fn mark_alive(&self, calls: &[CallId], now: Timestamp) -> Result<()> {
        self.touch_calls(calls, now).await
    }
    async fn open_direct_calls(&self) -> Result<Vec<OpenCall>> {
        self.unfinished_direct_calls().await
    }
}
