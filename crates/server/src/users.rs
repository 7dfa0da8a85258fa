//! `user add`, `user list`.

use crate::{
    arguments::{AddUser, ListUsers},
    company,
    settings::Settings,
    usage::UsageError,
};
use anyhow::Context as _;
use mobilecall_backend::{AddUserError, NewUser, PasswordCost, add_user};
use mobilecall_domain::{names, text_file};
use std::{
    io::{self, BufRead, Write as _},
    path::Path,
};

/// Adds a person.
pub(crate) async fn add(settings: &Settings, new: AddUser) -> anyhow::Result<()> {
    let password = read_password(&new.password_file)?;
    let database = &settings.database;
    let store = if new.create_company { database.open_current().await? } else { database.open_existing().await? };
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
    let (role, username, company) = (user.role.as_str(), user.username, names::isolated(&company.name));
    writeln!(io::stdout(), "added {role} {username} to {company}{extension}").context("cannot write")
}

/// Lists people.
pub(crate) async fn list(settings: &Settings, filter: ListUsers) -> anyhow::Result<()> {
    let store = settings.database.open_existing().await?;
    let companies = match &filter.company {
        Some(name) => vec![company::named(store.as_ref(), name).await?],
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
    let (bytes, what) = if file == Path::new("-") {
        let what = "the password cannot be read from standard input".to_owned();
        (first_line(io::stdin().lock()).context(what.clone())?, what)
    } else {
        let what = format!("the password file {} cannot be read", file.display());
        (std::fs::read(file).context(what.clone())?, what)
    };
    let text = text_file::decode(&bytes).map_err(|error| UsageError::new(format!("{what}: {error}")))?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        Some(_) | None => Err(UsageError::new("the password is empty: write it as the first line").into()),
    }
}

/// Not more than that, because a person who types it ends nothing else. UTF-16 comes from a file or a program, which ends.
fn first_line(mut input: impl BufRead) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_until(b'\n', &mut bytes)?;
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes[..] {
        input.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
