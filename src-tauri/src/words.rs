//! Words of the tray, the notifications and the window's title, from the same files that the window reads.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use mobilecall_ipc::Language;
use unic_langid::{LanguageIdentifier, subtags::Language as Subtag};

/// The words of one language.
pub(crate) struct Words {
    language: Spoken,
    bundle: FluentBundle<FluentResource>,
}

/// A language that we have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// Arabic.
    Ar,
    /// Persian.
    Fa,
    /// English.
    En,
}

impl Spoken {
    /// The language of a setting; for the system's, the first of its languages that we have, or English. The window
    /// decides by the same rule (`bestLocale` in `ui/kit/src/i18n/locales.ts`).
    pub(crate) fn of(setting: Language, system: impl IntoIterator<Item = String>) -> Self {
        match setting {
            Language::Ar => Self::Ar,
            Language::Fa => Self::Fa,
            Language::En => Self::En,
            Language::System => system.into_iter().find_map(|tag| Self::of_tag(&tag)).unwrap_or(Self::En),
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.']).next()?.to_ascii_lowercase().as_str() {
            "ar" => Some(Self::Ar),
            "fa" => Some(Self::Fa),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Writes digits as the window does (`locales` in `ui/kit/src/i18n/locales.ts`): Persian has its own, Arabic keeps
    /// those of phone numbers.
    fn digits(self, text: &str) -> String {
        let own = |digit: char| match (self, digit.to_digit(10)) {
            (Self::Fa, Some(value)) => char::from_u32(u32::from('۰') + value).unwrap_or(digit),
            (Self::Fa | Self::Ar | Self::En, _) => digit,
        };
        text.chars().map(own).collect()
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Ar => include_str!("../../assets/locales/ar.ftl"),
            Self::Fa => include_str!("../../assets/locales/fa.ftl"),
            Self::En => include_str!("../../assets/locales/en.ftl"),
        }
    }

    fn id(self) -> LanguageIdentifier {
        let tag = match self {
            Self::Ar => "ar",
            Self::Fa => "fa",
            Self::En => "en",
        };
        let language = tag.parse::<Subtag>().expect("these three are language subtags");
        LanguageIdentifier::from_parts(language, None, None, &[])
    }
}

impl Words {
    /// The words of the language that a setting means on this system.
    pub(crate) fn of_setting(setting: Language) -> Self {
        Self::of(Spoken::of(setting, sys_locale::get_locales()))
    }

    /// The words of a language.
    pub(crate) fn of(language: Spoken) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.id()]);
        // What does not parse is left out, which the tests of the locale files rule out.
        let resource = FluentResource::try_new(language.file().to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
        if language == Spoken::Fa {
            bundle.set_formatter(Some(|value, _| match value {
                FluentValue::Number(number) => Some(Spoken::Fa.digits(&number.as_string())),
                // Texts, which are not changed.
                _ => None,
            }));
        }
        Self { language, bundle }
    }

    /// Which language these are.
    pub(crate) const fn language(&self) -> Spoken {
        self.language
    }

    /// A text without values.
    pub(crate) fn text(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A number in the digits of the language.
    pub(crate) fn number(&self, number: u32) -> String {
        self.language.digits(&number.to_string())
    }

    /// A text about a number of things.
    pub(crate) fn count(&self, key: &str, count: u32) -> String {
        let mut args = FluentArgs::new();
        args.set("count", FluentValue::from(count));
        self.format(key, Some(&args))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut problems = Vec::new();
        self.bundle.format_pattern(pattern, args, &mut problems).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Spoken; 3] = [Spoken::Ar, Spoken::Fa, Spoken::En];

    #[test]
    fn every_file_parses_and_has_the_shells_words() {
        for language in ALL {
            assert!(FluentResource::try_new(language.file().to_owned()).is_ok(), "{language:?}");
            let words = Words::of(language);
            for key in ["app-name", "tray-show", "tray-quit", "notify-incoming", "notify-missed", "call-unknown"] {
                assert_ne!(words.text(key), key, "{language:?}");
            }
        }
    }

    #[test]
    fn arabic_counts_calls_as_arabic_does() {
        let words = Words::of(Spoken::Ar);
        for (count, expected) in
            [(1, "مكالمة فائتة"), (2, "مكالمتان فائتتان"), (3, "مكالمات فائتة"), (11, "مكالمة فائتة")]
        {
            let text = words.count("tab-missed-count", count);
            assert!(text.ends_with(expected), "{count}: {text}");
        }
    }

    #[test]
    fn counts_are_written_in_the_digits_of_the_language() {
        for (language, digits) in [(Spoken::Fa, "۱۲"), (Spoken::Ar, "12"), (Spoken::En, "12")] {
            let words = Words::of(language);
            assert_eq!(words.number(12), digits);
            for key in ["tray-tooltip-missed", "tab-missed-count"] {
                let text = words.count(key, 12);
                assert!(text.contains(digits), "{language:?} {key}: {text}");
            }
        }
    }

    #[test]
    fn the_first_of_the_systems_languages_that_we_have_is_used() {
        let of_system = |tags: &[&str]| Spoken::of(Language::System, tags.iter().map(|&tag| tag.to_owned()));
        assert_eq!(of_system(&["ar-SA", "en"]), Spoken::Ar);
        assert_eq!(of_system(&["fa_IR.UTF-8"]), Spoken::Fa);
        assert_eq!(of_system(&["de-DE", "fa"]), Spoken::Fa);
        assert_eq!(of_system(&["de-DE"]), Spoken::En);
        assert_eq!(of_system(&[]), Spoken::En);
        assert_eq!(Spoken::of(Language::Fa, ["ar-SA".to_owned()]), Spoken::Fa);
    }
}
