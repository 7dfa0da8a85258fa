//! What the sync and the heartbeat bring.

use super::Core;
use crate::{failure, history, view};
use mobilecall_client::{Presence, SyncEvent, SyncStatus};
use mobilecall_domain::{CallReport, EndReason, LineKind};
use mobilecall_ipc::{HistoryFilter, HistoryQuery, SyncView};
use std::time::Duration;

/// A call of another run is taken for cut off when it has given no sign of life for three heartbeats.
const CUT_OFF_AFTER: Duration = Duration::from_secs(15);

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
            }
            SyncEvent::Team(team) => {
                self.team = team;
                self.show_team();
            }
            SyncEvent::Presence(presence) => {
                self.take_presence(presence);
                self.show_team();
            }
            SyncEvent::SessionEnded => self.session_ended().await,
        }
    }

    fn take_presence(&mut self, presence: Presence) {
        match self.team.iter_mut().find(|known| known.user_id == presence.user_id) {
            Some(known) => *known = presence,
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

    /// Tells windows that the history changed.
    pub(crate) async fn recount_missed(&mut self) {
        let Some(account) = self.sign_in.account() else { return };
        match account.missed().await {
            Ok(missed) => self.shown.history(missed),
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
        let page = match history::page(&account, query, &self.shown.snapshot().team).await {
            Ok(page) => page,
            Err(failure) => return self.shown.problem(failure),
        };
        let Some(missed) = page.entries.into_iter().next() else { return };
        let is_news = missed.started_at_ms >= since.as_millis() && self.told_missed != Some(missed.id);
        if is_news {
            self.told_missed = Some(missed.id);
            self.shown.problem(failure::called_while_talking(missed.name.as_deref().unwrap_or(&missed.address)));
        }
    }

    pub(crate) async fn heartbeat(&mut self) {
        let Some(account) = self.sign_in.account() else { return };
        if self.calls.any_alive()
            && let Err(error) = account.stamp_alive(&self.run, self.clock.now()).await
        {
            tracing::warn!(error = %failure::chain(&error), "live calls could not be stamped");
        }
        self.complete_devices();
        self.settle_stale_calls().await;
    }

    /// Calls that were up when an earlier run was killed, or whose ringing broke off with the connection. A direct call
    /// passes through the server, which says how it ended and meanwhile may have it alive, even on another device of
    /// the agent. Others, and those that the server never had, are closed with the time they were last known to be
    /// alive.
    pub(crate) async fn settle_stale_calls(&mut self) {
        let Some(account) = self.sign_in.account().cloned() else { return };
        let now = self.clock.now();
        let stale = match account.stale_calls(&self.run, now.minus(CUT_OFF_AFTER)).await {
            Ok(stale) => stale,
            Err(error) => {
                tracing::warn!(error = %failure::chain(&error), "calls that were cut off could not be looked for");
                return;
            }
        };
        let mut closed = false;
        for call in stale {
            match call.record.line {
                LineKind::Direct if call.on_server => {
                    if let Err(error) = account.leave_to_others(call.record.id).await {
                        tracing::error!(error = %failure::chain(&error), "a call could not be left to the server");
                    }
                    continue;
                }
                // Whether the server has it is not known yet.
                LineKind::Direct if !self.caught_up => continue,
                LineKind::Direct | LineKind::Twilio | LineKind::Sip => {}
            }
            closed = true;
            let answered = call.record.answered_at.is_some();
            let report = CallReport {
                status: Some(EndReason::Interrupted.status(answered)),
                ended_at: Some(call.alive_at),
                ..CallReport::default()
            };
            match account.report(call.record.id, &report, now).await {
                Ok(_) => tracing::info!(call.id = %call.record.id, "a call that was cut off is closed"),
                Err(error) => tracing::error!(error = %failure::chain(&error), "a call could not be closed"),
            }
        }
        if closed {
            self.nudge_sync();
            self.recount_missed().await;
        }
    }

    /// Something waits in the outbox.
    pub(crate) fn nudge_sync(&self) {
        if let Some(online) = self.sign_in.online() {
            online.sync.nudge();
        }
    }
}
