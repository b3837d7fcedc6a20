//! Sessions that leave for a file, come from one or part from each other, as the journal's own methods.

use std::path::Path;

use alc_core::SessionId;

use super::{
    Journal,
    branch::{Parting, parting},
    change::{Change, WriteError},
    parcel::{Mark, PackError, mark, pack},
    record::{Arrival, NewBranch},
    row::ReadError,
};

impl Journal {
    /// Writes a session as it is now into the empty file at `path`; returns how far it had come, or
    /// `None` if there is no such session.
    pub(crate) async fn pack(
        &self,
        id: &SessionId,
        path: &Path,
    ) -> Result<Option<Mark>, PackError> {
        let (id, path) = (id.clone(), path.to_owned());
        self.reader.read(move |db| Ok(pack(db, &id, &path))).await?
    }

    /// Returns when the session is on disk.
    pub(crate) async fn arrive(&self, arrival: Arrival) -> Result<(), WriteError> {
        self.writer.write(Change::Arrive(Box::new(arrival))).await
    }

    /// Where query `number` was still to be answered; without a number, the first that is open, else
    /// the last that was answered. `None` if no such query was asked.
    pub(crate) async fn parting(
        &self,
        id: &SessionId,
        number: Option<u32>,
    ) -> Result<Option<Parting>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| parting(db, &id, number)).await
    }

    /// Returns when the branch is on disk.
    pub(crate) async fn branch(&self, branch: NewBranch) -> Result<(), WriteError> {
        self.writer.write(Change::Branch(Box::new(branch))).await
    }

    /// How far a session has come; `None` if there is no such session.
    pub(crate) async fn mark(&self, id: &SessionId) -> Result<Option<Mark>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| mark(db, &id)).await
    }
}
