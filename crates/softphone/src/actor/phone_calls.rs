//! Calls by way of the agent's own phone. The server makes them; what becomes of one is read from its record.

use super::Core;
use crate::{
    failure,
    journal::DISK_WAIT,
    message::PhoneCallInput,
    preview::{Resolved, resolve},
};
use mobilecall_client::Session;
use mobilecall_domain::{Address, CallRecord, CallStatus};
use mobilecall_ipc::{Failure, PhoneCallStage, PhoneCallView};
use uuid::Uuid;

impl Core {
    /// Asks the server for a call; what comes of it is told by events. One at a time, and none beside a call here, since the
    /// agent has two ears.
    pub(crate) fn call_via_phone(&mut self, destination: &str) -> Result<(), Failure> {
        let phone = self.settings.agent_phone.as_ref().ok_or_else(failure::no_agent_phone)?.0.clone();
        let resolved = resolve(destination, self.dialing(&[], None))?;
        let (number, name) = match resolved {
            Resolved::One { address: Address::Phone(number), name, .. } => (number, name),
            Resolved::One { .. } | Resolved::Several(_) => return Err(failure::not_by_phone()),
        };
        let is_under_way = self.shown.snapshot().phone_call.as_ref().is_some_and(|call| !call.stage.is_over());
        if is_under_way || self.calls.any_alive() {
            return Err(failure::not_now("end the other call first"));
        }
        let online = self.sign_in.online().ok_or_else(|| failure::server_out_of_reach(self.shown.snapshot()))?;
        let session = online.session.clone();
        let address = number.as_e164().to_owned();
        let view = PhoneCallView { call: None, address: address.clone(), name, stage: PhoneCallStage::Asked };
        self.pause_recording();
        self.shown.phone_call(Some(view));
        self.phone_call_number += 1;
        let (post, number) = (self.post(), self.phone_call_number);
        tokio::spawn(async move {
            let outcome = ask(&session, &address, &phone).await;
            post.phone_call(PhoneCallInput { number, outcome }).await;
        });
        Ok(())
    }

    /// The server has taken the call, or refused it.
    pub(crate) async fn phone_call_input(&mut self, PhoneCallInput { number, outcome }: PhoneCallInput) {
        if number != self.phone_call_number {
            return tracing::trace!("an answer to a call that was put away is dropped");
        }
        let Some(view) = self.shown.snapshot().phone_call.clone() else { return };
        let view = match outcome {
            Ok(record) => PhoneCallView { call: Some(record.id), stage: stage_of(&record), ..view },
            Err(failure) => PhoneCallView { stage: PhoneCallStage::Refused { failure }, ..view },
        };
        self.shown.phone_call(Some(view));
        // Its record may have come before this answer, and may have been the last of it that changed.
        self.follow_phone_call().await;
    }

    /// Records changed: perhaps this call's.
    pub(crate) async fn follow_phone_call(&mut self) {
        let Some(view) = self.shown.snapshot().phone_call.clone().filter(|view| !view.stage.is_over()) else { return };
        let (Some(call), Some(account)) = (view.call, self.sign_in.account().cloned()) else { return };
        let record = match tokio::time::timeout(DISK_WAIT, account.call(call)).await {
            Ok(Ok(record)) => record,
            Ok(Err(error)) => return self.shown.problem(failure::of_cache(&error)),
            // It is looked for again with the next change.
            Err(_) => return,
        };
        if let Some(record) = record {
            self.shown.phone_call(Some(PhoneCallView { stage: stage_of(&record), ..view }));
        }
    }

    /// The agent has seen how it ended, or follows it no longer.
    pub(crate) fn forget_phone_call(&mut self) {
        self.phone_call_number += 1;
        self.shown.phone_call(None);
    }
}

/// The key makes of a request that is repeated, since its answer was lost, one call.
async fn ask(session: &Session, to: &str, phone: &str) -> Result<CallRecord, Failure> {
    let key = Uuid::now_v7().to_string();
    session.make_call(to, phone, &key).await.map_err(|error| failure::of_make_call(&error))
}

/// The record is the customer's call: it waits while the agent's phone rings, and begins when that is answered.
fn stage_of(record: &CallRecord) -> PhoneCallStage {
    match record.status {
        CallStatus::Queued => PhoneCallStage::RingsHere,
        CallStatus::Initiated => PhoneCallStage::AnsweredHere,
        CallStatus::Ringing => PhoneCallStage::RingsThere,
        CallStatus::InProgress => {
            PhoneCallStage::Talking { since_ms: record.answered_at.unwrap_or(record.updated_at).as_millis() }
        }
        CallStatus::Completed | CallStatus::Busy | CallStatus::NoAnswer | CallStatus::Canceled | CallStatus::Failed => {
            PhoneCallStage::Ended { disposition: record.disposition() }
        }
    }
}
