//! The task that owns the switch.

use super::reachability::ReachabilityQueue;
use super::recorder::Recorder;
use super::requests;
use crate::anchor::{Legs, TransportFactory};
use crate::core::{Input, LegKey, MediaOutcome, Now, Output, RandomIds, Rules, SocketId, Switch};
use crate::host::EdgeHost;
use mobilecall_domain::Timestamp;
use mobilecall_transport::TransportConfig;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// Frames that wait for one client. A call has a dozen; who lets so many pile up does not read.
const OUTGOING_CAPACITY: usize = 64;
/// Outcomes of all media transports that wait for the switch; their tasks wait when it is full.
const MEDIA_CAPACITY: usize = 256;
/// How long sockets, records and transports may take to end when the edge stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// Of that, the time for a last try of what did not succeed so far.
const LAST_TRY: Duration = Duration::from_secs(1);

/// What others send to the owner.
pub(crate) enum Message {
    Input(Input),
    /// A new socket; the reply is where its outgoing frames come from, or nothing once the edge is stopping.
    Opened(SocketId, oneshot::Sender<mpsc::Receiver<String>>),
    /// Stop; the reply comes when everything has ended.
    Shutdown(oneshot::Sender<()>),
}

pub(crate) struct OwnerConfig {
    pub(crate) rules: Rules,
    pub(crate) transports: TransportFactory,
    pub(crate) transport: TransportConfig,
}

pub(crate) struct Owner {
    host: Arc<dyn EdgeHost>,
    switch: Switch,
    started: Instant,
    messages: mpsc::Receiver<Message>,
    media: mpsc::Receiver<(LegKey, MediaOutcome)>,
    /// Every open socket; without a sender once it was let go and only its end is awaited.
    sockets: HashMap<SocketId, Option<mpsc::Sender<String>>>,
    legs: Legs,
    recorder: Recorder,
    reachability: ReachabilityQueue,
    /// Cancelled when what the host does not take is given up.
    giving_up: CancellationToken,
    requests: JoinSet<Input>,
    stopped: Vec<oneshot::Sender<()>>,
}

impl Owner {
    pub(crate) fn new(host: Arc<dyn EdgeHost>, config: OwnerConfig, messages: mpsc::Receiver<Message>) -> Self {
        let started = Instant::now();
        let (reports, media) = mpsc::channel(MEDIA_CAPACITY);
        let giving_up = CancellationToken::new();
        let now = Now { monotonic: Duration::ZERO, wall: Timestamp::now() };
        Self {
            switch: Switch::new(config.rules, Box::new(RandomIds), now),
            started,
            messages,
            media,
            sockets: HashMap::new(),
            legs: Legs::new(config.transports, config.transport, reports),
            recorder: Recorder::new(Arc::clone(&host), giving_up.clone()),
            reachability: ReachabilityQueue::default(),
            giving_up,
            requests: JoinSet::new(),
            stopped: Vec::new(),
            host,
        }
    }

    /// Runs until told to stop, or until every handle is gone.
    pub(crate) async fn run(mut self) {
        let telling = self.reachability.clone().run(Arc::clone(&self.host), self.giving_up.clone());
        let telling = tokio::spawn(telling);
        while self.step().await {}
        self.input(Input::Shutdown);
        let finish = async {
            while !self.sockets.is_empty() || !self.requests.is_empty() {
                self.step_while_stopping().await;
            }
        };
        if timeout(SHUTDOWN_TIMEOUT, finish).await.is_err() {
            tracing::warn!("sockets or the host did not end in time");
        }
        self.wind_up(telling).await;
    }

    /// Waits until records are written, everybody is told and transports are closed.
    async fn wind_up(self, telling: JoinHandle<()>) {
        let Self { legs, recorder, reachability, giving_up, stopped, .. } = self;
        reachability.close();
        let finish = async {
            let ((), (), told) = tokio::join!(legs.close(), recorder.finish(), telling);
            if let Err(error) = told {
                tracing::error!(%error, "the task that tells of reachability broke");
            }
        };
        if !finished_in_time(finish, &giving_up).await {
            tracing::warn!("records or media transports did not end in time");
        }
        for done in stopped {
            if done.send(()).is_err() {
                tracing::debug!("who asked the edge to stop did not wait for it");
            }
        }
    }

