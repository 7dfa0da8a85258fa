//! Recordings: of whole calls, of `<Dial>`, of `<Record>` and of conferences.

use super::fields::{API_VERSION, Form, put};
use super::io::Track;
use super::rest::{Fields, Refusal};
use super::script::Doing;
use super::timers::Timer;
use super::{Cloud, MediaCommand, Sound, WebhookKind};
use crate::account::Target;
use mobilecall_domain::Timestamp;
use mobilecall_twilio::callback::RecordingEvent;
use mobilecall_twilio::status::RecordingStatus;
use mobilecall_twilio::twiml::Record;
use mobilecall_twilio::{CallSid, ConferenceSid, RecordingSid, time};
use std::time::Duration;

/// How long `<Record>` records unless it says otherwise.
const MAX_LENGTH: u32 = 3600;

/// What made a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    DialVerb,
    Conference,
    OutboundApi,
    RecordVerb,
    StartCallRecordingApi,
}

impl Source {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::DialVerb => "DialVerb",
            Self::Conference => "Conference",
            Self::OutboundApi => "OutboundAPI",
            Self::RecordVerb => "RecordVerb",
            Self::StartCallRecordingApi => "StartCallRecordingAPI",
        }
    }
}

/// How something is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorder {
    pub(super) source: Source,
    /// Both sides apart.
    pub(super) dual: bool,
    callback: Option<Target>,
    events: Vec<RecordingEvent>,
}

impl Recorder {
    /// Without a choice of events only the end is told.
    pub(super) fn new(source: Source, dual: bool, callback: Option<Target>, mut events: Vec<RecordingEvent>) -> Self {
        if events.is_empty() {
            events.push(RecordingEvent::Completed);
        }
        Self { source, dual, callback, events }
    }

    /// As a request to the API says it.
    pub(super) fn from_form(source: Source, form: &Fields) -> Result<Self, Refusal> {
        let wrong = |_| Refusal::new(400, 21_626, "Invalid RecordingStatusCallbackEvent");
        let events = form.words("RecordingStatusCallbackEvent");
        let events = events.into_iter().map(|word| word.parse().map_err(wrong)).collect::<Result<_, _>>()?;
        let dual = form.get("RecordingChannels") == Some("dual");
        Ok(Self::new(source, dual, form.target("RecordingStatusCallback"), events))
    }
}

#[derive(Debug)]
pub(super) struct Recording {
    pub(super) sid: RecordingSid,
    /// Orders recordings by when they began.
    pub(super) number: u64,
    /// Of a `<Dial>` the caller's.
    pub(super) call: CallSid,
    pub(super) conference: Option<ConferenceSid>,
    pub(super) recorder: Recorder,
    pub(super) status: RecordingStatus,
    pub(super) started: Timestamp,
    pub(super) length: Option<Duration>,
}

impl Recording {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.status, RecordingStatus::InProgress | RecordingStatus::Paused)
    }
    pub(super) fn channels(&self) -> u32 {
        if self.recorder.dual { 2 } else { 1 }
    }
    /// Whole seconds, once it is complete.
    pub(super) fn seconds(&self) -> Option<u64> {
        self.length.map(|length| length.as_millis().div_ceil(1000) as u64)
    }
}

impl Cloud {
    /// Records a call; nothing if it has no sound yet.
    pub(super) fn begin_recording(&mut self, call: CallSid, recorder: Recorder) -> Option<RecordingSid> {
        let leg = self.leg_of(call)?;
        let (said, heard) = (Track::Said(leg), Track::Heard(leg));
        let channels = match (recorder.source, recorder.dual) {
            (Source::RecordVerb, _) => vec![vec![said]],
            (_, true) => vec![vec![said], vec![heard]],
            (_, false) => vec![vec![said, heard]],
        };
        let sid = self.add_recording(call, None, recorder);
        self.media_do(MediaCommand::Record(sid, channels));
        self.report_recording(sid, RecordingEvent::InProgress);
        Some(sid)
    }

    pub(super) fn add_recording(
        &mut self,
        call: CallSid,
        conference: Option<ConferenceSid>,
        recorder: Recorder,
    ) -> RecordingSid {
        let sid = RecordingSid::from_bits(self.ids.bits());
        let number = self.fresh_key();
        let (status, started) = (RecordingStatus::InProgress, self.now.wall);
        let recording = Recording { sid, number, call, conference, recorder, status, started, length: None };
        self.recordings.insert(sid, recording);
        sid
    }

    /// Begins the recording that the API wanted with the call.
    pub(super) fn record_call(&mut self, sid: CallSid) {
        if let Some(recorder) = self.live(sid).and_then(|call| call.recorder.clone()) {
            self.begin_recording(sid, recorder);
        }
    }

    pub(super) fn begin_record(&mut self, sid: CallSid, record: Record) {
        self.pick_up(sid);
        let record = Box::new(record);
        if record.play_beep == Some(false) {
            return self.record_caller(sid, record);
        }
        match self.start_sound(sid, Sound::Beep) {
            Some(key) => self.set_doing(sid, Doing::Beeping(key, record)),
            None => self.go_on(sid),
        }
    }

