//! The lines that the server gives out at which the agent is signed in: the direct one, and Twilio where that is set up.

use super::factory::{LineContext, LineFactory, OpenedLine};
use crate::{failure, message::LineMessage, parts::Relays, post::LinePost, tries::Tries};
use async_trait::async_trait;
use mobilecall_client::{ClientError, Session};
use mobilecall_domain::{LineKind, Private};
use mobilecall_ipc::{Failure, LineSettings};
use mobilecall_line_pstream::{
    PstreamLine, PstreamLineConfig, TokenError, TokenSource, VoiceToken, at_edge, candidates, nearest,
};
use mobilecall_transport::IceServer;
use std::{sync::Arc, time::Duration};
use url::Url;

/// First pause between attempts to get a voice token from a server that does not answer.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How long edges are measured; one that takes longer to reach is none to call over.
const MEASURING: Duration = Duration::from_secs(1);
/// An edge and where to go without it; what is more are all there are, to be measured.
const FEW_EDGES: usize = 2;

/// Makes the lines of one kind that the server gives out.
pub(crate) struct SessionLines(pub(crate) LineKind);

#[async_trait]
impl LineFactory for SessionLines {
    /// Fetches a voice token to learn where the line's signaling is, and opens the line.
    async fn open(&self, description: &LineSettings, context: &LineContext) -> Result<OpenedLine, Failure> {
        // The owner opens lines that need a session when there is one; others of this kind have no credentials.
        let Some(session) = context.session.clone() else { return Err(failure::line_unavailable(description.kind)) };
        let (urls, kind) = find_signaling(&session, self.0, context).await?;
        let urls = places(urls, kind, description.server.as_deref()).await;
        let tls = session.http().tls().clone();
        let tokens = Arc::new(SessionTokens { session, line: self.0, post: context.post.clone() });
        let config = PstreamLineConfig { tls: Some(tls), ..PstreamLineConfig::new(kind, urls, tokens) };
        let (line, events) = PstreamLine::connect(config);
        Ok((Arc::new(line), events))
    }
}

async fn find_signaling(
    session: &Session,
    line: LineKind,
    context: &LineContext,
) -> Result<(Vec<Url>, LineKind), Failure> {
    let mut tries = Tries::new(FIRST_PAUSE, LONGEST_PAUSE);
    let token = loop {
        match session.voice_token(line).await {
            Ok(token) => {
                context.post.tell(LineMessage::Relays(relays(session, &token.ice_servers))).await;
                break token;
            }
            Err(error) => {
                let attempt = tries.failed(error, context.post.engine()).await?;
                context.post.tell(LineMessage::NotYet { attempt, why: tries.why() }).await;
                tries.pause(&context.hurry).await;
            }
        }
    };
    let urls = signaling_urls(&token.signaling, |path| session.http().server().socket_at(path));
    Ok((urls.map_err(|error| failure::internal(&error))?, token.line.into()))
}

/// Where the line's signaling is, the preferred first: paths at the server, or addresses elsewhere, separated by commas.
fn signaling_urls(said: &str, at_server: impl Fn(&str) -> Url) -> Result<Vec<Url>, url::ParseError> {
    let places = said.split(',').map(str::trim).filter(|place| !place.is_empty());
    places.map(|place| if place.starts_with('/') { Ok(at_server(place)) } else { place.parse() }).collect()
}

/// Where the line signs in: at the edge of Twilio that the agent chose, else at the nearest if the server leaves it open,
/// else where the server says.
async fn places(urls: Vec<Url>, kind: LineKind, chosen: Option<&str>) -> Vec<Url> {
    let (LineKind::Twilio, [url]) = (kind, urls.as_slice()) else { return urls };
    // A stand-in has no edges.
    if let Some(chosen) = chosen.and_then(|edge| at_edge(url, edge)) {
        return candidates(&chosen);
    }
    let candidates = candidates(url);
    if candidates.len() <= FEW_EDGES {
        return candidates;
    }
    let found = nearest(&candidates, MEASURING).await;
    let first = found.first().and_then(Url::host_str);
    tracing::info!(first, edges = found.len(), "the nearest edges were measured");
    found
}

/// Voice tokens of the signed-in person.
struct SessionTokens {
    session: Session,
    line: LineKind,
    post: LinePost,
}

/// Credentials of relays end with the token, so they come with each.
fn relays(session: &Session, servers: &[mobilecall_client::IceServer]) -> Relays {
    let servers = servers.iter().map(|server| IceServer {
        urls: server.urls.clone(),
        username: server.username.clone().unwrap_or_default(),
        credential: server.credential.clone().unwrap_or_default(),
    });
    Relays { servers: servers.collect(), trust: Some(session.http().tls().clone()) }
}

#[async_trait]
impl TokenSource for SessionTokens {
    async fn fetch(&self) -> Result<VoiceToken, TokenError> {
        match self.session.voice_token(self.line).await {
            Ok(token) => {
                self.post.tell(LineMessage::Relays(relays(&self.session, &token.ice_servers))).await;
                Ok(VoiceToken { token: Private::new(token.token), identity: token.identity })
            }
            Err(error) => {
                let retryable = error.is_retryable() || !matches!(error, ClientError::SessionEnded);
                Err(TokenError { retryable, reason: failure::chain(&error) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signaling_is_at_the_server_or_at_several_places_elsewhere() {
        let at_server = |path: &str| Url::parse("wss://calls.example").unwrap().join(path).unwrap();
        for (said, expected) in [
            ("/signal", vec!["wss://calls.example/signal"]),
            (
                "wss://a.example/signal, wss://b.example/signal",
                vec!["wss://a.example/signal", "wss://b.example/signal"],
            ),
        ] {
            let urls = signaling_urls(said, at_server).unwrap();
            assert_eq!(urls.iter().map(Url::as_str).collect::<Vec<_>>(), expected);
        }
        assert!(signaling_urls("not an address", at_server).is_err());
    }

    #[tokio::test]
    async fn the_agents_edge_goes_before_the_servers() {
        let url = |edge: &str| -> Url { format!("wss://voice-js.{edge}.twilio.com/signal").parse().unwrap() };
        let stand_in: Url = "ws://127.0.0.1:4010/signal".parse().unwrap();
        for (kind, said, chosen, expected) in [
            (LineKind::Twilio, vec![url("dublin")], Some("frankfurt"), vec![url("frankfurt"), url("roaming")]),
            (LineKind::Twilio, vec![url("dublin")], None, vec![url("dublin"), url("roaming")]),
            (LineKind::Twilio, vec![url("dublin"), url("tokyo")], None, vec![url("dublin"), url("tokyo")]),
            (LineKind::Twilio, vec![stand_in.clone()], Some("frankfurt"), vec![stand_in.clone()]),
            (LineKind::Twilio, vec![stand_in.clone()], None, vec![stand_in.clone()]),
            (LineKind::Twilio, vec![url("dublin")], Some("evil.example/"), vec![url("dublin"), url("roaming")]),
            (LineKind::Direct, vec![url("dublin")], Some("frankfurt"), vec![url("dublin")]),
        ] {
            assert_eq!(places(said, kind, chosen).await, expected, "{chosen:?}");
        }
    }
}
