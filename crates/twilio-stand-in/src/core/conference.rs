//! Conferences: who is in, who hears whom, and who is told.

use super::call::With;
use super::fields::{Form, put};
use super::io::Track;
use super::queue::Waiting;
use super::recording::{Recorder, Source};
use super::script::Doing;
use super::{Cloud, MediaCommand, Sound, WebhookKind};
use crate::account::Target;
use mobilecall_domain::Timestamp;
use mobilecall_twilio::callback::{ConferenceEvent, Method, RecordingEvent};
use mobilecall_twilio::status::ConferenceStatus;
use mobilecall_twilio::twiml::{self, ConferenceRecord, DialOptions};
use mobilecall_twilio::webhook::ConferenceNews;
use mobilecall_twilio::{CallSid, ConferenceSid, RecordingSid, time};

/// Most participants unless less is asked for.
const MAX_PARTICIPANTS: u32 = 250;

#[derive(Debug)]
pub(super) struct Conference {
    pub(super) sid: ConferenceSid,
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) status: ConferenceStatus,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) participants: Vec<Participant>,
    callback: Option<Target>,
    events: Vec<ConferenceEvent>,
    sequence: u32,
    /// What is recorded once it begins.
    recorder: Option<Recorder>,
    recording: Option<RecordingSid>,
}

/// Somebody in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Participant {
    pub(super) call: CallSid,
    pub(super) label: Option<String>,
    pub(super) muted: bool,
    pub(super) hold: bool,
    /// Whom alone this one speaks to.
    pub(super) coaches: Option<CallSid>,
    pub(super) starts: bool,
    pub(super) ends: bool,
}

/// What somebody comes in with. Of what concerns the conference, what the first one says holds.
#[derive(Clone, Debug)]
pub(super) struct Entry(twiml::Conference);

impl Entry {
    pub(super) fn of(conference: twiml::Conference) -> Self {
        Self(conference)
    }

    fn participant(&self, call: CallSid) -> Participant {
        Participant {
            call,
            label: self.0.participant_label.clone(),
            muted: self.0.muted == Some(true),
            hold: false,
            coaches: self.0.coach,
            starts: self.0.start_conference_on_enter != Some(false),
            ends: self.0.end_conference_on_exit == Some(true),
        }
    }
}

impl Cloud {
    pub(super) fn enter_conference(&mut self, sid: CallSid, Entry(conference): Entry, options: DialOptions) {
        let most = conference.max_participants.unwrap_or(MAX_PARTICIPANTS) as usize;
        let key = self.open_conference(sid, &conference);
        let participant = Entry(conference).participant(sid);
        let Some(room) = self.conferences.get_mut(&key) else { return };
        if room.participants.len() >= most {
            self.alert(sid, 13_247, "the conference is full");
            return self.go_on(sid);
        }
        room.participants.push(participant);
        self.set_doing(sid, Doing::Waiting(Box::new(Waiting::Conference(options))));
        if let Some(call) = self.live(sid) {
            call.with = With::Conference(key);
        }
        self.tell_conference(key, ConferenceNews::Join, Some(sid));
        self.begin_conference(key);
        self.mix(key);
    }

    /// The conference of this name that is not over, or a new one.
    fn open_conference(&mut self, call: CallSid, entry: &twiml::Conference) -> ConferenceSid {
        if let Some(open) = self.conference_named(&entry.name) {
            return open;
        }
        let sid = ConferenceSid::from_bits(self.ids.bits());
        let target = |this: &Self, url: &Option<String>, method: Option<Method>| {
            url.as_ref().map(|url| Target::new(this.absolute(call, url), method))
        };
        let recorder = (entry.record == Some(ConferenceRecord::FromStart)).then(|| {
            let callback = target(self, &entry.recording_status_callback, entry.recording_status_callback_method);
            let events = entry.recording_status_callback_event.clone().unwrap_or_default();
            Recorder::new(Source::Conference, false, callback, events)
        });
        let conference = Conference {
            sid,
            number: self.fresh_key(),
            name: entry.name.clone(),
            status: ConferenceStatus::Init,
            created: self.now.wall,
            updated: self.now.wall,
            participants: Vec::new(),
            callback: target(self, &entry.status_callback, entry.status_callback_method),
            events: entry.status_callback_event.clone().unwrap_or_default(),
            sequence: 0,
            recorder,
            recording: None,
        };
        self.conferences.insert(sid, conference);
        sid
    }

