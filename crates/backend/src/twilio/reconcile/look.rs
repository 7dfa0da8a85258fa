//! One look into the lists of one account.

use super::{
    LookError,
    plan::{self, CallList, Hint, Opening, Origin, Window},
};
use crate::{
    convert::recording_status,
    state::State,
    twilio::{
        accounts::Account,
        opening::{as_dialed, caller_of},
        rest::RestError,
    },
};
use mobilecall_domain::{
    CallId, CallRecord, CallReport, CallStart, CallStatus, CompanyId, LineKind, Private, Timestamp, UserId, names,
};
use mobilecall_store::{
    ChangeKind, KnownLeg, LegReport, NewLeg, OpenLeg, RecordingReport, RecordingStatus, Scope, StoreError, User,
};
use mobilecall_twilio::{
    identity::Identity,
    rest::{
        Call, CallEvent, CallFilter, Listed, Recording, RecordingFilter, Request, get_call, get_recording, list_calls,
        list_events, list_recordings,
    },
    settings::RestSettings,
    sid::{CallSid, RecordingSid},
};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of a page.
const PAGE: u32 = 1000;
/// What is asked for one by one in one look.
const MOST_UNFINISHED: u32 = 200;

pub(super) struct Looker<'a> {
    state: &'a State,
    account: &'a Account,
    settings: &'a RestSettings,
    /// For whom the account speaks.
    companies: BTreeSet<CompanyId>,
    now: Timestamp,
    /// Legs that are known here, of those that were listed in this window.
    known: BTreeMap<String, KnownLeg>,
    /// Where the next look has to begin again at the latest.
    held: Option<Timestamp>,
    repaired: usize,
}

