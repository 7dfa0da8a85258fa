//! What a call does by TwiML, verb by verb.

use super::call::{Call, Purpose, Source, Status, With};
use super::dial::Dialing;
use super::fields::{Form, put};
use super::io::Webhook;
use super::queue::Waiting;
use super::timers::Timer;
use super::{Cloud, Document, Effect, FetchKey, FetchProblem, MediaCommand, PlayKey, Sound, WebhookKind};
use crate::account::{Instructions, Target};
use mobilecall_pstream::code;
use mobilecall_twilio::callback::Method;
use mobilecall_twilio::twiml::{Record, Reject, RejectReason, Response, TwimlError, Verb};
use mobilecall_twilio::{CallSid, RecordingSid};
use std::collections::VecDeque;
use std::time::Duration;
use url::Url;

/// Longest document that is read.
const MAX_DOCUMENT: usize = 64 * 1024;
/// What a voice says in a second, in characters.
const CHARACTERS_A_SECOND: u32 = 15;

/// What is left to do, and what is done now.
#[derive(Debug)]
pub(super) struct Script {
    /// Where the document came from; addresses in it may be relative to that.
    base: Option<Target>,
    verbs: VecDeque<Verb>,
    pub(super) doing: Doing,
}

#[derive(Debug, Default)]
pub(super) enum Doing {
    #[default]
    Nothing,
    Asking(FetchKey),
    Playing(PlayKey, Sound, Repeats),
    /// `<Record>` beeps first.
    Beeping(PlayKey, Box<Record>),
    Recording(RecordingSid, Box<Record>),
    Pausing,
    Dialing(Box<Dialing>),
    /// In a conference, or with somebody of a queue; or until somebody comes into one.
    Waiting(Box<Waiting>),
}

/// How often a sound is still to be heard after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    Times(u32),
    ForEver,
}

impl Repeats {
    /// As the attribute `loop` says it.
    fn of(times: Option<u32>) -> Self {
        match times {
            Some(0) => Self::ForEver,
            times => Self::Times(times.unwrap_or(1) - 1),
        }
    }
    fn next(self) -> Option<Self> {
        match self {
            Self::ForEver => Some(Self::ForEver),
            Self::Times(left) => left.checked_sub(1).map(Self::Times),
        }
    }
}

/// A question that waits for its answer.
pub(super) struct Asked {
    call: CallSid,
    target: Target,
    fallback: Option<Target>,
    kind: WebhookKind,
    form: Form,
}

/// Twilio's code and words for a document that it cannot use.
type Mistake = (u32, String);

impl Cloud {
    /// Asks what to do with a call for the first time.
    pub(super) fn ask_first(&mut self, sid: CallSid, instructions: &Instructions) {
        match &instructions.url {
            Some(url) => {
                let form = self.question_fields(sid);
                self.ask(sid, WebhookKind::Voice, url.clone(), instructions.fallback.clone(), form);
            }
            None => self.application_error(sid, (11_100, "no voice URL is set".to_owned())),
        }
    }

    /// Does what a source says.
    pub(super) fn run(&mut self, sid: CallSid, source: Source) {
        match source {
            Source::Url(instructions) => self.ask_first(sid, &instructions),
            Source::Document(document) => self.obey(sid, None, *document),
            Source::Text(text) => match parse(&text) {
                Ok(document) => self.obey(sid, None, document),
                Err(mistake) => self.application_error(sid, mistake),
            },
        }
    }

    /// Asks for a document.
    pub(super) fn ask(
        &mut self,
        sid: CallSid,
        kind: WebhookKind,
        target: Target,
        fallback: Option<Target>,
        form: Form,
    ) {
        let key = FetchKey(self.fresh_key());
        let Some(call) = self.live(sid) else { return };
        let script = call.script.get_or_insert_with(|| Script::new(None, Response::default()));
        script.doing = Doing::Asking(key);
        self.asked.insert(key, Asked { call: sid, target: target.clone(), fallback, kind, form: form.clone() });
        self.note_sent(sid, &target, &form);
        self.effect(Effect::Fetch(key, Webhook { kind, call: sid, target, form }));
    }