    pub(super) fn conference_named(&self, name: &str) -> Option<ConferenceSid> {
        let mut open = self.conferences.values().filter(|it| it.status != ConferenceStatus::Completed);
        open.find(|conference| conference.name == name).map(|conference| conference.sid)
    }

    /// It begins with the second participant, if one of them may begin it.
    fn begin_conference(&mut self, key: ConferenceSid) {
        let Some(room) = self.conferences.get_mut(&key) else { return };
        let may_begin = room.participants.len() >= 2 && room.participants.iter().any(|it| it.starts);
        if room.status != ConferenceStatus::Init || !may_begin {
            return;
        }
        room.status = ConferenceStatus::InProgress;
        let waited: Vec<CallSid> = room.participants.iter().map(|participant| participant.call).collect();
        let recorder = room.recorder.take();
        for call in &waited {
            self.hush(*call);
        }
        self.tell_conference(key, ConferenceNews::Start, None);
        if let (Some(recorder), Some(first)) = (recorder, waited.first()) {
            let recording = self.add_recording(*first, Some(key), recorder);
            if let Some(room) = self.conferences.get_mut(&key) {
                room.recording = Some(recording);
            }
            self.report_recording(recording, RecordingEvent::InProgress);
        }
    }

    /// Says to the media who hears whom.
    pub(super) fn mix(&mut self, key: ConferenceSid) {
        let Some(room) = self.conferences.get(&key) else { return };
        let begun = room.status == ConferenceStatus::InProgress;
        let heard = audible(&room.participants, begun);
        let waiting: Vec<CallSid> = room.participants.iter().filter(|it| it.hold || !begun).map(|it| it.call).collect();
        let members: Vec<CallSid> = room.participants.iter().map(|participant| participant.call).collect();
        let recording = room.recording;
        for (call, others) in heard {
            self.hear(call, &others);
        }
        for call in waiting {
            self.start_sound(call, Sound::Music);
        }
        if let Some(recording) = recording {
            let tracks = members.iter().filter_map(|call| self.leg_of(*call)).map(Track::Said).collect();
            self.media_do(MediaCommand::Record(recording, vec![tracks]));
        }
    }

    pub(super) fn leave_conference(&mut self, sid: CallSid, key: ConferenceSid) {
        self.hear(sid, &[]);
        let Some(room) = self.conferences.get_mut(&key) else { return };
        let Some(place) = room.participants.iter().position(|participant| participant.call == sid) else { return };
        let ends = room.participants[place].ends || room.participants.len() == 1;
        self.tell_conference(key, ConferenceNews::Leave, Some(sid));
        if let Some(room) = self.conferences.get_mut(&key) {
            room.participants.remove(place);
        }
        if ends { self.end_conference(key) } else { self.mix(key) }
    }

    /// Takes a participant out who goes on with what its document says.
    pub(super) fn put_out(&mut self, sid: CallSid) {
        self.hush(sid);
        self.leave(sid);
        self.waiting_over(sid);
    }

    pub(super) fn end_conference(&mut self, key: ConferenceSid) {
        let now = self.now.wall;
        let Some(room) = self.conferences.get_mut(&key) else { return };
        if room.status == ConferenceStatus::Completed {
            return;
        }
        room.status = ConferenceStatus::Completed;
        room.updated = now;
        let left: Vec<CallSid> = room.participants.iter().map(|participant| participant.call).collect();
        let recording = room.recording;
        if let Some(recording) = recording {
            self.stop_recording(recording);
        }
        for call in &left {
            self.tell_conference(key, ConferenceNews::Leave, Some(*call));
        }
        if let Some(room) = self.conferences.get_mut(&key) {
            room.participants.clear();
        }
        self.tell_conference(key, ConferenceNews::End, None);
        for call in left {
            if let Some(call) = self.live(call) {
                call.with = With::Nobody;
            }
            self.hear(call, &[]);
            self.hush(call);
            self.waiting_over(call);
        }
    }

    pub(super) fn participant(&mut self, key: ConferenceSid, call: CallSid) -> Option<&mut Participant> {
        self.conferences.get_mut(&key)?.participants.iter_mut().find(|participant| participant.call == call)
    }

