use super::*;
use mobilecall_ipc::{AddressKind, PresenceState};

fn team() -> Vec<Colleague> {
    let people = [
        ("bob", "Bob Marley", Some("101")),
        ("layla", "ليلى أحمد", Some("102")),
        ("bot", "Robot", None),
        ("mona", "Mona Abdelrahman-Montgomery", Some("205")),
        ("pat", "Pat O'Brien", Some("206")),
        ("fahd", "فهد القحطاني", Some("207")),
    ];
    people
        .into_iter()
        .map(|(username, name, extension)| Colleague {
            username: username.into(),
            name: name.into(),
            extension: extension.map(str::to_owned),
            presence: PresenceState::Available,
        })
        .collect()
}

const MYSELF: Own<'_> = Own { username: "myself", name: "Robin Agent", extension: Some("300") };

/// In a company of one, over these lines.
fn known(lines: &[Candidate]) -> Known<'_> {
    Known { region: "SA", team: Some(&[]), own: Some(MYSELF), lines, chosen: None, adds_lines: false, embedded: false }
}

fn check(text: &str, expected: &str) {
    check_on(None, text, expected);
}

/// Describes a preview in one line.
fn check_on(line: Option<LineKind>, text: &str, expected: &str) {
    check_over(&line.map(candidate).into_iter().collect::<Vec<_>>(), text, expected);
}

fn candidate(kind: LineKind) -> Candidate {
    let id = LineId::generate();
    Candidate { id, kind, ready: true, agent_preference: None, company_preference: None }
}

fn check_over(lines: &[Candidate], text: &str, expected: &str) {
    let shown = match preview(text, Known { team: Some(&team()), ..known(lines) }) {
        Preview::Empty => "empty".to_owned(),
        Preview::WillCall { address, kind, name, line, lines: possible, post_dial, note, obstacle } => {
            assert!(line.is_none_or(|line| possible.contains(&line)));
            let kind = match kind {
                AddressKind::Phone => "phone",
                AddressKind::Extension => "extension",
                AddressKind::Service => "service",
                AddressKind::Client => "client",
                AddressKind::Sip => "sip",
            };
            let but = obstacle.map(|failure| format!(" but {:?}", failure.code)).unwrap_or_default();
            let then = post_dial.map(|keys| format!(" then {keys}")).unwrap_or_default();
            let note = note.map(|note| format!(" {note:?}")).unwrap_or_default();
            format!("{kind} {address} {}{then}{note}{but}", name.as_deref().unwrap_or("-"))
        }
        Preview::Choices { colleagues } => {
            colleagues.iter().map(|colleague| colleague.username.as_str()).collect::<Vec<_>>().join(" or ")
        }
        Preview::Refused { failure } => {
            let kind = failure.params.get("kind").map(|kind| format!(" {kind}")).unwrap_or_default();
            format!("{:?}{kind}", failure.code)
        }
    };
    assert_eq!(shown, expected, "'{text}' on {lines:?}");
}

#[test]
fn numbers_and_codes_are_shown_as_they_would_be_dialed() {
    check("", "empty");
    check("  ", "empty");
    check("0501234567", "phone +966501234567 -");
    check("٠٥٠١٢٣٤٥٦٧", "phone +966501234567 -");
    check("*43", "service *43 Echo test");
    check("*٤٣", "service *43 Echo test");
    check("*44", "service *44 -");
    for code in ["*44", "#31#", "*4", "*430", "*43#", "*21*102#", "tel:*44", "*44,1"] {
        check_on(Some(LineKind::Direct), code, "UnknownService");
    }
    check_on(Some(LineKind::Direct), "*43", "service *43 Echo test");
    // A PBX has codes of its own.
    check_on(Some(LineKind::Sip), "*44", "service *44 -");
    check("sip:a@b.example", "sip sip:a@b.example -");
}

#[test]
fn what_is_sent_later_and_what_to_know_is_shown() {
    check("0114651234 x12", "phone +966114651234 - then 12");
    check("tel:+966114651234;ext=12", "phone +966114651234 - then 12");
    check("*43,1#", "service *43 Echo test then 1#");
    check("101,5", "extension 101 Bob Marley then 5");
    check("0529300000", "phone +966529300000 - UnknownRange");
}

#[test]
fn a_link_is_no_unknown_colleague() {
    check("tel:*43", "service *43 Echo test");
    check("tel:%2A43", "service *43 Echo test");
    check("tel:%2321%23", "service #21# -");
    check("tel:abc", "BadCharacter");
    check("tel:%FF", "BadCharacter");
    check("callto:50a", "BadCharacter");
    check("mobilecall:102", "extension 102 ليلى أحمد");
    check("mobilecall:bob", "extension 101 Bob Marley");
}

