//! TwiML: what Twilio shall do with a call, in XML. What we emit is written here, and read again by the stand-in.
//!
//! The types allow only what Twilio allows inside of each other: a [`Dial`] rings up to ten [`Party`]s, or leads to one
//! [`Conference`] or one [`Queue`]. Attributes that are `None` are left out and have Twilio's default.

mod dial;
mod element;
mod response;
mod value;
mod verbs;
mod xml;

pub use dial::{
    Client, ClientOptions, Dial, DialOptions, DialTarget, MAX_PARTIES, Parameter, Parties, PartiesError, Party,
};
pub use response::{Response, Verb};
pub use verbs::{
    Beep, Conference, ConferenceRecord, DialRecord, Enqueue, Number, Pause, Play, Queue, Record, Redirect, Reject,
    RejectReason, Say,
};

/// Why a text is not TwiML of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwimlError {
    /// Not XML.
    #[error("this is not XML: {0}")]
    Xml(String),
    /// Deeper than TwiML can be.
    #[error("<{0}> is nested too deeply")]
    Depth(String),
    /// An element that does not exist there.
    #[error("<{element}> has no place in <{parent}>")]
    Element {
        /// Which.
        element: String,
        /// Where; empty for the outermost.
        parent: String,
    },
    /// An attribute that does not exist there.
    #[error("<{element}> has no attribute {attribute}")]
    Attribute {
        /// Where.
        element: String,
        /// Which.
        attribute: String,
    },
    /// An attribute with a value that cannot be.
    #[error("{attribute} of <{element}> is wrong: {reason}")]
    Value {
        /// Where.
        element: String,
        /// Which.
        attribute: String,
        /// What is wrong.
        reason: String,
    },
    /// Something without which the element means nothing.
    #[error("<{element}> needs {what}")]
    Missing {
        /// Where.
        element: String,
        /// What.
        what: &'static str,
    },
    /// Text where there is none.
    #[error("<{0}> has text, which has no place there")]
    Text(String),
    /// Nobody to dial, or too many.
    #[error(transparent)]
    Parties(#[from] PartiesError),
}

#[cfg(test)]
mod tests;
