//! Adding people, for the server's administrator.

use crate::{
    config::PasswordCost,
    passwords::{PasswordError, hash_password},
    sign_in::is_username,
};
use mobilecall_domain::{Region, Timestamp, UserId, names};
use mobilecall_store::{Company, Role, Store, StoreError, User, company_named};

const MAX_NAME_CHARS: usize = 128;

/// A person to be added.
pub struct NewUser {
    /// Sign-in name and voice identity, `[a-z0-9_]{1,64}`; capitals become small.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Name of the company.
    pub company: String,
    /// Make the company in this region if there is none of that name.
    pub create_company_in: Option<Region>,
    /// What the person may do.
    pub role: Role,
    /// Short number, 2 to 6 digits.
    pub extension: Option<String>,
    /// Password.
    pub password: String,
}

/// Why a person cannot be added.
#[derive(Debug, thiserror::Error)]
pub enum AddUserError {
    /// Not a user name.
    #[error("'{}' is not a user name: use 1 to 64 of the letters a to z, digits and _", names::isolated(.0))]
    Username(String),
    /// No name, a very long one, one with hidden signs, or one with too many marks on a letter.
    #[error(
        "a name has 1 to {MAX_NAME_CHARS} characters that can be seen, none that turns the direction of text or is hidden, \
         and no letter under many marks: give another one"
    )]
    Name,
    /// Not an extension.
    #[error("'{}' is not an extension: use 2 to 6 digits", names::isolated(.0))]
    Extension(String),
    /// There is no such company, and none was to be made.
    #[error(
        "there is no company '{}': check the name, or add --create-company to make it",
        names::isolated(.0)
    )]
    NoCompany(String),
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Taken, or the database refused.
    #[error("the user could not be added")]
    Store(#[from] StoreError),
}

/// Adds a person, and their company if asked. Hashes on the calling thread: for command lines, not for requests.
pub async fn add_user(store: &dyn Store, new: NewUser, cost: PasswordCost) -> Result<(User, Company), AddUserError> {
    let username = new.username.trim().to_lowercase();
    if !is_username(&username) {
        return Err(AddUserError::Username(new.username));
    }
    let name = checked_name(&new.name)?;
    if let Some(extension) = &new.extension
        && !is_extension(extension)
    {
        return Err(AddUserError::Extension(extension.clone()));
    }
    if store.user_by_username(&username).await?.is_some() {
        // Before a company is made for nobody.
        return Err(StoreError::Conflict("user name").into());
    }
    let password_hash = hash_password(&new.password, cost)?;
    let company = company(store, &new.company, new.create_company_in).await?;
    let user = User {
        id: UserId::generate(),
        company_id: company.id,
        username,
        name,
        extension: new.extension,
        password_hash,
        role: new.role,
        created_at: Timestamp::now(),
    };
    store.create_user(&user).await?;
    Ok((user, company))
}

async fn company(store: &dyn Store, name: &str, create_in: Option<Region>) -> Result<Company, AddUserError> {
    if let Some(company) = company_named(store, name).await? {
        return Ok(company);
    }
    let region = create_in.ok_or_else(|| AddUserError::NoCompany(name.to_owned()))?;
    let company = Company::new(&checked_name(name)?, region.as_str(), Timestamp::now());
    match store.create_company(&company).await {
        Ok(()) => Ok(company),
        // Another command has made it just now.
        Err(taken @ StoreError::Conflict(_)) => Ok(store.company_by_name(&company.name).await?.ok_or(taken)?),
        Err(error) => Err(error.into()),
    }
}

/// The name as it is kept. One with signs that do not belong there is refused rather than mended, since whoever types it
/// can mend it.
fn checked_name(text: &str) -> Result<String, AddUserError> {
    let name = names::clean(text);
    if names::has_unfit(text) || !(1..=MAX_NAME_CHARS).contains(&name.chars().count()) {
        return Err(AddUserError::Name);
    }
    Ok(name)
}

/// What domain's `Address` reads as an extension.
fn is_extension(text: &str) -> bool {
    (2..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