#[test]
fn colleagues_are_found_by_name_and_extension() {
    check("101", "extension 101 Bob Marley");
    check("10", "bob or layla");
    check("999", "extension 999 -");
    check("bob", "extension 101 Bob Marley");
    check("client:bob", "extension 101 Bob Marley");
    check("BOB MARLEY", "extension 101 Bob Marley");
    check("mar", "extension 101 Bob Marley");
    check("bo", "bob or bot");
    check("robot", "client:bot Robot".replace("client:bot", "client client:bot").as_str());
    check("احمد", "extension 102 ليلى أحمد");
    check("zoe", "client client:zoe -");
}

#[test]
fn what_cannot_be_called_says_why() {
    check("12345678901", "NumberTooLong");
    check("1234567890123456", "NumberTooLong");
    check("0501", "extension 0501 -");
    check("050123456", "NumberTooShort");
    check("+444012345678", "MalformedNumber");
    check("+210501234567", "UnknownCountryCode");
    check("+96650x", "BadCharacter");
    check("050a1234567", "BadCharacter");
    check("a@b@c", "MalformedSip");
    check("فاطمة", "UnknownExtension");
    check(&"9".repeat(300), "TooLongToDial");
}

#[test]
fn a_colleague_is_found_by_any_word_of_the_name() {
    for text in ["Montgomery", "montg", "abdelrahman", "Abdelrahman-Mont", "abdelrahmanmont", "montgomery mona"] {
        check(text, "extension 205 Mona Abdelrahman-Montgomery");
    }
    for text in ["brien", "O'Br", "o’brien", "obrien", "pat brien"] {
        check(text, "extension 206 Pat O'Brien");
    }
    check("gomery", "client client:gomery -");
    check("mona marley", "UnknownExtension");
}

#[test]
fn a_colleague_is_found_with_the_article_and_without() {
    for text in ["قحطاني", "القحطاني", "قحط", "القحطانى", "فهد قحطاني", "الفهد", "الفهد القحطاني"]
    {
        check(text, "extension 207 فهد القحطاني");
    }
}

#[test]
fn one_digit_shows_whose_extension_it_begins() {
    let lines = [candidate(LineKind::Direct)];
    check_over(&lines, "1", "bob or layla");
    check_over(&lines, "١", "bob or layla");
    check_over(&lines, "2", "mona or pat or fahd");
    check_over(&lines, "3", "NumberTooShort");
    check_over(&lines, "10", "bob or layla");
    check_over(&lines, "(1)", "bob or layla");
}

#[test]
fn nobody_is_chosen_where_the_keys_would_be_lost() {
    for text in ["1,5", "١،٥", "1 x5", "1 ext. 5", "tel:1;ext=5", "1;5#"] {
        check(text, "NumberTooShort");
    }
    check("10,5", "extension 10 - then 5");
    check("1,", "BadCharacter");
}

#[test]
fn a_call_that_nobody_would_take_is_not_promised() {
    for (text, expected) in [
        ("zoe", "UnknownExtension"),
        ("client:zoe", "UnknownExtension"),
        ("999", "UnknownExtension"),
        ("101", "extension 101 Bob Marley"),
        ("*44", "UnknownService"),
    ] {
        check_on(Some(LineKind::Direct), text, expected);
    }
    // A telephone system may have extensions that we do not know.
    check_on(Some(LineKind::Sip), "999", "extension 999 -");
    // Before the list of colleagues has come, everybody may be there.
    let lines = [candidate(LineKind::Direct)];
    let known = Known { team: None, ..known(&lines) };
    assert!(matches!(preview("999", known), Preview::WillCall { .. }));
    // In a company of one nobody is.
    for text in ["999", "sara"] {
        let shown = preview(text, Known { team: Some(&[]), ..known });
        assert!(matches!(shown, Preview::Refused { failure } if failure.code == ErrorCode::UnknownExtension), "{text}");
    }
}

#[test]
fn oneself_is_nobody_to_call() {
    for text in [
        "300",
        "myself",
        "client:myself",
        "Robin Agent",
        "٣٠٠",
        "3-00",
        "300,5",
        "tel:300",
        "mobilecall:300",
        "callto://myself",
    ] {
        check_on(Some(LineKind::Direct), text, "OwnExtension");
    }
    check_on(Some(LineKind::Direct), "robin", "UnknownExtension");
    check_on(Some(LineKind::Direct), "30", "UnknownExtension");
    check_on(Some(LineKind::Direct), "rob", "client client:bot Robot");
}

