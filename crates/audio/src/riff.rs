//! The container of a WAV file, read as leniently as files need that were written through a pipe: their writers do not
//! know the length and leave 0, `0x7FFFF000` or `0xFFFFFFFF` in its place, or were stopped in the middle.
//!
//! What is found is put into a container without such oddities, for a reader that wants one.

/// Why there is no sound to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RiffError {
    #[error("it is not a WAV file")]
    NotWav,
    #[error("it ends before its sound begins")]
    Cut,
    #[error("it does not say what its samples are")]
    NoFormat,
    #[error("its samples are of kind {0}, not PCM or float")]
    OtherFormat(u16),
}

/// A file of plain PCM or float samples.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sound<'a> {
    format: Format,
    data: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format {
    /// 1 for PCM, 3 for float.
    tag: u16,
    channels: u16,
    rate_hz: u32,
    /// Of one sample as it is stored.
    bits: u16,
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// Before the first chunk.
const HEADER: usize = 12;
/// Identifier and length of a chunk.
const CHUNK: usize = 8;

/// Finds the format and the samples.
pub(crate) fn read(file: &[u8]) -> Result<Sound<'_>, RiffError> {
    let is_wav = matches!(file.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) && file.get(8..HEADER) == Some(b"WAVE");
    if !is_wav {
        return Err(RiffError::NotWav);
    }
    let (mut format, mut long) = (None, None);
    let mut at = HEADER;
    loop {
        let (id, length) = chunk(file, at).ok_or(RiffError::Cut)?;
        let body = file.get(at + CHUNK..).unwrap_or_default();
        match id {
            b"data" => {
                let format: Format = format.ok_or(RiffError::NoFormat)?;
                let frame = format.frame().ok_or(RiffError::NoFormat)?;
                let data = &body[..data_length(body, length, long)];
                return Ok(Sound { format, data: &data[..data.len() / frame * frame] });
            }
            b"fmt " => format = Some(Format::read(body.get(..length).ok_or(RiffError::Cut)?)?),
            // Where a length has more than 32 bits (EBU Tech 3306).
            b"ds64" => long = body.get(8..16).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes),
            _ => {}
        }
        at = next(file, at + CHUNK, length).ok_or(RiffError::Cut)?;
    }
}

/// Identifier and length at a place.
fn chunk(file: &[u8], at: usize) -> Option<(&[u8; 4], usize)> {
    let (id, rest) = file.get(at..)?.split_first_chunk::<4>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    Some((id, usize::try_from(u32::from_le_bytes(*length)).ok()?))
}

/// Where the next chunk begins. One of odd length is followed by a byte that belongs to nothing, which some writers
/// forget.
fn next(file: &[u8], body: usize, length: usize) -> Option<usize> {
    let end = body.checked_add(length)?;
    let is_chunk = |at: usize| {
        let id = file.get(at..).and_then(|rest| rest.first_chunk::<4>());
        id.is_some_and(|id| id.iter().all(|byte| matches!(byte, b' '..=b'~')))
    };
    let padded = end + length % 2;
    Some(if padded != end && is_chunk(end) && !is_chunk(padded) { end } else { padded })
}

/// How much of what follows the head of the data chunk are samples.
fn data_length(body: &[u8], length: usize, long: Option<u64>) -> usize {
    let known = match u32::try_from(length) {
        Ok(u32::MAX) => long.and_then(|long| usize::try_from(long).ok()),
        Ok(0) if !is_followed(body) => None,
        Ok(_) | Err(_) => Some(length),
    };
    known.map_or(body.len(), |known| known.min(body.len()))
}

/// Whether a data chunk that says it is empty is so: then what follows are chunks to the end of the file.
fn is_followed(body: &[u8]) -> bool {
    let mut at = 0;
    while at < body.len() {
        let Some((id, length)) = chunk(body, at) else { return false };
        if !id.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return false;
        }
        let Some(end) = next(body, at + CHUNK, length).filter(|end| *end <= body.len() + 1) else { return false };
        at = end;
    }
    true
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, RiffError> {
        let half = |at: usize| chunk.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes);
        let word = |at: usize| chunk.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
        let parts = (half(0), half(2), word(4), half(12), half(14));
        let (Some(tag), Some(channels), Some(rate_hz), Some(align), Some(said)) = parts else {
            return Err(RiffError::NoFormat);
        };
        let tag = if tag == EXTENSIBLE { half(24).ok_or(RiffError::NoFormat)? } else { tag };
        if !matches!(tag, PCM | FLOAT) {
            return Err(RiffError::OtherFormat(tag));
        }
        // A sample of 20 or 24 bits may be kept in more, with the value in its upper ones.
        let stored = align.checked_div(channels).filter(|bytes| *bytes > 0).map(|bytes| bytes.saturating_mul(8));
        let bits = stored.unwrap_or(said);
        if channels == 0 || rate_hz == 0 { Err(RiffError::NoFormat) } else { Ok(Self { tag, channels, rate_hz, bits }) }
    }

    /// Bytes that all channels have at one moment.
    fn frame(self) -> Option<usize> {
        let frame = usize::from(self.channels) * usize::from(self.bits / 8);
        (frame > 0).then_some(frame)
    }
}

impl Sound<'_> {
    /// The same in a container of the plainest kind.
    pub(crate) fn plain(&self) -> Vec<u8> {
        let Format { tag, channels, rate_hz, bits } = self.format;
        let align = channels.saturating_mul(bits / 8);
        let length = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        let mut file = Vec::with_capacity(44 + self.data.len());
        file.extend(b"RIFF");
        file.extend(length.saturating_add(36).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        file.extend([tag, channels].map(u16::to_le_bytes).concat());
        file.extend([rate_hz, rate_hz.saturating_mul(u32::from(align))].map(u32::to_le_bytes).concat());
        file.extend([align, bits].map(u16::to_le_bytes).concat());
        file.extend(b"data");
        file.extend(length.to_le_bytes());
        file.extend(self.data);
        file
    }
}

#[cfg(test)]
mod tests;
