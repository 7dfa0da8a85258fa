//! All sound of the stand-in, as a value: 10 ms at a time, without clocks, sockets or threads.

use super::sounds::Playing;
use super::wav;
use crate::core::{LegKey, PauseBehavior, PlayKey, Track};
use crate::phones::Voice;
use mobilecall_domain::DtmfDigit;
use mobilecall_media::apm::Processing;
use mobilecall_media::codec::CodecError;
use mobilecall_media::voice::{IncomingPacket, OutgoingPacket, StreamPosition, VoiceConfig, VoicePath};
use mobilecall_media::{Codec, FRAME_SAMPLES, Frame, SAMPLE_RATE_HZ, SILENCE};
use mobilecall_twilio::RecordingSid;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// All legs and all recordings.
#[derive(Default)]
pub(super) struct Studio {
    legs: BTreeMap<LegKey, Leg>,
    tapes: BTreeMap<RecordingSid, Tape>,
    /// What each telephone heard in its last call.
    heard: HashMap<String, Vec<f32>>,
    /// The keys that each heard.
    pressed: HashMap<String, String>,
}

struct Leg {
    end: End,
    hears: Vec<LegKey>,
    playing: Option<Playing>,
    /// The last 10 ms in both directions.
    said: Frame,
    sent: Frame,
}

enum End {
    /// Without a path until it is agreed what is spoken.
    Softphone(Option<Box<VoicePath>>),
    Phone(Phone),
}

struct Phone {
    number: String,
    says: Option<Voice>,
    /// How much was said; nothing before the owner begins.
    position: Option<usize>,
}

/// A recording in the making.
struct Tape {
    tracks: Vec<Vec<Track>>,
    channels: Vec<Vec<f32>>,
    paused: Option<PauseBehavior>,
}

/// What 10 ms brought.
pub(super) enum Outcome {
    Packet(LegKey, Box<OutgoingPacket>),
    Played(PlayKey),
}

/// What was agreed on for a softphone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreed {
    pub(super) codec: Codec,
    pub(super) payload_type: u8,
    pub(super) telephone_event: Option<u8>,
}

impl Studio {
    pub(super) fn add_softphone(&mut self, key: LegKey) {
        self.legs.insert(key, Leg::new(End::Softphone(None)));
    }

    pub(super) fn add_phone(&mut self, key: LegKey, number: String, says: Option<Voice>) {
        self.heard.insert(number.clone(), Vec::new());
        self.pressed.insert(number.clone(), String::new());
        self.legs.insert(key, Leg::new(End::Phone(Phone { number, says, position: None })));
    }

    /// A softphone's session says what is spoken, for the first time or again.
    pub(super) fn agree(&mut self, key: LegKey, agreed: Agreed) -> Result<(), CodecError> {
        let Some(Leg { end: End::Softphone(path), .. }) = self.legs.get_mut(&key) else { return Ok(()) };
        let start = path.as_ref().map_or_else(StreamPosition::random, |path| path.position());
        let config = VoiceConfig {
            codec: agreed.codec,
            payload_type: agreed.payload_type,
            telephone_event: agreed.telephone_event,
            processing: Processing::NONE,
            audible_digits: false,
            start,
        };
        *path = Some(Box::new(VoicePath::new(config)?));
        Ok(())
    }

    /// Takes a packet of a softphone; a key when one was pressed.
    pub(super) fn receive(&mut self, key: LegKey, packet: &IncomingPacket, arrival: Duration) -> Option<DtmfDigit> {
        match &mut self.legs.get_mut(&key)?.end {
            End::Softphone(Some(path)) => path.receive(packet, arrival),
            End::Softphone(None) | End::Phone(_) => None,
        }
    }

    pub(super) fn speak(&mut self, key: LegKey) {
        if let Some(Leg { end: End::Phone(phone), .. }) = self.legs.get_mut(&key) {
            phone.position.get_or_insert(0);
        }
    }

    pub(super) fn hear(&mut self, key: LegKey, others: Vec<LegKey>) {
        if let Some(leg) = self.legs.get_mut(&key) {
            leg.hears = others;
        }
    }

    /// Plays in place of what was played; nothing to make silence.
    pub(super) fn play(&mut self, key: LegKey, playing: Option<Playing>) {
        if let Some(leg) = self.legs.get_mut(&key) {
            leg.playing = playing;
        }
    }

    pub(super) fn press(&mut self, key: LegKey, keys: &str) {
        match self.legs.get_mut(&key).map(|leg| &mut leg.end) {
            Some(End::Softphone(Some(path))) => {
                let full = keys.chars().filter_map(DtmfDigit::from_char).any(|digit| !path.send_digit(digit));
                if full {
                    tracing::warn!("a softphone was sent more keys than can wait");
                }
            }
            Some(End::Phone(phone)) => self.pressed.entry(phone.number.clone()).or_default().push_str(keys),
            Some(End::Softphone(None)) | None => {}
        }
    }

