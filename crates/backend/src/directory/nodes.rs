//! What each node said of its people, and what that makes together. Every change of what it makes together is returned
//! by the step that brings it about.

use super::{PersonReport, PresenceChange, Renewed, Whereabouts};
use mobilecall_domain::{CompanyId, NodeId, PresenceState, Reachability, UserId};
use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

/// The nodes that have a lease, even one that has run out.
#[derive(Default)]
pub(super) struct Nodes(BTreeMap<NodeId, Node>);

struct Node {
    instance: String,
    lease_until: Instant,
    /// Whoever is registered or busy there.
    companies: HashMap<CompanyId, HashMap<UserId, Reachability>>,
}

impl Node {
    fn known(&self, company: CompanyId, user: UserId) -> Option<Reachability> {
        self.companies.get(&company)?.get(&user).copied()
    }

    fn set(&mut self, PersonReport { company, user, reachability }: PersonReport) {
        let people = self.companies.entry(company).or_default();
        if reachability == Reachability::NONE {
            people.remove(&user);
        } else {
            people.insert(user, reachability);
        }
        if people.is_empty() {
            self.companies.remove(&company);
        }
    }
}

impl Nodes {
    pub(super) fn renew(&mut self, node: NodeId, instance: &str, lease_until: Instant) -> Renewed {
        if let Some(known) = self.0.get_mut(&node) {
            known.lease_until = lease_until;
            return Renewed { kept: true, changes: Vec::new() };
        }
        // Ids rise with the time of their making, by the clock of the node's machine. Where that was set back since the
        // earlier run, what it said counts until its lease has run out.
        let changes = self.drop_where(|other, known| other < node && known.instance == instance);
        self.0.insert(node, Node { instance: instance.to_owned(), lease_until, companies: HashMap::new() });
        Renewed { kept: false, changes }
    }

    pub(super) fn leave(&mut self, node: NodeId) -> Vec<PresenceChange> {
        let Some(gone) = self.0.remove(&node) else { return Vec::new() };
        let people = gone.companies.into_iter().flat_map(|(company, people)| {
            people.into_iter().map(move |(user, reachability)| PersonReport { company, user, reachability })
        });
        let change = |PersonReport { company, user, reachability }: PersonReport| {
            let left = self.joined(company, user);
            let before = Reachability::joined([left, reachability]).presence();
            let presence = left.presence();
            (presence != before).then_some(PresenceChange { company, user, presence })
        };
        people.filter_map(change).collect()
    }

    pub(super) fn drop_silent(&mut self, now: Instant) -> Vec<PresenceChange> {
        self.drop_where(|_, known| known.lease_until < now)
    }

    fn drop_where(&mut self, gone: impl Fn(NodeId, &Node) -> bool) -> Vec<PresenceChange> {
        let gone: Vec<_> = self.0.iter().filter(|(node, known)| gone(**node, known)).map(|(node, _)| *node).collect();
        gone.into_iter().flat_map(|node| self.leave(node)).collect()
    }

    pub(super) fn report(&mut self, node: NodeId, known: PersonReport) -> Option<PresenceChange> {
        let PersonReport { company, user, .. } = known;
        let before = self.joined(company, user).presence();
        self.0.get_mut(&node)?.set(known);
        let presence = self.joined(company, user).presence();
        (presence != before).then_some(PresenceChange { company, user, presence })
    }

    pub(super) fn present(&self, company: CompanyId) -> HashMap<UserId, PresenceState> {
        let mut people: HashMap<UserId, Reachability> = HashMap::new();
        for (user, reachability) in self.0.values().filter_map(|node| node.companies.get(&company)).flatten() {
            let known = people.entry(*user).or_default();
            *known = Reachability::joined([*known, *reachability]);
        }
        people.into_iter().map(|(user, known)| (user, known.presence())).collect()
    }

    pub(super) fn whereabouts(&self, company: CompanyId, user: UserId) -> impl Iterator<Item = Whereabouts> {
        self.0.iter().filter_map(move |(node, said)| {
            said.known(company, user).map(|reachability| Whereabouts { node: *node, reachability })
        })
    }

    fn joined(&self, company: CompanyId, user: UserId) -> Reachability {
        Reachability::joined(self.whereabouts(company, user).map(|there| there.reachability))
    }
}

#[cfg(test)]
mod tests;
