//! Whether the network of this machine changed, or the machine slept.

use mobilecall_domain::Timestamp;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// How often to look. Whoever comes back into a network shall be reachable within three seconds.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The wall clock runs so far ahead of the other only while the machine sleeps, or when it is set.
const LEAST_SLEEP: Duration = Duration::from_secs(5);
/// Addresses that nobody has (RFC 5737, RFC 3849), in place of any on the internet.
const OUTSIDE: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)), 9),
];

/// Tells the addresses under which this machine sends to others, exchangeable for tests.
#[derive(Clone)]
pub(crate) struct Network(Arc<dyn Fn() -> Vec<IpAddr> + Send + Sync>);

impl Network {
    /// The machine's own.
    pub(crate) fn system() -> Self {
        Self(Arc::new(|| OUTSIDE.into_iter().filter_map(address_towards).collect()))
    }

    #[cfg(test)]
    pub(crate) fn of(addresses: impl Fn() -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        Self(Arc::new(addresses))
    }

    pub(crate) fn addresses(&self) -> Vec<IpAddr> {
        (self.0)()
    }
}

/// Our address on the way to another; `None` without a way. Connecting a UDP socket only asks the routing table, and sends
/// nothing.
fn address_towards(other: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if other.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(other).ok()?;
    socket.local_addr().ok().map(|own| own.ip())
}

/// What was seen at the last look.
#[derive(Clone, Debug)]
pub(crate) struct NetworkWatch {
    addresses: Vec<IpAddr>,
    wall: Timestamp,
    at: Instant,
}

/// What is different since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NetworkChange {
    /// How long the machine slept.
    pub(crate) slept: Duration,
    /// No connection of before can go on: there is a network, and none of the addresses of before.
    pub(crate) moved: bool,
}

impl NetworkWatch {
    pub(crate) fn new(addresses: Vec<IpAddr>, wall: Timestamp, at: Instant) -> Self {
        Self { addresses, wall, at }
    }

    /// Compares with the last look; `None` if nothing is different.
    pub(crate) fn look(&mut self, addresses: Vec<IpAddr>, wall: Timestamp, at: Instant) -> Option<NetworkChange> {
        let passed = at.saturating_duration_since(self.at);
        let ahead = wall.since(self.wall).saturating_sub(passed);
        let slept = if ahead >= LEAST_SLEEP { ahead } else { Duration::ZERO };
        let before = std::mem::replace(self, Self::new(addresses, wall, at)).addresses;
        let now = &self.addresses;
        let moved = *now != before && !now.is_empty() && !before.iter().any(|address| now.contains(address));
        (*now != before || slept > Duration::ZERO).then_some(NetworkChange { slept, moved })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<IpAddr> {
        text.split_whitespace().map(|address| address.parse().unwrap()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_told_once_and_says_whether_connections_can_go_on() {
        let (start, at) = (Timestamp::from_millis(0), Instant::now());
        let mut watch = NetworkWatch::new(addresses("192.168.1.7"), start, at);
        for (now, expected) in [
            ("192.168.1.7", None),
            // One more way.
            ("192.168.1.7 2001:db8::7", Some(false)),
            ("192.168.1.7 2001:db8::7", None),
            // Another network.
            ("10.0.0.3", Some(true)),
            // None, and the same again: what there was is gone meanwhile.
            ("", Some(false)),
            ("", None),
            ("10.0.0.3", Some(true)),
        ] {
            let change = watch.look(addresses(now), start, at);
            assert_eq!(change.map(|change| change.moved), expected, "{now}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn sleep_is_what_only_the_wall_clock_saw() {
        let (start, at) = (Timestamp::from_millis(1_000_000), Instant::now());
        let seconds = Duration::from_secs;
        for (wall, passed, slept) in [(1, 1, 0), (60, 60, 0), (5, 1, 0), (3_601, 1, 3_600), (0, 1, 0)] {
            let mut watch = NetworkWatch::new(Vec::new(), start, at);
            let change = watch.look(Vec::new(), start.plus(seconds(wall)), at + seconds(passed));
            let expected = (slept > 0).then_some(NetworkChange { slept: seconds(slept), moved: false });
            assert_eq!(change, expected, "{wall} s on the wall in {passed} s");
        }
    }

    #[test]
    fn the_addresses_of_this_machine_are_no_placeholders() {
        assert!(Network::system().addresses().iter().all(|address| !address.is_unspecified()));
    }
}
