//! Ends the daemon; asked for in a greeting, so that every client can.

use alc_core::StateName;
use alc_ipc::Errand;

use crate::server::Daemon;

/// Lets the daemon end, unless Lua runs and nobody insists. One that cannot read its journal keeps
/// nobody from ending it.
pub(crate) async fn stop(force: bool, daemon: &Daemon) -> Errand {
    let counts = daemon.registry.counts().await.unwrap_or_default();
    let running = counts.iter().find(|(state, _)| *state == StateName::Running);
    match running {
        Some((_, sessions)) if *sessions > 0 && !force => {
            Errand::Busy(u32::try_from(*sessions).unwrap_or(u32::MAX))
        }
        _ => {
            daemon.stop.cancel();
            Errand::Stopping
        }
    }
}
