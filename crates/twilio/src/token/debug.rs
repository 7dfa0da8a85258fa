//! `Debug` of what names people: only how long the names are.

use super::{Grants, OutgoingGrant, VoiceGrant};
use mobilecall_domain::Private;
use std::fmt;

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants").field("identity", &Private::new(&self.identity)).field("voice", &self.voice).finish()
    }
}

impl fmt::Debug for VoiceGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceGrant")
            .field("incoming", &self.incoming)
            .field("outgoing", &self.outgoing)
            .field("endpoint_id", &self.endpoint_id.as_ref().map(Private::new))
            .finish()
    }
}

impl fmt::Debug for OutgoingGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingGrant")
            .field("application_sid", &self.application_sid)
            .field("params", &self.params.keys())
            .finish()
    }
}
