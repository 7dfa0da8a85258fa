//! Parts of a file (RFC 9110 §14), as players ask for when they seek.

use axum::body::Bytes;
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::ops::Range;

/// The whole file, or the part of it that is asked for.
pub(super) fn respond(headers: &HeaderMap, content_type: &'static str, file: Bytes) -> Response {
    let wanted = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let kind = [(CONTENT_TYPE, content_type), (ACCEPT_RANGES, "bytes")];
    match wanted.map(|range| part(range, file.len())) {
        None | Some(Part::Whole) => (kind, file).into_response(),
        Some(Part::Of(range)) => {
            let place = format!("bytes {}-{}/{}", range.start, range.end - 1, file.len());
            (StatusCode::PARTIAL_CONTENT, kind, [(CONTENT_RANGE, place)], file.slice(range)).into_response()
        }
        Some(Part::Nothing) => {
            let place = format!("bytes */{}", file.len());
            (StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, place)]).into_response()
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// What is asked for cannot be understood, or is several parts: then all is sent.
    Whole,
    Of(Range<usize>),
    /// Beyond the end.
    Nothing,
}

fn part(range: &str, length: usize) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let bounds = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Part::Whole,
    };
    if bounds.is_empty() { Part::Nothing } else { Part::Of(bounds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_given_and_anything_else_is_all() {
        let cases = [
            ("bytes=0-9", Part::Of(0..10)),
            ("bytes=90-", Part::Of(90..100)),
            ("bytes=-5", Part::Of(95..100)),
            ("bytes=-500", Part::Of(0..100)),
            ("bytes=50-500", Part::Of(50..100)),
            ("bytes=100-", Part::Nothing),
            ("bytes=-0", Part::Nothing),
            ("bytes=9-0", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("bytes=-", Part::Whole),
            ("lines=1-2", Part::Whole),
        ];
        for (range, expected) in cases {
            assert_eq!(part(range, 100), expected, "{range}");
        }
    }
}
