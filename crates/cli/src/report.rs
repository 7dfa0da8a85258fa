//! What is printed: one JSON object a line for programs, or sentences for people.

use crate::{exit, preflight::Preflight};
use mobilecall_domain::{CallId, CallStatus, names};
use mobilecall_ipc::{Direction, Disposition, EndReason, ErrorCode, Failure, Quality, QualityWarning};
use serde::{Serialize, Serializer};
use std::io::Write;

/// Something to print, to the user and not to the log.
#[derive(Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Line {
    /// The line is ready.
    Registered { server: String, username: String, extension: Option<String> },
    /// The line is lost for now; no calls come or go.
    Unregistered,
    /// What to know before a call.
    Note { message: String },
    /// A call is being placed.
    Dialing { call_id: CallId, address: String },
    /// The far end rings, or a call rings here.
    Ringing { call_id: CallId, direction: Direction, address: String, name: Option<String> },
    /// Both sides can talk.
    Connected { call_id: CallId, setup_ms: Option<u32> },
    /// One second of a call.
    Quality {
        call_id: CallId,
        #[serde(flatten)]
        quality: Measures,
    },
    /// The far end sent a digit.
    Digit { call_id: CallId, digit: char },
    /// Held or resumed here.
    Held { call_id: CallId, held: bool },
    /// Microphone off or on.
    Muted { call_id: CallId, muted: bool },
    /// Signaling or media is lost and being recovered.
    Reconnecting { call_id: CallId },
    /// It is recovered.
    Reconnected { call_id: CallId },
    /// The call is over.
    Ended {
        call_id: CallId,
        reason: EndReason,
        #[serde(serialize_with = "as_text")]
        status: CallStatus,
        /// Twilio's own code, and what that means and wants.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Something is wrong with the sound of a call.
    Warning { call_id: CallId, warning: QualityWarning },
    /// A message beside a call came, a JSON value as text.
    Message { call_id: CallId, content: String },
    /// What the preflight call was like.
    Preflight(Box<Preflight>),
    /// The figures of a call that is over.
    Summary(Summary),
    /// Something went wrong that did not end the command.
    Problem { code: String, message: String },
    /// Why the command ended.
    Error { code: String, message: String },
    /// A row of the history.
    Call {
        call_id: CallId,
        direction: Direction,
        disposition: Disposition,
        address: String,
        name: Option<String>,
        started_at: String,
        duration_seconds: Option<u32>,
        synced: bool,
    },
    /// A device to choose, found by the doctor.
    Device { role: &'static str, id: String, name: String, default: bool },
    /// A check of the doctor.
    Check { name: &'static str, ok: bool, message: String },
}

/// The figures of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) call_id: CallId,
    #[serde(serialize_with = "as_text")]
    pub(crate) status: CallStatus,
    /// From the command to connected.
    pub(crate) setup_ms: Option<u32>,
    /// From the command to the first sound of the far end.
    pub(crate) first_audio_ms: Option<u32>,
    #[serde(flatten)]
    pub(crate) media: MediaFigures,
}

/// The figures of a call's media.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct MediaFigures {
    pub(crate) packets_sent: u64,
    pub(crate) packets_received: u64,
    pub(crate) packets_lost: u64,
    pub(crate) jitter_ms: Option<f64>,
    pub(crate) rtt_ms: Option<f64>,
    pub(crate) mos: Option<f64>,
}

/// One second of quality.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Measures {
    #[serde(flatten)]
    pub(crate) media: MediaFigures,
    pub(crate) loss_percent: f64,
}

impl From<Quality> for Measures {
    fn from(quality: Quality) -> Self {
        Self { media: quality.into(), loss_percent: rounded(quality.loss_percent) }
    }
}

impl From<Quality> for MediaFigures {
    fn from(quality: Quality) -> Self {
        Self {
            packets_sent: quality.packets_sent,
            packets_received: quality.packets_received,
            packets_lost: quality.packets_lost,
            jitter_ms: (quality.packets_received > 0).then(|| rounded(quality.jitter_ms)),
            rtt_ms: quality.rtt_ms.map(rounded),
            mos: quality.mos.map(rounded),
        }
    }
}

/// Two decimals are more than any of these measures is worth.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn as_text<S: Serializer>(status: &CallStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

/// Prints lines in the chosen form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    json: bool,
    /// Whose lines these are, where there are several phones.
    phone: Option<&'static str>,
}

