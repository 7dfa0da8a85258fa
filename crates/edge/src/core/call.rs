//! A call: two parties, their records, and how far it has come.

use super::io::LegKey;
use crate::host::Agent;
use mobilecall_domain::{CallId, CompanyId, SdpOffer, Timestamp};
use mobilecall_pstream::CallSid;

pub(super) struct Call {
    pub(super) company: CompanyId,
    pub(super) started: Timestamp,
    /// What the caller dialed.
    pub(super) dialed: String,
    pub(super) caller: Caller,
    pub(super) callee: Callee,
    pub(super) records: Records,
    pub(super) stage: Stage,
}

pub(super) struct Caller {
    pub(super) agent: Agent,
    pub(super) leg: LegKey,
    /// The id that the caller's softphone gave its record.
    pub(super) wanted: Option<CallId>,
    /// The caller's offer, until the media anchor has it.
    pub(super) offer: Option<SdpOffer>,
}

pub(super) enum Callee {
    /// The host has not said yet.
    Unresolved,
    Echo,
    Agent(CalledAgent),
}

pub(super) struct CalledAgent {
    pub(super) agent: Agent,
    /// One for all devices, as one call leg is one leg however many devices ring.
    pub(super) sid: CallSid,
    /// Devices that ring; once one has answered, only that one.
    pub(super) legs: Vec<LegKey>,
    /// The person dialed the caller meanwhile, and is answered as soon as the caller's media is there.
    pub(super) met: Option<Met>,
}

/// The leg of somebody who dialed the one who calls them, and its offer.
pub(super) struct Met {
    pub(super) leg: LegKey,
    pub(super) offer: SdpOffer,
}

/// Where the records of a call stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Records {
    /// Not asked for.
    None,
    /// The host is writing them.
    Opening,
    /// Written under these ids.
    Open(RecordIds),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordIds {
    pub(super) caller: CallId,
    /// `None` for the echo, and where nobody was found.
    pub(super) callee: Option<CallId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The host says whom the dialed text means.
    Resolving,
    /// Records are written and the caller's offer is answered.
    Preparing,
    /// The callee's devices ring.
    Ringing,
    /// This device took the call and its answer is being applied, or its offer answered.
    Answering(LegKey),
    /// Audio flows, between the caller and this device or back to the caller.
    Talking,
}

impl Call {
    pub(super) const fn answered(&self) -> bool {
        matches!(self.stage, Stage::Talking)
    }

    pub(super) fn called(&self) -> Option<&CalledAgent> {
        match &self.callee {
            Callee::Agent(called) => Some(called),
            Callee::Unresolved | Callee::Echo => None,
        }
    }

    pub(super) fn called_mut(&mut self) -> Option<&mut CalledAgent> {
        match &mut self.callee {
            Callee::Agent(called) => Some(called),
            Callee::Unresolved | Callee::Echo => None,
        }
    }

    /// Every leg, the caller's first.
    pub(super) fn legs(&self) -> Vec<LegKey> {
        let called = self.called().map(|called| called.legs.as_slice()).unwrap_or_default();
        std::iter::once(self.caller.leg).chain(called.iter().copied()).collect()
    }
}
