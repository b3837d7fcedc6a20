//! Starts a session.

use alc_ipc::{ErrorCode, Failure, Response, Spawn};

use super::failure::invalid;
use crate::{
    engine::PAYLOAD_LIMIT,
    registry::{Registry, Specification},
};

/// Refuses what cannot run before anything is created.
pub(super) async fn spawn(spawn: Spawn, registry: &Registry) -> Result<Response, Failure> {
    let Spawn { source, chunk, ctx } = spawn;
    for (what, text) in [("source", &source), ("context", &ctx.0)] {
        if text.len() > PAYLOAD_LIMIT {
            let message =
                format!("the {what} has {} bytes, over the limit of {PAYLOAD_LIMIT}", text.len());
            return Err(Failure { code: ErrorCode::TooLarge, message, hint: None });
        }
    }
    if source.trim().is_empty() {
        return Err(invalid(format!("{chunk} is empty, there is nothing to run")));
    }
    if !matches!(serde_json::from_str(&ctx.0), Ok(serde_json::Value::Object(_))) {
        return Err(invalid("the context is not a JSON object".to_owned()));
    }
    let id = registry.spawn(Specification { source, chunk, ctx: ctx.0 }).await?;
    Ok(Response::Spawned(id))
}
