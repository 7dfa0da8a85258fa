//! `mcall doctor --preflight`: a short call to the echo test, and what the network did to it.

use super::doctor::{CONNECT_LIMIT, ECHO, over, silent};
use crate::{
    exit::Exit,
    options::{Common, DoctorOptions},
    phone::Phone,
    preflight::{Figures, Preflight},
    report::Line,
};
use mobilecall_domain::CallId;
use mobilecall_ipc::{CallState, Command, ErrorCode, Event, Failure};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Seconds of sound that are judged: enough for warnings, which leave the first five alone.
const SECONDS: u32 = 8;

/// Places the call and reports it. No sound device is used: what is sent is silence, and silence comes back.
pub(crate) async fn preflight(common: &Common, options: DoctorOptions) -> Result<Exit, Failure> {
    let began = Instant::now();
    let mut phone = Phone::sign_in_silently(common).await?;
    let outcome = match phone.ready().await {
        Ok(()) => call(&mut phone, options.to, began.elapsed()).await,
        Err(failure) => Err(failure),
    };
    let report = phone.report;
    phone.end().await;
    outcome.map(|preflight| {
        report.print(&Line::Preflight(Box::new(preflight)));
        Exit::Completed
    })
}

async fn call(phone: &mut Phone, to: Option<String>, registered: Duration) -> Result<Preflight, Failure> {
    let line = phone.kind().await;
    let call = phone.place_call(to.unwrap_or_else(|| ECHO.to_owned()), BTreeMap::new()).await?;
    let limit = CONNECT_LIMIT + Duration::from_secs(SECONDS.into());
    let outcome = tokio::time::timeout(limit, listen(phone, call)).await.unwrap_or_else(|_| Err(silent()));
    if let Err(failure) = phone.engine.send(Command::HangUp { call }).await {
        tracing::debug!(error = failure.message, "the preflight call was over before it was hung up");
    }
    let figures = outcome?;
    if figures.heard() { Ok(figures.sum_up(line, registered)) } else { Err(silent()) }
}

/// Takes the seconds of the call until there are enough. Whoever was called may hang up before that.
async fn listen(phone: &mut Phone, call: CallId) -> Result<Figures, Failure> {
    let mut figures = Figures::default();
    loop {
        let Some(event) = phone.next_event().await else {
            return Err(Failure::new(ErrorCode::Internal, "the engine ended"));
        };
        let Event::CallChanged { call: view } = event else { continue };
        if view.id != call {
            continue;
        }
        if let Some(failure) = over(&view) {
            return if figures.heard() { Ok(figures) } else { Err(view.why.unwrap_or(failure)) };
        }
        if view.state == CallState::Active && figures.take(&view) >= SECONDS as usize {
            return Ok(figures);
        }
    }
}
