//! What Twilio tells the customer's server, as form fields.

use super::call::{Call, Purpose, sip_code};
use super::io::Webhook;
use super::{Cloud, Effect, WebhookKind};
use crate::account::Target;
use mobilecall_twilio::callback::LegEvent;
use mobilecall_twilio::{CallSid, time};

/// Version of the API, which is said everywhere.
pub(super) const API_VERSION: &str = "2010-04-01";

pub(super) type Form = Vec<(String, String)>;

/// Adds a field.
pub(super) fn put(form: &mut Form, name: &str, value: impl ToString) {
    form.push((name.to_owned(), value.to_string()));
}

impl Cloud {
    /// What every request about a call says.
    pub(super) fn call_fields(&self, call: &Call) -> Form {
        let mut form = Form::new();
        put(&mut form, "AccountSid", self.account.sid);
        put(&mut form, "ApiVersion", API_VERSION);
        put(&mut form, "CallSid", call.sid);
        if let Some(parent) = call.parent {
            put(&mut form, "ParentCallSid", parent);
        }
        put(&mut form, "CallStatus", call.status.as_str());
        put(&mut form, "Direction", call.direction.as_str());
        for (name, value) in [("From", &call.from), ("Caller", &call.from), ("To", &call.to), ("Called", &call.to)] {
            put(&mut form, name, value);
        }
        form
    }

    /// What is said when Twilio asks what to do. Custom parameters stand beside Twilio's own fields and replace none.
    pub(super) fn question_fields(&self, sid: CallSid) -> Form {
        let Some(call) = self.calls.get(&sid) else { return Form::new() };
        let mut form = self.call_fields(call);
        if let Purpose::Asks(_, Some(app)) = call.purpose {
            put(&mut form, "ApplicationSid", app);
        }
        for (name, value) in &call.custom {
            if !form.iter().any(|(own, _)| own == name) {
                put(&mut form, name, value);
            }
        }
        form
    }

    /// Something happened to the call, which its owner may want to know.
    pub(super) fn report(&mut self, sid: CallSid, event: LegEvent) {
        let now = self.now.wall;
        let Some(call) = self.calls.get_mut(&sid) else { return };
        let sequence = call.events;
        call.events += 1;
        let Some(callback) = call.callback.clone().filter(|callback| callback.events.contains(&event)) else { return };
        let Some(call) = self.calls.get(&sid) else { return };
        let mut form = self.call_fields(call);
        put(&mut form, "CallbackSource", "call-progress-events");
        put(&mut form, "SequenceNumber", sequence);
        put(&mut form, "Timestamp", time::write(now));
        if event == LegEvent::Completed {
            put(&mut form, "CallDuration", call.seconds());
            put(&mut form, "Duration", call.seconds().div_ceil(60));
            if let Some(code) = sip_code(call.status) {
                put(&mut form, "SipResponseCode", code);
            }
            form.extend(self.own_recording(sid));
        }
        self.notify(WebhookKind::Status, sid, callback.target, form);
    }

    pub(super) fn notify(&mut self, kind: WebhookKind, call: CallSid, target: Target, form: Form) {
        self.note_sent(call, &target, &form);
        self.effect(Effect::Notify(Webhook { kind, call, target, form }));
    }
}
