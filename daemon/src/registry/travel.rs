//! Sessions that leave for a file, or come from one.

use std::path::PathBuf;

use alc_core::{CancelReason, Event, Name, ReasonCode, Reference, SessionId, State};
use tempfile::TempPath;
use tokio::task::spawn_blocking;

use super::{Registry, RegistryError, random};
use crate::{
    clock,
    engine::BrokeOff,
    journal::{Arrival, Mark, PackError, Parcel, WriteError, new_file},
    session::SpawnError,
};

/// A session in a file.
pub(crate) struct Packed {
    pub(crate) session: SessionId,
    pub(crate) mark: Mark,
    pub(crate) file: TempPath,
}

/// On which terms a session from a file is taken up.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    /// Give it an id of its own.
    pub(crate) new_id: bool,
    /// What to call it; if nothing, what it was called.
    pub(crate) name: Option<Name>,
    /// Where its relative paths start, and its project.
    pub(crate) folder: Option<String>,
    pub(crate) project: Option<String>,
}

impl Registry {
    /// The folder for files that are on their way to or from a client; empty when a daemon starts.
    pub(crate) fn transit(&self) -> PathBuf {
        self.0.home.join("transit")
    }

    /// Copies a session, as it is now, into a file.
    pub(crate) async fn export(&self, session: &Reference) -> Result<Packed, RegistryError> {
        let id = self.resolve(session).await?;
        let (_, file) = new_file(&self.transit()).map_err(PackError::from)?;
        let mark = self.0.journal.pack(&id, &file).await?;
        let mark = mark.ok_or_else(|| RegistryError::NotFound(session.clone()))?;
        Ok(Packed { session: id, mark, file })
    }

    /// Takes a session up from a file; it is on disk when this returns, and goes on.
    pub(crate) async fn import(
        &self,
        file: TempPath,
        terms: Admission,
    ) -> Result<SessionId, RegistryError> {
        let parcel = spawn_blocking(move || Parcel::open(file)).await;
        let parcel = parcel.map_err(|_| SpawnError::BrokeOff(BrokeOff::Panicked))??;
        let Admission { new_id, name, folder, project } = terms;
        let (id, from) = if new_id {
            (SessionId::from_random(random()?), Some(parcel.id.clone()))
        } else {
            (parcel.id.clone(), None)
        };
        // It may happen to any session.
        let imported = parcel.state.apply(&Event::Imported(from));
        let entries = imported.map_err(|_| WriteError::Contradiction)?.entries;
        let (name, at) = (name.or_else(|| parcel.name.clone()), clock::now());
        let runs = matches!(parcel.state, State::Running { .. });
        let arrival = Arrival { parcel, id: id.clone(), name, folder, project, at, entries };
        self.0.journal.arrive(arrival).await?;
        self.arrived(&id);
        self.add_deadline();
        if runs {
            self.handle(&id);
        }
        Ok(id)
    }

    /// Ends a session for good that is in a file now, unless it has gone on since; true if this call
    /// did.
    pub(crate) async fn leave(
        &self,
        session: &SessionId,
        mark: Mark,
    ) -> Result<bool, RegistryError> {
        let detail = Some("moved".to_owned());
        let reason = CancelReason { code: ReasonCode::User, detail, requested_at: clock::now() };
        Ok(self.handle(session).leave(reason, mark).await?)
    }
}
