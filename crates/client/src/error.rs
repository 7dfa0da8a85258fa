//! What can go wrong between here and the server.

use mobilecall_api::error::{ErrorBody, ErrorCode, ProviderRefusal};
use rustls::CertificateError;
use std::{error::Error, io, path::PathBuf, time::Duration};

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No answer in time, or no connection.
    #[error("the server {url} does not answer: check the address, the network and that the server is running")]
    Unreachable {
        /// The server.
        url: String,
        /// The cause.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Its certificate is not signed by an authority we trust, or for another name.
    #[error(
        "the certificate of {url} is not trusted ({reason}): give the authority that signed it, or correct the address"
    )]
    CertificateNotTrusted {
        /// The server.
        url: String,
        /// What is wrong with it.
        reason: String,
        /// The cause.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server refused.
    #[error("the server refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its code, if the answer came from our backend and not from something in between.
        code: Option<ErrorCode>,
        /// Its sentence, safe to show.
        message: String,
        /// When to try again.
        retry_after: Option<Duration>,
        /// What the provider of calls said, if it was the provider who refused.
        provider: Option<ProviderRefusal>,
    },
    /// The answer is not what the API promises.
    #[error("the server's answer to {what} cannot be understood: is this address a Mobile Call server?")]
    Garbled {
        /// The request.
        what: String,
        /// The cause.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The session was revoked or ran out.
    #[error("the session has ended: sign in again")]
    SessionEnded,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of the authority cannot be read.
    #[error("the certificate file {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It is in another form than PEM.
    #[error("the certificate file {} is not in PEM form: {source}", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// In which.
        #[source]
        source: mobilecall_domain::pem::NotPem,
    },
    /// Nothing usable in it.
    #[error("{} holds no certificate in PEM form", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A certificate in it cannot serve as an authority.
    #[error("a certificate in {} cannot be used as an authority", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: rustls::Error,
    },
    /// The cryptography has no protocol version in common with us.
    #[error("TLS is not available")]
    Provider(#[source] rustls::Error),
}

impl ClientError {
    /// Whether the same request can succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            Self::CertificateNotTrusted { .. } | Self::Garbled { .. } | Self::SessionEnded => false,
        }
    }

    /// The words are our backend's own, and not those of something between us and it, such as the sign-in page of a
    /// network or a proxy.
    pub fn is_of_server(&self) -> bool {
        match self {
            Self::SessionEnded | Self::Refused { code: Some(_), .. } => true,
            Self::Unreachable { .. }
            | Self::CertificateNotTrusted { .. }
            | Self::Garbled { .. }
            | Self::Refused { code: None, .. } => false,
        }
    }

    /// The pause that the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unreachable { .. }
            | Self::CertificateNotTrusted { .. }
            | Self::Garbled { .. }
            | Self::SessionEnded => None,
        }
    }

    /// The server does not know our token (any more).
    pub(crate) fn is_unauthenticated(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => *status == 401 && *code != Some(ErrorCode::WrongCredentials),
            Self::Unreachable { .. }
            | Self::CertificateNotTrusted { .. }
            | Self::Garbled { .. }
            | Self::SessionEnded => false,
        }
    }

    /// A connection that did not come about, with certificate trouble told apart.
    pub(crate) fn connection(url: String, source: Box<dyn Error + Send + Sync>) -> Self {
        match certificate_error(source.as_ref()).map(words) {
            Some(reason) => Self::CertificateNotTrusted { url, reason, source },
            None => Self::Unreachable { url, source },
        }
    }

    pub(crate) fn refused(status: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        match serde_json::from_slice::<ErrorBody>(body) {
            Ok(ErrorBody { code, message, provider }) => {
                Self::Refused { status, code: Some(code), message, retry_after, provider }
            }
            Err(_) => {
                let message = "no reason was given".to_owned();
                Self::Refused { status, code: None, message, retry_after, provider: None }
            }
        }
    }
}

/// What is wrong with a certificate, for those whose own words name only the kind.
fn words(wrong: &CertificateError) -> String {
    match wrong {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => "no trusted authority signed it".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet, or this computer's clock is slow".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        other => other.to_string(),
    }
}

/// Looks for a certificate error anywhere in the chain of causes. An I/O error hides what it wraps from `source`, so it
/// is opened by hand.
fn certificate_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(wrong)) = error.downcast_ref::<rustls::Error>() {
            return Some(wrong);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
