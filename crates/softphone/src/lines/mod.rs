//! The lines of a softphone: each is described by data, made by the factory of its kind, and has a task and a standing
//! of its own, so that one that goes down takes no other with it.

mod direct;
mod factory;
mod part;
mod routing;
mod task;

pub(crate) use factory::{LineContext, LineFactories};
#[cfg(test)]
pub(crate) use factory::{LineFactory, OpenedLine};
pub(crate) use part::LinePart;
pub(crate) use routing::{Candidate, NoRoute, Route, can_call, route};
#[cfg(test)]
pub(crate) use task::pump;
pub(crate) use task::start;

use mobilecall_domain::{LineId, LineKind};
use mobilecall_ipc::{LineCredentials, LineSettings, LineView, Settings};
use mobilecall_line::{LineCommand, LineError};
use uuid::Uuid;

/// The line of the server that the agent is signed in at. There is one on every device, so its id is the same
/// everywhere: a UUIDv7 of the beginning of time, which none that is made can be.
pub(crate) const DIRECT: LineId = LineId::from_uuid(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));

/// The lines in use, that of the server first.
pub(crate) struct Lines {
    parts: Vec<LinePart>,
    /// Kinds that the company of who is signed in prefers, the first before the others.
    company: Vec<LineKind>,
    /// Counts openings; see [`crate::post::LinePost`].
    openings: u32,
}

impl Lines {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { parts: described(settings).into_iter().map(LinePart::new).collect(), company: Vec::new(), openings: 0 }
    }

    pub(crate) fn get(&self, line: LineId) -> Option<&LinePart> {
        self.parts.iter().find(|part| part.id() == line)
    }

    pub(crate) fn get_mut(&mut self, line: LineId) -> Option<&mut LinePart> {
        self.parts.iter_mut().find(|part| part.id() == line)
    }

    pub(crate) fn ids(&self) -> Vec<LineId> {
        self.parts.iter().map(LinePart::id).collect()
    }

    pub(crate) fn views(&self) -> Vec<LineView> {
        self.parts.iter().map(LinePart::view).collect()
    }

    /// What a call can be routed over.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        self.parts.iter().map(|part| part.candidate(&self.company)).collect()
    }

    /// The company prefers these kinds from now on.
    pub(crate) fn prefer(&mut self, kinds: Vec<LineKind>) {
        self.company = kinds;
    }

    /// Tells a line; one that is gone takes nothing.
    pub(crate) fn send(&self, line: LineId, command: LineCommand) -> Result<(), LineError> {
        self.get(line).ok_or(LineError::Closed)?.send(command)
    }

    /// The number of the next opening of any line.
    pub(crate) fn next_opening(&mut self) -> u32 {
        self.openings += 1;
        self.openings
    }

    /// Takes a line out of use; what it was is to be left in good order.
    pub(crate) fn close(&mut self, line: LineId) -> Option<LinePart> {
        let part = self.get_mut(line)?;
        let closed = LinePart::new(part.description.clone());
        Some(std::mem::replace(part, closed))
    }

    /// Takes over other descriptions. Lines whose description did not change, or changed in name and preference alone,
    /// stay as they are; gives those that are to be left because they are gone or another line now.
    pub(crate) fn describe(&mut self, settings: &Settings) -> Vec<LinePart> {
        let mut before = std::mem::take(&mut self.parts);
        for description in described(settings) {
            let known = before.iter().position(|part| part.is_made_as(&description));
            let mut part = known.map_or_else(|| LinePart::new(description.clone()), |index| before.remove(index));
            part.description = description;
            self.parts.push(part);
        }
        before
    }
}

/// The lines in use as the settings describe them.
pub(crate) fn described(settings: &Settings) -> Vec<LineSettings> {
    let own = settings.lines.iter().find(|line| line.id == DIRECT).cloned().unwrap_or_else(direct_line);
    let others = settings.lines.iter().filter(|line| line.id != DIRECT).cloned();
    std::iter::once(own).chain(others).filter(|line| line.enabled).collect()
}

/// The line of the server, unless the settings say otherwise.
pub(crate) fn direct_line() -> LineSettings {
    LineSettings {
        id: DIRECT,
        kind: LineKind::Direct,
        label: String::new(),
        server: None,
        credentials: LineCredentials::Session,
        enabled: true,
        agent_preference: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_server_is_always_there_unless_it_is_turned_off() {
        let sip = LineSettings { id: LineId::generate(), kind: LineKind::Sip, label: "PBX".into(), ..direct_line() };
        let off = LineSettings { enabled: false, ..direct_line() };
        let named = LineSettings { label: "Office".into(), ..direct_line() };
        for (lines, expected) in [
            (vec![], vec![("", DIRECT)]),
            (vec![sip.clone()], vec![("", DIRECT), ("PBX", sip.id)]),
            (vec![sip.clone(), named], vec![("Office", DIRECT), ("PBX", sip.id)]),
            (vec![off, sip.clone()], vec![("PBX", sip.id)]),
        ] {
            let settings = Settings { lines, ..Settings::default() };
            let found: Vec<_> = described(&settings).into_iter().map(|line| (line.label, line.id)).collect();
            let found: Vec<_> = found.iter().map(|(label, id)| (label.as_str(), *id)).collect();
            assert_eq!(found, expected);
        }
        assert!(DIRECT.is_v7());
    }
}
