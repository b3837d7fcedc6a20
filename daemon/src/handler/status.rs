//! About the daemon itself.

use alc_ipc::{Failure, Response, Status};

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
