//! Reads what the other side sends, whatever its dialect.
//!
//! Chromium and Twilio's SDK send no candidates and a dozen formats; a PBX may leave out `mid`, BUNDLE or the direction
//! and write the hash in capitals. None of this is an error here.

use super::candidate::Candidate;
use super::codecs::RemoteFormat;
use super::local::{Layout, Section};
use super::{Fingerprint, IceCredentials, SdpError, Setup, plain_word};
use crate::MediaDirection;
use sdp_types::{Attribute, Media, ParserError, Session};

/// What we need of a description of the other side.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RemoteDescription {
    /// All its media lines; an answer must have as many.
    pub(crate) layout: Layout,
    /// As seen from there.
    pub(crate) direction: MediaDirection,
    /// Formats of the audio, in its order.
    pub(crate) formats: Vec<RemoteFormat>,
    pub(crate) ice: IceCredentials,
    pub(crate) ice_lite: bool,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) setup: Setup,
    pub(crate) candidates: Vec<Candidate>,
}

/// What the library says, which shows what was sent in one case only. These words reach logs.
fn syntax(error: &ParserError) -> SdpError {
    SdpError::Syntax(match error {
        ParserError::InvalidVersion(line, _) => format!("Invalid version at line {line}"),
        error => error.to_string(),
    })
}

impl RemoteDescription {
    /// Reads a description; `setup` stands in where it says nothing.
    pub(crate) fn parse(text: &str, setup: Setup) -> Result<Self, SdpError> {
        let session = Session::parse(text.as_bytes()).map_err(|error| syntax(&error))?;
        let bundle = bundle(&session);
        let index = audio_line(&session)?;
        let audio = &session.medias[index];
        if !audio.proto.contains("TLS/RTP/SAVP") {
            return Err(SdpError::NotSecure(plain_word(&audio.proto)));
        }
        // Under BUNDLE the transport of the first line serves all (RFC 9143 §7.1), so a value missing on the audio line
        // is looked for there, then on the session.
        let leader =
            bundle.first().and_then(|mid| session.medias.iter().find(|media| value(media, "mid") == Some(mid)));
        let find = |name: &str| {
            value(audio, name)
                .or_else(|| leader.and_then(|media| value(media, name)))
                .or_else(|| attribute_value(&session.attributes, name))
        };
        let carrier = leader.filter(|_| value(audio, "ice-ufrag").is_none()).unwrap_or(audio);
        Ok(Self {
            layout: layout(&session, index, &bundle),
            direction: direction(&session, audio),
            formats: formats(audio),
            ice: IceCredentials {
                ufrag: find("ice-ufrag").ok_or(SdpError::Missing("ICE user name"))?.to_owned(),
                pwd: find("ice-pwd").ok_or(SdpError::Missing("ICE password"))?.to_owned(),
            },
            ice_lite: session.has_attribute("ice-lite"),
            fingerprint: fingerprint(find("fingerprint").ok_or(SdpError::Missing("certificate fingerprint"))?)?,
            setup: find("setup").and_then(Setup::from_value).unwrap_or(setup),
            candidates: all_values(carrier, "candidate").filter_map(Candidate::parse).collect(),
        })
    }
}

/// The first audio line that is alive. Port 0 means refused, unless the line only lives inside the bundle.
fn audio_line(session: &Session) -> Result<usize, SdpError> {
    let is_audio = |media: &Media| media.media == "audio";
    let alive = |media: &Media| media.port != 0 || media.has_attribute("bundle-only");
    match session.medias.iter().position(|media| is_audio(media) && alive(media)) {
        Some(index) => Ok(index),
        None if session.medias.iter().any(is_audio) => Err(SdpError::AudioRefused),
        // Whoever describes no media describes nothing: so does what breaks off before it.
        None if session.medias.is_empty() => Err(SdpError::Missing("media")),
        None => Err(SdpError::NoAudio),
    }
}

fn bundle(session: &Session) -> Vec<String> {
    session
        .attributes
        .iter()
        .filter(|it| it.attribute == "group")
        .filter_map(|it| it.value.as_deref()?.strip_prefix("BUNDLE"))
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

fn layout(session: &Session, audio: usize, bundle: &[String]) -> Layout {
    let sections = session.medias.iter().map(|media| Section {
        media: media.media.clone(),
        proto: media.proto.clone(),
        fmt: media.fmt.clone(),
        mid: value(media, "mid").map(str::to_owned),
    });
    let mid = value(&session.medias[audio], "mid");
    Layout {
        sections: sections.collect(),
        audio,
        bundled: mid.is_some_and(|mid| bundle.iter().any(|it| it == mid)),
        rtcp_mux: session.medias[audio].has_attribute("rtcp-mux"),
    }
}

fn direction(session: &Session, audio: &Media) -> MediaDirection {
    let of = |attributes: &[Attribute]| {
        attributes.iter().find_map(|it| MediaDirection::from_attribute(it.attribute.as_str()))
    };
    of(&audio.attributes).or_else(|| of(&session.attributes)).unwrap_or(MediaDirection::SendRecv)
}

fn formats(audio: &Media) -> Vec<RemoteFormat> {
    audio
        .fmt
        .split_whitespace()
        .filter_map(|format| format.parse::<u8>().ok().filter(|it| *it < 128))
        .filter_map(|payload_type| mapped(audio, payload_type).or_else(|| static_format(payload_type)))
        .collect()
}

fn mapped(audio: &Media, payload_type: u8) -> Option<RemoteFormat> {
    all_values(audio, "rtpmap").find_map(|map| {
        let (number, encoding) = map.trim().split_once(' ')?;
        let mut parts = encoding.trim().split('/');
        (number.parse() == Ok(payload_type)).then_some(())?;
        Some(RemoteFormat { payload_type, name: parts.next()?.to_owned(), clock_rate_hz: parts.next()?.parse().ok()? })
    })
}

/// Payload type 0 needs no mapping line (RFC 3551 §6); the other static types are not for us.
fn static_format(payload_type: u8) -> Option<RemoteFormat> {
    (payload_type == 0).then(|| RemoteFormat { payload_type, name: "PCMU".to_owned(), clock_rate_hz: 8000 })
}

fn fingerprint(value: &str) -> Result<Fingerprint, SdpError> {
    let (hash, digest) = value.trim().split_once(' ').ok_or(SdpError::Unreadable("certificate fingerprint"))?;
    Ok(Fingerprint { hash: hash.to_ascii_lowercase(), digest: digest.trim().to_ascii_uppercase() })
}

fn value<'a>(media: &'a Media, name: &str) -> Option<&'a str> {
    attribute_value(&media.attributes, name)
}

fn attribute_value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|it| it.attribute == name).and_then(|it| it.value.as_deref()).map(str::trim)
}

fn all_values<'a>(media: &'a Media, name: &'static str) -> impl Iterator<Item = &'a str> {
    media.attributes.iter().filter(move |it| it.attribute == name).filter_map(|it| it.value.as_deref())
}
