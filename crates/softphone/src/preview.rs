//! What the text in the smart field means: a pure function of the text, the region, the team and the lines.

mod refusal;

use crate::{
    failure,
    lines::{Candidate, Route, route},
    view,
};
use mobilecall_domain::{
    Address, AddressError, Dial, DialNote, LineId, LineKind, PostDial, Region, Service,
    dial::{has_keys, is_link},
    search::{beginning_of_extension, fold, word_begins},
};
use mobilecall_ipc::{Colleague, ErrorCode, Failure, Preview};
use refusal::no_route;

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
    /// The agent can add lines in the settings.
    pub(crate) adds_lines: bool,
    /// The server runs inside this app: it has no administrator.
    pub(crate) embedded: bool,
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
            let route = route(&address, known.lines, known.chosen).map_err(|error| no_route(&address, error, known))?;
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
            // One digit is no number, but may begin an extension, unless keys are typed behind it already.
            let choices = if has_keys(text) { None } else { begun(text, others()) };
            return choices.ok_or_else(|| failure::of_address(&error));
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

fn by_extension<'a>(digits: &str, dial: &Dial, team: impl Iterator<Item = &'a Colleague> + Clone) -> Read {
    let exact = team.clone().find(|colleague| colleague.extension.as_deref() == Some(digits));
    let alone = || Read::One(dial.clone(), exact.map(|colleague| colleague.name.clone()));
    if exact.is_some() || dial.post_dial.is_some() {
        return alone();
    }
    begun(digits, team).unwrap_or_else(alone)
}

/// Those whose extension begins with what was typed; `None` if nobody's does.
fn begun<'a>(typed: &str, team: impl Iterator<Item = &'a Colleague>) -> Option<Read> {
    let digits = beginning_of_extension(typed)?;
    let begins =
        |colleague: &&Colleague| colleague.extension.as_deref().is_some_and(|extension| extension.starts_with(&digits));
    let choices: Vec<Colleague> = team.filter(begins).take(MOST_CHOICES).cloned().collect();
    (!choices.is_empty()).then_some(Read::Several(choices))
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
    typed.peek().is_some() && typed.all(|part| words().any(|word| word_begins(word, part)))
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
mod tests;
