//! One leg of a call, as Twilio counts them: every party has a call of its own.

use super::io::{LegKey, SocketId};
use super::recording::Recorder;
use super::script::Script;
use crate::account::{Instructions, Target};
pub(crate) use mobilecall_domain::CallStatus as Status;
use mobilecall_domain::{SdpAnswer, Timestamp};
use mobilecall_twilio::callback::LegEvent;
pub(crate) use mobilecall_twilio::status::CallDirection as Direction;
use mobilecall_twilio::twiml::Response;
use mobilecall_twilio::{AppSid, CallSid, ConferenceSid};
use std::time::Duration;

/// What SIP would have said of such an end.
pub(crate) const fn sip_code(status: Status) -> Option<u16> {
    match status {
        Status::Completed => Some(200),
        Status::Busy => Some(486),
        Status::NoAnswer => Some(480),
        Status::Failed => Some(404),
        Status::Canceled => Some(487),
        Status::Queued | Status::Initiated | Status::Ringing | Status::InProgress => None,
    }
}

/// Who is told how a call goes, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) target: Target,
    pub(crate) events: Vec<LegEvent>,
}

impl Callback {
    /// Without a choice only the end is told.
    pub(crate) fn new(target: Target, events: Vec<LegEvent>) -> Self {
        Self { target, events: if events.is_empty() { vec![LegEvent::Completed] } else { events } }
    }
}

/// Who is at the end of the leg.
#[derive(Debug)]
pub(crate) enum Party {
    Client(Client),
    /// A telephone, by its number.
    Phone(String),
}

/// A person's softphones, and the one of them that has the call.
#[derive(Debug, Default)]
pub(crate) struct Client {
    pub(crate) identity: String,
    /// What the client calls the call until it knows better.
    pub(crate) temporary: Option<String>,
    /// Our answer to its offer, until it was sent.
    pub(crate) answer: Option<SdpAnswer>,
    /// It knows the call by its SID.
    pub(crate) told: bool,
    /// The one that placed or took the call.
    pub(crate) device: Option<Attachment>,
    /// Those that ring.
    pub(crate) ringing: Vec<Ringing>,
    /// What each of them is told besides the numbers.
    pub(crate) parameters: Vec<(String, String)>,
}

/// A softphone that has a call.
#[derive(Debug)]
pub(crate) struct Attachment {
    /// `None` while its connection is lost.
    pub(crate) socket: Option<SocketId>,
    /// With this it takes the call up again.
    pub(crate) reconnect: String,
    /// How long it may be away.
    pub(crate) grace: Duration,
}

/// A softphone that rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ringing {
    pub(crate) socket: SocketId,
    pub(crate) leg: LegKey,
    /// It was told; before that its media is being prepared.
    pub(crate) invited: bool,
}

/// What happens once the far end has answered.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// Nothing: they called us, and what they called is asked at once.
    Asks(Instructions, Option<AppSid>),
    /// What the API was given is done.
    Api(Source),
    /// They are joined with the parent call, after they heard what this says.
    Dialed(Option<Target>),
    /// They were, and do something else now.
    Moved,
}

/// Where the instructions of a call of the API come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Asked for.
    Url(Instructions),
    /// Given as text.
    Text(String),
    /// Made by ourselves.
    Document(Box<Response>),
}

/// With whom a call is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum With {
    #[default]
    Nobody,
    Call(CallSid),
    Conference(ConferenceSid),
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) sid: CallSid,
    /// Orders calls by when they were made.
    pub(crate) number: u64,
    pub(crate) parent: Option<CallSid>,
    pub(crate) direction: Direction,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) status: Status,
    pub(crate) created: Timestamp,
    pub(crate) answered: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) party: Party,
    /// The session that carries its sound, once there is just one.
    pub(crate) leg: Option<LegKey>,
    pub(crate) purpose: Purpose,
    pub(crate) callback: Option<Callback>,
    /// How many events there were so far.
    pub(crate) events: u32,
    pub(crate) script: Option<Script>,
    pub(crate) with: With,
    /// How long it may ring.
    pub(crate) patience: Duration,
    /// The longest that it may last once answered.
    pub(crate) limit: Option<Duration>,
    /// Keys that the called hears first.
    pub(crate) keys: Option<String>,
    /// The custom parameters that came with it.
    pub(crate) custom: Vec<(String, String)>,
    /// How the whole call is recorded, if it is.
    pub(crate) recorder: Option<Recorder>,
    /// How its last `<Dial>` went: so it ends itself if it was never answered.
    pub(crate) dialed: Option<(Status, Option<u32>)>,
}

impl Call {
    /// Whole seconds from answer to end.
    pub(crate) fn seconds(&self) -> u64 {
        match (self.answered, self.ended) {
            (Some(answered), Some(ended)) => ended.since(answered).as_millis().div_ceil(1000) as u64,
            _ => 0,
        }
    }

    pub(crate) fn client(&self) -> Option<&Client> {
        match &self.party {
            Party::Client(client) => Some(client),
            Party::Phone(_) => None,
        }
    }

    pub(crate) fn client_mut(&mut self) -> Option<&mut Client> {
        match &mut self.party {
            Party::Client(client) => Some(client),
            Party::Phone(_) => None,
        }
    }

    pub(crate) fn phone(&self) -> Option<&str> {
        match &self.party {
            Party::Phone(number) => Some(number),
            Party::Client(_) => None,
        }
    }

    /// The connection of the softphone that has the call, unless it is lost.
    pub(crate) fn socket(&self) -> Option<SocketId> {
        self.client()?.device.as_ref()?.socket
    }

    pub(crate) fn is_over(&self) -> bool {
        self.status.is_final()
    }
}
