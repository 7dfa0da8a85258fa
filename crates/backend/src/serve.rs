//! Serving a listener until told to stop, and stopping in order within a bound.

use crate::{
    backend::{Backend, StartError},
    config::BackendConfig,
    error::chain,
    limited_listener::{LimitedListener, Peer},
    router,
};
use axum_server::{
    Handle, Server,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::TokioTimer;
use mobilecall_domain::Timestamp;
use mobilecall_store::Store;
use std::{io, sync::Arc, time::Duration};
use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;

/// Old sessions are removed, and the database is examined, this often.
const PRUNE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest time from the beginning of a kept connection's pause to the head of its next request, and between the signs of
/// life of an HTTP/2 connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Why serving ended with an error.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The backend could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The listener failed.
    #[error("the listener failed: check that its address still exists")]
    Listener(#[source] io::Error),
}

/// Serves the API and the direct line on `listener` until `shutdown` is cancelled, then lets requests, sockets and
/// calls finish for at most [`Limits::shutdown_grace`](crate::Limits). The store stays open.
///
/// The same function runs embedded in the desktop app, in `mobile-call-server` and in tests.
pub async fn serve(
    listener: TcpListener,
    store: Arc<dyn Store>,
    config: BackendConfig,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    Backend::new(store, config).await?.serve(listener, shutdown).await
}

impl Backend {
    /// As [`serve()`], for those who also need [`Backend::local_session`]. A backend is served once.
    pub async fn serve(&self, listener: TcpListener, shutdown: CancellationToken) -> Result<(), ServeError> {
        let address = listener.local_addr().map_err(ServeError::Listener)?;
        let state = &self.state;
        let service = router::service(Arc::clone(state), address.ip());
        let service = service.into_make_service_with_connect_info::<Peer>();
        let handle = Handle::new();
        let server = Server::<Peer>::from_listener(LimitedListener::new(listener, &state.config.limits));
        let server = limit_slow_clients(server.handle(handle.clone()));
        tracing::info!(%address, tls = state.config.tls.is_some(), "serving");
        let serving = async {
            match &state.config.tls {
                Some(tls) => {
                    let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(Arc::clone(tls)));
                    server.acceptor(acceptor).serve(service).await
                }
                None => server.serve(service).await,
            }
        };
        let stop = shutdown.child_token();
        let serving = async {
            let outcome = serving.await;
            // Also when the listener failed.
            stop.cancel();
            outcome
        };
        let (outcome, (), (), (), (), ()) = tokio::join!(
            serving,
            self.wind_up(&stop, &handle),
            self.prune(&stop),
            state.lease.keep(&stop),
            state.presence.keep(&state.edge, &stop),
            state.keep_looking(&stop)
        );
        tracing::info!(%address, "stopped");
        outcome.map_err(ServeError::Listener)
    }

    /// When told to stop: no new connections, every call hung up, every socket told, all within the bound.
    async fn wind_up(&self, stop: &CancellationToken, handle: &Handle<Peer>) {
        stop.cancelled().await;
        tracing::info!("stopping");
        let state = &self.state;
        let grace = state.config.limits.shutdown_grace;
        state.closing.cancel();
        handle.graceful_shutdown(Some(grace));
        state.tasks.close();
        let finished = time::timeout(grace, async {
            state.edge.shutdown().await;
            state.tasks.wait().await;
            tokio::join!(state.presence.end(), state.lease.end());
        });
        if finished.await.is_err() {
            tracing::warn!(sockets = state.tasks.len(), "calls or sockets did not end in time");
        }
    }

    async fn prune(&self, stop: &CancellationToken) {
        let mut days = time::interval(PRUNE_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = days.tick() => {}
            }
            let care = async {
                self.prune_sessions().await;
                self.examine().await;
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = care => {}
            }
        }
    }

    /// So that damage shows in the health before somebody meets it. The store says what it finds.
    async fn examine(&self) {
        if let Err(error) = self.state.store.examine().await {
            tracing::error!(cause = chain(&error), "the database is not whole, or could not be examined");
        }
    }

    /// Forgets sessions that nobody can use any more. A failure costs space, nothing else.
    async fn prune_sessions(&self) {
        let unused_since = Timestamp::now().minus(self.state.config.session_idle);
        match self.state.store.prune_sessions(unused_since).await {
            Ok(0) => {}
            Ok(sessions) => tracing::info!(sessions, "removed old sessions"),
            Err(error) => tracing::warn!(cause = chain(&error), "old sessions could not be removed"),
        }
    }
}

/// A client that sends its head too slowly, or never again, must not hold a connection for ever.
fn limit_slow_clients(mut server: Server<Peer>) -> Server<Peer> {
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD_TIMEOUT);
    server
}
