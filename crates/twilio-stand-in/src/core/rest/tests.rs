//! What our own client asks, and whether it can read what it is answered.

use super::{Fields, Reply, Request, Verb};
use crate::account::{Account, Country};
use crate::core::ids::Counted;
use crate::core::{Cloud, Now};
use crate::phones::PhoneBook;
use mobilecall_domain::{CallStatus, Private, Region, Timestamp};
use mobilecall_twilio::callback::LegEvent;
use mobilecall_twilio::rest::{self, CallFilter, CreateCall, Instructions, LegCallback, Page};
use mobilecall_twilio::status::ParticipantStatus;
use mobilecall_twilio::{AccountSid, ConferenceSid};
use serde_json::json;
use std::time::Duration;

struct Api(Cloud);

impl Api {
    fn new() -> Self {
        let account = Account::example(7, "+966112345678", "http://app");
        Self(Cloud::new(account, PhoneBook::default(), "http://api".to_owned(), Box::new(Counted(0)), now()))
    }

    fn account(&self) -> AccountSid {
        self.0.account.sid
    }

    fn send(&mut self, verb: Verb, path: &str, pairs: Fields) -> Reply {
        let path = path.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        let (query, form) = if verb == Verb::Get { (pairs, Fields::default()) } else { (Fields::default(), pairs) };
        self.0.rest(&Request { verb, path, query, form }, now()).0
    }

    /// What our client is answered, as text.
    fn answer(&mut self, request: &rest::Request) -> String {
        let verb = match request.verb {
            rest::Verb::Get => Verb::Get,
            rest::Verb::Post => Verb::Post,
            rest::Verb::Delete => Verb::Delete,
        };
        let account = format!("/2010-04-01/Accounts/{}", self.account());
        let path = request.path.strip_prefix(&account).or(request.path.strip_prefix("/v1")).expect("a path");
        let path = path.strip_suffix(".json").unwrap_or(path).to_owned();
        let pairs = request.pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let reply = self.send(verb, &path, Fields(pairs));
        assert!((200..300).contains(&reply.status), "{request:?}: {reply:?}");
        reply.body.to_string()
    }
}

fn now() -> Now {
    Now { monotonic: Duration::ZERO, wall: Timestamp::from_millis(1_800_000_000_000) }
}

fn create(to: &str) -> CreateCall {
    CreateCall {
        to: Private::new(to.to_owned()),
        from: Private::new("+966112345678".to_owned()),
        instructions: Instructions::Url("http://app/hello".to_owned()),
        status_callback: Some(LegCallback { url: "http://app/leg".to_owned(), events: LegEvent::ALL.to_vec() }),
        timeout: Some(20),
        time_limit: None,
        recording_callback: Some("http://app/tape".to_owned()),
    }
}

#[test]
fn our_client_reads_calls_and_their_lists() {
    let mut api = Api::new();
    let account = api.account();
    let created = api.answer(&create("+966500000001").request(account));
    let call: rest::Call = rest::Request::answer(&created).unwrap();
    assert_eq!((call.status, call.duration, call.start_time), (CallStatus::Queued, None, None));
    let shown: rest::Call = rest::Request::answer(&api.answer(&rest::get_call(account, call.sid))).unwrap();
    assert_eq!(shown, call);
    let page: Page<rest::Call> = Page::read(&api.answer(&rest::list_calls(account, &CallFilter::default()))).unwrap();
    assert_eq!((page.items, page.next), (vec![call.clone()], None));
    let ended: rest::Call = rest::Request::answer(&api.answer(&rest::cancel_call(account, call.sid))).unwrap();
    assert_eq!(ended.status, CallStatus::Canceled);
    let recordings = api.answer(&rest::list_call_recordings(account, call.sid));
    assert!(Page::<rest::Recording>::read(&recordings).unwrap().items.is_empty());
}

#[test]
fn our_client_follows_pages_to_the_last() {
    let mut api = Api::new();
    let account = api.account();
    for _ in 0..5 {
        api.answer(&create("client:alice").request(account));
    }
    let filter = CallFilter { page_size: Some(2), ..CallFilter::default() };
    let mut next = Some(rest::list_calls(account, &filter));
    let mut seen = Vec::new();
    while let Some(request) = next {
        // What Twilio gives as the next page has its query in it.
        let (path, query) = request
            .path
            .split_once('?')
            .map(|(path, query)| (path.to_owned(), query.to_owned()))
            .unwrap_or_else(|| (request.path.clone(), request.encoded()));
        let path = path.split("/Accounts/").nth(1).and_then(|it| it.split_once('/')).expect("a list").1.to_owned();
        let reply = api.send(Verb::Get, path.trim_end_matches(".json"), Fields::parse(&query));
        let page: Page<rest::Call> = Page::read(&reply.body.to_string()).unwrap();
        next = page.next_request();
        seen.push(page.items.len());
    }
    assert_eq!(seen, [2, 2, 1]);
}

