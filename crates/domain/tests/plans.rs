//! The example numbers of every region and kind, in the forms in which people dial them: each becomes its E.164 form or is
//! refused, and never becomes another number.

use mobilecall_domain::{Address, Dial, DialNote, Region};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};
use std::collections::BTreeSet;

const KINDS: [PhoneNumberType; 10] = [
    PhoneNumberType::FixedLine,
    PhoneNumberType::Mobile,
    PhoneNumberType::TollFree,
    PhoneNumberType::PremiumRate,
    PhoneNumberType::SharedCost,
    PhoneNumberType::PersonalNumber,
    PhoneNumberType::VoIP,
    PhoneNumberType::Pager,
    PhoneNumberType::UAN,
    PhoneNumberType::VoiceMail,
];
/// From where numbers abroad are dialed: prefixes 00, 011, 810, 0011, 010, and two with the codes of carriers.
const CALLERS: [&str; 7] = ["SA", "US", "RU", "AU", "JP", "BR", "KR"];

struct Example {
    home: Region,
    code: i32,
    national: String,
    /// As it is written at home.
    written: String,
    e164: String,
    number: PhoneNumber,
}

fn examples() -> Vec<Example> {
    let mut regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    regions.sort_by_key(ToString::to_string);
    let of = |region: rlibphonenumber::Region| {
        KINDS.iter().filter_map(move |kind| {
            let number = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, *kind).ok()?;
            PHONE_NUMBER_UTIL.is_valid_number(&number).then(|| Example {
                home: Region::parse(&region.to_string()).expect("a region of the plans"),
                code: number.country_code,
                national: number.get_national_significant_number(),
                written: number.format_as(PhoneNumberFormat::National).into_owned(),
                e164: number.format_as(PhoneNumberFormat::E164).into_owned(),
                number,
            })
        })
    };
    regions.into_iter().flat_map(of).collect()
}

/// What a text becomes: digits of a number with its plus, those of an extension, or nothing.
fn dialed(text: &str, region: Region) -> Option<String> {
    let dial = Dial::read(text, region).ok()?;
    let address = match dial.address {
        Address::Phone(_) | Address::Extension(_) => dial.address.dialed(),
        Address::Service(_) | Address::Client(_) | Address::Sip(_) => return None,
    };
    Some(dial.post_dial.map_or(address.clone(), |keys| format!("{address},{}", keys.as_str())))
}

fn wide(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_graphic() {
                char::from_u32(c as u32 + 0xfee0).expect("every printable sign has a wide form")
            } else {
                c
            }
        })
        .collect()
}

/// Fails with the first of many, so that a change of the plans can be read.
fn expect_none(wrong: &[String], of: usize) {
    let shown = &wrong[..wrong.len().min(40)];
    assert!(wrong.is_empty(), "{} of {of}: {shown:#?}", wrong.len());
}

#[test]
fn every_number_is_read_in_every_international_form() {
    let examples = examples();
    let mut wrong = Vec::new();
    let (mut tried, mut ambiguous) = (0, 0);
    for Example { home, code, national, e164, number, .. } in &examples {
        let mut prefixes = Vec::new();
        let mut forms: Vec<(String, Region)> = [
            e164.clone(),
            format!("+{e164}"),
            format!("{code}{national}+"),
            format!("{code}+ {national}"),
            format!("(+{code}) {national}"),
            format!("+00{code} {national}"),
            number.format_as(PhoneNumberFormat::International).into_owned(),
            number.format_as(PhoneNumberFormat::RFC3966).into_owned(),
            wide(&number.format_as(PhoneNumberFormat::International)),
            format!("\u{2068}{e164}\u{2069}"),
        ]
        .into_iter()
        .map(|form| (form, *home))
        .collect();
        for caller in CALLERS {
            let caller = Region::parse(caller).expect("a region");
            forms.push((e164.clone(), caller));
            let from = rlibphonenumber::Region::from_code(caller.as_str()).expect("the same region");
            if PHONE_NUMBER_UTIL.get_country_code_for_region(from) != Some(*code) {
                forms.push((number.format_out_of_country_calling_number(from).into_owned(), caller));
                prefixes.push((format!("00 {code} {national}"), caller));
            }
        }
        tried += forms.len();
        for (form, region) in forms {
            let found = dialed(&form, region);
            if found.as_deref() != Some(e164) {
                wrong.push(format!("{form} in {region}: {found:?} instead of {e164}"));
            }
        }
        // Where 00 begins something else too, what can be read in two ways is refused.
        for (form, region) in prefixes {
            let found = dialed(&form, region);
            let refused = found.is_none() && ["AU", "JP", "BR", "KR"].contains(&region.as_str());
            ambiguous += usize::from(refused);
            if found.as_deref() != Some(e164) && !refused {
                wrong.push(format!("{form} in {region}: {found:?} instead of {e164}"));
            }
        }
    }
    assert!(ambiguous < 300, "{ambiguous}");
    assert!(tried > 15_000, "{tried}");
    expect_none(&wrong, tried);
}

