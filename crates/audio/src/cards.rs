//! Sound cards without a sound server, and the sound systems of macOS and Windows.

use crate::{
    AudioError, Backend, DeviceInfo, DeviceList, DeviceLost, LossSink, Role, callback::CaptureTap,
    libasound::with_errors_logged, mixer::Mixer, system::Opened,
};
use cpal::{
    BufferSize, Device, ErrorKind, FromSample, Host, SampleFormat, SizedSample, StreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use std::{sync::Arc, time::Duration};

/// Frames asked of a device for each callback: 20 ms at 48 kHz. The system's own default is seconds long on some
/// systems, and less than this underruns on others.
const CALLBACK_FRAMES: u32 = 960;
/// Time to wait for a device to open.
const OPEN_LIMIT: Duration = Duration::from_secs(3);

const BACKEND: Backend = if cfg!(target_os = "macos") {
    Backend::CoreAudio
} else if cfg!(target_os = "windows") {
    Backend::Wasapi
} else {
    Backend::Alsa
};

pub(crate) fn devices() -> DeviceList {
    with_errors_logged(|| {
        let host = cpal::default_host();
        let inputs = host.input_devices().map(|found| infos(found, default_of(&host, Role::Microphone).as_ref()));
        let outputs = host.output_devices().map(|found| infos(found, default_of(&host, Role::Speaker).as_ref()));
        DeviceList { backend: BACKEND, inputs: inputs.unwrap_or_default(), outputs: outputs.unwrap_or_default() }
    })
}

fn default_of(host: &Host, role: Role) -> Option<Device> {
    match role {
        Role::Microphone => host.default_input_device(),
        Role::Speaker => host.default_output_device(),
    }
}

fn infos(found: impl Iterator<Item = Device>, default: Option<&Device>) -> Vec<DeviceInfo> {
    let default = default.and_then(id_of);
    let info = |device: Device| {
        // A device that cannot even be named went away while we looked.
        let id = id_of(&device)?;
        let name = name_of(&device);
        (!name.is_empty()).then(|| DeviceInfo { default: default.as_deref() == Some(id.as_str()), id, name })
    };
    known_to_people(found.filter_map(info).collect())
}

/// libasound lists each way to each card, and tools that are no devices at all. A person knows the cards, each once and
/// with the conversions that make it usable, and the system's choice, which is none where there are no cards.
fn known_to_people(devices: Vec<DeviceInfo>) -> Vec<DeviceInfo> {
    if BACKEND != Backend::Alsa {
        return devices;
    }
    let is_card = |id: &str| {
        let card = id.strip_prefix("alsa:plughw:CARD=");
        // The same cards are listed by name and by number; the number changes with the order of plugging in.
        card.is_some_and(|card| !card.starts_with(|first: char| first.is_ascii_digit()))
    };
    if !devices.iter().any(|device| is_card(&device.id)) {
        return Vec::new();
    }
    devices.into_iter().filter(|device| device.default || is_card(&device.id)).collect()
}

fn id_of(device: &Device) -> Option<String> {
    Some(device.id().ok()?.to_string())
}

/// Its name for people; empty if it went away meanwhile.
fn name_of(device: &Device) -> String {
    device.description().map(|description| description.name().to_owned()).unwrap_or_default()
}

/// A device and its name for people.
fn choose(id: Option<&str>, role: Role) -> Result<(Device, String), AudioError> {
    let host = cpal::default_host();
    let device = match id {
        Some(id) => id.parse().ok().and_then(|id| host.device_by_id(&id)),
        None => default_of(&host, role),
    };
    let device = device.ok_or(AudioError::NoDevice { role })?;
    Ok((device.clone(), name_of(&device)))
}

/// Opens a microphone for the tap that is made for its rate and channels.
pub(crate) fn open_microphone(
    id: Option<&str>,
    losses: &LossSink,
    tap: impl FnOnce(u32, u16) -> CaptureTap,
) -> Result<Opened, AudioError> {
    with_errors_logged(|| {
        let role = Role::Microphone;
        let failed = |error: cpal::Error| AudioError::from_cpal(role, &error);
        let (device, name) = choose(id, role)?;
        let supported = device.default_input_config().map_err(failed)?;
        let config = call_config(&supported);
        let tap = tap(config.sample_rate, config.channels);
        let errors = error_callback(role, name.clone(), losses);
        let stream = match supported.sample_format() {
            SampleFormat::F32 => input_stream::<f32>(&device, config, tap, errors),
            SampleFormat::I16 => input_stream::<i16>(&device, config, tap, errors),
            SampleFormat::I32 => input_stream::<i32>(&device, config, tap, errors),
            SampleFormat::U16 => input_stream::<u16>(&device, config, tap, errors),
            SampleFormat::U8 => input_stream::<u8>(&device, config, tap, errors),
            other => return Err(unsupported(role, other)),
        }
        .map_err(failed)?;
        stream.play().map_err(failed)?;
        Ok(opened(stream, config, name))
    })
}

/// Opens a speaker for the mixer that is made for its channels.
pub(crate) fn open_speaker(
    id: Option<&str>,
    losses: &LossSink,
    mixer: impl FnOnce(u16) -> Mixer,
) -> Result<Opened, AudioError> {
    with_errors_logged(|| {
        let role = Role::Speaker;
        let failed = |error: cpal::Error| AudioError::from_cpal(role, &error);
        let (device, name) = choose(id, role)?;
        let supported = device.default_output_config().map_err(failed)?;
        let config = call_config(&supported);
        let mixer = mixer(config.channels);
        let errors = error_callback(role, name.clone(), losses);
        let stream = match supported.sample_format() {
            SampleFormat::F32 => output_stream::<f32>(&device, config, mixer, errors),
            SampleFormat::I16 => output_stream::<i16>(&device, config, mixer, errors),
            SampleFormat::I32 => output_stream::<i32>(&device, config, mixer, errors),
            SampleFormat::U16 => output_stream::<u16>(&device, config, mixer, errors),
            SampleFormat::U8 => output_stream::<u8>(&device, config, mixer, errors),
            other => return Err(unsupported(role, other)),
        }
        .map_err(failed)?;
        stream.play().map_err(failed)?;
        Ok(opened(stream, config, name))
    })
}

fn opened(stream: cpal::Stream, config: StreamConfig, name: String) -> Opened {
    Opened { name, rate_hz: config.sample_rate, stream: Box::new(stream) }
}

fn unsupported(role: Role, format: SampleFormat) -> AudioError {
    AudioError::Failed { role, detail: format!("it only speaks the sample format {format}") }
}

/// The device's own rate and channels, with callbacks short enough for a conversation.
fn call_config(supported: &cpal::SupportedStreamConfig) -> StreamConfig {
    let frames = match supported.buffer_size() {
        cpal::SupportedBufferSize::Range { min, max } => CALLBACK_FRAMES.clamp(*min, (*max).max(*min)),
        cpal::SupportedBufferSize::Unknown => CALLBACK_FRAMES,
    };
    StreamConfig { buffer_size: BufferSize::Fixed(frames), ..supported.config() }
}

fn input_stream<T>(
    device: &Device,
    config: StreamConfig,
    mut tap: CaptureTap,
    errors: impl FnMut(cpal::Error) + Send + 'static,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    device.build_input_stream::<T, _, _>(config, move |data, _| tap.take(data), errors, Some(OPEN_LIMIT))
}

fn output_stream<T>(
    device: &Device,
    config: StreamConfig,
    mut mixer: Mixer,
    errors: impl FnMut(cpal::Error) + Send + 'static,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    device.build_output_stream::<T, _, _>(config, move |data, _| mixer.fill(data), errors, Some(OPEN_LIMIT))
}

/// Only what ends a stream is an event: backends also report hiccups at start and stop, which must not end a call.
fn error_callback(role: Role, device: String, losses: &LossSink) -> impl FnMut(cpal::Error) + Send + 'static {
    let losses = Arc::clone(losses);
    move |error| match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable => {
            tracing::warn!(%role, device, %error, "a sound device went away");
            losses(DeviceLost { role, device: device.clone() });
        }
        _ => tracing::debug!(%role, %error, "the sound device reported a hiccup"),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn list(ids: &[&str]) -> Vec<DeviceInfo> {
        let info =
            |id: &&str| DeviceInfo { id: (*id).to_owned(), name: (*id).to_owned(), default: *id == "alsa:default" };
        ids.iter().map(info).collect()
    }

    #[test]
    fn of_what_libasound_lists_only_devices_are_shown() {
        let all = [
            "alsa:null",
            "alsa:samplerate",
            "alsa:speexrate",
            "alsa:jack",
            "alsa:oss",
            "alsa:pulse",
            "alsa:upmix",
            "alsa:default",
            "alsa:sysdefault:CARD=PCH",
            "alsa:front:CARD=PCH,DEV=0",
            "alsa:surround41:CARD=PCH,DEV=0",
            "alsa:iec958:CARD=PCH,DEV=0",
            "alsa:dmix:CARD=PCH,DEV=0",
            "alsa:hw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=Headset,DEV=0",
            "alsa:usbstream:CARD=PCH",
            "alsa:hw:CARD=0,DEV=0",
            "alsa:plughw:CARD=0,DEV=0",
        ];
        let shown = known_to_people(list(&all));
        let ids: Vec<_> = shown.iter().map(|device| device.id.as_str()).collect();
        assert_eq!(ids, ["alsa:default", "alsa:plughw:CARD=PCH,DEV=0", "alsa:plughw:CARD=Headset,DEV=0"]);
        assert_eq!(known_to_people(list(&all[..8])), [], "no card, no device");
    }
}
