//! Which of several servers is near, by measuring.

use crate::{socket::connect_tcp, urls::is_roaming};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use url::Url;

/// So many servers are kept of those that were measured.
const FEW: usize = 3;

/// A server, and how long it takes to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Where it is.
    pub url: Url,
    /// From the wish to connect to the connection, once its name is known; `None` if it was not reached in time.
    pub connect: Option<Duration>,
}

/// Measures how long it takes to connect to each, all at the same time, for no longer than `limit`. Nothing is said on the
/// connections. Cancel-safe.
pub async fn measure(urls: &[Url], limit: Duration) -> Vec<Measured> {
    join_all(urls.iter().map(|url| async {
        let connect = timeout(limit, connect_time(url)).await.ok().flatten();
        Measured { url: url.clone(), connect }
    }))
    .await
}

/// The few nearest of them in their order, measured now. What Twilio itself thinks nearest is always among them, and no far
/// one: a line that loses its connection tries the others too, and its calls would stay there.
pub async fn nearest(urls: &[Url], limit: Duration) -> Vec<Url> {
    few(nearest_first(measure(urls, limit).await))
}

fn few(urls: Vec<Url>) -> Vec<Url> {
    let near: Vec<bool> = urls.iter().enumerate().map(|(place, url)| place < FEW || is_roaming(url)).collect();
    urls.into_iter().zip(near).filter_map(|(url, near)| near.then_some(url)).collect()
}

/// The second connection is timed: by then the name is looked up and the way is known.
async fn connect_time(url: &Url) -> Option<Duration> {
    drop(connect_tcp(url).await.ok()?);
    let begun = Instant::now();
    drop(connect_tcp(url).await.ok()?);
    Some(begun.elapsed())
}

/// The nearest before the others; those that were not reached come last, in the order in which they were named. Twilio's
/// `roaming`, which is one of the others under another name, comes behind all that were reached.
pub fn nearest_first(mut measured: Vec<Measured>) -> Vec<Url> {
    measured.sort_by_key(|Measured { url, connect }| match connect {
        Some(_) if is_roaming(url) => (1, Duration::ZERO),
        Some(connect) => (0, *connect),
        None if is_roaming(url) => (2, Duration::ZERO),
        None => (3, Duration::ZERO),
    });
    measured.into_iter().map(|measured| measured.url).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(host: &str, millis: impl Into<Option<u64>>) -> Measured {
        let url = format!("wss://{host}/signal").parse().unwrap();
        Measured { url, connect: millis.into().map(Duration::from_millis) }
    }

    #[test]
    fn the_nearest_goes_first_and_what_was_not_reached_last() {
        let roaming = "voice-js.roaming.twilio.com";
        let order = |measured: Vec<Measured>| {
            let urls = nearest_first(measured);
            urls.iter().map(|url| url.host_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let far =
            [measured(roaming, 9), measured("a", None), measured("b", 80), measured("c", 12), measured("d", None)];
        assert_eq!(order(far.to_vec()), format!("c b {roaming} a d"));
        let many = [measured("a", 1), measured("b", 2), measured("c", 3), measured("d", 4), measured(roaming, 1)];
        let kept: Vec<_> =
            few(nearest_first(many.to_vec())).iter().map(|url| url.host_str().unwrap().to_owned()).collect();
        assert_eq!(kept, ["a", "b", "c", roaming]);
        let deaf = [measured("a", None), measured(roaming, None), measured("b", None)];
        assert_eq!(order(deaf.to_vec()), format!("{roaming} a b"));
    }
}
