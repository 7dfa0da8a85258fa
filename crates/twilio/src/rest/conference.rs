//! Conferences and who is in them.

use super::{LegCallback, Listed, Request, call::with_callback, value::text};
use crate::{
    sid::{AccountSid, CallSid, ConferenceSid},
    status::{ConferenceStatus, ParticipantStatus},
    time,
};
use mobilecall_domain::{Private, Timestamp};
use serde::Deserialize;

/// A conference.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Conference {
    /// Its SID.
    pub sid: ConferenceSid,
    /// Whose.
    pub account_sid: AccountSid,
    /// Its name.
    pub friendly_name: String,
    /// How it stands.
    pub status: ConferenceStatus,
    /// When it was made.
    #[serde(default, deserialize_with = "time::optional")]
    pub date_created: Option<Timestamp>,
    /// Why it ended, once it has.
    #[serde(default, deserialize_with = "text")]
    pub reason_conference_ended: Option<String>,
    /// Who ended it.
    #[serde(default)]
    pub call_sid_ending_conference: Option<CallSid>,
}

impl Listed for Conference {
    const FIELD: &'static str = "conferences";
}

/// Somebody in a conference.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Participant {
    /// The leg.
    pub call_sid: CallSid,
    /// Where.
    pub conference_sid: ConferenceSid,
    /// The label that was given.
    #[serde(default, deserialize_with = "text")]
    pub label: Option<String>,
    /// Whether nobody hears them.
    pub muted: bool,
    /// Whether they hear music.
    pub hold: bool,
    /// Whether they speak to one leg only.
    #[serde(default)]
    pub coaching: bool,
    /// To which.
    #[serde(default)]
    pub call_sid_to_coach: Option<CallSid>,
    /// Whether the conference begins with them.
    pub start_conference_on_enter: bool,
    /// Whether it ends with them.
    pub end_conference_on_exit: bool,
    /// How they stand.
    pub status: ParticipantStatus,
}

impl Listed for Participant {
    const FIELD: &'static str = "participants";
}

/// A conference; the answer is a [`Conference`].
pub fn get_conference(account: AccountSid, conference: ConferenceSid) -> Request {
    Request::get(account, format_args!("/Conferences/{conference}"))
}

/// Conferences of a name; the answer is a [`Page`](super::Page) of [`Conference`].
pub fn list_conferences(account: AccountSid, name: Option<&str>, status: Option<ConferenceStatus>) -> Request {
    Request::get(account, "/Conferences").with_some("FriendlyName", name).with_some("Status", status)
}

/// Ends a conference for all; the answer is a [`Conference`].
pub fn end_conference(account: AccountSid, conference: ConferenceSid) -> Request {
    let request = Request::set(account, format_args!("/Conferences/{conference}"));
    request.with("Status", ConferenceStatus::Completed)
}

/// Who is in a conference; the answer is a [`Page`](super::Page) of [`Participant`].
pub fn list_participants(account: AccountSid, conference: ConferenceSid) -> Request {
    Request::get(account, format_args!("/Conferences/{conference}/Participants"))
}

/// Somebody to be called into a conference.
#[derive(Clone, Debug, PartialEq)]
pub struct AddParticipant {
    /// A number in E.164, `client:identity` or a SIP address.
    pub to: Private<String>,
    /// Whom they see: a number of the account, or `client:identity` if `to` is one.
    pub from: Private<String>,
    /// A name by which they are found, within the conference.
    pub label: Option<String>,
    /// Whether the conference ends with them.
    pub ends_on_exit: bool,
    /// Seconds of ringing.
    pub timeout: Option<u32>,
    /// Where their leg reports.
    pub status_callback: Option<LegCallback>,
}

/// Calls somebody into a conference, without a beep and with the ringing heard; the answer is a [`Participant`]. Sent
/// twice it calls twice.
pub fn add_participant(account: AccountSid, conference: ConferenceSid, participant: &AddParticipant) -> Request {
    let request = Request::create(account, format_args!("/Conferences/{conference}/Participants"))
        .with("To", participant.to.expose())
        .with("From", participant.from.expose())
        .with("Beep", false)
        .with("EarlyMedia", true)
        .with("EndConferenceOnExit", participant.ends_on_exit)
        .with_some("Label", participant.label.as_deref())
        .with_some("Timeout", participant.timeout);
    participant.status_callback.iter().fold(request, with_callback)
}

/// What changes for a participant.
#[derive(Clone, Debug, PartialEq)]
pub enum ParticipantChange {
    /// Hears what this URL gives, and nobody else.
    Hold {
        /// TwiML or a sound; `None` for Twilio's own music.
        music: Option<String>,
    },
    /// Is back.
    Resume,
    /// Is heard by nobody, or again.
    Mute(bool),
    /// Ends the conference by leaving, or no longer.
    EndOnExit(bool),
    /// Is heard by one leg only; `None` by all again.
    Coach(Option<CallSid>),
}

/// Changes something for a participant; the answer is a [`Participant`].
pub fn change_participant(
    account: AccountSid,
    conference: ConferenceSid,
    call: CallSid,
    change: &ParticipantChange,
) -> Request {
    let request = Request::set(account, format_args!("/Conferences/{conference}/Participants/{call}"));
    match change {
        ParticipantChange::Hold { music } => request.with("Hold", true).with_some("HoldUrl", music.as_deref()),
        ParticipantChange::Resume => request.with("Hold", false),
        ParticipantChange::Mute(muted) => request.with("Muted", muted),
        ParticipantChange::EndOnExit(ends) => request.with("EndConferenceOnExit", ends),
        ParticipantChange::Coach(Some(coached)) => request.with("Coaching", true).with("CallSidToCoach", coached),
        ParticipantChange::Coach(None) => request.with("Coaching", false),
    }
}

/// Takes somebody out of a conference, whose call ends thereby; the answer is 204 without a body.
pub fn remove_participant(account: AccountSid, conference: ConferenceSid, call: CallSid) -> Request {
    Request::delete(account, format_args!("/Conferences/{conference}/Participants/{call}"))
}
