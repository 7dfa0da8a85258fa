//! What a company's administrators decide of its calls over Twilio: whom its people may call, and what callers hear.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET` and `PUT /api/company/calling`, and body of the latter: what is left out or null is as it is by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CompanyCalling {
    /// What callers and agents are spoken to in; by default Arabic for companies of Arab countries, else English.
    pub language: Option<SpokenLanguage>,
    /// Whom the company's people may call; by default numbers of its own country.
    pub dialing: Option<DialingRules>,
}

/// A language that callers can be spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum SpokenLanguage {
    /// Arabic.
    #[serde(rename = "ar")]
    Arabic,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Whom a company's people may call over Twilio, against toll fraud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DialingRules {
    /// ISO 3166-1 alpha-2 codes of the countries that may be called; none for the company's own.
    pub countries: Vec<String>,
    /// Calls that an agent may begin in a minute, 1 to 1000.
    pub per_minute_of_agent: u32,
    /// Calls that all of the company may begin in a minute, 1 to 10000.
    pub per_minute_of_company: u32,
    /// Calls of the company at once, 1 to 10000.
    pub at_once: u32,
    /// When calls may begin; at any time if it is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<CallingHours>,
}

impl Default for DialingRules {
    fn default() -> Self {
        Self { countries: Vec::new(), per_minute_of_agent: 12, per_minute_of_company: 120, at_once: 50, hours: None }
    }
}

/// Some hours of each day, by a clock that is so far from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallingHours {
    /// Minutes after midnight, 0 to 1439.
    pub from_minute: u16,
    /// Minutes after midnight, 0 to 1440; before `fromMinute` if it is on the next day.
    pub to_minute: u16,
    /// Minutes to the east of UTC, as 180 in Riyadh; -720 to 840.
    pub utc_offset: i16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_spelled_as_they_are_kept() {
        let json = r#"{"language":"ar","dialing":{"countries":["SA"],"perMinuteOfAgent":2,"perMinuteOfCompany":5,"atOnce":3,"hours":{"fromMinute":480,"toMinute":1320,"utcOffset":180}}}"#;
        let calling: CompanyCalling = serde_json::from_str(json).expect("rules");
        assert_eq!(serde_json::to_string(&calling).expect("JSON"), json);
        let none: CompanyCalling = serde_json::from_str("{}").expect("nothing is set");
        assert_eq!(
            (none.clone(), serde_json::to_string(&none).expect("JSON")),
            (CompanyCalling::default(), r#"{"language":null,"dialing":null}"#.to_owned())
        );
        for json in [
            r#"{"language":"fa"}"#,
            r#"{"dialling":{}}"#,
            r#"{"dialing":{"country":[]}}"#,
            r#"{"dialing":{"atOnce":-1}}"#,
        ] {
            serde_json::from_str::<CompanyCalling>(json).expect_err(json);
        }
    }
}
