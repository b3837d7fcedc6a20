//! The daemon's life: take ownership, listen, serve, end.

use std::{io, time::Duration};

use alc_ipc::{FolderId, Home, is_own};
use interprocess::local_socket::{
    tokio::Listener,
    traits::{StreamCommon as _, tokio::Listener as _},
};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{connection, lease::Leases, log, registry::Registry};

/// How many clients may be connected; the next one waits until another leaves.
const CONNECTIONS: usize = 4096;
/// How many descriptors that and all else may take.
#[cfg(unix)]
const DESCRIPTORS: u64 = CONNECTIONS as u64 + 1024;
/// How long to wait for descriptors when the system has none left.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// How long the connections may take to end.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What every connection needs; cheap to clone.
#[derive(Clone)]
pub(crate) struct Daemon {
    pub(crate) registry: Registry,
    pub(crate) leases: Leases,
    pub(crate) home: Home,
    pub(crate) folder: FolderId,
    /// In Unix milliseconds.
    pub(crate) started_at: i64,
    /// Cancelled when the daemon is to end.
    pub(crate) stop: CancellationToken,
}

/// Accepts clients until the daemon is to end, or until for `idle_exit` nobody was connected and no
/// session ran; then lets the connections say their last word.
pub(crate) async fn serve(listener: Listener, daemon: Daemon, idle_exit: Duration) {
    let places = std::sync::Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    let mut exhausted = false;
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = daemon.stop.cancelled() => break,
            () = tokio::time::sleep(idle_exit), if connections.is_empty() => {
                if daemon.registry.is_idle().await {
                    log::line("nobody needs alcd any more");
                    daemon.stop.cancel();
                }
                continue;
            }
        };
        // Told once, not with every try.
        if let Err(error) = &accepted
            && !exhausted
        {
            log::line(&format!("cannot accept a client: {error}"));
        }
        exhausted = accepted.is_err();
        match accepted {
            Ok(stream) if stream.peer_creds().is_ok_and(|peer| is_own(&peer)) => {
                let daemon = daemon.clone();
                connections.spawn(async move {
                    connection::serve(stream, daemon).await;
                    drop(place);
                });
            }
            Ok(_) => log::line("turned away a client of another user"),
            Err(_) => tokio::time::sleep(EXHAUSTED).await,
        }
    }
    drop(listener);
    // Who does not greet or read would keep the daemon from ending.
    let last_words = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(LAST_WORDS, last_words).await;
}

/// Has the system allow as many descriptors as are needed, as far as it does.
#[cfg(unix)]
pub(crate) fn allow_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(DESCRIPTORS, |most| most.min(DESCRIPTORS));
    if limit.current.is_some_and(|now| now < wanted) {
        // With fewer, clients wait until others leave.
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).ok();
    }
}

/// Cancels `stop` at SIGTERM or SIGINT.
#[cfg(unix)]
pub(crate) fn stop_at_signals(stop: CancellationToken) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = stop.cancelled() => {}
        }
        stop.cancel();
    })
}

/// Cancels `stop` at Ctrl-C, or when the system goes down.
#[cfg(windows)]
pub(crate) fn stop_at_signals(stop: CancellationToken) -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    let mut shutdown = tokio::signal::windows::ctrl_shutdown()?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = shutdown.recv() => {}
            () = stop.cancelled() => {}
        }
        stop.cancel();
    })
}
