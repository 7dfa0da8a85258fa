//! What callers hear, in the company's language.

use mobilecall_domain::Private;
use mobilecall_store::Company;
use mobilecall_twilio::twiml::{Say, Verb};

/// The company's setting that holds its language.
pub(crate) const SETTING: &str = "language";

/// A language that Twilio has a good voice for. There is none for Persian: those who speak it hear English until their company
/// has sounds of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Arabic,
    English,
}

/// Countries whose companies are spoken to in Arabic unless they say otherwise.
const ARABIC: [&str; 18] =
    ["AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"];

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// To an agent whose own phone was called first.
    NowTheCustomer,
    /// To a caller whom nobody answers.
    NobodyAnswers,
    /// To a caller of a number that belongs to nobody here.
    NotInService,
}

impl Language {
    pub(crate) fn of(company: &Company) -> Self {
        match company.settings.get(SETTING).and_then(serde_json::Value::as_str) {
            Some("ar") => Self::Arabic,
            Some(_) => Self::English,
            None if ARABIC.contains(&company.region.as_str()) => Self::Arabic,
            None => Self::English,
        }
    }

    /// A voice and its language, as Twilio calls them.
    const fn voice(self) -> (&'static str, &'static str) {
        match self {
            Self::Arabic => ("Google.ar-XA-Wavenet-A", "ar-XA"),
            Self::English => ("Polly.Joanna-Neural", "en-US"),
        }
    }

    /// Speaks a text.
    pub(crate) fn say(self, text: &str) -> Verb {
        let (voice, language) = self.voice();
        Verb::Say(Say {
            voice: Some(voice.to_owned()),
            language: Some(language.to_owned()),
            text: Private::new(text.to_owned()),
            ..Say::default()
        })
    }
}

impl Announcement {
    pub(crate) const fn text(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::NowTheCustomer, Language::Arabic) => "مرحبا. الآن جاري الاتصال بالعميل",
            (Self::NowTheCustomer, Language::English) => "Hello. The customer is being called now.",
            (Self::NobodyAnswers, Language::Arabic) => "عذرا، لا يوجد موظف متاح الآن. يرجى الاتصال لاحقا.",
            (Self::NobodyAnswers, Language::English) => "Sorry, nobody can answer now. Please call again later.",
            (Self::NotInService, Language::Arabic) => "عذرا، هذا الرقم خارج الخدمة.",
            (Self::NotInService, Language::English) => "Sorry, this number is not in service.",
        }
    }
}
