//! What keeps settings from being used.

use super::Setting;
use std::{error::Error, fmt};

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// Not set, and needed. The words are a contract with old pages.
    #[error("Missing {0}")]
    Missing(Setting),
    /// Set to what cannot be right.
    #[error("{setting} is wrong: {reason}")]
    Malformed {
        /// Which.
        setting: Setting,
        /// What is wrong with it, without the value.
        reason: String,
    },
}

impl SettingFault {
    /// Which value it concerns.
    pub const fn setting(&self) -> Setting {
        match self {
            Self::Missing(setting) | Self::Malformed { setting, .. } => *setting,
        }
    }
    /// Where the right value is found, and what to do.
    pub const fn advice(&self) -> &'static str {
        self.setting().advice()
    }
}

/// Everything to mend, at least one. `Display` has a line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFaults(Vec<SettingFault>);

impl SettingFaults {
    /// `None` if there is nothing to mend.
    pub(super) fn of(faults: Vec<SettingFault>) -> Option<Self> {
        (!faults.is_empty()).then_some(Self(faults))
    }
    /// All of them, in the order of [`Setting::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = &SettingFault> {
        self.0.iter()
    }
}

impl fmt::Display for SettingFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl Error for SettingFaults {}
