//! People: their registered devices, their legs, and whether they can be reached.

use super::Switch;
use super::call::Stage;
use super::io::{LegKey, Output, SocketId};
use crate::host::Reachability;
use mobilecall_domain::{CompanyId, UserId};
use std::collections::{BTreeSet, HashMap};

/// Everybody who has a registered device or a leg.
#[derive(Default)]
pub(super) struct People(HashMap<UserId, Person>);

struct Person {
    company: CompanyId,
    /// In the order of their registration.
    registered: Vec<SocketId>,
    legs: Vec<LegKey>,
    /// What the host was told last.
    told: Reachability,
}

impl People {
    fn person(&mut self, company: CompanyId, user: UserId) -> &mut Person {
        self.0.entry(user).or_insert_with(|| Person {
            company,
            registered: Vec::new(),
            legs: Vec::new(),
            told: Reachability::NONE,
        })
    }

    /// Registers a device; `true` if it was not yet.
    pub(super) fn register(&mut self, company: CompanyId, user: UserId, socket: SocketId) -> bool {
        let registered = &mut self.person(company, user).registered;
        let fresh = !registered.contains(&socket);
        if fresh {
            registered.push(socket);
        }
        fresh
    }

    pub(super) fn unregister(&mut self, user: UserId, socket: SocketId) {
        if let Some(person) = self.0.get_mut(&user) {
            person.registered.retain(|other| *other != socket);
        }
    }

    pub(super) fn registered(&self, user: UserId) -> &[SocketId] {
        self.0.get(&user).map(|person| person.registered.as_slice()).unwrap_or_default()
    }

    pub(super) fn add_leg(&mut self, company: CompanyId, user: UserId, leg: LegKey) {
        self.person(company, user).legs.push(leg);
    }

    pub(super) fn remove_leg(&mut self, user: UserId, leg: LegKey) {
        if let Some(person) = self.0.get_mut(&user) {
            person.legs.retain(|other| *other != leg);
        }
    }

    pub(super) fn legs(&self, user: UserId) -> &[LegKey] {
        self.0.get(&user).map(|person| person.legs.as_slice()).unwrap_or_default()
    }
}

impl Switch {
    /// Whether the person talks here, or has just accepted a call.
    pub(super) fn is_busy(&self, user: UserId) -> bool {
        self.people.legs(user).iter().any(|key| {
            let call = self.legs.get(key).and_then(|leg| self.calls.get(&leg.call));
            call.is_some_and(|call| match call.stage {
                Stage::Talking => true,
                Stage::Answering(leg) => leg == *key || call.caller.leg == *key,
                Stage::Resolving | Stage::Preparing | Stage::Ringing => false,
            })
        })
    }

    /// How many calls the person is in; one that rings on several devices is one.
    pub(super) fn calls_of(&self, user: UserId) -> usize {
        let calls = self.people.legs(user).iter().filter_map(|leg| self.legs.get(leg)).map(|leg| leg.call);
        calls.collect::<BTreeSet<_>>().len()
    }

    /// As if the host had been told of nobody.
    pub(super) fn tell_everybody(&mut self) {
        for (user, person) in &mut self.people.0 {
            person.told = Reachability::NONE;
            self.touched.insert(*user);
        }
    }

    /// Tells the host whose reachability this input changed.
    pub(super) fn settle_reachability(&mut self) {
        for user in std::mem::take(&mut self.touched) {
            let busy = self.is_busy(user);
            let Some(person) = self.people.0.get_mut(&user) else { continue };
            let reachability = Reachability { registered: !person.registered.is_empty(), busy };
            let (company, changed) = (person.company, reachability != person.told);
            person.told = reachability;
            if person.registered.is_empty() && person.legs.is_empty() {
                self.people.0.remove(&user);
            }
            if changed {
                self.output(Output::Reachability(company, user, reachability));
            }
        }
    }
}
