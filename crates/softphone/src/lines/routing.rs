//! Which line a call takes: a pure function of the address, the lines and what the agent chose.
//!
//! | address | its own kind of line | others that can |
//! | --- | --- | --- |
//! | extension, service code, `client:` name | direct | Twilio, SIP |
//! | phone number | Twilio, SIP | |
//! | SIP URI | SIP | |
//!
//! Among the lines of an address's own kind, those that are ready go first, then those that the agent prefers, then
//! those that the company prefers, then those that come first in the list. Another kind is taken only where there is
//! none of its own, so that a call never changes network by itself because a line is down.

use mobilecall_domain::{Address, LineId, LineKind};

/// A line that could carry a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) id: LineId,
    pub(crate) kind: LineKind,
    /// It is registered.
    pub(crate) ready: bool,
    /// The lowest is first; one that has none comes after those that do.
    pub(crate) agent_preference: Option<u32>,
    /// The same, where the agent has no wish.
    pub(crate) company_preference: Option<u32>,
}

/// What a call takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The line. It need not be ready: then none that fits is, and this one is preferred.
    pub(crate) line: LineId,
    /// All that could take it, by preference.
    pub(crate) lines: Vec<LineId>,
}

/// Why no line takes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoute {
    /// The line that was chosen is not there.
    NoSuchLine,
    /// This kind of line cannot call such an address: the one that was chosen, or the only one there is.
    Cannot(LineKind),
    /// None of several lines can.
    NoneCan,
}

/// How well a kind of line suits an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Own,
    Possible,
    No,
}

/// Finds the line for an address. Without any lines there is none either, which is no error of the address.
pub(crate) fn route(address: &Address, lines: &[Candidate], chosen: Option<LineId>) -> Result<Option<Route>, NoRoute> {
    let mut fitting: Vec<&Candidate> = lines.iter().filter(|line| can_call(line.kind, address)).collect();
    // Stable, so that the list's own order decides last.
    fitting.sort_by_key(|line| (fit(line.kind, address), preference(line)));
    let all = fitting.iter().map(|line| line.id).collect();
    if let Some(chosen) = chosen {
        let line = lines.iter().find(|line| line.id == chosen).ok_or(NoRoute::NoSuchLine)?;
        return match fit(line.kind, address) {
            Fit::Own | Fit::Possible => Ok(Some(Route { line: chosen, lines: all })),
            Fit::No => Err(NoRoute::Cannot(line.kind)),
        };
    }
    let Some(preferred) = fitting.first() else {
        return match lines {
            [] => Ok(None),
            [only] => Err(NoRoute::Cannot(only.kind)),
            [..] => Err(NoRoute::NoneCan),
        };
    };
    let best = fit(preferred.kind, address);
    let ready = fitting.iter().find(|line| line.ready && fit(line.kind, address) == best);
    Ok(Some(Route { line: ready.unwrap_or(preferred).id, lines: all }))
}

/// Those without a wish come last.
fn preference(line: &Candidate) -> (u32, u32) {
    (line.agent_preference.unwrap_or(u32::MAX), line.company_preference.unwrap_or(u32::MAX))
}

/// Whether a line of this kind can call the address at all.
pub(crate) fn can_call(kind: LineKind, address: &Address) -> bool {
    fit(kind, address) != Fit::No
}

