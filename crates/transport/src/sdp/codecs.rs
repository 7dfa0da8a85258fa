//! Codecs and payload types: which are offered, which are accepted.

use super::{SdpError, plain_word};
use crate::Codec;

/// A format as the other side names it (RFC 8866 §6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteFormat {
    pub(crate) payload_type: u8,
    pub(crate) name: String,
    pub(crate) clock_rate_hz: u32,
}

impl RemoteFormat {
    fn is_digits(&self) -> bool {
        self.name.eq_ignore_ascii_case("telephone-event")
    }

    fn is(&self, codec: Codec) -> bool {
        self.name.eq_ignore_ascii_case(encoding_name(codec)) && self.clock_rate_hz == codec.clock_rate_hz()
    }
}

/// A codec with the payload types of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudioCodec {
    pub(crate) codec: Codec,
    pub(crate) payload_type: u8,
    /// Digits at the same clock rate. Those of another rate are not taken: they share timestamps with the audio.
    pub(crate) telephone_event: Option<u8>,
}

/// A payload type of digits (RFC 4733) and the unit of their durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DigitFormat {
    pub(crate) payload_type: u8,
    pub(crate) clock_rate_hz: u32,
}

pub(crate) const fn encoding_name(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "opus",
        Codec::Pcmu => "PCMU",
    }
}

/// Payload types as the session knows them. A type once agreed stays (RFC 3264 §8.3.2), so what a peer chose is learnt
/// and used in our later offers.
#[derive(Clone, Debug)]
pub(crate) struct PayloadTypes {
    opus: AudioCodec,
    pcmu: AudioCodec,
}

impl Default for PayloadTypes {
    /// The numbers that browsers use.
    fn default() -> Self {
        Self {
            opus: AudioCodec { codec: Codec::Opus, payload_type: 111, telephone_event: Some(110) },
            pcmu: AudioCodec { codec: Codec::Pcmu, payload_type: 0, telephone_event: Some(126) },
        }
    }
}

impl PayloadTypes {
    pub(crate) const fn of(&self, codec: Codec) -> AudioCodec {
        match codec {
            Codec::Opus => self.opus,
            Codec::Pcmu => self.pcmu,
        }
    }

    /// Every payload type under which digits may come: ours, then those that `formats` adds.
    pub(crate) fn digits(&self, formats: &[RemoteFormat]) -> Vec<DigitFormat> {
        let ours = [self.opus, self.pcmu].into_iter().filter_map(|it| {
            Some(DigitFormat { payload_type: it.telephone_event?, clock_rate_hz: it.codec.clock_rate_hz() })
        });
        let theirs = formats.iter().filter(|it| it.is_digits());
        let theirs = theirs.map(|it| DigitFormat { payload_type: it.payload_type, clock_rate_hz: it.clock_rate_hz });
        ours.chain(theirs).collect()
    }

    /// Takes over the numbers of an agreement; those of the other codec move out of their way.
    pub(crate) fn learn(&mut self, agreed: AudioCodec) {
        let other = match agreed.codec {
            Codec::Opus => {
                self.opus = agreed;
                &mut self.pcmu
            }
            Codec::Pcmu => {
                self.pcmu = agreed;
                &mut self.opus
            }
        };
        let mut taken = vec![agreed.payload_type];
        taken.extend(agreed.telephone_event);
        if other.codec == Codec::Opus {
            other.payload_type = unused(other.payload_type, &taken);
        }
        taken.push(other.payload_type);
        other.telephone_event = other.telephone_event.map(|it| unused(it, &taken));
    }
}

/// `wanted`, or else the next free dynamic payload type (RFC 3551 §6).
fn unused(wanted: u8, taken: &[u8]) -> u8 {
    if taken.contains(&wanted) { (96..=127).rev().find(|it| !taken.contains(it)).unwrap_or(wanted) } else { wanted }
}

/// The one codec for an answer: the first of our preferences that the offer has. We answer with a single codec, so that
/// both sides send the same one (the first of the answer) whatever else they could do.
pub(crate) fn choose(preferences: &[Codec], offered: &[RemoteFormat]) -> Result<AudioCodec, SdpError> {
    preferences
        .iter()
        .find_map(|codec| offered.iter().find(|format| format.is(*codec)).map(|format| (*codec, format)))
        .map(|(codec, format)| with_digits(codec, format.payload_type, offered))
        .ok_or_else(|| no_common(offered))
}

