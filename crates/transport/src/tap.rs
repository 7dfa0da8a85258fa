//! Where packets enter and leave the stack: behind SRTP, before the stack's own ideas about tracks.
//!
//! The stack delivers media through track objects that it makes from session descriptions; a packet whose SSRC or
//! payload type it does not expect is lost there, and so is the first one of a stream now and then. An interceptor sees
//! every decrypted packet with the instant it came from the socket, so that is where we take them out. RTCP ends here
//! too, and is made here.

use crate::outgoing_types::OutgoingTypes;
use crate::rtcp::{RemoteView, Reports};
use crate::sdp::{AudioCodec, DigitFormat};
use crate::{MediaDirection, ReceivedPacket, RtpPacket};
use bytes::Bytes;
use rtc::interceptor::{AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;
use tokio::sync::mpsc;

/// What tap and session share.
pub(crate) struct TapState {
    media: Mutex<Media>,
    /// Of packets on their way out, which the stack must not see.
    outgoing_types: OutgoingTypes,
    sent: AtomicU64,
    received: AtomicU64,
    dropped: AtomicU64,
}

struct Media {
    reports: Reports,
    agreed: Option<AudioCodec>,
    /// Every type under which digits may come. Chromium sends them at the lowest clock rate that both sides named,
    /// whatever the rate of the audio.
    digits: Vec<DigitFormat>,
    direction: MediaDirection,
    /// `None` once closed, so that the channel ends.
    packets: Option<mpsc::Sender<ReceivedPacket>>,
}

/// Packets of the session so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) dropped: u64,
}

impl TapState {
    pub(crate) fn new(reports: Reports, packets: mpsc::Sender<ReceivedPacket>) -> Arc<Self> {
        Arc::new(Self {
            media: Mutex::new(Media {
                reports,
                agreed: None,
                digits: Vec::new(),
                direction: MediaDirection::Inactive,
                packets: Some(packets),
            }),
            outgoing_types: OutgoingTypes::new(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        })
    }

    /// Follows a new agreement. `digits` are all formats of digits that either side named.
    pub(crate) fn agree(&self, codec: AudioCodec, digits: Vec<DigitFormat>, direction: MediaDirection) {
        let mut media = self.media();
        media.reports.set_clock_rate(codec.codec.clock_rate_hz());
        media.agreed = Some(codec);
        media.digits = digits;
        media.direction = direction;
    }

    /// The agreement in force, if there is one.
    pub(crate) fn agreement(&self) -> Option<(AudioCodec, MediaDirection)> {
        let media = self.media();
        media.agreed.map(|codec| (codec, media.direction))
    }

    /// Ends the channel of received packets.
    pub(crate) fn close(&self) {
        self.media().packets = None;
    }

    pub(crate) fn remote_view(&self) -> RemoteView {
        self.media().reports.remote()
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }

    fn media(&self) -> MutexGuard<'_, Media> {
        self.media.lock().expect("nothing panics while it holds the lock")
    }