#[test]
fn every_number_is_read_as_it_is_written_at_home() {
    let examples = examples();
    let mut wrong = Vec::new();
    for Example { home, national, written, e164, .. } in &examples {
        for form in [written.clone(), wide(written), national.clone()] {
            let found = dialed(&form, *home);
            // Short ones are extensions to us; they are read with their country code.
            let is_short = found.as_ref().is_some_and(|found| !found.starts_with('+') && found.len() <= 6);
            if found.as_deref() != Some(e164) && !is_short {
                wrong.push(format!("{form} in {home}: {found:?} instead of {e164}"));
            }
        }
    }
    expect_none(&wrong, examples.len() * 3);
}

#[test]
fn a_zero_too_much_is_left_out() {
    let examples = examples();
    let mut wrong = Vec::new();
    let (mut tried, mut refused) = (0, 0);
    for Example { home, code, national, e164, .. } in &examples {
        let kept = format!("+{code}0{national}");
        // Where numbers begin with zero, as in Italy, none is taken for one too many: what was typed is dialed.
        let has_zeros = examples.iter().any(|other| other.code == *code && other.national.starts_with('0'));
        let region = rlibphonenumber::Region::from_code(home.as_str()).ok();
        // Or where it makes a number of another kind.
        let is_number =
            PHONE_NUMBER_UTIL.parse(&kept, region).is_ok_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number));
        for form in [format!("+{code} (0){national}"), format!("00{code} 0{national}")] {
            tried += 1;
            match dialed(&form, Region::SA) {
                None => refused += 1,
                Some(found) if found == *e164 || ((has_zeros || is_number) && found == kept) => {}
                found => wrong.push(format!("{form}: {found:?} instead of {e164}")),
            }
        }
    }
    expect_none(&wrong, tried);
    // What can be read in two ways, or belongs to a plan that is newer than the rules, is refused and not guessed.
    assert!(refused * 25 <= tried, "{refused} of {tried} are refused");
}

/// Whether a number has the digits that were typed at home: behind the country code, which may be among them, and without
/// the trunk prefix, which is one digit or two.
fn is_all_of(found: &str, form: &str, code: i32) -> bool {
    let typed: String = form.chars().filter(char::is_ascii_digit).collect();
    let significant = found.strip_prefix(&format!("+{code}")).unwrap_or(found);
    typed.strip_suffix(significant).is_some_and(|trunk| trunk.len() <= 2 || trunk == code.to_string())
}

type Change = fn(&str) -> String;

/// One digit too many or too few, at home and abroad: refused, or dialed with exactly these digits.
#[test]
fn no_digit_appears_or_vanishes() {
    let examples = examples();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for Example { home, code, national, written, .. } in &examples {
        let changes: [(Change, &str); 3] = [
            (|text| text[..text.len() - 1].to_owned(), "too few"),
            (|text| format!("{text}7"), "too many"),
            (|text| format!("{text}73"), "two too many"),
        ];
        for (change, what) in changes {
            let abroad = format!("{code}{}", change(national));
            for (form, region) in
                [(format!("+{abroad}"), "SA"), (format!("00{abroad}"), "SA"), (format!("011{abroad}"), "US")]
            {
                tried += 1;
                let found = dialed(&form, Region::parse(region).expect("a region"));
                if found.as_ref().is_some_and(|found| *found != format!("+{abroad}")) {
                    wrong.push(format!("{what}: {form} in {region}: {found:?} instead of +{abroad}"));
                }
            }
            for form in [change(national), change(written)] {
                tried += 1;
                let found = dialed(&form, *home).filter(|found| found.starts_with('+'));
                if found.as_ref().is_some_and(|found| !is_all_of(found, &form, *code)) {
                    wrong.push(format!("{what}: {form} in {home}: {found:?}"));
                }
            }
        }
    }
    expect_none(&wrong, tried);
}

#[test]
fn a_letter_within_is_refused() {
    let examples = examples();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for Example { home, written, e164, .. } in &examples {
        for (text, letters) in [(written, ["a", "abc"]), (e164, ["O", "ع"])] {
            for at in 1..text.len() {
                for letter in letters {
                    tried += 1;
                    let form = format!("{}{letter}{}", &text[..at], &text[at..]);
                    if let Some(found) = dialed(&form, *home) {
                        wrong.push(format!("{form} in {home}: {found}"));
                    }
                }
            }
        }
    }
    expect_none(&wrong, tried);
}

/// Numbers of the plans are known to be so.
#[test]
fn a_note_is_only_for_numbers_that_no_plan_has() {
    let noted = |example: &&Example| {
        Dial::read(&example.e164, Region::SA).is_ok_and(|dial| dial.note == Some(DialNote::UnknownRange))
    };
    let wrong: BTreeSet<String> = examples().iter().filter(noted).map(|example| example.e164.clone()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
