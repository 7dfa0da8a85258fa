//! Where in Twilio's network an account is kept and reached.

use std::{fmt, str::FromStr};

/// The text cannot be a part of a host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is a short word of small letters, digits and '-', such as {example}")]
pub struct PlaceError {
    what: &'static str,
    example: &'static str,
}

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $example:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The word.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl FromStr for $name {
            type Err = PlaceError;
            fn from_str(text: &str) -> Result<Self, PlaceError> {
                if is_label(text) { Ok(Self(text.to_owned())) } else { Err(PlaceError { what: $what, example: $example }) }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )+};
}

places! {
    /// A region, which keeps the account's data: `us1`, `ie1`, `au1`. API keys belong to one.
    Region = "a region", "ie1";
    /// An edge, where traffic enters Twilio's network: `ashburn`, `dublin`; `roaming` lets the network choose.
    ///
    /// Twilio adds edges, so their names are not known here; what is no name of a host is refused.
    Edge = "an edge", "dublin";
}

/// Whether it is one label of a host name, so that it can change no more of the name than its part.
fn is_label(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= 32 && text.chars().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

/// The edge that lies in a region. Hosts of a region without an edge, such as `api.ie1.twilio.com`, have ended
/// (<https://www.twilio.com/docs/global-infrastructure/api-domain-migration-guide>).
fn edge_of(region: &str) -> Option<&'static str> {
    match region {
        "us1" => Some("ashburn"),
        "ie1" => Some("dublin"),
        "au1" => Some("sydney"),
        _ => None,
    }
}

/// The host of an API, by the rule of Twilio's libraries: an edge alone means region `us1`, and a region alone its own edge.
pub(crate) fn host(api: &str, region: Option<&Region>, edge: Option<&Edge>) -> String {
    // For the API the network chooses when no edge is named.
    let edge = edge.map(Edge::as_str).filter(|edge| *edge != "roaming");
    let region = region.map(Region::as_str);
    match (edge.or(region.and_then(edge_of)), region) {
        (None, None) => format!("{api}.twilio.com"),
        // A region of which we do not know yet.
        (None, Some(region)) => format!("{api}.{region}.twilio.com"),
        (Some(edge), region) => format!("{api}.{edge}.{}.twilio.com", region.unwrap_or("us1")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, Region, host};

    #[test]
    fn the_host_follows_region_and_edge() {
        let cases = [
            ("", "", "api.twilio.com"),
            ("", "roaming", "api.twilio.com"),
            ("ie1", "", "api.dublin.ie1.twilio.com"),
            ("ie1", "roaming", "api.dublin.ie1.twilio.com"),
            ("us1", "", "api.ashburn.us1.twilio.com"),
            ("au1", "", "api.sydney.au1.twilio.com"),
            ("au1", "singapore", "api.singapore.au1.twilio.com"),
            ("jp1", "", "api.jp1.twilio.com"),
            ("", "dublin", "api.dublin.us1.twilio.com"),
            ("ie1", "dublin", "api.dublin.ie1.twilio.com"),
        ];
        for (region, edge, expected) in cases {
            let region = (!region.is_empty()).then(|| region.parse::<Region>().unwrap());
            let edge = (!edge.is_empty()).then(|| edge.parse::<Edge>().unwrap());
            assert_eq!(host("api", region.as_ref(), edge.as_ref()), expected);
        }
    }

    #[test]
    fn nothing_but_a_part_of_a_host_name_is_taken() {
        for text in ["", "IE1", "ie1.evil.example", "ie1/", "ie1@x", "-ie1", "ie1-", " ie1", "آ"] {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
        let error = "Dublin".parse::<Edge>().unwrap_err();
        assert_eq!(error.to_string(), "an edge is a short word of small letters, digits and '-', such as dublin");
        assert_eq!("san-jose-ix".parse::<Edge>().unwrap().as_str(), "san-jose-ix");
    }
}
