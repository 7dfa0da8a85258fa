//! Identifiers and secrets that the switch hands out.

use mobilecall_domain::{CallId, Private};
use mobilecall_pstream::CallSid;
use rand::Rng;
use uuid::Uuid;

/// Makes identifiers; tests use a counter.
pub(crate) trait IdSource: Send {
    fn call_sid(&mut self) -> CallSid;
    fn call_id(&mut self) -> CallId;
    /// 128 random bits or more, because whoever has it can take the call over.
    fn reconnect_token(&mut self) -> Private<String>;
}

/// From the system's randomness.
pub(crate) struct RandomIds;

impl IdSource for RandomIds {
    fn call_sid(&mut self) -> CallSid {
        CallSid::from_uuid(Uuid::new_v4())
    }
    fn call_id(&mut self) -> CallId {
        CallId::generate()
    }
    fn reconnect_token(&mut self) -> Private<String> {
        let mut bytes = [0u8; 24];
        rand::rng().fill_bytes(&mut bytes);
        Private::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}
