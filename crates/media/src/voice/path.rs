//! The voice path of one call without threads or clocks.

use crate::apm::{AudioProcessor, Processing};
use crate::codec::{Codec, CodecError, Encoder, SentPayload};
use crate::dtmf::{DigitReceiver, DigitSender};
use crate::jitter::{JitterBuffer, JitterCounters, ReceivedPayload};
use crate::level::{LevelMeter, sensed};
use crate::quality::{Reception, ReceptionMeter};
use crate::tones::{Tone, ToneGenerator};
use crate::{Frame, SILENCE};
use mobilecall_domain::DtmfDigit;
use std::time::Duration;

/// What a call's audio is, as negotiated and as the user wants it.
#[derive(Clone, Copy, Debug)]
pub struct VoiceConfig {
    /// The codec, both ways.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// Payload type of digits (RFC 4733). Without one they are sent as sound.
    pub telephone_event: Option<u8>,
    /// What is done to the microphone's sound.
    pub processing: Processing,
    /// Whether the user hears the digits that are sent.
    pub audible_digits: bool,
    /// Where the outgoing stream begins. On one SSRC it must never go back, so a path that continues an earlier one
    /// begins at that one's [`VoicePath::position`].
    pub start: StreamPosition,
}

/// The next sequence number and timestamp of an outgoing stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamPosition {
    /// Of the next packet.
    pub sequence: u16,
    /// Of the next sample, in ticks of the codec's clock.
    pub timestamp: u32,
}

impl StreamPosition {
    /// Where a new stream begins (RFC 3550 §5.1: at random).
    pub fn random() -> Self {
        Self { sequence: rand::random(), timestamp: rand::random() }
    }
}

/// A packet for the network, without its source.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingPacket {
    /// Payload type.
    pub payload_type: u8,
    /// Marker bit: first packet after a silence (RFC 3551 §4.1) or of a digit.
    pub marker: bool,
    /// Sequence number.
    pub sequence: u16,
    /// In ticks of the codec's clock.
    pub timestamp: u32,
    /// Codec payload.
    pub payload: SentPayload,
}

/// A packet from the network.
#[derive(Clone, Copy, Debug)]
pub struct IncomingPacket {
    /// Payload type.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// In ticks of the codec's clock.
    pub timestamp: u32,
    /// Its source.
    pub ssrc: u32,
    /// Codec payload.
    pub payload: ReceivedPayload,
}

/// What a path has to tell of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathFigures {
    /// Level of the microphone after processing, 0 to 1; also while muted.
    pub microphone_level: f32,
    /// Level of the microphone before processing, as [`sensed`]; also while muted.
    pub raw_level: f32,
    /// Level of what the speaker plays, 0 to 1.
    pub speaker_level: f32,
    /// Packets made.
    pub packets_sent: u64,
    /// Packets that came.
    pub reception: Reception,
    /// What the jitter buffer did.
    pub jitter: JitterCounters,
    /// How long audio waits in it.
    pub buffer_delay: Duration,
    /// How long it should.
    pub buffer_target: Duration,
    /// When sound from the far end was first played.
    pub first_audio: Option<Duration>,
    /// When the last packet came.
    pub last_packet: Option<Duration>,
    /// Frames that the codec refused; always 0 unless something is broken.
    pub codec_failures: u64,
}

/// The path. Times are durations since any one moment; see the [module](super).
pub struct VoicePath {
    config: VoiceConfig,
    encoder: Encoder,
    jitter: JitterBuffer,
    processor: AudioProcessor,
    digits_out: DigitSender,
    digits_in: DigitReceiver,
    meter: ReceptionMeter,
    microphone: LevelMeter,
    speaker: LevelMeter,
    tone: Option<ToneGenerator>,
    /// The sound of a key as the user hears it…
    heard_key: Option<ToneGenerator>,
    /// …and as it is sent when the far end takes no `telephone-event`.
    sent_key: Option<ToneGenerator>,
    position: StreamPosition,
    packet_timestamp: u32,
    mark_next: bool,
    muted: bool,
    held: bool,
    ssrc: Option<u32>,
    figures: PathFigures,
}

/// Quieter than this (-50 dBFS at the peak) the far end has not been heard yet.
const AUDIBLE: f32 = 0.003;

impl VoicePath {
    /// A path at the beginning of its stream.
    pub fn new(config: VoiceConfig) -> Result<Self, CodecError> {
        Ok(Self {
            encoder: Encoder::new(config.codec)?,
            jitter: JitterBuffer::new(config.codec)?,
            processor: AudioProcessor::new(config.processing),
            digits_out: DigitSender::default(),
            digits_in: DigitReceiver::default(),
            meter: ReceptionMeter::default(),
            microphone: LevelMeter::default(),
            speaker: LevelMeter::default(),
            tone: None,
            heard_key: None,
            sent_key: None,
            position: config.start,
            packet_timestamp: config.start.timestamp,
            mark_next: true,
            muted: false,
            held: false,
            ssrc: None,
            figures: PathFigures::default(),
            config,
        })
    }

    /// Passes 10 ms of the microphone. Every second frame makes a packet, also while muted, when it holds silence; none
    /// while held. While digits are sent, their packets come instead, also while held: who is called takes them all the same.
    pub fn capture(&mut self, frame: &Frame) -> Option<OutgoingPacket> {
        let timestamp = self.position.timestamp;
        self.position.timestamp = timestamp.wrapping_add(self.config.codec.ticks_per_frame());
        let mut frame = *frame;
        self.figures.raw_level = sensed(&frame);
        self.processor.captured(&mut frame);
        self.figures.microphone_level = self.microphone.update(&frame);
        if self.held && !self.digits_out.is_active() {
            self.pause();
            return None;
        }
        if self.muted {
            frame = SILENCE;
        }
        if self.digits_out.is_active() {
            let event = self.digits_out.tick(timestamp, self.config.codec.ticks_per_frame());
            self.sound_key();
            if let Some(payload_type) = self.config.telephone_event {
                self.pause();
                let event = event?;
                let payload = SentPayload::new(&event.payload)?;
                return Some(self.packet(payload_type, event.marker, event.timestamp, payload));
            }
            frame = SILENCE;
            if self.sent_key.as_mut().is_some_and(|tone| !tone.mix(&mut frame)) {
                self.sent_key = None;
            }
        }
        self.encode(&frame, timestamp)
    }