fn fit(kind: LineKind, address: &Address) -> Fit {
    match (kind, address) {
        (LineKind::Direct, Address::Extension(_) | Address::Service(_) | Address::Client(_))
        | (LineKind::Twilio | LineKind::Sip, Address::Phone(_))
        | (LineKind::Sip, Address::Sip(_)) => Fit::Own,
        (LineKind::Twilio | LineKind::Sip, Address::Extension(_) | Address::Service(_) | Address::Client(_)) => {
            Fit::Possible
        }
        (LineKind::Direct, Address::Phone(_)) | (LineKind::Direct | LineKind::Twilio, Address::Sip(_)) => Fit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::Region;

    /// Reads lines such as `twilio` (ready), `-sip` (down), `sip:1` (the agent's first), `sip/2` (the company's second).
    fn lines(text: &str) -> Vec<Candidate> {
        let one = |(index, word): (usize, &str)| {
            let ready = !word.starts_with('-');
            let word = word.trim_start_matches('-');
            let end = word.find([':', '/']).unwrap_or(word.len());
            let wish = |mark| word.split_once(mark)?.1.split('/').next()?.parse().ok();
            Candidate {
                id: LineId::from_uuid(uuid::Uuid::from_u128(index as u128)),
                kind: word[..end].parse().unwrap(),
                ready,
                agent_preference: wish(':'),
                company_preference: wish('/'),
            }
        };
        text.split_whitespace().enumerate().map(one).collect()
    }

    /// Which of the lines is taken, and which could be: positions in the list.
    fn describe(text: &str, given: &str, chosen: Option<usize>) -> String {
        let address = Address::parse(text, Region::SA).unwrap();
        let lines = lines(given);
        let place = |id: LineId| id.as_uuid().as_u128();
        let chosen = chosen.map(|index| LineId::from_uuid(uuid::Uuid::from_u128(index as u128)));
        match route(&address, &lines, chosen) {
            Ok(Some(found)) => {
                let all: Vec<String> = found.lines.into_iter().map(|id| place(id).to_string()).collect();
                format!("{} of {}", place(found.line), all.join(" "))
            }
            Ok(None) => "none".into(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn the_address_says_which_line() {
        for (address, lines, expected) in [
            ("102", "direct", "0 of 0"),
            ("*43", "twilio sip direct", "2 of 2 0 1"),
            ("client:sara", "twilio direct", "1 of 1 0"),
            ("102", "sip", "0 of 0"),
            ("0501234567", "direct twilio", "1 of 1"),
            ("0501234567", "direct sip twilio", "1 of 1 2"),
            ("sip:a@b.example", "direct twilio sip", "2 of 2"),
            ("0501234567", "direct", "Cannot(Direct)"),
            ("sip:a@b.example", "twilio", "Cannot(Twilio)"),
            ("sip:a@b.example", "direct twilio", "NoneCan"),
            ("0501234567", "", "none"),
        ] {
            assert_eq!(describe(address, lines, None), expected, "{address} over {lines}");
        }
    }

    #[test]
    fn preference_decides_among_lines_that_are_up() {
        for (lines, expected) in [
            ("sip twilio:1", "1 of 1 0"),
            ("sip:2 twilio:1", "1 of 1 0"),
            ("sip/1 twilio/2", "0 of 0 1"),
            // The agent's word counts before the company's.
            ("sip/1 twilio:5", "1 of 1 0"),
            // Where the agent likes both alike, the company decides.
            ("sip:1/9 twilio:1/2", "1 of 1 0"),
            // Several of a kind.
            ("sip sip:1 sip", "1 of 1 0 2"),
            // Down: the next that is up; with none, the preferred one says why.
            ("-sip:1 twilio:2", "1 of 0 1"),
            ("-sip:1 -twilio:2", "0 of 0 1"),
            ("-twilio -sip direct", "0 of 0 1"),
        ] {
            assert_eq!(describe("0501234567", lines, None), expected, "{lines}");
        }
        // A colleague is not called over the public network because the own server is down.
        assert_eq!(describe("102", "-direct twilio", None), "0 of 0 1");
    }

    #[test]
    fn a_line_can_be_chosen_by_hand() {
        for (address, lines, chosen, expected) in [
            ("0501234567", "sip:1 twilio", 1, "1 of 0 1"),
            ("0501234567", "sip -twilio", 1, "1 of 0 1"),
            ("102", "direct sip", 1, "1 of 0 1"),
            ("0501234567", "direct twilio", 0, "Cannot(Direct)"),
            ("0501234567", "direct twilio", 7, "NoSuchLine"),
        ] {
            assert_eq!(describe(address, lines, Some(chosen)), expected, "{address} over {chosen} of {lines}");
        }
    }
}
