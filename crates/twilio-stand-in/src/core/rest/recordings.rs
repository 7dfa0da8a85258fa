//! Recordings of the API. What they sound like is fetched elsewhere.

use super::calls::DayRange;
use super::{Answer, Fields, Refusal, Reply};
use crate::core::fields::API_VERSION;
use crate::core::recording::{Recorder, Recording, Source};
use crate::core::{Cloud, MediaCommand, PauseBehavior};
use mobilecall_twilio::callback::RecordingEvent;
use mobilecall_twilio::status::RecordingStatus;
use mobilecall_twilio::{CallSid, ConferenceSid, RecordingSid, time};
use serde_json::{Value, json};

/// In place of the SID of a call's running recording.
const CURRENT: &str = "Twilio.CURRENT";

impl Cloud {
    pub(super) fn list_recordings(&mut self, query: &Fields, call: Option<&str>) -> Answer {
        let call = match call {
            Some(call) => Some(self.find_call(call)?),
            None => query.read::<CallSid>("CallSid")?,
        };
        let conference = query.read::<ConferenceSid>("ConferenceSid")?;
        let path = call.map_or_else(|| "/Recordings".to_owned(), |call| format!("/Calls/{call}/Recordings"));
        self.recordings_page(&path, query, |recording| {
            call.is_none_or(|call| recording.call == call && recording.conference.is_none())
                && conference.is_none_or(|conference| recording.conference == Some(conference))
        })
    }

    pub(super) fn list_conference_recordings(&mut self, conference: &str, query: &Fields) -> Answer {
        let conference = self.find_conference(conference)?;
        let path = format!("/Conferences/{conference}/Recordings");
        self.recordings_page(&path, query, |recording| recording.conference == Some(conference))
    }

    /// The newest first.
    fn recordings_page(&self, path: &str, query: &Fields, takes: impl Fn(&Recording) -> bool) -> Answer {
        let created = DayRange::read(query, "DateCreated");
        let wanted = |recording: &&Recording| takes(recording) && created.takes(recording.started);
        let mut recordings: Vec<&Recording> = self.recordings.values().filter(wanted).collect();
        recordings.sort_unstable_by_key(|recording| std::cmp::Reverse(recording.number));
        let shown = recordings.into_iter().map(|recording| self.recording_json(recording)).collect();
        self.page("recordings", path, query, shown)
    }

    pub(super) fn show_recording(&mut self, sid: &str) -> Answer {
        Ok(Reply::ok(self.recording_json(self.find_recording(sid)?)))
    }

    fn find_recording(&self, sid: &str) -> Result<&Recording, Refusal> {
        let sid = sid.parse::<RecordingSid>().map_err(|_| Refusal::NOT_FOUND)?;
        self.recordings.get(&sid).ok_or_else(|| Refusal::NOT_FOUND.into())
    }

    /// Whether the sound of a recording may be fetched.
    pub(crate) fn has_sound(&self, sid: RecordingSid) -> bool {
        self.recordings.get(&sid).is_some_and(|recording| recording.status == RecordingStatus::Completed)
    }

    pub(super) fn delete_recording(&mut self, sid: &str) -> Answer {
        let recording = self.find_recording(sid)?;
        if recording.is_running() {
            return Err(Refusal::NOT_PAUSABLE.into());
        }
        let sid = recording.sid;
        self.recordings.remove(&sid);
        Ok(Reply::gone())
    }

    pub(super) fn create_recording(&mut self, call: &str, form: &Fields) -> Answer {
        let call = self.find_call(call)?;
        let recorder = Recorder::from_form(Source::StartCallRecordingApi, form)?;
        let talks = self.live(call).is_some_and(|call| call.answered.is_some());
        let begun = if talks { self.begin_recording(call, recorder) } else { None };
        let begun = begun.and_then(|sid| self.recordings.get(&sid)).ok_or(Refusal::NOTHING_TO_RECORD)?;
        Ok(Reply::created(self.recording_json(begun)))
    }

    pub(super) fn update_recording(&mut self, call: &str, sid: &str, form: &Fields) -> Answer {
        let call = self.find_call(call)?;
        let sid = match sid {
            CURRENT => {
                let mut running = self.recordings.values().filter(|it| it.call == call && it.is_running());
                running.next().map(|recording| recording.sid).ok_or(Refusal::NOT_FOUND)?
            }
            sid => self.find_recording(sid)?.sid,
        };
        let skips = form.get("PauseBehavior") == Some("skip");
        let recording = self.recordings.get_mut(&sid).ok_or(Refusal::NOT_FOUND)?;
        match (form.get("Status"), recording.status) {
            (Some("paused"), RecordingStatus::InProgress) => {
                recording.status = RecordingStatus::Paused;
                let behavior = if skips { PauseBehavior::Skip } else { PauseBehavior::Silence };
                self.media_do(MediaCommand::Pause(sid, behavior));
            }
            (Some("in-progress"), RecordingStatus::Paused) => {
                recording.status = RecordingStatus::InProgress;
                self.media_do(MediaCommand::Resume(sid));
                self.report_recording(sid, RecordingEvent::InProgress);
            }
            (Some("stopped"), RecordingStatus::InProgress | RecordingStatus::Paused) => self.stop_recording(sid),
            _ => return Err(Refusal::NOT_PAUSABLE.into()),
        }
        Ok(Reply::ok(self.recording_json(self.find_recording(&sid.to_string())?)))
    }

    fn recording_json(&self, recording: &Recording) -> Value {
        let path = format!("/Recordings/{}", recording.sid);
        json!({
            "sid": recording.sid,
            "account_sid": self.account.sid,
            "api_version": API_VERSION,
            "call_sid": recording.call,
            "conference_sid": recording.conference,
            "channels": recording.channels(),
            "date_created": time::write(recording.started),
            "date_updated": time::write(recording.started.plus(recording.length.unwrap_or_default())),
            "start_time": time::write(recording.started),
            "duration": recording.seconds().map(|seconds| seconds.to_string()),
            "price": null,
            "price_unit": "USD",
            "source": recording.recorder.source.as_str(),
            "track": "both",
            "status": recording.status.as_str(),
            "error_code": null,
            "encryption_details": null,
            "media_url": self.recording_url(recording.sid),
            "uri": format!("{}.json", self.uri(&path)),
            "subresource_uris": {},
        })
    }
}
