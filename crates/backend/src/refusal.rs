//! What a client is told of a body, a query or a path that cannot be read: in our words, not in those of the library that
//! read it.

use axum::extract::ws::rejection::WebSocketUpgradeRejection;

/// Where the library's account of a body begins.
const BODY: [&str; 2] =
    ["Failed to deserialize the JSON body into the target type: ", "Failed to parse the request body as JSON: "];
/// And of a query.
const QUERY: &str = "Failed to deserialize query string: ";

/// Where the rest is said.
const SEE: &str = "GET /api/openapi.json says what it can be";

/// A body that is JSON, but no object.
pub(crate) const NO_OBJECT: &str = "the body is not of the right kind: it must be an object";

/// A body that is no text at all.
pub(crate) const NO_TEXT: &str = "the body is not JSON: it is not text in UTF-8";

/// A body that is JSON, but not what was expected.
pub(crate) fn of_data(said: &str) -> String {
    let (place, problem) = split(strip(said, &BODY));
    let (found, wanted) = parted(problem);
    let must = wanted.map_or_else(|| SEE.to_owned(), |wanted| format!("it must be {wanted}"));
    match (named(found), place) {
        (Some(("unknown field", name)), _) => {
            format!("there is no field '{name}' here: leave it out, or correct its spelling")
        }
        (Some(("missing field", name)), _) => format!("the field '{name}' is missing: add it"),
        (Some(("duplicate field", name)), _) => format!("the field '{name}' is there twice: send it once"),
        (Some((_, value)), Some(place)) => format!("{place} cannot be '{value}': {must}"),
        (Some((_, value)), None) => format!("'{value}' cannot stand here: {must}"),
        (None, Some(place)) => format!("{place} is not of the right kind: {must}"),
        (None, None) => format!("the body is not of the right kind: {must}"),
    }
}

/// A body that is no JSON.
pub(crate) fn of_syntax(said: &str) -> String {
    let place = said.rsplit_once(" at line ").and_then(|(_, place)| place.split_once(" column "));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match place.filter(|(line, column)| number(line) && number(column)) {
        Some((line, column)) => format!("the body is not JSON: see line {line}, character {column}"),
        None => "the body is not JSON: send one JSON value".to_owned(),
    }
}

/// A query that cannot be read.
pub(crate) fn of_query(said: &str) -> String {
    let (place, problem) = split(strip(said, &[QUERY]));
    let must = parted(problem).1.map_or_else(|| SEE.to_owned(), |wanted| format!("it must be {wanted}"));
    format!("{} in the query cannot be read: {must}", place.unwrap_or("a field"))
}

/// A request that opens no WebSocket where one is wanted.
pub(crate) fn of_upgrade(rejection: &WebSocketUpgradeRejection) -> &'static str {
    use WebSocketUpgradeRejection as Rejection;
    match rejection {
        Rejection::InvalidWebSocketVersionHeader(_) => {
            "this version of WebSocket is not spoken here: send Sec-WebSocket-Version: 13"
        }
        Rejection::WebSocketKeyHeaderMissing(_) => {
            "the key of the WebSocket is missing: send Sec-WebSocket-Key, as every WebSocket client does"
        }
        Rejection::ConnectionNotUpgradable(_) => {
            "this connection cannot become a WebSocket: use HTTP/1.1, and a proxy that passes upgrades on"
        }
        // Others ask for something else than a WebSocket, and so may those that a newer library knows.
        _ => "only WebSockets are served here: open one, and if there is a proxy between, let it pass upgrades on",
    }
}

/// What the library found and, in our words, what it wanted.
fn parted(problem: &str) -> (&str, Option<String>) {
    const UUID: &str = "a UUID such as 018f4a6e-5b1c-7d3e-9f20-1a2b3c4d5e6f";
    let problem = problem.rsplit_once(" at line ").map_or(problem, |(problem, _)| problem);
    if problem.starts_with("UUID parsing failed") {
        return ("", Some(UUID.to_owned()));
    }
    // Of the numbers in a query.
    if problem.contains("digit found in string") || problem.starts_with("number too ") {
        return ("", Some("a whole number".to_owned()));
    }
    // The last one, since the value itself may hold the word.
    let parts = problem.rsplit_once(", expected ").or_else(|| Some(("", problem.strip_prefix("expected ")?)));
    let Some((found, expected)) = parts else { return (problem, None) };
    let whole = |most: u64| format!("a whole number from 0 to {most}");
    let wanted = match expected {
        "u8" => whole(u8::MAX.into()),
        "u16" => whole(u16::MAX.into()),
        "u32" => whole(u32::MAX.into()),
        "u64" => whole(u64::MAX),
        "i32" | "i64" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a string" | "a borrowed string" => "a text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        "a formatted UUID string" | "a UUID string" => UUID.to_owned(),
        // One of our enumerations met another kind of value.
        "a word" => "one of the words that GET /api/openapi.json lists".to_owned(),
        kind if kind.starts_with("struct ") => "an object".to_owned(),
        words if words.starts_with(['`', 'o']) && words.contains('`') => words.replace('`', ""),
        ours if ours.starts_with("a time ") => ours.to_owned(),
        _ => return (found, None),
    };
    (found, Some(wanted))
}

