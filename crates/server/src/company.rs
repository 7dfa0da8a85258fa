//! `company lines`.

use crate::{
    arguments::{CompanyLines, NO_ORDER},
    settings::Settings,
};
use anyhow::Context as _;
use mobilecall_domain::names;
use mobilecall_store::{Company, Store};
use std::io::{self, Write as _};

/// Sets the order if one is given, and prints it as it stands.
pub(crate) async fn lines(settings: &Settings, wanted: CompanyLines) -> anyhow::Result<()> {
    let store = settings.database.open_current().await?;
    let company = set(store.as_ref(), wanted).await;
    store.close().await;
    let lines = company?.lines;
    let order = if lines.is_empty() { NO_ORDER.to_owned() } else { lines.to_string() };
    writeln!(io::stdout(), "{order}").context("cannot write")
}

async fn set(store: &dyn Store, wanted: CompanyLines) -> anyhow::Result<Company> {
    let CompanyLines { company: name, order } = wanted;
    let company = store.company_by_name(name.trim()).await.context("the company cannot be read")?;
    let company = company.with_context(|| format!("no company '{}'", names::isolated(&name)))?;
    match order {
        Some(order) => store.set_company_lines(company.id, &order).await.context("the order cannot be set"),
        None => Ok(company),
    }
}