    pub(super) fn close(&mut self, key: LegKey) {
        self.legs.remove(&key);
    }

    /// Begins a recording, or changes what is on its channels.
    pub(super) fn record(&mut self, sid: RecordingSid, tracks: Vec<Vec<Track>>) {
        let tape = self.tapes.entry(sid).or_insert_with(|| Tape {
            channels: vec![Vec::new(); tracks.len()],
            tracks: Vec::new(),
            paused: None,
        });
        tape.tracks = tracks;
    }

    pub(super) fn pause(&mut self, sid: RecordingSid, behavior: Option<PauseBehavior>) {
        if let Some(tape) = self.tapes.get_mut(&sid) {
            tape.paused = behavior;
        }
    }

    /// The recording as a WAV file, and its length.
    pub(super) fn stop_recording(&mut self, sid: RecordingSid) -> Option<(Result<Vec<u8>, wav::SoundError>, Duration)> {
        let tape = self.tapes.remove(&sid)?;
        let channels: Vec<&[f32]> = tape.channels.iter().map(Vec::as_slice).collect();
        let samples = channels.first().map_or(0, |channel| channel.len());
        Some((wav::write(&channels), Duration::from_secs(1) * samples as u32 / SAMPLE_RATE_HZ))
    }

    /// What a telephone has heard in its last call so far.
    pub(super) fn heard(&self, number: &str) -> Voice {
        Voice::new(self.heard.get(number).cloned().unwrap_or_default())
    }

    /// The keys that a telephone has heard in its last call so far.
    pub(super) fn pressed(&self, number: &str) -> String {
        self.pressed.get(number).cloned().unwrap_or_default()
    }

    /// Passes 10 ms.
    pub(super) fn tick(&mut self, now: Duration) -> Vec<Outcome> {
        for leg in self.legs.values_mut() {
            leg.said = leg.end.speak(now);
        }
        let said: HashMap<LegKey, Frame> = self.legs.iter().map(|(key, leg)| (*key, leg.said)).collect();
        let mut outcomes = Vec::new();
        for (key, leg) in &mut self.legs {
            leg.mix(&said);
            if let Some(playing) = &mut leg.playing
                && !playing.mix(&mut leg.sent)
            {
                outcomes.push(Outcome::Played(playing.key));
                leg.playing = None;
            }
            match &mut leg.end {
                End::Softphone(path) => {
                    let packet = path.as_mut().and_then(|path| path.capture(&leg.sent));
                    outcomes.extend(packet.map(|packet| Outcome::Packet(*key, Box::new(packet))));
                }
                End::Phone(phone) if phone.position.is_some() => {
                    self.heard.entry(phone.number.clone()).or_default().extend_from_slice(&leg.sent);
                }
                End::Phone(_) => {}
            }
        }
        for tape in self.tapes.values_mut() {
            tape.record(&self.legs);
        }
        outcomes
    }
}

impl Leg {
    fn new(end: End) -> Self {
        Self { end, hears: Vec::new(), playing: None, said: SILENCE, sent: SILENCE }
    }

    /// Makes what is sent of what the others say.
    fn mix(&mut self, said: &HashMap<LegKey, Frame>) {
        self.sent = SILENCE;
        for frame in self.hears.iter().filter_map(|other| said.get(other)) {
            add(&mut self.sent, frame);
        }
    }
}

impl End {
    /// The next 10 ms of what the party says.
    fn speak(&mut self, now: Duration) -> Frame {
        let mut frame = SILENCE;
        match self {
            Self::Softphone(Some(path)) => path.render(now, &mut frame),
            Self::Softphone(None) => {}
            Self::Phone(phone) => {
                let Phone { says: Some(voice), position: Some(position), .. } = phone else { return frame };
                let rest = voice.samples().get(*position..).unwrap_or_default();
                let length = rest.len().min(FRAME_SAMPLES);
                frame[..length].copy_from_slice(&rest[..length]);
                *position += length;
            }
        }
        frame
    }
}

impl Tape {
    fn record(&mut self, legs: &BTreeMap<LegKey, Leg>) {
        if self.paused == Some(PauseBehavior::Skip) {
            return;
        }
        for (channel, tracks) in self.channels.iter_mut().zip(&self.tracks) {
            let mut frame = SILENCE;
            for track in tracks.iter().filter(|_| self.paused.is_none()) {
                let heard = match track {
                    Track::Said(key) => legs.get(key).map(|leg| &leg.said),
                    Track::Heard(key) => legs.get(key).map(|leg| &leg.sent),
                };
                if let Some(heard) = heard {
                    add(&mut frame, heard);
                }
            }
            channel.extend_from_slice(&frame);
        }
    }
}

