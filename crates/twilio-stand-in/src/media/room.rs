//! The task that owns the studio: it passes 10 ms at a time, and hands sound between the studio and the sessions.

use super::leg::{self, LegCommand};
use super::sounds::Playing;
use super::studio::{Agreed, Outcome, Studio};
use super::{Fetch, Shelf};
use crate::core::{Input, LegKey, MediaCommand, MediaOutcome, PlayKey, Sound};
use crate::phones::Voice;
use mobilecall_media::jitter::ReceivedPayload;
use mobilecall_media::voice::{IncomingPacket, OutgoingPacket};
use mobilecall_transport::{RtpPacket, TransportConfig};
use mobilecall_twilio::RecordingSid;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};

/// Messages of all legs that wait for the studio.
const CAPACITY: usize = 1024;

/// What others send to the room.
pub(crate) enum RoomMessage {
    Do(MediaCommand),
    Outcome(LegKey, MediaOutcome),
    Agreed(LegKey, Agreed),
    Packet(LegKey, RtpPacket, Instant),
    /// A file was fetched; or it could not be.
    Fetched(LegKey, PlayKey, Option<Voice>),
    /// What did a telephone hear in its last call, and which keys?
    Heard(String, oneshot::Sender<(Voice, String)>),
}

/// See the [module](self).
pub(crate) struct Room {
    studio: Studio,
    legs: HashMap<LegKey, mpsc::Sender<LegCommand>>,
    /// Files that are being fetched, and shall be played when they come.
    awaited: HashMap<LegKey, PlayKey>,
    config: TransportConfig,
    fetch: Fetch,
    shelf: Shelf,
    started: Instant,
    messages: mpsc::Receiver<RoomMessage>,
    /// For tasks that report to us; those must not keep us running.
    own: mpsc::WeakSender<RoomMessage>,
    inputs: mpsc::UnboundedSender<Input>,
}

impl Room {
    /// A room and the way to speak to it. It runs as long as somebody can.
    pub(crate) fn new(
        config: TransportConfig,
        fetch: Fetch,
        shelf: Shelf,
        inputs: mpsc::UnboundedSender<Input>,
    ) -> (Self, mpsc::Sender<RoomMessage>) {
        let (sender, messages) = mpsc::channel(CAPACITY);
        let room = Self {
            studio: Studio::default(),
            legs: HashMap::new(),
            awaited: HashMap::new(),
            config,
            fetch,
            shelf,
            started: Instant::now(),
            messages,
            own: sender.downgrade(),
            inputs,
        };
        (room, sender)
    }

