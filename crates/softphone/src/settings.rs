//! Loading, checking and storing settings.

use crate::failure;
use mobilecall_cache::{Cache, CacheError};
use mobilecall_client::ServerUrl;
use mobilecall_domain::{LineId, PhoneNumber, Region, names};
use mobilecall_ipc::{ErrorCode, Failure, LineSettings, OwnPhone, ServerChoice, Settings};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The setting that holds them all.
const NAME: &str = "settings";
/// Its part with the lines.
const LINES: &str = "lines";

/// The stored settings as far as they can be used, and what there is to say of the rest.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) aside: LinesAside,
    pub(crate) problems: Vec<Failure>,
}

/// Lines of the stored settings that cannot be used: of a kind that this version does not know, or written by hand with
/// a mistake. They stay where they are stored, for the version or the person that knows them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LinesAside(Vec<Value>);

/// The stored settings. What cannot be read in them is replaced by its default rather than keeping the app from
/// starting.
pub(crate) async fn load(cache: &Cache) -> Result<Loaded, Failure> {
    match cache.setting(NAME).await {
        Ok(None) => Ok(Loaded::default()),
        Ok(Some(Value::Object(stored))) => Ok(read(stored)),
        Ok(Some(_)) | Err(CacheError::BadSetting { .. }) => {
            Ok(Loaded { problems: vec![unreadable(&[NAME.to_owned()])], ..Loaded::default() })
        }
        Err(error) => Err(failure::of_cache(&error)),
    }
}

/// Reads each part for itself, so that one which cannot be read takes no other with it.
fn read(stored: Map<String, Value>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut bad = Vec::new();
    for (name, value) in stored {
        if name == LINES {
            let lines = if let Value::Array(lines) = value { lines } else { vec![value] };
            loaded.read_lines(lines);
            continue;
        }
        match with(&loaded.settings, &name, value) {
            Ok(settings) => loaded.settings = settings,
            Err(error) => {
                tracing::warn!(%error, name, "a stored setting cannot be read; its default is used");
                bad.push(name);
            }
        }
    }
    if !bad.is_empty() {
        loaded.problems.push(unreadable(&bad));
    }
    loaded
}

/// The settings with one part replaced.
fn with(settings: &Settings, name: &str, value: Value) -> Result<Settings, serde_json::Error> {
    let mut whole = serde_json::to_value(settings)?;
    whole[name] = value;
    serde_json::from_value(whole)
}

impl Loaded {
    fn read_lines(&mut self, stored: Vec<Value>) {
        let mut wrong = Vec::new();
        for value in stored {
            match serde_json::from_value::<LineSettings>(value.clone()) {
                Ok(line) if self.settings.lines.iter().any(|known| known.id == line.id) => {
                    wrong.push((name_of(&value), "another line has the same id".to_owned()));
                    self.aside.0.push(value);
                }
                Ok(line) => self.settings.lines.push(line),
                Err(error) => {
                    wrong.push((name_of(&value), error.to_string()));
                    self.aside.0.push(value);
                }
            }
        }
        if !wrong.is_empty() {
            self.problems.push(set_aside(&wrong));
        }
    }
}

/// What a person calls a line that cannot be read.
fn name_of(line: &Value) -> String {
    let said = |part: &str| line.get(part).and_then(Value::as_str).filter(|text| !text.is_empty());
    said("label").or_else(|| said("kind")).or_else(|| said("id")).unwrap_or("?").to_owned()
}

/// What is stored of the settings, and under which name.
pub(crate) fn stored(settings: &Settings, aside: &LinesAside) -> Result<(String, Value), Failure> {
    let mut whole = serde_json::to_value(settings).map_err(|error| failure::internal(&error))?;
    if let Some(Value::Array(lines)) = whole.get_mut(LINES) {
        lines.extend(aside.0.iter().cloned());
    }
    Ok((NAME.to_owned(), whole))
}

fn unreadable(names: &[String]) -> Failure {
    let names = names.join(", ");
    let message = format!("the stored settings cannot be read in part ({names}), and the defaults are used for that");
    Failure::new(ErrorCode::SettingsUnreadable, message).with("setting", names)
}

