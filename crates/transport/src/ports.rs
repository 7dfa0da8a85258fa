//! Ports from a configured range.

use crate::{TransportConfig, TransportError};
use std::net::{SocketAddr, UdpSocket};

/// The addresses to bind, with ports of the range put in where one is configured.
///
/// The stack binds by itself, so a port is tried here and let go again. Another process may take it in between; the
/// range should be ours alone.
pub(crate) fn choose(config: &TransportConfig) -> Result<Vec<SocketAddr>, TransportError> {
    let Some(ports) = &config.ports else { return Ok(config.bind.clone()) };
    let count = u32::from(ports.end().saturating_sub(*ports.start())) + 1;
    // A random start keeps two calls that begin together from trying the same ports in turn.
    let start = rand::random_range(0..count);
    let mut free = (0..count).map(|step| ports.start() + ((start + step) % count) as u16);
    let mut bind = config.bind.clone();
    for address in bind.iter_mut().filter(|address| address.port() == 0) {
        let mut candidate = *address;
        let port = free.find(|port| {
            candidate.set_port(*port);
            UdpSocket::bind(candidate).is_ok()
        });
        address.set_port(port.ok_or_else(|| {
            TransportError::Socket(format!("every port from {} to {} is taken", ports.start(), ports.end()))
        })?);
    }
    Ok(bind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_of_the_range_is_found() {
        let taken = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let port = taken.local_addr().expect("an address").port();
        let config = |ports| TransportConfig { ports: Some(ports), ..TransportConfig::loopback() };
        let error = choose(&config(port..=port)).expect_err("the only port is taken");
        assert_eq!(
            error.to_string(),
            format!("no UDP socket could be opened: every port from {port} to {port} is taken")
        );
        drop(taken);
        assert_eq!(choose(&config(port..=port)).expect("a port")[0].port(), port);
        assert_eq!(choose(&TransportConfig::loopback()).expect("any port")[0].port(), 0);
    }
}
