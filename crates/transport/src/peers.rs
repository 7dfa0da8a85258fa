//! Which addresses a session has to do with. A peer names candidates of its choice, and each one that is checked gets
//! packets from us, so what it names is no more than a wish.

use crate::sdp::candidate::Candidate;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Candidates of one description that are checked at most; no device has more interfaces that matter.
pub(crate) const MAX_CANDIDATES: usize = 16;

/// Kinds of addresses that packets go to. Unspecified, multicast and broadcast addresses, and those
/// that are reserved, never belong to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddresses {
    /// This machine.
    pub loopback: bool,
    /// Networks that are not routed on the Internet (RFC 1918, RFC 4193, RFC 6598) and links (RFC 3927).
    pub private: bool,
    /// The Internet.
    pub public: bool,
}

/// What is done with the candidates that a peer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedCandidates {
    /// The likeliest are checked. For a device, whose peer is its server.
    Checked,
    /// None is: the peer reaches us at ours, and its addresses are learned from that (RFC 8445 §7.3.1.3). For a server,
    /// which whoever may call could otherwise make send packets to anywhere.
    Learned,
}

impl PeerAddresses {
    /// Every kind.
    pub const ANY: Self = Self { loopback: true, private: true, public: true };
    /// This machine alone.
    pub const LOOPBACK: Self = Self { loopback: true, private: false, public: false };

    /// Whether packets may go to this address.
    pub fn allow(self, address: IpAddr) -> bool {
        match kind(address) {
            Some(Kind::Loopback) => self.loopback,
            Some(Kind::Private) => self.private,
            Some(Kind::Public) => self.public,
            None => false,
        }
    }
}

/// The candidates to check, the likeliest first where there are too many.
pub(crate) fn checked(mut named: Vec<Candidate>, what: NamedCandidates, peers: PeerAddresses) -> Vec<Candidate> {
    match what {
        NamedCandidates::Learned => return Vec::new(),
        NamedCandidates::Checked => {}
    }
    named.retain(|candidate| peers.allow(candidate.address));
    let mut seen = Vec::new();
    named.retain(|candidate| {
        let target = (candidate.address, candidate.port);
        let is_new = !seen.contains(&target);
        seen.push(target);
        is_new
    });
    if named.len() > MAX_CANDIDATES {
        tracing::debug!(count = named.len(), "a description names more candidates than are checked");
        named.sort_by_key(|candidate| std::cmp::Reverse(candidate.priority));
        named.truncate(MAX_CANDIDATES);
    }
    named
}

#[derive(Clone, Copy)]
enum Kind {
    Loopback,
    Private,
    Public,
}

/// `None` for what is nobody's own address.
fn kind(address: IpAddr) -> Option<Kind> {
    match address.to_canonical() {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

fn kind_v4(address: Ipv4Addr) -> Option<Kind> {
    let [first, second, ..] = address.octets();
    match (first, second) {
        // "This network", multicast, reserved and broadcast.
        (0 | 224.., _) => None,
        (127, _) => Some(Kind::Loopback),
        (100, 64..128) => Some(Kind::Private),
        _ if address.is_private() || address.is_link_local() => Some(Kind::Private),
        _ => Some(Kind::Public),
    }
}

fn kind_v6(address: Ipv6Addr) -> Option<Kind> {
    match address.segments() {
        _ if address.is_unspecified() || address.is_multicast() => None,
        _ if address.is_loopback() => Some(Kind::Loopback),
        // Translated to IPv4 on the way (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            kind_v4(Ipv4Addr::new(a, b, c, d))
        }
        _ if address.is_unique_local() || address.is_unicast_link_local() => Some(Kind::Private),
        // IPv4 in its old IPv6 forms, where it may have any meaning.
        [0, 0, 0, 0, 0, 0, ..] => None,
        _ => Some(Kind::Public),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(address: &str) -> &'static str {
        match kind(address.parse().expect("an address")) {
            Some(Kind::Loopback) => "loopback",
            Some(Kind::Private) => "private",
            Some(Kind::Public) => "public",
            None => "never",
        }
    }

    #[test]
    fn addresses_have_a_kind() {
        for (addresses, expected) in [
            ("127.0.0.1 127.9.9.9 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1", "loopback"),
            ("10.1.2.3 172.16.0.1 172.31.9.9 192.168.1.1 100.64.0.1 100.127.0.1 169.254.1.1", "private"),
            ("fd00::1 fe80::1 ::ffff:10.0.0.1 64:ff9b::a00:1", "private"),
            ("198.51.100.7 172.32.0.1 100.128.0.1 2001:db8::1 2a00::1 64:ff9b::c633:6407", "public"),
            ("0.0.0.0 0.1.2.3 :: 224.0.0.251 239.1.1.1 240.0.0.1 255.255.255.255 ff02::fb", "never"),
            ("::ffff:224.0.0.1 ::ffff:0.0.0.0 64:ff9b::ffff:ffff ::1.2.3.4", "never"),
        ] {
            for address in addresses.split(' ') {
                assert_eq!(describe(address), expected, "{address}");
            }
        }
        let loopback = |address: &str| PeerAddresses::LOOPBACK.allow(address.parse().expect("an address"));
        assert!(loopback("127.0.0.1") && !loopback("10.0.0.1") && !loopback("198.51.100.7"));
    }

    fn named(count: u32) -> Vec<Candidate> {
        let one = |number| {
            let text = format!("1 1 udp {number} 198.51.100.{} {} typ host", number % 250, 1_000 + number);
            Candidate::parse(&text).expect("a candidate")
        };
        (1..=count).map(one).collect()
    }

    #[test]
    fn of_many_candidates_the_likeliest_are_checked() {
        let checked = |named, peers| checked(named, NamedCandidates::Checked, peers);
        assert_eq!(checked(named(5), PeerAddresses::ANY), named(5), "in their order");
        let priorities: Vec<u32> = checked(named(100), PeerAddresses::ANY).iter().map(|it| it.priority).collect();
        assert_eq!(priorities, (85..=100).rev().collect::<Vec<_>>());
        let twice = [named(3), named(3)].concat();
        assert_eq!(checked(twice, PeerAddresses::ANY).len(), 3);
        assert!(checked(named(5), PeerAddresses::LOOPBACK).is_empty());
        let learned = super::checked(named(5), NamedCandidates::Learned, PeerAddresses::ANY);
        assert!(learned.is_empty());
    }
}
