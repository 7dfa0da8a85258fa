//! What runs on the voice thread.

use super::clock::Clock;
use super::devices::{CapturePath, Captured, Devices, PlayoutPath};
use super::outputs::{VoiceEvent, VoiceOutputs};
use super::path::{IncomingPacket, VoicePath};
use super::stats::SharedStats;
use crate::SILENCE;
use crate::tones::Tone;
use mobilecall_domain::DtmfDigit;
use rtrb::{Consumer, Producer};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::Duration;
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// The thread looks at its rings this often: half a frame, so that sound waits at most that long for it.
const ROUND: Duration = Duration::from_millis(5);

/// Of 99: above ordinary threads, below those that the system's sound itself needs.
const PRIORITY: u8 = 80;

pub(super) enum Command {
    Play(Tone),
    StopTone,
    ExpectedLoss(u8),
    Microphone(Box<CapturePath>),
    Speaker(Box<PlayoutPath>),
}

/// A device that was replaced and waits to be let go.
pub(super) enum Retired {
    Microphone(#[expect(dead_code, reason = "held until it is dropped elsewhere")] Box<CapturePath>),
    Speaker(#[expect(dead_code, reason = "held until it is dropped elsewhere")] Box<PlayoutPath>),
}

/// States rather than commands, so that none is lost when commands do not fit.
#[derive(Default)]
pub(super) struct Control {
    pub(super) muted: AtomicBool,
    pub(super) held: AtomicBool,
    pub(super) stopped: AtomicBool,
}

pub(super) struct Worker {
    pub(super) path: VoicePath,
    pub(super) clock: Clock,
    pub(super) devices: Devices,
    pub(super) incoming: Consumer<(IncomingPacket, Duration)>,
    pub(super) commands: Consumer<Command>,
    pub(super) digits: Consumer<DtmfDigit>,
    pub(super) retire: Producer<Retired>,
    pub(super) outputs: VoiceOutputs,
    pub(super) control: Arc<Control>,
    pub(super) stats: Arc<SharedStats>,
}

impl Worker {
    pub(super) fn run(mut self) {
        raise_priority();
        let mut deadline = self.clock.now();
        while !self.control.stopped.load(Acquire) {
            self.round(self.clock.now());
            deadline += ROUND;
            let now = self.clock.now();
            match deadline.checked_sub(now) {
                Some(rest) => std::thread::park_timeout(rest),
                // Kept from running: what was missed is made up for by this round, not by many short ones.
                None => deadline = now,
            }
        }
        self.stats.publish(&self.path);
    }

    fn round(&mut self, now: Duration) {
        self.path.set_muted(self.control.muted.load(Relaxed));
        self.path.set_held(self.control.held.load(Relaxed));
        while let Ok(command) = self.commands.pop() {
            self.obey(command);
        }
        while self.path.takes_digits()
            && let Ok(digit) = self.digits.pop()
        {
            self.path.send_digit(digit);
        }
        while let Ok((packet, arrival)) = self.incoming.pop() {
            if let Some(digit) = self.path.receive(&packet, arrival) {
                self.tell(VoiceEvent::DigitReceived(digit));
            }
        }
        // What is played must be known to the echo canceller before what is heard.
        self.render(now);
        self.capture(now);
        self.stats.publish(&self.path);
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Play(tone) => self.path.play_tone(tone),
            Command::StopTone => self.path.stop_tone(),
            Command::ExpectedLoss(percent) => self.path.set_expected_loss(percent),
            Command::Microphone(capture) => {
                let old = std::mem::replace(&mut self.devices.capture, capture);
                self.retire(Retired::Microphone(old));
            }
            Command::Speaker(playout) => {
                let old = std::mem::replace(&mut self.devices.playout, playout);
                self.retire(Retired::Speaker(old));
            }
        }
    }

    fn retire(&mut self, old: Retired) {
        // When nobody empties the ring the old device is freed here after all.
        let _ = self.retire.push(old);
    }

    fn render(&mut self, now: Duration) {
        self.devices.playout.observe(now);
        while self.devices.playout.wants_frame(now) {
            let silent_so_far = self.path.figures().first_audio.is_none();
            let mut frame = SILENCE;
            self.path.render(now, &mut frame);
            self.devices.playout.push(&frame, now);
            if silent_so_far && self.path.figures().first_audio.is_some() {
                self.tell(VoiceEvent::FirstAudio);
            }
        }
    }

    fn capture(&mut self, now: Duration) {
        let mut frame = SILENCE;
        loop {
            match self.devices.capture.next(now, &mut frame) {
                Captured::Nothing => return,
                Captured::Lost(frames) => {
                    self.path.skip_capture(frames);
                    self.stats.lost_capture(frames);
                }
                Captured::Frame => {
                    if let Some(packet) = self.path.capture(&frame)
                        && self.outputs.packets.try_send(packet).is_err()
                    {
                        self.stats.dropped_outgoing();
                    }
                }
            }
        }
    }

    fn tell(&mut self, event: VoiceEvent) {
        // Whoever does not listen to events does not want them.
        let _ = self.outputs.events.try_send(event);
    }
}

/// Asks to run before ordinary threads. Systems that refuse, as Linux does to ordinary users, still run it well enough
/// unless they are very busy.
fn raise_priority() {
    let wanted = ThreadPriorityValue::try_from(PRIORITY).map(ThreadPriority::Crossplatform);
    match wanted.map(set_current_thread_priority) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(?error, "the voice thread runs at ordinary priority"),
        Err(error) => tracing::debug!(error, "the voice thread runs at ordinary priority"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apm::Processing;
    use crate::codec::Codec;
    use crate::jitter::ReceivedPayload;
    use crate::voice::{Microphone, Speaker, StreamPosition, VoiceConfig, VoiceDevices};
    use assert_no_alloc::assert_no_alloc;
    use rtrb::RingBuffer;
    use tokio::sync::mpsc;

    const RATE: u32 = 44_100;

    /// A worker whose devices and network are held by the test.
    struct Bench {
        worker: Worker,
        microphone: Producer<f32>,
        speaker: Consumer<f32>,
        packets: Producer<(IncomingPacket, Duration)>,
        commands: Producer<Command>,
        digits: Producer<DtmfDigit>,
        retired: Consumer<Retired>,
        outgoing: mpsc::Receiver<super::super::OutgoingPacket>,
        events: mpsc::Receiver<VoiceEvent>,
    }

    fn devices() -> (VoiceDevices, Producer<f32>, Consumer<f32>) {
        let (microphone, capture) = RingBuffer::new(RATE as usize / 8);
        let (playout, speaker) = RingBuffer::new(RATE as usize / 8);
        let devices = VoiceDevices {
            microphone: Microphone { samples: capture, rate_hz: RATE },
            speaker: Speaker { samples: playout, rate_hz: RATE },
        };
        (devices, microphone, speaker)
    }

    fn bench() -> Bench {
        let config = VoiceConfig {
            codec: Codec::Opus,
            payload_type: 111,
            telephone_event: Some(101),
            processing: Processing::NONE,
            audible_digits: true,
            start: StreamPosition { sequence: 0, timestamp: 0 },
        };
        let path = VoicePath::new(config).unwrap();
        let (given, microphone, speaker) = devices();
        let (packets, incoming) = RingBuffer::new(64);
        let (commands, pending) = RingBuffer::new(64);
        let (digits, waiting) = RingBuffer::new(64);
        let (retire, retired) = RingBuffer::new(4);
        let (packets_out, outgoing) = mpsc::channel(16);
        let (events_out, events) = mpsc::channel(16);
        let stats = Arc::new(SharedStats::new(&path));
        let worker = Worker {
            path,
            clock: Clock::start(),
            devices: Devices::new(given, Duration::ZERO).unwrap(),
            incoming,
            commands: pending,
            digits: waiting,
            retire,
            outputs: VoiceOutputs { packets: packets_out, events: events_out },
            control: Arc::default(),
            stats,
        };
        Bench { worker, microphone, speaker, packets, commands, digits, retired, outgoing, events }
    }

    impl Bench {
        /// Ten milliseconds: two rounds, then what the devices and a network that echoes do.
        fn live(&mut self, n: u64) {
            let now = Duration::from_millis(10 * n);
            for half in 0..2 {
                let worker = &mut self.worker;
                let mut round = || worker.round(now + ROUND * half);
                // What libraries make on first use is made in the first second.
                if n < 100 { round() } else { assert_no_alloc(round) }
            }
            for i in 0..441 {
                // A full ring loses it, as with a real microphone.
                let _ = self.microphone.push((i as f32 * 0.05).sin() * 0.3);
                let _ = self.speaker.pop();
            }
            while let Ok(packet) = self.outgoing.try_recv() {
                let incoming = IncomingPacket {
                    payload_type: packet.payload_type,
                    sequence: packet.sequence,
                    timestamp: packet.timestamp,
                    ssrc: 1,
                    payload: ReceivedPayload::new(packet.payload.as_slice()).unwrap(),
                };
                self.packets.push((incoming, now)).unwrap();
            }
        }
    }

    #[test]
    fn rounds_do_not_allocate() {
        let mut bench = bench();
        let digit = DtmfDigit::from_char('7').unwrap();
        for n in 0..1_000 {
            match n % 200 {
                120 => bench.digits.push(digit).unwrap(),
                160 => bench.commands.push(Command::Play(Tone::Busy)).map_err(|_| ()).unwrap(),
                170 => bench.commands.push(Command::StopTone).map_err(|_| ()).unwrap(),
                180 => bench.commands.push(Command::ExpectedLoss(n as u8 % 20)).map_err(|_| ()).unwrap(),
                _ => {}
            }
            if n == 500 {
                let (given, microphone, speaker) = devices();
                let swapped = Devices::new(given, Duration::from_millis(10 * n)).unwrap();
                bench.commands.push(Command::Microphone(swapped.capture)).map_err(|_| ()).unwrap();
                bench.commands.push(Command::Speaker(swapped.playout)).map_err(|_| ()).unwrap();
                bench.live(n);
                (bench.microphone, bench.speaker) = (microphone, speaker);
                assert_eq!(bench.retired.slots(), 2, "the old devices are let go elsewhere");
                continue;
            }
            bench.live(n);
        }
        let figures = bench.worker.path.figures();
        assert!(figures.packets_sent > 480 && figures.reception.lost() == 0, "{figures:?}");
        assert!(figures.jitter.concealed_samples < 9_600, "{figures:?}");
        assert_eq!(bench.events.try_recv(), Ok(VoiceEvent::FirstAudio));
        assert!(matches!(bench.events.try_recv(), Ok(VoiceEvent::DigitReceived(_))));
    }
}
