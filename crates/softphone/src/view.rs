//! The domain's words in the window's spelling.

use mobilecall_client::{Presence, PresenceState};
use mobilecall_domain as domain;
use mobilecall_ipc as ipc;

pub(crate) fn registration(registration: &domain::Registration) -> ipc::Registration {
    use domain::call::RegistrationFailure;
    match registration {
        domain::Registration::Unregistered => ipc::Registration::Unregistered,
        domain::Registration::Registering { attempt } => ipc::Registration::Registering { attempt: *attempt },
        domain::Registration::Registered => ipc::Registration::Registered,
        domain::Registration::Failed(failure) => ipc::Registration::Failed {
            code: match failure {
                RegistrationFailure::CredentialsRefused | RegistrationFailure::CredentialsExpired => {
                    ipc::ErrorCode::SessionExpired
                }
                RegistrationFailure::Protocol => ipc::ErrorCode::NotAMobileCallServer,
            },
        },
    }
}

pub(crate) fn quality(quality: &domain::CallQuality) -> ipc::Quality {
    ipc::Quality {
        rtt_ms: quality.rtt_ms,
        jitter_ms: quality.jitter_ms,
        loss_percent: quality.loss_percent,
        mos: quality.mos,
        label: quality.mos.map(domain::QualityLabel::of_mos),
        packets_sent: quality.packets_sent,
        packets_received: quality.packets_received,
        packets_lost: quality.packets_lost,
    }
}

pub(crate) fn address_kind(address: &domain::Address) -> ipc::AddressKind {
    match address {
        domain::Address::Phone(_) => ipc::AddressKind::Phone,
        domain::Address::Extension(_) => ipc::AddressKind::Extension,
        domain::Address::Service(_) => ipc::AddressKind::Service,
        domain::Address::Client(_) => ipc::AddressKind::Client,
        domain::Address::Sip(_) => ipc::AddressKind::Sip,
    }
}

pub(crate) fn colleague(presence: &Presence) -> ipc::Colleague {
    ipc::Colleague {
        username: presence.username.clone(),
        name: domain::names::clean(&presence.name),
        extension: presence.extension.clone(),
        presence: match presence.state {
            PresenceState::Offline => ipc::PresenceState::Offline,
            PresenceState::Available => ipc::PresenceState::Available,
            PresenceState::Busy => ipc::PresenceState::Busy,
        },
    }
}

/// The other party's address in a record.
pub(crate) fn other_party(record: &domain::CallRecord) -> &str {
    match record.direction {
        domain::Direction::Incoming => &record.from_number,
        domain::Direction::Outgoing => &record.to_number,
    }
}
