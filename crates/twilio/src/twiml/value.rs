//! How values stand in attributes and in the text of an element.

use super::verbs::{Beep, ConferenceRecord, DialRecord, RejectReason};
use crate::{
    callback::{ConferenceEvent, LegEvent, Method, RecordingEvent, RecordingTrack, Trim},
    sid::CallSid,
};
use mobilecall_domain::Private;

/// A value as text. The error says what is wrong, in words that stand behind "is wrong: ".
pub(super) trait Value: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Result<Self, String>;
}

macro_rules! by_text {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn write(&self) -> String { self.to_string() }
            fn read(text: &str) -> Result<Self, String> { text.parse::<Self>().map_err(|error| error.to_string()) }
        }
    )+};
}

by_text!(String, bool, u32, CallSid);
by_text!(Method, LegEvent, RecordingEvent, ConferenceEvent, RecordingTrack, Trim);
by_text!(Beep, ConferenceRecord, DialRecord, RejectReason);

impl Value for Private<String> {
    fn write(&self) -> String {
        self.expose().clone()
    }
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self::new(text.to_owned()))
    }
}

/// A list stands with a space between its values.
impl<T: Value> Value for Vec<T> {
    fn write(&self) -> String {
        self.iter().map(T::write).collect::<Vec<_>>().join(" ")
    }
    fn read(text: &str) -> Result<Self, String> {
        text.split_ascii_whitespace().map(T::read).collect()
    }
}
