//! The lines of a softphone: each is described by data, made by the factory of its kind, and has a task and a standing
//! of its own, so that one that goes down takes no other with it.

mod factory;
mod part;
mod routing;
mod session;
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

/// The line to the public network that the server gives out where its company has an account at Twilio; the same
/// everywhere, as [`DIRECT`] is.
pub(crate) const TWILIO: LineId = LineId::from_uuid(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0002));

/// The lines in use, those of the server first.
pub(crate) struct Lines {
    parts: Vec<LinePart>,
    /// Kinds that the company of who is signed in prefers, the first before the others.
    company: Vec<LineKind>,
    /// Kinds that the server gives out to who is signed in.
    available: Vec<LineKind>,
    /// Counts openings; see [`crate::post::LinePost`].
    openings: u32,
}

impl Lines {
    pub(crate) fn new(settings: &Settings) -> Self {
        let parts = described(settings, &[]).into_iter().map(LinePart::new).collect();
        Self { parts, company: Vec::new(), available: Vec::new(), openings: 0 }
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

    /// The server gives out lines of these kinds from now on; to be followed by [`Self::describe`]. Says whether that is
    /// new.
    pub(crate) fn make_available(&mut self, kinds: Vec<LineKind>) -> bool {
        let new = self.available != kinds;
        self.available = kinds;
        new
    }

    /// The lines that there would be with these settings.
    pub(crate) fn described(&self, settings: &Settings) -> Vec<LineSettings> {
        described(settings, &self.available)
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
        for description in self.described(settings) {
            let known = before.iter().position(|part| part.is_made_as(&description));
            let mut part = known.map_or_else(|| LinePart::new(description.clone()), |index| before.remove(index));
            part.description = description;
            self.parts.push(part);
        }
        before
    }
}

/// The lines in use as the settings describe them, where the server gives out lines of these kinds. The direct one is
/// always there, unless it is turned off.
fn described(settings: &Settings, available: &[LineKind]) -> Vec<LineSettings> {
    let kinds = [LineKind::Direct, LineKind::Twilio].into_iter();
    let given = kinds.filter(|kind| *kind == LineKind::Direct || available.contains(kind)).filter_map(given_out);
    let said = |line: LineSettings| settings.lines.iter().find(|said| said.id == line.id).cloned().unwrap_or(line);
    let by_hand = settings.lines.iter().filter(|line| ![DIRECT, TWILIO].contains(&line.id)).cloned();
    given.map(said).chain(by_hand).filter(|line| line.enabled).collect()
}

/// What the settings say to sign in over Twilio at an edge of one's own choice, such as `frankfurt`.
pub fn twilio_at_edge(edge: &str) -> Option<LineSettings> {
    given_out(LineKind::Twilio).map(|line| LineSettings { server: Some(edge.to_owned()), ..line })
}

/// The line of a kind that a server gives out, unless the settings say otherwise; `None` if servers give out none.
pub(crate) fn given_out(kind: LineKind) -> Option<LineSettings> {
    let id = match kind {
        LineKind::Direct => DIRECT,
        LineKind::Twilio => TWILIO,
        LineKind::Sip => return None,
    };
    let credentials = LineCredentials::Session;
    Some(LineSettings {
        id,
        kind,
        label: String::new(),
        server: None,
        credentials,
        enabled: true,
        agent_preference: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direct_line() -> LineSettings {
        given_out(LineKind::Direct).unwrap()
    }

    #[test]
    fn a_line_that_the_server_gives_out_comes_and_goes_with_it() {
        let kinds = |available: &[LineKind], lines: Vec<LineSettings>| {
            let settings = Settings { lines, ..Settings::default() };
            described(&settings, available).into_iter().map(|line| line.kind).collect::<Vec<_>>()
        };
        let both = [LineKind::Direct, LineKind::Twilio];
        assert_eq!(kinds(&[], vec![]), [LineKind::Direct]);
        assert_eq!(kinds(&both, vec![]), both);
        // Of a kind that servers do not give out there is nothing to describe.
        assert_eq!(kinds(&[LineKind::Sip], vec![]), [LineKind::Direct]);
        let named = LineSettings { label: "Public".into(), ..given_out(LineKind::Twilio).unwrap() };
        assert_eq!(kinds(&both, vec![named.clone()]), both);
        // What is said of one that is not given out makes none.
        assert_eq!(kinds(&[LineKind::Direct], vec![named.clone()]), [LineKind::Direct]);
        let off = LineSettings { enabled: false, ..named };
        assert_eq!(kinds(&both, vec![off]), [LineKind::Direct]);
    }

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
            let found: Vec<_> = described(&settings, &[]).into_iter().map(|line| (line.label, line.id)).collect();
            let found: Vec<_> = found.iter().map(|(label, id)| (label.as_str(), *id)).collect();
            assert_eq!(found, expected);
        }
        assert!(DIRECT.is_v7() && TWILIO.is_v7());
    }
}
