//! Sound devices that come and go, and what a call makes of it.

use super::Core;
use crate::{
    calls::Devices,
    message::Message,
    sound::{failure_of, failure_of_loss, notice_of_device},
};
use mobilecall_audio::{AudioError, Backend, DeviceInfo, DeviceList, DeviceLost, Role};
use mobilecall_domain::CallId;
use mobilecall_ipc::{Event, SoundBackend, SoundRole, SoundStanding, SoundView};

/// What is known of the devices.
#[derive(Default)]
pub(crate) struct KnownDevices {
    /// Nothing until the sound system has named them.
    list: Option<DeviceList>,
    /// Roles whose device could not be opened when that was last tried.
    failed: Vec<Role>,
    /// Losses that were told: each is noticed by the stream and by the list, and a headset is lost in both its roles.
    told_lost: Vec<DeviceLost>,
    watch: Option<Box<dyn Send>>,
}

impl KnownDevices {
    /// What is to be dropped where waiting for the sound system holds nobody up.
    pub(crate) fn stop_watching(&mut self) -> Option<Box<dyn Send>> {
        self.watch.take()
    }

    pub(crate) fn is_unwatched(&self) -> bool {
        self.watch.is_none()
    }

    /// Whether nobody has told of it yet.
    fn is_news(&mut self, lost: &DeviceLost) -> bool {
        let is_told = self.told_lost.contains(lost);
        if !is_told {
            self.told_lost.push(lost.clone());
        }
        self.is_unwatched() || !is_told
    }

    /// A device that is back may be lost again.
    fn forget_losses(&mut self, list: &DeviceList) {
        let is_back = |lost: &DeviceLost| list.of(lost.role).iter().any(|device| device.name == lost.device);
        self.told_lost.retain(|lost| !is_back(lost));
    }

    /// What the owner learned by opening a device; whether that is new.
    fn opened(&mut self, role: Role, works: bool) -> bool {
        let failed = self.failed.contains(&role);
        self.failed.retain(|known| *known != role);
        if !works {
            self.failed.push(role);
        }
        failed == works
    }
}

impl Core {
    /// Begins to watch the devices, if any are wanted.
    pub(crate) fn watch_devices(&mut self) {
        let choice = self.sound_choice();
        if !Devices::ROLES.into_iter().any(|role| choice.wanted(role).is_device()) {
            return;
        }
        let inbox = self.inbox.clone();
        let changed = move |list| {
            // An engine that has ended wants to know nothing more.
            if let Some(inbox) = inbox.upgrade()
                && inbox.blocking_send(Message::Devices(list)).is_err()
            {
                tracing::trace!("the engine has ended and is told of no more devices");
            }
        };
        match self.parts.sound.watch(Box::new(changed)) {
            Ok(watch) => self.known_devices.watch = Some(watch),
            Err(error) => tracing::error!(%error, "the sound devices cannot be watched"),
        }
    }

    /// Devices came, went, or others are the system's choice.
    pub(crate) fn devices_changed(&mut self, list: DeviceList) {
        let before = self.known_devices.list.replace(list.clone());
        self.known_devices.forget_losses(&list);
        if before.as_ref().map(|before| before.backend) != Some(list.backend) {
            tracing::info!(backend = %list.backend, inputs = list.inputs.len(), outputs = list.outputs.len(), "sound devices");
        }
        for role in Devices::ROLES {
            let before = before.as_ref().map(|before| before.of(role)).unwrap_or_default();
            if before != list.of(role) {
                self.known_devices.failed.retain(|failed| *failed != role);
                if list.of(role).len() > before.len() && self.calls.talking().is_none() {
                    self.sound_mended(role);
                }
            }
        }
        self.show_sound();
        self.tones.devices_changed(before.as_ref(), &list);
        if let (Some(before), Some(talking)) = (before, self.calls.talking()) {
            let call = talking.id;
            for role in Devices::ROLES {
                self.follow_devices(call, role, &before, &list);
            }
        }
    }

