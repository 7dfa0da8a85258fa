use super::*;

/// A chunk as it should be.
fn whole(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len() % 2];
    [&id[..], &(body.len() as u32).to_le_bytes(), body, &padding].concat()
}

/// A chunk with a length of its own and no padding.
fn odd(id: &[u8; 4], length: u32, body: &[u8]) -> Vec<u8> {
    [&id[..], &length.to_le_bytes(), body].concat()
}

fn fmt(tag: u16, channels: u16, bits: u16, more: &[u8]) -> Vec<u8> {
    let align = channels * (bits / 8);
    let body = [
        &tag.to_le_bytes()[..],
        &channels.to_le_bytes(),
        &8_000_u32.to_le_bytes(),
        &(8_000 * u32::from(align)).to_le_bytes(),
        &align.to_le_bytes(),
        &bits.to_le_bytes(),
        more,
    ];
    whole(b"fmt ", &body.concat())
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"RIFF\xff\xff\xff\xffWAVE".to_vec(), chunks.concat()].concat()
}

fn samples(chunks: &[Vec<u8>]) -> Result<Vec<u8>, RiffError> {
    read(&file(chunks)).map(|sound| sound.data.to_vec())
}

const FOUR: &[u8] = &[1, 0, 2, 0, 3, 0, 4, 0];

#[test]
fn samples_are_found_whatever_the_length_says() {
    let pcm = || fmt(PCM, 1, 16, &[]);
    let list = || whole(b"LIST", b"INFOISFT\x04\0\0\0Lavf");
    for (what, chunks) in [
        ("whole", vec![pcm(), whole(b"data", FOUR)]),
        ("0", vec![pcm(), odd(b"data", 0, FOUR)]),
        ("0x7ffff000", vec![pcm(), odd(b"data", 0x7fff_f000, FOUR)]),
        ("0xffffffff", vec![pcm(), odd(b"data", u32::MAX, FOUR)]),
        ("0x80000000", vec![pcm(), odd(b"data", 0x8000_0000, FOUR)]),
        ("truncated", vec![pcm(), odd(b"data", 64, FOUR)]),
        ("half a sample too much", vec![pcm(), odd(b"data", 9, &[FOUR, &[5]].concat())]),
        ("after a list", vec![pcm(), list(), odd(b"data", u32::MAX, FOUR)]),
        ("after a list of odd length", vec![pcm(), whole(b"LIST", b"INFOx"), whole(b"data", FOUR)]),
        ("after one without its padding", vec![pcm(), odd(b"LIST", 5, b"INFOx"), whole(b"data", FOUR)]),
        ("before a list", vec![pcm(), whole(b"data", FOUR), list()]),
        ("after what nobody knows", vec![whole(b"bext", &[7; 602]), pcm(), whole(b"fact", FOUR), whole(b"data", FOUR)]),
    ] {
        assert_eq!(samples(&chunks).as_deref(), Ok(FOUR), "{what}");
    }
}

#[test]
fn an_empty_file_is_empty_also_with_chunks_behind() {
    let pcm = || fmt(PCM, 1, 16, &[]);
    assert_eq!(samples(&[pcm(), whole(b"data", &[])]), Ok(Vec::new()));
    assert_eq!(
        samples(&[pcm(), whole(b"data", &[]), whole(b"LIST", b"INFOx"), whole(b"id3 ", b"tag")]),
        Ok(Vec::new())
    );
}

#[test]
fn a_file_of_more_than_32_bits_says_its_length_elsewhere() {
    let ds64 = [&100_u64.to_le_bytes()[..], &8_u64.to_le_bytes(), &4_u64.to_le_bytes(), &[0; 4]].concat();
    let chunks = [whole(b"ds64", &ds64), fmt(PCM, 1, 16, &[]), odd(b"data", u32::MAX, FOUR), whole(b"LIST", b"INFO")];
    let file = [b"RF64\xff\xff\xff\xffWAVE".to_vec(), chunks.concat()].concat();
    assert_eq!(read(&file).map(|sound| sound.data), Ok(FOUR));
}

#[test]
fn formats_are_read_in_their_long_form_too() {
    let extension = |bits: u16, tag: u16| {
        let mut more = [22_u16, bits].map(u16::to_le_bytes).concat();
        more.extend(3_u32.to_le_bytes());
        more.extend(tag.to_le_bytes());
        more.extend(*b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
        more
    };
    for (chunk, expected) in [
        (fmt(PCM, 2, 16, &[]), (PCM, 2, 16)),
        (fmt(PCM, 1, 24, &[0, 0]), (PCM, 1, 24)),
        (fmt(FLOAT, 1, 32, &[]), (FLOAT, 1, 32)),
        (fmt(EXTENSIBLE, 2, 24, &extension(24, PCM)), (PCM, 2, 24)),
        (fmt(EXTENSIBLE, 1, 32, &extension(24, PCM)), (PCM, 1, 32)),
        (fmt(EXTENSIBLE, 1, 32, &extension(32, FLOAT)), (FLOAT, 1, 32)),
    ] {
        let file = file(&[chunk, whole(b"data", &[0; 24])]);
        let format = read(&file).unwrap().format;
        assert_eq!((format.tag, format.channels, format.bits), expected);
        let plain = read(&file).unwrap().plain();
        assert_eq!(read(&plain).unwrap(), read(&file).unwrap(), "the plain form says the same");
    }
}

#[test]
fn what_is_no_sound_says_so() {
    let pcm = || fmt(PCM, 1, 16, &[]);
    for (chunks, expected) in [
        (vec![], RiffError::Cut),
        (vec![pcm()], RiffError::Cut),
        (vec![pcm(), b"da".to_vec()], RiffError::Cut),
        (vec![pcm(), odd(b"LIST", 4_000, b"INFO")], RiffError::Cut),
        (vec![whole(b"data", FOUR)], RiffError::NoFormat),
        (vec![whole(b"fmt ", &[1, 0]), whole(b"data", FOUR)], RiffError::NoFormat),
        (vec![fmt(PCM, 0, 16, &[]), whole(b"data", FOUR)], RiffError::NoFormat),
        (vec![fmt(7, 1, 8, &[]), whole(b"data", FOUR)], RiffError::OtherFormat(7)),
        (vec![fmt(0x55, 1, 0, &[]), whole(b"data", FOUR)], RiffError::OtherFormat(0x55)),
    ] {
        assert_eq!(samples(&chunks), Err(expected), "{chunks:?}");
    }
    for text in [&b""[..], b"RIFF", b"this is no sound", b"RIFF\0\0\0\0AVI LIST"] {
        assert_eq!(read(text), Err(RiffError::NotWav));
    }
}
