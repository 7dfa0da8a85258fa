//! Who we are to the sound server: by this the settings of the system show the app, keep its volume and treat its sound
//! as a conversation.

use super::connection::name;
use pulseaudio::protocol::{Prop, Props};

/// Of the whole program.
pub(super) fn of_program() -> Props {
    let mut properties = Props::new();
    properties.set(Prop::ApplicationName, c"Mobile Call");
    properties.set(Prop::ApplicationId, c"com.mobilecall.desktop");
    properties.set(Prop::ApplicationIconName, c"mobile-call");
    properties.set(Prop::ApplicationProcessId, name(&std::process::id().to_string()));
    let program = std::env::current_exe().ok();
    if let Some(binary) = program.as_deref().and_then(|path| path.file_name()) {
        properties.set(Prop::ApplicationProcessBinary, name(&binary.to_string_lossy()));
    }
    properties
}

/// Of what is played. The name never changes, for the server finds the volume of the last time by it.
pub(super) fn of_playback() -> Props {
    of_stream(c"Calls")
}

/// Of what is recorded.
pub(super) fn of_recording() -> Props {
    of_stream(c"Microphone")
}

fn of_stream(what: &std::ffi::CStr) -> Props {
    let mut properties = of_program();
    properties.set(Prop::MediaName, what);
    properties.set(Prop::MediaRole, c"phone");
    properties
}
