//! What the text in the smart field means: a pure function of the text, the region, the team and the lines.

use crate::{
    failure,
    lines::{Candidate, NoRoute, Route, route},
    view,
};
use mobilecall_domain::{
    Address, AddressError, Dial, DialNote, LineId, LineKind, PostDial, Region, Service, dial::is_link, search::fold,
};
use mobilecall_ipc::{Colleague, ErrorCode, Failure, Preview};

/// More than fits below the field helps nobody.
const MOST_CHOICES: usize = 8;

/// What would be called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolved {
    /// One thing.
    One {
        /// Its address.
        address: Address,
        /// The colleague's or the service's name.
        name: Option<String>,
        /// What was dialed behind it.
        post_dial: Option<PostDial>,
        /// What to know before the call.
        note: Option<DialNote>,
        /// Over which line; `None` where there are no lines at all.
        route: Option<Route>,
    },
    /// Several colleagues fit.
    Several(Vec<Colleague>),
}

/// Against what the text is read.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Of numbers without a country code.
    pub(crate) region: &'a str,
    /// The colleagues, without the agent; `None` until their list has come.
    pub(crate) team: Option<&'a [Colleague]>,
    /// The agent.
    pub(crate) own: Option<Own<'a>>,
    /// What the call could go through.
    pub(crate) lines: &'a [Candidate],
    /// The line that the agent chose.
    pub(crate) chosen: Option<LineId>,
}

/// How the agent is called by others.
#[derive(Clone, Copy)]
pub(crate) struct Own<'a> {
    pub(crate) username: &'a str,
    pub(crate) name: &'a str,
    pub(crate) extension: Option<&'a str>,
}

/// Reads what was typed, finds its line, and refuses what no line can call.
pub(crate) fn resolve(text: &str, known: Known<'_>) -> Result<Resolved, Failure> {
    match read(text, known)? {
        Read::One(Dial { address, post_dial, note }, name) => {
            let route = route(&address, known.lines, known.chosen).map_err(|error| no_route(&address, error))?;
            Ok(Resolved::One { address, name, post_dial, note, route })
        }
        Read::Several(colleagues) => Ok(Resolved::Several(colleagues)),
    }
}

/// What a text means before a line is looked for.
enum Read {
    One(Dial, Option<String>),
    Several(Vec<Colleague>),
}

/// A colleague is found by parts of the name, and by the whole or the beginning of the extension.
fn read(text: &str, known: Known<'_>) -> Result<Read, Failure> {
    let Known { region, own, .. } = known;
    let team = known.team.unwrap_or_default();
    if own.is_some_and(|own| is_own(text, team, own)) {
        return Err(oneself());
    }
    let others = || team.iter();
    // The server gives a region that it has checked; an unknown one would only make national numbers unreadable.
    let rules = Region::parse(region).unwrap_or(Region::SA);
    let dial = match Dial::read(text, rules) {
        Ok(dial) => dial,
        Err(error @ (AddressError::Character { .. } | AddressError::Sip)) => {
            return match by_name(text, others()) {
                Some(found) => Ok(found),
                None if is_name(text) => Err(nobody()),
                None => Err(failure::of_address(&error)),
            };
        }
        Err(
            error @ (AddressError::Empty
            | AddressError::TooLong { .. }
            | AddressError::PostDial
            | AddressError::ShortAbroad
            | AddressError::Phone(_)),
        ) => {
            return Err(failure::of_address(&error));
        }
    };
    Ok(match &dial.address {
        // In whatever form it was written, as a link too.
        Address::Extension(name) | Address::Client(name) if own.is_some_and(|own| is_own(name, team, own)) => {
            return Err(oneself());
        }
        Address::Extension(digits) => by_extension(digits, &dial, others()),
        Address::Service(code) => {
            let name = Service::of_code(code).map(|service| service.name().to_owned());
            Read::One(dial, name)
        }
        Address::Client(name) => by_name(name, others()).unwrap_or(Read::One(dial, None)),
        Address::Phone(_) | Address::Sip(_) => Read::One(dial, None),
    })
}

