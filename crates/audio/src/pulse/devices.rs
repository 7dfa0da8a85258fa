//! Which devices the server has.

use super::connection::{Connection, Fault};
use crate::{Backend, DeviceInfo, DeviceList};
use pulseaudio::protocol::{Command, ServerInfo, SinkFlags, SinkInfo, SinkInfoList, SourceInfo, SourceInfoList};
use std::ffi::{CStr, CString};

/// Begins the ids of devices of this sound system, so that they are not taken for those of another.
const PREFIX: &str = "pulseaudio:";
/// What the server makes when there is no device, so that programs have something to play to.
const DUMMY: &CStr = c"auto_null";

/// The id of a device for settings.
pub(super) fn id_of(name: &CStr) -> String {
    format!("{PREFIX}{}", name.to_string_lossy())
}

/// The device's name on the server, if the id is of this sound system.
pub(super) fn name_of(id: &str) -> Option<CString> {
    CString::new(id.strip_prefix(PREFIX)?).ok()
}

/// Asks for all devices.
pub(super) fn list(connection: &mut Connection) -> Result<DeviceList, Fault> {
    let server: ServerInfo = connection.ask(&Command::GetServerInfo)?;
    let sinks: SinkInfoList = connection.ask(&Command::GetSinkInfoList)?;
    let sources: SourceInfoList = connection.ask(&Command::GetSourceInfoList)?;
    Ok(shown(&server, &sinks, &sources))
}

/// Whether a recording may go on from a source that the server moved it to: a microphone, or what is passed from program
/// to program, though it may be nobody's choice.
pub(super) fn may_record(connection: &mut Connection, name: &CStr) -> Result<bool, Fault> {
    let sinks: SinkInfoList = connection.ask(&Command::GetSinkInfoList)?;
    let sources: SourceInfoList = connection.ask(&Command::GetSourceInfoList)?;
    let source = sources.iter().find(|source| source.name.as_c_str() == name);
    Ok(source.is_some_and(|source| source.monitor_of_sink_index.is_none() || is_of_virtual_speaker(source, &sinks)))
}

/// Those that mean something to a person.
fn shown(server: &ServerInfo, sinks: &[SinkInfo], sources: &[SourceInfo]) -> DeviceList {
    let info = |name: &CString, description: Option<&CString>, default: Option<&CString>| DeviceInfo {
        id: id_of(name),
        name: description.unwrap_or(name).to_string_lossy().into_owned(),
        default: default == Some(name),
    };
    let outputs = sinks.iter().filter(|sink| sink.name.as_c_str() != DUMMY);
    let outputs = outputs.map(|sink| info(&sink.name, sink.description.as_ref(), server.default_sink_name.as_ref()));
    let inputs = sources.iter().filter(|source| is_microphone(source, server.default_source_name.as_ref(), sinks));
    let inputs =
        inputs.map(|source| info(&source.name, source.description.as_ref(), server.default_source_name.as_ref()));
    DeviceList { backend: backend(server), inputs: inputs.collect(), outputs: outputs.collect() }
}

/// What a speaker plays is offered as a microphone too. Nobody who chooses a microphone means that, and where there is no
/// other the server takes it in its need: the other side would hear itself. What a speaker plays that is none can be
/// meant: so sound is passed from program to program.
fn is_microphone(source: &SourceInfo, default: Option<&CString>, sinks: &[SinkInfo]) -> bool {
    source.monitor_of_sink_index.is_none() || is_of_virtual_speaker(source, sinks) && default == Some(&source.name)
}

/// It is what a speaker plays that is none.
fn is_of_virtual_speaker(source: &SourceInfo, sinks: &[SinkInfo]) -> bool {
    let sink = sinks.iter().find(|sink| source.monitor_of_sink_index == Some(sink.index));
    sink.is_some_and(|sink| sink.name.as_c_str() != DUMMY && !sink.flags.contains(SinkFlags::HARDWARE))
}

/// PipeWire says who it is in the name of the server it plays.
fn backend(server: &ServerInfo) -> Backend {
    let name = server.server_name.as_ref().map(|name| name.to_string_lossy());
    if name.is_some_and(|name| name.contains("PipeWire")) { Backend::PipeWire } else { Backend::PulseAudio }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink(index: u32, name: &CStr, flags: SinkFlags) -> SinkInfo {
        SinkInfo {
            index,
            name: name.into(),
            description: Some(c"Speaker for people".into()),
            flags,
            ..SinkInfo::default()
        }
    }

    fn source(name: &CStr, monitored: Option<u32>) -> SourceInfo {
        SourceInfo { name: name.into(), monitor_of_sink_index: monitored, ..SourceInfo::default() }
    }

    fn server(default_source: &CStr) -> ServerInfo {
        ServerInfo {
            default_sink_name: Some(c"card".into()),
            default_source_name: Some(default_source.into()),
            ..ServerInfo::default()
        }
    }

    #[test]
    fn only_what_a_person_knows_is_shown() {
        let sinks = [
            sink(1, c"card", SinkFlags::HARDWARE),
            sink(2, c"virtual", SinkFlags::empty()),
            sink(3, DUMMY, SinkFlags::empty()),
        ];
        let monitors =
            [source(c"card.monitor", Some(1)), source(c"virtual.monitor", Some(2)), source(c"null.monitor", Some(3))];
        let with_mic: Vec<_> = monitors.iter().cloned().chain([source(c"mic", None)]).collect();
        for (sources, default, expected) in [
            (&with_mic[..], c"mic", &["pulseaudio:mic"][..]),
            (&with_mic, c"virtual.monitor", &["pulseaudio:virtual.monitor", "pulseaudio:mic"]),
            (&monitors, c"card.monitor", &[]),
            (&monitors, c"null.monitor", &[]),
            (&monitors, c"virtual.monitor", &["pulseaudio:virtual.monitor"]),
        ] {
            let list = shown(&server(default), &sinks, sources);
            let ids: Vec<_> = list.inputs.iter().map(|device| device.id.as_str()).collect();
            assert_eq!(ids, expected, "{default:?}");
            let outputs: Vec<_> = list.outputs.iter().map(|device| (device.id.as_str(), device.default)).collect();
            assert_eq!(outputs, [("pulseaudio:card", true), ("pulseaudio:virtual", false)]);
            assert_eq!(list.outputs[0].name, "Speaker for people");
        }
    }

    #[test]
    fn an_id_of_another_sound_system_names_nothing_here() {
        assert_eq!(name_of("pulseaudio:speaker").as_deref(), Some(c"speaker"));
        assert_eq!((name_of("alsa:default"), name_of("pulseaudio:a\0b")), (None, None));
    }

    #[test]
    fn pipewire_is_told_from_pulseaudio() {
        for (name, expected) in [
            (c"pulseaudio", Backend::PulseAudio),
            (c"PulseAudio (on PipeWire 0.3.65)", Backend::PipeWire),
            (c"PulseAudio (on PipeWire 1.4.2)", Backend::PipeWire),
        ] {
            assert_eq!(backend(&ServerInfo { server_name: Some(name.into()), ..ServerInfo::default() }), expected);
        }
    }
}
