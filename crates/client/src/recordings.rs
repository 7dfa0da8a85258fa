//! Recordings of calls, fetched part by part: a connection that breaks costs one part and not the whole.

use crate::{
    ClientError, Session,
    http::{honor_retry_after, pauses},
};
use backon::Retryable as _;
use mobilecall_domain::CallRecord;

/// Where the server has a recording.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordingPath(String);

/// A part of a recording, as the server sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingPart {
    /// Which byte of the recording is the first of these: that which was asked for, or 0 from a server that sends nothing
    /// but the whole.
    pub from: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many bytes the whole recording has.
    pub total: u64,
}

impl RecordingPath {
    /// Where the recording of this call is. Records of old versions name other hosts, from which nothing is fetched.
    pub fn of(record: &CallRecord) -> Option<Self> {
        let url = record.recording_url.as_deref()?;
        let sid = url.strip_prefix("/api/recordings/")?.strip_suffix("/media")?;
        let is_plain = !sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_plain.then(|| Self(url.to_owned()))
    }
}

impl Session {
    /// `GET /api/recordings/{sid}/media`: at most `length` bytes, at least one, from this one on. Cancel-safe.
    pub async fn recording_part(
        &self,
        recording: &RecordingPath,
        from: u64,
        length: u64,
    ) -> Result<RecordingPart, ClientError> {
        let attempt = || self.recording_part_once(recording, from, length);
        attempt.retry(pauses()).when(ClientError::is_retryable).adjust(honor_retry_after).await
    }

    async fn recording_part_once(
        &self,
        RecordingPath(path): &RecordingPath,
        from: u64,
        length: u64,
    ) -> Result<RecordingPart, ClientError> {
        let token = self.token(None).await?;
        match self.http().part(path, from, length, token.expose()).await {
            Err(error) if error.is_unauthenticated() => {
                let fresh = self.token(Some(token)).await?;
                self.http().part(path, from, length, fresh.expose()).await
            }
            outcome => outcome,
        }
    }
}

/// The first byte of a part and the length of the whole, from a `Content-Range` (RFC 9110 §14.4).
pub(crate) fn range_told(content_range: &str) -> Option<(u64, u64)> {
    let (part, total) = content_range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = part.split_once('-')?;
    Some((first.trim().parse().ok()?, total.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::{CallId, CallStart, CompanyId, LineKind, Timestamp};

    #[test]
    fn only_recordings_of_the_server_are_fetched() {
        let start = CallStart {
            id: CallId::generate(),
            company_id: CompanyId::generate(),
            line: LineKind::Twilio,
            from_number: "101".to_owned(),
            to_number: "+966501234567".to_owned(),
            at: Timestamp::from_millis(0),
        };
        let record = CallRecord::outgoing(start);
        for (url, is_fetched) in [
            (Some("/api/recordings/RE0123abcd/media"), true),
            (Some("/api/recordings//media"), false),
            (Some("/api/recordings/../users/media"), false),
            (Some("/api/recordings/RE1/media?x=/media"), false),
            (Some("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"), false),
            (None, false),
        ] {
            let record = CallRecord { recording_url: url.map(str::to_owned), ..record.clone() };
            assert_eq!(RecordingPath::of(&record).is_some(), is_fetched, "{url:?}");
        }
    }

    #[test]
    fn parts_say_where_they_belong() {
        assert_eq!(range_told("bytes 5-9/200"), Some((5, 200)));
        for other in ["bytes 5-9/*", "bytes */200", "items 5-9/200", "", "bytes 9/200"] {
            assert_eq!(range_told(other), None, "{other}");
        }
    }
}
