//! Hands sessions over as files, and takes such files.

use std::{fs::File, io::Read as _, path::PathBuf, sync::Arc};

use alc_ipc::{ErrorCode, Failure, Import, Leave, PART, Part, Response};
use tokio::{sync::mpsc, task::spawn_blocking};

use super::failure::invalid;
use crate::{
    journal::{Mark, PackError, ParcelError},
    registry::{Admission, Packed, Registry, RegistryError},
    visitor::Visitor,
};

/// Sends the file in parts, then how far the session in it had come.
pub(super) async fn export(
    session: &alc_core::Reference,
    registry: &Registry,
    interim: &mpsc::Sender<Response>,
) -> Result<Response, Failure> {
    let Packed { session, mark, file } = registry.export(session).await?;
    let failed = |error| Failure::from(RegistryError::Pack(PackError::from(error)));
    let mut open = File::open(&file).map_err(failed)?;
    let exported = Response::Exported { session, seq: mark.seq, calls: mark.calls };
    loop {
        let (part, rest) = blocking(move || {
            let mut part = Vec::new();
            (&open).take(PART as u64).read_to_end(&mut part).map(|_| (part, open))
        })
        .await?
        .map_err(failed)?;
        open = rest;
        // A connection that is gone reads no last response either.
        if part.is_empty() || interim.send(Response::Part(Part(part))).await.is_err() {
            return Ok(exported);
        }
    }
}

/// Takes a part of a file.
pub(super) async fn deliver(
    part: Part,
    registry: &Registry,
    visitor: &Arc<Visitor>,
) -> Result<Response, Failure> {
    let (visitor, folder): (_, PathBuf) = (Arc::clone(visitor), registry.transit());
    let added = blocking(move || visitor.delivery.add(&part.0, &folder)).await?;
    added.map_err(|error| RegistryError::Parcel(ParcelError::from(error)))?;
    Ok(Response::Delivered)
}

/// Takes up the session in the file that was sent before.
pub(super) async fn import(
    import: Import,
    registry: &Registry,
    visitor: &Visitor,
) -> Result<Response, Failure> {
    let file = visitor.delivery.take();
    let file = file.ok_or_else(|| invalid("there is no file to import".to_owned()))?;
    let Import { new_id, name, folder, project } = import;
    let terms = Admission { new_id, name, folder, project };
    Ok(Response::Imported(registry.import(file, terms).await?))
}

/// Ends a session that is in a file now.
pub(super) async fn leave(leave: Leave, registry: &Registry) -> Result<Response, Failure> {
    let Leave { session, seq, calls } = leave;
    let first = registry.leave(&session, Mark { seq, calls }).await?;
    Ok(Response::Cancelled { session, first })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.map_err(|_| Failure {
        code: ErrorCode::Internal,
        message: "a thread of the daemon has panicked".to_owned(),
        hint: None,
    })
}
