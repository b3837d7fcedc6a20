//! About the daemon itself.

use alc_core::StateName;
use alc_ipc::{ErrorCode, Failure, Response, Status, Stop};

use crate::server::Daemon;

pub(super) async fn status(daemon: &Daemon) -> Result<Response, Failure> {
    Ok(Response::Status(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        home: daemon.home.path().display().to_string(),
        started_at: daemon.started_at,
        sessions: daemon.registry.counts().await?,
    }))
}

/// Lets the daemon end, unless Lua runs and nobody insists.
pub(super) async fn stop(stop: Stop, daemon: &Daemon) -> Result<Response, Failure> {
    let counts = daemon.registry.counts().await?;
    let running = counts
        .iter()
        .find(|(state, _)| *state == StateName::Running)
        .map_or(0, |(_, count)| *count);
    if running > 0 && !stop.force {
        return Err(Failure {
            code: ErrorCode::Busy,
            message: format!("{running} sessions are running; they would go on at the next start"),
            hint: Some("alc daemon stop --force".to_owned()),
        });
    }
    daemon.stop.cancel();
    Ok(Response::Stopping)
}