impl<'a> Looker<'a> {
    pub(super) fn new(
        state: &'a State,
        account: &'a Account,
        settings: &'a RestSettings,
        companies: BTreeSet<CompanyId>,
        now: Timestamp,
    ) -> Self {
        Self { state, account, settings, companies, now, known: BTreeMap::new(), held: None, repaired: 0 }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// What was gone through for good, once this window was.
    pub(super) fn reached(&self, window: Window) -> Timestamp {
        self.held.map_or(window.reached, |held| held.min(window.reached))
    }

    /// How much was not right before.
    pub(super) fn repaired(&self) -> usize {
        self.repaired
    }

    pub(super) async fn calls(&mut self, window: Window) -> Result<(), LookError> {
        let filter = CallFilter {
            started_from: Some(window.from),
            started_until: window.until,
            page_size: Some(PAGE),
            ..CallFilter::default()
        };
        let listed = CallList::new(self.list(list_calls(self.settings.account, &filter)).await?);
        let named = listed.calls().iter().flat_map(|call| [Some(call.sid), call.parent_call_sid]).flatten();
        // A long downtime has many windows.
        self.known.clear();
        self.learn(named.map(|sid| sid.to_string()).collect()).await?;
        for call in listed.calls() {
            self.call(call, &listed).await.or_else(passed_over)?;
        }
        Ok(())
    }

    async fn call(&mut self, call: &Call, listed: &CallList) -> Result<(), LookError> {
        let origin = plan::origin(call);
        let facts = plan::facts(call, plan::left(&origin, call, listed));
        let sid = call.sid.to_string();
        if let Some(known) = self.known.get(&sid).cloned() {
            if plan::says_more(&known, &facts) {
                self.report(LegReport { company: known.company, sid, call: None, parent: None, agent: None, facts })
                    .await?;
            }
            return Ok(());
        }
        match origin {
            Origin::Dialed(parent) => {
                let Some(parent) = self.known.get(&parent.to_string()).cloned() else { return Ok(()) };
                let agent = self.dialed_agent(call, parent.company).await?;
                let (company, parent) = (parent.company, Some(parent.sid));
                self.report(LegReport { company, sid, call: None, parent, agent, facts }).await.map(drop)
            }
            Origin::Softphone(_) | Origin::Caller(_) | Origin::Rest(_) | Origin::Foreign => {
                self.unknown(&origin, call, listed).await
            }
        }
    }

    /// A first leg that is not known here: its record, if somebody can say whose it is.
    async fn unknown(&mut self, origin: &Origin, call: &Call, listed: &CallList) -> Result<(), LookError> {
        let owner = match origin {
            Origin::Softphone(identity) => match self.agent(identity).await? {
                Some(user) => Owner::Agent(Box::new(user)),
                None => return Ok(()),
            },
            Origin::Caller(number) => match self.called_company(number).await? {
                Some(company) => Owner::Company(company),
                None => return Ok(()),
            },
            // Other programs may use the account with numbers of their own.
            Origin::Rest(from) if *from == caller_of(self.account) => Owner::Unknown,
            Origin::Rest(_) | Origin::Dialed(_) | Origin::Foreign => return Ok(()),
        };
        let hint = match owner {
            Owner::Company(_) => Hint::default(),
            Owner::Agent(_) | Owner::Unknown => self.hint(call, listed).await?,
        };
        match plan::opening(origin, &hint, call, self.now) {
            Opening::Join(company, id) => {
                if !self.join(call, listed, company, id).await? {
                    self.open(owner, call, listed, Some(id), &hint).await?;
                }
            }
            Opening::Open(id) => self.open(owner, call, listed, id, &hint).await?,
            Opening::Later => self.held = plan::began_at(call).into_iter().chain(self.held).min(),
            Opening::Nothing => {}
        }
        Ok(())
    }

    async fn hint(&self, call: &Call, listed: &CallList) -> Result<Hint, LookError> {
        let hint = Hint::of_dialed(call, listed, &self.known);
        if hint.ours.is_some() {
            return Ok(hint);
        }
        match self.list::<CallEvent>(list_events(self.settings.account, call.sid)).await {
            Ok(events) => Ok(Hint::read(&events)),
            // The call was removed meanwhile.
            Err(LookError::Rest(error)) if error.is_not_found() => Ok(hint),
            Err(error) => Err(error),
        }
    }

    /// Makes the leg one of a call that is known here; whether it is.
    async fn join(
        &mut self,
        call: &Call,
        listed: &CallList,
        company: CompanyId,
        id: CallId,
    ) -> Result<bool, LookError> {
        if !self.companies.contains(&company) {
            return Ok(false);
        }
        let facts = plan::facts(call, plan::left(&plan::origin(call), call, listed));
        let sid = call.sid.to_string();
        self.report(LegReport { company, sid, call: Some(id), parent: None, agent: None, facts }).await
    }

    async fn open(
        &mut self,
        owner: Owner,
        call: &Call,
        listed: &CallList,
        id: Option<CallId>,
        hint: &Hint,
    ) -> Result<(), LookError> {
        let (from, to) = (address(&call.from), address(&call.to));
        let start = |company_id, from_number, to_number| CallStart {
            id: id.unwrap_or_else(CallId::generate),
            company_id,
            line: LineKind::Twilio,
            from_number,
            to_number,
            at: plan::began_at(call).unwrap_or(self.now),
        };
        let record = match owner {
            Owner::Agent(user) => {
                let dialed = match (plan::first_dialed(call, listed), &hint.dialed) {
                    (Some(dialed), _) => &dialed.to,
                    (None, Some(_)) => &hint.dialed,
                    (None, None) => &call.to,
                };
                let to = self.dialed_address(user.company_id, dialed).await?;
                let start = start(user.company_id, caller_of(self.account), to);
                CallRecord::outgoing(start).of_agent(user.id, Some(names::clean(&user.name)))
            }
            Owner::Company(company) => CallRecord::incoming(start(company, from, to)),
            Owner::Unknown => return Ok(()),
        };
        let facts = plan::facts(call, plan::left(&plan::origin(call), call, listed));
        let (sid, company) = (call.sid.to_string(), record.company_id);
        let opened = self.state.store.open_leg(&record, &NewLeg { sid: sid.clone(), facts }, self.now).await?;
        self.repaired += usize::from(opened.kind != ChangeKind::Unchanged);
        let call = opened.call.record.id;
        self.known.insert(sid.clone(), KnownLeg { sid, company, call, facts: Some(facts) });
        Ok(())
    }

    /// Whom an agent called, as records say it.
    async fn dialed_address(&self, company: CompanyId, dialed: &Option<Private<String>>) -> Result<String, LookError> {
        let dialed = dialed.as_ref().map_or("", |dialed| dialed.expose().as_str());
        // Twilio calls a softphone by its identity, which is not how people are dialed.
        if let Some(name) = plan::client(dialed).and_then(|identity| identity.name()) {
            return Ok(format!("client:{name}"));
        }
        match self.state.store.company(company).await? {
            Some(company) => Ok(self.state.dialed_address(&company, dialed).await?),
            None => Ok(as_dialed(dialed)),
        }
    }

    /// Joins what is said of a leg with what is known; whether it is a leg of a call that is known here.
    async fn report(&mut self, report: LegReport) -> Result<bool, LookError> {
        match self.state.store.report_leg(&report, self.now).await {
            Ok(change) => {
                self.repaired += usize::from(change.kind != ChangeKind::Unchanged);
                let LegReport { company, sid, facts, .. } = report;
                let call = change.call.record.id;
                self.known.insert(sid.clone(), KnownLeg { sid, company, call, facts: Some(facts) });
                Ok(true)
            }
            Err(StoreError::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn recordings(&mut self, window: Window) -> Result<(), LookError> {
        let filter = RecordingFilter {
            created_from: Some(window.from),
            created_until: window.until,
            page_size: Some(PAGE),
            ..RecordingFilter::default()
        };
        let listed: Vec<Recording> = self.list(list_recordings(self.settings.account, &filter)).await?;
        self.learn(listed.iter().filter_map(|it| it.call_sid).map(|sid| sid.to_string()).collect()).await?;
        for recording in &listed {
            let leg = recording.call_sid.and_then(|sid| self.known.get(&sid.to_string()));
            if let Some(company) = leg.map(|leg| leg.company) {
                self.recording(company, recording).await.or_else(passed_over)?;
            }
        }
        Ok(())
    }

    async fn recording(&mut self, company: CompanyId, listed: &Recording) -> Result<(), LookError> {
        let Some(call_sid) = listed.call_sid else { return Ok(()) };
        let report = RecordingReport {
            company,
            sid: listed.sid.to_string(),
            call_sid: call_sid.to_string(),
            status: recording_status(listed.status),
            duration_seconds: listed.duration,
            started_at: listed.start_time.or(listed.date_created),
        };
        self.keep_recording(report).await
    }

    async fn keep_recording(&mut self, report: RecordingReport) -> Result<(), LookError> {
        if let Some(known) = self.state.store.recording(Scope::everybody(report.company), &report.sid).await? {
            let mut joined = known.clone();
            joined.join(&report);
            if joined == known {
                return Ok(());
            }
        }
        match self.state.store.save_recording(&report, self.now).await {
            Ok(_) => self.repaired += 1,
            // Its call was removed meanwhile.
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// What began before the lists that were gone through, and is not over as far as is known here.
    pub(super) async fn unfinished(&mut self) -> Result<(), LookError> {
        let before = self.now.minus(plan::OVERLAP);
        for company in self.companies.clone() {
            let mut unfinished = self.state.store.unfinished(company, before, MOST_UNFINISHED).await?;
            // One of those whose record is waited for may be what was to be placed a moment before it began.
            if let Some(held) = self.held {
                let long_before = before.min(held.minus(plan::OVERLAP));
                unfinished.unplaced =
                    self.state.store.unfinished(company, long_before, MOST_UNFINISHED).await?.unplaced;
            }
            for leg in unfinished.legs {
                self.open_leg(company, leg).await?;
            }
            for (sid, call_sid) in unfinished.recordings {
                self.unfinished_recording(company, sid, call_sid).await?;
            }
            for call in unfinished.unplaced {
                self.not_placed(company, call).await?;
            }
        }
        Ok(())
    }

    async fn open_leg(&mut self, company: CompanyId, leg: OpenLeg) -> Result<(), LookError> {
        // What is no id of Twilio's, a softphone made up.
        let asked = match leg.sid.parse::<CallSid>() {
            Ok(sid) => self.one::<Call>(get_call(self.settings.account, sid)).await?,
            Err(_) => None,
        };
        let facts = asked.map_or_else(|| plan::forgotten(&leg), |call| plan::facts(&call, None));
        self.report(LegReport { company, sid: leg.sid, call: None, parent: None, agent: None, facts }).await.map(drop)
    }

    async fn unfinished_recording(
        &mut self,
        company: CompanyId,
        sid: String,
        call_sid: String,
    ) -> Result<(), LookError> {
        let asked = match sid.parse::<RecordingSid>() {
            Ok(sid) => self.one::<Recording>(get_recording(self.settings.account, sid)).await?,
            Err(_) => None,
        };
        match asked {
            Some(recording) => self.recording(company, &recording).await,
            None => {
                let status = RecordingStatus::Deleted;
                let gone = RecordingReport { company, sid, call_sid, status, duration_seconds: None, started_at: None };
                self.keep_recording(gone).await
            }
        }
    }

    /// Twilio was asked for a call and knows of none.
    async fn not_placed(&mut self, company: CompanyId, call: CallId) -> Result<(), LookError> {
        let failed = CallReport { status: Some(CallStatus::Failed), ..CallReport::default() };
        self.state.store.report_call(Scope::everybody(company), call, &failed, self.now).await?;
        self.repaired += 1;
        Ok(())
    }

    /// Whose softphone it is, if the account speaks for their company.
    async fn agent(&self, identity: &Identity) -> Result<Option<User>, LookError> {
        let Some(username) = identity.name() else { return Ok(None) };
        let user = self.state.store.user_by_username(&username).await?;
        Ok(user.filter(|user| self.companies.contains(&user.company_id)))
    }

    async fn dialed_agent(&self, call: &Call, company: CompanyId) -> Result<Option<UserId>, LookError> {
        let Some(identity) = call.to.as_ref().and_then(|to| plan::client(to.expose())) else { return Ok(None) };
        Ok(self.agent(&identity).await?.filter(|user| user.company_id == company).map(|user| user.id))
    }

    /// As with what comes signed: whoever entered the SID of this account with another token does not share it.
    async fn called_company(&self, number: &str) -> Result<Option<CompanyId>, LookError> {
        let mut sharing = self.state.twilio_accounts_of(&self.settings.account.to_string()).await?;
        if let Some(token) = &self.account.settings.auth_token {
            sharing.retain(|other| other.settings.auth_token.as_ref().is_none_or(|theirs| theirs == token));
        }
        let company = match self.state.company_of_number(&sharing, number).await? {
            Some(company) => company,
            None => return Ok(None),
        };
        Ok(Some(company).filter(|company| self.companies.contains(company)))
    }

    /// Adds which of these legs are known.
    async fn learn(&mut self, sids: BTreeSet<String>) -> Result<(), LookError> {
        let new: Vec<_> = sids.into_iter().filter(|sid| !self.known.contains_key(sid)).collect();
        let companies: Vec<_> = self.companies.iter().copied().collect();
        let known = self.state.store.known_legs(&companies, &new).await?;
        self.known.extend(known.into_iter().map(|leg| (leg.sid.clone(), leg)));
        Ok(())
    }

    /// Every entry of a list, page by page.
    async fn list<T: Listed>(&self, first: Request) -> Result<Vec<T>, LookError> {
        let (mut all, mut next) = (Vec::new(), Some(first));
        while let Some(request) = next {
            let page = self.state.rest.page::<T>(self.settings, &request).await?;
            if let Some(problem) = page.unreadable.first() {
                tracing::warn!(problem, entries = page.unreadable.len(), "entries of Twilio's lists cannot be read");
            }
            next = page.next_request();
            all.extend(page.items);
        }
        Ok(all)
    }

    /// One thing, if Twilio has it.
    async fn one<T: serde::de::DeserializeOwned>(&self, request: Request) -> Result<Option<T>, RestError> {
        match self.state.rest.send(self.settings, &request).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whose a call is.
enum Owner {
    /// An agent's who called.
    Agent(Box<User>),
    /// A company's that was called.
    Company(CompanyId),
    /// Nobody can say but addresses of ours.
    Unknown,
}

/// An entry that cannot be joined with what is here hides no other.
fn passed_over(error: LookError) -> Result<(), LookError> {
    match error {
        LookError::Store(error @ (StoreError::NotFound(_) | StoreError::Conflict(_))) => {
            tracing::warn!(%error, "an entry of Twilio's lists was passed over");
            Ok(())
        }
        error => Err(error),
    }
}

fn address(party: &Option<Private<String>>) -> String {
    party.as_ref().map_or_else(String::new, |address| as_dialed(address.expose()))
}
