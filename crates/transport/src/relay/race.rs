//! Which of several relays is taken: they are asked one after the other, the best first, and the next one while those
//! before it have not answered for a while (as RFC 8305 does with addresses). The first that answers is taken.

use super::{RelayStanding, Relays};
use mobilecall_turn::{Packets, Relay, RelayConfig, RelayError, allocate};
use std::time::Duration;
use tokio::task::JoinSet;

/// Longer than most relays take; a network that lets no UDP through costs this much.
const HEAD_START: Duration = Duration::from_millis(300);

type Answer = (usize, Result<(Relay, Packets), RelayError>);

/// An address at one of the relays; `None` once all have failed, which is told to `relays`.
pub(super) async fn open(relays: &Relays) -> Option<(Relay, Packets)> {
    let mut servers = relays.servers.iter().enumerate();
    let mut asked: JoinSet<Answer> = JoinSet::new();
    ask(&mut asked, servers.next());
    while !asked.is_empty() {
        let is_more = servers.len() > 0;
        tokio::select! {
            Some(answer) = asked.join_next() => match answer {
                Ok((_, Ok(found))) => {
                    relays.set(RelayStanding::Ready);
                    return Some(found);
                }
                Ok((index, Err(error))) => {
                    relays.failed(&relays.servers[index], &error);
                    ask(&mut asked, servers.next());
                }
                Err(error) => tracing::error!(%error, "asking a relay panicked"),
            },
            () = tokio::time::sleep(HEAD_START), if is_more => ask(&mut asked, servers.next()),
        }
    }
    None
}

fn ask(asked: &mut JoinSet<Answer>, server: Option<(usize, &RelayConfig)>) {
    if let Some((index, server)) = server {
        let server = server.clone();
        asked.spawn(async move { (index, allocate(server).await) });
    }
}
