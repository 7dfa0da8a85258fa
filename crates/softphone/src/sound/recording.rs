//! A recording on the chosen speaker, beside nothing else: calls stop it.

use super::{SoundSystem, failure_of};
use crate::{
    failure,
    post::RecordingPost,
    recordings::{RecordingEvent, ToPlay},
};
use mobilecall_audio::{LossSink, PlayoutSink, PlayoutStream, Role};
use mobilecall_media::recording::Playback;
use rtrb::Producer;
use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// How often the ring is filled; it holds some times as much.
const FILL_EVERY: Duration = Duration::from_millis(20);
/// After so many of these the position is told.
const TOLD_EVERY: u32 = 10;
/// Another device is opened so long after one went away: one that opens and goes away again and again costs little.
const REOPENED_AFTER: Duration = Duration::from_millis(200);

/// A recording that sounds until this is dropped or it ends.
pub(crate) struct RecordingPlayer(Sender<Order>);

enum Order {
    Stop,
    Seek {
        to: Duration,
        turn: u32,
    },
    Speed(f64),
    /// The device went away.
    Lost,
}

impl RecordingPlayer {
    pub(crate) fn seek(&self, to: Duration, turn: u32) {
        self.order(Order::Seek { to, turn });
    }

    pub(crate) fn set_speed(&self, speed: f64) {
        self.order(Order::Speed(speed));
    }

    fn order(&self, order: Order) {
        if self.0.send(order).is_err() {
            tracing::trace!("the recording had ended");
        }
    }
}

impl Drop for RecordingPlayer {
    fn drop(&mut self) {
        self.order(Order::Stop);
    }
}

/// Plays, and goes on on another device if this one goes away.
pub(crate) fn play_recording(
    system: &Arc<dyn SoundSystem>,
    sink: PlayoutSink,
    wanted: ToPlay,
    post: RecordingPost,
) -> RecordingPlayer {
    let system = Arc::clone(system);
    let (orders, received) = channel();
    let playing = Playing { sink, wanted, orders: orders.clone(), received, post };
    tokio::task::spawn_blocking(move || playing.run(system.as_ref()));
    RecordingPlayer(orders)
}

struct Playing {
    sink: PlayoutSink,
    /// Where it stands is kept here when the device changes.
    wanted: ToPlay,
    orders: Sender<Order>,
    received: Receiver<Order>,
    post: RecordingPost,
}

/// Why nothing more goes to a speaker.
enum Over {
    Stopped,
    Ended,
    Lost,
}

impl Playing {
    fn run(mut self, system: &dyn SoundSystem) {
        loop {
            let lost = self.orders.clone();
            let losses: LossSink = Arc::new(move |_| {
                if lost.send(Order::Lost).is_err() {
                    tracing::trace!("the recording had ended when its device went away");
                }
            });
            let stream = match system.open_playout(&self.sink, &losses) {
                Ok(stream) => stream,
                Err(error) => return self.tell(RecordingEvent::Silenced(failure_of(&error, Role::Speaker))),
            };
            let playback = Playback::new(&self.wanted.recording, stream.rate_hz);
            let playback = match playback {
                Ok(playback) => playback,
                Err(error) => return self.tell(RecordingEvent::Failed(failure::internal(&error))),
            };
            match self.play_on(stream, playback) {
                Over::Lost if self.is_wanted_after(REOPENED_AFTER) => {}
                Over::Lost | Over::Stopped => return,
                Over::Ended => return self.tell(RecordingEvent::Ended { turn: self.wanted.turn }),
            }
        }
    }

    fn is_wanted_after(&mut self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            match self.received.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Order::Seek { to, turn }) => (self.wanted.from, self.wanted.turn) = (to, turn),
                Ok(Order::Speed(speed)) => self.wanted.speed = speed,
                // It may be told more than once.
                Ok(Order::Lost) => {}
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn play_on(&mut self, stream: PlayoutStream, mut playback: Playback) -> Over {
        let PlayoutStream { mut samples, rate_hz, guard: _guard, .. } = stream;
        playback.set_speed(self.wanted.speed);
        playback.seek(self.wanted.from);
        let mut waiting = Vec::new();
        for fill in 1_u32.. {
            let is_over = fill_ring(&mut samples, &mut playback, &mut waiting);
            let queued = samples.buffer().capacity() - samples.slots() + waiting.len();
            self.wanted.from = heard(playback.position(), queued, rate_hz, self.wanted.speed);
            if is_over && queued == 0 {
                return Over::Ended;
            }
            if fill.is_multiple_of(TOLD_EVERY) {
                self.tell(RecordingEvent::Heard { turn: self.wanted.turn, at: self.wanted.from });
            }
            match self.received.recv_timeout(FILL_EVERY) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Order::Seek { to, turn }) => {
                    (self.wanted.from, self.wanted.turn) = (to, turn);
                    playback.seek(to);
                    waiting.clear();
                }
                Ok(Order::Speed(speed)) => {
                    self.wanted.speed = speed;
                    playback.set_speed(speed);
                }
                Ok(Order::Lost) => return Over::Lost,
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return Over::Stopped,
            }
        }
        Over::Stopped
    }

    fn tell(&self, event: RecordingEvent) {
        let post = self.post.clone();
        // The order of events is kept, since this thread waits for each.
        Handle::current().block_on(async move { post.tell(event).await });
    }
}

/// Says whether the recording has nothing more.
fn fill_ring(ring: &mut Producer<f32>, playback: &mut Playback, waiting: &mut Vec<f32>) -> bool {
    loop {
        let (written, _) = ring.push_partial_slice(waiting);
        let written = written.len();
        waiting.drain(..written);
        if !waiting.is_empty() {
            return false;
        }
        match playback.next_part() {
            Some(part) => waiting.extend_from_slice(part),
            None => return true,
        }
    }
}

/// Where it is heard, while so many samples wait for the speaker.
fn heard(position: Duration, queued: usize, rate_hz: u32, speed: f64) -> Duration {
    let waiting = queued as f64 / f64::from(rate_hz) * speed;
    position.saturating_sub(Duration::from_secs_f64(waiting))
}