fn strip<'said>(said: &'said str, beginnings: &[&str]) -> &'said str {
    beginnings.iter().find_map(|beginning| said.strip_prefix(beginning)).unwrap_or(said)
}

/// The path of a field, such as `facts.status`, and what is said of it.
fn split(said: &str) -> (Option<&str>, &str) {
    let is_path = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']'))
            && text.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    match said.split_once(": ") {
        Some((place, problem)) if is_path(place) => (Some(place), problem),
        Some(_) | None => (None, said),
    }
}

/// Most characters of a value that are repeated.
const SHOWN: usize = 64;

/// The kind of problem and the name or value that it is about, which the library puts in some kind of quotes.
fn named(problem: &str) -> Option<(&str, String)> {
    let start = problem.find(['`', '"', '\''])?;
    let quote = problem[start..].chars().next()?;
    let value = &problem[start + 1..];
    let value = &value[..value.find(quote)?];
    let shown: String = value.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    (!shown.is_empty()).then(|| (problem[..start].trim_end(), shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_refused_in_our_words() {
        let body = |problem: &str| format!("{}{problem}", BODY[0]);
        let cases = [
            ("unknown field `staus`, expected `a` or `b` at line 1 column 9", "there is no field 'staus' here"),
            ("missing field `toNumber` at line 1 column 2", "the field 'toNumber' is missing"),
            ("duplicate field `id`", "the field 'id' is there twice"),
            (
                "status: unknown variant `talking`, expected one of `queued`, `busy`",
                "status cannot be 'talking': it must be one of queued, busy",
            ),
            (
                "direction: unknown variant `in`, expected `inbound` or `outbound` at line 1 column 4",
                "direction cannot be 'in': it must be inbound or outbound",
            ),
            (
                "direction: invalid type: map, expected a word at line 1 column 14",
                "direction is not of the right kind: it must be one of the",
            ),
            (
                "status: invalid type: integer `7`, expected a word",
                "status cannot be '7': it must be one of the words that GET /api/openapi.json lists",
            ),
            ("unknown variant `talking`, expected one of `queued`, `busy`", "'talking' cannot stand here: it must be"),
            (
                "createdAt: invalid value: string \"yesterday\", expected a time such as 2026-11-21T08:51:00.007Z",
                "createdAt cannot be 'yesterday': it must be a time such as 2026-11-21T08:51:00.007Z",
            ),
            (
                "durationSeconds: invalid type: string \"a, expected b\", expected u32 at line 1 column 7",
                "durationSeconds cannot be 'a, expected b': it must be a whole number from 0 to 4294967295",
            ),
            (
                "durationSeconds: invalid value: integer `-1`, expected u32",
                "durationSeconds cannot be '-1': it must be a whole",
            ),
            ("invalid value: integer `-1`, expected u32", "'-1' cannot stand here"),
            (
                "username: invalid type: null, expected a string at line 1",
                "username is not of the right kind: it must be a text",
            ),
            ("username: invalid type: map, expected a string", "username is not of the right kind: it must be a text"),
            (
                "invalid type: sequence, expected struct CallReport at line 1 column 0",
                "the body is not of the right kind: it must be an object",
            ),
            (
                "invalid length 0, expected struct ReportBody with 13 elements at line 1 column 2",
                "the body is not of the right kind: it must be an object",
            ),
            (
                "id: UUID parsing failed: invalid character: found `z` at 1",
                "id is not of the right kind: it must be a UUID",
            ),
            (
                "id: invalid type: integer `7`, expected a formatted UUID string",
                "id cannot be '7': it must be a UUID such as",
            ),
            ("x: something new", "x is not of the right kind: GET /api/openapi.json"),
        ];
        for (said, expected) in cases {
            let words = of_data(&body(said));
            assert!(words.starts_with(expected), "{said}: {words}");
            let foreign = ["struct", "invalid", "variant", "column", "expected", "`"];
            // Where the value itself has such a word, it is repeated.
            let ours = words.replace("a, expected b", "");
            assert!(!foreign.iter().any(|foreign| ours.contains(foreign)), "{words}");
        }
        assert_eq!(
            of_syntax("Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1"),
            "the body is not JSON: see line 1, character 1"
        );
        let query = "Failed to deserialize query string: limit: invalid digit found in string";
        assert_eq!(of_query(query), "limit in the query cannot be read: it must be a whole number");
        let query = "Failed to deserialize query string: status: unknown variant `x`, expected one of `queued`, `busy`";
        assert_eq!(of_query(query), "status in the query cannot be read: it must be one of queued, busy");
    }
}
