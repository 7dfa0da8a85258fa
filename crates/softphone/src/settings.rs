//! Loading, checking and storing settings.

use crate::failure;
use mobilecall_cache::{Cache, CacheError};
use mobilecall_client::ServerUrl;
use mobilecall_ipc::{ErrorCode, Failure, ServerChoice, Settings};

/// The setting that holds them all.
const NAME: &str = "settings";

/// The stored settings. Those that cannot be read are replaced by the defaults rather than keeping the app from
/// starting: nothing in them is a fact that could be lost.
pub(crate) async fn load(cache: &Cache) -> Result<Settings, Failure> {
    match cache.setting(NAME).await {
        Ok(settings) => Ok(settings.unwrap_or_default()),
        Err(error @ CacheError::BadSetting { .. }) => {
            tracing::warn!(error = %failure::chain(&error), "the stored settings cannot be read; the defaults are used");
            Ok(Settings::default())
        }
        Err(error) => Err(failure::of_cache(&error)),
    }
}

pub(crate) async fn store(cache: &Cache, settings: &Settings) -> Result<(), Failure> {
    cache.store_setting(NAME, settings).await.map_err(|error| failure::of_cache(&error))
}

/// Brings settings into their one form, or says what is wrong with them.
pub(crate) fn check(mut settings: Settings) -> Result<Settings, Failure> {
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
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_addresses_are_checked_and_brought_into_one_form() {
        let remote = |url: &str| Settings { server: ServerChoice::Remote { url: url.into() }, ..Settings::default() };
        assert_eq!(check(remote("https://Call.Example/")).unwrap(), remote("https://call.example"));
        assert_eq!(check(remote("call.example")).unwrap(), remote("https://call.example"));
        assert_eq!(check(remote("two words")).unwrap_err().code, ErrorCode::BadServerUrl);
        let unnamed = Settings { input_device: Some(String::new()), ..Settings::default() };
        assert_eq!(check(unnamed).unwrap_err().code, ErrorCode::BadSetting);
    }

    #[tokio::test]
    async fn stored_settings_that_cannot_be_read_give_way_to_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        assert_eq!(load(&cache).await.unwrap(), Settings::default());
        let chosen = Settings { notifications: false, ..Settings::default() };
        store(&cache, &chosen).await.unwrap();
        assert_eq!(load(&cache).await.unwrap(), chosen);
        cache.store_setting(NAME, &["not", "settings"]).await.unwrap();
        assert_eq!(load(&cache).await.unwrap(), Settings::default());
    }
}
