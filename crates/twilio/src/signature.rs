//! `X-Twilio-Signature`: that a webhook comes from Twilio, and was not changed on its way.
//!
//! The key is the account's auth token, never the secret of an API key. What is signed is the URL as Twilio called it, so
//! behind a proxy it is made of [`PublicBaseUrl`](crate::settings::PublicBaseUrl), never of the `Host` header.

mod url_forms;

use crate::settings::Secret;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The header that carries it.
pub const HEADER: &str = "X-Twilio-Signature";
/// Query parameter with the hash of a body that is no form.
const BODY_HASH: &str = "bodySHA256";

/// What a webhook carries besides its URL.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// Nothing, as in a GET: everything is in the query.
    None,
    /// The decoded pairs of a form, in any order.
    Form(&'a [(String, String)]),
    /// Anything else, such as JSON; its hash is in the query.
    Body(&'a [u8]),
}

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// No signature, or not 20 bytes in base64.
    #[error("{HEADER} is not a signature")]
    Malformed,
    /// Signed with another auth token, for another URL or other parameters.
    #[error(
        "the signature does not match: check TWILIO_AUTH_TOKEN, and that PUBLIC_BASE_URL is the address Twilio calls"
    )]
    Mismatch,
    /// The body is no form, and the URL has no hash of it.
    #[error("the URL has no {BODY_HASH}, by which a body that is no form is signed")]
    NoBodyHash,
    /// The body is not what was signed.
    #[error("the body is not the one that was signed")]
    BodyChanged,
}

/// Signs as Twilio does, and checks what it signed.
#[derive(Clone)]
pub struct Signer(Hmac<Sha1>);

impl Signer {
    /// With the auth token of the account.
    pub fn new(auth_token: &Secret) -> Self {
        Self(Hmac::new_from_slice(auth_token.expose().as_bytes()).expect("HMAC takes keys of every length"))
    }

    /// The signature of a request to `url`; of a [`Payload::Body`] the URL must have its hash, see [`with_body_hash`].
    pub fn sign(&self, url: &str, payload: Payload<'_>) -> String {
        STANDARD.encode(self.mac(url, &suffix(payload)).finalize().into_bytes())
    }

    /// Whether `signature` is of this request, in any of the forms of the URL that Twilio signs: with and without its
    /// standard port, and with other escapes. Compared in constant time.
    pub fn verify(&self, signature: &str, url: &str, payload: Payload<'_>) -> Result<(), SignatureFault> {
        let signature = STANDARD.decode(signature.trim()).map_err(|_| SignatureFault::Malformed)?;
        if let Payload::Body(body) = payload {
            check_body(url, body)?;
        }
        let suffix = suffix(payload);
        let matches = |form: String| self.mac(&form, &suffix).verify_slice(&signature).is_ok();
        let matched = url_forms::as_received(url).any(matches) || url_forms::normalized(url).any(matches);
        if matched { Ok(()) } else { Err(SignatureFault::Mismatch) }
    }

    fn mac(&self, url: &str, suffix: &str) -> Hmac<Sha1> {
        self.0.clone().chain_update(url).chain_update(suffix)
    }
}

/// The URL with the hash of a body that is no form, as Twilio calls it.
pub fn with_body_hash(url: &str, body: &[u8]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{BODY_HASH}={}", hash(body))
}

fn check_body(url: &str, body: &[u8]) -> Result<(), SignatureFault> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let given = pairs.into_iter().find(|(name, _)| name == BODY_HASH).ok_or(SignatureFault::NoBodyHash)?.1;
    // Both sides of this comparison are known to whoever sent the request, so its time tells nothing.
    if given == hash(body) { Ok(()) } else { Err(SignatureFault::BodyChanged) }
}

fn hash(body: &[u8]) -> String {
    Sha256::digest(body).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// What is signed behind the URL: of a form each name with each of its values, sorted and without repetition.
fn suffix(payload: Payload<'_>) -> String {
    let Payload::Form(pairs) = payload else {
        return String::new();
    };
    let mut pairs: Vec<_> = pairs.iter().collect();
    // JavaScript, by which Twilio's libraries sort, compares UTF-16.
    pairs.sort_by(|a, b| utf16(&a.0).cmp(utf16(&b.0)).then_with(|| utf16(&a.1).cmp(utf16(&b.1))));
    pairs.dedup();
    pairs.into_iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect()
}

fn utf16(text: &str) -> impl Iterator<Item = u16> {
    text.encode_utf16()
}

#[cfg(test)]
mod tests;