    /// Asks what comes after a verb, at an address that its document named.
    pub(super) fn ask_after(&mut self, sid: CallSid, url: &str, method: Option<Method>, extra: Form) {
        let target = Target::new(self.absolute(sid, url), method);
        let mut form = self.question_fields(sid);
        form.extend(extra);
        self.ask(sid, WebhookKind::Action, target, None, form);
    }

    /// The address that a document of the call means.
    pub(super) fn absolute(&self, sid: CallSid, url: &str) -> String {
        let base = self.calls.get(&sid).and_then(|call| call.script.as_ref()?.base.as_ref());
        let joined = base.and_then(|base| Url::parse(&base.url).ok()?.join(url).ok());
        joined.map_or_else(|| url.to_owned(), String::from)
    }

    pub(super) fn fetched(&mut self, key: FetchKey, result: Result<Document, FetchProblem>) {
        let Some(asked) = self.asked.remove(&key) else { return };
        match read(result) {
            Ok(document) => self.obey(asked.call, Some(asked.target), document),
            Err((code, text)) => match asked.fallback {
                Some(fallback) => {
                    self.alert(asked.call, code, text);
                    let mut form = asked.form;
                    put(&mut form, "ErrorCode", code);
                    put(&mut form, "ErrorUrl", &asked.target.url);
                    self.ask(asked.call, asked.kind, fallback, None, form);
                }
                None => self.application_error(asked.call, (code, text)),
            },
        }
    }

    /// "We are sorry, an application error has occurred. Goodbye." Who talks already only sees the call end; to others it
    /// is refused.
    pub(super) fn application_error(&mut self, sid: CallSid, (code, text): Mistake) {
        self.alert(sid, code, text);
        match self.live(sid).map(|call| call.answered) {
            Some(Some(_)) => self.end(sid, Status::Completed, None),
            Some(None) => self.end(sid, Status::Failed, Some(code::CONNECTION_DECLINED)),
            None => {}
        }
    }

    /// Does what a document says.
    pub(super) fn obey(&mut self, sid: CallSid, base: Option<Target>, document: Response) {
        let Some(call) = self.live(sid) else { return };
        call.script = Some(Script::new(base, document));
        self.go_on(sid);
    }

    /// The verb that was done is over.
    pub(super) fn go_on(&mut self, sid: CallSid) {
        let Some(script) = self.live(sid).and_then(|call| call.script.as_mut()) else { return };
        script.doing = Doing::Nothing;
        match script.verbs.pop_front() {
            Some(verb) => self.begin(sid, verb),
            None => self.out_of_verbs(sid),
        }
    }

    fn begin(&mut self, sid: CallSid, verb: Verb) {
        match verb {
            Verb::Dial(dial) => self.dial(sid, dial),
            Verb::Say(say) => {
                let length = speaking_time(say.text.expose());
                self.play(sid, Sound::Speech(length), Repeats::of(say.repeat));
            }
            Verb::Play(play) => {
                let url = self.absolute(sid, &play.url);
                self.play(sid, Sound::File(url), Repeats::of(play.repeat));
            }
            Verb::Record(record) => self.begin_record(sid, record),
            Verb::Hangup => {
                self.pick_up(sid);
                self.hang_up(sid);
            }
            Verb::Reject(reject) => self.reject(sid, &reject),
            Verb::Redirect(redirect) => {
                let target = Target::new(self.absolute(sid, &redirect.url), redirect.method);
                let form = self.question_fields(sid);
                self.ask(sid, WebhookKind::Voice, target, None, form);
            }
            Verb::Pause(pause) => {
                self.set_doing(sid, Doing::Pausing);
                self.start_timer(Timer::Wait(sid), Duration::from_secs(pause.length.unwrap_or(1).into()));
            }
            Verb::Enqueue(enqueue) => self.enqueue(sid, enqueue),
        }
    }

