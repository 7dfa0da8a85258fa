//! Error codes on the wire. Those between 31400 and 31699 are 31000 + the SIP status they stand for. Twilio's SDK knows
//! most of them; `FORBIDDEN`, `NO_ANSWER`, `INCOMPATIBLE_MEDIA`, `INTERNAL`, `OTHER_SERVER` and `STOPPING` are our
//! edge's additions.

macro_rules! codes {
    ($(#[doc = $meaning:literal] $name:ident = $code:literal,)+) => {
        $(#[doc = $meaning] pub const $name: u32 = $code;)+

        /// What a code means, in words for the log; `None` for a code that is not in this table.
        pub const fn meaning(code: u32) -> Option<&'static str> {
            match code { $($code => Some($meaning.trim_ascii()),)+ _ => None }
        }
    };
}

codes! {
    /// The access token cannot be validated.
    ACCESS_TOKEN_INVALID = 20101,
    /// The access token has expired, or its lifetime is too long.
    ACCESS_TOKEN_EXPIRED = 20104,
    /// Authentication with this access token was refused.
    AUTHENTICATION_FAILED = 20151,
    /// Anything not classified.
    UNKNOWN = 31000,
    /// The TwiML application does not exist.
    APPLICATION_NOT_FOUND = 31001,
    /// The application or service refused the call.
    CONNECTION_DECLINED = 31002,
    /// The server gave no answer in time.
    CONNECTION_TIMEOUT = 31003,
    /// Generic failure of a call or of the socket.
    CONNECTION = 31005,
    /// Answered too late: the call ended, or another device took it.
    CALL_CANCELED = 31008,
    /// No socket to send on.
    TRANSPORT = 31009,
    /// A frame that cannot be read.
    MALFORMED_REQUEST = 31100,
    /// An invite without parameters.
    PARAMETERS_MISSING = 31101,
    /// No token was sent.
    TOKEN_MISSING = 31102,
    /// Custom parameters are too long.
    PARAMETERS_TOO_LONG = 31103,
    /// The bridge token is bad.
    BRIDGE_TOKEN_INVALID = 31104,
    /// The identity has characters that are not allowed.
    CLIENT_NAME_INVALID = 31105,
    /// The reconnect token is bad.
    RECONNECT_INVALID = 31107,
    /// The token does not allow this, or its session has ended.
    NOT_AUTHORIZED = 31201,
    /// The token was signed with another key.
    TOKEN_SIGNATURE = 31202,
    /// The account cannot be used.
    ACCOUNT_INVALID = 31203,
    /// The token is not valid; also for a request that came before the token was checked.
    TOKEN_INVALID = 31204,
    /// The token is past its end.
    TOKEN_EXPIRED = 31205,
    /// Too many messages.
    RATE_EXCEEDED = 31206,
    /// The token ends too far ahead.
    TOKEN_LIFETIME = 31207,
    /// This call cannot be taken up again.
    RECONNECT_REFUSED = 31209,
    /// A call message of a type that is not known.
    MESSAGE_TYPE = 31210,
    /// A call message that is too large.
    MESSAGE_TOO_LARGE = 31212,
    /// The request makes no sense here, or its session description cannot be read.
    BAD_REQUEST = 31400,
    /// Not allowed to place this call.
    FORBIDDEN = 31403,
    /// No such destination.
    NOT_FOUND = 31404,
    /// Nobody answered in time.
    NO_ANSWER = 31408,
    /// No device of the destination is signed in.
    UNAVAILABLE = 31480,
    /// The destination is in another call.
    BUSY = 31486,
    /// No common codec or encryption.
    INCOMPATIBLE_MEDIA = 31488,
    /// The server failed.
    INTERNAL = 31500,
    /// The destination is signed in at another server, which calls from here do not reach.
    OTHER_SERVER = 31502,
    /// The server is stopping.
    STOPPING = 31503,
    /// The destination refused.
    DECLINED = 31603,
    /// Any other signaling failure.
    SIGNALING = 53000,
    /// The socket was lost.
    SIGNALING_LOST = 53001,
    /// The local description cannot be made or applied.
    LOCAL_DESCRIPTION = 53400,
    /// The remote description cannot be applied.
    REMOTE_DESCRIPTION = 53402,
    /// Media was lost and did not come back.
    MEDIA_LOST = 53405,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_have_words_for_the_log() {
        assert_eq!(meaning(BUSY), Some("The destination is in another call."));
        assert_eq!(meaning(31009), Some("No socket to send on."));
        assert_eq!(meaning(1), None);
    }
}
