//! What a check of an account at Twilio finds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `POST /api/company/twilio/check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TwilioCheck {
    /// Whether there is nothing to change, and everything could be checked.
    pub good: bool,
    /// What was looked at, in the order in which it is set up.
    pub findings: Vec<TwilioFinding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TwilioFinding {
    /// What it is about.
    pub subject: TwilioSubject,
    /// How it stands.
    pub state: TwilioFindingState,
    /// How it stands, in words.
    pub says: String,
    /// What to change, and where.
    pub remedy: Option<String>,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TwilioFindingState {
    /// As it must be.
    Right,
    /// Something is to be changed.
    Change,
    /// Nobody could say.
    Unchecked,
}

/// What a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TwilioSubject {
    /// A value of the settings.
    Setting,
    /// Where Twilio reaches this server.
    PublicAddress,
    /// The account and its auth token.
    Account,
    /// Its money.
    Balance,
    /// The API key and its secret.
    ApiKey,
    /// The number that the called see.
    Number,
    /// What Twilio asks when the number is called.
    NumberVoiceUrl,
    /// Whom it tells how such calls went.
    NumberStatusUrl,
    /// The TwiML app.
    App,
    /// What Twilio asks when a softphone calls.
    AppVoiceUrl,
    /// Whom it tells how such calls went.
    AppStatusUrl,
    /// Whether numbers of the own country may be called.
    HomeCountry,
}

impl TwilioCheck {
    /// From what was found.
    pub fn of(findings: Vec<TwilioFinding>) -> Self {
        let good = findings.iter().all(|finding| finding.state == TwilioFindingState::Right);
        Self { good, findings }
    }
}

impl TwilioSubject {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setting => "Settings",
            Self::PublicAddress => "Public address",
            Self::Account => "Account",
            Self::Balance => "Balance",
            Self::ApiKey => "API key",
            Self::Number => "Number",
            Self::NumberVoiceUrl => "Number, a call comes in",
            Self::NumberStatusUrl => "Number, call status changes",
            Self::App => "TwiML app",
            Self::AppVoiceUrl => "TwiML app, request URL",
            Self::AppStatusUrl => "TwiML app, status callback URL",
            Self::HomeCountry => "Calls to your country",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_good_if_everything_is_right() {
        let finding = |state| TwilioFinding {
            subject: TwilioSubject::AppVoiceUrl,
            state,
            says: "it is".to_owned(),
            remedy: None,
        };
        for (state, good) in [
            (TwilioFindingState::Right, true),
            (TwilioFindingState::Change, false),
            (TwilioFindingState::Unchecked, false),
        ] {
            assert_eq!(TwilioCheck::of(vec![finding(TwilioFindingState::Right), finding(state)]).good, good);
        }
        let json =
            r#"{"good":true,"findings":[{"subject":"app-voice-url","state":"right","says":"it is","remedy":null}]}"#;
        let check = TwilioCheck::of(vec![finding(TwilioFindingState::Right)]);
        assert_eq!(serde_json::to_string(&check).expect("JSON"), json);
    }
}
