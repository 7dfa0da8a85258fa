//! What a client is told of a body, a query or a path that cannot be read: in our words, not in those of the library that
//! read it.

/// Where the library's account of a body begins.
const BODY: [&str; 2] =
    ["Failed to deserialize the JSON body into the target type: ", "Failed to parse the request body as JSON: "];
/// And of a query.
const QUERY: &str = "Failed to deserialize query string: ";

/// A body that is JSON, but not what was expected.
pub(crate) fn of_data(said: &str) -> String {
    let (place, problem) = split(strip(said, &BODY));
    let what = named(problem);
    match (what, place) {
        (Some(("unknown field", name)), _) => {
            format!("there is no field '{name}' here: leave it out, or correct its spelling")
        }
        (Some(("missing field", name)), _) => format!("the field '{name}' is missing: add it"),
        (Some(("duplicate field", name)), _) => format!("the field '{name}' is there twice: send it once"),
        (Some((_, value)), Some(place)) => {
            format!("{place} cannot be '{value}': GET /api/openapi.json says what it can be")
        }
        (Some((_, value)), None) => format!("'{value}' cannot stand here: GET /api/openapi.json says what can"),
        (None, Some(place)) => format!("{place} is not of the right kind: GET /api/openapi.json says what it can be"),
        (None, None) => "the body is not of the right kind: GET /api/openapi.json says what it can be".to_owned(),
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
    match split(strip(said, &[QUERY])).0 {
        Some(place) => format!("{place} in the query cannot be read: GET /api/openapi.json says what it can be"),
        None => "the query cannot be read: GET /api/openapi.json says what it can be".to_owned(),
    }
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
            ("status: unknown variant `talking`, expected one of `queued`, `busy`", "status cannot be 'talking':"),
            ("unknown variant `talking`, expected one of `queued`, `busy`", "'talking' cannot stand here"),
            ("createdAt: invalid value: string \"yesterday\", expected a time", "createdAt cannot be 'yesterday'"),
            ("invalid value: integer `-1`, expected u32", "'-1' cannot stand here"),
            ("username: invalid type: null, expected a string at line 1", "username is not of the right kind"),
            (
                "invalid type: sequence, expected struct CallReport at line 1 column 0",
                "the body is not of the right kind",
            ),
            ("id: UUID parsing failed: invalid character", "id is not of the right kind"),
        ];
        for (said, expected) in cases {
            let words = of_data(&body(said));
            assert!(words.starts_with(expected), "{said}: {words}");
            assert!(!words.contains("expected") && !words.contains("struct"), "{words}");
        }
        assert_eq!(
            of_syntax("Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1"),
            "the body is not JSON: see line 1, character 1"
        );
        let query = "Failed to deserialize query string: limit: invalid digit found in string";
        assert!(of_query(query).starts_with("limit in the query cannot be read"));
    }
}
