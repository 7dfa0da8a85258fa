//! What the text of each value must look like.

use super::{Secret, Setting, SettingFault, SettingFaults};
use crate::sid::{SidError, kind_of};
use mobilecall_domain::{PhoneNumber, Private, phone};
use std::str::FromStr;

/// From how many characters on the last two of a secret may be shown.
const SHOWN_FROM: usize = 16;

/// Reads one value after the other and gathers what is wrong.
pub(super) struct Reader<F> {
    value_of: F,
    faults: Vec<SettingFault>,
}

impl<'a, F: Fn(&str) -> Option<&'a str>> Reader<F> {
    pub(super) fn new(value_of: F) -> Self {
        Self { value_of, faults: Vec::new() }
    }

    pub(super) fn read<T>(&mut self, setting: Setting, shape: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = (self.value_of)(setting.name())?.trim();
        if text.is_empty() {
            return None;
        }
        match shape(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.faults.push(SettingFault::Malformed { setting, reason });
                None
            }
        }
    }

    pub(super) fn finish<T>(self, value: T) -> Result<T, SettingFaults> {
        SettingFaults::of(self.faults).map_or(Ok(value), Err)
    }
}

pub(super) fn sid<T: FromStr<Err = SidError>>(text: &str) -> Result<T, String> {
    parsed(text)
}

pub(super) fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A secret has no fixed shape; what people paste in its place by mistake does.
pub(super) fn secret(text: &str) -> Result<Secret, String> {
    if text.contains(char::is_whitespace) {
        return Err("it has a space or a line break inside".to_owned());
    }
    if text.contains(['"', '\'']) {
        return Err("it has quotation marks, which belong to no secret of Twilio".to_owned());
    }
    if let Some(kind) = kind_of(text).filter(|_| text.len() == 34) {
        return Err(format!("this is the SID of {kind}, not a secret"));
    }
    Ok(Private::new(text.to_owned()))
}

/// Twilio's own numbers are given with their country, whatever the region of the company.
pub(super) fn number(text: &str) -> Result<PhoneNumber, String> {
    if !text.starts_with('+') {
        return Err("it must begin with + and the country code, as +15017122661".to_owned());
    }
    PhoneNumber::parse(text, phone::Region::SA).map_err(|error| error.to_string())
}

/// What may be seen of a secret.
pub(super) fn ending(secret: &Secret) -> String {
    let text = secret.expose();
    if text.chars().count() < SHOWN_FROM {
        "too short to show its end".to_owned()
    } else {
        format!("ends in {}", last_two(text))
    }
}

pub(super) fn last_two(text: &str) -> String {
    let start = text.char_indices().nth_back(1).map_or(0, |(index, _)| index);
    format!("…{}", &text[start..])
}
