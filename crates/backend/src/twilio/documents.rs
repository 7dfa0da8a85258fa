//! The TwiML that we answer with. Every address in it names the call and its company, and the signature covers that.

use super::announcements::{Announcement, Language};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use mobilecall_domain::{CallId, CallStatus, CompanyId, PhoneNumber, Private};
use mobilecall_store::User;
use mobilecall_twilio::{
    callback::{LegEvent, RecordingEvent},
    identity::Identity,
    twiml::{
        self, Client, ClientOptions, Dial, DialOptions, DialRecord, DialTarget, MAX_PARTIES, Number, Parameter,
        Parties, Party, Reject, RejectReason, Verb,
    },
};

/// Seconds for which a number rings.
const RING_NUMBER: u32 = 45;
/// Seconds for which a group of agents rings.
const RING_AGENTS: u32 = 25;

/// A document for Twilio.
pub(crate) struct Twiml(pub(crate) twiml::Response);

impl IntoResponse for Twiml {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], self.0.to_xml()).into_response()
    }
}

/// The call that a document is about, and where this server is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) base: &'a str,
    pub(crate) call: CallId,
    pub(crate) company: CompanyId,
}

impl Place<'_> {
    /// The address of a webhook, with what it is to be asked with.
    pub(crate) fn url(self, webhook: &str, more: &str) -> String {
        let Self { base, call, company } = self;
        format!("{base}/api/calls/webhook/{webhook}?call={call}&company={company}{more}")
    }

    fn leg(self, more: &str) -> (Option<String>, Option<Vec<LegEvent>>) {
        (Some(self.url("status", more)), Some(LegEvent::ALL.to_vec()))
    }

    /// Recorded on two channels from the answer on.
    fn options(self, caller: Option<&PhoneNumber>, timeout: u32, more: &str) -> DialOptions {
        DialOptions {
            action: Some(self.url("dial", more)),
            caller_id: caller.map(|caller| Private::new(caller.as_e164().to_owned())),
            answer_on_bridge: Some(true),
            timeout: Some(timeout),
            record: Some(DialRecord::FromAnswerDual),
            recording_status_callback: Some(self.url("recording", "")),
            recording_status_callback_event: Some(RecordingEvent::ALL.to_vec()),
            ..DialOptions::default()
        }
    }
}

/// Calls a number.
pub(crate) fn dial_number(place: Place<'_>, number: &PhoneNumber, caller: &PhoneNumber) -> Verb {
    let (status_callback, status_callback_event) = place.leg("");
    let number = Number { status_callback, status_callback_event, ..Number::of(number) };
    let options = place.options(Some(caller), RING_NUMBER, "");
    Verb::Dial(Dial { options, target: DialTarget::Parties(Parties::one(Party::Number(number))) })
}

/// Calls a colleague's softphone.
pub(crate) fn dial_colleague(place: Place<'_>, colleague: &User, identity: Identity) -> Verb {
    let party = client(place, colleague, identity);
    let options = place.options(None, RING_NUMBER, "");
    Verb::Dial(Dial { options, target: DialTarget::Parties(Parties::one(party)) })
}

/// Rings the next group of agents, as many at once as Twilio rings; nothing if all have been rung.
pub(crate) fn ring_group(place: Place<'_>, agents: &[User], group: usize) -> Option<Verb> {
    let agents = agents.iter().skip(group.checked_mul(MAX_PARTIES)?).take(MAX_PARTIES);
    let parties = agents.filter_map(|agent| Some(client(place, agent, Identity::of_name(&agent.username).ok()?)));
    let parties = Parties::new(parties.collect()).ok()?;
    let options = place.options(None, RING_AGENTS, &format!("&group={}", group + 1));
    Some(Verb::Dial(Dial { options, target: DialTarget::Parties(parties) }))
}

fn client(place: Place<'_>, agent: &User, identity: Identity) -> Party {
    let (status_callback, status_callback_event) = place.leg(&format!("&agent={}", agent.id));
    let options = ClientOptions { status_callback, status_callback_event, ..ClientOptions::default() };
    let parameters = vec![Parameter::new("CallId", place.call.to_string())];
    Party::Client(Client { options, identity, parameters })
}

