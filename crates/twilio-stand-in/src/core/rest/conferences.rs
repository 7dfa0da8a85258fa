//! Conferences and their participants in the API.

use super::{Answer, Fields, Refusal, Reply};
use crate::core::Cloud;
use crate::core::call::{Callback, Source, Status};
use crate::core::conference::{Conference, Participant};
use crate::core::fields::API_VERSION;
use mobilecall_twilio::status::{ConferenceStatus, ParticipantStatus};
use mobilecall_twilio::twiml::{self, ConferenceRecord, Dial, DialOptions, DialTarget, Response, Verb};
use mobilecall_twilio::webhook::ConferenceNews;
use mobilecall_twilio::{CallSid, ConferenceSid, time};
use serde_json::{Value, json};

impl Cloud {
    pub(super) fn list_conferences(&mut self, query: &Fields) -> Answer {
        let name = query.get("FriendlyName");
        let status = query.read::<ConferenceStatus>("Status")?;
        let takes = |it: &&Conference| {
            name.is_none_or(|name| it.name == name) && status.is_none_or(|status| it.status == status)
        };
        let mut found: Vec<&Conference> = self.conferences.values().filter(takes).collect();
        found.sort_unstable_by_key(|conference| std::cmp::Reverse(conference.number));
        let shown = found.into_iter().map(|conference| self.conference_json(conference)).collect();
        self.page("conferences", "/Conferences", query, shown)
    }

    pub(super) fn show_conference(&mut self, sid: &str) -> Answer {
        let sid = self.find_conference(sid)?;
        let conference = self.conferences.get(&sid).ok_or(Refusal::NOT_FOUND)?;
        Ok(Reply::ok(self.conference_json(conference)))
    }

    /// By SID, or by the name of one that is not over.
    pub(super) fn find_conference(&self, sid: &str) -> Result<ConferenceSid, Refusal> {
        let by_sid = sid.parse().ok().filter(|sid| self.conferences.contains_key(sid));
        by_sid.or_else(|| self.conference_named(sid)).ok_or_else(|| Refusal::NOT_FOUND.into())
    }

    pub(super) fn update_conference(&mut self, sid: &str, form: &Fields) -> Answer {
        let key = self.find_conference(sid)?;
        match form.get("Status") {
            Some("completed") => self.end_conference(key),
            Some(_) => return Err(Refusal::new(400, 20001, "Parameter 'Status' is not valid")),
            None => {}
        }
        self.show_conference(&key.to_string())
    }

    fn conference_json(&self, conference: &Conference) -> Value {
        let path = format!("/Conferences/{}", conference.sid);
        json!({
            "sid": conference.sid,
            "account_sid": self.account.sid,
            "friendly_name": conference.name,
            "status": conference.status,
            "region": "us1",
            "api_version": API_VERSION,
            "reason_conference_ended": null,
            "call_sid_ending_conference": null,
            "date_created": time::write(conference.created),
            "date_updated": time::write(conference.updated),
            "uri": format!("{}.json", self.uri(&path)),
            "subresource_uris": {
                "participants": self.uri(&format!("{path}/Participants.json")),
                "recordings": self.uri(&format!("{path}/Recordings.json")),
            },
        })
    }

    pub(super) fn list_participants(&mut self, sid: &str, query: &Fields) -> Answer {
        let key = self.find_conference(sid)?;
        let participants = self.conferences.get(&key).map(|it| it.participants.as_slice()).unwrap_or_default();
        let shown = participants.iter().map(|participant| self.participant_json(key, participant)).collect();
        self.page("participants", &format!("/Conferences/{key}/Participants"), query, shown)
    }

    /// By the SID of the call, or by label.
    fn find_participant(&self, sid: &str, who: &str) -> Result<(ConferenceSid, CallSid), Refusal> {
        let key = self.find_conference(sid)?;
        let participants = self.conferences.get(&key).map(|it| it.participants.as_slice()).unwrap_or_default();
        let is_it = |it: &&Participant| it.call.to_string() == who || it.label.as_deref() == Some(who);
        let found = participants.iter().find(is_it).ok_or(Refusal::NOT_FOUND)?;
        Ok((key, found.call))
    }

    pub(super) fn show_participant(&mut self, sid: &str, who: &str) -> Answer {
        let (key, call) = self.find_participant(sid, who)?;
        let participant = self.participant(key, call).ok_or(Refusal::NOT_FOUND)?.clone();
        Ok(Reply::ok(self.participant_json(key, &participant)))
    }

    fn participant_json(&self, key: ConferenceSid, participant: &Participant) -> Value {
        let Participant { call, label, muted, hold, coaches, starts, ends } = participant;
        let status = self.calls.get(call).map_or(ParticipantStatus::Complete, |call| match call.status {
            Status::Queued => ParticipantStatus::Queued,
            Status::Initiated => ParticipantStatus::Connecting,
            Status::Ringing => ParticipantStatus::Ringing,
            Status::InProgress => ParticipantStatus::Connected,
            Status::Completed => ParticipantStatus::Complete,
            Status::Busy | Status::NoAnswer | Status::Canceled | Status::Failed => ParticipantStatus::Failed,
        });
        json!({
            "account_sid": self.account.sid,
            "call_sid": call,
            "conference_sid": key,
            "label": label,
            "muted": muted,
            "hold": hold,
            "coaching": coaches.is_some(),
            "call_sid_to_coach": coaches,
            "start_conference_on_enter": starts,
            "end_conference_on_exit": ends,
            "status": status,
            "queue_time": "0",
            "date_created": time::write(self.now.wall),
            "date_updated": time::write(self.now.wall),
            "uri": format!("{}.json", self.uri(&format!("/Conferences/{key}/Participants/{call}"))),
        })
    }

