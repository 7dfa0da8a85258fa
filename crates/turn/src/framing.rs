//! Messages in a stream (RFC 8656 §12.5, RFC 8489 §6.2.2): STUN messages tell their length and are whole words, as are
//! those of channels once they are padded. `turn-client-proto` 0.7 neither pads what it sends on a channel nor expects
//! padding, so it gets whole messages from here, without.

use bytes::{Buf as _, Bytes, BytesMut};

/// Before the attributes of a STUN message.
const STUN_HEADER: usize = 20;
/// The fixed word of every STUN message (RFC 8489 §5), by which another protocol shows.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Before the payload of a channel's message.
const CHANNEL_HEADER: usize = 4;

/// What no relay sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotTurn;

/// Takes the first message off the stream, if it is there in full, and its padding.
pub(crate) fn next(stream: &mut BytesMut) -> Result<Option<Bytes>, NotTurn> {
    let Some(header) = stream.first_chunk::<CHANNEL_HEADER>() else { return Ok(None) };
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    // The two highest bits tell them apart (RFC 8656 §12.4, table 4).
    let (whole, with_padding) = match header[0] >> 6 {
        0 if length % 4 == 0 && stream.get(4..8).is_none_or(|word| word == COOKIE) => {
            (STUN_HEADER + length, STUN_HEADER + length)
        }
        1 => (CHANNEL_HEADER + length, CHANNEL_HEADER + length.next_multiple_of(4)),
        _ => return Err(NotTurn),
    };
    if stream.len() < with_padding {
        return Ok(None);
    }
    let message = stream.split_to(whole).freeze();
    stream.advance(with_padding - whole);
    Ok(Some(message))
}

/// Appends a message, padded with zeros.
pub(crate) fn write(stream: &mut BytesMut, message: &[u8]) {
    stream.extend_from_slice(message);
    stream.resize(stream.len() + message.len().next_multiple_of(4) - message.len(), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn channel(number: u16, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len()).expect("a short one");
        [&number.to_be_bytes()[..], &length.to_be_bytes(), payload].concat()
    }

    fn stun(words: usize) -> Vec<u8> {
        let length = u16::try_from(words * 4).expect("a short one");
        let mut message = [&[0x01, 0x03][..], &length.to_be_bytes(), &[0x21, 0x12, 0xa4, 0x42], &[7; 12]].concat();
        message.resize(STUN_HEADER + words * 4, 9);
        message
    }

    #[test]
    fn padding_is_there_on_the_wire_and_nowhere_else() {
        let cases: [(Vec<u8>, usize); 6] = [
            (channel(0x4000, b""), 4),
            (channel(0x4000, b"a"), 8),
            (channel(0x7fff, b"abcd"), 8),
            (channel(0x4001, b"abcde"), 12),
            (stun(0), 20),
            (stun(3), 32),
        ];
        for (message, on_the_wire) in cases {
            let mut stream = BytesMut::new();
            write(&mut stream, &message);
            assert_eq!(stream.len(), on_the_wire, "{message:?}");
            for part in 0..on_the_wire {
                assert_eq!(next(&mut stream.clone().split_to(part)), Ok(None), "{part} bytes of {message:?}");
            }
            assert_eq!(next(&mut stream).map(|it| it.map(Vec::from)), Ok(Some(message)));
            assert!(stream.is_empty());
        }
    }

    #[test]
    fn what_is_not_turn_is_refused() {
        let cases: [&[u8]; 5] = [
            b"\x80\0\0\0",
            b"\xff\xff\xff\xff",
            b"\x01\x01\0\x03",
            b"\x16\x03\x01\x02",
            b"\x15\x03\x01\x00\x02\x02\x46\x15",
        ];
        for bytes in cases {
            let refused = next(&mut BytesMut::from(bytes));
            // A TLS record begins as a STUN message of 258 bytes might, which is no number of words.
            assert_eq!(refused, Err(NotTurn), "{bytes:?}");
        }
    }

    fn message() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            (0x4000_u16..0x5000, proptest::collection::vec(any::<u8>(), 0..200))
                .prop_map(|(number, payload)| channel(number, &payload)),
            (0_usize..40).prop_map(stun),
        ]
    }

    proptest! {
        #[test]
        fn a_stream_in_any_pieces_gives_the_messages_back(
            messages in proptest::collection::vec(message(), 0..12),
            piece in 1_usize..64,
        ) {
            let mut wire = BytesMut::new();
            messages.iter().for_each(|message| write(&mut wire, message));
            let (mut stream, mut read) = (BytesMut::new(), Vec::new());
            for bytes in wire.chunks(piece) {
                stream.extend_from_slice(bytes);
                while let Some(message) = next(&mut stream).expect("only messages") {
                    read.push(message.to_vec());
                }
            }
            prop_assert_eq!(read, messages);
            prop_assert!(stream.is_empty());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut stream = BytesMut::from(&bytes[..]);
            while let Ok(Some(_)) = next(&mut stream) {}
        }
    }
}