fn set_aside(wrong: &[(String, String)]) -> Failure {
    let each: Vec<String> = wrong.iter().map(|(name, why)| format!("{} ({why})", names::isolated(name))).collect();
    let message = format!(
        "lines of the settings cannot be used and are left aside: {}; correct them, or install the newest version of \
         the app",
        each.join(", ")
    );
    let names: Vec<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
    Failure::new(ErrorCode::LineSetAside, message).with("line", names.join(", "))
}

/// Brings settings into their one form, or says what is wrong with them. Numbers without a country code are of `region`.
pub(crate) fn check(mut settings: Settings, region: &str) -> Result<Settings, Failure> {
    if let Some(OwnPhone(phone)) = &mut settings.agent_phone {
        let number = PhoneNumber::parse(phone, Region::parse(region).unwrap_or(Region::SA));
        *phone = number.map_err(|error| failure::of_address(&error.into()))?.as_e164().to_owned();
    }
    if let ServerChoice::Remote { url } = &mut settings.server {
        *url = ServerUrl::parse(url).map_err(|error| failure::of_url(&error))?.to_string();
    }
    for (name, device) in [
        ("input_device", &settings.input_device),
        ("output_device", &settings.output_device),
        ("ring_device", &settings.ring_device),
    ] {
        if device.as_deref() == Some("") {
            let message = "a sound device has no name: choose one from the list, or the system's choice";
            return Err(Failure::new(ErrorCode::BadSetting, message).with("setting", name));
        }
    }
    let mut ids = HashSet::<LineId>::new();
    if let Some(twice) = settings.lines.iter().find(|line| !ids.insert(line.id)) {
        let message = format!(
            "two lines have the id {}: give the line '{}' another one",
            twice.id,
            names::isolated(&twice.label)
        );
        return Err(Failure::new(ErrorCode::BadSetting, message).with("setting", LINES));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn server_addresses_are_checked_and_brought_into_one_form() {
        let remote = |url: &str| Settings { server: ServerChoice::Remote { url: url.into() }, ..Settings::default() };
        assert_eq!(check(remote("https://Call.Example/"), "SA").unwrap(), remote("https://call.example"));
        assert_eq!(check(remote("call.example"), "SA").unwrap(), remote("https://call.example"));
        assert_eq!(check(remote("two words"), "SA").unwrap_err().code, ErrorCode::BadServerUrl);
        let unnamed = Settings { input_device: Some(String::new()), ..Settings::default() };
        assert_eq!(check(unnamed, "SA").unwrap_err().code, ErrorCode::BadSetting);
    }

    fn line(label: &str, kind: &str, id: LineId) -> Value {
        json!({"id": id, "kind": kind, "label": label, "credentials": {"type": "keyring", "name": label}})
    }

    #[test]
    fn two_lines_of_one_id_are_refused_in_words() {
        let (one, two) = (LineId::generate(), LineId::generate());
        let with = |ids: &[LineId]| {
            let lines = ids.iter().map(|id| serde_json::from_value(line("Office", "sip", *id)).unwrap()).collect();
            check(Settings { lines, ..Settings::default() }, "SA")
        };
        assert_eq!(with(&[one, two]).unwrap().lines.len(), 2);
        let refused = with(&[one, two, one]).unwrap_err();
        assert_eq!((refused.code, refused.params["setting"].as_str()), (ErrorCode::BadSetting, "lines"));
        assert_eq!(refused.message, format!("two lines have the id {one}: give the line 'Office' another one"));
    }

    async fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        (folder, cache)
    }

    async fn store(cache: &Cache, settings: &Settings, aside: &LinesAside) {
        let (name, value) = stored(settings, aside).unwrap();
        cache.store_setting(&name, &value).await.unwrap();
    }

    #[tokio::test]
    async fn settings_are_loaded_as_they_were_stored() {
        let (_folder, cache) = cache().await;
        assert_eq!(load(&cache).await.unwrap(), Loaded::default());
        let chosen = Settings { notifications: false, ..Settings::default() };
        store(&cache, &chosen, &LinesAside::default()).await;
        assert_eq!(load(&cache).await.unwrap(), Loaded { settings: chosen, ..Loaded::default() });
    }

    /// Until the company's order came from the server, a stand-in for it was among the settings.
    #[tokio::test]
    async fn lines_of_earlier_settings_keep_what_the_agent_said() {
        let (_folder, cache) = cache().await;
        let mut old = line("Office", "sip", LineId::generate());
        (old["agentPreference"], old["companyPreference"]) = (json!(1), json!(2));
        cache.store_setting(NAME, &json!({"lines": [old]})).await.unwrap();
        let loaded = load(&cache).await.unwrap();
        assert_eq!((loaded.problems, loaded.settings.lines[0].agent_preference), (Vec::new(), Some(1)));
        store(&cache, &loaded.settings, &loaded.aside).await;
        let stored: Value = cache.setting(NAME).await.unwrap().unwrap();
        assert_eq!(
            (&stored["lines"][0]["agentPreference"], stored["lines"][0].get("companyPreference")),
            (&json!(1), None)
        );
        assert_eq!(load(&cache).await.unwrap().settings, loaded.settings);
    }

    #[test]
    fn the_agents_own_phone_is_a_number_in_one_form() {
        let with = |phone: &str, region: &str| {
            let settings = Settings { agent_phone: Some(OwnPhone(phone.to_owned())), ..Settings::default() };
            check(settings, region).map(|settings| settings.agent_phone.unwrap().0).map_err(|failure| failure.code)
        };
        for (typed, region, expected) in [
            ("055 990 2557", "SA", Ok("+966559902557")),
            ("+966 55 990 2557", "DE", Ok("+966559902557")),
            ("٠٥٥٩٩٠٢٥٥٧", "SA", Ok("+966559902557")),
            ("0912 123 4567", "IR", Ok("+989121234567")),
            ("", "SA", Err(ErrorCode::NothingToDial)),
            ("my phone", "SA", Err(ErrorCode::BadCharacter)),
        ] {
            let found = with(typed, region);
            assert_eq!(found.as_deref().map_err(|code| *code), expected, "{typed}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_takes_nothing_else_with_it() {
        let (_folder, cache) = cache().await;
        for (stored, unreadable, aside) in [
            (json!(["not", "settings"]), Some("settings"), None),
            (json!({"notifications": false, "theme": "sepia", "hue": 3}), Some("theme"), None),
            (json!({"notifications": false, "lines": "none"}), None, Some("?")),
            (json!({"notifications": false, "lines": [{"label": "Office"}, 7]}), None, Some("Office, ?")),
        ] {
            cache.store_setting(NAME, &stored).await.unwrap();
            let loaded = load(&cache).await.unwrap();
            assert_eq!(loaded.settings.notifications, stored.get("notifications").is_none(), "{stored}");
            let said = |code, param: &str| {
                loaded.problems.iter().find(|problem| problem.code == code).map(|problem| problem.params[param].clone())
            };
            assert_eq!(said(ErrorCode::SettingsUnreadable, "setting").as_deref(), unreadable, "{stored}");
            assert_eq!(said(ErrorCode::LineSetAside, "line").as_deref(), aside, "{stored}");
        }
    }

    #[tokio::test]
    async fn lines_that_cannot_be_used_are_set_aside_said_and_kept() {
        let (_folder, cache) = cache().await;
        let (office, branch) = (LineId::generate(), LineId::generate());
        let (isdn, again) = (line("Old PBX", "isdn", LineId::generate()), line("Copy", "sip", office));
        let lines = [line("Office", "sip", office), isdn.clone(), again.clone(), line("Branch", "twilio", branch)];
        cache.store_setting(NAME, &json!({"autoConnect": false, "lines": lines})).await.unwrap();

        let loaded = load(&cache).await.unwrap();
        let used: Vec<LineId> = loaded.settings.lines.iter().map(|line| line.id).collect();
        assert_eq!((used, loaded.settings.auto_connect), (vec![office, branch], false));
        let [said] = &loaded.problems[..] else { panic!("{:?}", loaded.problems) };
        assert_eq!((said.code, said.params["line"].as_str()), (ErrorCode::LineSetAside, "Old PBX, Copy"));
        assert!(said.message.contains("isdn") && said.message.contains("the same id"), "{}", said.message);

        // What is stored later leaves them where they are.
        let fewer = Settings { lines: Vec::new(), ..loaded.settings };
        store(&cache, &fewer, &loaded.aside).await;
        let stored: Value = cache.setting(NAME).await.unwrap().unwrap();
        assert_eq!(stored["lines"], json!([isdn, again]));
        // Nothing has the id of the copy any more.
        assert_eq!(load(&cache).await.unwrap().settings.lines[0].label, "Copy");
    }
}