    pub(super) fn set_doing(&mut self, sid: CallSid, doing: Doing) {
        if let Some(script) = self.live(sid).and_then(|call| call.script.as_mut()) {
            script.doing = doing;
        }
    }

    /// Takes what is done now out of the script.
    pub(super) fn take_doing(&mut self, sid: CallSid) -> Doing {
        let script = self.calls.get_mut(&sid).and_then(|call| call.script.as_mut());
        script.map(|script| std::mem::take(&mut script.doing)).unwrap_or_default()
    }

    fn reject(&mut self, sid: CallSid, reject: &Reject) {
        let talks = self.live(sid).is_some_and(|call| call.answered.is_some());
        match (talks, reject.reason) {
            (true, _) => self.hang_up(sid),
            (false, Some(RejectReason::Busy)) => self.end(sid, Status::Busy, Some(code::BUSY)),
            (false, Some(RejectReason::Rejected) | None) => self.end(sid, Status::NoAnswer, Some(code::DECLINED)),
        }
    }

    fn play(&mut self, sid: CallSid, sound: Sound, repeats: Repeats) {
        self.pick_up(sid);
        match self.start_sound(sid, sound.clone()) {
            Some(key) => self.set_doing(sid, Doing::Playing(key, sound, repeats)),
            None => self.go_on(sid),
        }
    }

    /// Plays to a call that has a leg.
    pub(super) fn start_sound(&mut self, sid: CallSid, sound: Sound) -> Option<PlayKey> {
        let leg = self.leg_of(sid)?;
        let key = PlayKey(self.fresh_key());
        self.plays.insert(key, sid);
        self.media_do(MediaCommand::Play(leg, key, sound));
        Some(key)
    }

    /// A sound has come to its end.
    pub(super) fn played(&mut self, key: PlayKey, heard: bool) {
        let Some(sid) = self.plays.remove(&key) else { return };
        let Some(script) = self.live(sid).and_then(|call| call.script.as_mut()) else { return };
        match std::mem::take(&mut script.doing) {
            Doing::Playing(current, sound, repeats) if current == key => match repeats.next().filter(|_| heard) {
                Some(repeats) => self.play(sid, sound, repeats),
                None => {
                    if !heard {
                        self.alert(sid, 11_200, "a sound could not be fetched");
                    }
                    self.go_on(sid);
                }
            },
            Doing::Beeping(current, record) if current == key => self.record_caller(sid, record),
            other => script.doing = other,
        }
    }

    /// `<Pause>` is over, or a conversation had all the time it was given.
    pub(super) fn waited(&mut self, sid: CallSid) {
        let Some(script) = self.live(sid).and_then(|call| call.script.as_ref()) else { return };
        match &script.doing {
            Doing::Pausing => self.go_on(sid),
            Doing::Dialing(dialing) => {
                if let Some(child) = dialing.bridged {
                    self.hang_up(child);
                }
            }
            Doing::Nothing
            | Doing::Asking(_)
            | Doing::Playing(..)
            | Doing::Beeping(..)
            | Doing::Recording(..)
            | Doing::Waiting(_) => {}
        }
    }

    /// All is done: whoever was called by `<Dial>` has heard what was for them alone, and everybody else is done.
    fn out_of_verbs(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        match (&call.purpose, call.answered, call.dialed) {
            (Purpose::Dialed(_), ..) => self.bridge(sid),
            (_, None, Some((status, error))) if status != Status::Completed => self.end(sid, status, error),
            _ => {
                self.pick_up(sid);
                self.hang_up(sid);
            }
        }
    }

    /// Keys that a party has pressed.
    pub(super) fn pressed(&mut self, sid: CallSid, keys: &str) {
        let Some(call) = self.live(sid) else { return };
        if let Some(Doing::Recording(recording, record)) = call.script.as_ref().map(|script| &script.doing) {
            let recording = *recording;
            let ends = record.finish_on_key.as_deref().unwrap_or("1234567890*#");
            if keys.chars().any(|key| ends.contains(key)) {
                self.stop_recording(recording);
            }
            return;
        }
        let with = call.with;
        if keys.contains('*')
            && let Some(child) = self.leaves_with_star(sid)
        {
            return self.hang_up(child);
        }
        if let With::Call(other) = with
            && let Some(leg) = self.leg_of(other)
        {
            self.media_do(MediaCommand::Digits(leg, keys.to_owned()));
        }
    }

