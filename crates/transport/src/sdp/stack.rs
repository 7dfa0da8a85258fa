//! Descriptions between us and the stack: it learns the peer's ICE and DTLS facts, and tells us its own.

use super::candidate::Candidate;
use super::{Fingerprint, IceCredentials, RemoteDescription, SdpError, Setup};
use std::fmt::Write;

/// The payload type the stack believes in. It never reaches the wire (the tap puts the negotiated one in its place);
/// 64 to 95 are not used by anyone, since they look like RTCP (RFC 5761 §4).
pub(crate) const INNER_PAYLOAD_TYPE: u8 = 90;

/// ICE and DTLS facts of the stack, for our descriptions.
pub(crate) struct StackTransport {
    pub(crate) ice: IceCredentials,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) setup: Setup,
    pub(crate) candidates: Vec<Candidate>,
}

impl StackTransport {
    /// Reads the stack's own description.
    pub(crate) fn parse(text: &str) -> Result<Self, SdpError> {
        let RemoteDescription { ice, fingerprint, setup, candidates, .. } =
            RemoteDescription::parse(text, Setup::ActPass)?;
        Ok(Self { ice, fingerprint, setup, candidates })
    }
}

/// The peer, told to the stack in the one dialect in which it makes no mistakes: always `sendrecv`, always one codec,
/// always `mid` and BUNDLE. Hold is no business of the stack: an `inactive` line would stop its sender for good.
pub(crate) fn describe_peer(remote: &RemoteDescription) -> String {
    let mut text = String::from("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n");
    if remote.ice_lite {
        text.push_str("a=ice-lite\r\n");
    }
    let RemoteDescription { ice, fingerprint, setup, .. } = remote;
    let audio = format!(
        "m=audio 9 UDP/TLS/RTP/SAVPF {INNER_PAYLOAD_TYPE}\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n\
         a=rtpmap:{INNER_PAYLOAD_TYPE} opus/48000/2\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:{} {}\r\n\
         a=setup:{}\r\n",
        ice.ufrag,
        ice.pwd,
        fingerprint.hash,
        fingerprint.digest,
        setup.value()
    );
    text.push_str(&audio);
    for candidate in &remote.candidates {
        write!(text, "a=candidate:{candidate}\r\n").expect("writing to a string does not fail");
    }
    text
}
