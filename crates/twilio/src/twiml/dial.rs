//! Connecting the caller with somebody.

use super::{Conference, Number, Queue, TwimlError, element::element, value::Value, verbs::DialRecord, xml::Element};
use crate::{
    callback::{LegEvent, Method, RecordingEvent, RecordingTrack, Trim},
    identity::Identity,
};
use mobilecall_domain::Private;

/// Most parties that ring at once.
pub const MAX_PARTIES: usize = 10;

element! {
    /// How to dial.
    DialOptions = "Dial" {
        /// Asked for TwiML when the dialed call has ended, with how it went.
        action: String = "action",
        /// How `action` is called.
        method: Method = "method",
        /// Whom the called see: a number of the account, or `client:name`.
        caller_id: Private<String> = "callerId",
        /// Whether the caller goes on hearing the ring until somebody answers. Otherwise the call counts as answered at once.
        answer_on_bridge: bool = "answerOnBridge",
        /// Seconds of ringing, at most 600; 30 by default.
        timeout: u32 = "timeout",
        /// Longest length of the call in seconds; 4 hours by default.
        time_limit: u32 = "timeLimit",
        /// Whether the caller can leave the call with `*`.
        hangup_on_star: bool = "hangupOnStar",
        /// The country whose ring the caller hears, such as `us`.
        ring_tone: String = "ringTone",
        /// Whether the parties are tried one after the other.
        sequential: bool = "sequential",
        /// Whether and from when it is recorded.
        record: DialRecord = "record",
        /// Whose voice.
        recording_track: RecordingTrack = "recordingTrack",
        /// Whether silence at the recording's ends is cut.
        trim: Trim = "trim",
        /// Told when the recording can be fetched.
        recording_status_callback: String = "recordingStatusCallback",
        /// How that is called.
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        /// For what that is called.
        recording_status_callback_event: Vec<RecordingEvent> = "recordingStatusCallbackEvent",
    }
}

/// Connects the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// How.
    pub options: DialOptions,
    /// With whom.
    pub target: DialTarget,
}

/// With whom a caller is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialTarget {
    /// The first of these who answers.
    Parties(Parties),
    /// Everybody in a conference.
    Conference(Box<Conference>),
    /// Who waits first in a queue.
    Queue(Queue),
}

/// Between one and [`MAX_PARTIES`] parties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties(Vec<Party>);

/// Nobody, or more than Twilio rings at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call rings between 1 and {MAX_PARTIES} parties at once, not {given}")]
pub struct PartiesError {
    /// How many there were.
    pub given: usize,
}

impl Parties {
    /// Of a list that is neither empty nor too long.
    pub fn new(parties: Vec<Party>) -> Result<Self, PartiesError> {
        if (1..=MAX_PARTIES).contains(&parties.len()) {
            Ok(Self(parties))
        } else {
            Err(PartiesError { given: parties.len() })
        }
    }
    /// One.
    pub fn one(party: Party) -> Self {
        Self(vec![party])
    }
    /// All.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Party> {
        self.0.iter()
    }
}

/// Somebody who can be rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// A telephone.
    Number(Number),
    /// A softphone.
    Client(Client),
}

element! {
    /// How to ring a softphone.
    ClientOptions = "Client" {
        /// Asked for TwiML that only the called hears, before both are connected.
        url: String = "url",
        /// How `url` is called.
        method: Method = "method",
        /// Told how this leg goes.
        status_callback: String = "statusCallback",
        /// For what that is called; by default only when it is over.
        status_callback_event: Vec<LegEvent> = "statusCallbackEvent",
        /// How that is called.
        status_callback_method: Method = "statusCallbackMethod",
    }
}

/// A softphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// How it is rung.
    pub options: ClientOptions,
    /// Whose.
    pub identity: Identity,
    /// What it is told, such as the customer's name.
    pub parameters: Vec<Parameter>,
}