/// What an answer agrees to: its first codec that we offered.
pub(crate) fn first_of_answer(preferences: &[Codec], answered: &[RemoteFormat]) -> Result<AudioCodec, SdpError> {
    answered
        .iter()
        .find_map(|format| preferences.iter().find(|codec| format.is(**codec)).map(|codec| (*codec, format)))
        .map(|(codec, format)| with_digits(codec, format.payload_type, answered))
        .ok_or_else(|| no_common(answered))
}

fn with_digits(codec: Codec, payload_type: u8, formats: &[RemoteFormat]) -> AudioCodec {
    let telephone_event =
        formats.iter().find(|it| it.is_digits() && it.clock_rate_hz == codec.clock_rate_hz()).map(|it| it.payload_type);
    AudioCodec { codec, payload_type, telephone_event }
}

/// So many codecs are named where none can be used.
const MOST_NAMED: usize = 8;

fn no_common(formats: &[RemoteFormat]) -> SdpError {
    let names: Vec<String> = formats.iter().take(MOST_NAMED).map(|it| plain_word(&it.name)).collect();
    SdpError::NoCommonCodec(names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(list: &[(u8, &str, u32)]) -> Vec<RemoteFormat> {
        list.iter()
            .map(|(payload_type, name, clock_rate_hz)| RemoteFormat {
                payload_type: *payload_type,
                name: (*name).to_owned(),
                clock_rate_hz: *clock_rate_hz,
            })
            .collect()
    }

    #[test]
    fn an_answer_takes_our_first_preference_and_digits_of_its_rate() {
        let browser = formats(&[
            (0, "PCMU", 8000),
            (96, "opus", 48000),
            (63, "red", 48000),
            (110, "telephone-event", 48000),
            (126, "telephone-event", 8000),
        ]);
        let opus = AudioCodec { codec: Codec::Opus, payload_type: 96, telephone_event: Some(110) };
        let pcmu = AudioCodec { codec: Codec::Pcmu, payload_type: 0, telephone_event: Some(126) };
        assert_eq!(choose(&[Codec::Opus, Codec::Pcmu], &browser), Ok(opus));
        assert_eq!(choose(&[Codec::Pcmu, Codec::Opus], &browser), Ok(pcmu));
        assert_eq!(first_of_answer(&[Codec::Opus, Codec::Pcmu], &browser), Ok(pcmu));
        assert_eq!(first_of_answer(&[Codec::Opus], &browser), Ok(opus));
        let no_digits = formats(&[(96, "OPUS", 48000), (101, "telephone-event", 8000)]);
        assert_eq!(choose(&[Codec::Opus], &no_digits), Ok(AudioCodec { telephone_event: None, ..opus }));
        let foreign = formats(&[(9, "G722", 8000), (8, "PCMA", 8000)]);
        assert_eq!(choose(&[Codec::Opus], &foreign), Err(SdpError::NoCommonCodec("G722, PCMA".into())));
        let hostile = formats(&[(9, "\x1b[31mRED", 8000), (8, "966501234567", 8000), (7, &"x".repeat(50_000), 8000)]);
        assert_eq!(choose(&[Codec::Opus], &hostile), Err(SdpError::NoCommonCodec("?, ?, ?".into())));
    }

    #[test]
    fn learnt_numbers_push_ours_aside() {
        let mut types = PayloadTypes::default();
        types.learn(AudioCodec { codec: Codec::Opus, payload_type: 126, telephone_event: Some(127) });
        assert_eq!(types.of(Codec::Opus).payload_type, 126);
        assert_eq!(
            types.of(Codec::Pcmu),
            AudioCodec { codec: Codec::Pcmu, payload_type: 0, telephone_event: Some(125) }
        );
        types.learn(AudioCodec { codec: Codec::Pcmu, payload_type: 0, telephone_event: Some(101) });
        assert_eq!(types.of(Codec::Pcmu).telephone_event, Some(101));
        assert_eq!(types.of(Codec::Opus).payload_type, 126);
    }
}
