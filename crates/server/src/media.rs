//! Ports and peers of media.

use mobilecall_backend::PeerAddresses;
use serde::Deserialize;
use std::{ops::RangeInclusive, str::FromStr};

/// UDP ports from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct PortRange(RangeInclusive<u16>);

impl PortRange {
    pub(crate) fn ports(&self) -> RangeInclusive<u16> {
        self.0.clone()
    }
}

impl FromStr for PortRange {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a range of ports: write it as 40000-40199");
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let port = |text: &str| text.trim().parse::<u16>().map_err(|_| wrong());
        let (first, last) = (port(first)?, port(last)?);
        if first == 0 || first >= last {
            return Err(format!("'{text}' holds no ports for a call: each call needs two, above port 0"));
        }
        Ok(Self(first..=last))
    }
}

impl TryFrom<String> for PortRange {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Kinds of addresses that media may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct MediaPeers(pub(crate) PeerAddresses);

impl FromStr for MediaPeers {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut peers = PeerAddresses { loopback: false, private: false, public: false };
        for kind in text.split(',').map(str::trim) {
            match kind {
                "loopback" => peers.loopback = true,
                "private" => peers.private = true,
                "public" => peers.public = true,
                _ => return Err(format!("'{kind}' is no kind of address: use loopback, private and public")),
            }
        }
        Ok(Self(peers))
    }
}

impl TryFrom<String> for MediaPeers {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_peers() {
        let peers = |text: &str| text.parse::<MediaPeers>().map(|MediaPeers(peers)| peers);
        assert_eq!(peers("loopback,private, public"), Ok(PeerAddresses::ANY));
        assert_eq!(peers("loopback"), Ok(PeerAddresses::LOOPBACK));
        for bad in ["", "lan", "private,", "private;public"] {
            assert!(peers(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges() {
        assert_eq!("40000-40199".parse::<PortRange>().unwrap().ports(), 40000..=40199);
        for bad in ["", "40000", "40000-", "40199-40000", "4-4", "0-10", "1-70000", "a-b"] {
            assert!(bad.parse::<PortRange>().is_err(), "{bad}");
        }
    }
}