/// The same as the window shows it. It promises no call that would fail for what is known here; the server judges when
/// the call is placed, since what is known here may be old.
pub(crate) fn preview(text: &str, known: Known<'_>) -> Preview {
    match resolve(text, known) {
        Ok(Resolved::One { address, name, post_dial, note, route }) => {
            let line = route.as_ref().and_then(|route| known.lines.iter().find(|line| line.id == route.line));
            if name.is_none() && line.is_some_and(|line| is_nobody(&address, line, known)) {
                let failure = if matches!(address, Address::Service(_)) { no_service() } else { nobody() };
                return Preview::Refused { failure };
            }
            let obstacle = line.filter(|line| !line.ready).map(|line| failure::line_not_ready(line.kind));
            let (line, lines) = route.map_or((None, Vec::new()), |route| (Some(route.line), route.lines));
            let kind = view::address_kind(&address);
            let post_dial = post_dial.map(|keys| keys.as_str().to_owned());
            Preview::WillCall { kind, address: address.dialed(), name, line, lines, post_dial, note, obstacle }
        }
        Ok(Resolved::Several(colleagues)) => Preview::Choices { colleagues },
        Err(failure) if failure.code == ErrorCode::NothingToDial => Preview::Empty,
        Err(failure) => Preview::Refused { failure },
    }
}

/// The line of the server reaches the people of the company, its own services and nobody else; others may know extensions
/// and codes of their own. Before the list of colleagues has come, nobody is known to be missing from it.
fn is_nobody(address: &Address, line: &Candidate, known: Known<'_>) -> bool {
    let is_missing = match address {
        Address::Extension(_) | Address::Client(_) => known.team.is_some(),
        Address::Service(code) => Service::of_code(code).is_none(),
        Address::Phone(_) | Address::Sip(_) => false,
    };
    is_missing && line.kind == LineKind::Direct
}

/// Why no line takes an address.
fn no_route(address: &Address, error: NoRoute) -> Failure {
    let kind = match address {
        Address::Phone(_) => "phone",
        Address::Extension(_) => "extension",
        Address::Service(_) => "service",
        Address::Client(_) => "client",
        Address::Sip(_) => "sip",
    };
    let (line, message) = match (error, address) {
        (NoRoute::NoSuchLine, _) => return failure::no_such_line(),
        (NoRoute::Cannot(line @ LineKind::Direct), Address::Phone(_)) => (
            line.as_str(),
            "the direct line reaches colleagues only: call an extension or a name instead of a phone number",
        ),
        (NoRoute::Cannot(line @ LineKind::Direct), Address::Sip(_)) => (
            line.as_str(),
            "the direct line reaches colleagues only: call an extension or a name instead of a SIP address",
        ),
        (NoRoute::Cannot(line), Address::Sip(_)) => {
            (line.as_str(), "this line cannot call SIP addresses: call a number, an extension or a name")
        }
        (NoRoute::Cannot(line), _) => (line.as_str(), "this line cannot call such an address: choose another line"),
        (NoRoute::NoneCan, _) => ("none", "none of your lines can call such an address: add a line that can"),
    };
    Failure::new(ErrorCode::UnsupportedAddress, message).with("line", line).with("kind", kind)
}

/// Whether the text names the agent, and nobody else by the same name.
fn is_own(text: &str, team: &[Colleague], own: Own<'_>) -> bool {
    let folded = fold(text);
    let wanted = folded.strip_prefix("client:").unwrap_or(&folded);
    let names = |one: Own<'_>| {
        one.extension == Some(wanted) || [one.username, one.name].iter().any(|name| fold(name) == wanted)
    };
    let others =
        team.iter().map(|one| Own { username: &one.username, name: &one.name, extension: one.extension.as_deref() });
    names(own) && !others.into_iter().any(names)
}

fn by_extension<'a>(digits: &str, dial: &Dial, mut team: impl Iterator<Item = &'a Colleague> + Clone) -> Read {
    let exact = team.clone().find(|colleague| colleague.extension.as_deref() == Some(digits));
    let alone = || Read::One(dial.clone(), exact.map(|colleague| colleague.name.clone()));
    if exact.is_some() || dial.post_dial.is_some() {
        return alone();
    }
    let begins =
        |colleague: &&Colleague| colleague.extension.as_deref().is_some_and(|extension| extension.starts_with(digits));
    let choices: Vec<Colleague> = team.by_ref().filter(begins).take(MOST_CHOICES).cloned().collect();
    if choices.is_empty() { alone() } else { Read::Several(choices) }
}

