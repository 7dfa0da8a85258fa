//! ICE candidates (RFC 8839 §5.1), as far as they pass through our hands.

use std::fmt;
use std::net::IpAddr;

/// One UDP candidate of component 1. Everything else is left out when reading: we multiplex RTCP, do not dial TCP, and
/// browsers' `.local` names connect as peer-reflexive candidates without being resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) foundation: String,
    pub(crate) priority: u32,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) kind: CandidateKind,
    /// Related address and port of a candidate that is not a host candidate.
    pub(crate) related: Option<(IpAddr, u16)>,
}

/// Where a candidate comes from, the default candidate's order of preference first (RFC 8839 §4.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CandidateKind {
    Relay,
    ServerReflexive,
    PeerReflexive,
    Host,
}

impl CandidateKind {
    const ALL: [Self; 4] = [Self::Relay, Self::ServerReflexive, Self::PeerReflexive, Self::Host];

    const fn value(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::ServerReflexive => "srflx",
            Self::PeerReflexive => "prflx",
            Self::Host => "host",
        }
    }
}

impl Candidate {
    /// Reads the value of an `a=candidate` line; `None` if it is not one we can use.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let fields: Vec<&str> = value.split_whitespace().collect();
        let [foundation, component, protocol, priority, address, port, "typ", kind, extensions @ ..] =
            fields.as_slice()
        else {
            return None;
        };
        if *component != "1" || !protocol.eq_ignore_ascii_case("udp") {
            return None;
        }
        let extension = |name: &str| extensions.chunks_exact(2).find(|pair| pair[0] == name).map(|pair| pair[1]);
        let related = match (extension("raddr"), extension("rport")) {
            (Some(address), Some(port)) => address.parse().ok().zip(port.parse().ok()),
            _ => None,
        };
        Some(Self {
            foundation: (*foundation).to_owned(),
            priority: priority.parse().ok()?,
            // A machine without a network binds the wildcard, which nobody can reach.
            address: address.parse().ok().filter(|address: &IpAddr| !address.is_unspecified())?,
            port: port.parse().ok().filter(|port| *port != 0)?,
            kind: CandidateKind::ALL.into_iter().find(|it| it.value() == *kind)?,
            related,
        })
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { foundation, priority, address, port, kind, related } = self;
        write!(f, "{foundation} 1 udp {priority} {address} {port} typ {}", kind.value())?;
        match related {
            Some((address, port)) => write!(f, " raddr {address} rport {port}"),
            // RFC 8839 §5.1 wants a related address on every candidate that has a base elsewhere.
            None if *kind != CandidateKind::Host => write!(f, " raddr 0.0.0.0 rport 9"),
            None => Ok(()),
        }
    }
}

/// Puts the address that the world sees in place of the addresses of our own interfaces, one candidate a port: behind
/// a static one-to-one NAT nobody outside can reach the latter. The stack has no working setting for it.
pub(crate) fn advertise(candidates: &mut Vec<Candidate>, advertised: IpAddr) {
    for candidate in candidates.iter_mut() {
        if candidate.kind == CandidateKind::Host && candidate.address.is_ipv4() == advertised.is_ipv4() {
            candidate.address = advertised;
        }
    }
    let mut seen = Vec::new();
    candidates.retain(|candidate| {
        let key = (candidate.address, candidate.port, candidate.kind);
        let first = !seen.contains(&key);
        seen.push(key);
        first
    });
}

/// The candidate for the `c=` and `m=` lines: the one most likely to be reachable, IPv4 first. A peer such as
/// rtpengine takes `0.0.0.0` there for hold.
pub(crate) fn default_of(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates.iter().min_by_key(|it| (it.kind, it.address.is_ipv6(), u32::MAX - it.priority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_usable_candidates_are_read() {
        let usable = [
            ("1 1 udp 2130706431 192.0.2.1 5000 typ host", "1 1 udp 2130706431 192.0.2.1 5000 typ host"),
            (
                "842163049 1 UDP 1677729535 198.51.100.7 46154 typ srflx raddr 192.0.2.1 rport 5000 generation 0 ufrag x",
                "842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 192.0.2.1 rport 5000",
            ),
            ("1 1 udp 5 2001:db8::1 5000 typ host generation 0", "1 1 udp 5 2001:db8::1 5000 typ host"),
            ("1 1 udp 5 198.51.100.7 9000 typ relay", "1 1 udp 5 198.51.100.7 9000 typ relay raddr 0.0.0.0 rport 9"),
        ];
        for (text, expected) in usable {
            let candidate = Candidate::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(candidate.to_string(), expected);
        }
        let unusable = [
            "",
            "1 2 udp 2130706430 192.0.2.1 5001 typ host",
            "1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
            "1 1 udp 2113937151 0b7c8e1e-8c1b-4e5a-b9c2-1f2d3c4b5a69.local 5000 typ host",
            "1 1 udp 2130706431 0.0.0.0 5000 typ host",
            "1 1 udp many 192.0.2.1 5000 typ host",
            "1 1 udp 1 192.0.2.1 0 typ host",
            "1 1 udp 1 192.0.2.1 5000 typ moon",
            "1 1 udp 1 192.0.2.1 5000",
        ];
        for text in unusable {
            assert_eq!(Candidate::parse(text), None, "{text}");
        }
    }

    fn candidates(texts: &[&str]) -> Vec<Candidate> {
        texts.iter().map(|text| Candidate::parse(text).expect("a candidate")).collect()
    }

    #[test]
    fn the_advertised_address_replaces_those_of_its_family() {
        let mut all = candidates(&[
            "1 1 udp 9 10.0.0.5 5000 typ host",
            "2 1 udp 8 10.1.0.5 5000 typ host",
            "3 1 udp 7 10.1.0.5 5002 typ host",
            "4 1 udp 6 2001:db8::1 5000 typ host",
        ]);
        advertise(&mut all, "203.0.113.9".parse().expect("an address"));
        let addresses: Vec<_> = all.iter().map(|it| format!("{}:{}", it.address, it.port)).collect();
        assert_eq!(addresses, ["203.0.113.9:5000", "203.0.113.9:5002", "2001:db8::1:5000"]);
    }

    #[test]
    fn the_default_candidate_is_the_one_most_likely_reachable() {
        let mut all = candidates(&["1 1 udp 9 2001:db8::1 1 typ host", "1 1 udp 8 10.0.0.5 2 typ host"]);
        assert_eq!(default_of(&all).map(|it| it.port), Some(2));
        all.extend(candidates(&["1 1 udp 3 198.51.100.7 3 typ srflx raddr 10.0.0.5 rport 2"]));
        assert_eq!(default_of(&all).map(|it| it.port), Some(3));
        all.extend(candidates(&["1 1 udp 1 198.51.100.8 4 typ relay raddr 198.51.100.7 rport 3"]));
        assert_eq!(default_of(&all).map(|it| it.port), Some(4));
        assert_eq!(default_of(&[]), None);
    }
}
