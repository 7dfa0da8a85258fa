//! Ports from a configured range.

use crate::{TransportConfig, TransportError};
use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Mutex, PoisonError};

/// Ports that sessions of this process have chosen and not bound yet.
static CHOSEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// The addresses a session binds, all with one port.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) addresses: Vec<SocketAddr>,
    /// Kept from other sessions until this is dropped, when the stack has bound it.
    reserved: Option<u16>,
}

impl Drop for Chosen {
    fn drop(&mut self) {
        if let Some(port) = self.reserved {
            CHOSEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&port);
        }
    }
}

/// The addresses to bind, with a port of the range put in where one is configured: the same for all of them, so that a
/// range holds as many sessions as it has ports. Addresses that this machine cannot bind are left out as long as one
/// can, as where IPv6 is switched off.
///
/// The stack binds by itself, so a port is tried here and let go again. Another process may take it in between; the
/// range should be ours alone.
pub(crate) fn choose(config: &TransportConfig) -> Result<Chosen, TransportError> {
    let Some(ports) = &config.ports else {
        return Ok(Chosen { addresses: config.bind.clone(), reserved: None });
    };
    let usable: Vec<_> = config.bind.iter().copied().filter(|address| can_bind(*address)).collect();
    if usable.is_empty() {
        return Err(TransportError::Socket("none of the addresses is one of this machine".to_owned()));
    }
    let count = u32::from(ports.end().saturating_sub(*ports.start())) + 1;
    // A random start keeps two calls that begin together from trying the same ports in turn.
    let start = rand::random_range(0..count);
    let mut candidates = (0..count).map(|step| ports.start() + ((start + step) % count) as u16);
    let mut chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    let free = candidates.find_map(|port| {
        let addresses = with_port(&usable, port);
        let free = !chosen.contains(&port) && addresses.iter().all(|address| can_bind(*address));
        free.then_some((port, addresses))
    });
    let Some((port, addresses)) = free else {
        let message = format!("every port from {} to {} is taken", ports.start(), ports.end());
        return Err(TransportError::Socket(message));
    };
    chosen.insert(port);
    Ok(Chosen { addresses, reserved: Some(port) })
}

fn with_port(addresses: &[SocketAddr], port: u16) -> Vec<SocketAddr> {
    let put_in = |address: &SocketAddr| match address.port() {
        0 => SocketAddr::new(address.ip(), port),
        _ => *address,
    };
    addresses.iter().map(put_in).collect()
}

fn can_bind(address: SocketAddr) -> bool {
    UdpSocket::bind(address).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::sync::MutexGuard;

    fn config(ports: std::ops::RangeInclusive<u16>) -> TransportConfig {
        TransportConfig { ports: Some(ports), ..TransportConfig::loopback() }
    }

    /// One test at a time looks for free ports and uses them, since a port that was found is not held. They are below those
    /// that the system gives to whoever asks for any.
    static TURN: Mutex<()> = Mutex::new(());

    /// A port that nobody has, and the next one too. Each process begins to look somewhere else.
    fn two_free_ports() -> (MutexGuard<'static, ()>, u16) {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let start = rand::random_range(0..5_000);
        let pair = (0..5_000)
            .map(|step| 10_000 + (start + step) % 5_000 * 2)
            .find(|port| [*port, port + 1].iter().all(|port| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok()));
        (turn, pair.expect("two free ports"))
    }

    #[test]
    fn a_free_port_of_the_range_is_found() {
        let (_turn, port) = two_free_ports();
        let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("a socket");
        let error = choose(&config(port..=port)).expect_err("the only port is taken");
        assert_eq!(
            error.to_string(),
            format!("no UDP socket could be opened: every port from {port} to {port} is taken")
        );
        drop(taken);
        assert_eq!(choose(&config(port..=port)).expect("a port").addresses[0].port(), port);
        assert_eq!(choose(&TransportConfig::loopback()).expect("any port").addresses[0].port(), 0);
    }

    #[test]
    fn a_session_takes_one_port_whatever_addresses_it_has() {
        let (_turn, first) = two_free_ports();
        let bind = vec!["0.0.0.0:0".parse().unwrap(), "127.0.0.1:0".parse().unwrap()];
        let config = TransportConfig { bind, ..config(first..=first + 1) };
        let (one, other) = (choose(&config).expect("a port"), choose(&config).expect("the other port"));
        for chosen in [&one, &other] {
            assert_eq!(chosen.addresses[0].port(), chosen.addresses[1].port());
        }
        assert_ne!(one.addresses[0].port(), other.addresses[0].port(), "even before the first is bound");
        assert!(choose(&config).is_err(), "both are spoken for");
        drop(one);
        assert!(choose(&config).is_ok(), "and given back");
    }

    #[test]
    fn an_address_that_this_machine_has_not_is_left_out() {
        let (_turn, first) = two_free_ports();
        // TEST-NET-1 is nobody's address.
        let bind = vec!["192.0.2.1:0".parse().unwrap(), "127.0.0.1:0".parse().unwrap()];
        let chosen = choose(&TransportConfig { bind, ..config(first..=first) }).expect("a port");
        assert_eq!(chosen.addresses, [SocketAddr::from(([127, 0, 0, 1], first))]);
        let nowhere = vec!["192.0.2.1:0".parse().unwrap()];
        assert!(choose(&TransportConfig { bind: nowhere, ..config(first..=first) }).is_err());
    }
}