    pub(super) fn record_caller(&mut self, sid: CallSid, record: Box<Record>) {
        let callback = record.recording_status_callback.as_ref();
        let callback =
            callback.map(|url| Target::new(self.absolute(sid, url), record.recording_status_callback_method));
        let events = record.recording_status_callback_event.clone().unwrap_or_default();
        let recorder = Recorder::new(Source::RecordVerb, false, callback, events);
        let Some(recording) = self.begin_recording(sid, recorder) else { return self.go_on(sid) };
        let longest = Duration::from_secs(record.max_length.unwrap_or(MAX_LENGTH).into());
        self.start_timer(Timer::Record(recording), longest);
        self.set_doing(sid, Doing::Recording(recording, record));
    }

    pub(super) fn stop_recording(&mut self, sid: RecordingSid) {
        self.timers.clear(Timer::Record(sid));
        if let Some(recording) = self.recordings.get_mut(&sid).filter(|recording| recording.is_running()) {
            recording.status = RecordingStatus::Processing;
            self.media_do(MediaCommand::StopRecording(sid));
        }
    }

    /// A call is over, and with it what was recorded of it alone.
    pub(super) fn stop_recordings_of(&mut self, call: CallSid) {
        let own = |recording: &&Recording| recording.call == call && recording.conference.is_none();
        let running: Vec<_> = self.recordings.values().filter(own).map(|recording| recording.sid).collect();
        for recording in running {
            self.stop_recording(recording);
        }
    }

    /// A recording can be fetched; what waited for it goes on.
    pub(super) fn recorded(&mut self, sid: RecordingSid, length: Duration) {
        let Some(recording) = self.recordings.get_mut(&sid) else { return };
        let call = recording.call;
        recording.length = Some(length);
        let (status, event) = match length.is_zero() {
            true => (RecordingStatus::Absent, RecordingEvent::Absent),
            false => (RecordingStatus::Completed, RecordingEvent::Completed),
        };
        recording.status = status;
        self.report_recording(sid, event);
        self.after_record(call, sid);
    }

    /// `<Record>` asks its action, or again where its document came from.
    fn after_record(&mut self, sid: CallSid, recording: RecordingSid) {
        let record = match self.take_doing(sid) {
            Doing::Recording(current, record) if current == recording => record,
            other => return self.put_back(sid, other),
        };
        let mut form = Form::new();
        put(&mut form, "RecordingSid", recording);
        put(&mut form, "RecordingUrl", self.recording_url(recording));
        let seconds = self.recordings.get(&recording).and_then(Recording::seconds).unwrap_or(0);
        put(&mut form, "RecordingDuration", seconds);
        let document = self.document_of(sid).map(|target| target.url);
        let action = record.action.clone().or(document);
        if self.live(sid).is_none() {
            put(&mut form, "Digits", "hangup");
            return self.tell_action(sid, action.as_deref(), record.method, form);
        }
        self.after_dial(sid, action.as_deref(), record.method, form);
    }

    fn put_back(&mut self, sid: CallSid, doing: Doing) {
        if let Some(script) = self.calls.get_mut(&sid).and_then(|call| call.script.as_mut()) {
            script.doing = doing;
        }
    }

    /// Where a recording is, without an extension.
    pub(super) fn recording_url(&self, sid: RecordingSid) -> String {
        format!("{}/{API_VERSION}/Accounts/{}/Recordings/{sid}", self.api, self.account.sid)
    }

    /// What the last status callback of a call says of the recording that the API wanted with it.
    pub(super) fn own_recording(&self, call: CallSid) -> Form {
        let own = |it: &&Recording| it.call == call && it.recorder.source == Source::OutboundApi;
        let mut form = Form::new();
        if let Some(recording) = self.recordings.values().find(own) {
            let length = self.now.wall.since(recording.started);
            put(&mut form, "RecordingSid", recording.sid);
            put(&mut form, "RecordingUrl", self.recording_url(recording.sid));
            put(&mut form, "RecordingDuration", length.as_millis().div_ceil(1000));
        }
        form
    }

    pub(super) fn report_recording(&mut self, sid: RecordingSid, event: RecordingEvent) {
        let Some(recording) = self.recordings.get(&sid) else { return };
        let Some(target) = recording.recorder.callback.clone() else { return };
        if !recording.recorder.events.contains(&event) {
            return;
        }
        let call = recording.call;
        let mut form = Form::new();
        put(&mut form, "AccountSid", self.account.sid);
        match recording.conference {
            Some(conference) => put(&mut form, "ConferenceSid", conference),
            None => put(&mut form, "CallSid", call),
        }
        put(&mut form, "RecordingSid", sid);
        put(&mut form, "RecordingUrl", self.recording_url(sid));
        put(&mut form, "RecordingStatus", event);
        if let Some(seconds) = recording.seconds() {
            put(&mut form, "RecordingDuration", seconds);
        }
        put(&mut form, "RecordingChannels", recording.channels());
        put(&mut form, "RecordingStartTime", time::write(recording.started));
        put(&mut form, "RecordingSource", recording.recorder.source.as_str());
        put(&mut form, "RecordingTrack", "both");
        put(&mut form, "ErrorCode", 0);
        self.notify(WebhookKind::Recording, call, target, form);
    }
}
