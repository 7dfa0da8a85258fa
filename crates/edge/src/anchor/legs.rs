//! All legs by their keys: turns commands of the switch into commands to their tasks.

use super::TransportFactory;
use super::leg::{COMMAND_CAPACITY, LegCommand, LegLink, LegTask};
use super::pump::Route;
use crate::core::{LegKey, MediaCommand, MediaOutcome, MediaProblem};
use mobilecall_transport::{Codec, TransportConfig};
use std::collections::HashMap;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) struct Legs {
    transports: TransportFactory,
    config: TransportConfig,
    reports: mpsc::Sender<(LegKey, MediaOutcome)>,
    legs: HashMap<LegKey, Handle>,
    tasks: TaskTracker,
}

struct Handle {
    commands: mpsc::Sender<LegCommand>,
    route: watch::Sender<Option<Route>>,
    link: LegLink,
    closed: CancellationToken,
}

impl Legs {
    /// `config` is for every session; its codecs are those a caller may have, in our order of preference.
    pub(crate) fn new(
        transports: TransportFactory,
        config: TransportConfig,
        reports: mpsc::Sender<(LegKey, MediaOutcome)>,
    ) -> Self {
        Self { transports, config, reports, legs: HashMap::new(), tasks: TaskTracker::new() }
    }

    /// Never waits. A leg that does not keep up with its commands is closed, which its call learns as refused media.
    pub(crate) fn perform(&mut self, command: MediaCommand) -> Option<(LegKey, MediaOutcome)> {
        match command {
            MediaCommand::Answer(leg, offer, codec) => {
                let config = codec.map_or_else(|| self.config.clone(), |codec| self.only(codec));
                self.open(leg, config);
                self.command(leg, LegCommand::Answer(offer))
            }
            MediaCommand::Offer(leg, codec) => {
                self.open(leg, self.only(codec));
                self.command(leg, LegCommand::Offer)
            }
            MediaCommand::Accept(leg, answer) => self.command(leg, LegCommand::Accept(answer)),
            MediaCommand::Reanswer(leg, offer) => self.command(leg, LegCommand::Reanswer(offer)),
            MediaCommand::Join(a, b) => {
                self.route(a, b);
                self.route(b, a);
                None
            }
            MediaCommand::Echo(leg) => {
                self.route(leg, leg);
                None
            }
            MediaCommand::Close(leg) => {
                if let Some(handle) = self.legs.remove(&leg) {
                    handle.closed.cancel();
                }
                None
            }
        }
    }

    /// Closes every session and waits for that.
    pub(crate) async fn close(mut self) {
        for (_, handle) in self.legs.drain() {
            handle.closed.cancel();
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn only(&self, codec: Codec) -> TransportConfig {
        TransportConfig { codecs: vec![codec], ..self.config.clone() }
    }

    fn open(&mut self, leg: LegKey, config: TransportConfig) {
        let (commands, command_receiver) = mpsc::channel(COMMAND_CAPACITY);
        let (route, route_reader) = watch::channel(None);
        let closed = CancellationToken::new();
        let (task, link) = LegTask::new(leg, command_receiver, self.reports.clone(), route_reader, closed.clone());
        self.tasks.spawn(task.run(self.transports.clone(), config));
        self.legs.insert(leg, Handle { commands, route, link, closed });
    }

    fn command(&mut self, leg: LegKey, command: LegCommand) -> Option<(LegKey, MediaOutcome)> {
        let handle = self.legs.get(&leg)?;
        if handle.commands.try_send(command).is_ok() {
            return None;
        }
        tracing::warn!(leg = leg.0, "a media session does not keep up, or has ended");
        handle.closed.cancel();
        Some((leg, MediaOutcome::Refused(MediaProblem::Ours)))
    }

    fn route(&self, from: LegKey, to: LegKey) {
        let (Some(from), Some(to)) = (self.legs.get(&from), self.legs.get(&to)) else { return };
        from.route.send_replace(to.link.route());
    }
}
