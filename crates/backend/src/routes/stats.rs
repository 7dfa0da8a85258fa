//! `GET /api/calls/stats`.

use crate::{
    error::ApiError,
    extract::{Caller, Query},
    permissions,
    state::Shared,
};
use axum::extract::State;
use mobilecall_api::{
    calls::{CallStats, StatsQuery},
    error::ErrorBody,
};
use mobilecall_domain::{CallStatus, Direction, Timestamp};
use mobilecall_store::StatusCount;
use std::time::Duration;

const DEFAULT_PERIOD: &str = "7d";
const HOUR: u64 = 60 * 60;
const MAX_HOURS: u64 = 366 * 24;

/// Counts of the calls that the caller may see, over a period up to now.
#[utoipa::path(
    get, path = "/api/calls/stats", tag = "calls", params(StatsQuery),
    responses(
        (status = 200, description = "Counts", body = CallStats),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another company's id", body = ErrorBody),
        (status = 422, description = "Not a period", body = ErrorBody),
    )
)]
pub(crate) async fn stats(
    State(state): State<Shared>,
    caller: Caller,
    Query(query): Query<StatsQuery>,
) -> Result<axum::Json<CallStats>, ApiError> {
    let period = query.period.unwrap_or_else(|| DEFAULT_PERIOD.to_owned());
    let span = parse_period(&period)
        .ok_or_else(|| ApiError::unprocessable("period is a number and h, d or w, for example 7d, and at most 366d"))?;
    let counts = state.store.count_calls(permissions::visible(&caller.0), Timestamp::now().minus(span)).await?;
    Ok(axum::Json(add_up(period, &counts)))
}

fn parse_period(text: &str) -> Option<Duration> {
    let unit_hours = match text.chars().last()? {
        'h' => 1,
        'd' => 24,
        'w' => 7 * 24,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours = number.parse::<u64>().ok()?.checked_mul(unit_hours)?;
    (1..=MAX_HOURS).contains(&hours).then(|| Duration::from_secs(hours * HOUR))
}

fn add_up(period: String, counts: &[StatusCount]) -> CallStats {
    let mut stats = CallStats { period, ..CallStats::default() };
    for count in counts {
        let calls = count.calls;
        stats.total += calls;
        match count.direction {
            Direction::Outgoing => stats.outbound += calls,
            Direction::Incoming => stats.inbound += calls,
        }
        match (count.status, count.direction) {
            (CallStatus::Completed, _) => {
                stats.completed += calls;
                stats.total_duration_seconds += count.duration_seconds;
            }
            (CallStatus::NoAnswer | CallStatus::Canceled, Direction::Incoming) => stats.missed += calls,
            (CallStatus::Failed, _) => stats.failed += calls,
            (CallStatus::Queued | CallStatus::Initiated | CallStatus::Ringing | CallStatus::InProgress, _) => {
                stats.ongoing += calls;
            }
            (CallStatus::Busy, _) | (CallStatus::NoAnswer | CallStatus::Canceled, Direction::Outgoing) => {}
        }
    }
    if stats.completed > 0 {
        stats.average_duration_seconds = stats.total_duration_seconds as f64 / stats.completed as f64;
    }
    stats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods() {
        let good = [("1h", 1), ("24h", 24), ("7d", 168), ("2w", 336), ("366d", 8784)];
        for (text, hours) in good {
            assert_eq!(parse_period(text), Some(Duration::from_secs(hours * HOUR)), "{text}");
        }
        for text in ["", "d", "0d", "-1d", "+7d", "7", "7m", "7D", "367d", "99999999999999999999d", "١d", "7d "] {
            assert_eq!(parse_period(text), None, "{text}");
        }
    }

    #[test]
    fn outcomes_add_up() {
        let count =
            |direction, status, calls, duration_seconds| StatusCount { direction, status, calls, duration_seconds };
        let counts = [
            count(Direction::Incoming, CallStatus::Completed, 2, 100),
            count(Direction::Outgoing, CallStatus::Completed, 2, 20),
            count(Direction::Incoming, CallStatus::NoAnswer, 3, 0),
            count(Direction::Incoming, CallStatus::Canceled, 1, 0),
            count(Direction::Outgoing, CallStatus::NoAnswer, 5, 0),
            count(Direction::Outgoing, CallStatus::Busy, 1, 0),
            count(Direction::Outgoing, CallStatus::Failed, 1, 0),
            count(Direction::Outgoing, CallStatus::Ringing, 1, 0),
        ];
        let expected = CallStats {
            period: "7d".to_owned(),
            total: 16,
            outbound: 10,
            inbound: 6,
            completed: 4,
            missed: 4,
            failed: 1,
            ongoing: 1,
            total_duration_seconds: 120,
            average_duration_seconds: 30.0,
        };
        assert_eq!(add_up("7d".to_owned(), &counts), expected);
    }
}