/// Says something and ends the call.
pub(crate) fn say(language: Language, text: &str) -> Twiml {
    Twiml(twiml::Response(vec![language.say(text), Verb::Hangup]))
}

/// Announces something and ends the call.
pub(crate) fn announce(language: Language, announcement: Announcement) -> Twiml {
    say(language, announcement.text(language))
}

/// Nothing more is to be done.
pub(crate) fn nothing() -> Twiml {
    Twiml(twiml::Response(vec![Verb::Hangup]))
}

/// Lets a softphone's call end as dialing did: a call that nobody answered is not answered here either, which it would be
/// by any other verb (<https://www.twilio.com/docs/voice/twiml/reject>).
pub(crate) fn after_dialing(status: CallStatus) -> Twiml {
    let reason = match status {
        CallStatus::Busy => RejectReason::Busy,
        CallStatus::NoAnswer | CallStatus::Canceled | CallStatus::Failed => RejectReason::Rejected,
        CallStatus::Queued
        | CallStatus::Initiated
        | CallStatus::Ringing
        | CallStatus::InProgress
        | CallStatus::Completed => return nothing(),
    };
    only(Verb::Reject(Reject { reason: Some(reason) }))
}

/// One thing.
pub(crate) fn only(verb: Verb) -> Twiml {
    Twiml(twiml::Response(vec![verb]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::{Region, Timestamp, UserId};
    use mobilecall_store::Role;

    fn place() -> Place<'static> {
        let id = "018f0000-0000-7000-8000-00000000abcd";
        Place { base: "https://calls.example.com", call: id.parse().unwrap(), company: id.parse().unwrap() }
    }

    fn agent(number: usize) -> User {
        User {
            id: UserId::generate(),
            company_id: place().company,
            username: format!("agent_{number}"),
            name: String::new(),
            extension: None,
            password_hash: String::new(),
            role: Role::Agent,
            created_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn a_number_is_dialed_as_the_company_and_recorded() {
        let number = |text: &str| PhoneNumber::parse(text, Region::SA).unwrap();
        let dial = dial_number(place(), &number("0501234567"), &number("+966112345678"));
        let xml = twiml::Response(vec![dial]).to_xml();
        let query = "call=018f0000-0000-7000-8000-00000000abcd&amp;company=018f0000-0000-7000-8000-00000000abcd";
        let expected = format!(
            "<Dial action=\"https://calls.example.com/api/calls/webhook/dial?{query}\" callerId=\"+966112345678\" \
             answerOnBridge=\"true\" timeout=\"45\" record=\"record-from-answer-dual\" \
             recordingStatusCallback=\"https://calls.example.com/api/calls/webhook/recording?{query}\" \
             recordingStatusCallbackEvent=\"in-progress completed absent\">\
             <Number statusCallback=\"https://calls.example.com/api/calls/webhook/status?{query}\" \
             statusCallbackEvent=\"initiated ringing answered completed\">+966501234567</Number></Dial>"
        );
        assert!(xml.contains(&expected), "{xml}\n{expected}");
    }

    #[test]
    fn agents_are_rung_ten_at_once_until_there_are_none() {
        let agents: Vec<_> = (0..23).map(agent).collect();
        let rung: Vec<_> = (0..4).map(|group| ring_group(place(), &agents, group)).collect();
        let count = |verb: &Option<Verb>| match verb {
            Some(Verb::Dial(Dial { target: DialTarget::Parties(parties), .. })) => parties.iter().len(),
            _ => 0,
        };
        assert_eq!(rung.iter().map(count).collect::<Vec<_>>(), [10, 10, 3, 0]);
        let xml = twiml::Response(rung.into_iter().flatten().take(1).collect()).to_xml();
        for part in ["&amp;group=1\"", "agent_9<", &format!("&amp;agent={}\"", agents[9].id), "name=\"CallId\""] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
        assert!(ring_group(place(), &agents, usize::MAX).is_none());
    }
}
