//! Follows a history.

use alc_ipc::{Failure, Json, Observe, Response};
use tokio::sync::mpsc;

use crate::registry::Registry;

/// Sends entry after entry, as fast as the client reads; what it has not read waits in the journal.
pub(super) async fn observe(
    observe: Observe,
    registry: &Registry,
    interim: &mpsc::Sender<Response>,
) -> Result<Response, Failure> {
    let mut observer = registry.observe(&observe.session, observe.after).await?;
    loop {
        let passage = observer.next().await?;
        if passage.entries().is_empty() {
            return Ok(Response::Observed(observer.end().await?));
        }
        for (seq, event) in passage.entries() {
            let event = Response::Event { seq: *seq, event: Json(event.clone()) };
            if interim.send(event).await.is_err() {
                // The connection is gone, and with it whoever would read the last response.
                return Ok(Response::Observed(alc_core::StateName::Running));
            }
        }
    }
}
