//! Calls of the API.

use super::{Answer, Fields, Refusal, Reply};
use crate::account::{Instructions, is_e164};
use crate::core::Cloud;
use crate::core::call::{Call, Callback, Client, Direction, Party, Purpose, Source, Status};
use crate::core::fields::API_VERSION;
use crate::core::recording::{Recorder, Source as RecordingSource};
use crate::core::timers::Timer;
use mobilecall_domain::Timestamp;
use mobilecall_twilio::callback::LegEvent;
use mobilecall_twilio::{AppSid, CallSid, time};
use serde_json::{Value, json};
use std::time::Duration;

/// Longest document that is taken with a request.
const MAX_TWIML: usize = 4000;
/// How long a call rings unless something else is said, and at most.
const TIMEOUT: Duration = Duration::from_secs(60);
const MAX_TIMEOUT: Duration = Duration::from_secs(600);
/// So long is a time to the second, as `2026-11-29T23:15:00`.
const SECONDS: usize = 19;

impl Cloud {
    pub(super) fn create_call(&mut self, form: &Fields) -> Answer {
        let to = form.get("To").ok_or(Refusal::NO_TO)?;
        let from = form.get("From").ok_or(Refusal::NO_FROM)?;
        let (source, own_callback) = self.source(form)?;
        self.may_call_to(to, from)?;
        let callback = match form.target("StatusCallback") {
            Some(target) if form.get("ApplicationSid").is_none() => Some(Callback::new(target, events(form)?)),
            _ => own_callback,
        };
        let recorder = recorder(form)?;
        let sid = self.queue_call(to, from, source, form)?;
        if let Some(call) = self.live(sid) {
            call.callback = callback;
            call.recorder = recorder;
        }
        Ok(Reply::created(self.call_json(sid)))
    }

    /// Makes a call that starts when it is its turn.
    pub(super) fn queue_call(
        &mut self,
        to: &str,
        from: &str,
        source: Source,
        form: &Fields,
    ) -> Result<CallSid, Refusal> {
        let patience = form.seconds("Timeout")?.unwrap_or(TIMEOUT).min(MAX_TIMEOUT);
        let limit = form.seconds("TimeLimit")?;
        let party = party(to);
        let sid = self.add_call(Direction::OutboundApi, from.to_owned(), to.to_owned(), party, Purpose::Api(source));
        if let Some(call) = self.live(sid) {
            call.patience = patience;
            call.limit = limit;
            call.keys = form.get("SendDigits").map(str::to_owned);
        }
        let start = self.next_start.max(self.now.monotonic);
        let pace = Duration::from_secs(1) / self.account.permissions.calls_per_second.max(1);
        self.next_start = start + pace;
        self.start_timer(Timer::Start(sid), start - self.now.monotonic);
        Ok(sid)
    }

    /// Where the instructions come from, and who is told if the request does not say.
    fn source(&self, form: &Fields) -> Result<(Source, Option<Callback>), Refusal> {
        if let Some(app) = form.get("ApplicationSid") {
            let app = app.parse::<AppSid>().map_err(|_| Refusal::NO_APPLICATION)?;
            let voice = self.account.application(app).ok_or(Refusal::NO_APPLICATION)?.voice.clone();
            let callback = voice.status.clone().map(|target| Callback::new(target, Vec::new()));
            return Ok((Source::Url(voice), callback));
        }
        Ok((given(form)?.ok_or(Refusal::NO_URL)?, None))
    }

    /// Whether the account may call `to` and show `from`.
    pub(super) fn may_call_to(&self, to: &str, from: &str) -> Result<(), Refusal> {
        let shown = from.starts_with("client:") || is_e164(from);
        if !shown {
            let text =
                format!("The 'From' number {from} is not a valid phone number, shortcode, or alphanumeric sender ID.");
            return Err(Refusal::new(400, 21212, text));
        }
        if to.starts_with("client:") {
            return Ok(());
        }
        // A number cannot call itself.
        if !is_e164(to) || to == from {
            let text = format!("The phone number you are attempting to call, {to}, is not valid.");
            return Err(Refusal::new(400, 21211, text));
        }
        if !self.account.may_show(from) {
            let text = format!(
                "The source phone number provided, {from}, is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio."
            );
            return Err(Refusal::new(400, 21210, text));
        }
        if self.account.permissions.trial && !self.account.is_verified(to) {
            let text =
                format!("The number {to} is unverified. Trial accounts may only make calls to verified numbers.");
            return Err(Refusal::new(400, 21219, text));
        }
        if !self.account.may_call_country_of(to) {
            let text = format!(
                "Account not authorized to call {to}. Perhaps you need to enable some international permissions."
            );
            return Err(Refusal::new(400, 21215, text));
        }
        if !self.account.can_reach(to) {
            return Err(Refusal::new(400, 21214, format!("The phone number {to} cannot be reached.")));
        }
        Ok(())
    }

