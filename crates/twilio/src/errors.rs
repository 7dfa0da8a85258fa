//! Twilio's error codes that people of a call center meet, in one table: what each means and what mends it.
//!
//! Codes of REST come with a refused request, codes of clients over the signaling socket, and codes of webhooks stand in
//! the debugger of Twilio's console. English texts are for the API and logs; a window shows the messages that
//! [`ErrorCode::message`] and [`Remedy::message`] name, in its language.

mod table;

use std::fmt;

/// A code of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// Twilio's number, as in `https://www.twilio.com/docs/api/errors/21211`.
    pub code: u32,
    /// What is the matter, as a sentence.
    pub cause: &'static str,
    /// What mends it.
    pub remedy: Remedy,
    /// The message of the window with the cause.
    pub message: &'static str,
}

macro_rules! remedies {
    ($($(#[$doc:meta])* $variant:ident = $key:literal, $advice:literal;)+) => {
        /// What mends an error. Many errors have one remedy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Remedy { $($(#[$doc])* $variant),+ }

        impl Remedy {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// What to do, as a sentence.
            pub const fn advice(self) -> &'static str { match self { $(Self::$variant => $advice),+ } }
            /// It in a word, for programs.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $key),+ } }
            /// The message of the window that says it.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => concat!("twilio-remedy-", $key)),+ }
            }
        }
    };
}

remedies! {
    /// The called number.
    CheckNumber = "check-number", "Check the number, with its country code.";
    /// The caller ID.
    CheckCallerId = "check-caller-id",
        "Set TWILIO_PHONE_NUMBER to a number that was bought at Twilio, or verify it there as a caller ID.";
    /// Trial accounts.
    VerifyNumber = "verify-number",
        "Verify the number in Twilio's console (Phone Numbers, Verified caller IDs), or upgrade the trial account.";
    /// Countries.
    AllowCountry = "allow-country",
        "Allow the country in Twilio's console (Voice, Settings, Geo permissions), and no more countries than are called.";
    /// Money.
    AddBalance = "add-balance", "Add money to the account in Twilio's console (Billing).";
    /// Closed accounts.
    AskTwilio = "ask-twilio", "Look into Twilio's console for what is the matter with the account, and ask Twilio's support.";
    /// Account and auth token, or key and secret.
    CheckCredentials = "check-credentials",
        "Compare TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_KEY and TWILIO_API_SECRET with Twilio's console.";
    /// What signs access tokens.
    CheckToken = "check-token",
        "Likely causes: the secret is not that of the key; the key was deleted, or is a restricted one; key, TwiML app and account are not of one account and region; the account is suspended. Compare TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET and TWILIO_TWIML_APP_SID with Twilio's console.";
    /// Clocks and lives of tokens.
    RenewToken = "renew-token", "Sign in again; if it comes back, set the server's clock.";
    /// The TwiML app.
    CheckApp = "check-app",
        "Check TWILIO_TWIML_APP_SID, and that its voice URL in Twilio's console is this server's /api/calls/webhook/outbound.";
    /// Our URLs.
    CheckWebhook = "check-webhook",
        "Check that PUBLIC_BASE_URL reaches this server from the internet, with a valid certificate, and that it answers in time.";
    /// Our TwiML.
    ReportFault = "report-fault", "This is a fault of the server: report it with the time and the call's SID.";
    /// Calls in the queue.
    SlowDown = "slow-down", "Wait a moment and try again; the server sends calls one after the other.";
    /// Temporary.
    TryAgain = "try-again", "Try again in a moment.";
    /// The other side.
    TryLater = "try-later", "Try again later.";
    /// Ended calls.
    Nothing = "nothing", "Nothing needs to be done.";
    /// A lost call.
    CallAgain = "call-again", "Call again.";
    /// The way to Twilio's edge.
    CheckNetwork = "check-network", "Check the network and that the firewall lets TCP 443 out.";
    /// The way of the voice.
    CheckMedia = "check-media",
        "Check that the firewall lets UDP 10000 to 60000 out, try another edge, or set up a relay.";
    /// The microphone.
    CheckMicrophone = "check-microphone", "Allow the microphone for this program, or choose another one in the settings.";
    /// User names.
    RenameUser = "rename-user", "Give the agent a user name of Latin letters, digits and '_'.";
}

impl ErrorCode {
    /// The entry of a code; `None` for one that is not in the table.
    pub fn of(code: u32) -> Option<&'static Self> {
        table::CODES.binary_search_by_key(&code, |entry| entry.code).ok().map(|index| &table::CODES[index])
    }
    /// All of the table, by code.
    pub fn all() -> impl ExactSizeIterator<Item = &'static Self> {
        table::CODES.iter()
    }
    /// Twilio's page about the code.
    pub fn page(&self) -> String {
        format!("https://www.twilio.com/docs/api/errors/{}", self.code)
    }
}