    /// A packet from the wire.
    pub(crate) fn receive(&self, now: Instant, mut packet: RtpPacket) {
        self.received.fetch_add(1, Ordering::Relaxed);
        let mut media = self.media();
        let digit = media.digits.iter().find(|it| it.payload_type == packet.payload_type).copied();
        media.reports.on_received(now, packet.ssrc, packet.sequence, packet.timestamp, digit.is_none());
        if let (Some(digit), Some(agreed)) = (digit, media.agreed) {
            translate_digit(&mut packet, digit, agreed);
        }
        let reader = media.packets.as_ref().filter(|_| media.direction.receives());
        // A reader that lags wants old audio least of all: what does not fit is dropped and counted.
        if reader.is_none_or(|reader| reader.try_send(ReceivedPacket { packet, arrival: now }).is_err()) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The packet that is about to enter the stack under its payload type leaves it under this one.
    pub(crate) fn note_payload_type(&self, sequence: u16, payload_type: u8) {
        self.outgoing_types.note(sequence, payload_type);
    }

    /// A packet on its way to the wire.
    pub(crate) fn count_sent(&self, now: Instant, timestamp: u32, payload_bytes: usize) {
        self.media().reports.on_sent(now, timestamp, payload_bytes);
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn receive_reports(&self, now: Instant, packets: &[Box<dyn rtc::rtcp::Packet>]) {
        let mut media = self.media();
        for packet in packets {
            let packet = packet.as_any();
            if let Some(report) = packet.downcast_ref::<SenderReport>() {
                media.reports.on_sender_report(now, report.ssrc, report.ntp_time);
                report.reports.iter().for_each(|block| media.reports.on_report_block(now, block));
            } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
                report.reports.iter().for_each(|block| media.reports.on_report_block(now, block));
            }
        }
    }
}

/// Our one interceptor.
pub(crate) struct Tap {
    state: Arc<TapState>,
    writes: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(crate) fn new(state: Arc<TapState>) -> Self {
        Self { state, writes: VecDeque::new() }
    }
}

/// Brings a digit to the agreed payload type and its duration (RFC 4733 §2.3.5) to the clock of the audio.
fn translate_digit(packet: &mut RtpPacket, digit: DigitFormat, agreed: AudioCodec) {
    let Some(payload_type) = agreed.telephone_event else { return };
    packet.payload_type = payload_type;
    let [event, flags, high, low] = *packet.payload else { return };
    let duration = u32::from(u16::from_be_bytes([high, low]));
    let scaled = duration.saturating_mul(agreed.codec.clock_rate_hz()) / digit.clock_rate_hz.max(1);
    let [high, low] = u16::try_from(scaled).unwrap_or(u16::MAX).to_be_bytes();
    packet.payload = Bytes::copy_from_slice(&[event, flags, high, low]);
}

fn received(packet: rtc::rtp::Packet) -> RtpPacket {
    RtpPacket {
        payload_type: packet.header.payload_type,
        marker: packet.header.marker,
        sequence: packet.header.sequence_number,
        timestamp: packet.header.timestamp,
        ssrc: packet.header.ssrc,
        payload: packet.payload,
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        match message.message.packet {
            Packet::Rtp(packet) => self.state.receive(message.now, received(packet)),
            Packet::Rtcp(packets) => self.state.receive_reports(message.now, &packets),
            _ => {}
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        None
    }

    fn handle_write(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtp(packet) = &mut message.message.packet {
            let Some(payload_type) = self.state.outgoing_types.take(packet.header.sequence_number) else {
                tracing::debug!("a packet that nobody wrote is not sent");
                return Ok(());
            };
            packet.header.payload_type = payload_type;
            self.state.count_sent(message.now, packet.header.timestamp, packet.payload.len());
        }
        self.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if let Some(packets) = self.state.media().reports.report(now) {
            self.writes.push_back(TaggedPacket {
                now,
                transport: TransportContext::default(),
                message: AttributedPacket::new(Packet::Rtcp(packets)),
            });
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.state.media().reports.due()
    }
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Codec;
    use crate::sdp::stack::INNER_PAYLOAD_TYPE;

    const OPUS: AudioCodec = AudioCodec { codec: Codec::Opus, payload_type: 96, telephone_event: Some(101) };

    const DIGITS: [DigitFormat; 2] = [
        DigitFormat { payload_type: 101, clock_rate_hz: 48_000 },
        DigitFormat { payload_type: 100, clock_rate_hz: 8_000 },
    ];

    fn tap() -> (Tap, mpsc::Receiver<ReceivedPacket>) {
        let (sender, receiver) = mpsc::channel(1);
        let reports = Reports::new(1, "name".to_owned(), Instant::now(), 0);
        (Tap::new(TapState::new(reports, sender)), receiver)
    }

    fn message(packet: rtc::rtp::Packet) -> TaggedPacket {
        let message = AttributedPacket::new(Packet::Rtp(packet));
        TaggedPacket { now: Instant::now(), transport: TransportContext::default(), message }
    }

    fn packet(payload_type: u8) -> rtc::rtp::Packet {
        let header = rtc::rtp::Header { version: 2, payload_type, ssrc: 5, ..Default::default() };
        rtc::rtp::Packet { header, payload: Bytes::from_static(b"x") }
    }

    #[test]
    fn the_payload_type_that_the_stack_does_not_know_reaches_the_wire() {
        let (mut tap, _receiver) = tap();
        let inner = packet(INNER_PAYLOAD_TYPE);
        tap.state.note_payload_type(inner.header.sequence_number, 101);
        tap.handle_write(message(inner)).expect("never fails");
        let written = tap.poll_write().expect("the packet");
        let Packet::Rtp(written) = written.message.packet else { panic!("not RTP") };
        assert_eq!((written.header.payload_type, written.header.csrc), (101, Vec::new()));
        assert_eq!(tap.state.counts().sent, 1);
        tap.handle_write(message(packet(INNER_PAYLOAD_TYPE))).expect("never fails");
        assert!(tap.poll_write().is_none(), "nothing goes out under a type that was not agreed on");
        assert_eq!(tap.state.counts().sent, 1);
    }

    #[test]
    fn packets_of_any_type_and_source_arrive_while_we_receive() {
        let (mut tap, mut receiver) = tap();
        let state = Arc::clone(&tap.state);
        let mut read = |payload_type| {
            tap.handle_read(message(packet(payload_type))).expect("never fails");
            assert!(tap.poll_read().is_none(), "the stack sees nothing of it");
        };
        read(96);
        assert!(receiver.try_recv().is_err(), "nothing was agreed yet");
        state.agree(OPUS, DIGITS.to_vec(), MediaDirection::RecvOnly);
        read(13);
        assert_eq!(receiver.try_recv().expect("a packet").packet.payload_type, 13);
        read(96);
        read(96);
        state.agree(OPUS, DIGITS.to_vec(), MediaDirection::SendOnly);
        read(96);
        let Counts { received, dropped, .. } = state.counts();
        assert_eq!((received, dropped), (5, 3), "one before the agreement, one that found no room, one on hold");
        state.close();
        assert!(receiver.try_recv().is_ok(), "what was there is still read");
        assert_eq!(receiver.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    }

    #[test]
    fn digits_come_in_the_clock_of_the_audio() {
        let (tap, mut receiver) = tap();
        tap.state.agree(OPUS, DIGITS.to_vec(), MediaDirection::SendRecv);
        // Event 5, end bit and volume 10, then the duration.
        let cases: [(u8, &[u8], &[u8]); 4] = [
            (101, &[5, 0x8a, 0x1e, 0x00], &[5, 0x8a, 0x1e, 0x00]),
            (100, &[5, 0x8a, 0x05, 0x00], &[5, 0x8a, 0x1e, 0x00]),
            (100, &[5, 0x8a, 0xff, 0xff], &[5, 0x8a, 0xff, 0xff]),
            (100, &[5], &[5]),
        ];
        for (payload_type, payload, expected) in cases {
            let packet = received(packet(payload_type));
            tap.state.receive(Instant::now(), RtpPacket { payload: Bytes::copy_from_slice(payload), ..packet });
            let packet = receiver.try_recv().expect("a packet").packet;
            assert_eq!((packet.payload_type, &packet.payload[..]), (101, expected));
        }
    }
}