    pub(super) fn list_calls(&mut self, query: &Fields) -> Answer {
        let filter = CallFilter::read(query)?;
        let mut calls: Vec<&Call> = self.calls.values().filter(|call| filter.takes(call)).collect();
        calls.sort_unstable_by_key(|call| std::cmp::Reverse(call.number));
        let calls = calls.into_iter().map(|call| self.call_json(call.sid)).collect();
        self.page("calls", "/Calls", query, calls)
    }

    pub(super) fn show_call(&mut self, sid: &str) -> Answer {
        Ok(Reply::ok(self.call_json(self.find_call(sid)?)))
    }

    pub(in crate::core) fn find_call(&self, sid: &str) -> Result<CallSid, Refusal> {
        let sid = sid.parse::<CallSid>().map_err(|_| Refusal::NOT_FOUND)?;
        if self.calls.contains_key(&sid) { Ok(sid) } else { Err(Refusal::NOT_FOUND.into()) }
    }

    pub(super) fn update_call(&mut self, sid: &str, form: &Fields) -> Answer {
        let sid = self.find_call(sid)?;
        let instructions = given(form)?;
        let target = form.target("StatusCallback");
        let call = self.live(sid).ok_or(Refusal::NOT_IN_PROGRESS)?;
        if let Some(target) = target {
            let events = call.callback.as_ref().map(|callback| callback.events.clone()).unwrap_or_default();
            call.callback = Some(Callback::new(target, events));
        }
        let talks = call.answered.is_some();
        match form.get("Status") {
            Some("completed") => self.hang_up(sid),
            Some("canceled") if !talks => self.end(sid, Status::Canceled, None),
            Some("canceled") => return Err(Refusal::NOT_IN_PROGRESS.into()),
            Some(_) => return Err(Refusal::new(400, 20001, "Parameter 'Status' is not valid")),
            None => {}
        }
        if let Some(instructions) = instructions {
            if !talks {
                return Err(Refusal::NOT_IN_PROGRESS.into());
            }
            self.redirect(sid, instructions);
        }
        Ok(Reply::ok(self.call_json(sid)))
    }

    pub(super) fn delete_call(&mut self, sid: &str) -> Answer {
        let sid = self.find_call(sid)?;
        if self.live(sid).is_some() {
            return Err(Refusal::new(400, 20009, "Call is in progress and cannot be deleted"));
        }
        self.calls.remove(&sid);
        Ok(Reply::gone())
    }

    pub(super) fn call_json(&self, sid: CallSid) -> Value {
        let Some(call) = self.calls.get(&sid) else { return Value::Null };
        let own_number = if call.direction == Direction::Inbound { &call.to } else { &call.from };
        let path = format!("/Calls/{sid}");
        json!({
            "sid": sid,
            "parent_call_sid": call.parent,
            "account_sid": self.account.sid,
            "to": call.to,
            "to_formatted": call.to,
            "from": call.from,
            "from_formatted": call.from,
            "phone_number_sid": self.account.number(own_number).map(|number| number.sid),
            // To the API a call that Twilio has begun is still in its queue.
            "status": if call.status == Status::Initiated { Status::Queued.as_str() } else { call.status.as_str() },
            "start_time": call.answered.map(time::write),
            "end_time": call.ended.map(time::write),
            "duration": call.ended.map(|_| call.seconds().to_string()),
            "price": null,
            "price_unit": "USD",
            "direction": call.direction.as_str(),
            "answered_by": null,
            "api_version": API_VERSION,
            "forwarded_from": null,
            "group_sid": null,
            "caller_name": null,
            "queue_time": "0",
            "trunk_sid": null,
            "date_created": time::write(call.created),
            "date_updated": time::write(call.ended.or(call.answered).unwrap_or(call.created)),
            "uri": format!("{}.json", self.uri(&path)),
            "subresource_uris": { "recordings": self.uri(&format!("{path}/Recordings.json")) },
        })
    }
}

