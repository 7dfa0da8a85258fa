use crate::peer::{Peer, TIME_LIMIT, connected_pair};
use mobilecall_transport::{CandidatePair, CandidateType, MediaTransport, TransportStats};
use std::time::{Duration, Instant};

/// Between two packets.
const PACE: Duration = Duration::from_millis(20);

/// Sends audio from `a` to `b` at its usual pace until the statistics of `a` show what is asked for. Also says by how
/// much the pace was missed at most, since that depends on how busy the machine is.
async fn talk_until(
    a: &mut Peer,
    b: &mut Peer,
    enough: impl Fn(&TransportStats) -> bool,
) -> (TransportStats, Duration) {
    let mut pace = tokio::time::interval(PACE);
    let (mut last, mut worst) = (None, Duration::ZERO);
    let found = async {
        loop {
            pace.tick().await;
            assert!(a.say("x").await);
            let arrival = b.packet().await.arrival;
            let gap = last.replace(arrival).map_or(PACE, |last| arrival.saturating_duration_since(last));
            worst = worst.max(gap.abs_diff(PACE));
            let stats = a.transport.stats().await;
            if enough(&stats) {
                return (stats, worst);
            }
        }
    };
    tokio::time::timeout(TIME_LIMIT, found).await.expect("statistics in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_far_end_tells_of_loss_and_jitter_and_the_round_trip_is_known() {
    let began = Instant::now();
    let (mut a, mut b) = connected_pair().await;
    let before = a.transport.stats().await;
    assert_eq!((before.remote_loss, before.remote_jitter, before.packets_sent), (None, None, 0));
    let (stats, worst) = talk_until(&mut a, &mut b, |stats| stats.remote_jitter.is_some()).await;
    assert_eq!(stats.remote_loss, Some(0.0));
    // A mean of what the pace was missed by, rounded to ticks.
    let most = worst + Duration::from_millis(1);
    assert!(stats.remote_jitter.is_some_and(|it| it <= most), "{stats:?}, at most {most:?}");
    // From the checks of ICE at first, then from reports; it cannot be longer than all of this took.
    let all = began.elapsed();
    assert!(stats.rtt.is_some_and(|it| it > Duration::ZERO && it < all), "{stats:?} in {all:?}");
    let heard = b.transport.stats().await;
    assert_eq!(heard.packets_received, stats.packets_sent);
    assert_eq!(heard.packets_dropped, 0);
    assert_eq!(heard.remote_loss, None, "b sent nothing that could be lost");
    assert!(heard.rtt.is_some(), "known from ICE where nothing is sent");
    let host = CandidatePair { local: CandidateType::Host, remote: CandidateType::Host };
    assert_eq!((stats.pair, heard.pair), (Some(host), Some(host)));
    assert!(!host.is_relayed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_is_dropped_and_counted() {
    let (mut a, b) = connected_pair().await;
    for _ in 0..60 {
        assert!(a.say("x").await);
    }
    let all = async {
        while b.transport.stats().await.packets_received < 60 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(TIME_LIMIT, all).await.expect("packets in time");
    assert_eq!(b.transport.stats().await.packets_dropped, 10);
}
