//! The words of Mobile Call as plain values: phone numbers, addresses, the call state machine and the call record.
//!
//! Nothing here performs I/O, reads a clock or knows a wire format: time is a parameter, and `api` and `ipc` own
//! the JSON shapes, but for the enums that a window shows, which are spelled for it here. Everything else in the workspace depends on this crate, and it depends on nothing of ours.

pub mod address;
pub mod call;
pub mod dial;
mod digits;
pub mod dtmf;
pub mod id;
pub mod line;
pub mod line_order;
pub mod machine;
pub mod names;
mod number_kind;
mod numbering;
pub mod pem;
pub mod phone;
mod post_dial;
pub mod private;
pub mod quality;
mod reachability;
pub mod record;
pub mod sdp;
pub mod search;
mod service;
mod sip_uri;
mod tel_uri;
pub mod text_file;
pub mod time;
mod vanity;

pub use address::{Address, AddressError};
pub use call::{CallStatus, Direction, Disposition, EndReason, LineKind, PresenceState, Registration};
pub use dial::{Dial, DialNote};
pub use dtmf::DtmfDigit;
pub use id::{CallId, CompanyId, DeviceId, LegId, LineId, NodeId, ProviderCallId, SessionId, UserId};
pub use line::LineCapabilities;
pub use line_order::{LineOrder, LineOrderError};
pub use number_kind::NumberKind;
pub use phone::{PhoneNumber, PhoneNumberError, Region};
pub use post_dial::PostDial;
pub use private::Private;
pub use quality::{CallQuality, QualityLabel, QualityWarning};
pub use reachability::Reachability;
pub use record::{CallRecord, CallReport, CallStart};
pub use sdp::{SdpAnswer, SdpOffer};
pub use service::Service;
pub use time::Timestamp;