#[test]
fn a_line_that_is_down_is_said_beside_what_would_be_called() {
    let down = |kind| Candidate { ready: false, ..candidate(kind) };
    check_over(&[down(LineKind::Direct)], "101", "extension 101 Bob Marley but LineNotReady");
    check_over(&[down(LineKind::Direct)], "*43", "service *43 Echo test but LineNotReady");
    check_over(&[down(LineKind::Direct), candidate(LineKind::Sip)], "0501234567", "phone +966501234567 -");
}

#[test]
fn what_the_line_cannot_call_is_refused_while_it_is_typed() {
    for (line, text, expected) in [
        (LineKind::Direct, "0501234567", "UnsupportedAddress phone"),
        (LineKind::Direct, "sip:a@b.example", "UnsupportedAddress sip"),
        (LineKind::Direct, "101", "extension 101 Bob Marley"),
        (LineKind::Direct, "bo", "bob or bot"),
        (LineKind::Direct, "*43", "service *43 Echo test"),
        (LineKind::Twilio, "0501234567", "phone +966501234567 -"),
        (LineKind::Twilio, "sip:a@b.example", "UnsupportedAddress sip"),
        (LineKind::Sip, "sip:a@b.example", "sip sip:a@b.example -"),
    ] {
        check_on(Some(line), text, expected);
    }
}

/// What the advice is, and the sentence.
fn advice(text: &str, known: Known<'_>) -> (String, String) {
    let Preview::Refused { failure } = preview(text, known) else { panic!("no line of these can call {text}") };
    (failure.params["advice"].clone(), failure.message)
}

#[test]
fn a_number_without_a_line_for_it_says_what_comes_first() {
    let lines = [candidate(LineKind::Direct)];
    for (embedded, adds_lines, expected, words) in [
        (false, false, "askAdministrator", "phone network: ask your administrator"),
        (false, true, "addLine", "phone network: add one in the settings"),
        // Nobody administers it.
        (
            true,
            false,
            "signIn",
            "the server on this computer connects colleagues only: sign in to your company's server",
        ),
        (true, true, "addLineOrSignIn", "or add a line to the phone network in the settings"),
    ] {
        let (advice, message) = advice("0501234567", Known { adds_lines, embedded, ..known(&lines) });
        assert!(advice == expected && message.contains(words), "{advice}: {message}");
        assert_eq!(message.contains("administrator"), expected == "askAdministrator", "{message}");
    }
}

#[test]
fn another_line_is_advised_where_one_fits() {
    let lines = [LineKind::Direct, LineKind::Twilio, LineKind::Sip].map(candidate);
    for (text, chosen, among, expected) in [
        ("0501234567", 0, &lines[..], "chooseLine"),
        ("0501234567", 0, &lines[..2], "chooseLine"),
        ("0501234567", 0, &lines[..1], "askAdministrator"),
        ("sip:a@b.example", 1, &lines[..], "chooseLine"),
        ("sip:a@b.example", 1, &lines[..2], "callElse"),
        ("sip:a@b.example", 0, &lines[..2], "callElse"),
    ] {
        let chosen = Some(lines[chosen].id);
        let (advice, message) = advice(text, Known { chosen, ..known(among) });
        assert_eq!(advice, expected, "{text}: {message}");
        assert_eq!(message.contains("choose another line"), expected == "chooseLine", "{message}");
    }
}

#[test]
fn the_preview_names_the_line_and_those_to_choose_from() {
    let lines = [LineKind::Direct, LineKind::Twilio, LineKind::Sip].map(candidate);
    let [direct, twilio, sip] = [lines[0].id, lines[1].id, lines[2].id];
    let shown = |text: &str, chosen| match preview(text, Known { chosen, team: Some(&team()), ..known(&lines) }) {
        Preview::WillCall { line, lines, .. } => (line, lines),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown("0501234567", None), (Some(twilio), vec![twilio, sip]));
    assert_eq!(shown("0501234567", Some(sip)), (Some(sip), vec![twilio, sip]));
    assert_eq!(shown("101", None), (Some(direct), vec![direct, twilio, sip]));
    assert_eq!(shown("sip:a@b.example", None), (Some(sip), vec![sip]));
    check_over(&lines[..2], "sip:a@b.example", "UnsupportedAddress sip");
}