#[test]
fn our_client_reads_what_is_set_up() {
    let mut api = Api::new();
    let account = api.account();
    let shown: rest::Account = rest::Request::answer(&api.answer(&rest::get_account(account))).unwrap();
    assert_eq!((shown.sid, shown.is_trial()), (account, false));
    let balance: rest::Balance = rest::Request::answer(&api.answer(&rest::get_balance(account))).unwrap();
    assert_eq!(balance.currency, "USD");
    api.0.account.permissions.countries = vec![Country::new("SA", "+966")];
    for (code, allowed) in [("SA", true), ("US", false)] {
        let country = rest::get_country(Region::parse(code).unwrap());
        let country: rest::CountryPermissions = rest::Request::answer(&api.answer(&country)).unwrap();
        assert_eq!(country.low_risk_numbers_enabled, allowed, "{code}");
    }
    let numbers = api.answer(&rest::list_incoming_numbers(account, None));
    let numbers: Page<rest::IncomingPhoneNumber> = Page::read(&numbers).unwrap();
    assert_eq!(numbers.items[0].voice_url.as_deref(), Some("http://app/api/calls/webhook/incoming"));
    api.0.verify_number("+966500000000");
    let verified = api.answer(&rest::list_outgoing_caller_ids(account, None));
    assert_eq!(Page::<rest::OutgoingCallerId>::read(&verified).unwrap().items.len(), 1);
    let key = api.0.account.key.sid;
    let shown: rest::Key = rest::Request::answer(&api.answer(&rest::get_key(account, key))).unwrap();
    assert_eq!(shown.sid, key);
    assert_eq!(api.send(Verb::Get, "Keys/SK0", Fields::default()).body["code"], 20_404);
    let app = api.0.account.applications[0].sid;
    let app: rest::Application = rest::Request::answer(&api.answer(&rest::get_application(account, app))).unwrap();
    assert_eq!(app.voice_url.as_deref(), Some("http://app/api/calls/twiml/outbound"));
}

#[test]
fn what_was_sent_about_a_call_is_shown_once_it_is_long_over() {
    let mut api = Api::new();
    let account = api.account();
    let created = api.answer(&create("+966500000001").request(account));
    let call: rest::Call = rest::Request::answer(&created).unwrap();
    api.answer(&rest::cancel_call(account, call.sid));
    let events = |api: &mut Api| {
        let page = api.answer(&rest::list_events(account, call.sid));
        Page::<rest::CallEvent>::read(&page).unwrap().items
    };
    assert_eq!(events(&mut api), [], "Twilio shows nothing for a quarter of an hour");
    api.0.account.permissions.events_after = Duration::ZERO;
    let events = events(&mut api);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let request = event.request.as_ref().unwrap();
    assert_eq!(request.url.as_ref().unwrap().expose(), "http://app/leg");
    let sid = call.sid.to_string();
    assert_eq!(
        (request.parameter("call_sid"), request.parameter("call_status")),
        (Some(sid.as_str()), Some("canceled"))
    );
}

#[test]
fn our_client_reads_conferences() {
    let mut api = Api::new();
    let form = Fields::parse("From=%2B966112345678&To=client%3Aalice&Label=alice&EndConferenceOnExit=true");
    let reply = api.send(Verb::Post, "Conferences/room/Participants", form);
    assert_eq!(reply.status, 201);
    let added: rest::Participant = rest::Request::answer(&reply.body.to_string()).unwrap();
    assert_eq!((added.label.as_deref(), added.status), (Some("alice"), ParticipantStatus::Queued));
    let account = api.account();
    let list = api.answer(&rest::list_conferences(account, None, None));
    assert!(Page::<rest::Conference>::read(&list).unwrap().items.is_empty(), "it begins when somebody answers");
    let missing = api.send(Verb::Get, &format!("Conferences/{}", ConferenceSid::from_bits(1)), Fields::default());
    assert_eq!(missing.body["code"], 20_404);
}

#[test]
fn numbers_and_applications_are_changed() {
    let mut api = Api::new();
    let number = api.0.account.numbers[0].sid;
    let form = Fields::parse("VoiceUrl=https%3A%2F%2Fb%2Fin&VoiceMethod=GET");
    let changed = api.send(Verb::Post, &format!("IncomingPhoneNumbers/{number}"), form).body;
    assert_eq!((&changed["voice_url"], &changed["voice_method"]), (&json!("https://b/in"), &json!("GET")));
    assert_eq!(changed["status_callback"], "http://app/api/calls/webhook/status", "the rest stays");
    assert_eq!(api.send(Verb::Get, "Applications/AP0", Fields::default()).body["code"], 20_404);
}

#[test]
fn relays_are_named_and_suspended_accounts_get_nothing() {
    let mut api = Api::new();
    let token = api.send(Verb::Post, "Tokens", Fields::parse("Ttl=60"));
    assert_eq!(token.status, 201);
    let token: rest::RelayToken = rest::Request::answer(&token.body.to_string()).unwrap();
    assert_eq!((token.ttl, token.ice_servers.len()), (Some(60), 1));
    api.0.account.permissions.suspended = true;
    assert_eq!(api.send(Verb::Get, "Calls", Fields::default()).body["code"], 20_005);
}
