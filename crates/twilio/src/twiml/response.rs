//! The document: verbs one after the other.

use super::{Dial, Enqueue, Pause, Play, Record, Redirect, Reject, Say, TwimlError, element::unknown, xml::Element};
use std::str::FromStr;

/// One thing that Twilio does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is said at its type")]
pub enum Verb {
    Dial(Dial),
    Say(Say),
    Play(Play),
    Record(Record),
    /// Ends the call.
    Hangup,
    Reject(Reject),
    Redirect(Redirect),
    Pause(Pause),
    Enqueue(Enqueue),
}

const HANGUP: &str = "Hangup";
const RESPONSE: &str = "Response";

impl Verb {
    fn to_element(&self) -> Element {
        match self {
            Self::Dial(verb) => verb.to_element(),
            Self::Say(verb) => verb.to_element(),
            Self::Play(verb) => verb.to_element(),
            Self::Record(verb) => verb.to_element(),
            Self::Hangup => Element::new(HANGUP),
            Self::Reject(verb) => verb.to_element(),
            Self::Redirect(verb) => verb.to_element(),
            Self::Pause(verb) => verb.to_element(),
            Self::Enqueue(verb) => verb.to_element(),
        }
    }

    fn from_element(element: &Element, parent: &Element) -> Result<Self, TwimlError> {
        match element.name.as_str() {
            Dial::TAG => Dial::from_element(element).map(Self::Dial),
            Say::TAG => Say::from_element(element).map(Self::Say),
            Play::TAG => Play::from_element(element).map(Self::Play),
            Record::TAG => Record::from_element(element).map(Self::Record),
            Reject::TAG => Reject::from_element(element).map(Self::Reject),
            Redirect::TAG => Redirect::from_element(element).map(Self::Redirect),
            Pause::TAG => Pause::from_element(element).map(Self::Pause),
            Enqueue::TAG => Enqueue::from_element(element).map(Self::Enqueue),
            HANGUP => hangup(element),
            _ => Err(parent.misplaced(element)),
        }
    }
}

fn hangup(element: &Element) -> Result<Verb, TwimlError> {
    element.check_no_children()?;
    element.check_no_text()?;
    match element.attributes.first() {
        Some((name, _)) => Err(unknown(element, name)),
        None => Ok(Verb::Hangup),
    }
}

/// What Twilio shall do, one after the other. An empty one ends the call.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Response(pub Vec<Verb>);

impl Response {
    /// The document that answers a webhook, or goes into `Twiml` of a REST call.
    pub fn to_xml(&self) -> String {
        let children = self.0.iter().map(Verb::to_element).collect();
        Element { children, ..Element::new(RESPONSE) }.to_xml()
    }
}

/// Takes what [`Response::to_xml`] writes, in any layout; what we never write is an error, even if Twilio knows it.
impl FromStr for Response {
    type Err = TwimlError;
    fn from_str(xml: &str) -> Result<Self, TwimlError> {
        let root = Element::parse(xml)?;
        if root.name != RESPONSE {
            return Err(TwimlError::Element { element: root.name, parent: String::new() });
        }
        root.check_no_text()?;
        if let Some((name, _)) = root.attributes.first() {
            return Err(unknown(&root, name));
        }
        root.children.iter().map(|verb| Verb::from_element(verb, &root)).collect::<Result<_, _>>().map(Self)
    }
}
