//! The account itself: what a check of the settings looks at.

use super::{
    Host, Request,
    value::{Millionths, number},
};
use crate::{sid::AccountSid, words::words};
use mobilecall_domain::phone::Region;
use serde::Deserialize;

words! {
    /// Whether an account can be used.
    AccountStatus, "status of an account" {
        /// It can.
        Active = "active",
        /// Not now, most often for lack of money.
        Suspended = "suspended",
        /// Never again.
        Closed = "closed",
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Account {
    /// Its SID.
    pub sid: AccountSid,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// `Trial` or `Full`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name in the console.
    pub friendly_name: String,
}

impl Account {
    /// Whether it calls verified numbers only.
    pub fn is_trial(&self) -> bool {
        self.kind == "Trial"
    }
}

/// What is left of the money.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Balance {
    /// Millionths of `currency`.
    #[serde(deserialize_with = "number")]
    pub balance: Option<Millionths>,
    /// Such as `USD`.
    pub currency: String,
}

/// Which numbers of a country may be called.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CountryPermissions {
    /// ISO 3166-1 alpha-2.
    pub iso_code: String,
    /// Ordinary numbers.
    pub low_risk_numbers_enabled: bool,
    /// Premium and special numbers.
    pub high_risk_special_numbers_enabled: bool,
    /// Ranges known from toll fraud.
    pub high_risk_tollfraud_numbers_enabled: bool,
}

/// The account; the answer is an [`Account`].
pub fn get_account(account: AccountSid) -> Request {
    Request::get(account, "")
}

/// Its money; the answer is a [`Balance`].
pub fn get_balance(account: AccountSid) -> Request {
    Request::get(account, "/Balance")
}

/// What is allowed of a country; the answer is a [`CountryPermissions`].
pub fn get_country(country: Region) -> Request {
    Request::get_at(Host::Voice, format!("/v1/DialingPermissions/Countries/{country}"))
}