element! {
    /// Something that a softphone is told with a call.
    Parameter = "Parameter" {
        /// What it is.
        name: String = "name",
        /// What it says.
        value: Private<String> = "value",
    }
}

impl Parameter {
    /// A name and its value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: Some(name.into()), value: Some(Private::new(value.into())) }
    }
}

impl Dial {
    pub(super) const TAG: &'static str = DialOptions::TAG;

    pub(super) fn to_element(&self) -> Element {
        let children = match &self.target {
            DialTarget::Parties(parties) => parties.iter().map(Party::to_element).collect(),
            DialTarget::Conference(conference) => vec![conference.to_element()],
            DialTarget::Queue(queue) => vec![queue.to_element()],
        };
        Element { children, ..self.options.to_element() }
    }

    pub(super) fn from_element(element: &Element) -> Result<Self, TwimlError> {
        element.check_no_text()?;
        Ok(Self { options: DialOptions::read(element)?, target: DialTarget::from_parent(element)? })
    }
}

impl DialTarget {
    fn from_parent(dial: &Element) -> Result<Self, TwimlError> {
        match dial.children.as_slice() {
            [only] if only.name == Conference::TAG => {
                Conference::from_element(only).map(|conference| Self::Conference(Box::new(conference)))
            }
            [only] if only.name == Queue::TAG => Queue::from_element(only).map(Self::Queue),
            children => {
                let parties: Result<Vec<_>, _> =
                    children.iter().map(|child| Party::from_element(child, dial)).collect();
                Ok(Self::Parties(Parties::new(parties?)?))
            }
        }
    }
}

impl Party {
    fn to_element(&self) -> Element {
        match self {
            Self::Number(number) => number.to_element(),
            Self::Client(client) => client.to_element(),
        }
    }

    fn from_element(element: &Element, dial: &Element) -> Result<Self, TwimlError> {
        match element.name.as_str() {
            Number::TAG => Number::from_element(element).map(Self::Number),
            ClientOptions::TAG => Client::from_element(element).map(Self::Client),
            _ => Err(dial.misplaced(element)),
        }
    }
}

const IDENTITY: &str = "Identity";

impl Client {
    /// A softphone that is rung without more.
    pub fn of(identity: Identity) -> Self {
        Self { options: ClientOptions::default(), identity, parameters: Vec::new() }
    }

    fn to_element(&self) -> Element {
        let identity = Element { text: self.identity.as_str().to_owned(), ..Element::new(IDENTITY) };
        let children = std::iter::once(identity).chain(self.parameters.iter().map(Parameter::to_element)).collect();
        Element { children, ..self.options.to_element() }
    }

    /// The name stands in `<Identity>`, or alone as the text of `<Client>`.
    fn from_element(element: &Element) -> Result<Self, TwimlError> {
        let (options, mut identity, mut parameters) = (ClientOptions::read(element)?, None, Vec::new());
        for child in &element.children {
            match child.name.as_str() {
                IDENTITY if identity.is_none() => {
                    child.check_no_children()?;
                    identity = Some(read_identity(child)?);
                }
                Parameter::TAG => parameters.push(read_parameter(child)?),
                _ => return Err(element.misplaced(child)),
            }
        }
        let identity = match identity {
            Some(identity) => {
                element.check_no_text()?;
                identity
            }
            None => read_identity(element)?,
        };
        Ok(Self { options, identity, parameters })
    }
}

fn read_identity(element: &Element) -> Result<Identity, TwimlError> {
    element.check_text()?;
    element.text.trim().parse().map_err(|error: crate::identity::IdentityError| TwimlError::Value {
        element: element.name.clone(),
        attribute: "the text".to_owned(),
        reason: error.to_string(),
    })
}

fn read_parameter(element: &Element) -> Result<Parameter, TwimlError> {
    let parameter = Parameter::from_element(element)?;
    match (&parameter.name, &parameter.value) {
        (None, _) => Err(element.missing("a name")),
        (_, None) => Err(element.missing("a value")),
        (Some(_), Some(_)) => Ok(parameter),
    }
}
