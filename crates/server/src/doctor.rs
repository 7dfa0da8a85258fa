//! `doctor`: whether the account at Twilio is set up as this server needs it.

use crate::{arguments::Doctor, company, settings::Settings};
use anyhow::Context as _;
use mobilecall_backend::{TwilioCheck, TwilioFindingState, check_twilio};
use mobilecall_store::Store;
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

/// Prints what Twilio says of the account.
pub(crate) async fn check(settings: &Settings, which: Doctor) -> anyhow::Result<ExitCode> {
    let checked = match which.company {
        None => check_twilio(&settings.twilio, None).await?,
        Some(name) => of_company(settings, &name).await?,
    };
    io::stdout().write_all(told(&checked).as_bytes()).context("cannot write")?;
    Ok(if checked.good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn of_company(settings: &Settings, name: &str) -> anyhow::Result<TwilioCheck> {
    let store = settings.database.open_existing().await?;
    let checked = of_named(settings, store.as_ref(), name).await;
    store.close().await;
    checked
}

async fn of_named(settings: &Settings, store: &dyn Store, name: &str) -> anyhow::Result<TwilioCheck> {
    let company = company::named(store, name).await?;
    Ok(check_twilio(&settings.twilio, Some((store, &company))).await?)
}

/// A line for each finding, one more for what to do about it, and the sum.
fn told(check: &TwilioCheck) -> String {
    let mut text = String::new();
    let mut counts = [0, 0];
    for finding in &check.findings {
        let word = match finding.state {
            TwilioFindingState::Right => "right    ",
            TwilioFindingState::Change => {
                counts[0] += 1;
                "CHANGE   "
            }
            TwilioFindingState::Unchecked => {
                counts[1] += 1;
                "unchecked"
            }
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{word}  {}: {}", finding.subject.name(), finding.says);
        if let Some(remedy) = &finding.remedy {
            let _ = writeln!(text, "           {remedy}");
        }
    }
    let _ = writeln!(text, "{}", sum(counts));
    text
}

fn sum([changes, unchecked]: [usize; 2]) -> String {
    let things = |count: usize| if count == 1 { "1 thing".to_owned() } else { format!("{count} things") };
    match (changes, unchecked) {
        (0, 0) => "All is right.".to_owned(),
        (changes, 0) => format!("{} to change.", things(changes)),
        (0, unchecked) => format!("{} could not be checked.", things(unchecked)),
        (changes, unchecked) => format!("{} to change, {} could not be checked.", things(changes), things(unchecked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_backend::{TwilioFinding, TwilioSubject};

    #[test]
    fn findings_are_told_with_what_to_do() {
        let finding = |state, remedy: Option<&str>| TwilioFinding {
            subject: TwilioSubject::AppVoiceUrl,
            state,
            says: "it is".to_owned(),
            remedy: remedy.map(str::to_owned),
        };
        let check = TwilioCheck::of(vec![
            finding(TwilioFindingState::Right, None),
            finding(TwilioFindingState::Change, Some("Do this.")),
            finding(TwilioFindingState::Unchecked, None),
        ]);
        let expected = "right      TwiML app, request URL: it is\n\
                        CHANGE     TwiML app, request URL: it is\n           Do this.\n\
                        unchecked  TwiML app, request URL: it is\n\
                        1 thing to change, 1 thing could not be checked.\n";
        assert_eq!(told(&check), expected);
        for (counts, expected) in
            [([0, 0], "All is right."), ([2, 0], "2 things to change."), ([0, 1], "1 thing could not be checked.")]
        {
            assert_eq!(sum(counts), expected);
        }
    }
}
