//! Session descriptions (RFC 8866) as opaque values. Offer and answer are two types so that they cannot be swapped.
//! Signaling carries them, the transport makes and reads them; neither `Debug` nor a log shows their text, because
//! they hold ICE passwords and addresses.

use crate::private::Private;

macro_rules! description {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(Private<String>);

        impl $name {
            /// Wraps the text of a session description.
            pub fn new(text: impl Into<String>) -> Self { Self(Private::new(text.into())) }
            /// The text, for the wire or the transport; not for logs.
            pub fn expose(&self) -> &str { self.0.expose() }
        }
    )+};
}

description! {
    /// What one side proposes (RFC 3264).
    SdpOffer
    /// The reply to an offer (RFC 3264).
    SdpAnswer
}