    pub(super) fn tell_conference(&mut self, key: ConferenceSid, news: ConferenceNews, about: Option<CallSid>) {
        let now = self.now.wall;
        let Some(room) = self.conferences.get_mut(&key) else { return };
        let sequence = room.sequence;
        room.sequence += 1;
        room.updated = now;
        let Some(target) = room.callback.clone().filter(|_| room.events.contains(&asked_for_as(news))) else { return };
        let mut form = Form::new();
        put(&mut form, "AccountSid", self.account.sid);
        put(&mut form, "ConferenceSid", key);
        put(&mut form, "FriendlyName", &room.name);
        put(&mut form, "StatusCallbackEvent", news);
        put(&mut form, "SequenceNumber", sequence);
        put(&mut form, "Timestamp", time::write(now));
        let participant = about.and_then(|call| room.participants.iter().find(|it| it.call == call));
        if let Some(participant) = participant {
            participant.describe(&mut form);
        }
        let call = about.or_else(|| room.participants.first().map(|it| it.call)).unwrap_or(CallSid::from_bits(0));
        self.notify(WebhookKind::Conference, call, target, form);
    }
}

impl Participant {
    fn describe(&self, form: &mut Form) {
        put(form, "CallSid", self.call);
        if let Some(label) = &self.label {
            put(form, "ParticipantLabel", label);
        }
        put(form, "Muted", self.muted);
        put(form, "Hold", self.hold);
        put(form, "Coaching", self.coaches.is_some());
        if let Some(coached) = self.coaches {
            put(form, "CallSidToCoach", coached);
        }
        put(form, "EndConferenceOnExit", self.ends);
        put(form, "StartConferenceOnEnter", self.starts);
    }
}

/// By what word an event is asked for.
const fn asked_for_as(news: ConferenceNews) -> ConferenceEvent {
    match news {
        ConferenceNews::Start => ConferenceEvent::Start,
        ConferenceNews::End => ConferenceEvent::End,
        ConferenceNews::Join => ConferenceEvent::Join,
        ConferenceNews::Leave => ConferenceEvent::Leave,
        ConferenceNews::Mute | ConferenceNews::Unmute => ConferenceEvent::Mute,
        ConferenceNews::Hold | ConferenceNews::Unhold => ConferenceEvent::Hold,
        ConferenceNews::Modify => ConferenceEvent::Modify,
        ConferenceNews::SpeechStart | ConferenceNews::SpeechStop => ConferenceEvent::Speaker,
        ConferenceNews::AnnouncementEnd | ConferenceNews::AnnouncementFail => ConferenceEvent::Announcement,
    }
}

/// Whom each participant hears: all others who are neither muted nor on hold; a coach is heard by the coached alone.
fn audible(participants: &[Participant], begun: bool) -> Vec<(CallSid, Vec<CallSid>)> {
    let heard_by = |listener: &Participant| {
        let speaks = |speaker: &&Participant| {
            let is_other = speaker.call != listener.call && !speaker.muted && !speaker.hold;
            is_other && speaker.coaches.is_none_or(|coached| coached == listener.call)
        };
        let hears = begun && !listener.hold;
        participants.iter().filter(|_| hears).filter(speaks).map(|speaker| speaker.call).collect()
    };
    participants.iter().map(|listener| (listener.call, heard_by(listener))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u128) -> CallSid {
        CallSid::from_bits(number)
    }

    fn participant(number: u128) -> Participant {
        Participant {
            call: call(number),
            label: None,
            muted: false,
            hold: false,
            coaches: None,
            starts: true,
            ends: false,
        }
    }

    fn heard(participants: &[Participant]) -> Vec<Vec<u128>> {
        let numbers =
            |calls: Vec<CallSid>| (1..=9).filter(|number| calls.contains(&call(*number))).collect::<Vec<u128>>();
        audible(participants, true).into_iter().map(|(_, calls)| numbers(calls)).collect()
    }

    #[test]
    fn everybody_hears_the_others() {
        let three = [participant(1), participant(2), participant(3)];
        assert_eq!(heard(&three), [[2, 3], [1, 3], [1, 2]]);
        assert!(audible(&three, false).iter().all(|(_, heard)| heard.is_empty()), "nobody before it begins");
    }

    #[test]
    fn the_muted_hear_and_the_held_do_not() {
        let muted = Participant { muted: true, ..participant(1) };
        let held = Participant { hold: true, ..participant(2) };
        assert_eq!(heard(&[muted, held, participant(3)]), [vec![3], vec![], vec![]]);
    }

    #[test]
    fn a_coach_is_heard_by_the_coached_alone() {
        let coach = Participant { coaches: Some(call(1)), ..participant(3) };
        assert_eq!(heard(&[participant(1), participant(2), coach]), [vec![2, 3], vec![1], vec![1, 2]]);
    }
}
