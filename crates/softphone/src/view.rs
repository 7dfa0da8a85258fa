//! The domain's words in the window's spelling.

use mobilecall_client::{Presence, PresenceState};
use mobilecall_domain as domain;
use mobilecall_ipc as ipc;

pub(crate) fn direction(direction: domain::Direction) -> ipc::Direction {
    match direction {
        domain::Direction::Incoming => ipc::Direction::Incoming,
        domain::Direction::Outgoing => ipc::Direction::Outgoing,
    }
}

pub(crate) fn line_kind(kind: domain::LineKind) -> ipc::LineKind {
    match kind {
        domain::LineKind::Twilio => ipc::LineKind::Twilio,
        domain::LineKind::Sip => ipc::LineKind::Sip,
        domain::LineKind::Direct => ipc::LineKind::Direct,
    }
}

pub(crate) fn end_reason(reason: domain::EndReason) -> ipc::EndReason {
    use domain::EndReason as From;
    use ipc::EndReason as To;
    match reason {
        From::LocalHangup => To::LocalHangup,
        From::RemoteHangup => To::RemoteHangup,
        From::LocalCancel => To::LocalCancel,
        From::RemoteCancel => To::RemoteCancel,
        From::Busy => To::Busy,
        From::Declined => To::Declined,
        From::LocalDecline => To::LocalDecline,
        From::NoAnswer => To::NoAnswer,
        From::AnsweredElsewhere => To::AnsweredElsewhere,
        From::UnknownDestination => To::UnknownDestination,
        From::Offline => To::Offline,
        From::NotAllowed => To::NotAllowed,
        From::Incompatible => To::Incompatible,
        From::MediaLost => To::MediaLost,
        From::SignalingLost => To::SignalingLost,
        From::Interrupted => To::Interrupted,
        From::Failed => To::Failed,
    }
}

pub(crate) fn disposition(disposition: domain::Disposition) -> ipc::Disposition {
    match disposition {
        domain::Disposition::Answered => ipc::Disposition::Answered,
        domain::Disposition::Missed => ipc::Disposition::Missed,
        domain::Disposition::Unanswered => ipc::Disposition::Unanswered,
        domain::Disposition::Declined => ipc::Disposition::Declined,
        domain::Disposition::Failed => ipc::Disposition::Failed,
        domain::Disposition::Ongoing => ipc::Disposition::Ongoing,
    }
}

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
        label: quality.mos.map(|mos| quality_label(domain::QualityLabel::of_mos(mos))),
        packets_sent: quality.packets_sent,
        packets_received: quality.packets_received,
        packets_lost: quality.packets_lost,
    }
}

fn quality_label(label: domain::QualityLabel) -> ipc::QualityLabel {
    match label {
        domain::QualityLabel::Excellent => ipc::QualityLabel::Excellent,
        domain::QualityLabel::VeryGood => ipc::QualityLabel::VeryGood,
        domain::QualityLabel::Good => ipc::QualityLabel::Good,
        domain::QualityLabel::Fair => ipc::QualityLabel::Fair,
        domain::QualityLabel::Poor => ipc::QualityLabel::Poor,
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
        name: presence.name.clone(),
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
