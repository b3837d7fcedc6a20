//! What happened to every session, on disk: one SQLite file, written by one thread.
//!
//! ```text
//!  Journal ──► Writer ──► one thread ──► the file ◄── connections ◄── Reader
//! ```
//!
//! A change is on disk when its method returns. Every read sees one moment of the journal.

mod arrive;
mod branch;
mod change;
mod checksum;
mod copy;
mod create;
mod discard;
mod examine;
mod find;
mod inspect;
mod lines;
mod parcel;
mod reader;
mod record;
mod reserve;
mod restore;
mod retention;
mod row;
mod schema;
mod text;
mod tidy;
mod travel;
mod view;
mod writer;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use self::checksum::renew;
#[cfg(feature = "fuzz")]
pub(crate) use self::parcel::read_unsealed;
#[cfg(all(test, unix))]
pub(crate) use self::tests::failing::disk;

use std::path::Path;

use alc_core::{Key, Name, Query, Seq, SessionId, SessionRef, SessionView, StateName};

pub(crate) use self::{
    branch::Parting,
    change::WriteError,
    discard::Lost,
    examine::{Examination, LookError, examine, look},
    parcel::{Mark, PackError, Parcel, ParcelError, new_file},
    record::{
        Append, Arrival, Deadlines, Filter, Found, Identity, NewAnswer, NewBranch, NewCall,
        NewSession, Recording, Snapshot, SpawnKey, StoredQuery,
    },
    row::ReadError,
    schema::OpenError,
    view::{Page, Told},
};
use self::{change::Change, reader::Reader, reserve::Reserve, writer::Writer};

/// The journal of one data folder; clones are cheap and share it.
#[derive(Clone)]
pub(crate) struct Journal {
    writer: Writer,
    reader: Reader,
}

impl Journal {
    /// Opens the journal at `path`, new if there is none, and brings an older format up to date.
    /// The caller sees to it that no other process writes to it.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let path = &*schema::follow(path)?;
        let mut reserve = Reserve::of(path)?;
        let opened = match schema::open_writer(path) {
            // The log takes some space, and what it is opened for may give more back.
            Err(OpenError::Full { .. }) if reserve.release() => schema::open_writer(path),
            opened => opened,
        };
        let writer = Writer::start(opened?, reserve)
            .map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        Ok(Self { writer, reader: Reader::new(path) })
    }

    /// Writes what is queued and closes the file. Every clone is closed then.
    pub(crate) async fn close(self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Returns once the outcome of a commit is unknown: the daemon must end then. Else it waits for
    /// ever.
    pub(crate) async fn lost(&self) {
        self.writer.lost().await;
    }

    /// Returns when the new session is on disk.
    pub(crate) async fn create(&self, session: NewSession) -> Result<(), WriteError> {
        self.writer.write(Change::Create(Box::new(session))).await
    }

    /// Returns when this part of a session's life is on disk.
    pub(crate) async fn append(&self, append: Append) -> Result<(), WriteError> {
        self.writer.write(Change::Append(Box::new(append))).await
    }

    /// The session that `reference` names by its id, its name or the beginning of its id.
    pub(crate) async fn find(&self, reference: &SessionRef) -> Result<Found, ReadError> {
        let reference = reference.clone();
        self.reader.read(move |db| find::find(db, &reference, true)).await
    }

    /// The session that `reference` names by its whole id or its name.
    pub(crate) async fn find_exact(&self, reference: &SessionRef) -> Result<Found, ReadError> {
        let reference = reference.clone();
        self.reader.read(move |db| find::find(db, &reference, false)).await
    }

    /// The live session of this name, which a new one cannot have; one that is to be cancelled has
    /// let go of it.
    pub(crate) async fn bearer(&self, name: &Name) -> Result<Option<SessionId>, ReadError> {
        let name = name.clone();
        self.reader.read(move |db| Ok(create::bearer(db, &name)?)).await
    }

    /// Where a session stands.
    pub(crate) async fn snapshot(&self, id: &SessionId) -> Result<Option<Snapshot>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| restore::snapshot(db, &id)).await
    }

    /// A session's script and every call it made, with the answers it has.
    pub(crate) async fn recording(&self, id: &SessionId) -> Result<Option<Recording>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| restore::recording(db, &id)).await
    }

    /// The text of the library that a session finds.
    pub(crate) async fn prelude(&self, id: &SessionId) -> Result<Option<String>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| restore::prelude(db, &id)).await
    }

    /// A session as it is shown.
    pub(crate) async fn view(&self, id: &SessionId) -> Result<Option<SessionView>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| view::view(db, &id)).await
    }

    /// At most `limit` of the sessions that `filter` lets through, newest first; `after` is the `next`
    /// of the page before.
    pub(crate) async fn list(
        &self,
        filter: Filter,
        limit: usize,
        after: Option<u64>,
    ) -> Result<Page, ReadError> {
        self.reader.read(move |db| view::list(db, &filter, limit, after)).await
    }

    /// A session's place in that list.
    pub(crate) async fn place(&self, id: &SessionId) -> Result<Option<u64>, ReadError> {
        let id = id.clone();
        let place = self.reader.read(move |db| find::row_number(db, &id)).await?;
        Ok(place.map(i64::cast_unsigned))
    }

    /// What follows `after` in a session's history, as JSON of [`alc_core::EventView`]: at most
    /// `limit` entries, fewer where they are large, and none only at the end.
    pub(crate) async fn events(
        &self,
        id: &SessionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<(Seq, String)>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| view::events(db, &id, after, limit)).await
    }

    /// As [`Self::events`], with the texts of the answers.
    pub(crate) async fn transcript(
        &self,
        id: &SessionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Told>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| view::transcript(db, &id, after, limit)).await
    }

    /// A query of a session, and its answer if it has one.
    pub(crate) async fn query(
        &self,
        id: &SessionId,
        number: u32,
    ) -> Result<Option<StoredQuery>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| view::query(db, &id, number)).await
    }

    /// The query, the first of a session's, that was answered with this key.
    pub(crate) async fn answered_with(
        &self,
        id: &SessionId,
        key: &Key,
    ) -> Result<Option<u32>, ReadError> {
        let (id, key) = (id.clone(), key.clone());
        self.reader.read(move |db| view::answered_with(db, &id, &key)).await
    }

    /// The queries of a session's call `n`, by number.
    pub(crate) async fn queries_of_call(
        &self,
        id: &SessionId,
        n: u64,
    ) -> Result<Vec<Query>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| view::queries_of_call(db, &id, n)).await
    }

    /// How a session ended, as JSON of [`alc_core::ResultView`], the same at every call; `None`
    /// while it has not ended.
    pub(crate) async fn outcome(&self, id: &SessionId) -> Result<Option<String>, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| view::outcome(db, &id)).await
    }

    /// The sessions that are running, also those that are to be cancelled, oldest first.
    pub(crate) async fn unfinished(&self) -> Result<Vec<SessionId>, ReadError> {
        self.reader.read(find::unfinished).await
    }

    /// The deadlines of live sessions, as they stand at `now`, in Unix milliseconds.
    pub(crate) async fn deadlines(&self, now: i64) -> Result<Deadlines, ReadError> {
        self.reader.read(move |db| find::deadlines(db, now)).await
    }

    /// How many sessions are in each state.
    pub(crate) async fn counts(&self) -> Result<Vec<(StateName, u64)>, ReadError> {
        self.reader.read(find::counts).await
    }
}
