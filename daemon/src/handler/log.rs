//! Tells a history with its answers.

use alc_ipc::{Failure, Json, ReadLog, Response};
use tokio::sync::mpsc;

use crate::registry::Registry;

/// Sends entry after entry: to the session's end if that is asked for, else to where it is now.
pub(super) async fn log(
    log: ReadLog,
    registry: &Registry,
    interim: &mpsc::Sender<Response>,
) -> Result<Response, Failure> {
    let mut observer = registry.observe(&log.session, log.after).await?;
    let (last, _) = observer.now().await?;
    let mut done = !log.follow && last <= log.after;
    while !done {
        let page = observer.told(log.follow).await?;
        done = page.is_empty();
        for (seq, event, answer) in page {
            if !log.follow && seq >= last {
                done = true;
            }
            if !log.follow && seq > last {
                break;
            }
            let told = Response::Told { seq, event: Json(event), answer };
            if interim.send(told).await.is_err() {
                // The connection is gone, and with it whoever would read the last response.
                return Ok(Response::Observed(alc_core::StateName::Running));
            }
        }
    }
    Ok(Response::Observed(observer.now().await?.1))
}