fn add(to: &mut Frame, frame: &Frame) {
    for (sum, sample) in to.iter_mut().zip(frame) {
        *sum += sample;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Sound;

    const A: LegKey = LegKey(1);
    const B: LegKey = LegKey(2);
    const TAPE: RecordingSid = RecordingSid::from_bits(1);

    fn voice(level: f32, frames: usize) -> Option<Voice> {
        Some(Voice::new(vec![level; frames * FRAME_SAMPLES]))
    }

    /// Two telephones in a call, one of which says 0.25 for 50 ms, the other -0.5 for 30 ms.
    fn call() -> Studio {
        let mut studio = Studio::default();
        studio.add_phone(A, "a".to_owned(), voice(0.25, 5));
        studio.add_phone(B, "b".to_owned(), voice(-0.5, 3));
        studio.hear(A, vec![B]);
        studio.hear(B, vec![A]);
        studio.speak(A);
        studio.speak(B);
        studio
    }

    fn pass(studio: &mut Studio, frames: usize) {
        for _ in 0..frames {
            studio.tick(Duration::ZERO);
        }
    }

    /// How many frames of each level there are, in order.
    fn levels(samples: &[f32]) -> Vec<(f32, usize)> {
        let mut found: Vec<(f32, usize)> = Vec::new();
        for frame in samples.chunks(FRAME_SAMPLES) {
            let level = (frame[0] * 100.0).round() / 100.0;
            match found.last_mut() {
                Some((last, count)) if *last == level => *count += 1,
                _ => found.push((level, 1)),
            }
        }
        found
    }

    #[test]
    fn telephones_hear_each_other_and_not_themselves() {
        let mut studio = call();
        pass(&mut studio, 6);
        assert_eq!(levels(studio.heard("a").samples()), [(-0.5, 3), (0.0, 3)]);
        assert_eq!(levels(studio.heard("b").samples()), [(0.25, 5), (0.0, 1)]);
        studio.press(B, "12");
        studio.press(B, "#");
        assert_eq!(studio.pressed("b"), "12#");
    }

    #[test]
    fn a_recording_has_both_sides_and_leaves_out_what_was_paused() {
        let mut studio = call();
        studio.record(TAPE, vec![vec![Track::Said(A)], vec![Track::Heard(A)]]);
        pass(&mut studio, 1);
        studio.pause(TAPE, Some(PauseBehavior::Skip));
        pass(&mut studio, 1);
        studio.pause(TAPE, Some(PauseBehavior::Silence));
        pass(&mut studio, 1);
        studio.pause(TAPE, None);
        pass(&mut studio, 2);
        let (file, length) = studio.stop_recording(TAPE).unwrap();
        assert_eq!(length, Duration::from_millis(40));
        let file = file.unwrap();
        let reader = hound::WavReader::new(std::io::Cursor::new(&file)).unwrap();
        assert_eq!((reader.spec().channels, reader.duration()), (2, 4 * 480));
        assert_eq!(levels(Voice::from_wav(&file).unwrap().samples()), [(0.25, 1), (0.0, 1), (0.25, 2)]);
        assert!(studio.stop_recording(TAPE).is_none());
    }

    #[test]
    fn a_sound_is_heard_to_its_end_and_told() {
        let mut studio = call();
        let key = PlayKey(7);
        let sound = Sound::Speech(Duration::from_millis(20));
        studio.play(A, Playing::new(key, &sound));
        let mut ends = Vec::new();
        for frame in 0..5 {
            let played = studio.tick(Duration::ZERO);
            ends.extend(played.iter().filter(|it| matches!(it, Outcome::Played(it) if *it == key)).map(|_| frame));
        }
        assert_eq!(ends, [2]);
    }

    #[test]
    fn a_softphone_is_heard_once_it_was_agreed_how() {
        let mut studio = Studio::default();
        studio.add_softphone(A);
        assert!(studio.tick(Duration::ZERO).is_empty());
        let agreed = Agreed { codec: Codec::Pcmu, payload_type: 0, telephone_event: Some(101) };
        studio.agree(A, agreed).unwrap();
        let packets: usize = (0..10).map(|_| studio.tick(Duration::ZERO).len()).sum();
        assert_eq!(packets, 5, "a packet each 20 ms");
        studio.close(A);
        assert!(studio.tick(Duration::ZERO).is_empty());
    }
}