    /// New instructions for a call that goes on.
    pub(super) fn redirect(&mut self, sid: CallSid, source: Source) {
        self.abandon_script(sid);
        self.leave(sid);
        self.leave_dial(sid);
        self.run(sid, source);
    }

    /// Ends what the call does. If the call itself is over, who asked for it is told.
    pub(super) fn abandon_script(&mut self, sid: CallSid) {
        let doing = self.take_doing(sid);
        self.timers.clear(Timer::Wait(sid));
        match doing {
            Doing::Asking(key) => {
                self.asked.remove(&key);
            }
            Doing::Playing(..) | Doing::Beeping(..) => self.hush(sid),
            // Its recording is stopped, and what follows waits for its end.
            Doing::Recording(recording, record) => {
                self.stop_recording(recording);
                self.set_doing_of_any(sid, Doing::Recording(recording, record));
            }
            Doing::Dialing(dialing) => self.abandon_dial(sid, *dialing),
            Doing::Waiting(waiting) => self.abandon_waiting(sid, &waiting),
            Doing::Nothing | Doing::Pausing => {}
        }
    }

    fn set_doing_of_any(&mut self, sid: CallSid, doing: Doing) {
        let call: Option<&mut Call> = self.calls.get_mut(&sid).filter(|call| call.is_over());
        if let Some(script) = call.and_then(|call| call.script.as_mut()) {
            script.doing = doing;
        }
    }

    pub(super) fn hush(&mut self, sid: CallSid) {
        if let Some(leg) = self.leg_of(sid) {
            self.media_do(MediaCommand::Hush(leg));
        }
    }

    /// Where the document of a call came from.
    pub(super) fn document_of(&self, sid: CallSid) -> Option<Target> {
        self.calls.get(&sid)?.script.as_ref()?.base.clone()
    }
}

impl Script {
    fn new(base: Option<Target>, document: Response) -> Self {
        Self { base, verbs: document.0.into(), doing: Doing::Nothing }
    }
}

fn speaking_time(text: &str) -> Duration {
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX).max(CHARACTERS_A_SECOND / 2);
    Duration::from_secs(1) * characters / CHARACTERS_A_SECOND
}

/// The document in what a webhook answered.
fn read(result: Result<Document, FetchProblem>) -> Result<Response, Mistake> {
    let document = result.map_err(|problem| match problem {
        FetchProblem::Connection => (11_205, "the server could not be reached".to_owned()),
        FetchProblem::Timeout => (11_205, "the server did not answer within 15 s".to_owned()),
        FetchProblem::Url => (11_100, "the URL is none".to_owned()),
    })?;
    if !(200..300).contains(&document.status) {
        return Err((11_200, format!("the server answered {}", document.status)));
    }
    if document.body.len() > MAX_DOCUMENT {
        return Err((11_750, format!("the document has {} bytes", document.body.len())));
    }
    let kind = document.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["text/xml", "application/xml", "text/html"].contains(&kind.as_str()) {
        return Err((12_300, format!("the document is {kind:?}")));
    }
    parse(&document.body)
}

fn parse(text: &str) -> Result<Response, Mistake> {
    text.parse::<Response>().map_err(|error| {
        let code = match &error {
            TwimlError::Xml(_) => 12_100,
            TwimlError::Element { parent, .. } if parent.is_empty() => 12_102,
            TwimlError::Depth(_)
            | TwimlError::Element { .. }
            | TwimlError::Attribute { .. }
            | TwimlError::Value { .. }
            | TwimlError::Missing { .. }
            | TwimlError::Text(_)
            | TwimlError::Parties(_) => 12_200,
        };
        (code, error.to_string())
    })
}