    /// Tells that `frames` of 10 ms were lost before they came here, so that the stream's clock keeps true time.
    pub fn skip_capture(&mut self, frames: u32) {
        let ticks = frames.wrapping_mul(self.config.codec.ticks_per_frame());
        self.position.timestamp = self.position.timestamp.wrapping_add(ticks);
        self.pause();
    }

    /// Takes a packet of the far end that arrived at `arrival`; a digit when it is the first packet of one.
    pub fn receive(&mut self, packet: &IncomingPacket, arrival: Duration) -> Option<DtmfDigit> {
        if self.ssrc.replace(packet.ssrc).is_some_and(|ssrc| ssrc != packet.ssrc) {
            self.jitter.restart();
            self.meter.restart();
            self.digits_in.restart();
        }
        self.figures.last_packet = Some(arrival);
        let is_audio = packet.payload_type == self.config.payload_type;
        let in_samples = packet.timestamp.wrapping_mul(self.config.codec.samples_per_tick());
        self.meter.receive(packet.sequence, is_audio.then_some(in_samples), arrival);
        if !self.held {
            if is_audio {
                self.jitter.push(packet.sequence, packet.timestamp, arrival, packet.payload.as_slice());
            } else {
                self.jitter.push_other(packet.sequence, arrival);
            }
        }
        if self.config.telephone_event == Some(packet.payload_type) {
            return self.digits_in.receive(packet.timestamp, packet.payload.as_slice());
        }
        None
    }

    /// The next 10 ms for the speaker. Call it before [`Self::capture`] of the same 10 ms.
    pub fn render(&mut self, now: Duration, out: &mut Frame) {
        if self.held {
            *out = SILENCE;
        } else {
            self.jitter.pull(now, out);
            if self.figures.first_audio.is_none() && out.iter().any(|sample| sample.abs() > AUDIBLE) {
                self.figures.first_audio = Some(now);
            }
        }
        if self.tone.as_mut().is_some_and(|tone| !tone.mix(out)) {
            self.tone = None;
        }
        if self.heard_key.as_mut().is_some_and(|tone| !tone.mix(out)) {
            self.heard_key = None;
        }
        self.processor.played(out);
        self.figures.speaker_level = self.speaker.update(out);
    }

    /// Sends silence instead of the microphone.
    pub fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// Stops both directions, or lets them go on where they are by then.
    pub fn set_held(&mut self, held: bool) {
        if self.held && !held {
            self.jitter.restart();
        }
        self.held = held;
    }

    /// Whether there is room for a further digit.
    pub fn takes_digits(&self) -> bool {
        !self.digits_out.is_full()
    }

    /// Sends a digit after those that wait; false when too many do.
    pub fn send_digit(&mut self, digit: DtmfDigit) -> bool {
        self.digits_out.push(digit)
    }

    /// Plays a tone to the user, in the place of the one before.
    pub fn play_tone(&mut self, tone: Tone) {
        self.tone = Some(ToneGenerator::new(tone));
    }

    /// Ends the tone.
    pub fn stop_tone(&mut self) {
        self.tone = None;
    }

    /// Tells how many percent of our packets the far end loses.
    pub fn set_expected_loss(&mut self, percent: u8) {
        if self.encoder.set_expected_loss(percent).is_err() {
            self.figures.codec_failures += 1;
        }
    }

    /// Where the outgoing stream will go on.
    pub fn position(&self) -> StreamPosition {
        self.position
    }

    /// Levels, counters and times.
    pub fn figures(&self) -> PathFigures {
        PathFigures {
            reception: self.meter.totals(),
            jitter: self.jitter.counters(),
            buffer_delay: self.jitter.delay(),
            buffer_target: self.jitter.target(),
            ..self.figures
        }
    }

    fn encode(&mut self, frame: &Frame, timestamp: u32) -> Option<OutgoingPacket> {
        if self.encoder.at_packet_start() {
            self.packet_timestamp = timestamp;
        }
        let mut payload = SentPayload::EMPTY;
        match self.encoder.encode(frame, &mut payload) {
            Ok(true) => {
                let marker = std::mem::take(&mut self.mark_next);
                Some(self.packet(self.config.payload_type, marker, self.packet_timestamp, payload))
            }
            Ok(false) => None,
            Err(_) => {
                self.figures.codec_failures += 1;
                None
            }
        }
    }

    fn packet(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: SentPayload) -> OutgoingPacket {
        let sequence = self.position.sequence;
        self.position.sequence = sequence.wrapping_add(1);
        self.figures.packets_sent += 1;
        OutgoingPacket { payload_type, marker, sequence, timestamp, payload }
    }

    /// Audio stops here and begins anew later.
    fn pause(&mut self) {
        self.encoder.restart();
        self.mark_next = true;
    }

    /// Starts the sounds of a digit that has just begun.
    fn sound_key(&mut self) {
        if let Some(digit) = self.digits_out.just_began() {
            let tone = ToneGenerator::new(Tone::Digit(digit));
            self.heard_key = self.config.audible_digits.then_some(tone);
            self.sent_key = Some(tone);
        }
    }
}