/// `None` if nobody fits.
fn by_name<'a>(text: &str, team: impl Iterator<Item = &'a Colleague> + Clone) -> Option<Read> {
    let folded = fold(text);
    let wanted = folded.strip_prefix("client:").unwrap_or(&folded);
    let exact = |colleague: &&Colleague| fold(&colleague.username) == wanted || fold(&colleague.name) == wanted;
    if let Some(colleague) = team.clone().find(exact) {
        return Some(one(colleague));
    }
    let fits =
        |colleague: &&Colleague| fold(&colleague.username).starts_with(wanted) || is_part_of(wanted, &colleague.name);
    let mut choices: Vec<Colleague> = team.filter(fits).take(MOST_CHOICES).cloned().collect();
    match choices.len() {
        0 => None,
        1 => choices.pop().map(|colleague| one(&colleague)),
        _ => Some(Read::Several(choices)),
    }
}

/// Whether each word that was typed begins a word of the name. Parts of a double name are words of their own, and so is
/// the whole of it without the signs between.
fn is_part_of(wanted: &str, name: &str) -> bool {
    let name = fold(name);
    let is_sign = |c: char| !c.is_alphanumeric();
    let joined: Vec<String> = name.split_whitespace().map(|word| word.replace(is_sign, "")).collect();
    let words = || name.split(is_sign).chain(joined.iter().map(String::as_str)).filter(|word| !word.is_empty());
    let mut typed = wanted.split(is_sign).filter(|part| !part.is_empty()).peekable();
    typed.peek().is_some() && typed.all(|part| words().any(|word| word.starts_with(part)))
}

fn one(colleague: &Colleague) -> Read {
    let address = match &colleague.extension {
        Some(extension) => Address::Extension(extension.clone()),
        None => Address::Client(colleague.username.clone()),
    };
    Read::One(Dial { address, post_dial: None, note: None }, Some(colleague.name.clone()))
}

/// A name in letters that no address is written in, such as an Arabic one. A link to something to dial is none.
fn is_name(text: &str) -> bool {
    text.trim().starts_with(char::is_alphabetic) && !text.contains('@') && !is_link(text)
}

fn nobody() -> Failure {
    Failure::new(ErrorCode::UnknownExtension, "nobody has this extension or name: check it and try again")
}

fn no_service() -> Failure {
    let message = format!("no service has this code: dial {} to hear yourself", Service::Echo.code());
    Failure::new(ErrorCode::UnknownService, message)
}

fn oneself() -> Failure {
    Failure::new(ErrorCode::OwnExtension, "this is your own extension: call somebody else, or *43 to hear yourself")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_ipc::{AddressKind, PresenceState};

    fn team() -> Vec<Colleague> {
        let people = [
            ("bob", "Bob Marley", Some("101")),
            ("layla", "ليلى أحمد", Some("102")),
            ("bot", "Robot", None),
            ("mona", "Mona Abdelrahman-Montgomery", Some("205")),
            ("pat", "Pat O'Brien", Some("206")),
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
        let shown =
            match preview(text, Known { region: "SA", team: Some(&team()), own: Some(MYSELF), lines, chosen: None }) {
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
        let known = Known { region: "SA", team: None, own: Some(MYSELF), lines: &lines, chosen: None };
        assert!(matches!(preview("999", known), Preview::WillCall { .. }));
        // In a company of one nobody is.
        for text in ["999", "sara"] {
            let shown = preview(text, Known { team: Some(&[]), ..known });
            assert!(
                matches!(shown, Preview::Refused { failure } if failure.code == ErrorCode::UnknownExtension),
                "{text}"
            );
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

    #[test]
    fn the_preview_names_the_line_and_those_to_choose_from() {
        let lines = [LineKind::Direct, LineKind::Twilio, LineKind::Sip].map(candidate);
        let [direct, twilio, sip] = [lines[0].id, lines[1].id, lines[2].id];
        let shown = |text: &str, chosen| match preview(
            text,
            Known { region: "SA", team: Some(&team()), own: Some(MYSELF), lines: &lines, chosen },
        ) {
            Preview::WillCall { line, lines, .. } => (line, lines),
            other => panic!("{other:?}"),
        };
        assert_eq!(shown("0501234567", None), (Some(twilio), vec![twilio, sip]));
        assert_eq!(shown("0501234567", Some(sip)), (Some(sip), vec![twilio, sip]));
        assert_eq!(shown("101", None), (Some(direct), vec![direct, twilio, sip]));
        assert_eq!(shown("sip:a@b.example", None), (Some(sip), vec![sip]));
        check_over(&lines[..2], "sip:a@b.example", "UnsupportedAddress sip");
    }
}