/// `Url` or `Twiml`, which excludes it.
fn given(form: &Fields) -> Result<Option<Source>, Refusal> {
    if let Some(url) = form.target_of("Url", "Method") {
        let fallback = form.target_of("FallbackUrl", "FallbackMethod");
        return Ok(Some(Source::Url(Instructions { url: Some(url), fallback, status: None })));
    }
    let Some(text) = form.get("Twiml") else { return Ok(None) };
    if text.chars().count() > MAX_TWIML {
        return Err(Refusal::TWIML_TOO_LONG.into());
    }
    Ok(Some(Source::Text(text.to_owned())))
}

pub(super) fn events(form: &Fields) -> Result<Vec<LegEvent>, Refusal> {
    let read = |word: &str| {
        let wrong = |_| Refusal::new(400, 21626, format!("Invalid statusCallbackEvents: {word}"));
        word.parse::<LegEvent>().map_err(wrong)
    };
    form.words("StatusCallbackEvent").into_iter().map(read).collect()
}

/// Whether the whole call is recorded, and how.
fn recorder(form: &Fields) -> Result<Option<Recorder>, Refusal> {
    if form.flag("Record")? != Some(true) {
        return Ok(None);
    }
    Recorder::from_form(RecordingSource::OutboundApi, form).map(Some)
}

/// Who is called.
pub(super) fn party(to: &str) -> Party {
    match to.strip_prefix("client:") {
        Some(address) => {
            let (identity, query) = address.split_once('?').unwrap_or((address, ""));
            let parameters = Fields::parse(query).0;
            Party::Client(Client { identity: identity.to_owned(), parameters, ..Client::default() })
        }
        None => Party::Phone(to.to_owned()),
    }
}

/// Which calls are listed.
struct CallFilter {
    to: Option<String>,
    from: Option<String>,
    parent: Option<CallSid>,
    status: Option<Status>,
    start: DayRange,
    end: DayRange,
}

impl CallFilter {
    fn read(query: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            to: query.get("To").map(str::to_owned),
            from: query.get("From").map(str::to_owned),
            parent: query.read("ParentCallSid")?,
            status: query.read("Status")?,
            start: DayRange::read(query, "StartTime"),
            end: DayRange::read(query, "EndTime"),
        })
    }

    fn takes(&self, call: &Call) -> bool {
        self.to.as_ref().is_none_or(|to| *to == call.to)
            && self.from.as_ref().is_none_or(|from| *from == call.from)
            && self.parent.is_none_or(|parent| call.parent == Some(parent))
            && self.status.is_none_or(|status| call.status == status)
            && self.start.takes(call.answered.unwrap_or(call.created))
            && call.ended.map_or(self.end.is_open(), |ended| self.end.takes(ended))
    }
}

/// Twilio's `Name`, `Name<` and `Name>`, whose values are days or moments.
#[derive(Default)]
pub(super) struct DayRange {
    on: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

impl DayRange {
    pub(super) fn read(query: &Fields, name: &str) -> Self {
        let to_the_second = |time: &str| time.get(..SECONDS).unwrap_or(time).to_owned();
        let get = |name: String| query.get(&name).map(to_the_second);
        Self { on: get(name.to_owned()), before: get(format!("{name}<")), after: get(format!("{name}>")) }
    }

    fn is_open(&self) -> bool {
        self.on.is_none() && self.before.is_none() && self.after.is_none()
    }

    /// Both are written in RFC 3339, of which a day is the beginning, so that texts compare as times do. Twilio counts whole
    /// seconds.
    pub(super) fn takes(&self, time: Timestamp) -> bool {
        let text = time.to_string();
        let text = text.get(..SECONDS).unwrap_or(&text);
        self.on.as_deref().is_none_or(|day| text.starts_with(day))
            && self.before.as_deref().is_none_or(|end| text < end || text.starts_with(end))
            && self.after.as_deref().is_none_or(|start| text >= start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_compared_by_the_second() {
        let time = Timestamp::from_millis(1_800_000_000_123);
        assert!(time.to_string().starts_with("2027-01-15T08:00:00"));
        let cases = [
            ("StartTime=2027-01-15", true),
            ("StartTime=2027-01-14", false),
            ("StartTime%3E=2027-01-15T08:00:00Z", true),
            ("StartTime%3E=2027-01-15T08:00:00.000Z", true),
            ("StartTime%3E=2027-01-15T08:00:01Z", false),
            ("StartTime%3E=2027-01-15&StartTime%3C=2027-01-15", true),
            ("StartTime%3C=2027-01-15T08:00:00Z", true),
            ("StartTime%3C=2027-01-15T07:59:59Z", false),
            ("EndTime=2027-01-14", true),
        ];
        for (query, expected) in cases {
            assert_eq!(DayRange::read(&Fields::parse(query), "StartTime").takes(time), expected, "{query}");
        }
    }
}
