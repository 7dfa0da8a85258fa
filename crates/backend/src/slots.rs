//! How many of something each of many has, up to a number that is allowed.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Slots that are taken, by whom. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Slots<K: Eq + Hash> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// A slot; dropping it makes room for another.
pub(crate) struct Slot<K: Eq + Hash> {
    slots: Slots<K>,
    key: K,
}

impl<K: Eq + Hash + Clone> Slots<K> {
    pub(crate) fn new() -> Self {
        Self { taken: Arc::default() }
    }

    /// A slot for whoever this is, unless as many are taken as are allowed.
    pub(crate) fn enter(&self, key: K, allowed: usize) -> Option<Slot<K>> {
        let mut taken = self.lock();
        let count = taken.get(&key).copied().unwrap_or_default();
        if count >= allowed {
            return None;
        }
        taken.insert(key.clone(), count + 1);
        Some(Slot { slots: self.clone(), key })
    }
}

impl<K: Eq + Hash> Slots<K> {
    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut taken = self.slots.lock();
        match taken.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                taken.remove(&self.key);
            }
        }
    }
}

/// One subscriber usually has a whole IPv6 /64.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_as_many_slots_as_are_allowed() {
        let slots = Slots::new();
        let (first, second) = (slots.enter("a", 2), slots.enter("a", 2));
        assert!(first.is_some() && second.is_some());
        assert!(slots.enter("a", 2).is_none());
        assert!(slots.enter("b", 2).is_some(), "others have their own");
        drop(first);
        let again = slots.enter("a", 2);
        assert!(again.is_some());
        drop((second, again));
        assert!(slots.lock().is_empty(), "nothing is kept of whoever has left");
    }
}