    /// Calls somebody who comes in when they answer. The conference may not exist before that.
    pub(super) fn create_participant(&mut self, sid: &str, form: &Fields) -> Answer {
        let to = form.get("To").ok_or(Refusal::NO_TO)?;
        let from = form.get("From").ok_or(Refusal::NO_FROM)?;
        self.may_call_to(to, form.get("CallerId").unwrap_or(from))?;
        let by_sid = sid.parse::<ConferenceSid>().ok().map(|key| self.conferences.get(&key).ok_or(Refusal::NOT_FOUND));
        let name = by_sid.transpose()?.map_or_else(|| sid.to_owned(), |conference| conference.name.clone());
        let entry = entry(name, form)?;
        let participant = Participant {
            call: CallSid::from_bits(0),
            label: entry.participant_label.clone(),
            muted: entry.muted == Some(true),
            hold: false,
            coaches: entry.coach,
            starts: entry.start_conference_on_enter != Some(false),
            ends: entry.end_conference_on_exit == Some(true),
        };
        let key = self.conference_named(&entry.name).unwrap_or(ConferenceSid::from_bits(0));
        let dial = Dial { options: DialOptions::default(), target: DialTarget::Conference(Box::new(entry)) };
        let source = Source::Document(Box::new(Response(vec![Verb::Dial(dial)])));
        let callback = form.target("StatusCallback");
        let events = super::calls::events(form)?;
        let call = self.queue_call(to, form.get("CallerId").unwrap_or(from), source, form)?;
        if let Some(call) = self.live(call) {
            call.callback = callback.map(|target| Callback::new(target, events));
        }
        Ok(Reply::created(self.participant_json(key, &Participant { call, ..participant })))
    }

    pub(super) fn update_participant(&mut self, sid: &str, who: &str, form: &Fields) -> Answer {
        let (key, call) = self.find_participant(sid, who)?;
        let (muted, hold) = (form.flag("Muted")?, form.flag("Hold")?);
        let (coaching, coached) = (form.flag("Coaching")?, form.read::<CallSid>("CallSidToCoach")?);
        let ends = form.flag("EndConferenceOnExit")?;
        if coaching == Some(true) && coached.is_none() {
            return Err(Refusal::new(400, 20001, "Parameter 'CallSidToCoach' is required"));
        }
        let participant = self.participant(key, call).ok_or(Refusal::NOT_FOUND)?;
        let before = participant.clone();
        participant.muted = muted.unwrap_or(participant.muted);
        participant.hold = hold.unwrap_or(participant.hold);
        participant.ends = ends.unwrap_or(participant.ends);
        participant.coaches = if coaching == Some(false) { None } else { coached.or(participant.coaches) };
        let after = participant.clone();
        for news in news(&before, &after) {
            self.tell_conference(key, news, Some(call));
        }
        if before.hold && !after.hold {
            self.hush(call);
        }
        self.mix(key);
        Ok(Reply::ok(self.participant_json(key, &after)))
    }

    pub(super) fn remove_participant(&mut self, sid: &str, who: &str) -> Answer {
        let (_, call) = self.find_participant(sid, who)?;
        self.put_out(call);
        Ok(Reply::gone())
    }
}

/// What there is to tell of a change.
fn news(before: &Participant, after: &Participant) -> Vec<ConferenceNews> {
    let mut news = Vec::new();
    if before.muted != after.muted {
        news.push(if after.muted { ConferenceNews::Mute } else { ConferenceNews::Unmute });
    }
    if before.hold != after.hold {
        news.push(if after.hold { ConferenceNews::Hold } else { ConferenceNews::Unhold });
    }
    if before.coaches != after.coaches || before.ends != after.ends {
        news.push(ConferenceNews::Modify);
    }
    news
}

/// What a request says of how somebody comes in.
fn entry(name: String, form: &Fields) -> Result<twiml::Conference, Refusal> {
    let records = matches!(form.get("ConferenceRecord"), Some("true" | "record-from-start"));
    let callback = form.target("ConferenceStatusCallback");
    let recording = form.target("ConferenceRecordingStatusCallback");
    let wrong = |_| Refusal::new(400, 20001, "Parameter 'ConferenceStatusCallbackEvent' is not valid");
    let events = form.words("ConferenceStatusCallbackEvent");
    let events = events.into_iter().map(|word| word.parse().map_err(wrong)).collect::<Result<Vec<_>, _>>()?;
    Ok(twiml::Conference {
        muted: form.flag("Muted")?,
        start_conference_on_enter: form.flag("StartConferenceOnEnter")?,
        end_conference_on_exit: form.flag("EndConferenceOnExit")?,
        participant_label: form.get("Label").map(str::to_owned),
        coach: form.read("CallSidToCoach")?,
        max_participants: form.read("MaxParticipants")?,
        record: records.then_some(ConferenceRecord::FromStart),
        status_callback_method: callback.as_ref().map(|target| target.method),
        status_callback: callback.map(|target| target.url),
        status_callback_event: Some(events),
        recording_status_callback_method: recording.as_ref().map(|target| target.method),
        recording_status_callback: recording.map(|target| target.url),
        name,
        ..twiml::Conference::default()
    })
}
