//! What is to be said of a call's sound beside its figures: warnings, and the way that it takes.

use super::Second;
use mobilecall_domain::{
    QualityWarning,
    machine::{CallState, Lost},
};
use mobilecall_ipc::{CandidateKind, MediaPath};
use mobilecall_media::warnings::{Flow, QualityWatch};
use mobilecall_transport::{CandidatePair, CandidateType};
use std::time::Duration;

/// Watches the seconds of one call.
#[derive(Default)]
pub(crate) struct Sounding {
    watch: QualityWatch,
    path: Option<MediaPath>,
}

impl Sounding {
    /// One second of the call, so long after it was made. `receives` says whether anything is to come.
    pub(crate) fn second(&mut self, at: Duration, second: &Second, sends: bool, receives: bool) {
        self.path = second.pair.map(path_of).or(self.path);
        self.watch.sample(at, &second.quality, Flow { sends, receives, levels: &second.levels });
    }

    /// What is wrong now; nothing is once the call is over.
    pub(crate) fn warnings(&self, state: CallState) -> Vec<QualityWarning> {
        let lost = match state {
            CallState::Active(_) => false,
            CallState::Reconnecting { lost: Lost { media, .. }, .. } => media,
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Offered
            | CallState::Connecting
            | CallState::Ending { .. }
            | CallState::Ended(_) => return Vec::new(),
        };
        lost.then_some(QualityWarning::IceConnectivityLost).into_iter().chain(self.watch.warnings()).collect()
    }

    /// The way of the sound while there is one.
    pub(crate) fn path(&self, state: CallState) -> Option<MediaPath> {
        match state {
            CallState::Active(_) | CallState::Alerting { .. } => self.path,
            CallState::Dialing
            | CallState::Offered
            | CallState::Connecting
            | CallState::Reconnecting { .. }
            | CallState::Ending { .. }
            | CallState::Ended(_) => None,
        }
    }
}

fn path_of(pair: CandidatePair) -> MediaPath {
    MediaPath { local: kind_of(pair.local), remote: kind_of(pair.remote), relayed: pair.is_relayed() }
}

fn kind_of(found: CandidateType) -> CandidateKind {
    match found {
        CandidateType::Host => CandidateKind::Host,
        CandidateType::ServerReflexive => CandidateKind::ServerReflexive,
        CandidateType::PeerReflexive => CandidateKind::PeerReflexive,
        CandidateType::Relayed => CandidateKind::Relay,
    }
}