    /// Waits for one thing to happen; `false` when it is time to stop.
    async fn step(&mut self) -> bool {
        let deadline = self.switch.deadline().map(|deadline| self.started + deadline);
        tokio::select! {
            message = self.messages.recv() => match message {
                Some(Message::Input(input)) => self.input(input),
                Some(Message::Opened(socket, reply)) => self.opened(socket, reply),
                Some(Message::Shutdown(done)) => {
                    self.stopped.push(done);
                    return false;
                }
                None => return false,
            },
            Some((leg, outcome)) = self.media.recv() => self.input(Input::Media(leg, outcome)),
            Some(answer) = self.requests.join_next() => self.answered(answer),
            () = sleep_until(deadline.unwrap_or(self.started)), if deadline.is_some() => self.input(Input::TimePassed),
        }
        true
    }

    async fn step_while_stopping(&mut self) {
        tokio::select! {
            Some(message) = self.messages.recv() => match message {
                Message::Input(input) => self.input(input),
                // Its sender hears that there is no socket for it.
                Message::Opened(..) => {}
                Message::Shutdown(done) => self.stopped.push(done),
            },
            Some(_) = self.media.recv() => {}
            Some(answer) = self.requests.join_next() => self.answered(answer),
        }
    }

    fn opened(&mut self, socket: SocketId, reply: oneshot::Sender<mpsc::Receiver<String>>) {
        let (sender, receiver) = mpsc::channel(OUTGOING_CAPACITY);
        if reply.send(receiver).is_ok() {
            self.sockets.insert(socket, Some(sender));
            self.input(Input::SocketOpened(socket));
        }
    }

    fn answered(&mut self, answer: Result<Input, tokio::task::JoinError>) {
        match answer {
            Ok(input) => self.input(input),
            // The switch gives the call or the socket up by its own timer.
            Err(error) => tracing::error!(%error, "a question to the host broke"),
        }
    }

    /// Gives the switch an input and does all that it says, in order; what that brings about at once is an input of its
    /// own, after everything.
    fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if let Input::SocketGone(socket) = &input {
                self.sockets.remove(socket);
            }
            let now = Now { monotonic: self.started.elapsed(), wall: Timestamp::now() };
            for output in self.switch.handle(input, now) {
                inputs.extend(self.perform(output));
            }
        }
    }

    /// Does one thing; gives what it brought about at once.
    fn perform(&mut self, output: Output) -> Option<Input> {
        let host = Arc::clone(&self.host);
        match output {
            Output::Send(socket, frame) => self.send(socket, &frame),
            // The socket's task sends what is queued, closes, and reports that it is gone.
            Output::Disconnect(socket) => self.let_go(socket),
            Output::Authenticate(socket, check, token) => {
                self.requests.spawn(requests::authenticate(host, socket, check, token));
            }
            Output::Resolve(call, company, dialed) => {
                self.requests.spawn(requests::resolve(host, call, company, dialed));
            }
            Output::OpenRecords(call, records) => {
                self.requests.spawn(requests::open_records(host, self.giving_up.clone(), call, records));
            }
            Output::Report(call, reports) => self.recorder.report(call, reports),
            Output::Media(command) => {
                return self.legs.perform(command).map(|(leg, outcome)| Input::Media(leg, outcome));
            }
            Output::Reachability(company, user, now) => self.reachability.push(company, user, now),
        }
        None
    }

    fn send(&mut self, socket: SocketId, frame: &mobilecall_pstream::ServerFrame) {
        let Some(Some(sender)) = self.sockets.get(&socket) else { return };
        if let Err(mpsc::error::TrySendError::Full(_)) = sender.try_send(frame.to_text()) {
            tracing::warn!(socket = socket.0, "socket closed: the client does not read its frames");
            self.let_go(socket);
        }
    }

    fn let_go(&mut self, socket: SocketId) {
        if let Some(sender) = self.sockets.get_mut(&socket) {
            *sender = None;
        }
    }
}

/// Gives the work its time. Shortly before that is over, what waits for its next try is tried for the last time.
async fn finished_in_time(work: impl Future<Output = ()>, giving_up: &CancellationToken) -> bool {
    let mut work = std::pin::pin!(work);
    if timeout(SHUTDOWN_TIMEOUT - LAST_TRY, &mut work).await.is_ok() {
        return true;
    }
    giving_up.cancel();
    timeout(LAST_TRY, work).await.is_ok()
}

#[cfg(test)]
mod tests;
