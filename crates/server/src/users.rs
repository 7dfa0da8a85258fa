//! `user add`, `user list`.

use crate::{
    arguments::{AddUser, ListUsers},
    settings::Settings,
    usage::UsageError,
};
use anyhow::Context as _;
use mobilecall_backend::{AddUserError, NewUser, PasswordCost, add_user};
use mobilecall_domain::names;
use std::{
    io::{self, BufRead as _, Write as _},
    path::Path,
};

/// Adds a person.
pub(crate) async fn add(settings: &Settings, new: AddUser) -> anyhow::Result<()> {
    let password = read_password(&new.password_file)?;
    let store = settings.database.open_current().await?;
    let new = NewUser {
        name: new.name.unwrap_or_else(|| new.username.clone()),
        username: new.username,
        company: new.company,
        create_company_in: new.create_company.then_some(new.region),
        role: new.role,
        extension: new.extension,
        password,
    };
    let added = add_user(store.as_ref(), new, PasswordCost::default()).await;
    store.close().await;
    let (user, company) = added.map_err(|error| match error {
        AddUserError::Username(_) | AddUserError::Name | AddUserError::Extension(_) | AddUserError::Password(_) => {
            UsageError::new(error.to_string()).into()
        }
        AddUserError::NoCompany(_) | AddUserError::Store(_) => anyhow::Error::from(error),
    })?;
    let extension = user.extension.map_or_else(String::new, |extension| format!(", extension {extension}"));
    let (role, username, company) = (user.role.as_str(), user.username, names::clean(&company.name));
    writeln!(io::stdout(), "added {role} {username} to {company}{extension}").context("cannot write")
}

/// Lists people.
pub(crate) async fn list(settings: &Settings, filter: ListUsers) -> anyhow::Result<()> {
    let store = settings.database.open_current().await?;
    let companies = match &filter.company {
        Some(name) => {
            let company = store.company_by_name(name).await.context("cannot list")?;
            vec![company.with_context(|| format!("no company '{name}'"))?]
        }
        None => store.companies().await.context("cannot list")?,
    };
    let mut stdout = io::stdout();
    for company in companies {
        for user in store.users(company.id).await.context("cannot list")? {
            let extension = user.extension.as_deref().unwrap_or("-");
            let (username, role) = (&user.username, user.role.as_str());
            let (name, company) = (names::clean(&user.name), names::clean(&company.name));
            writeln!(stdout, "{username}\t{name}\t{role}\t{extension}\t{company}").context("cannot write")?;
        }
    }
    store.close().await;
    Ok(())
}

/// The first line of a file, or of standard input for `-`. A password on the command line would be in the list of
/// processes.
fn read_password(file: &Path) -> anyhow::Result<String> {
    let mut line = String::new();
    if file == Path::new("-") {
        io::stdin().lock().read_line(&mut line).context("the password cannot be read from standard input")?;
    } else {
        let about = || format!("the password file {} cannot be read", file.display());
        let opened = std::fs::File::open(file).with_context(about)?;
        io::BufReader::new(opened).read_line(&mut line).with_context(about)?;
    }
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(UsageError::new("the password is empty: write it as the first line").into());
    }
    Ok(password)
}
