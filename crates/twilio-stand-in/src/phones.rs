//! Telephones of the public network, in memory: what each does when it is called.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a telephone's owner does when it is called.
#[derive(Clone, Debug)]
pub struct Phone {
    /// How long it rings before that.
    pub rings: Duration,
    /// What then happens.
    pub then: Then,
    /// What is said after answering.
    pub says: Option<Voice>,
    /// How long after answering its owner hangs up; never without.
    pub hangs_up_after: Option<Duration>,
}

/// The end of a phone's ringing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Its owner answers.
    Answers,
    /// It is busy, or its owner refuses.
    IsBusy,
    /// It rings on, until it is answered by hand or the caller gives up.
    RingsOn,
    /// There is no such number.
    DoesNotExist,
}

impl Default for Phone {
    fn default() -> Self {
        Self { rings: Duration::from_millis(200), then: Then::Answers, says: None, hangs_up_after: None }
    }
}

/// Sound at 48 kHz, mono.
#[derive(Clone)]
pub struct Voice(pub(crate) Arc<[f32]>);

impl Voice {
    /// From samples at 48 kHz.
    pub fn new(samples: impl Into<Arc<[f32]>>) -> Self {
        Self(samples.into())
    }
    /// The samples.
    pub fn samples(&self) -> &[f32] {
        &self.0
    }
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Voice({} ms)", self.0.len() / 48)
    }
}

/// All telephones; one that is not listed does what the others do.
#[derive(Clone, Debug, Default)]
pub struct PhoneBook {
    listed: BTreeMap<String, Phone>,
    others: Phone,
}

impl PhoneBook {
    /// What every telephone does that is not listed.
    pub fn set_others(&mut self, phone: Phone) {
        self.others = phone;
    }
    /// What the telephone of this number, in E.164, does.
    pub fn set(&mut self, number: impl Into<String>, phone: Phone) {
        self.listed.insert(number.into(), phone);
    }
    /// The telephone of a number.
    pub fn get(&self, number: &str) -> &Phone {
        self.listed.get(number).unwrap_or(&self.others)
    }
}
