//! Serving.

use crate::settings::Settings;
use anyhow::{Context as _, anyhow};
use mobilecall_backend::{
    Backend, BackendConfig, CancellationToken, EdgeConfig, Limits, MediaRuntime, PeerAddresses, tls,
};
use std::{
    io::{self, ErrorKind, Write as _},
    net::SocketAddr,
    num::NonZeroUsize,
    thread::available_parallelism,
};
use tokio::net::TcpListener;

/// What a process usually has at the least.
const FEW_DESCRIPTORS: usize = 1024;

/// Serves until told to stop.
pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let config = config(&settings, descriptors())?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    // The port before the database, so that a second server on the same data ends before it touches any of it.
    let listener = listen(settings.listen).await?;
    let address = listener.local_addr().context("the listener has no address")?;
    let store = settings.database.open().await?;
    crate::twilio::log(&settings.twilio);
    let backend = Backend::new(store.clone(), config).await.context("cannot start")?;
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    announce(scheme, address).context("cannot write to standard output")?;
    let served = backend.serve(listener, shutdown).await;
    store.close().await;
    served.context("the server stopped")
}

/// Every connection is an open file, so as many are asked for as this process may have. Gives how many it has.
fn descriptors() -> usize {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            FEW_DESCRIPTORS
        }
    }
}

fn config(settings: &Settings, descriptors: usize) -> anyhow::Result<BackendConfig> {
    let tls = match &settings.tls {
        Some((certificate, key)) => Some(tls::load(certificate, key).context("TLS cannot be set up")?),
        None => None,
    };
    Ok(BackendConfig {
        cors_origins: settings.cors_origins.clone(),
        allowed_hosts: settings.allowed_hosts.clone(),
        tls,
        pages: crate::pages::embedded(),
        relays: settings.relays.clone(),
        twilio: settings.twilio.clone(),
        // As configured: the same at each start of this server, another one for a second server over the same database.
        instance: settings.listen.to_string(),
        edge: EdgeConfig {
            advertised: settings.advertise,
            media_ports: settings.media_ports.as_ref().map(crate::media::PortRange::ports),
            media_peers: settings.media_peers.map_or(PeerAddresses::ANY, |peers| peers.0),
            // As many as there are cores: packets are all that a busy server does.
            media: MediaRuntime::with_threads(available_parallelism().unwrap_or(NonZeroUsize::MIN)),
            ..EdgeConfig::default()
        },
        // No client takes all of them.
        limits: Limits {
            connections_per_address: settings
                .connections_per_address
                .map_or(Limits::default().connections_per_address, NonZeroUsize::get)
                .min(descriptors / 2),
            ..Limits::default()
        },
        ..BackendConfig::default()
    })
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let remedy = match error.kind() {
            ErrorKind::AddrInUse => "another program uses this port: stop it, or choose another port with --listen",
            ErrorKind::PermissionDenied => "ports below 1024 are for the system: choose another port with --listen",
            ErrorKind::AddrNotAvailable => "this machine has no such address: choose another one with --listen",
            _ => "choose another address with --listen",
        };
        anyhow!(error).context(format!("cannot listen on {address}: {remedy}"))
    })
}

/// The one line by which whoever started the server learns that it answers, and where.
fn announce(scheme: &str, address: SocketAddr) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "listening on {scheme}://{address}")?;
    stdout.flush()
}

/// The first signal stops in order, the second at once.
async fn stop_on_signal(shutdown: CancellationToken) {
    signal().await;
    shutdown.cancel();
    signal().await;
    tracing::warn!("stopped at once by a second signal");
    std::process::exit(1);
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    let mut terminate = match terminate {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(%error, "signals cannot be received: end the server with kill -9");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "Ctrl+C cannot be received: end the server in the task manager");
        std::future::pending().await
    }
}