    /// Tells of a change within a call and opens what is to be used now.
    fn follow_devices(&mut self, call: CallId, role: Role, before: &DeviceList, now: &DeviceList) {
        let wanted = self.sound_choice().wanted(role);
        if !wanted.is_device() {
            return;
        }
        let (used, next) = (wanted.among(before).cloned(), wanted.among(now).cloned());
        let has = |list: &DeviceList, id: &str| list.of(role).iter().any(|device| device.id == id);
        let is_gone = used.as_ref().is_some_and(|used| !has(now, &used.id));
        match (&used, &next) {
            (Some(_), None) => self.tell_missing(call, role),
            (Some(used), Some(_)) if is_gone => self.tell_lost(&DeviceLost { role, device: used.name.clone() }),
            (used, Some(next)) if used.as_ref().map(|used| &used.id) != Some(&next.id) => {
                self.shown.problem(notice_of_device(role, &next.name, true));
            }
            (None | Some(_), None | Some(_)) => {}
        }
        for came in now.of(role).iter().filter(|device| !has(before, &device.id)) {
            if next.as_ref().map(|next| &next.id) != Some(&came.id) {
                self.shown.problem(notice_of_device(role, &came.name, false));
            }
        }
        let moves = before.backend == now.backend && now.backend.moves_streams();
        self.reopen_for(call, role, used.as_ref(), next.as_ref(), moves);
    }

    /// The sound server may keep a stream without a device alive, so that nothing else tells of it.
    fn tell_missing(&mut self, call: CallId, role: Role) {
        let failure = failure_of(&AudioError::NoDevice { role }, role);
        let slot = self.calls.get_mut(call).map(|known| known.media.devices.slot_mut(role));
        if slot.is_some_and(|slot| slot.is_news(Some(failure.code))) {
            self.shown.problem(failure);
        }
    }

    fn reopen_for(
        &mut self,
        call: CallId,
        role: Role,
        used: Option<&DeviceInfo>,
        next: Option<&DeviceInfo>,
        moves: bool,
    ) {
        let Some(known) = self.calls.get(call) else { return };
        let slot = known.media.devices.slot(role);
        let is_back = slot.substitute().is_some() && next.is_some_and(|next| self.sound_choice().wanted(role).is(next));
        let stands_in = used.is_some_and(|used| !used.default && !self.sound_choice().wanted(role).is(used));
        // A sound server moves what follows its choice; what stands in for that stays where it is.
        let is_moved = moves && !stands_in;
        let stays_behind = !is_moved && used.map(|used| &used.id) != next.map(|next| &next.id);
        if slot.is_missing() && next.is_some() {
            self.open_device(call, role);
        } else if is_back || stays_behind {
            self.reopen_device(call, role);
        }
    }

    /// A device was opened, or could not be.
    pub(crate) fn sound_tried(&mut self, role: Role, outcome: Result<(), &AudioError>) {
        let fails = match outcome {
            Ok(()) | Err(AudioError::NoDevice { .. }) => false,
            Err(
                AudioError::Busy { .. }
                | AudioError::NotPermitted { .. }
                | AudioError::Failed { .. }
                | AudioError::Wav(_),
            ) => true,
        };
        if self.known_devices.opened(role, !fails) {
            self.show_sound();
        }
    }

    /// What was said to be wrong is so no more.
    pub(crate) fn sound_mended(&mut self, role: Role) {
        self.sound_tried(role, Ok(()));
        let role = match role {
            Role::Microphone => SoundRole::Microphone,
            Role::Speaker => SoundRole::Speaker,
        };
        crate::shown::tell(self.shown.events(), Event::SoundMended { role });
    }

    pub(crate) fn show_sound(&mut self) {
        let standing = |role: Role| {
            let is_device = self.sound_choice().wanted(role).is_device();
            match &self.known_devices.list {
                Some(list) if is_device && list.of(role).is_empty() => SoundStanding::Missing,
                Some(_) | None if self.known_devices.failed.contains(&role) => SoundStanding::Failed,
                Some(_) | None => SoundStanding::There,
            }
        };
        let backend = self.known_devices.list.as_ref().map(|list| shown_backend(list.backend));
        let sound = SoundView { backend, microphone: standing(Role::Microphone), speaker: standing(Role::Speaker) };
        self.shown.sound(sound);
    }

    /// A device went away while it was open.
    pub(crate) fn tell_lost(&mut self, lost: &DeviceLost) {
        if self.known_devices.is_news(lost) {
            self.shown.problem(failure_of_loss(lost));
        }
    }
}

pub(crate) fn shown_backend(backend: Backend) -> SoundBackend {
    match backend {
        Backend::PulseAudio => SoundBackend::PulseAudio,
        Backend::PipeWire => SoundBackend::PipeWire,
        Backend::Alsa => SoundBackend::Alsa,
        Backend::CoreAudio => SoundBackend::CoreAudio,
        Backend::Wasapi => SoundBackend::Wasapi,
    }
}