/// Cause, remedy and code: what the API says.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (Twilio's error {})", self.cause, self.remedy.advice(), self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorCode, Remedy};
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_in_order_and_says_sentences() {
        let codes: Vec<u32> = ErrorCode::all().map(|entry| entry.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        for entry in ErrorCode::all() {
            assert!(entry.cause.ends_with('.'), "{}: {}", entry.code, entry.cause);
            assert_eq!(entry.message, format!("twilio-error-{}", entry.code));
            assert_eq!(ErrorCode::of(entry.code), Some(entry));
        }
        assert_eq!(ErrorCode::of(1), None);
    }

    #[test]
    fn every_remedy_is_used_and_has_a_message_of_its_own() {
        let used: BTreeSet<_> = ErrorCode::all().map(|entry| entry.remedy.message()).collect();
        let all: BTreeSet<_> = Remedy::ALL.iter().map(|remedy| remedy.message()).collect();
        assert_eq!(used, all);
        assert_eq!(all.len(), Remedy::ALL.len());
        assert!(Remedy::ALL.iter().all(|remedy| remedy.advice().ends_with('.')));
    }

    /// The codes that the softphone's signaling can bring, and those of REST that have to be explained.
    #[test]
    fn nothing_that_people_meet_is_missing() {
        let client = [
            20101, 20104, 20151, 31000, 31001, 31002, 31003, 31005, 31008, 31009, 31100, 31101, 31102, 31103, 31104,
            31105, 31107, 31201, 31202, 31203, 31204, 31205, 31206, 31207, 31208, 31209, 31210, 31212, 31400, 31401,
            31402, 31404, 31480, 31486, 31603, 53000, 53001, 53400, 53402, 53405,
        ];
        let rest = [20003, 20404, 20429, 21210, 21211, 21214, 21215, 21217, 21219, 21220, 21401, 21603, 21608, 32205];
        let webhooks = [10004, 11200, 11205, 11217, 11235, 11236, 11237, 12100, 13224, 13225, 13227];
        for code in client.into_iter().chain(rest).chain(webhooks) {
            assert!(ErrorCode::of(code).is_some(), "{code}");
        }
    }

    #[test]
    fn windows_have_words_for_every_code_and_remedy_in_each_language() {
        let texts = [
            ("en", include_str!("../../../assets/locales/en.ftl")),
            ("ar", include_str!("../../../assets/locales/ar.ftl")),
            ("fa", include_str!("../../../assets/locales/fa.ftl")),
        ];
        let causes = ErrorCode::all().map(|entry| (entry.message, entry.cause));
        let remedies = Remedy::ALL.iter().map(|remedy| (remedy.message(), remedy.advice()));
        for (message, english) in causes.chain(remedies) {
            for (language, text) in texts {
                let found = text.lines().find_map(|line| line.strip_prefix(message)?.strip_prefix(" = "));
                let found = found.unwrap_or_else(|| panic!("{message} in {language}"));
                assert_eq!(found == english, language == "en", "{message} in {language}: {found}");
            }
        }
    }

    #[test]
    fn an_error_says_what_to_do() {
        assert_eq!(
            ErrorCode::of(21211).unwrap().to_string(),
            "The called number is not a valid phone number. Check the number, with its country code. (Twilio's error 21211)"
        );
        assert!(ErrorCode::of(21211).unwrap().page().ends_with("/errors/21211"));
    }
}
