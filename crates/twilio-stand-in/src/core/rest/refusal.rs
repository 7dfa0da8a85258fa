//! What the API refuses, in Twilio's shape.

use super::Reply;
use serde_json::json;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Of HTTP.
    pub(crate) status: u16,
    /// Of Twilio.
    pub(crate) code: u32,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn reply(&self) -> Reply {
        let Self { status, code, message } = self;
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({ "code": code, "message": message, "more_info": more_info, "status": status });
        Reply { status: *status, body }
    }

    /// No name and password of the account, nor of its key.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(401, 20003, "Authenticate")
    }
}

/// Those without a value in their words.
macro_rules! refusals {
    ($($name:ident = $status:literal, $code:literal, $message:literal;)+) => {
        impl Refusal {
            $(pub(crate) const $name: Fixed = Fixed { status: $status, code: $code, message: $message };)+
        }
    };
}

/// A refusal whose words are always the same.
pub(crate) struct Fixed {
    status: u16,
    code: u32,
    message: &'static str,
}

impl From<Fixed> for Refusal {
    fn from(fixed: Fixed) -> Self {
        Self::new(fixed.status, fixed.code, fixed.message)
    }
}

refusals! {
    NOT_FOUND = 404, 20404, "The requested resource was not found";
    ACCOUNT_NOT_ACTIVE = 403, 20005, "Account not active";
    NO_TO = 400, 21201, "No 'To' number is specified";
    NO_FROM = 400, 21213, "'From' phone number is required";
    NO_URL = 400, 21205, "Url parameter is required.";
    NO_APPLICATION = 400, 21218, "The ApplicationSid is not valid";
    NOT_IN_PROGRESS = 400, 21220, "Call is not in-progress. Cannot redirect.";
    TWIML_TOO_LONG = 400, 21662, "Twiml can have at most 4000 characters";
    NOTHING_TO_RECORD = 400, 21220, "Requested resource is not eligible for recording";
    NOT_PAUSABLE = 400, 21235, "The recording is not in a state that can be changed so";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_twilios_shape() {
        let reply = Refusal::from(Refusal::NO_TO).reply();
        assert_eq!(reply.status, 400);
        let expected = json!({
            "code": 21201,
            "message": "No 'To' number is specified",
            "more_info": "https://www.twilio.com/docs/errors/21201",
            "status": 400,
        });
        assert_eq!(reply.body, expected);
    }
}
