//! What the sync and the heartbeat bring.

use super::Core;
use crate::{
    failure, history,
    journal::{DISK_WAIT, Entry, in_time},
    view,
};
use mobilecall_cache::{CacheError, SetAside};
use mobilecall_client::{Person, Presence, PresenceState, SyncEvent, SyncStatus};
use mobilecall_ipc::{HistoryFilter, HistoryQuery, SyncView};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Core {
    pub(crate) async fn sync_event(&mut self, event: SyncEvent) {
        match event {
            SyncEvent::Status(status) => {
                self.shown.reachable(!matches!(status, SyncStatus::Offline { .. }));
                self.caught_up = matches!(status, SyncStatus::UpToDate { .. });
                self.shown.sync(match status {
                    SyncStatus::Offline { pending } => SyncView::Offline { pending },
                    SyncStatus::Syncing { pulled, pending } => SyncView::Syncing { pulled, pending },
                    SyncStatus::UpToDate { at } => SyncView::UpToDate { at_ms: at.as_millis() },
                });
                self.settle_stale_calls().await;
            }
            SyncEvent::RecordsChanged => {
                self.recount_missed().await;
                self.tell_refused_call().await;
                self.follow_phone_call().await;
            }
            SyncEvent::NotWritten { disk_full } => self.shown.problem(failure::not_written(disk_full)),
            SyncEvent::Team(team) => {
                self.team = team;
                self.show_team();
            }
            SyncEvent::People(people) => {
                for person in people {
                    self.person_changed(&person).await;
                    self.take_person(person);
                }
                self.show_team();
            }
            SyncEvent::Presence(presence) => {
                self.take_presence(presence);
                self.show_team();
            }
            SyncEvent::Company(company) => self.company_changed(company).await,
            SyncEvent::SessionEnded => self.session_ended().await,
        }
    }

    fn take_presence(&mut self, presence: Presence) {
        match self.team.iter_mut().find(|known| known.user_id == presence.user_id) {
            Some(known) => *known = presence,
            None => self.team.push(presence),
        }
    }

    /// Somebody who is new, or has another name or number now.
    fn take_person(&mut self, person: Person) {
        if self.team.is_empty() {
            // The team has not come yet, and will have them: this one alone must not pass for it.
            return;
        }
        let Person { user_id, username, name, extension } = person;
        let known = self.team.iter().position(|known| known.user_id == user_id);
        // Who is new has no device yet; when one registers that is told.
        let state = known.map_or(PresenceState::Offline, |known| self.team[known].state);
        let presence = Presence { user_id, username, name, extension, state };
        match known {
            Some(known) => self.team[known] = presence,
            None => self.team.push(presence),
        }
    }

    /// Everybody but the agent, by name.
    fn show_team(&mut self) {
        let Some(signed_in) = self.sign_in.signed_in() else { return };
        let me = signed_in.profile.user.id;
        let mut colleagues: Vec<_> =
            self.team.iter().filter(|presence| presence.user_id != me).map(view::colleague).collect();
        colleagues.sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.username.cmp(&other.username)));
        self.shown.team(colleagues);
    }

    /// Tells windows that the history changed, as soon as the database can be read.
    pub(crate) async fn recount_missed(&mut self) {
        let Some(account) = self.sign_in.account().cloned() else { return };
        let Ok(turn) = Arc::clone(&self.counting).try_acquire_owned() else {
            // The count that is under way waits for the database, and so would this one.
            return self.count_again = true;
        };
        let post = self.post();
        let (counted, outcome) = oneshot::channel();
        tokio::spawn(async move {
            let missed = account.missed().await;
            drop(turn);
            if let Err(late) = counted.send(missed) {
                post.counted(late).await;
            }
        });
        if let Some(missed) = in_time(DISK_WAIT, outcome).await {
            self.counted(missed);
        }
    }

    /// A count that took long. One of an earlier sign-in says nothing of this one, but may have kept it from counting.
    pub(crate) async fn counted_late(&mut self, epoch: u64, missed: Result<u32, CacheError>) {
        if epoch == self.epoch {
            self.counted(missed);
        }
        if std::mem::take(&mut self.count_again) {
            self.recount_missed().await;
        }
    }

    fn counted(&mut self, missed: Result<u32, CacheError>) {
        match missed {
            Ok(missed) => self.shown.history(missed),
            Err(error) if error.is_retryable() => {
                tracing::warn!(error = %failure::chain(&error), "missed calls cannot be counted now");
            }
            Err(error) => self.shown.problem(failure::of_cache(&error)),
        }
    }

    /// A call that the server refused because this agent talks leaves nothing here but its record: who it was is said
    /// once, at once.
    async fn tell_refused_call(&mut self) {
        let Some(talking) = self.calls.talking() else { return };
        let since = talking.machine.started_at();
        let Some(account) = self.sign_in.account().cloned() else { return };
        let query = HistoryQuery { filter: HistoryFilter::Missed, limit: 1, ..HistoryQuery::default() };
        let page = history::page(&account, query, &self.shown.snapshot().team);
        let page = match tokio::time::timeout(DISK_WAIT, page).await {
            Ok(Ok(page)) => page,
            Ok(Err(failure)) => return self.shown.problem(failure),
            // It is looked for again with the next change.
            Err(_) => return,
        };
        let Some(missed) = page.entries.into_iter().next() else { return };
        let is_news = missed.started_at_ms >= since.as_millis() && self.told_missed != Some(missed.id);
        if is_news {
            self.told_missed = Some(missed.id);
            let who = missed.name.as_deref().unwrap_or(&missed.address);
            self.shown.problem(failure::called_while_talking(missed.id, who));
        }
    }

    pub(crate) async fn heartbeat(&mut self) {
        let Some(account) = self.sign_in.account().cloned() else { return };
        if self.calls.any_alive() {
            let (run, now) = (self.run.clone(), self.clock.now());
            let stamp = tokio::spawn(async move {
                if let Err(error) = account.stamp_alive(&run, now).await {
                    tracing::warn!(%error, "live calls could not be stamped");
                }
            });
            if tokio::time::timeout(DISK_WAIT, stamp).await.is_err() {
                tracing::warn!("the disk does not answer");
            }
        }
        self.complete_devices();
        self.settle_stale_calls().await;
    }

    /// Closes calls that were cut off; where something waits to be written, as soon as that is.
    pub(crate) async fn settle_stale_calls(&mut self) {
        let Some(account) = self.sign_in.account().cloned() else { return };
        self.settle_later = self.journal.is_behind();
        if self.settle_later {
            return;
        }
        let (run, caught_up, at) = (self.run.clone(), self.caught_up, self.clock.now());
        if let Err(failure) = self.write(Entry::CutOff { account, run, caught_up, at }).await {
            tracing::warn!(failure.message, "calls that were cut off could not be looked for");
        }
    }

    /// Closes calls that were cut off, if that has been put off.
    pub(crate) async fn settle_put_off(&mut self) {
        if std::mem::take(&mut self.settle_later) {
            self.settle_stale_calls().await;
        }
    }

    /// The history of this device was damaged; what could not be read of it comes from the server.
    pub(crate) async fn history_set_aside(&mut self, file: &SetAside) {
        self.shown.problem(failure::history_damaged(file));
        if let Some(online) = self.sign_in.online() {
            online.sync.now();
            self.caught_up = false;
            self.shown.sync(SyncView::Syncing { pulled: 0, pending: 0 });
        }
        self.recount_missed().await;
    }

    /// Something waits in the outbox.
    pub(crate) fn nudge_sync(&self) {
        if let Some(online) = self.sign_in.online() {
            online.sync.nudge();
        }
    }
}
