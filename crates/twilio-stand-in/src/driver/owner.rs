//! The task that owns the cloud.

use super::courier::Courier;
use crate::core::rest::{Reply, Request};
use crate::core::{Cloud, Effect, FetchKey, Input, Now, SocketId, Webhook};
use crate::media::RoomMessage;
use mobilecall_domain::Timestamp;
use mobilecall_pstream::ServerFrame;
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Frames that wait for one softphone.
const OUTGOING_CAPACITY: usize = 64;

/// Something that is done with the cloud.
pub(crate) type Visit = Box<dyn FnOnce(&mut Cloud) + Send>;

/// What others send to the owner.
pub(crate) enum Message {
    Input(Input),
    /// A new connection; the reply is where its outgoing frames come from.
    Opened(SocketId, oneshot::Sender<mpsc::Receiver<String>>),
    Rest(Request, oneshot::Sender<Reply>),
    Visit(Visit),
}

pub(crate) struct Owner {
    cloud: Cloud,
    started: Instant,
    courier: Courier,
    room: mpsc::Sender<RoomMessage>,
    messages: mpsc::Receiver<Message>,
    /// From the media.
    inputs: mpsc::UnboundedReceiver<Input>,
    questions: JoinSet<Input>,
    sockets: HashMap<SocketId, mpsc::Sender<String>>,
}

impl Owner {
    pub(crate) fn new(
        cloud: Cloud,
        started: Instant,
        courier: Courier,
        room: mpsc::Sender<RoomMessage>,
        messages: mpsc::Receiver<Message>,
        inputs: mpsc::UnboundedReceiver<Input>,
    ) -> Self {
        let (questions, sockets) = (JoinSet::new(), HashMap::new());
        Self { cloud, started, courier, room, messages, inputs, questions, sockets }
    }

    /// Runs until nobody can speak to it any more.
    pub(crate) async fn run(mut self) {
        loop {
            let deadline = self.cloud.deadline().map(|deadline| self.started + deadline);
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some(message) => self.take(message).await,
                    None => return,
                },
                Some(input) = self.inputs.recv() => self.input(input).await,
                Some(answer) = self.questions.join_next() => match answer {
                    Ok(input) => self.input(input).await,
                    Err(error) => tracing::error!(%error, "a question to the application broke"),
                },
                () = sleep_until(deadline.unwrap_or(self.started)), if deadline.is_some() => {
                    self.input(Input::TimePassed).await;
                }
            }
        }
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Input(input) => self.input(input).await,
            Message::Opened(socket, reply) => {
                let (sender, receiver) = mpsc::channel(OUTGOING_CAPACITY);
                if reply.send(receiver).is_ok() {
                    self.sockets.insert(socket, sender);
                    self.input(Input::SocketOpened(socket)).await;
                }
            }
            Message::Rest(request, answer) => {
                let (reply, effects) = self.cloud.rest(&request, self.now());
                self.perform(effects).await;
                if answer.send(reply).is_err() {
                    tracing::debug!("a client of the API did not wait for its answer");
                }
            }
            Message::Visit(visit) => {
                let effects = self.cloud.visit(self.now(), visit);
                self.perform(effects).await;
            }
        }
    }

    fn now(&self) -> Now {
        Now { monotonic: self.started.elapsed(), wall: Timestamp::now() }
    }

    async fn input(&mut self, input: Input) {
        if let Input::SocketGone(socket) = &input {
            self.sockets.remove(socket);
        }
        let effects = self.cloud.handle(input, self.now());
        self.perform(effects).await;
    }

    async fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(socket, frame) => self.send(socket, &frame),
                // Its task sends what is queued, closes, and reports that it is gone.
                Effect::Disconnect(socket) => {
                    self.sockets.remove(&socket);
                }
                Effect::Fetch(key, webhook) => self.ask(key, webhook),
                Effect::Notify(webhook) => self.courier.notify(webhook),
                Effect::Media(command) => {
                    if self.room.send(RoomMessage::Do(command)).await.is_err() {
                        tracing::error!("the task of the sound has ended");
                    }
                }
            }
        }
    }

    fn ask(&mut self, key: FetchKey, webhook: Webhook) {
        let sender = self.courier.sender();
        self.questions.spawn(async move { Input::Fetched(key, sender.ask(&webhook).await) });
    }

    fn send(&mut self, socket: SocketId, frame: &ServerFrame) {
        let Some(sender) = self.sockets.get(&socket) else { return };
        if let Err(mpsc::error::TrySendError::Full(_)) = sender.try_send(frame.to_text()) {
            tracing::warn!(socket = socket.0, "socket closed: the client does not read its frames");
            self.sockets.remove(&socket);
        }
    }
}