/// A line as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    line: &'a Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'static str>,
}

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, phone: None }
    }

    /// For one phone of several.
    pub(crate) fn of_phone(self, phone: &'static str) -> Self {
        Self { phone: Some(phone), ..self }
    }

    /// Prints a line at once, so that a program that reads along sees it when it happens.
    pub(crate) fn print(self, line: &Line) {
        if self.json {
            match serde_json::to_string(&Printed { line, phone: self.phone }) {
                Ok(text) => write_line(std::io::stdout(), &text),
                Err(error) => tracing::error!(%error, "an event could not be printed"),
            }
        } else if let Some(text) = sentence(line) {
            let phone = self.phone.map(|phone| format!("{phone}: ")).unwrap_or_default();
            write_line(std::io::stdout(), &format!("{phone}{text}"));
        }
    }

    /// Why the command ended, for people on the standard error output.
    pub(crate) fn failed(self, failure: &Failure) {
        if self.json {
            self.print(&Line::Error { code: code(failure), message: message(failure) });
        } else {
            write_line(std::io::stderr(), &format!("mcall: {}", message(failure)));
        }
    }

    /// What is the matter with something whose content is printed all the same: for people on the standard error output,
    /// so that the content stands alone.
    pub(crate) fn beside(self, failure: &Failure) {
        if self.json {
            self.problem(failure);
        } else {
            write_line(std::io::stderr(), &format!("mcall: {}", message(failure)));
        }
    }

    /// Something went wrong that the command survives.
    pub(crate) fn problem(self, failure: &Failure) {
        let message = match failure.params.get("who") {
            Some(who) => format!("{}: {}", names::isolated(who), failure.message),
            None => failure.message.clone(),
        };
        self.print(&Line::Problem { code: code(failure), message });
    }
}

/// A reader that has gone away does not matter: the exit status still says how the command ended.
fn write_line(mut output: impl Write, text: &str) {
    if let Err(error) = writeln!(output, "{text}").and_then(|()| output.flush()) {
        tracing::debug!(%error, "nobody reads what is printed");
    }
}

/// What went wrong and what to do, with the option that helps where the engine cannot know it.
fn message(failure: &Failure) -> String {
    let option = if failure.code == ErrorCode::CertificateNotTrusted { " (--ca FILE)" } else { "" };
    format!("{}{option}", failure.message)
}

fn code(failure: &Failure) -> String {
    serde_json::to_value(failure.code).ok().and_then(|code| Some(code.as_str()?.to_owned())).unwrap_or_default()
}

/// `None` for what people need not see.
fn sentence(line: &Line) -> Option<String> {
    Some(match line {
        Line::Registered { server, username, extension } => {
            let extension =
                extension.as_deref().map(|extension| format!(", extension {extension}")).unwrap_or_default();
            format!("Ready at {server} as {}{extension}.", names::isolated(username))
        }
        Line::Unregistered => "The connection to the server is lost, trying again …".to_owned(),
        Line::Note { message } => format!("Note: {message}."),
        Line::Dialing { address, .. } => format!("Calling {} …", names::isolated(address)),
        Line::Ringing { direction: Direction::Incoming, address, name, .. } => {
            format!("Call from {} …", who(address, name.as_deref()))
        }
        Line::Ringing { address, name, .. } => format!("{} is ringing …", who(address, name.as_deref())),
        Line::Connected { setup_ms: Some(setup_ms), .. } => format!("Connected after {setup_ms} ms."),
        Line::Connected { setup_ms: None, .. } => "Connected.".to_owned(),
        Line::Quality { .. } => return None,
        Line::Digit { digit, .. } => format!("The other side pressed {digit}."),
        Line::Held { held, .. } => if *held { "On hold." } else { "Resumed." }.to_owned(),
        Line::Muted { muted, .. } => if *muted { "Microphone off." } else { "Microphone on." }.to_owned(),
        Line::Reconnecting { .. } => "Connection lost, reconnecting …".to_owned(),
        Line::Reconnected { .. } => "Connected again.".to_owned(),
        Line::Ended { reason, why, .. } => {
            let why = why.as_deref().map(|why| format!(" {why}.")).unwrap_or_default();
            format!("Call over: {}.{why}", exit::words(*reason))
        }
        Line::Warning { warning, .. } => format!("Note: {}.", exit::words_of_warning(*warning)),
        Line::Message { content, .. } => format!("Message: {}", names::isolated(content)),
        Line::Preflight(preflight) => preflight.to_string(),
        Line::Summary(summary) => figures(summary),
        Line::Problem { message, .. } => format!("Note: {message}."),
        Line::Error { message, .. } => message.clone(),
        Line::Call { direction, disposition, address, name, started_at, duration_seconds, synced, .. } => {
            let arrow = match direction {
                Direction::Incoming => "from",
                Direction::Outgoing => "to",
            };
            let length = duration_seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
            let synced = if *synced { "" } else { " (not yet at the server)" };
            format!("{started_at}  {arrow} {}  {disposition:?}{length}{synced}", who(address, name.as_deref()))
        }
        Line::Device { role, id, name, default } => {
            let chosen = if *default { ", the system's choice" } else { "" };
            format!("     {role} device:{id} ({}{chosen})", names::isolated(name))
        }
        Line::Check { name, ok, message } => format!("{} {name}: {message}", if *ok { "ok  " } else { "FAIL" }),
    })
}

