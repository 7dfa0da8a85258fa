//! A client of relays (TURN, RFC 8656) that are reached over UDP, TCP or TLS; what is relayed is always UDP.
//!
//! ```no_run
//! # async fn relayed() -> Result<(), mobilecall_turn::RelayError> {
//! use mobilecall_turn::{Carrier, RelayConfig, allocate};
//!
//! let config = RelayConfig {
//!     host: "relay.example.com".to_owned(),
//!     port: 3478,
//!     carrier: Carrier::Tcp,
//!     username: "user".to_owned(),
//!     password: "password".to_owned(),
//!     ..RelayConfig::default()
//! };
//! let (relay, mut packets) = allocate(config).await?;
//! println!("peers reach us at {}", relay.address());
//! relay.send(([192, 0, 2, 7], 5_000).into(), b"hello".as_slice().into());
//! while let Some(packet) = packets.recv().await {
//!     println!("{} bytes from {}", packet.payload.len(), packet.peer);
//! }
//! println!("over: {}", packets.reason());
//! relay.close().await;
//! # Ok(()) }
//! ```
//!
//! # How it is built
//!
//! The protocol's state (credentials and nonces, refreshing what runs out) is the library `turn-client-proto`. It does no
//! I/O, and neither does what is around it here: `framing` cuts a stream into messages and pads them, which that library
//! leaves out; `session` asks for permissions and channels when packets need them and keeps the error codes. `driver` has
//! the sockets, and the time limit for the first answer.
//!
//! Left out: relaying TCP (RFC 6062), DTLS to the relay, relayed addresses of IPv6, and following a relay to another one
//! (ALTERNATE-SERVER), which is told as [`RelayError::Refused`] with code 300.

mod config;
#[cfg(feature = "test-support")]
pub mod coturn;
mod driver;
mod error;
mod framing;
mod session;
mod wire;

pub use config::{Carrier, RelayConfig};
pub use driver::{Packets, Relay, RelayedPacket, allocate};
pub use error::{Lost, RelayError, Stage};

/// Filter directives (in the syntax of `tracing_subscriber::EnvFilter`) that keep the libraries beneath from writing
/// addresses of peers into the log.
pub const LOG_DIRECTIVES: &str = "turn_client_proto=off,turn_types=off,stun_proto=off,stun_types=off";