    pub(crate) async fn run(mut self) {
        let mut pace = interval(Duration::from_millis(mobilecall_media::FRAME_MS));
        // Late frames are made up for, so that sound keeps true time.
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some(message) => self.take(message),
                    None => return,
                },
                _ = pace.tick() => self.tick(),
            }
        }
    }

    fn take(&mut self, message: RoomMessage) {
        match message {
            RoomMessage::Do(command) => self.execute(command),
            RoomMessage::Outcome(leg, outcome) => self.tell(Input::Media(leg, outcome)),
            RoomMessage::Agreed(leg, agreed) => {
                if let Err(error) = self.studio.agree(leg, agreed) {
                    tracing::error!(%error, "a softphone has no sound");
                }
            }
            RoomMessage::Packet(leg, packet, arrival) => self.received(leg, &packet, arrival),
            RoomMessage::Fetched(leg, key, voice) => self.fetched(leg, key, voice),
            RoomMessage::Heard(number, reply) => {
                let heard = (self.studio.heard(&number), self.studio.pressed(&number));
                if reply.send(heard).is_err() {
                    tracing::debug!("who asked what was heard did not wait for it");
                }
            }
        }
    }

    fn execute(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::Answer(leg, offer) => self.open(leg, LegCommand::Answer(offer)),
            MediaCommand::Offer(leg) => self.open(leg, LegCommand::Offer),
            MediaCommand::Accept(leg, answer) => self.command(leg, LegCommand::Accept(answer)),
            MediaCommand::Reanswer(leg, offer) => self.command(leg, LegCommand::Reanswer(offer)),
            MediaCommand::Phone(leg, number, says) => self.studio.add_phone(leg, number, says),
            MediaCommand::Speak(leg) => self.studio.speak(leg),
            MediaCommand::Hear(leg, others) => self.studio.hear(leg, others),
            MediaCommand::Play(leg, key, sound) => self.play(leg, key, sound),
            MediaCommand::Hush(leg) => {
                self.awaited.remove(&leg);
                self.studio.play(leg, None);
            }
            MediaCommand::Digits(leg, keys) => self.studio.press(leg, &keys),
            MediaCommand::Record(sid, tracks) => self.studio.record(sid, tracks),
            MediaCommand::Pause(sid, behavior) => self.studio.pause(sid, Some(behavior)),
            MediaCommand::Resume(sid) => self.studio.pause(sid, None),
            MediaCommand::StopRecording(sid) => self.stop_recording(sid),
            MediaCommand::Close(leg) => {
                self.studio.close(leg);
                self.legs.remove(&leg);
            }
        }
    }

    /// Begins a session with a softphone.
    fn open(&mut self, key: LegKey, first: LegCommand) {
        let Some(room) = self.own.upgrade() else { return };
        let (commands, receiver) = mpsc::channel(leg::CAPACITY);
        self.studio.add_softphone(key);
        tokio::spawn(Box::pin(leg::run(key, self.config.clone(), receiver, room)));
        self.legs.insert(key, commands);
        self.command(key, first);
    }

    fn command(&self, key: LegKey, command: LegCommand) {
        if self.legs.get(&key).is_some_and(|leg| leg.try_send(command).is_err()) {
            tracing::warn!(leg = key.0, "a session does not keep up");
        }
    }

    fn play(&mut self, leg: LegKey, key: PlayKey, sound: Sound) {
        self.studio.play(leg, Playing::new(key, &sound));
        self.awaited.remove(&leg);
        let (Sound::File(url), Some(room)) = (sound, self.own.upgrade()) else { return };
        self.awaited.insert(leg, key);
        let fetching = (self.fetch)(url);
        tokio::spawn(async move {
            let voice = fetching.await;
            if room.send(RoomMessage::Fetched(leg, key, voice)).await.is_err() {
                tracing::debug!("the stand-in has ended before a sound was fetched");
            }
        });
    }

    fn fetched(&mut self, leg: LegKey, key: PlayKey, voice: Option<Voice>) {
        // Something else may be played by now.
        if self.awaited.get(&leg) != Some(&key) {
            return;
        }
        self.awaited.remove(&leg);
        match voice {
            Some(voice) => self.studio.play(leg, Some(Playing::of_voice(key, voice))),
            None => self.tell(Input::Played(key, false)),
        }
    }

    fn stop_recording(&mut self, sid: RecordingSid) {
        let Some((file, length)) = self.studio.stop_recording(sid) else {
            return self.tell(Input::Recorded(sid, Duration::ZERO));
        };
        match file {
            Ok(file) => {
                self.shelf.put(sid, file);
                self.tell(Input::Recorded(sid, length));
            }
            Err(error) => {
                tracing::error!(%error, "a recording was lost");
                self.tell(Input::Recorded(sid, Duration::ZERO));
            }
        }
    }

    fn received(&mut self, leg: LegKey, packet: &RtpPacket, arrival: Instant) {
        let Some(payload) = ReceivedPayload::new(&packet.payload) else { return };
        let arrival = arrival.saturating_duration_since(self.started);
        let incoming = IncomingPacket {
            payload_type: packet.payload_type,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            payload,
        };
        if let Some(digit) = self.studio.receive(leg, &incoming, arrival) {
            self.tell(Input::Media(leg, MediaOutcome::Digit(digit.as_char())));
        }
    }

    fn tick(&mut self) {
        for outcome in self.studio.tick(self.started.elapsed()) {
            match outcome {
                Outcome::Packet(leg, packet) => self.command(leg, LegCommand::Send(to_rtp(&packet))),
                Outcome::Played(key) => self.tell(Input::Played(key, true)),
            }
        }
    }

    fn tell(&self, input: Input) {
        if self.inputs.send(input).is_err() {
            tracing::debug!("the stand-in has ended before its sound");
        }
    }
}

fn to_rtp(packet: &OutgoingPacket) -> RtpPacket {
    RtpPacket {
        payload_type: packet.payload_type,
        marker: packet.marker,
        sequence: packet.sequence,
        timestamp: packet.timestamp,
        ssrc: 0,
        payload: bytes::Bytes::copy_from_slice(packet.payload.as_slice()),
    }
}
