//! The fields of a form, taken one by one.

use super::{RecordingMention, WebhookError};
use crate::time;
use mobilecall_domain::{Private, Timestamp};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Fields that are not known here, by their names. They may be made up by a caller; `Debug` shows no values.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Extra(BTreeMap<String, String>);

impl Extra {
    /// The value of a field, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
    /// The names of all fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The fields that nobody has asked for yet.
pub(super) struct Fields<'a>(&'a [(String, String)], Vec<&'static str>);

impl<'a> Fields<'a> {
    pub(super) const fn new(pairs: &'a [(String, String)]) -> Self {
        Self(pairs, Vec::new())
    }

    /// A field's text; `None` if it is not there or empty.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, WebhookError> {
        self.1.push(name);
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(WebhookError::Twice(name));
        }
        Ok(first.filter(|text| !text.is_empty()))
    }

    pub(super) fn optional<T: FromStr<Err: ToString>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, WebhookError> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|error: T::Err| wrong(name, &error))).transpose()
    }

    /// A field that nothing depends on: a word that Twilio did not have yet when this was written must not cost the
    /// callback. It then stays among the rest.
    pub(super) fn known<T: FromStr<Err: ToString>>(&mut self, name: &'static str) -> Result<Option<T>, WebhookError> {
        let known = self.text(name)?.and_then(|text| text.parse().ok());
        if known.is_none() {
            self.1.retain(|taken| *taken != name);
        }
        Ok(known)
    }

    pub(super) fn required<T: FromStr<Err: ToString>>(&mut self, name: &'static str) -> Result<T, WebhookError> {
        self.optional(name)?.ok_or(WebhookError::Missing(name))
    }

    /// A number, name or address of a person.
    pub(super) fn private(&mut self, name: &'static str) -> Result<Option<Private<String>>, WebhookError> {
        Ok(self.text(name)?.map(|text| Private::new(text.to_owned())))
    }

    pub(super) fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, WebhookError> {
        self.text(name)?.map(|text| time::read(text).map_err(|error| wrong(name, &error))).transpose()
    }

    pub(super) fn recording(&mut self) -> Result<Option<RecordingMention>, WebhookError> {
        let (sid, seconds) = (self.optional("RecordingSid")?, self.optional("RecordingDuration")?);
        Ok(self.optional("RecordingUrl")?.map(|url| RecordingMention { sid, url, seconds }))
    }

    /// What nobody asked for and is not empty; of a name that stands twice the last value.
    pub(super) fn rest(self) -> Extra {
        let Self(pairs, taken) = self;
        let left = pairs.iter().filter(|(name, value)| !value.is_empty() && !taken.contains(&name.as_str()));
        Extra(left.cloned().collect())
    }
}

fn wrong(name: &'static str, error: &impl ToString) -> WebhookError {
    WebhookError::Value { name, reason: error.to_string() }
}
