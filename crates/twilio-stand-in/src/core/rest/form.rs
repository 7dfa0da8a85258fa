//! Parameters of a request. Names are as Twilio spells them; some come several times.

use super::Refusal;
use crate::account::{Target, read_method};
use std::str::FromStr;
use std::time::Duration;

/// Pairs of a form or a query, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`; what cannot be read is left out.
    pub(crate) fn parse(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; an empty one counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All words of a parameter, which may be repeated or hold several.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(key, _)| key == name);
        values.flat_map(|(_, value)| value.split([' ', ','])).filter(|word| !word.is_empty()).collect()
    }

    /// A value of a certain type.
    pub(crate) fn read<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let wrong = |_| Refusal::new(400, 20001, format!("Parameter '{name}' is not valid"));
        text.parse().map(Some).map_err(wrong)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.read(name)
    }

    /// Whole seconds.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<Duration>, Refusal> {
        Ok(self.read(name)?.map(Duration::from_secs))
    }

    /// A URL with its method, `POST` unless `{name}Method` says otherwise.
    pub(crate) fn target(&self, name: &str) -> Option<Target> {
        self.target_of(name, &format!("{name}Method"))
    }

    /// A URL whose method has a name of its own.
    pub(crate) fn target_of(&self, name: &str, method: &str) -> Option<Target> {
        let url = self.get(name)?.to_owned();
        Some(Target::new(url, self.get(method).map(read_method)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_twilio::callback::Method;

    #[test]
    fn parameters_are_read_as_twilio_reads_them() {
        let form =
            Fields::parse("To=%2B966500000000&Event=initiated&Event=ringing+answered&Timeout=15&Empty=&Record=yes");
        assert_eq!(form.get("To"), Some("+966500000000"));
        assert_eq!(form.words("Event"), ["initiated", "ringing", "answered"]);
        assert_eq!(form.seconds("Timeout"), Ok(Some(Duration::from_secs(15))));
        assert_eq!((form.get("Empty"), form.get("Missing")), (None, None));
        assert_eq!(form.flag("Record").map_err(|refusal| refusal.code), Err(20001));
        assert_eq!(form.target("Url"), None);
        let form = Fields::parse("Url=http%3A%2F%2Fa%2Fb&Method=get");
        assert_eq!(form.target_of("Url", "Method"), Some(Target { url: "http://a/b".to_owned(), method: Method::Get }));
    }
}
