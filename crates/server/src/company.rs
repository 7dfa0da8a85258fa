//! `company lines`.

use crate::{
    arguments::{CompanyLines, NO_ORDER},
    settings::Settings,
};
use anyhow::{Context as _, anyhow};
use mobilecall_domain::names;
use mobilecall_store::{Company, Store, company_named};
use std::io::{self, Write as _};

/// Sets the order if one is given, and prints it as it stands.
pub(crate) async fn lines(settings: &Settings, wanted: CompanyLines) -> anyhow::Result<()> {
    let store = settings.database.open_existing().await?;
    let company = set(store.as_ref(), wanted).await;
    store.close().await;
    let lines = company?.lines;
    let order = if lines.is_empty() { NO_ORDER.to_owned() } else { lines.to_string() };
    writeln!(io::stdout(), "{order}").context("cannot write")
}

/// The company of this name, or which there are.
pub(crate) async fn named(store: &dyn Store, name: &str) -> anyhow::Result<Company> {
    const UNREAD: &str = "the company cannot be read";
    match company_named(store, name).await.context(UNREAD)? {
        Some(company) => Ok(company),
        None => {
            Err(anyhow!("no company '{}': {}", names::isolated(name), known(&store.companies().await.context(UNREAD)?)))
        }
    }
}

/// Most companies that are named where another one was asked for.
const SHOWN: usize = 10;

/// Which companies there are, or how to make the first.
fn known(companies: &[Company]) -> String {
    let mut names: Vec<_> = companies.iter().map(|company| format!("'{}'", names::isolated(&company.name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    match (names.as_slice(), more) {
        ([], _) => "there is none yet: 'user add' makes one with --create-company".to_owned(),
        (names, 0) => format!("there is {}", names.join(", ")),
        (names, more) => format!("there is {} and {more} more, which 'user list' shows", names.join(", ")),
    }
}

async fn set(store: &dyn Store, wanted: CompanyLines) -> anyhow::Result<Company> {
    let CompanyLines { company: name, order } = wanted;
    let company = named(store, &name).await?;
    match order {
        Some(order) => store.set_company_lines(company.id, &order).await.context("the order cannot be set"),
        None => Ok(company),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::Timestamp;

    #[test]
    fn companies_are_named_up_to_a_number() {
        let company = |name: &str| Company::new(name, "SA", Timestamp::from_millis(0));
        let many: Vec<_> = (10..22).map(|number| company(&format!("C{number}"))).collect();
        for (companies, expected) in [
            (&[][..], "there is none yet: 'user add' makes one with --create-company"),
            (&[company("Acme")][..], "there is 'Acme'"),
            (&[company("Acme"), company("شركة")][..], "there is 'Acme', '\u{2068}شركة\u{2069}'"),
            (
                &many[..],
                "there is 'C10', 'C11', 'C12', 'C13', 'C14', 'C15', 'C16', 'C17', 'C18', 'C19' and 2 more, which \
                 'user list' shows",
            ),
        ] {
            assert_eq!(known(companies), expected);
        }
    }
}
