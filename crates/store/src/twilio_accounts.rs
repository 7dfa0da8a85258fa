//! Companies' own accounts at Twilio. Their secrets are sealed before they come here.

use crate::error::Result;
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, Timestamp};
use std::{collections::BTreeMap, fmt};

/// Companies' own accounts at Twilio.
#[async_trait]
pub trait TwilioAccounts: Send + Sync {
    /// The company's account.
    async fn twilio_account(&self, company: CompanyId) -> Result<Option<TwilioAccount>>;
    /// Keeps an account in place of the one that the company had. `NotFound("company")` without the company.
    async fn set_twilio_account(&self, account: &TwilioAccount) -> Result<()>;
    /// Forgets the company's account; whether it had one.
    async fn remove_twilio_account(&self, company: CompanyId) -> Result<bool>;
    /// Every company's account that has this SID, for what Twilio sends: it names its account and no company.
    async fn twilio_accounts_of(&self, account_sid: &str) -> Result<Vec<TwilioAccount>>;
    /// The companies that have an account of their own. Server-wide, for what the server does by itself.
    async fn companies_with_twilio(&self) -> Result<Vec<CompanyId>>;
}

/// A company's account. `Debug` leaves out what is set.
#[derive(Clone, PartialEq, Eq)]
pub struct TwilioAccount {
    /// Whose it is.
    pub company_id: CompanyId,
    /// Twilio's id of it, `AC…`.
    pub account_sid: String,
    /// What else is set and is no secret, by name.
    pub settings: BTreeMap<String, String>,
    /// The secrets, by name.
    pub secrets: BTreeMap<String, SealedSecret>,
    /// When it was set.
    pub updated_at: Timestamp,
}

impl fmt::Debug for TwilioAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioAccount").field("company_id", &self.company_id).finish_non_exhaustive()
    }
}

/// A secret that only the holder of a key can read.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Which key opens it.
    pub key_id: String,
    /// The sealed bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecret").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}
