//! The recording that is open: commands of windows, and what comes of them.

use super::Core;
use crate::{
    failure,
    message::{ReplyTo, answer},
    recordings::{Fetch, Open, RecordingEvent, RecordingInput, Save},
    sound::play_recording,
};
use mobilecall_domain::CallId;
use mobilecall_ipc::{Failure, Reply};
use std::{ops::RangeInclusive, sync::Arc, time::Duration};
use tokio_util::task::AbortOnDropHandle;

/// Percent of a recording's own speed that can still be understood.
const SPEEDS: RangeInclusive<u16> = 50..=200;
/// Its own speed.
pub(super) const OWN_SPEED: u16 = 100;

impl Core {
    pub(crate) fn play_recording(&mut self, call: CallId) -> Result<(), Failure> {
        if self.calls.any_alive() {
            return Err(failure::not_now("end the call before you play a recording"));
        }
        let is_open = self.recording.as_ref().is_some_and(|open| open.call() == call && !open.has_failed());
        if !is_open {
            let opened = self.open_recording(call)?;
            self.recording = Some(opened);
        }
        self.sound_recording();
        self.show_recording();
        Ok(())
    }

    /// The recording of this call, in place of the one that was open.
    fn open_recording(&mut self, call: CallId) -> Result<Open, Failure> {
        let fetch = self.fetch(call)?;
        self.openings += 1;
        let post = self.post().of_recording(self.openings);
        let task = AbortOnDropHandle::new(tokio::spawn(fetch.run(post)));
        Ok(Open::loading(self.openings, call, self.recording_speed, task))
    }

    fn fetch(&mut self, call: CallId) -> Result<Fetch, Failure> {
        let account = self.sign_in.account().cloned().ok_or_else(failure::not_signed_in)?;
        let online = self.sign_in.online().map(|online| online.session.clone());
        let session = online.ok_or_else(|| failure::server_out_of_reach(self.shown.snapshot()));
        Ok(Fetch { account, session, call, kept: self.kept_recordings.get(call) })
    }

    /// Lets the open recording be heard, if it is here and nobody hears it yet.
    fn sound_recording(&mut self) {
        let Some(wanted) = self.recording.as_mut().and_then(Open::take_wanted) else { return };
        let sink = self.own_sink(self.sound_choice().playout);
        let (system, engine) = (Arc::clone(&self.parts.sound), self.post());
        let Some(open) = &mut self.recording else { return };
        let recording = wanted.recording.clone();
        let player = play_recording(&system, sink, wanted, engine.of_recording(open.opening));
        open.playing(recording, player);
    }

    /// A call rings or begins, or the agent wants silence.
    pub(crate) fn pause_recording(&mut self) {
        if self.recording.as_mut().is_some_and(Open::pause) {
            self.show_recording();
        }
    }

    pub(crate) fn seek_recording(&mut self, position_ms: u32) {
        if let Some(open) = &mut self.recording {
            open.seek(Duration::from_millis(position_ms.into()));
        }
        self.show_recording();
    }

    /// Holds for the recordings that are opened later too.
    pub(crate) fn set_recording_speed(&mut self, percent: u16) {
        self.recording_speed = percent.clamp(*SPEEDS.start(), *SPEEDS.end());
        if let Some(open) = &mut self.recording {
            open.set_speed(self.recording_speed);
        }
        self.show_recording();
    }

    pub(crate) fn close_recording(&mut self) {
        self.recording = None;
        self.show_recording();
    }

    /// Whoever signs in next has other recordings.
    pub(crate) fn forget_recordings(&mut self) {
        self.close_recording();
        self.kept_recordings.clear();
    }

    /// Writes beside the owner.
    pub(crate) fn save_recording(&mut self, call: CallId, name: String, reply: ReplyTo) {
        let fetch = match self.fetch(call) {
            Ok(fetch) => fetch,
            Err(failure) => return answer(reply, Err(failure)),
        };
        let save = Save { folder: self.config.downloads.clone(), name, fetch };
        tokio::spawn(async move {
            let saved = save.run().await;
            answer(reply, saved.map(|file| Reply::Saved { file }));
        });
    }

    pub(crate) fn recording_input(&mut self, RecordingInput { opening, event }: RecordingInput) {
        let Some(open) = self.recording.as_mut().filter(|open| open.opening == opening) else {
            return tracing::trace!("a recording that was closed still reports");
        };
        match event {
            RecordingEvent::Fetched { percent } => open.fetched(percent),
            RecordingEvent::Loaded(recording) => {
                let call = open.call();
                let is_wanted = open.take(recording.clone());
                self.kept_recordings.put(call, recording);
                if is_wanted {
                    self.sound_recording();
                }
            }
            RecordingEvent::Failed(failure) => {
                open.fail(failure);
                self.kept_recordings.forget(open.call());
            }
            RecordingEvent::Heard { turn, at } => {
                if open.heard(turn, at) {
                    let position_ms = open.position_ms();
                    self.shown.recording_position(position_ms);
                }
                return;
            }
            RecordingEvent::Ended { turn } => open.ended(turn),
            RecordingEvent::Silenced(failure) => {
                open.pause();
                self.shown.problem(failure);
            }
        }
        self.show_recording();
    }

    /// The speaker is another one now.
    pub(crate) fn move_recording(&mut self) {
        let Some(open) = self.recording.as_mut().filter(|open| open.is_playing()) else { return };
        open.pause();
        self.sound_recording();
    }

    fn show_recording(&mut self) {
        let view = self.recording.as_ref().map(Open::view);
        self.shown.recording(view);
    }
}
