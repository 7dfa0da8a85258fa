//! How often somebody may try to sign in.

use crate::{
    config::{LoginLimits, Rate},
    slots::network_of,
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};
use std::{hash::Hash, net::IpAddr, time::Duration};

/// Keys kept before those that have recovered are forgotten; bounds the memory that an attacker with many names costs.
const KEYS_KEPT: usize = 10_000;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Counts tries per user name, per client address, and per both together.
pub(crate) struct LoginLimiter {
    by_person: Limiter<(String, IpAddr)>,
    by_username: Limiter<String>,
    by_address: Limiter<IpAddr>,
    clock: DefaultClock,
}

impl LoginLimiter {
    pub(crate) fn new(limits: LoginLimits) -> Self {
        Self {
            by_person: RateLimiter::dashmap(quota(limits.per_person)),
            by_username: RateLimiter::dashmap(quota(limits.per_username)),
            by_address: RateLimiter::dashmap(quota(limits.per_address)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a try; an error says how long to wait for the next.
    pub(crate) fn count(&self, username: &str, address: IpAddr) -> Result<(), Duration> {
        let network = network_of(address);
        self.check(&self.by_address, &network)?;
        self.check(&self.by_person, &(username.to_owned(), network))?;
        self.check(&self.by_username, &username.to_owned())
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Limiter<K>, key: &K) -> Result<(), Duration> {
        if limiter.len() > KEYS_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

fn quota(rate: Rate) -> Quota {
    let refill = rate.refill.max(Duration::from_nanos(1));
    Quota::with_period(refill).expect("the period is not zero").allow_burst(rate.burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter() -> LoginLimiter {
        let hour = Duration::from_secs(3600);
        let rate = |burst| Rate::new(burst, hour);
        LoginLimiter::new(LoginLimits { per_person: rate(2), per_username: rate(4), per_address: rate(3) })
    }

    #[test]
    fn names_and_addresses_run_out_apart() {
        let limiter = limiter();
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!(limiter.count("alice", here), Ok(()));
        assert_eq!(limiter.count("alice", here), Ok(()));
        let wait = limiter.count("alice", here).unwrap_err();
        assert!(wait > Duration::from_secs(3500) && wait <= Duration::from_secs(3600), "{wait:?}");
        assert!(limiter.count("basil", here).is_err(), "the address has run out");
        assert_eq!(limiter.count("alice", there), Ok(()), "whoever guessed her password does not keep her out");
        assert_eq!(limiter.count("alice", there), Ok(()));
        let elsewhere = IpAddr::from([192, 0, 2, 3]);
        assert!(limiter.count("alice", elsewhere).is_err(), "nor can it be guessed from everywhere");
        assert_eq!(limiter.count("basil", elsewhere), Ok(()));
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let limiter = limiter();
        for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
            let address = format!("2001:db8::{index}").parse().unwrap();
            assert_eq!(limiter.count(name, address), Ok(()));
        }
        assert!(limiter.count("d", "2001:db8::ffff".parse().unwrap()).is_err());
        assert_eq!(limiter.count("d", "2001:db8:0:1::1".parse().unwrap()), Ok(()));
    }
}