fn who(address: &str, name: Option<&str>) -> String {
    let address = names::isolated(address);
    match name.map(names::isolated).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({address})"),
        None => address,
    }
}

/// The figures of a call as a few lines for people.
fn figures(summary: &Summary) -> String {
    let number = |value: Option<f64>, unit: &str| value.map_or("-".to_owned(), |value| format!("{value}{unit}"));
    let millis = |value: Option<u32>| value.map_or("-".to_owned(), |value| format!("{value} ms"));
    let media = &summary.media;
    format!(
        "Call {} {}: set-up {}, first audio {}, packets {} sent, {} received, {} lost, jitter {}, round trip {}, MOS {}.",
        summary.call_id,
        summary.status,
        millis(summary.setup_ms),
        millis(summary.first_audio_ms),
        media.packets_sent,
        media.packets_received,
        media.packets_lost,
        number(media.jitter_ms, " ms"),
        number(media.rtt_ms, " ms"),
        number(media.mos, ""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_turns_nothing_around_it() {
        for (name, expected) in [
            ("Sara", "Sara (102)"),
            ("Sara\u{202e}nimda", "Saranimda (102)"),
            ("\u{2066}Ali\u{1b}[2J\n", "Ali [2J (102)"),
            ("Ali\u{200f}\u{61c}", "Ali (102)"),
            ("\u{200b}\u{202e}", "102"),
            ("سارة", "\u{2068}سارة\u{2069} (102)"),
            ("علی\u{200c}رضا\u{2069}\u{202c}", "\u{2068}علی\u{200c}رضا\u{2069} (102)"),
        ] {
            assert_eq!(who("102", Some(name)), expected);
        }
        assert_eq!(who("10\u{202e}2", None), "102");
    }

    #[test]
    fn what_others_named_is_contained_in_every_sentence() {
        let call_id: CallId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let hostile = || "قاعة\u{202e}1".to_owned();
        let kept = "\u{2068}قاعة1\u{2069}";
        for line in [
            Line::Registered { server: "https://a.example".into(), username: hostile(), extension: None },
            Line::Dialing { call_id, address: hostile() },
            Line::Ringing { call_id, direction: Direction::Incoming, address: hostile(), name: None },
            Line::Ringing { call_id, direction: Direction::Outgoing, address: "1".into(), name: Some(hostile()) },
            Line::Device { role: "speaker", id: "x".into(), name: hostile(), default: true },
        ] {
            let sentence = sentence(&line).unwrap();
            assert!(sentence.contains(kept), "{sentence:?}");
        }
    }

    #[test]
    fn events_have_the_promised_shape() {
        let id: CallId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let media = MediaFigures { packets_sent: 5, rtt_ms: Some(1.25), ..MediaFigures::default() };
        let summary =
            Summary { call_id: id, status: CallStatus::NoAnswer, setup_ms: Some(80), first_audio_ms: None, media };
        assert_eq!(
            serde_json::to_string(&Line::Summary(summary)).unwrap(),
            r#"{"event":"summary","call_id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"no-answer","setup_ms":80,"first_audio_ms":null,"packets_sent":5,"packets_received":0,"packets_lost":0,"jitter_ms":null,"rtt_ms":1.25,"mos":null}"#
        );
        let (reason, status) = (EndReason::RemoteHangup, CallStatus::Completed);
        let ended = Line::Ended { call_id: id, reason, status, code: None, why: None };
        assert_eq!(
            serde_json::to_string(&ended).unwrap(),
            r#"{"event":"ended","call_id":"01890a5d-ac96-774b-bcce-b302099a8057","reason":"remoteHangup","status":"completed"}"#
        );
    }
}
