//! Writes what we send.

use super::candidate::{self, Candidate};
use super::codecs::encoding_name;
use super::{AudioCodec, Fingerprint, IceCredentials, Setup};
use crate::{Codec, MediaDirection};
use std::fmt;

/// The media lines of a session. Their number and order never change once agreed (RFC 3264 §8); all but one audio line
/// are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) sections: Vec<Section>,
    /// Index of our audio.
    pub(crate) audio: usize,
    /// Whether an answer may name a bundle (RFC 9143 §7.3).
    pub(crate) bundled: bool,
    /// Whether an answer may multiplex RTCP (RFC 5761 §5.1.1).
    pub(crate) rtcp_mux: bool,
}

impl Layout {
    /// One audio line, as in our first offer.
    pub(crate) fn ours() -> Self {
        let audio = Section {
            media: "audio".to_owned(),
            proto: "UDP/TLS/RTP/SAVPF".to_owned(),
            fmt: String::new(),
            mid: Some("0".to_owned()),
        };
        Self { sections: vec![audio], audio: 0, bundled: true, rtcp_mux: true }
    }
}

/// One media line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) media: String,
    pub(crate) proto: String,
    pub(crate) fmt: String,
    pub(crate) mid: Option<String>,
}

/// Everything in a description of ours; [`fmt::Display`] writes it.
pub(crate) struct LocalDescription<'a> {
    pub(crate) session_id: u64,
    pub(crate) session_version: u64,
    pub(crate) layout: &'a Layout,
    /// The codecs offered in order of preference, or the one accepted.
    pub(crate) codecs: &'a [AudioCodec],
    pub(crate) direction: MediaDirection,
    pub(crate) ice: &'a IceCredentials,
    pub(crate) fingerprint: &'a Fingerprint,
    pub(crate) setup: Setup,
    pub(crate) candidates: &'a [Candidate],
    pub(crate) ssrc: u32,
    pub(crate) cname: &'a str,
}

impl fmt::Display for LocalDescription<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Lines(f);
        out.line("v=0")?;
        out.line(format_args!("o=- {} {} IN IP4 127.0.0.1", self.session_id, self.session_version))?;
        out.line("s=-")?;
        out.line("t=0 0")?;
        let audio = &self.layout.sections[self.layout.audio];
        if let Some(mid) = audio.mid.as_deref().filter(|_| self.layout.bundled) {
            out.line(format_args!("a=group:BUNDLE {mid}"))?;
        }
        out.line("a=msid-semantic: WMS *")?;
        for (index, section) in self.layout.sections.iter().enumerate() {
            if index == self.layout.audio {
                self.write_audio(&mut out, section)?;
            } else {
                write_refused(&mut out, section)?;
            }
        }
        Ok(())
    }
}

impl LocalDescription<'_> {
    fn write_audio(&self, out: &mut Lines<'_, '_>, section: &Section) -> fmt::Result {
        let default = candidate::default_of(self.candidates);
        let types = self.payload_types().iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
        out.line(format_args!("m=audio {} {} {types}", default.map_or(9, |it| it.port), section.proto))?;
        match default.map(|it| it.address) {
            Some(address) if address.is_ipv6() => out.line(format_args!("c=IN IP6 {address}"))?,
            Some(address) => out.line(format_args!("c=IN IP4 {address}"))?,
            None => out.line("c=IN IP4 0.0.0.0")?,
        }
        if let Some(mid) = &section.mid {
            out.line(format_args!("a=mid:{mid}"))?;
        }
        out.line(format_args!("a={}", self.direction.attribute()))?;
        self.write_transport(out)?;
        for codec in self.codecs {
            write_codec(out, codec)?;
        }
        out.line("a=maxptime:60")?;
        out.line(format_args!("a=msid:{0} {0}-audio", self.cname))?;
        out.line(format_args!("a=ssrc:{} cname:{}", self.ssrc, self.cname))
    }

    fn write_transport(&self, out: &mut Lines<'_, '_>) -> fmt::Result {
        if self.layout.rtcp_mux {
            out.line("a=rtcp-mux")?;
        }
        out.line("a=rtcp-rsize")?;
        out.line(format_args!("a=ice-ufrag:{}", self.ice.ufrag))?;
        out.line(format_args!("a=ice-pwd:{}", self.ice.pwd))?;
        out.line(format_args!("a=fingerprint:{} {}", self.fingerprint.hash, self.fingerprint.digest))?;
        out.line(format_args!("a=setup:{}", self.setup.value()))?;
        for candidate in self.candidates {
            out.line(format_args!("a=candidate:{candidate}"))?;
        }
        // Said even when gathering was cut short: no candidate comes after the description.
        out.line("a=end-of-candidates")
    }

    fn payload_types(&self) -> Vec<u8> {
        let audio = self.codecs.iter().map(|it| it.payload_type);
        audio.chain(self.codecs.iter().filter_map(|it| it.telephone_event)).collect()
    }
}

fn write_codec(out: &mut Lines<'_, '_>, codec: &AudioCodec) -> fmt::Result {
    let payload_type = codec.payload_type;
    let rate = codec.codec.clock_rate_hz();
    let name = encoding_name(codec.codec);
    match codec.codec {
        Codec::Opus => {
            // RFC 7587 §7: always two channels on this line, whatever is sent.
            out.line(format_args!("a=rtpmap:{payload_type} {name}/{rate}/2"))?;
            out.line(format_args!("a=fmtp:{payload_type} minptime=10;useinbandfec=1"))?;
        }
        Codec::Pcmu => out.line(format_args!("a=rtpmap:{payload_type} {name}/{rate}"))?,
    }
    if let Some(event) = codec.telephone_event {
        out.line(format_args!("a=rtpmap:{event} telephone-event/{rate}"))?;
        out.line(format_args!("a=fmtp:{event} 0-15"))?;
    }
    Ok(())
}

fn write_refused(out: &mut Lines<'_, '_>, section: &Section) -> fmt::Result {
    out.line(format_args!("m={} 0 {} {}", section.media, section.proto, section.fmt))?;
    out.line("c=IN IP4 0.0.0.0")?;
    if let Some(mid) = &section.mid {
        out.line(format_args!("a=mid:{mid}"))?;
    }
    out.line("a=inactive")
}

/// Ends every line as RFC 8866 §5 wants it.
struct Lines<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Lines<'_, '_> {
    fn line(&mut self, text: impl fmt::Display) -> fmt::Result {
        write!(self.0, "{text}")?;
        self.0.write_str("\r\n")
    }
}
