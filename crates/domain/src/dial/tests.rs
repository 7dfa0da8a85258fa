use super::*;
use crate::PhoneNumberError;
use proptest::prelude::*;

fn read(text: &str) -> Result<Address, AddressError> {
    Address::parse(text, Region::SA)
}

/// The address, then what is sent after the answer, then the note.
fn dial(region: &str, text: &str) -> String {
    match Dial::read(text, Region::parse(region).unwrap()) {
        Ok(Dial { address, post_dial, note }) => {
            let keys = post_dial.map(|keys| format!(" then {}", keys.as_str())).unwrap_or_default();
            let note = note.map(|note| format!(" {note:?}")).unwrap_or_default();
            format!("{}{keys}{note}", address.dialed())
        }
        Err(error) => format!("{error:?}"),
    }
}

fn check(cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(region, text, expected)| dial(region, text) != *expected)
        .map(|(region, text, expected)| format!("{region} {text:?}: {} instead of {expected}", dial(region, text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_kind_of_address_is_read() {
    let cases = [
        ("+966501234567", "+966501234567"),
        (" 050 123 4567\n", "+966501234567"),
        ("tel:+966-50-123-4567", "+966501234567"),
        ("TEL:0501234567", "+966501234567"),
        ("tel:%2B966%20501234567", "+966501234567"),
        ("tel://+966501234567", "+966501234567"),
        ("tel:+966(50)123.4567;isub=12", "+966501234567"),
        ("tel:050-1234567;phone-context=+966", "+966501234567"),
        ("tel:03-331-6005;isub=12345;phone-context=+64", "+6433316005"),
        ("tel:5550101;phone-context=%2B1202", "+12025550101"),
        ("tel:+966501234567;phone-context=+1", "+966501234567"),
        ("tel:7042;phone-context=example.com", "7042"),
        ("callto:+966501234567", "+966501234567"),
        ("callto://%2B966501234567/", "+966501234567"),
        ("callto://sara", "client:sara"),
        ("callto:tel:102", "102"),
        ("mobilecall:102", "102"),
        ("mobilecall://102/", "102"),
        ("mobilecall:tel:+966501234567", "+966501234567"),
        ("mobilecall:sip:alice@pbx.example.com", "sip:alice@pbx.example.com"),
        ("102", "102"),
        ("١٠٢", "102"),
        ("१०२", "102"),
        ("10-2", "102"),
        ("911", "911"),
        ("19 777", "19777"),
        ("123456", "123456"),
        ("*43", "*43"),
        ("\u{200e}*٤٣", "*43"),
        ("＊４３", "*43"),
        ("*21*102#", "*21*102#"),
        ("#31#", "#31#"),
        ("client:agent_1", "client:agent_1"),
        ("Client:Agent", "client:Agent"),
        ("sara", "client:sara"),
        ("sara.k-2", "client:sara.k-2"),
        ("sip:alice@pbx.example.com;transport=tls", "sip:alice@pbx.example.com;transport=tls"),
        ("sips:100@192.0.2.1:5061", "sips:100@192.0.2.1:5061"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).map(|address| address.dialed()).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn the_rest_is_refused_with_its_reason() {
    let sa = || "SA".to_owned();
    let sign = |character: char, place: usize| AddressError::Character { character, place };
    let cases = [
        ("", AddressError::Empty),
        (" \u{200f}\u{a0}", AddressError::Empty),
        ("client:", AddressError::Empty),
        ("callto:", AddressError::Empty),
        ("tel:", AddressError::Empty),
        ("*", AddressError::Empty),
        ("**#", AddressError::Empty),
        ("client:a b", sign(' ', 2)),
        ("client:علي", sign('ع', 1)),
        ("علي", sign('ع', 1)),
        ("*4a", sign('a', 3)),
        ("0800-PIZZA", sign('P', 6)),
        ("http://example.com", sign(':', 5)),
        ("tel:%FF", sign('%', 1)),
        ("tel:%252B966501234567", sign('%', 1)),
        ("tel:1?x=1", sign('?', 2)),
        ("alice@example.com", AddressError::Sip),
        ("sip:alice", AddressError::Sip),
        ("sip:a b@host", AddressError::Sip),
        ("5", AddressError::Phone(PhoneNumberError::TooShort { region: sa() })),
        ("1234567", AddressError::Phone(PhoneNumberError::TooShort { region: sa() })),
        ("+210501234567", AddressError::Phone(PhoneNumberError::UnknownCountry)),
        ("0114651234 x12", AddressError::PostDial),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), Err(expected), "{text}");
    }
    let many = |digits: usize| Err(AddressError::Phone(PhoneNumberError::TooManyDigits { digits }));
    assert_eq!(read(&"1".repeat(33)), many(33));
    assert_eq!(read(&"1 ".repeat(17)), many(17));
    assert_eq!(read(&format!("*{}", "1".repeat(32))), Err(AddressError::TooLong { max: 32 }));
    assert_eq!(read(&"a".repeat(257)), Err(AddressError::TooLong { max: 256 }));
}

/// Rows of users' reports about other softphones.
#[test]
fn a_number_abroad_keeps_its_digits() {
    check(&[
        ("US", "011 49 171 123 4567", "+491711234567"),
        ("US", "011 20 122 123 4567", "+201221234567"),
        ("US", "011 49 1525 1234567", "+4915251234567"),
        ("CA", "011 49 1525 1234567", "+4915251234567"),
        ("US", "00 49 1525 1234567", "+4915251234567"),
        ("US", "+011 49 1525 1234567", "+4915251234567"),
        ("JP", "010 49 1525 1234567", "+4915251234567"),
        ("RU", "8 10 49 1525 1234567", "+4915251234567"),
    ]);
}

#[test]
fn surplus_digits_are_refused() {
    let long = |region: &str| format!("Phone(TooLong {{ region: {region:?} }})");
    let invalid = |region: &str| format!("Phone(Invalid {{ region: {region:?} }})");
    for (region, text, expected) in [
        ("SA", "+97221234567583", [long("IL"), invalid("IL")]),
        ("SA", "+964 1 234 5678 3", [long("IQ"), invalid("IQ")]),
        ("SA", "+31 6 12345678 87", [long("NL"), invalid("NL")]),
        ("SA", "+961 1 234567 8", [long("LB"), invalid("LB")]),
        ("LB", "01 1234567", [long("LB"), invalid("LB")]),
    ] {
        assert!(expected.contains(&dial(region, text)), "{region} {text}: {}", dial(region, text));
    }
}

#[test]
fn prefixes_of_home_countries_are_theirs() {
    check(&[
        ("BY", "8 0152 45-09-11", "+375152450911"),
        ("BY", "+3758011234567", "+3758011234567"),
        ("SA", "+375 8 011 234567", "+3758011234567"),
        ("SA", "+54 11 15 2345 6789", "+5491123456789"),
        ("SA", "+54 011 15 2345 6789", "+5491123456789"),
        ("SA", "0054 9 11 2345 6789", "+5491123456789"),
        ("AR", "011 15-2345-6789", "+5491123456789"),
        ("US", "011 54 11 15 2345 6789", "+5491123456789"),
        ("SA", "+52 1 55 1234 5678", "+525512345678"),
        ("SA", "0052 1 55 1234 5678", "+525512345678"),
        ("US", "011 52 1 55 1234 5678", "+525512345678"),
        ("SA", "+52 55 1234 5678", "+525512345678"),
        ("SA", "+52 044 55 1234 5678", "+525512345678"),
        ("SA", "+52 01 55 1234 5678", "+525512345678"),
        ("MX", "044 55 1234 5678", "+525512345678"),
        ("MX", "045 55 1234 5678", "+525512345678"),
        ("MX", "01 55 1234 5678", "+525512345678"),
        ("MX", "1 55 1234 5678", "+525512345678"),
        ("MX", "52 1 55 1234 5678", "+525512345678"),
        ("MX", "55 1234 5678", "+525512345678"),
    ]);
}

#[test]
fn a_zero_in_brackets_is_left_out_where_it_is_none_of_the_number() {
    check(&[
        ("SA", "+48 (0)22 512 34 56", "+48225123456"),
        ("SA", "+48 022 512 34 56", "+48225123456"),
        ("SA", "0048 (0)22 512 34 56", "+48225123456"),
        ("US", "011 48 (0)22 512 34 56", "+48225123456"),
        ("SA", "+44 (0)20 7946 0018", "+442079460018"),
        ("SA", "+49 (0)30 123456", "+4930123456"),
        ("SA", "+49（0）30 123456", "+4930123456"),
        ("SA", "+39 (0)6 1234 5678", "+390612345678"),
        ("SA", "+34 (0)912 345 678", "+34912345678"),
        ("SA", "+45 (0)32 12 34 56", "+4532123456"),
        ("SA", "+47 (0)21 23 45 67", "+4721234567"),
        ("SA", "+351 (0)21 234 5678", "+351212345678"),
        ("SA", "+30 (0)21 2345 6789", "+302123456789"),
        ("SA", "+420 (0)212 345 678", "+420212345678"),
        ("SA", "+965 (0)22345678", "+96522345678"),
        ("SA", "+974 (0)4412 3456", "+97444123456"),
        ("SA", "+973 (0)1700 1234", "+97317001234"),
        ("SA", "+968 (0)2312 3456", "+96823123456"),
        ("SA", "+966 (0)50 123 4567", "+966501234567"),
        ("SA", "+267 (0)71 234 567", "+26771234567"),
        ("SA", "+227 (0)93 12 34 56", "+22793123456"),
        ("SA", "+33 (0)1 23 45 67 89", "+33123456789"),
    ]);
}

#[test]
fn an_extension_is_kept_apart() {
    check(&[
        ("SA", "+44-20-7946-0018;ext=1234", "+442079460018 then 1234"),
        ("SA", "011 465 1234 x123", "+966114651234 then 123"),
        ("SA", "011 465 1234 ext. 12", "+966114651234 then 12"),
        ("SA", "tel:+966114651234;ext=12", "+966114651234 then 12"),
        ("SA", "tel:+966114651234;EXT=1-2;phone-context=+1", "+966114651234 then 12"),
        ("SA", "tel:+966114651234,,12%23", "+966114651234 then 12#"),
        ("SA", "tel:+966114651234;postd=pp12", "+966114651234 then 12"),
        ("SA", "callto:+966114651234;ext=12", "+966114651234 then 12"),
        ("SA", "٠١١٤٦٥١٢٣٤ تحويلة ١٢", "+966114651234 then 12"),
        ("IR", "۰۲۱ ۸۸۸۸ ۱۲۳۴ داخلی ۱۲", "+982188881234 then 12"),
        ("SA", "0114651234，，１２＃", "+966114651234 then 12#"),
        ("SA", "0114651234#12", "+966114651234 then 12"),
        ("SA", "0114651234 (ext. 12)", "+966114651234 then 12"),
        ("SA", "tel:0114651234%3Bext%3D12", "+966114651234 then 12"),
        ("SA", "966114651234+ x12", "+966114651234 then 12"),
        ("SA", "*98,1234#", "*98 then 1234#"),
        ("EG", "19777,1", "19777 then 1"),
        // A number that a sign tears apart is none of our extensions with keys behind it.
        ("SA", "050,123,4567", "Character { character: ',', place: 4 }"),
        ("SA", "011465x1234", "Character { character: 'x', place: 7 }"),
        ("SA", "05012#34567", "Character { character: '#', place: 6 }"),
        ("SA", "0501234567 x", "Character { character: 'x', place: 12 }"),
    ]);
}

#[test]
fn service_codes_come_from_links_too() {
    check(&[
        ("SA", "tel:*43", "*43"),
        ("SA", "tel:%2A43", "*43"),
        ("SA", "callto:*43", "*43"),
        ("SA", "callto:%2A43", "*43"),
        ("SA", "mobilecall:*43", "*43"),
        ("SA", "tel:%2321%23", "#21#"),
        ("SA", "tel:*21*102%23", "*21*102#"),
        ("SA", "tel:*43;phone-context=+966", "*43"),
    ]);
    for (text, link) in
        [("tel:abc", true), ("TEL:1", true), ("mobilecall:x", true), ("telephone", false), ("sara", false)]
    {
        assert_eq!(is_link(text), link, "{text}");
    }
}

#[test]
fn a_short_number_is_dialed_in_its_own_country() {
    check(&[
        ("US", "tel:911;phone-context=+1", "911"),
        ("CA", "tel:911;phone-context=+1", "911"),
        ("SA", "tel:911;phone-context=+966", "911"),
        ("SA", "tel:9-1-1;phone-context=+966", "911"),
        ("SA", "tel:911;phone-context=%2B966", "911"),
        ("SA", "tel:937;phone-context=+966;ext=1", "937 then 1"),
        ("IS", "tel:112;phone-context=+354", "112"),
        ("SA", "tel:102;phone-context=company.example", "102"),
        ("SA", "tel:911;phone-context=+1", "ShortAbroad"),
        ("SA", "tel:112;phone-context=+49", "ShortAbroad"),
        ("US", "tel:999;phone-context=+44", "ShortAbroad"),
        // Digits that make a number with their context are one.
        ("SA", "tel:5550123;phone-context=+1201", "+12015550123"),
        ("SA", "tel:0123;phone-context=+1-201-555", "+12015550123"),
        ("SA", "tel:0501234567;phone-context=+966", "+966501234567"),
        ("SA", "tel:+12015550123;phone-context=+966", "+12015550123"),
        ("SA", "tel:911;phone-context=+999", "Phone(UnknownCountry)"),
        ("SA", "tel:91155;phone-context=+1201", "Phone(TooShort { region: \"US\" })"),
    ]);
}

#[test]
fn ranges_newer_than_the_plans_are_dialed_with_a_note() {
    check(&[
        ("SA", "0579400000", "+966579400000"),
        ("SA", "0529300000", "+966529300000 UnknownRange"),
        ("SA", "0579900000", "+966579900000 UnknownRange"),
        ("SA", "+966 529300000", "+966529300000 UnknownRange"),
        ("SA", "+966 (0)529300000", "+966529300000 UnknownRange"),
        ("US", "011 966 529300000", "+966529300000 UnknownRange"),
        ("US", "00 966 529300000", "+966529300000 UnknownRange"),
        ("SA", "050123456", "Phone(TooShort { region: \"SA\" })"),
        ("SA", "05012345678", "Phone(TooLong { region: \"SA\" })"),
    ]);
}

#[test]
fn signs_that_copying_brings_along_do_not_count() {
    for text in [
        "\u{2068}+966501234567\u{2069}",
        "\u{202d}+966501234567\u{202c}",
        "\u{fe0f}0501234567",
        "\u{2063}0501234567",
        "\u{180e}0501234567",
        "050\u{30fc}123\u{30fc}4567",
        "050\u{ff70}123～4567",
        "０５０－１２３（４５６７）",
        "﹢966 501234567",
        "0\u{fe0f}\u{20e3}501234567",
        "𝟎𝟓𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕",
        "٠٥٠٬١٢٣٬٤٥٦٧",
        "०५०१२३४५६७",
    ] {
        assert_eq!(dial("SA", text), "+966501234567", "{text:?}");
    }
}

#[test]
fn letters_are_never_digits_in_silence() {
    check(&[
        ("SA", "+3363a123456", "Character { character: 'a', place: 6 }"),
        ("SA", "050a1234567", "Character { character: 'a', place: 4 }"),
        ("SA", "0501234567abc", "Character { character: 'a', place: 11 }"),
        ("SA", "050abc4567", "Character { character: 'a', place: 4 }"),
        ("SA", "050 123 FOUR", "Character { character: 'F', place: 9 }"),
        ("SA", "O501234567", "client:O501234567"),
        ("SA", "٠٥٠١٢٣٤٥٦ع", "Character { character: 'ع', place: 10 }"),
        ("US", "1-800-FLOWERS", "+18003569377 Letters"),
        ("US", "１－８００－ＦＬＯＷＥＲＳ", "+18003569377 Letters"),
        ("SA", "+1 800 FLOWERS", "+18003569377 Letters"),
        ("US", "1-800-FLOWERS ext 5", "+18003569377 then 5 Letters"),
        ("US", "1-800-FLOWERSS", "Character { character: 'F', place: 7 }"),
    ]);
}

#[test]
fn no_address_is_shown() {
    let cases = [
        ("+966501234567", "Phone(PhoneNumber(…67))"),
        ("102", "Extension([3 private characters])"),
        ("*43", "Service([3 private characters])"),
        ("client:sara", "Client([4 private characters])"),
        ("sip:sara@example.com", "Sip([20 private characters])"),
    ];
    for (text, expected) in cases {
        assert_eq!(format!("{:?}", read(text).unwrap()), expected);
    }
}

proptest! {
    #[test]
    fn what_is_read_is_read_again_as_itself(text in "\\PC{0,40}") {
        check_stable(&text);
    }
    #[test]
    fn addresses_are_stable_with_every_scheme(
        scheme in prop::sample::select(vec!["", "tel:", "sip:", "sips:", "client:", "callto:", "TEL://", "*", "mobilecall:"]),
        rest in "[-+0-9a-z٠-٩%;=@.:\\[\\]() ?&#*,]{0,30}",
    ) {
        check_stable(&format!("{scheme}{rest}"));
    }
}

/// And what is sent after the answer is what the keypad takes.
fn check_stable(text: &str) {
    if let Ok(Dial { address, post_dial, .. }) = Dial::read(text, Region::SA) {
        assert_eq!(read(&address.dialed()), Ok(address), "{text:?}");
        if let Some(keys) = post_dial {
            assert!(crate::dtmf::read_keys(keys.as_str()).is_ok(), "{text:?}");
        }
    }
}
