//! The REST API: a request as a value in, a reply as a value out.

mod accounts;
mod calls;
mod conferences;
mod form;
mod page;
mod recordings;
mod refusal;

#[cfg(test)]
mod tests;

pub(crate) use form::Fields;
pub(crate) use refusal::Refusal;

use super::{Cloud, Effect, Now};
use serde_json::Value;

/// A method of HTTP that the API knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

/// A request that was authenticated.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) verb: Verb,
    /// What follows `/2010-04-01/Accounts/{AccountSid}/`, without `.json`.
    pub(crate) path: Vec<String>,
    pub(crate) query: Fields,
    pub(crate) form: Fields,
}

/// What the API answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// `null` for an empty body.
    pub(crate) body: Value,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }
    fn created(body: Value) -> Self {
        Self { status: 201, body }
    }
    fn gone() -> Self {
        Self { status: 204, body: Value::Null }
    }
}

pub(in crate::core) type Answer = Result<Reply, Refusal>;

impl Cloud {
    /// Answers a request and says what to do besides.
    pub(crate) fn rest(&mut self, request: &Request, now: Now) -> (Reply, Vec<Effect>) {
        self.now = now;
        let reply = self.route(request).unwrap_or_else(|refusal| refusal.reply());
        (reply, std::mem::take(&mut self.effects))
    }

    fn route(&mut self, request: &Request) -> Answer {
        if self.account.permissions.suspended {
            return Err(Refusal::ACCOUNT_NOT_ACTIVE.into());
        }
        let Request { verb, path, query, form } = request;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (verb, path.as_slice()) {
            (Verb::Get, []) => Ok(self.show_account()),
            (Verb::Get, ["Balance"]) => Ok(self.show_balance()),
            (Verb::Get, ["Keys", sid]) => self.show_key(sid),
            (Verb::Get, ["DialingPermissions", "Countries", code]) => Ok(self.show_country(code)),
            (Verb::Post, ["Calls"]) => self.create_call(form),
            (Verb::Get, ["Calls"]) => self.list_calls(query),
            (Verb::Get, ["Calls", sid]) => self.show_call(sid),
            (Verb::Post, ["Calls", sid]) => self.update_call(sid, form),
            (Verb::Delete, ["Calls", sid]) => self.delete_call(sid),
            (Verb::Get, ["Calls", sid, "Events"]) => self.list_events(sid, query),
            (Verb::Get, ["Calls", sid, "Recordings"]) => self.list_recordings(query, Some(sid)),
            (Verb::Post, ["Calls", sid, "Recordings"]) => self.create_recording(sid, form),
            (Verb::Post, ["Calls", sid, "Recordings", recording]) => self.update_recording(sid, recording, form),
            (Verb::Get, ["Calls", _, "Recordings", sid] | ["Recordings", sid]) => self.show_recording(sid),
            (Verb::Delete, ["Calls", _, "Recordings", sid] | ["Recordings", sid]) => self.delete_recording(sid),
            (Verb::Get, ["Recordings"]) => self.list_recordings(query, None),
            (Verb::Get, ["Conferences"]) => self.list_conferences(query),
            (Verb::Get, ["Conferences", sid]) => self.show_conference(sid),
            (Verb::Post, ["Conferences", sid]) => self.update_conference(sid, form),
            (Verb::Get, ["Conferences", sid, "Recordings"]) => self.list_conference_recordings(sid, query),
            (Verb::Get, ["Conferences", sid, "Participants"]) => self.list_participants(sid, query),
            (Verb::Post, ["Conferences", sid, "Participants"]) => self.create_participant(sid, form),
            (Verb::Get, ["Conferences", sid, "Participants", who]) => self.show_participant(sid, who),
            (Verb::Post, ["Conferences", sid, "Participants", who]) => self.update_participant(sid, who, form),
            (Verb::Delete, ["Conferences", sid, "Participants", who]) => self.remove_participant(sid, who),
            (Verb::Get, ["IncomingPhoneNumbers"]) => self.list_numbers(query),
            (Verb::Get, ["IncomingPhoneNumbers", sid]) => self.show_number(sid),
            (Verb::Post, ["IncomingPhoneNumbers", sid]) => self.update_number(sid, form),
            (Verb::Get, ["Applications"]) => self.list_applications(query),
            (Verb::Get, ["Applications", sid]) => self.show_application(sid),
            (Verb::Post, ["Applications", sid]) => self.update_application(sid, form),
            (Verb::Get, ["OutgoingCallerIds"]) => self.list_caller_ids(query),
            (Verb::Post, ["Tokens"]) => Ok(self.create_token(form)),
            _ => Err(Refusal::NOT_FOUND.into()),
        }
    }
}
