//! How often somebody may try to sign in.

use crate::config::{LoginLimits, Rate};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};
use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

/// Keys kept before those that have recovered are forgotten; bounds the memory that an attacker with many names costs.
const KEYS_KEPT: usize = 10_000;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Counts tries per user name and per client address.
pub(crate) struct LoginLimiter {
    by_username: Limiter<String>,
    by_address: Limiter<IpAddr>,
    clock: DefaultClock,
}

impl LoginLimiter {
    pub(crate) fn new(limits: LoginLimits) -> Self {
        Self {
            by_username: RateLimiter::dashmap(quota(limits.per_username)),
            by_address: RateLimiter::dashmap(quota(limits.per_address)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a try; an error says how long to wait for the next.
    pub(crate) fn count(&self, username: &str, address: IpAddr) -> Result<(), Duration> {
        self.check(&self.by_address, &network_of(address))?;
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

/// One subscriber usually has a whole IPv6 /64.
fn network_of(address: IpAddr) -> IpAddr {
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

    fn limiter() -> LoginLimiter {
        let hour = Duration::from_secs(3600);
        LoginLimiter::new(LoginLimits { per_username: Rate::new(2, hour), per_address: Rate::new(3, hour) })
    }

    #[test]
    fn names_and_addresses_run_out_apart() {
        let limiter = limiter();
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!(limiter.count("alice", here), Ok(()));
        assert_eq!(limiter.count("alice", here), Ok(()));
        let wait = limiter.count("alice", there).unwrap_err();
        assert!(wait > Duration::from_secs(3500) && wait <= Duration::from_secs(3600), "{wait:?}");
        assert_eq!(limiter.count("basil", here), Ok(()));
        assert!(limiter.count("basil", here).is_err(), "the address has run out");
        assert_eq!(limiter.count("basil", there), Ok(()));
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
